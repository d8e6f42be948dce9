package hopfield

import (
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/graph"
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
	for _, n := range []int{37, 63, 1000, 4099} {
		for _, update := range []hopfield.Update{hopfield.Async, hopfield.Cyclic, hopfield.IID, hopfield.Sync, hopfield.Blocks} {
			for _, temperature := range []float64{0, 0.4} {
				if n > 1000 && (temperature > 0 || update != hopfield.Async && update != hopfield.Sync) {
					continue // they take long
				}
				t.Run(fmt.Sprint(n, update, temperature), func(t *testing.T) {
					make := func(matrix bool, threads int) ([]float64, *state.State) {
						b := open(t, spec(func(s *hopfield.Spec) {
							s.Network.Units, s.Network.Matrix = n, matrix
							if n > 1000 {
								s.Patterns.Load = 0.01
							}
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
// magnitude; in a dense memory, whose fields are differences of sum F, by the field over
// F(N).
func TestEnergyFalls(t *testing.T) {
	for name, change := range map[string]func(s *hopfield.Spec){
		"hebb":                  func(*hopfield.Spec) {},
		"hebb without a matrix": func(s *hopfield.Spec) { s.Network.Matrix = false },
		"storkey":               func(s *hopfield.Spec) { s.Network.Rule = hopfield.StorkeyRule },
		"projection":            func(s *hopfield.Spec) { s.Network.Rule = hopfield.ProjectionRule },
		"mpf":                   func(s *hopfield.Spec) { s.Network.Rule, s.Network.Iterations = hopfield.FlowRule, 50 },
		"thresholds":            func(s *hopfield.Spec) { s.Network.Thresholds = []float64{0.05} },
		"damaged":               func(s *hopfield.Spec) { s.Network.Damage = 0.3 },
		"clipped":               func(s *hopfield.Spec) { s.Network.Clip = true },
		"lattice": func(s *hopfield.Spec) {
			s.Graph = hopfield.GraphSpec{Kind: graph.Neighbor, Sides: []int{10, 10}, Connections: 12}
		},
		"quartic": func(s *hopfield.Spec) { s.Network.Rule, s.Network.Degree = hopfield.Polynomial, 4 },
	} {
		s := spec(func(s *hopfield.Spec) { s.Network.Units = 100; s.Recall.Fraction = 0.4; change(s) })
		n, err := s.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		net := n.(*hopfield.Network)
		m, err := net.Memory(s, 7)
		if err != nil {
			t.Fatal(err)
		}
		falls := 2 * m.Unit
		if m.Rule == hopfield.Polynomial {
			falls = math.Pow(100, -float64(m.Degree))
		}
		start, _ := net.StartOf(s, m, 7)
		r, flips := newRecall[float64](m, start, 0, false, new(sync.Pool)), 0
		for i := range 300 {
			before, h := energy(m, r.s), r.fields.at(i%100, r.s)
			if !r.visit(i%100, 0) {
				continue
			}
			flips++
			if fall, want := before-energy(m, r.s), math.Abs(float64(h))*falls; math.Abs(fall-want) > 1e-12*math.Abs(before) {
				t.Fatalf("%s: the energy falls by %g, it must be %g", name, fall, want)
			}
		}
		if flips < 20 {
			t.Errorf("%s: %d flips show little", name, flips)
		}
	}
}

// TestBlocksMayRaiseTheEnergy: in parts of a sweep that decide from the same fields, at
// zero temperature, which one after another never do.
func TestBlocksMayRaiseTheEnergy(t *testing.T) {
	rises := func(update hopfield.Update, blocks int) (count int) {
		const replicas, sweeps = 40, 8
		s := spec(func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Load, s.Recall.Update, s.Recall.Blocks = 63, 0.4, update, blocks
			s.Recall.Corruption = hopfield.AnyStart
		})
		sums, _ := run(t, open(t, s, backend.Options{}, replicas), sweeps)
		for at := replicas * hopfield.Sums; at < len(sums); at += hopfield.Sums {
			if sums[at+hopfield.SumEnergy] > sums[at-replicas*hopfield.Sums+hopfield.SumEnergy] {
				count++
			}
		}
		return count
	}
	if n := rises(hopfield.Blocks, 2); n == 0 {
		t.Error("in two parts the energy never rises")
	}
	for _, update := range []hopfield.Update{hopfield.Async, hopfield.Cyclic, hopfield.IID} {
		if n := rises(update, 0); n > 0 {
			t.Errorf("%s: the energy rises in %d sweeps", update, n)
		}
	}
}

// TestTogetherEnds: where all units decide at once by symmetric couplings, -sum |h| never
// rises, and each recall ends in a fixed point or in a cycle of two.
func TestTogetherEnds(t *testing.T) {
	for _, rule := range []hopfield.Rule{hopfield.Hebb, hopfield.StorkeyRule, hopfield.ProjectionRule} {
		for _, load := range []float64{0.1, 0.5} {
			const replicas = 40
			s := spec(func(s *hopfield.Spec) {
				s.Network.Units, s.Network.Rule, s.Patterns.Load = 63, rule, load
				s.Recall.Update, s.Recall.Corruption = hopfield.Sync, hopfield.AnyStart
			})
			b := open(t, s, backend.Options{Precision: state.Double}, replicas)
			if err := b.Watch(hopfield.FieldField); err != nil {
				t.Fatal(err)
			}
			ends := map[float64]int{}
			before := make([]float64, replicas)
			for sweep := range 60 {
				sums, last := run(t, b, 1)
				fields, err := b.Field(hopfield.FieldField, nil)
				if err != nil {
					t.Fatal(err)
				}
				for r := range replicas {
					all := 0.0
					for i := range 63 {
						all -= math.Abs(fields.At(r*63 + i))
					}
					if sweep > 0 && all > before[r]+1e-12*math.Abs(all) {
						t.Errorf("%s at load %g: -sum |h| rises from %g to %g", rule, load, before[r], all)
					}
					before[r] = all
					if sweep == 59 {
						ends[sums[r*hopfield.Sums+hopfield.SumPeriod]]++
						one := hopfield.NewPattern(63)
						one.Read(last.Array(hopfield.StateField).Ints[r*63 : r*63+63])
						if period := periodOf(b.(*engine[float64]).replicas[r].memory, one); float64(period) != sums[r*hopfield.Sums+hopfield.SumPeriod] {
							t.Errorf("%s at load %g: the period is %d, it says %g", rule, load, period, sums[r*hopfield.Sums+hopfield.SumPeriod])
						}
					}
				}
			}
			if ends[0] > 0 || ends[1]+ends[2] != replicas || load > 0.1 && ends[2] == 0 {
				t.Errorf("%s at load %g: recalls by period: %v", rule, load, ends)
			}
		}
	}
}

// periodOf is after how many sweeps a state comes back where all units decide at once, 0
// if not after three.
func periodOf(m *hopfield.Memory, s hopfield.Pattern) int {
	r := newRecall[float64](m, s, 0, false, new(sync.Pool))
	all := make([]int32, m.N)
	for i := range all {
		all[i] = int32(i)
	}
	for sweep := 1; sweep <= 3; sweep++ {
		if r.together(all, nil); hopfield.Same(r.s, s) {
			return sweep
		}
	}
	return 0
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
		r := newRecall[float64](hopfield.NewOverlapMemory(hopfield.Hebb, p, n), start, 0, false, new(sync.Pool))
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
	r := newRecall[float64](hopfield.NewOverlapMemory(hopfield.Hebb, one, n), start, 0, false, new(sync.Pool))
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
			spare := new(sync.Pool)
			for b.Loop() {
				r, err := newReplica[float32](net.(*hopfield.Network), s, keys[0], spare)
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
	f := newFields(m, new(sync.Pool))
	f.set(s)
	e, _ := m.Energy(s, func(i int) int64 { return f.at(i, s) })
	return e
}
