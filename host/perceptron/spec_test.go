package perceptron

import (
	"strings"
	"testing"
)

// What is impossible gets one sentence, which begins with the key.
func TestSpecsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		change func(t *Table)
		says   string
	}{
		{func(t *Table) { t.K = 1000 }, "perceptron.dt is 0.001: k dt is 1, and a step is stable only where it is below 1; use a dt below 0.001"},
		{func(t *Table) { t.B = 0 }, "perceptron.B is 0: use a whole number from 1 to 1048576"},
		{func(t *Table) { t.Rule, t.Alpha = AlphaTron, -1 }, "perceptron.alpha is -1: use 0, or a number from"},
		{func(t *Table) { t.Rule = "alphatron(-1)" }, `perceptron.rule is "alphatron(-1)": use a power from 0 to 64`},
		{func(t *Table) { t.Rule = "alphatron(x)" }, `perceptron.rule is "alphatron(x)": use hebb, perceptron, adatron, alphatron, or`},
		{func(t *Table) { t.Alpha = 0.5 }, "perceptron.alpha is 0.5: only the rule alphatron takes a power"},
		{func(t *Table) { t.AverageFrom = -1 }, "perceptron.average_from is -1: use a time from 0 to 1e+12"},
		{func(t *Table) { t.Time = 20.0005 }, "perceptron.time is 20.0005: use a whole number of steps of dt = 0.001"},
		{func(t *Table) { t.N = 1 }, "perceptron.n is 1: use a whole number from 2"},
		{func(t *Table) { t.N, t.Swirl = 33, 1 }, "perceptron.swirl is 1: a swirl turns pairs of weights, so n must be even, and it is 33"},
		{func(t *Table) { t.Examples = Stored }, "perceptron.P is 0: stored examples need their number"},
		{func(t *Table) { t.P = 5 }, "perceptron.P is 5: it is the number of stored examples"},
		{func(t *Table) { t.D = 0 }, "perceptron.D is 0: use a number from"},
		{func(t *Table) { t.HeatEvery = 0 }, "perceptron.heat_every is 0: use a whole number from 1"},
		{func(t *Table) { t.Noise = "2" }, `perceptron.noise is "2": use sqrt2 or literal2`},
		{func(t *Table) { t.Start = PlusMinus }, `perceptron.start is "pm1": use gauss or zero`},
	} {
		s := Defaults()
		c.change(&s.Perceptron)
		err := s.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("the error is %v, want %s", err, c.says)
		}
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
}

// Only what averages needs a time to average.
func TestAverages(t *testing.T) {
	for from, says := range map[float64]string{19.9: "", 20: "perceptron.average_from is 20: use a time from 0 to below the end of the run, time = 20", 25: "perceptron.average_from is 25"} {
		s := Defaults()
		s.Perceptron.AverageFrom = from
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		if err := s.Perceptron.CheckAverage(); says == "" && err != nil || says != "" && (err == nil || !strings.HasPrefix(err.Error(), says)) {
			t.Errorf("from %g: the error is %v, want %s", from, err, says)
		}
	}
}

// Times are written as the decimal numbers that they are.
func TestTimesAreDecimal(t *testing.T) {
	for _, c := range []struct {
		dt   float64
		step int64
		want float64
	}{{1e-3, 700, 0.7}, {1e-3, 7100, 7.1}, {3e-3, 7, 0.021}, {0.1, 3, 0.3}, {2e-4, 123456789, 24691.3578}, {0.3, MaxSteps, 644245094.1}} {
		if got := (&Table{Dt: c.dt}).TimeOf(c.step); got != c.want {
			t.Errorf("step %d of %g is at %v, want %v", c.step, c.dt, got, c.want)
		}
	}
	s := Defaults()
	if s.SetSteps(700); s.Perceptron.Time != 0.7 || s.Steps() != 700 {
		t.Errorf("700 steps are a time of %v, which is %d steps", s.Perceptron.Time, s.Steps())
	}
}

// A run that is made shorter averages its last quarter.
func TestShorterRun(t *testing.T) {
	s := Defaults()
	s.SetSteps(100)
	if err := s.Validate(); err != nil || s.Steps() != 100 || s.Perceptron.AverageFrom >= s.Perceptron.Time {
		t.Errorf("%d steps, averages from %g of %g: %v", s.Steps(), s.Perceptron.AverageFrom, s.Perceptron.Time, err)
	}
}

// Records are a pure function of the step, and the last step is one.
func TestRecords(t *testing.T) {
	s := Defaults()
	s.SetSteps(2345)
	n := &Network{Spec: s}
	var records []int64
	for step := n.NextRow(0); step <= 2345; step = n.NextRow(step) {
		records = append(records, step)
	}
	if len(records) != 200+3+1 || records[0] != 10 || records[199] != 2000 || records[200] != 2100 || records[203] != 2345 {
		t.Errorf("%d records: %v", len(records), records[195:])
	}
}

// The recent heat is of the steps since the record before the last that measured it.
func TestRecentHeat(t *testing.T) {
	for _, c := range []struct {
		every int
		step  int64
		want  Recent
	}{
		{1, 1, Recent{1, true}}, {1, 10, Recent{10, false}}, {1, 11, Recent{1, true}},
		{10, 10, Recent{1, true}}, {10, 15, Recent{1, false}}, {10, 2100, Recent{10, false}}, {10, 2010, Recent{1, true}},
		{7, 5, Recent{}}, {7, 14, Recent{1, true}}, {250, 2100, Recent{1, false}}, {250, 2250, Recent{1, true}},
	} {
		s := Defaults()
		s.Perceptron.HeatEvery = c.every
		if got := (&Network{Spec: s}).RecentHeat(c.step); got != c.want {
			t.Errorf("every %d, step %d: %+v, want %+v", c.every, c.step, got, c.want)
		}
	}
}

// A student of no length errs by one half, and moves as Hebb's.
func TestStartFromNothing(t *testing.T) {
	m := Map{Rule: Perceptron, K: 1, Nut: 3, D: 1, Dt: 0.01, G: 0.1, B: 10}
	h := m
	h.Rule = Hebb
	if got, want := m.Step(Overlaps{}), h.Step(Overlaps{}); got != want || Epsilon(0, 0) != 0.5 {
		t.Errorf("%+v after a step from nothing, want %+v; epsilon %g", got, want, Epsilon(0, 0))
	}
}
