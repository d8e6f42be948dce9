package perceptron

import (
	"math"
	"testing"
)

// headlineMap is the map of a rule of the headline network, changed.
func headlineMap(rule Rule, change func(t *Table)) *Map {
	t := Defaults().Perceptron
	t.Rule = rule
	change(&t)
	return MapOf(&t)
}

// steadyError is the generalisation error in the steady state.
func steadyError(t *testing.T, m *Map) float64 {
	t.Helper()
	R, Q, err := m.Steady()
	if err != nil {
		t.Fatal(err)
	}
	return Epsilon(R, Q)
}

// The claims of the blog post, and what docs/perceptron.md section 8 says holds of them,
// by the theory of large networks. That simulations follow the theory is tested in
// perceptronscan.
func TestClaims(t *testing.T) {
	of := func(rule Rule, change func(t *Table)) float64 { return steadyError(t, headlineMap(rule, change)) }
	is := func(what string, value, want, within float64) {
		t.Helper()
		if !(math.Abs(value-want) <= within) {
			t.Errorf("%s is %.5f, want %g", what, value, want)
		}
	}
	plain, literal := func(*Table) {}, func(t *Table) { t.Noise = Literal2 }
	for noise, change := range map[Noise]func(*Table){Sqrt2: plain, Literal2: literal} {
		if hebb, perceptron, ada := of(Hebb, change), of(Perceptron, change), of(AdaTron, change); !(hebb < perceptron && perceptron < ada) {
			t.Errorf("%s: Hebb's rule is no clear winner: %g, %g, %g", noise, hebb, perceptron, ada)
		}
		if hebb := of(Hebb, change); !(of("alphatron(0.25)", change) < hebb) || of("alphatron(0.5)", change) < hebb != (noise == Literal2) {
			t.Errorf("%s: alphatrons beside Hebb's %g: %g, %g", noise, hebb, of("alphatron(0.25)", change), of("alphatron(0.5)", change))
		}
	}
	fine := func(t *Table) { t.Dt = 1e-4 }
	for rule, want := range map[Rule]float64{Hebb: 0.1341, Perceptron: 0.2965, "alphatron(0.25)": 0.1215, "alphatron(0.5)": 0.0999} {
		is(string(rule)+" at a tenth of the step", of(rule, fine), want, 6e-5)
		if !(of(rule, fine) < of(rule, plain)) {
			t.Errorf("%s does not gain from a smaller step", rule)
		}
	}
	is("the AdaTron", of(AdaTron, plain), 0.36363, 5e-6)
	is("the AdaTron at a tenth of the step", of(AdaTron, fine), of(AdaTron, plain), 1e-6)
	// alpha = 0.5 overtakes Hebb's rule below g = 0.258.
	ahead := func(g float64) float64 {
		step := func(t *Table) { t.Dt = g * 30 / 10000 }
		return of(Hebb, step) - of("alphatron(0.5)", step)
	}
	if !(ahead(0.256) > 0 && ahead(0.259) < 0) {
		t.Errorf("alpha = 0.5 is ahead of Hebb's rule by %g at g = 0.256, and by %g at 0.259", ahead(0.256), ahead(0.259))
	}
}

// Each rule at its own best learning rate: plain Hebb beats both alphatrons.
func TestFairComparison(t *testing.T) {
	at := func(rule Rule, nut float64) float64 {
		return steadyError(t, headlineMap(rule, func(t *Table) { t.Nut = nut }))
	}
	for nut, want := range map[float64]float64{4: 0.1720, 6: 0.1607, 10: 0.1544, 20: 0.1515} {
		if got := at(Hebb, nut); math.Abs(got-want) > 6e-5 {
			t.Errorf("Hebb's rule at nut = %g: %.5f, want %g", nut, got, want)
		}
	}
	const g = 1.0 / 3
	if limit := math.Acos(1/math.Sqrt(1+math.Pi*g/4)) / math.Pi; math.Abs(limit-0.1505) > 6e-5 || math.Abs(at(Hebb, 1e3)-limit) > 2e-4 {
		t.Errorf("the limit of large learning rates is %.5f by the formula, %.5f by the map", limit, at(Hebb, 1e3))
	}
	for _, c := range []struct {
		rule         Rule
		best         float64 // learning rate
		error        float64 // there
		below, above float64
	}{{"alphatron(0.25)", 7, 0.169, 5, 10}, {"alphatron(0.5)", 3, 0.1907, 2, 4}} {
		best := at(c.rule, c.best)
		if math.Abs(best-c.error) > 6e-4 || !(best < at(c.rule, c.below) && best < at(c.rule, c.above)) {
			t.Errorf("%s at nut = %g: %.5f, want %g; at %g and %g: %.5f and %.5f", c.rule, c.best, best, c.error, c.below, c.above, at(c.rule, c.below), at(c.rule, c.above))
		}
		for nut := 1.0; nut <= 40; nut *= 1.1 {
			if at(c.rule, nut) < at(Hebb, 6) {
				t.Errorf("%s at nut = %g beats Hebb's rule at 6", c.rule, nut)
			}
		}
	}
}

