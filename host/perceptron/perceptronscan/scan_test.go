package perceptronscan_test

import (
	"context"
	"math"
	"os"
	"slices"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptronscan"
	"tnn-gpu/host/stats"
)

// bench makes an experiment's trials on the processor.
type bench struct {
	t      *testing.T
	kind   experiment.Kind
	runner experiment.Runner
}

func newBench(t *testing.T, name string, base *perceptron.Spec) *bench {
	t.Helper()
	if testing.Short() {
		t.Skip("statistics take long")
	}
	kinds := perceptronscan.Kinds()
	i := slices.IndexFunc(kinds, func(k experiment.Kind) bool { return k.Name == name })
	lab := experiment.Lab{Open: func(n model.Network, keys []uint64) (backend.Backend, error) {
		return cpuref.New(n, backend.Options{Seeds: keys, Threads: 1})
	}}
	runner, err := kinds[i].New(lab, base)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, kinds[i], runner}
}

// try makes some trials of each specification, and gives the results by
// specification, outcome (and place) and trial.
func (b *bench) try(count int, specs ...*perceptron.Spec) [][][]float64 {
	b.t.Helper()
	var trials []experiment.Trial
	for p, s := range specs {
		if err := s.Validate(); err != nil {
			b.t.Fatal(err)
		}
		for n := range count {
			trials = append(trials, experiment.Trial{Point: p, Number: n, Seed: 1, Spec: s})
		}
	}
	results, err := b.runner.Run(context.Background(), trials)
	if err != nil {
		b.t.Fatal(err)
	}
	out := make([][][]float64, len(specs))
	for i, r := range results {
		p := trials[i].Point
		if out[p] == nil {
			out[p] = make([][]float64, len(r.Values))
		}
		for k, v := range r.Values {
			out[p][k] = append(out[p][k], v)
		}
	}
	return out
}

// outcome is the place of an outcome.
func (b *bench) outcome(name string) int {
	return slices.IndexFunc(b.runner.Outcomes(), func(c model.Column) bool { return c.Name == name })
}

func (b *bench) theory(name string, s *perceptron.Spec, place float64) float64 {
	for _, t := range b.kind.Theories {
		if t.Outcome == name {
			return t.Of(s, place)
		}
	}
	return math.NaN()
}

// near compares a mean with what is expected, within 3.5 standard errors and a slack
// for what theory leaves out.
func near(t *testing.T, what string, values []float64, want, slack float64) {
	t.Helper()
	e := stats.Mean(values)
	if !(math.Abs(e.Mean-want) <= 3.5*e.Error+slack) {
		t.Errorf("%s is %.5f(%.5f), want %.5f", what, e.Mean, e.Error, want)
	}
}

// specOf changes the headline's specification.
func specOf(change func(t *perceptron.Table)) *perceptron.Spec {
	s := perceptron.Defaults()
	change(&s.Perceptron)
	return s
}

func soak() bool { return os.Getenv("TNN_SOAK") == "1" }

// Learning curves follow the map of the overlaps, for every rule and noise, before
// anything is steady.
func TestCurvesFollowTheMap(t *testing.T) {
	small := func(p *perceptron.Table) { p.N, p.B, p.Time, p.AverageFrom = 1000, 3, 1, 0.5 }
	b := newBench(t, "learn", specOf(small))
	var specs []*perceptron.Spec
	for _, rule := range []perceptron.Rule{"hebb", "perceptron", "adatron", "alphatron(0.25)", "alphatron(0.5)"} {
		for _, noise := range []perceptron.Noise{perceptron.Sqrt2, perceptron.Literal2} {
			specs = append(specs, specOf(func(p *perceptron.Table) { small(p); p.Rule, p.Noise = rule, noise }))
		}
	}
	_, times := b.runner.(experiment.Placed).Along()
	outcomes := b.runner.Outcomes()
	for p, results := range b.try(5, specs...) {
		for place, time := range times {
			for k, slack := range map[string]float64{"epsilon": 0.004, "information": 0.008} {
				what := string(specs[p].Perceptron.Rule) + " " + string(specs[p].Perceptron.Noise) + ": " + k
				near(t, what, results[place*len(outcomes)+b.outcome(k)], b.theory(k, specs[p], time), slack)
			}
		}
	}
}

// A trial gives the same whatever it is made with, and a difference to Hebb's rule is
// that of the same draws.
func TestTrialsStandAlone(t *testing.T) {
	small := func(p *perceptron.Table) { p.N, p.B, p.Time, p.AverageFrom = 200, 2, 0.5, 0.3 }
	hebb := specOf(small)
	other := specOf(func(p *perceptron.Table) { small(p); p.Rule = "alphatron(0.5)" })
	b := newBench(t, "steady", hebb)
	together, alone := b.try(2, hebb, other), b.try(2, other)
	for k := range alone[0] {
		for n := range alone[0][k] {
			if x, y := alone[0][k][n], together[1][k][n]; x != y && !(math.IsNaN(x) && math.IsNaN(y)) {
				t.Errorf("outcome %d of trial %d is %v alone and %v with others", k, n, x, y)
			}
		}
	}
	epsilon, difference := b.outcome("epsilon"), b.outcome("diff_hebb")
	for n := range 2 {
		if got, want := together[1][difference][n], together[1][epsilon][n]-together[0][epsilon][n]; got != want {
			t.Errorf("trial %d differs from Hebb's by %v, want %v", n, got, want)
		}
		if together[0][difference][n] != 0 {
			t.Error("Hebb's rule differs from itself")
		}
	}
}

