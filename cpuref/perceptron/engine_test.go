package perceptron

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrontest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// run makes steps in parts of so many, and gives the sums of all and the state.
func run(t *testing.T, net *perceptron.Network, o backend.Options, steps, part int) ([]float64, *state.State) {
	t.Helper()
	b, err := New(net, o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var sums []float64
	for done := 0; done < steps; done += part {
		more, err := b.Advance(min(part, steps-done))
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, more...)
	}
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return sums, s
}

// equal compares bits.
func equal(t *testing.T, what string, a, b *state.State) {
	t.Helper()
	for i := range a.Arrays {
		x, y := &a.Arrays[i], &b.Arrays[i]
		for k := range x.Len() {
			if math.Float64bits(x.At(k)) != math.Float64bits(y.At(k)) {
				t.Fatalf("%s: value %d of %s is %v and %v", what, k, x.Name, x.At(k), y.At(k))
			}
		}
	}
}

func equalSums(t *testing.T, what string, a, b []float64) {
	t.Helper()
	if !slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
		t.Fatalf("%s: the sums differ", what)
	}
}

// Threads, and how many steps are asked for at a time, change nothing; nor does it
// which students share a realisation.
func TestSameBits(t *testing.T) {
	for _, c := range perceptrontest.Cases() {
		for _, precision := range []state.Precision{state.Single, state.Double} {
			o := backend.Options{Precision: precision, Seeds: c.Keys, Threads: 1}
			sums, want := run(t, c.Network, o, 40, 40)
			o.Threads = 3
			others, got := run(t, c.Network, o, 40, 7)
			equal(t, c.Name+" on threads", want, got)
			equalSums(t, c.Name+" on threads", sums, others)
			for _, r := range []int{3, len(c.Keys) - 1} {
				alone := &perceptron.Network{Spec: c.Network.SpecOf(r)}
				_, got := run(t, alone, backend.Options{Precision: precision, Seeds: c.Keys[r : r+1], Threads: 1}, 40, 40)
				for i := range got.Arrays {
					a, n := &got.Arrays[i], got.Arrays[i].Len()
					for k := range n {
						if x, y := want.Arrays[i].At(r*n+k), a.At(k); math.Float64bits(x) != math.Float64bits(y) {
							t.Fatalf("%s: value %d of %s of replica %d is %v among others and %v alone", c.Name, k, a.Name, r, x, y)
						}
					}
				}
			}
		}
	}
}

