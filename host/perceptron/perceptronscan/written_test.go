package perceptronscan_test

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrongolden"
	"tnn-gpu/host/stats"
)

// What follows has the sizes of the specification, and runs in make soak.

// asWritten skips a test that is not for make test.
func asWritten(t *testing.T) {
	t.Helper()
	if !soak() {
		t.Skip("set TNN_SOAK=1")
	}
}

// statistics are the measured values of the program that made the vectors.
func statistics(t *testing.T) *perceptrongolden.Statistics {
	t.Helper()
	f, err := perceptrongolden.Open("../../../testdata/perceptron/statistics.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	return f.(*perceptrongolden.Statistics)
}

// agree compares a mean with a measured one, within 3.5 standard errors of both.
func agree(t *testing.T, what string, values []float64, mean, deviation float64) {
	t.Helper()
	e := stats.Mean(values)
	if !(math.Abs(e.Mean-mean) <= 3.5*math.Hypot(e.Error, deviation)) {
		t.Errorf("%s is %.5f(%.5f), want %.5f(%.5f)", what, e.Mean, e.Error, mean, deviation)
	}
}

// The table of the headline network: error, difference to Hebb's rule and squared length
// of 14 students, ten realisations of each.
func TestHeadline(t *testing.T) {
	asWritten(t)
	references := statistics(t).Headline
	if len(references) != 14 {
		t.Fatalf("there are %d students", len(references))
	}
	var specs []*perceptron.Spec
	for _, r := range references {
		specs = append(specs, specOf(func(p *perceptron.Table) {
			if err := perceptrongolden.Set(p, r.RuleName, r.Noise); err != nil {
				t.Fatal(err)
			}
		}))
	}
	b := newBench(t, "steady", specs[0])
	for i, results := range b.try(10, specs...) {
		r := &references[i]
		what := func(of string) string { return fmt.Sprintf("%s of %s, noise %s,", of, r.RuleName, r.Noise) }
		if len(r.TBlow) > 0 {
			e := stats.Mean(r.TBlow)
			agree(t, what("end"), results[b.outcome("t_blow")], e.Mean, e.Error)
			continue
		}
		if r.Epsilon[1] == 0 {
			t.Fatalf("%s has no value to compare with", what("error"))
		}
		agree(t, what("error"), results[b.outcome("epsilon")], r.Epsilon[0], r.Epsilon[1])
		agree(t, what("Q"), results[b.outcome("Q")], r.Q[0], r.Q[1])
		if r.RuleName != "hebb" {
			agree(t, what("difference"), results[b.outcome("diff_hebb")], r.Diff[0], r.Diff[1])
		}
		near(t, what("test error"), results[b.outcome("epsilon_test")], stats.Mean(results[b.outcome("epsilon")]).Mean, 0)
	}
}

// With a teacher of components +1 and -1 errors are the same: section 9.6.
func TestPlusMinusTeacher(t *testing.T) {
	asWritten(t)
	var specs []*perceptron.Spec
	var references []perceptrongolden.Measured
	for _, m := range statistics(t).Validation {
		if m.Kind == "teacher_pm1" {
			references = append(references, m)
			specs = append(specs, specOf(func(p *perceptron.Table) {
				p.N, p.B, p.Teacher = m.N, m.B, perceptron.PlusMinus
				if err := perceptrongolden.Set(p, m.RuleName, m.Noise); err != nil {
					t.Fatal(err)
				}
			}))
		}
	}
	if len(specs) != 5 {
		t.Fatalf("there are %d students", len(specs))
	}
	b := newBench(t, "steady", specs[0])
	for i, results := range b.try(5, specs...) {
		what := references[i].RuleName + ": "
		agree(t, what+"error", results[b.outcome("epsilon")], references[i].Epsilon, references[i].Error)
		near(t, what+"error beside theory", results[b.outcome("epsilon")], b.theory("epsilon", specs[i], 0), 0.001)
		near(t, what+"test error", results[b.outcome("epsilon_test")], stats.Mean(results[b.outcome("epsilon")]).Mean, 0.001)
	}
}

// Networks of other sizes and steps, at the headline's n dt/B and at others, have the
// errors that were measured. Three realisations of each do.
func TestOtherNetworks(t *testing.T) {
	asWritten(t)
	type network struct {
		n, b int
		dt   float64
	}
	students := map[network][]perceptrongolden.Measured{}
	for _, m := range statistics(t).Validation {
		if m.Kind == "fixed_g" || m.Kind == "params" {
			at := network{m.N, m.B, m.Dt}
			students[at] = append(students[at], m)
		}
	}
	if len(students) != 8 {
		t.Fatalf("there are %d networks", len(students))
	}
	for at, references := range students {
		t.Run(fmt.Sprintf("n=%d,B=%d,dt=%g", at.n, at.b, at.dt), func(t *testing.T) {
			var specs []*perceptron.Spec
			for _, m := range references {
				specs = append(specs, specOf(func(p *perceptron.Table) {
					p.N, p.B, p.Dt = m.N, m.B, m.Dt
					if err := perceptrongolden.Set(p, m.RuleName, m.Noise); err != nil {
						t.Fatal(err)
					}
				}))
			}
			b := newBench(t, "steady", specs[0])
			for i, results := range b.try(3, specs...) {
				m := &references[i]
				e := stats.Mean(results[b.outcome("epsilon")])
				if !(math.Abs(e.Mean-m.Epsilon) <= 3.5*math.Hypot(e.Error, m.Error)+0.001) {
					t.Errorf("%s, noise %s: the error is %.5f(%.5f), want %.5f(%.5f)", m.RuleName, m.Noise, e.Mean, e.Error, m.Epsilon, m.Error)
				}
			}
		})
	}
}

// Section 9.7: students grow out of bounds at a time from 7.0 to 7.15, which is told at the
// next record; records are 0.1 apart there.
func TestDivergence(t *testing.T) {
	asWritten(t)
	for _, c := range []struct {
		rule      perceptron.Rule
		examples  int
		low, high float64
	}{{"alphatron(1)", 30, 7, 7.2}, {"alphatron(2)", 30, 0.13, 0.16}, {"adatron", 1, 0.5, 3}} {
		s := specOf(func(p *perceptron.Table) { p.Rule, p.B, p.Time, p.AverageFrom = c.rule, c.examples, 8, 7 })
		b := newBench(t, "steady", s)
		for n, at := range b.try(6, s)[0][b.outcome("t_blow")] {
			if !(at >= c.low-1e-9 && at <= c.high+1e-9) {
				t.Errorf("trial %d of %s with %d examples a step ends at %g, want %g to %g", n, c.rule, c.examples, at, c.low, c.high)
			}
		}
	}
}

// Section 9.3 of the specification as written: the quick preset.
func TestQuick(t *testing.T) {
	asWritten(t)
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
	asWritten(t)
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

// With stored examples entropies are those of the stored ones: heat is what they say.
func TestEntropyOfStoredExamples(t *testing.T) {
	asWritten(t)
	hebb := specOf(func(p *perceptron.Table) {
		p.N, p.B, p.Dt, p.Time, p.AverageFrom = 200, 100, 5e-4, 16, 8
		p.Examples, p.P = perceptron.Stored, 200
	})
	other := *hebb
	other.Perceptron.Rule = perceptron.Perceptron
	b := newBench(t, "entropy", hebb)
	results := b.try(4, hebb, &other)
	hk, heat, total := b.outcome("hk"), b.outcome("heat"), b.outcome("total_formula")
	near(t, "hk", results[0][hk], 0, 0.03)
	for n, formula := range results[0][total] {
		results[0][heat][n] -= formula
		if !math.IsNaN(results[1][hk][n]) || !math.IsNaN(results[1][total][n]) {
			t.Errorf("hk of the perceptron's rule is %g with stored examples, and the formulas' entropy %g", results[1][hk][n], results[1][total][n])
		}
	}
	near(t, "heat beyond the formulas", results[0][heat], 0, 0.1)
}
