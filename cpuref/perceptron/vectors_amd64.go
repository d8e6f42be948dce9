package perceptron

import (
	"golang.org/x/sys/cpu"

	"tnn-gpu/cpuref/perceptron/internal/vector"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
)

// fastest makes the fastest form in single precision.
func fastest(s sizes) form[float32] {
	if !cpu.X86.HasAVX2 {
		return newScalar[float32](s)
	}
	stripes := s.width / 8
	return &vectors{scalar: scalar[float32]{sizes: s}, apart: stripes * perceptron.Stripe, x: make([]float32, (1+s.students)*stripes*perceptron.Stripe)}
}

// vectors computes eight numbers at a time, by package vector.
type vectors struct {
	scalar[float32]           // its sizes, and what is left of a block
	apart           int       // from one vector to the next in x
	x               []float32 // by vector and stripe: the first components of 64 quads, then the second, ...
	gained          []float32
}

func (f *vectors) refresh(v int, x []float32, first, end int) {
	into := f.x[v*f.apart:][:f.apart]
	for i := first; i < end; i += 4 {
		to := into[i/perceptron.Stripe*perceptron.Stripe+i%perceptron.Stripe/4:]
		for j, value := range x[i:min(i+4, end)] {
			to[j*perceptron.Lanes] = value
		}
	}
}

func (f *vectors) fields(at *scratch[float32], words []uint32, v, b, end int) {
	vectors, examples := 1+f.students-v, end-b
	lanes := at.lanes[:vectors*examples*perceptron.Lanes]
	clear(lanes)
	for stripe := range f.width / 8 {
		vector.Fields(&lanes[0], uintptr(4*examples*perceptron.Lanes), &f.x[v*f.apart+stripe*perceptron.Stripe], uintptr(4*f.apart),
			&words[b*f.width+8*stripe], uintptr(4*f.width), examples, vectors)
	}
	for i := range vectors * examples {
		at.fields[v+i/examples][i%examples] = perceptron.Tree((*[perceptron.Lanes]float32)(lanes[i*perceptron.Lanes:]))
	}
}

func (f *vectors) share(gained []float32) { f.gained = gained }

func (f *vectors) gains(at *scratch[float32], words []uint32, block int) {
	vector.Gains(&at.sums[0][0], 4*perceptron.Block, &f.gained[0], uintptr(4*f.rows), &words[4*block], uintptr(4*f.width), f.rows/4, f.students)
}

func (f *vectors) normals(eta *[perceptron.Block]float32, key [2]uint32, block int, t uint32) {
	var keys [20]uint32 // of the rounds
	for round := range uint32(10) {
		keys[2*round], keys[2*round+1] = key[0]+round*0x9E3779B9, key[1]+round*0xBB67AE85
	}
	vector.Normals(&eta[0], &keys, uint32(rng.Thermal), uint32(block*perceptron.Block/2), t, perceptron.Block/16)
}

func (f *vectors) learn(w, sums, eta []float32, decay, drive, kick float32) {
	whole := len(w) / 8 * 8
	if whole > 0 {
		vector.Learn(&w[0], &sums[0], &eta[0], decay, drive, kick, whole/8)
	}
	f.scalar.learn(w[whole:], sums[whole:], eta[whole:], decay, drive, kick)
}
