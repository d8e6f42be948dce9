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
		threads := 1
		if soak() {
			threads = 0 // all cores
		}
		return cpuref.New(n, backend.Options{Seeds: keys, Threads: threads})
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
				what, want := string(specs[p].Perceptron.Rule)+" "+string(specs[p].Perceptron.Noise)+": "+k, b.theory(k, specs[p], time)
				if k == "information" && math.IsNaN(want) && perceptron.Information(b.theory("epsilon", specs[p], time)) < 0.02 {
					continue // mostly chance
				}
				near(t, what, results[place*len(outcomes)+b.outcome(k)], want, slack)
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

// Differences to Hebb's rule have the signs of docs/perceptron.md section 8, and the
// values of the theory: alpha = 0.25 is better with either noise, alpha = 0.5 with literal2
// alone. TestQuick has the sizes of the specification.
func TestPairedDifferences(t *testing.T) {
	small := func(p *perceptron.Table) { p.N, p.B, p.Time, p.AverageFrom = 1000, 3, 14, 6 }
	b := newBench(t, "steady", specOf(small))
	difference := b.outcome("diff_hebb")
	for noise, signs := range map[perceptron.Noise][]float64{perceptron.Sqrt2: {-1, 1}, perceptron.Literal2: {-1, -1}} {
		var specs []*perceptron.Spec
		for _, rule := range []perceptron.Rule{"alphatron(0.25)", "alphatron(0.5)"} {
			specs = append(specs, specOf(func(p *perceptron.Table) { small(p); p.Rule, p.Noise = rule, noise }))
		}
		for i, results := range b.try(8, specs...) {
			what := string(specs[i].Perceptron.Rule) + " " + string(noise) + " minus Hebb's"
			near(t, what, results[difference], b.theory("diff_hebb", specs[i], 0), 0.001)
			if e := stats.Mean(results[difference]); !(e.Mean*signs[i] > 3*e.Error) {
				t.Errorf("%s is %.5f(%.5f), want sign %v", what, e.Mean, e.Error, signs[i])
			}
		}
	}
}

