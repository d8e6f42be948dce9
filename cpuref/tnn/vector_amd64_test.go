package tnn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tnn-gpu/cpuref/tnn/internal/vector"
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
			vectorsAgree(t, c.Network(t), 1+2*(i%2), 200)
		})
	}
}

// Nor do levels and temperatures of hylton2019 make a difference: few levels and many,
// an even and an odd number of them, all of which have weight or only the outermost.
func TestVectorsOfFixedStatesAgree(t *testing.T) {
	needVectors(t)
	for _, levels := range []int{2, 3, 10, 101} {
		for _, temperature := range []float64{0.05, 1, 100} {
			t.Run(fmt.Sprintf("%d levels at %v", levels, temperature), func(t *testing.T) {
				net, err := tnn.Build(fixedStates(levels, temperature), 1)
				if err != nil {
					t.Fatal(err)
				}
				vectorsAgree(t, net, 1, 60)
			})
		}
	}
}

// From any state a step of hylton2019 is the same: with weights of zero, potentials whose
// squares vanish, and charges without a potential, so that pairs are passed over.
func TestVectorsAgreeFromAnyState(t *testing.T) {
	needVectors(t)
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		net, err := tnn.Build(fixedStates(2+r.IntN(10), 1), 1)
		if err != nil {
			t.Fatal(err)
		}
		want, have := bothForms(t, net, 1)
		s, err := want.State()
		if err != nil {
			t.Fatal(err)
		}
		sign := func() float32 { return float32(2*r.IntN(2) - 1) }
		for _, field := range []struct {
			name string
			sign func() float32
		}{
			{"charge0", func() float32 { return 1 }}, {"charge1", func() float32 { return -1 }},
			{"potential0", sign}, {"potential1", sign}, {"weight", sign},
		} {
			few := r.IntN(2) == 0 // most numbers are zero
			values := state.Values[float32](s.Array(field.name))
			for i := range values {
				values[i] = field.sign() * pick(r, 0, 1e-30, 0.1, 1)
				if few && r.IntN(8) > 0 {
					values[i] = 0
				}
			}
		}
		for _, e := range []*engine[float32]{want, have} {
			if err := e.SetState(s); err != nil {
				t.Fatal(err)
			}
		}
		backendtest.Agree(t, net, want, have, 1, 2)
	}
}

// fixedStates is a lattice of hylton2019.
func fixedStates(levels int, inverseTemperature float64) *tnn.Spec {
	s := tnn.Defaults()
	s.Network.Rule, s.Network.Relaxations, s.Externals = tnn.Hylton2019, 2, nil
	s.Graph.Sides, s.Graph.Bipartite = []int{10, 8}, true
	s.Groups[0].Connections, s.Groups[0].Levels, s.Groups[0].Threshold = 4, levels, 0
	s.Groups[0].InverseTemperature, s.Eras[0].Steps = inverseTemperature, 1000
	return s
}

func vectorsAgree(t *testing.T, net *tnn.Network, threads int, steps int64) {
	t.Helper()
	want, have := bothForms(t, net, threads)
	backendtest.Agree(t, net, want, have, 1, 20, steps)
}

