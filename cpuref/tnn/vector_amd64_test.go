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
	"tnn-gpu/host/tnn/tnntest"
)

// eachForm runs a test for every vector form of either precision that the processor
// can run.
func eachForm(t *testing.T, single func(t *testing.T, form vector.Form[float32]), double func(t *testing.T, form vector.Form[float64])) {
	t.Helper()
	if len(forms[float32]()) == 0 {
		t.Skip("this processor lacks the instructions of package vector")
	}
	for _, form := range forms[float32]() {
		t.Run(form.Name+"/single", func(t *testing.T) { single(t, form) })
	}
	for _, form := range forms[float64]() {
		t.Run(form.Name+"/double", func(t *testing.T) { double(t, form) })
	}
}

// few is a number of repetitions, less with -short, for emulated processors.
func few(n int) int {
	if testing.Short() {
		return max(2, n/64)
	}
	return n
}

// The forms that visit a slice at a time have the bits of the one that visits a node
// at a time, in every network of the catalogue and over all kinds of eras, in one
// thread and in three.
func TestVectorsAgree(t *testing.T) { eachForm(t, vectorsAgreeEverywhere, vectorsAgreeEverywhere) }

func vectorsAgreeEverywhere[F fmath.Float](t *testing.T, form vector.Form[F]) {
	for i, c := range tnntest.Catalogue() {
		t.Run(c.Name, func(t *testing.T) {
			vectorsAgree(t, form, c.Network(t), 1+2*(i%2), int64(20+few(180)))
		})
	}
}

// Nor do levels and temperatures of hylton2019 make a difference: few levels and many,
// an even and an odd number of them, all of which have weight or only the outermost.
func TestVectorsOfFixedStatesAgree(t *testing.T) {
	eachForm(t, vectorsOfFixedStatesAgree, vectorsOfFixedStatesAgree)
}

func vectorsOfFixedStatesAgree[F fmath.Float](t *testing.T, form vector.Form[F]) {
	for _, levels := range []int{2, 3, 10, 101} {
		for _, temperature := range []float64{0.05, 1, 100} {
			t.Run(fmt.Sprintf("%d levels at %v", levels, temperature), func(t *testing.T) {
				net, err := tnn.Build(fixedStates(levels, temperature), 1)
				if err != nil {
					t.Fatal(err)
				}
				vectorsAgree(t, form, net, 1, int64(20+few(40)))
			})
		}
	}
}

// From any state a step of hylton2019 is the same: with weights of zero, potentials whose
// squares vanish, and charges without a potential, so that pairs are passed over.
func TestVectorsAgreeFromAnyState(t *testing.T) {
	eachForm(t, vectorsAgreeFromAnyState, vectorsAgreeFromAnyState)
}

func vectorsAgreeFromAnyState[F fmath.Float](t *testing.T, form vector.Form[F]) {
	r := rand.New(rand.NewPCG(7, 8))
	for range few(200) {
		net, err := tnn.Build(fixedStates(2+r.IntN(10), 1), 1)
		if err != nil {
			t.Fatal(err)
		}
		want, have := bothForms(t, form, net, 1)
		s, err := want.State()
		if err != nil {
			t.Fatal(err)
		}
		sign := func() F { return F(2*r.IntN(2) - 1) }
		for _, field := range []struct {
			name string
			sign func() F
		}{
			{"charge0", func() F { return 1 }}, {"charge1", func() F { return -1 }},
			{"potential0", sign}, {"potential1", sign}, {"weight", sign},
		} {
			sparse := r.IntN(2) == 0 // most numbers are zero
			values := state.Values[F](s.Array(field.name))
			for i := range values {
				values[i] = field.sign() * pick[F](r, 0, tiny[F](), 0.1, 1)
				if sparse && r.IntN(8) > 0 {
					values[i] = 0
				}
			}
		}
		for _, e := range []*engine[F]{want, have} {
			if err := e.SetState(s); err != nil {
				t.Fatal(err)
			}
		}
		backendtest.Agree(t, net, want, have, 1, 2)
	}
}