// No rule of the model needs housekeeping: where time scales are separated, the mean
// force at rest is that of an equilibrium. At the headline's g, the formula gives k times
// what the choice of examples adds to the temperature.
func TestNoHousekeeping(t *testing.T) {
	for _, rule := range []Rule{Hebb, Perceptron, AdaTron, "alphatron(0.25)", "alphatron(0.5)"} {
		m := headlineMap(rule, func(t *Table) { t.Dt = 1e-7 })
		m.G, m.B = 0, math.Inf(1)
		R, Q, err := m.Steady()
		if err != nil {
			t.Fatal(err)
		}
		if hk := m.Housekeeping(Overlaps{R: R, Q: Q}); math.Abs(hk) > 1e-5 {
			t.Errorf("%s: hk is %g", rule, hk)
		}
	}
}

// Dissipation and error are not tied: section 9.8.
func TestAdaptation(t *testing.T) {
	for _, c := range []struct {
		rule          Rule
		excess, error float64
	}{{Hebb, 3000, 0.186}, {"alphatron(0.25)", 4840, 0.183}, {"alphatron(0.5)", 17690, 0.191}} {
		table := Defaults().Perceptron
		table.Rule = c.rule
		m := MapOf(&table)
		R, Q, err := m.Steady()
		if err != nil {
			t.Fatal(err)
		}
		if ex := Excess(table.Nut, table.N, m.Moments(R, Q)) / float64(table.B); math.Abs(ex-c.excess) > 6 {
			t.Errorf("%s: the excess of a batch is %.1f a weight, want %g", c.rule, ex, c.excess)
		}
		if e := Epsilon(R, Q); math.Abs(e-c.error) > 6e-4 {
			t.Errorf("%s: the error is %.4f, want %g", c.rule, e, c.error)
		}
	}
}

// To vary mobility and temperature only rescales time, k and the learning rate: with w
// in units of sqrt(c), a temperature c D is one of D at nut / sqrt(c).
func TestTemperatureRescales(t *testing.T) {
	const c = 2.5
	for _, test := range []struct {
		rule  Rule
		power float64 // of the force in |w|
	}{{Hebb, 0}, {Perceptron, 0}, {AdaTron, 1}, {"alphatron(0)", 0}} {
		warm := headlineMap(test.rule, func(t *Table) { t.D = c })
		cold := headlineMap(test.rule, func(t *Table) { t.Nut /= math.Pow(c, (1-test.power)/2) })
		if a, b := steadyError(t, warm), steadyError(t, cold); math.Abs(a-b) > 1e-9 {
			t.Errorf("%s: the error is %.9f at temperature %g, and %.9f at the learning rate that makes up for it", test.rule, a, c, b)
		}
		// Time in units of the mobility: k, nut and D over m, steps times m.
		slow := headlineMap(test.rule, func(t *Table) { t.K, t.Nut, t.D, t.Dt = t.K/c, t.Nut/c, t.D/c, t.Dt*c })
		if a, b := steadyError(t, slow), steadyError(t, headlineMap(test.rule, func(*Table) {})); math.Abs(a-b) > 1e-9 {
			t.Errorf("%s: the error is %.9f at a mobility of 1/%g, want %.9f", test.rule, a, c, b)
		}
	}
}
