package codes

import (
	"golang.org/x/sys/cpu"

	"tnn-gpu/cpuref/codes/internal/vector"
	"tnn-gpu/host/codes"
)

// fastest makes the fastest form in single precision.
func fastest(t *codes.Table) form[float32] {
	if !cpu.X86.HasAVX || t.Receiver != codes.Network || t.Hidden%8 != 0 || t.Messages()%8 != 0 {
		return newScalar[float32](t)
	}
	width := (t.N + 7) / 8 * 8
	return &vectors{inner: make([]float32, t.Hidden*width), outer: make([]float32, t.Messages()*t.Hidden), slopes: make([]float32, width)}
}

// vectors computes eight numbers at a time, by package vector: sums that are taken in
// the order of a row go side by side, eight rows of a matrix that is transposed.
type vectors struct {
	net          codes.Net[float32]
	inner, outer []float32 // transposed: a row for each unit, padded with 0, and for each message
	slopes       []float32 // of one sample, padded
}

func (f *vectors) take(net codes.Net[float32]) {
	f.net = net
	width := len(f.slopes)
	for j := range net.N {
		for u, w := range net.Inner[j*net.Hidden:][:net.Hidden] {
			f.inner[u*width+j] = w
		}
	}
	for u := range net.Hidden {
		for m, w := range net.Outer[u*net.Messages:][:net.Messages] {
			f.outer[m*net.Hidden+u] = w
		}
	}
}

func (f *vectors) forward(h, logits, y []float32) {
	copy(h, f.net.InnerBias)
	vector.AddRows(&h[0], &y[0], &f.net.Inner[0], len(y), len(h)/8)
	vector.Rectify(&h[0], len(h)/8)
	copy(logits, f.net.OuterBias)
	vector.AddRows(&logits[0], &h[0], &f.net.Outer[0], len(h), len(logits)/8)
}

func (f *vectors) back(g, h, d []float32) {
	clear(g)
	vector.AddRows(&g[0], &d[0], &f.outer[0], len(d), len(g)/8)
	vector.Gate(&g[0], &h[0], codes.LeastMoment, len(g)/8)
}

func (f *vectors) inputs(slopes, g []float32) {
	clear(f.slopes)
	vector.AddRows(&f.slopes[0], &g[0], &f.inner[0], len(g), len(f.slopes)/8)
	copy(slopes, f.slopes)
}

func (f *vectors) fourProducts(row []float32, left, right [4][]float32) []float32 {
	count, width := len(left[0]), len(right[0])
	apart, one := uintptr(4*width), float32(1) // which biases are multiplied by
	vector.FourProducts(&row[0], &left[0][0], uintptr(4*count), &right[0][0], apart, count, width/8)
	vector.FourProducts(&row[count*width], &one, 0, &right[0][0], apart, 1, width/8)
	return row[(count+1)*width:]
}

func (f *vectors) add(sums, row []float32) { vector.Add(&sums[0], &row[0], len(sums)/8) }
