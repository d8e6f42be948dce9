package cpuref

import (
	"math"
	"math/rand/v2"
	"testing"

	"tnn-gpu/cpuref/internal/vector"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

func needVectors(t *testing.T) {
	t.Helper()
	if !hasVectors() {
		t.Skip("this processor lacks the instructions of package vector")
	}
}

// The form that visits a slice at a time has the bits of the one that visits a
// node at a time, in every network of the catalogue and over all kinds of eras, in
// one thread and in three.
func TestVectorsAgree(t *testing.T) {
	needVectors(t)
	for i, c := range backendtest.Catalogue() {
		t.Run(c.Name, func(t *testing.T) {
			net := c.Network(t)
			o := backend.Options{Precision: state.Single, Seeds: []uint64{1, 2, 3}, Threads: 1 + 2*(i%2)}
			want, err := newEngine(net, o, scalars[float32])
			if err != nil {
				t.Fatal(err)
			}
			have, err := newEngine(net, o, fastest)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := have.visitors[0].(*vectors); !ok {
				t.Fatalf("%T is not the vector form", have.visitors[0])
			}
			have.grain = 1
			backendtest.Agree(t, net, want, have, 1, 20, 200)
		})
	}
}

// same fails where a lane differs.
func same(t *testing.T, what string, have, want float32, of ...any) {
	t.Helper()
	if !fmath.SameBits(have, want) {
		t.Fatalf("%s of %v is %x, want %x", what, of, have, want)
	}
}

// pick chooses one of some numbers, or any between 0 and the last.
func pick(r *rand.Rand, marks ...float32) float32 {
	if i := r.IntN(2 * len(marks)); i < len(marks) {
		return marks[i]
	}
	return marks[len(marks)-1] * r.Float32()
}

// Stage Sample against sample2020: depths of all sizes, alike, zero and subnormal.
func TestVectorSample(t *testing.T) {
	needVectors(t)
	r := rand.New(rand.NewPCG(1, 2))
	p := lonePlace()
	node := tnn.NodeParameters[float32]{Cut: 24}
	n, f := p.network(), p.frame()
	f.Mine = [2]uint32{math.MaxUint16, math.MaxUint16}
	for round := range 1 << 15 {
		node.Levels, node.Threshold = float32(2+r.IntN(120)), pick(r, 1e-4, 0.01, 0.1, 0.5, 2)
		s := vector.Sweep{Number: uint32(round), Cut: node.Cut, Levels: node.Levels, Threshold: node.Threshold}
		for lane := range tnn.Lanes {
			depths := [2]float32{}
			for side := range depths {
				depths[side] = pick(r, 0, float32(math.Copysign(0, -1)), 0x1p-149, 1e-20, node.Threshold, 3*node.Threshold,
					1, 24, 100, node.Threshold*0x1p23, node.Threshold*0x1p27)
			}
			if r.IntN(4) == 0 {
				depths[1] = depths[0]
			}
			f.Depth[0][lane], f.Depth[1][lane] = depths[0], depths[1]
			p.energy[lane] = -depths[0] * r.Float32()
		}
		before := p.energy
		vector.Sample2020(&n, &s, f)
		for lane := range tnn.Lanes {
			word, _, _, _ := rng.Draw(uint32(p.id[lane]), 0, s.Number, rng.NodeState, [2]uint32{})
			minus, plus, u := f.Depth[0][lane], f.Depth[1][lane], rng.Uniform[float32](word)
			want := sample2020(minus, plus, u, &node)
			of := []any{minus, plus, u, node}
			same(t, "state", f.X[lane], want.x, of...)
			same(t, "energy", f.Sums[tnn.SumEnergy][lane], want.energy, of...)
			same(t, "free energy", f.Sums[tnn.SumFreeEnergy][lane], want.free, of...)
			same(t, "entropy", f.Sums[tnn.SumEntropy][lane], want.entropy, of...)
			fluctuating := abs(want.energy-before[lane]) > node.Threshold
			if (f.Sums[tnn.SumFluctuating][lane] == 1) != fluctuating {
				t.Fatalf("fluctuating after energy %v of %v: %v", before[lane], of, !fluctuating)
			}
		}
	}
}

// place is memory for a slice of nodes without edges.
type place struct {
	id            [tnn.Lanes]int32
	state, energy [tnn.Lanes]float32
	v             *vectors
}

func lonePlace() *place {
	p := &place{v: newVectors(&tnn.Network{Spec: tnn.Defaults(), Layout: &tnn.Layout{Active: []uint32{0}, Rows: []int64{0, 63}}}, nil)}
	for lane := range p.id {
		p.id[lane] = int32(1000003 * lane)
	}
	return p
}

func (p *place) network() vector.Network {
	n := p.v.networkOf(&replica[float32]{})
	n.ID, n.State, n.Energy = &p.id[0], &p.state[0], &p.energy[0]
	return n
}

func (p *place) frame() *vector.Frame { return &p.v.frame }

// Stage Change against plasticity.change, with batches of all lengths.
func TestVectorChange(t *testing.T) {
	needVectors(t)
	r := rand.New(rand.NewPCG(3, 4))
	p := lonePlace()
	n, f, b := p.network(), p.frame(), &p.v.batch
	for round := range 1 << 11 {
		spec := tnn.EdgeSpec{Kind: tnn.Real1, Noise: true, InverseTemperature: float64(pick(r, 0.4, 80, 1000)),
			SizeMass: float64(pick(r, 0, 5, 30)), Bound: float64(pick(r, 1, 0.7, 160))}
		edge := plasticity[float32]{tnn.EdgeParametersOf[float32](spec), spec.Kind, spec.Noise}
		s := sweep[float32]{k: uint32(round), edge: &edge, node: &tnn.NodeParameters[float32]{}}
		f.Count = int64(round % (len(b.i) - tnn.Lanes))
		for i := range b.i {
			b.i[i], b.j[i], b.twice[i] = r.Uint32(), r.Uint32(), -(r.Uint32() & 1)
			b.w[i] = edge.Bound * (2*r.Float32() - 1)
			b.err[i], b.again[i] = pick(r, 0, 0x1p-149, 1e-20, 1, 100)-pick(r, 0, 1), r.Float32()-0.5
			b.square[i] = pick(r, 0, 0x1p-149, 1e-30, 1e-6, 1)
		}
		w := append([]float32{}, b.w...)
		p.v.change(&replica[float32]{}, &s)
		want := append([]float32{}, b.w...)
		copy(b.w, w)
		parameters := vectorSweep(&s)
		vector.Change(&n, &parameters, f)
		for i := range f.Count {
			same(t, "weight", b.w[i], want[i], w[i], b.err[i], b.again[i], b.square[i], edge)
		}
	}
}

// Rows lead where the tables of the layout lead.
func TestVectorRows(t *testing.T) {
	for _, c := range backendtest.Catalogue() {
		l := c.Network(t).Layout
		together := 0
		for i, row := range vectorRows(l)[:len(l.Neighbour)/half] {
			if row.Neighbour[0] < 0 {
				continue
			}
			together++
			for lane := range int32(half) {
				at := i*half + int(lane)
				bit := func(mask uint16) uint16 { return mask >> lane & 1 }
				if bit(row.There) == 0 {
					continue
				}
				if n := row.Neighbour[bit(row.Leap[0])] + lane; n != l.Neighbour[at] {
					t.Fatalf("%s: half-edge %d leads to %d, want %d", c.Name, at, n, l.Neighbour[at])
				}
				if w := row.Weight[bit(row.Leap[1])] + lane; w != int32(l.Weight[at]) {
					t.Fatalf("%s: half-edge %d has weight %d, want %d", c.Name, at, w, l.Weight[at])
				}
			}
		}
		if c.Name == "lattice" && together < len(l.Neighbour)/half/2 {
			t.Errorf("on a lattice only %d of %d half rows follow one another", together, len(l.Neighbour)/half)
		}
	}
}