// bothForms opens a network to be visited a node at a time and a slice at a time.
func bothForms(t *testing.T, net *tnn.Network, threads int) (want, have *engine[float32]) {
	t.Helper()
	o := backend.Options{Precision: state.Single, Seeds: []uint64{1, 2, 3}, Threads: threads}
	want, err := newEngine(net, o, scalars[float32])
	if err != nil {
		t.Fatal(err)
	}
	have, err = newEngine(net, o, fastest)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := have.visitors[0].(*vectors); !ok {
		t.Fatalf("%T is not the vector form", have.visitors[0])
	}
	have.grain = 1
	return want, have
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

// Stage Sample2020 against sample2020: depths of all sizes, alike, zero and subnormal.
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

// Stage Sample2019 against sample2019: depths of all sizes, alike, zero and subnormal,
// in relaxing and in adapting visits.
func TestVectorSample2019(t *testing.T) {
	needVectors(t)
	r := rand.New(rand.NewPCG(5, 6))
	p := lonePlace()
	n, f := p.network(), p.frame()
	f.Mine = [2]uint32{math.MaxUint16, math.MaxUint16}
	room := make([]float32, mostLevels)
	for round := range 1 << 13 {
		levels := int(pick(r, 2, 3, 4, 10, 101, 120))
		if levels < 2 || r.IntN(100) == 0 {
			levels = mostLevels
		}
		node, states := tnn.NodeParametersOf[float32](tnn.GroupSpec{Levels: levels}), ladderOf[float32](levels)
		s := sweep[float32]{k: uint32(round), adapting: round%2 == 1, node: &node, states: &states, edge: &plasticity[float32]{}}
		w := vectorSweep(&s)
		for lane := range tnn.Lanes {
			for side := range f.Depth {
				f.Depth[side][lane] = pick(r, 0, 0x1p-149, 1e-20, 1e-3, 0.1, 1, 24, 100, 1e4)
			}
			if r.IntN(4) == 0 {
				f.Depth[1][lane] = f.Depth[0][lane]
			}
			p.state[lane], p.adapted[lane] = 2*r.Float32()-1, 2*r.Float32()-1
		}
		before := *p
		vector.Sample2019(&n, &w, f)
		for lane := range tnn.Lanes {
			word, _, _, _ := rng.Draw(uint32(p.id[lane]), 0, s.k, rng.NodeState, [2]uint32{})
			minus, plus, u := f.Depth[0][lane], f.Depth[1][lane], rng.Uniform[float32](word)
			want := sample2019(minus, plus, u, &states, room, &node)
			of := []any{minus, plus, u, levels, s.adapting}
			same(t, "state", p.state[lane], want.x, of...)
			if !s.adapting {
				same(t, "offered state", p.offered[lane], before.state[lane], of...)
				continue
			}
			same(t, "adapted state", p.adapted[lane], want.x, of...)
			same(t, "energy", f.Sums[tnn.SumEnergy][lane], want.energy+(plus+minus), of...)
			same(t, "free energy", f.Sums[tnn.SumFreeEnergy][lane], want.free, of...)
			same(t, "entropy", f.Sums[tnn.SumEntropy][lane], want.entropy, of...)
			same(t, "change", f.Sums[tnn.SumChange][lane], abs((want.x-before.adapted[lane])*0.5), of...)
		}
	}
}

// Draws whose target is rounded to all that the weights of a side come to fall on the
// last of its levels.
func TestVectorSample2019OfLastLevels(t *testing.T) {
	needVectors(t)
	p := lonePlace()
	n, f := p.network(), p.frame()
	f.Mine = [2]uint32{math.MaxUint16, math.MaxUint16}
	node, states := tnn.NodeParametersOf[float32](tnn.GroupSpec{Levels: 3}), ladderOf[float32](3)
	w := vectorSweep(&sweep[float32]{node: &node, states: &states, edge: &plasticity[float32]{}})
	draws := []struct {
		id             int32
		minus, plus, x float32
	}{
		{1106270, 0.31279886, 0.11838275, 0}, {22099750, 0.9133527, 0.5833582, 0},
		{33397787, 0.60550845, 0.46122265, 0}, {58405564, 0.24502802, 0.59468055, 1},
	}
	for lane, d := range draws {
		p.id[lane], f.Depth[0][lane], f.Depth[1][lane] = d.id, d.minus, d.plus
	}
	vector.Sample2019(&n, &w, f)
	for lane, d := range draws {
		same(t, "state", p.state[lane], d.x, d)
		word, _, _, _ := rng.Draw(uint32(d.id), 0, 0, rng.NodeState, [2]uint32{})
		same(t, "state", sample2019(d.minus, d.plus, rng.Uniform[float32](word), &states, make([]float32, 3), &node).x, d.x, d)
	}
}

// place is memory for a slice of nodes without edges.
type place struct {
	id               [tnn.Lanes]int32
	state, energy    [tnn.Lanes]float32
	adapted, offered [tnn.Lanes]float32
	v                *vectors
}

// mostLevels is the room for fixed states in it.
const mostLevels = 1000

func lonePlace() *place {
	p := &place{v: newVectors(&tnn.Network{Spec: fixedStates(mostLevels, 1), Layout: &tnn.Layout{Active: []uint32{0}, Rows: []int64{0, 63}}}, nil)}
	for lane := range p.id {
		p.id[lane] = int32(1000003 * lane)
	}
	return p
}

func (p *place) network() vector.Network {
	n := p.v.networkOf(&replica[float32]{})
	n.ID, n.State, n.Energy, n.Adapted, n.Offered = &p.id[0], &p.state[0], &p.energy[0], &p.adapted[0], &p.offered[0]
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