// Students that grow without bound end at the record that finds them, near the time of the
// map; the AdaTron does where single examples move it far (g = 10). TestDivergence has
// the sizes of the specification.
func TestTimesOfBlowUp(t *testing.T) {
	headline := specOf(func(p *perceptron.Table) { p.Rule = "alphatron(1)" })
	b := newBench(t, "steady", headline)
	faster := specOf(func(p *perceptron.Table) { p.Rule = "alphatron(2)" })
	if slow, fast := b.theory("t_blow", headline, 0), b.theory("t_blow", faster, 0); math.Abs(slow-7.1) > 1e-9 || math.Abs(fast-0.14) > 1e-9 {
		t.Errorf("the map blows up at the records of t = %g and %g, want 7.1 and 0.14", slow, fast)
	}
	one := specOf(func(p *perceptron.Table) {
		p.N, p.B, p.Rule, p.Time, p.AverageFrom = 1000, 3, "alphatron(1)", 8, 7
	})
	ada := specOf(func(p *perceptron.Table) { p.B, p.Rule, p.Time, p.AverageFrom = 1, "adatron", 3, 2 })
	blow := b.outcome("t_blow")
	near(t, "end of alpha = 1", b.try(3, one)[0][blow], 7.1, 0.2)
	for _, at := range b.try(2, ada)[0][blow] {
		if !(at > 0.5 && at < 3) {
			t.Errorf("an AdaTron of one example a step ends at %g, want a time from 0.5 to 3", at)
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
	// At another temperature entropy is heat over that.
	warm := specOf(func(p *perceptron.Table) { separated(p); p.Noise, p.D = perceptron.Literal2, 2 })
	b := newBench(t, "entropy", plain)
	results := b.try(4, plain, turned, warm)
	hk, ex, heat := b.outcome("hk"), b.outcome("ex"), b.outcome("heat")
	near(t, "hk", results[0][hk], 0, 0.02)
	near(t, "hk under a swirl", results[1][hk], 1, 0.02)
	near(t, "ex of Hebb's rule", results[0][ex], 9*(60-2/math.Pi), 1e-4*9*60)
	near(t, "heat", results[0][heat], b.theory("total_formula", plain, 0), 0.15)
	near(t, "hk at D = 4", results[2][hk], 0, 0.02)
	near(t, "ex at D = 4", results[2][ex], 9*(60-2/math.Pi)/4, 1e-4*9*60)
	near(t, "heat at D = 4", results[2][heat], b.theory("total_formula", warm, 0), 0.05)
	near(t, "heat under a swirl", results[1][heat], b.theory("total_formula", turned, 0), 0.15)
}

// What Hebb's rule learns over what that costs, switched on and slowly.
func TestEfficiency(t *testing.T) {
	fast := specOf(func(p *perceptron.Table) {
		p.N, p.B, p.Dt, p.HeatEvery, p.Time, p.AverageFrom = 250, 100, 4e-3, 1, 8, 0
	})
	slow := *fast
	slow.Perceptron.Ramp, slow.Perceptron.Time = 10, 18
	b := newBench(t, "efficiency", fast)
	for i, s := range []*perceptron.Spec{fast, &slow} {
		results := b.try(5, s)
		// The map goes to the formulas as g goes to 0.
		quiet := *s
		quiet.Perceptron.B = perceptron.MaxB
		limit := perceptron.Ramp{K: 1, Nut: 3, Tau: s.Perceptron.Ramp}
		for outcome, want := range map[string]float64{"information_w": limit.Information(), "mean_heat": limit.Heat(), "eta": limit.Efficiency()} {
			if have := b.theory(outcome, &quiet, 0); math.Abs(have/want-1) > 0.01 {
				t.Errorf("%s is %g by the map, and %g by the formula", outcome, have, want)
			}
		}
		near(t, "information", results[0][b.outcome("information_w")], b.theory("information_w", s, 0), 0.03)
		near(t, "heat of the mean force", results[0][b.outcome("mean_heat")], b.theory("mean_heat", s, 0), 0.03)
		near(t, "heat", results[0][b.outcome("heat")], b.theory("heat", s, 0), 0.1)
		near(t, "efficiency", results[0][b.outcome("eta")], []float64{0.250, 0.649}[i], 0.03)
		for n, eta := range results[0][b.outcome("eta_all")] {
			if !(eta < 1) {
				t.Errorf("trial %d breaks the bound: %v", n, eta)
			}
		}
	}
}

// Theory is that of the settings of a point, or none: of transients, ramps that do not end, heat at
// any step, swirls, stored examples, students that start from nothing or grow.
func TestTheoryIsOfThePoint(t *testing.T) {
	small := func(change func(p *perceptron.Table)) *perceptron.Spec {
		return specOf(func(p *perceptron.Table) {
			p.N, p.B, p.Dt, p.Time, p.AverageFrom, p.HeatEvery = 60, 12, 0.01, 1.5, 1.2, 1
			change(p)
		})
	}
	points := map[string]*perceptron.Spec{
		"short":   small(func(p *perceptron.Table) {}),
		"ramp":    small(func(p *perceptron.Table) { p.Ramp = 5 }),
		"coarse":  small(func(p *perceptron.Table) { p.B, p.HeatEvery = 1, 3 }),
		"warm":    small(func(p *perceptron.Table) { p.Noise, p.K, p.Teacher = perceptron.Literal2, 2, perceptron.PlusMinus }),
		"nothing": small(func(p *perceptron.Table) { p.Start = perceptron.Zero }),
		"swirl":   small(func(p *perceptron.Table) { p.Swirl = 1.5 }),
		"other":   small(func(p *perceptron.Table) { p.Rule, p.Ramp = "alphatron(0.5)", 1 }),
		"stored":  small(func(p *perceptron.Table) { p.Examples, p.P = perceptron.Stored, 50 }),
		"grows":   small(func(p *perceptron.Table) { p.Rule = "alphatron(2)" }),
	}
	for kind, least := range map[string]int{"steady": 5, "entropy": 4, "efficiency": 2} {
		b := newBench(t, kind, points["short"])
		for name, s := range points {
			known := 0
			for k, values := range b.try(8, s)[0] {
				outcome := b.runner.Outcomes()[k].Name
				want, have := b.theory(outcome, s, 0), stats.Mean(values)
				switch {
				case math.IsNaN(want):
				case name == "stored" || name == "grows" && outcome != "t_blow" || math.IsInf(want, 0):
					t.Errorf("%s: there is theory of %s, %g", name, outcome, want)
				case math.Abs(stats.Normal((have.Mean-want)/(have.Error+1e-9), have.N-1)) > 4:
					t.Errorf("%s, %s: %s is %.5f(%.5f), want %.5f", kind, name, outcome, have.Mean, have.Error, want)
				default:
					known++
				}
				if math.IsInf(have.Mean, 0) {
					t.Errorf("%s, %s: %s is %g", kind, name, outcome, have.Mean)
				}
			}
			if name != "stored" && name != "grows" && known < least {
				t.Errorf("%s, %s: only %d outcomes have theory", kind, name, known)
			}
		}
	}
}
