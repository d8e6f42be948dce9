package hopfield

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// spec is the default with changes.
func spec(change func(s *hopfield.Spec)) *hopfield.Spec {
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Load = 1000, 0.1
	change(s)
	return s
}

// open validates, builds and opens a specification with replicas of seed 5.
func open(t testing.TB, s *hopfield.Spec, o backend.Options, replicas int) backend.Backend {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Build(5, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Seeds = model.Keys(s, 5, replicas, 1)
	b, err := New(n.(*hopfield.Network), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// run gives the sums and the last state of some sweeps.
func run(t testing.TB, b backend.Backend, sweeps int) ([]float64, *state.State) {
	t.Helper()
	sums, err := b.Advance(sweeps)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return sums, s
}

// TestForms: fields from a matrix and from overlaps, and any number of threads, recall
// the same.
func TestForms(t *testing.T) {
	for _, n := range []int{37, 63, 300} {
		for _, update := range []hopfield.Update{hopfield.Async, hopfield.Cyclic, hopfield.IID, hopfield.Sync, hopfield.Blocks} {
			for _, temperature := range []float64{0, 0.4} {
				t.Run(fmt.Sprint(n, update, temperature), func(t *testing.T) {
					make := func(matrix bool, threads int) ([]float64, *state.State) {
						b := open(t, spec(func(s *hopfield.Spec) {
							s.Network.Units, s.Network.Matrix = n, matrix
							s.Recall.Update, s.Recall.Temperature = update, temperature
							if update == hopfield.Blocks {
								s.Recall.Blocks = 5
							}
						}), backend.Options{Threads: threads}, 5)
						return run(t, b, 6)
					}
					sums, last := make(true, 1)
					other, state := make(false, 3)
					if !reflect.DeepEqual(sums, other) || !reflect.DeepEqual(last, state) {
						t.Error("the forms differ")
					}
				})
			}
		}
	}
}

// TestResume: a state that is put into another backend goes on alike, also when some
// recalls have ended.
func TestResume(t *testing.T) {
	for _, update := range []hopfield.Update{hopfield.Async, hopfield.Sync} {
		s := spec(func(s *hopfield.Spec) { s.Network.Units, s.Recall.Update, s.Recall.Fraction = 200, update, 0.4 })
		whole, last := run(t, open(t, s, backend.Options{}, 8), 12)
		b := open(t, s, backend.Options{}, 8)
		_, middle := run(t, b, 3)
		c := open(t, s, backend.Options{}, 8)
		if err := c.SetState(middle); err != nil {
			t.Fatal(err)
		}
		rest, end := run(t, c, 9)
		if !reflect.DeepEqual(whole[3*8*hopfield.Sums:], rest) || !reflect.DeepEqual(last, end) {
			t.Errorf("%s: the resumed recall differs", update)
		}
	}
}

// TestEnergyFalls: at zero temperature each flip lowers the energy by twice the field's
// magnitude.
func TestEnergyFalls(t *testing.T) {
	for _, rule := range []hopfield.Rule{hopfield.Hebb, hopfield.StorkeyRule, hopfield.ProjectionRule, hopfield.FlowRule} {
		s := spec(func(s *hopfield.Spec) {
			s.Network.Units, s.Network.Rule = 100, rule
			if rule == hopfield.FlowRule {
				s.Network.Iterations = 50
			}
		})
		n, err := s.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		net := n.(*hopfield.Network)
		m, err := net.Memory(s, 7)
		if err != nil {
			t.Fatal(err)
		}
		start, _ := net.StartOf(s, m, 7)
		r := newRecall[float64](m, start, 0, false)
		for i := range 300 {
			before, h := energy(m, r.s), r.fields.at(i%100, r.s)
			if !r.visit(i%100, 0) {
				continue
			}
			if fall, want := before-energy(m, r.s), 2*math.Abs(float64(h))*m.Unit; math.Abs(fall-want) > 1e-12*math.Abs(before) {
				t.Fatalf("%s: the energy falls by %g, 2|h| is %g", rule, fall, want)
			}
		}
	}
}

// TestSymmetries: negating all units negates the recall; negating a unit everywhere (a
// gauge) negates it in the recall; and one pattern is recalled in one sweep, or its
// negative.
func TestSymmetries(t *testing.T) {
	const n = 101
	w := hopfield.NewDraws(3)
	stored := func(gauge hopfield.Pattern) []hopfield.Pattern {
		out := []hopfield.Pattern{w.Pattern(n, 0), w.Pattern(n, 1), w.Pattern(n, 2), w.Pattern(n, 3), w.Pattern(n, 4)}
		for _, p := range out {
			for i := range p {
				p[i] ^= gauge[i]
			}
		}
		return out
	}
	order := make([]int32, n)
	w.Order(order, 1)
	end := func(p []hopfield.Pattern, start hopfield.Pattern) hopfield.Pattern {
		r := newRecall[float64](hopfield.NewOverlapMemory(hopfield.Hebb, p, n), start, 0, false)
		for r.sweep(order, nil) > 0 {
		}
		return r.s
	}
	none, gauge, all := hopfield.NewPattern(n), w.RandomStart(n, 9), hopfield.NewPattern(n)
	for i := range n {
		all.Set(i, true)
	}
	times := func(p, q hopfield.Pattern) hopfield.Pattern {
		out := p.Clone()
		for i := range out {
			out[i] ^= q[i]
		}
		return out
	}
	start := w.RandomStart(n, 1)
	plain := end(stored(none), start)
	if !hopfield.Same(end(stored(none), times(start, all)), times(plain, all)) {
		t.Error("the recall of the negative is not the negative")
	}
	if !hopfield.Same(end(stored(gauge), times(start, gauge)), times(plain, gauge)) {
		t.Error("a gauge changes the recall")
	}
	one := []hopfield.Pattern{w.Pattern(n, 0)}
	want := one[0]
	if one[0].Overlap(start, n) < 0 {
		want = times(one[0], all)
	}
	r := newRecall[float64](hopfield.NewOverlapMemory(hopfield.Hebb, one, n), start, 0, false)
	r.sweep(order, nil)
	if !hopfield.Same(r.s, want) {
		t.Error("a single pattern is not recalled in a sweep")
	}
}

// TestProjectionEnergy: stored patterns have the energy -(N-P)/2.
func TestProjectionEnergy(t *testing.T) {
	const n, p = 200, 60
	w := hopfield.NewDraws(11)
	var patterns []hopfield.Pattern
	for mu := range uint32(p) {
		patterns = append(patterns, w.Pattern(n, mu))
	}
	m, err := hopfield.Projection(patterns, n, false)
	if err != nil {
		t.Fatal(err)
	}
	q, err := hopfield.Quantise(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	memory := hopfield.NewMatrixMemory(hopfield.ProjectionRule, patterns, q)
	for mu, x := range patterns {
		exact := 0.0
		for i := range n {
			for j, v := range m.Row(i) {
				exact -= v * float64(x.Sign(i)*x.Sign(j)) / 2
			}
		}
		if want := -float64(n-p) / 2; math.Abs(exact-want) > 1e-9*n || math.Abs(energy(memory, x)-want) > 1e-6*n {
			t.Errorf("pattern %d has the energy %.12g, from integers %.12g; it must be %g", mu, exact, energy(memory, x), want)
		}
	}
}

// TestTwoMemories: the order of the units decides between a pattern and its negative
// (docs/hopfield.md section 11).
func TestTwoMemories(t *testing.T) {
	for first, want := range map[int]string{0: "--+-", 2: "++-+"} {
		for _, p := range hopfield.Presets() {
			if p.Name != "hopfield-two-memories" {
				continue
			}
			p.Spec.Recall.First = first
			_, last := run(t, open(t, p.Spec, backend.Options{}, 1), 5)
			got := hopfield.NewPattern(4)
			got.Read(last.Array(hopfield.StateField).Ints)
			if got.Text(4) != want {
				t.Errorf("from unit %d on the end is %s, want %s", first, got.Text(4), want)
			}
		}
	}
}

// TestGlyphs: the projection rule recalls each of 26 letters from a fifth of its units
// wrong, and Hebb's rule none, as their overlaps are large.
func TestGlyphs(t *testing.T) {
	exact := map[hopfield.Rule]int{}
	for _, rule := range []hopfield.Rule{hopfield.ProjectionRule, hopfield.Hebb} {
		for trial := range 26 {
			s := spec(func(s *hopfield.Spec) {
				s.Network = hopfield.NetworkSpec{Rule: rule}
				s.Patterns = hopfield.PatternsSpec{Letters: 32, Bias: 0.5}
				s.Recall.Trial = trial
			})
			sums, _ := run(t, open(t, s, backend.Options{}, 1), 20)
			if sums[len(sums)-hopfield.Sums+hopfield.SumOverlap] == 1 {
				exact[rule]++
			}
		}
	}
	if exact[hopfield.ProjectionRule] < 25 || exact[hopfield.Hebb] != 0 {
		t.Errorf("of 26 letters, projection recalls %d exactly and hebb %d", exact[hopfield.ProjectionRule], exact[hopfield.Hebb])
	}
}

func BenchmarkRecall(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := spec(func(s *hopfield.Spec) { s.Network.Units = n })
			net, err := s.Build(5, nil)
			if err != nil {
				b.Fatal(err)
			}
			keys := model.Keys(s, 5, 1, 1)
			if _, err := net.(*hopfield.Network).Memory(s, keys[0]); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				r, err := newReplica[float32](net.(*hopfield.Network), s, keys[0])
				if err != nil {
					b.Fatal(err)
				}
				var sums [hopfield.Sums]float64
				for t := int64(1); r.period == 0; t++ {
					r.advance(t, nil, sums[:])
				}
			}
		})
	}
}

// energy is that of a state, from fresh fields.
func energy(m *hopfield.Memory, s hopfield.Pattern) float64 {
	f := newFields(m)
	f.set(s)
	e, _ := m.Energy(s, func(i int) int64 { return f.at(i, s) })
	return e
}