// The mean force of Hebb's rule has a potential: it needs no housekeeping. A swirl
// has none, and does; so the null test can fail. Heat is what the formulas say.
func TestHousekeeping(t *testing.T) {
	separated := func(p *perceptron.Table) {
		p.N, p.B, p.Dt, p.Time, p.AverageFrom = 60, 60, 1e-3, 10, 6
	}
	plain, turned := specOf(separated), specOf(func(p *perceptron.Table) { separated(p); p.Swirl = 1 })
	b := newBench(t, "entropy", plain)
	results := b.try(4, plain, turned)
	hk, ex, heat := b.outcome("hk"), b.outcome("ex"), b.outcome("heat")
	near(t, "hk", results[0][hk], 0, 0.02)
	near(t, "hk under a swirl", results[1][hk], 1, 0.02)
	near(t, "ex of Hebb's rule", results[0][ex], 9*(60-2/math.Pi), 1e-4*9*60)
	near(t, "heat", results[0][heat], b.theory("total_formula", plain, 0), 0.15)
	near(t, "heat under a swirl", results[1][heat], b.theory("total_formula", turned, 0), 0.15)
}

// What Hebb's rule learns over what that costs, switched on and slowly.
func TestEfficiency(t *testing.T) {
	fast := specOf(func(p *perceptron.Table) {
		p.N, p.B, p.Dt, p.HeatEvery, p.Time, p.AverageFrom = 50, 200, 4e-3, 1, 8, 0
	})
	slow := *fast
	slow.Perceptron.Ramp, slow.Perceptron.Time = 10, 18
	b := newBench(t, "efficiency", fast)
	for i, s := range []*perceptron.Spec{fast, &slow} {
		results := b.try(5, s)
		near(t, "information", results[0][b.outcome("information_w")], b.theory("information_w", s, 0), 0.03)
		near(t, "efficiency", results[0][b.outcome("eta")], []float64{0.250, 0.649}[i], 0.03)
		for n, eta := range results[0][b.outcome("eta_all")] {
			if !(eta < 1) {
				t.Errorf("trial %d breaks the bound: %v", n, eta)
			}
		}
	}
}

// Section 9.3 of the specification as written: the quick preset.
func TestQuick(t *testing.T) {
	if !soak() {
		t.Skip("set TNN_SOAK=1")
	}
	quick := func(p *perceptron.Table) { p.N, p.B = 3000, 9 }
	b := newBench(t, "steady", specOf(quick))
	rules := []perceptron.Rule{"hebb", "perceptron", "adatron", "alphatron(0.25)", "alphatron(0.5)", "alphatron(1)", "alphatron(2)"}
	signs := map[perceptron.Noise][]float64{perceptron.Sqrt2: {-1, 1}, perceptron.Literal2: {-1, -1}}
	for noise, want := range signs {
		var specs []*perceptron.Spec
		for _, rule := range rules {
			specs = append(specs, specOf(func(p *perceptron.Table) { quick(p); p.Rule, p.Noise = rule, noise }))
		}
		results := b.try(10, specs...)
		for p := range 5 {
			near(t, string(rules[p])+" "+string(noise), results[p][b.outcome("epsilon")], b.theory("epsilon", specs[p], 0), 0.001)
			near(t, string(rules[p])+" "+string(noise)+", tested", results[p][b.outcome("epsilon_test")], stats.Mean(results[p][b.outcome("epsilon")]).Mean, 0.002)
		}
		for i, sign := range want {
			e := stats.Mean(results[3+i][b.outcome("diff_hebb")])
			if !(e.Mean*sign > 5*e.Error) {
				t.Errorf("%s %s minus Hebb's is %.5f(%.5f), want sign %v", rules[3+i], noise, e.Mean, e.Error, sign)
			}
		}
		near(t, "end of alpha = 1", results[5][b.outcome("t_blow")], 7.1, 0.1)
		near(t, "end of alpha = 2", results[6][b.outcome("t_blow")], 0.145, 0.02)
	}
}

// Section 9.5 as written: the separated preset.
func TestSeparated(t *testing.T) {
	if !soak() {
		t.Skip("set TNN_SOAK=1")
	}
	separated := func(p *perceptron.Table) {
		p.N, p.B, p.Dt, p.Time, p.AverageFrom = 200, 200, 2e-4, 24, 16
	}
	var specs []*perceptron.Spec
	for _, rule := range []perceptron.Rule{"hebb", "perceptron", "alphatron(0.25)", "alphatron(0.5)"} {
		specs = append(specs, specOf(func(p *perceptron.Table) { separated(p); p.Rule = rule }))
	}
	specs = append(specs, specOf(func(p *perceptron.Table) { separated(p); p.Swirl = 1 }))
	b := newBench(t, "entropy", specs[0])
	results := b.try(10, specs...)
	hk, heat, formula := b.outcome("hk"), b.outcome("heat"), b.outcome("total_formula")
	for p, s := range specs {
		want := 0.0
		if s.Perceptron.Swirl != 0 {
			want = 1
		}
		near(t, string(s.Perceptron.Rule)+": hk", results[p][hk], want, 0)
		var difference []float64
		for n := range results[p][heat] {
			difference = append(difference, results[p][heat][n]-results[p][formula][n])
		}
		near(t, string(s.Perceptron.Rule)+": heat beyond the formulas", difference, 0, 0.01)
	}
	near(t, "ex of Hebb's rule", results[0][b.outcome("ex")], 9*(200-2/math.Pi), 1e-4*9*200)
}