// A run goes on from its state.
func TestGoesOn(t *testing.T) {
	for _, c := range perceptrontest.Cases() {
		o := backend.Options{Seeds: c.Keys, Threads: 2}
		sums, want := run(t, c.Network, o, 40, 40)
		_, half := run(t, c.Network, o, 17, 17)
		b, err := New(c.Network, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.SetState(half); err != nil {
			t.Fatal(err)
		}
		rest, err := b.Advance(23)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.State()
		if err != nil {
			t.Fatal(err)
		}
		equal(t, c.Name, want, got)
		equalSums(t, c.Name, sums[len(sums)-len(rest):], rest)
		b.Close()
	}
}

// A literal2 run at (k, nut, dt) is a consistent run at (k/2, nut/2, 2 dt), bit for
// bit (docs/perceptron.md section 1).
func TestLiteral2IsHalfTheDrive(t *testing.T) {
	for _, rule := range []perceptron.Rule{perceptron.Hebb, perceptron.Perceptron, perceptron.AdaTron, perceptron.AlphaTron} {
		literal := perceptron.Defaults()
		p := &literal.Perceptron
		p.N, p.B, p.Rule, p.Noise, p.Time, p.AverageFrom = 301, 5, rule, perceptron.Literal2, 0.3, 0
		if rule == perceptron.AlphaTron {
			p.Alpha = 0.5
		}
		consistent := *literal
		q := &consistent.Perceptron
		q.Noise, q.K, q.Nut, q.Dt, q.Time = perceptron.Sqrt2, p.K/2, p.Nut/2, 2*p.Dt, 2*p.Time
		for _, precision := range []state.Precision{state.Single, state.Double} {
			o := backend.Options{Precision: precision, Seeds: []uint64{5}, Threads: 1}
			_, a := run(t, &perceptron.Network{Spec: literal}, o, 300, 300)
			_, b := run(t, &perceptron.Network{Spec: &consistent}, o, 300, 300)
			w, v := a.Array(perceptron.Weights), b.Array(perceptron.Weights)
			for i := range w.Len() {
				if math.Float64bits(w.At(i)) != math.Float64bits(v.At(i)) {
					t.Fatalf("%s in %s precision: component %d is %v and %v", rule, precision, i, w.At(i), v.At(i))
				}
			}
		}
	}
}

// Without a drive each weight is an Ornstein-Uhlenbeck process of variance
// D/(k(1 - k dt/2)), and gives off no heat.
func TestWithoutDrive(t *testing.T) {
	s := perceptron.Defaults()
	p := &s.Perceptron
	p.N, p.B, p.Nut, p.K, p.D, p.Dt, p.Time, p.AverageFrom, p.HeatEvery = 20000, 1, 0, 2, 0.7, 0.1, 20, 0, 1
	sums, _ := run(t, &perceptron.Network{Spec: s}, backend.Options{Precision: state.Double, Seeds: []uint64{9}, Threads: 2}, 200, 200)
	net := &perceptron.Network{Spec: s}
	columns := net.Describe().Columns
	row := make([]float64, len(columns))
	var Qs []float64
	for step := 100; step <= 200; step += 10 {
		net.Row(row, sums[(step-1)*perceptron.Sums:][:perceptron.Sums])
		Qs = append(Qs, row[slices.IndexFunc(columns, named("Q"))])
	}
	want := p.D / (p.K * (1 - p.K*p.Dt/2))
	if e := stats.Mean(Qs); math.Abs(e.Mean-want) > 4*want*math.Sqrt(2.0/20000/5) {
		t.Errorf("Q is %v, want %v", e.Mean, want)
	}
	// The heat of a process in a potential is the change of the potential.
	start := p.K / 2 * 1
	if heat := row[slices.IndexFunc(columns, named("total_heat"))]; math.Abs(heat-(start-p.K/2*row[slices.IndexFunc(columns, named("Q"))])) > 0.02 {
		t.Errorf("the heat of the whole run is %v per weight", heat)
	}
}

// A student that grows without bound ends at a record, says when, and stays; the
// others go on.
func TestDivergence(t *testing.T) {
	net := &perceptron.Network{}
	for _, alpha := range []float64{2, 0.25} {
		s := perceptron.Defaults()
		p := &s.Perceptron
		p.N, p.B, p.Time, p.AverageFrom, p.Rule, p.Alpha = 1000, 3, 0.3, 0, perceptron.AlphaTron, alpha
		net.Spec = s
		net.Variants = append(net.Variants, s)
	}
	sums, end := run(t, net, backend.Options{Seeds: []uint64{4, 4}, Threads: 1}, 300, 300)
	ends := net.Ends(end)
	if len(ends) != 1 || ends[0].Replica != 0 {
		t.Fatalf("ends are %v, want one of replica 0", ends)
	}
	if at := ends[0].Step; at < 120 || at > 200 || at%10 != 0 {
		t.Errorf("alpha = 2 ends at step %d, want a record from 120 to 200", at)
	}
	last, before := sums[len(sums)-2*perceptron.Sums:], sums[len(sums)-22*perceptron.Sums:]
	if !net.HasEnded(last[:perceptron.Sums]) || net.HasEnded(last[perceptron.Sums:]) {
		t.Error("the sums do not tell who has ended")
	}
	equalSums(t, "after the end", last[:perceptron.Sums], before[:perceptron.Sums])
}

func named(name string) func(model.Column) bool {
	return func(c model.Column) bool { return c.Name == name }
}