// tiny is a number whose square vanishes.
func tiny[F fmath.Float]() F {
	var x F
	switch x := any(&x).(type) {
	case *float32:
		*x = 1e-30
	case *float64:
		*x = 1e-200
	}
	return x
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

func vectorsAgree[F fmath.Float](t *testing.T, form vector.Form[F], net *tnn.Network, threads int, steps int64) {
	t.Helper()
	want, have := bothForms(t, form, net, threads)
	backendtest.Agree(t, net, want, have, 1, 20, steps)
}

// bothForms opens a network to be visited a node at a time and a slice at a time.
func bothForms[F fmath.Float](t *testing.T, form vector.Form[F], net *tnn.Network, threads int) (want, have *engine[F]) {
	t.Helper()
	o := backend.Options{Precision: state.PrecisionOf[F](), Seeds: []uint64{1, 2, 3}, Threads: threads}
	want, err := newEngine(net, o, scalars[F])
	if err != nil {
		t.Fatal(err)
	}
	have, err = newEngine(net, o, vectorized(form))
	if err != nil {
		t.Fatal(err)
	}
	have.plan = newPlan(net.Layout, threads, len(o.Seeds), 1)
	return want, have
}

// same fails where a lane differs.
func same[F fmath.Float](t *testing.T, what string, have, want F, of ...any) {
	t.Helper()
	if !fmath.SameBits(have, want) {
		t.Fatalf("%s of %v is %x, want %x", what, of, have, want)
	}
}

// pick chooses one of some numbers, or any between 0 and the last.
func pick[F fmath.Float](r *rand.Rand, marks ...F) F {
	if i := r.IntN(2 * len(marks)); i < len(marks) {
		return marks[i]
	}
	return marks[len(marks)-1] * F(r.Float32())
}

// smallest is the smallest positive number, which is subnormal.
func smallest[F fmath.Float]() F {
	var x F
	switch x := any(&x).(type) {
	case *float32:
		*x = math.SmallestNonzeroFloat32
	case *float64:
		*x = math.SmallestNonzeroFloat64
	}
	return x
}

// Stage Sample2020 against sample2020: depths of all sizes, alike, zero and subnormal.
func TestVectorSample(t *testing.T) { eachForm(t, vectorSample, vectorSample) }

func vectorSample[F fmath.Float](t *testing.T, form vector.Form[F]) {
	r := rand.New(rand.NewPCG(1, 2))
	p := lonePlace(form)
	node := tnn.NodeParameters[F]{Cut: 24}
	n, f := p.network(), p.frame()
	f.Mine = math.MaxUint32
	depth, sums := &f.Work.Depth, &f.Work.Sums
	for round := range few(1 << 14) {
		node.Levels, node.Threshold = F(2+r.IntN(120)), pick[F](r, 1e-4, 0.01, 0.1, 0.5, 2)
		p.sweep(&sweep[F]{k: uint32(round), node: &node, edge: &plasticity[F]{}})
		for lane := range tnn.Lanes {
			depths := [2]F{}
			for side := range depths {
				depths[side] = pick(r, 0, F(math.Copysign(0, -1)), smallest[F](), 1e-20, node.Threshold, 3*node.Threshold,
					1, 24, 100, node.Threshold*0x1p23, node.Threshold*0x1p27)
			}
			if r.IntN(4) == 0 {
				depths[1] = depths[0]
			}
			depth[0][lane], depth[1][lane] = depths[0], depths[1]
			p.energy[lane] = -depths[0] * F(r.Float32())
		}
		before := p.energy
		form.Sample2020(n, &p.v.sweep, f)
		for lane := range tnn.Lanes {
			word, _, _, _ := rng.Draw(uint32(p.id[lane]), 0, uint32(round), rng.NodeState, [2]uint32{})
			minus, plus, u := depth[0][lane], depth[1][lane], rng.Uniform[F](word)
			want := sample2020(minus, plus, u, &node)
			of := []any{minus, plus, u, node}
			same(t, "state", f.Work.X[lane], want.x, of...)
			same(t, "energy", sums[tnn.SumEnergy][lane], want.energy, of...)
			same(t, "free energy", sums[tnn.SumFreeEnergy][lane], want.free, of...)
			same(t, "entropy", sums[tnn.SumEntropy][lane], want.entropy, of...)
			fluctuating := abs(want.energy-before[lane]) > node.Threshold
			if (sums[tnn.SumFluctuating][lane] == 1) != fluctuating {
				t.Fatalf("fluctuating after energy %v of %v: %v", before[lane], of, !fluctuating)
			}
		}
	}
}

// Stage Sample2019 against sample2019: depths of all sizes, alike, zero and subnormal,
// in relaxing and in adapting visits.
func TestVectorSample2019(t *testing.T) { eachForm(t, vectorSample2019, vectorSample2019) }

func vectorSample2019[F fmath.Float](t *testing.T, form vector.Form[F]) {
	r := rand.New(rand.NewPCG(5, 6))
	p := lonePlace(form)
	n, f := p.network(), p.frame()
	f.Mine = math.MaxUint32
	depth, sums := &f.Work.Depth, &f.Work.Sums
	room := make([]F, mostLevels)
	for round := range few(1 << 12) {
		levels := int(pick[F](r, 2, 3, 4, 10, 101, 120))
		if levels < 2 || r.IntN(100) == 0 {
			levels = mostLevels
		}
		node, states := tnn.NodeParametersOf[F](tnn.GroupSpec{Levels: levels}), ladderOf[F](levels)
		s := sweep[F]{k: uint32(round), adapting: round%2 == 1, node: &node, states: &states, edge: &plasticity[F]{}}
		p.sweep(&s)
		for lane := range tnn.Lanes {
			for side := range depth {
				depth[side][lane] = pick(r, 0, smallest[F](), 1e-20, 1e-3, 0.1, 1, 24, 100, 1e4)
			}
			if r.IntN(4) == 0 {
				depth[1][lane] = depth[0][lane]
			}
			p.state[lane], p.adapted[lane] = F(2*r.Float64()-1), F(2*r.Float64()-1)
		}
		before := *p
		form.Sample2019(n, &p.v.sweep, f)
		for lane := range tnn.Lanes {
			word, _, _, _ := rng.Draw(uint32(p.id[lane]), 0, s.k, rng.NodeState, [2]uint32{})
			minus, plus, u := depth[0][lane], depth[1][lane], rng.Uniform[F](word)
			want := sample2019(minus, plus, u, &states, room, &node)
			of := []any{minus, plus, u, levels, s.adapting}
			same(t, "state", p.state[lane], want.x, of...)
			if !s.adapting {
				same(t, "offered state", p.offered[lane], before.state[lane], of...)
				continue
			}
			same(t, "adapted state", p.adapted[lane], want.x, of...)
			same(t, "energy", sums[tnn.SumEnergy][lane], want.energy+(plus+minus), of...)
			same(t, "free energy", sums[tnn.SumFreeEnergy][lane], want.free, of...)
			same(t, "entropy", sums[tnn.SumEntropy][lane], want.entropy, of...)
			same(t, "change", sums[tnn.SumChange][lane], abs((want.x-before.adapted[lane])*0.5), of...)
		}
	}
}

// Draws whose target is rounded to all that the weights of a side come to fall on the
// last of its levels. Only in single precision were such found.
func TestVectorSample2019OfLastLevels(t *testing.T) {
	for _, form := range forms[float32]() {
		p := lonePlace(form)
		n, f := p.network(), p.frame()
		f.Mine = math.MaxUint32
		node, states := tnn.NodeParametersOf[float32](tnn.GroupSpec{Levels: 3}), ladderOf[float32](3)
		p.sweep(&sweep[float32]{node: &node, states: &states, edge: &plasticity[float32]{}})
		draws := []struct {
			id             int32
			minus, plus, x float32
		}{
			{1106270, 0.31279886, 0.11838275, 0}, {22099750, 0.9133527, 0.5833582, 0},
			{33397787, 0.60550845, 0.46122265, 0}, {58405564, 0.24502802, 0.59468055, 1},
		}
		for lane, d := range draws {
			p.id[lane], f.Work.Depth[0][lane], f.Work.Depth[1][lane] = d.id, d.minus, d.plus
		}
		form.Sample2019(n, &p.v.sweep, f)
		for lane, d := range draws {
			same(t, "state", p.state[lane], d.x, d)
			word, _, _, _ := rng.Draw(uint32(d.id), 0, 0, rng.NodeState, [2]uint32{})
			same(t, "state", sample2019(d.minus, d.plus, rng.Uniform[float32](word), &states, make([]float32, 3), &node).x, d.x, d)
		}
	}
}

// place is memory for a slice of nodes without edges.
type place[F fmath.Float] struct {
	id               [tnn.Lanes]int32
	state, energy    [tnn.Lanes]F
	adapted, offered [tnn.Lanes]F
	v                *vectors[F]
}

// mostLevels is the room for fixed states in it.
const mostLevels = 1000

func lonePlace[F fmath.Float](form vector.Form[F]) *place[F] {
	p := &place[F]{v: newVectors(form, &tnn.Network{Spec: fixedStates(mostLevels, 1), Layout: &tnn.Layout{Active: []uint32{0}, Rows: []int64{0, 63}}}, nil)}
	for lane := range p.id {
		p.id[lane] = int32(1000003 * lane)
	}
	return p
}

func (p *place[F]) network() *vector.Network[F] {
	p.v.setNetwork(&replica[F]{})
	n := &p.v.network
	n.ID, n.State, n.Energy, n.Adapted, n.Offered = &p.id[0], &p.state[0], &p.energy[0], &p.adapted[0], &p.offered[0]
	return n
}

func (p *place[F]) frame() *vector.Frame[F] { return &p.v.frame }

func (p *place[F]) sweep(s *sweep[F]) { p.v.setSweep(s) }

// Stage Change against plasticity.change, with batches of all lengths.
func TestVectorChange(t *testing.T) { eachForm(t, vectorChange, vectorChange) }

func vectorChange[F fmath.Float](t *testing.T, form vector.Form[F]) {
	r := rand.New(rand.NewPCG(3, 4))
	p := lonePlace(form)
	n, f, b := p.network(), p.frame(), &p.v.changed
	for round := range few(1 << 10) {
		spec := tnn.EdgeSpec{Kind: tnn.Real1, Noise: true, InverseTemperature: pick(r, 0.4, 80, 1000.),
			SizeMass: pick(r, 0, 5, 30.), Bound: pick(r, 1, 0.7, 160)}
		edge := plasticity[F]{tnn.EdgeParametersOf[F](spec), spec.Kind, spec.Noise}
		s := sweep[F]{k: uint32(round), edge: &edge, node: &tnn.NodeParameters[F]{}}
		f.Count = int64(2 * round % (len(b.w) - tnn.Lanes))
		for i := range b.w {
			word := i * b.stride
			b.i[word], b.j[word], b.twice[word] = r.Uint32(), r.Uint32(), -(r.Uint32() & 1)
			b.twice[word+b.stride-1] = b.twice[word] // the lane's upper half
			b.w[i] = edge.Bound * F(2*r.Float64()-1)
			b.err[i], b.again[i] = pick(r, 0, smallest[F](), 1e-20, 1, 100)-pick[F](r, 0, 1), F(r.Float64()-0.5)
			b.square[i] = pick(r, 0, smallest[F](), 1e-30, 1e-6, 1)
		}
		w := append([]F{}, b.w...)
		p.v.change(&replica[F]{}, &s)
		want := append([]F{}, b.w...)
		copy(b.w, w)
		p.sweep(&s)
		form.Change(n, &p.v.sweep, f)
		for i := range f.Count {
			same(t, "weight", b.w[i], want[i], w[i], b.err[i], b.again[i], b.square[i], edge)
		}
	}
}

// Rows lead where the tables of the layout lead.
func TestVectorRows(t *testing.T) {
	for _, c := range tnntest.Catalogue() {
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
