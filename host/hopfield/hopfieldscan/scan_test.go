package hopfieldscan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldscan"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// soak makes as many networks and recalls as the recorded statistics.
var soak = os.Getenv("TNN_SOAK") == "1"

// measured is a recorded mean with its standard error over networks.
type measured [2]float64

// laboratory makes scans one after another, with one runner a kind.
type laboratory struct {
	*testing.T
	runners map[string]experiment.Runner
	last    *hopfield.Network // that was opened
}

func newLaboratory(t *testing.T) *laboratory {
	return &laboratory{T: t, runners: make(map[string]experiment.Runner)}
}

// runner of a kind, the same whenever it is asked for.
func (l *laboratory) runner(name string) experiment.Runner {
	l.Helper()
	if r, made := l.runners[name]; made {
		return r
	}
	lab := experiment.Lab{Open: func(n model.Network, keys []uint64) (backend.Backend, error) {
		l.last = n.(*hopfield.Network)
		return cpuref.New(n, backend.Options{Seeds: keys})
	}}
	for _, k := range hopfieldscan.Kinds() {
		if k.Name != name {
			continue
		}
		r, err := k.New(lab, nil)
		if err != nil {
			l.Fatal(err)
		}
		l.runners[name] = r
		return r
	}
	l.Fatalf("there is no kind %s", name)
	return nil
}

// scan makes the trials of a kind at one specification, and gives the means and errors
// of its outcomes.
func (l *laboratory) scan(name string, networks int, change func(s *hopfield.Spec)) map[string]measured {
	l.Helper()
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Load = 1000, 0.1
	change(s)
	if err := s.Validate(); err != nil {
		l.Fatal(err)
	}
	var trials []experiment.Trial
	for i := range networks {
		trials = append(trials, experiment.Trial{Number: i, Seed: 17, Graph: 17, Spec: s})
	}
	runner := l.runner(name)
	results, err := runner.Run(context.Background(), trials)
	if err != nil {
		l.Fatal(err)
	}
	out := make(map[string]measured)
	for i, c := range runner.Outcomes() {
		var values []float64
		for _, r := range results {
			values = append(values, r.Values[i])
		}
		e := stats.Mean(values)
		out[c.Name] = measured{e.Mean, e.Error}
	}
	return out
}

// theoryOf is what theory has of an outcome of a kind at one specification.
func theoryOf(t *testing.T, name, outcome string, change func(s *hopfield.Spec)) float64 {
	t.Helper()
	s := hopfield.Defaults()
	s.Network.Units = 1000
	change(s)
	for _, k := range hopfieldscan.Kinds() {
		for _, theory := range k.Theories {
			if k.Name == name && theory.Outcome == outcome {
				return theory.Of(s, 0)
			}
		}
	}
	t.Fatalf("%s has no theory of %s", name, outcome)
	return 0
}

// scan is a single one.
func scan(t *testing.T, name string, networks int, change func(s *hopfield.Spec)) map[string]measured {
	t.Helper()
	return newLaboratory(t).scan(name, networks, change)
}

// agree compares with a recorded value, within 3.5 standard errors of both together and
// what the recorded digits leave open.
func agree(t *testing.T, what string, got, want measured) {
	t.Helper()
	if difference := math.Abs(got[0] - want[0]); !(difference <= 3.5*math.Hypot(got[1], want[1])+1e-9) {
		t.Errorf("%s: %.5g ± %.2g, recorded %.5g ± %.2g", what, got[0], got[1], want[0], want[1])
	}
}

// share compares a share of the recalls of some networks. Of a share that is near 0 or 1 few or
// no recalls are counted here, whose own spread says less than that of the recorded share.
func share(t *testing.T, what string, got, want measured, recalls int) {
	t.Helper()
	got[1] = max(got[1], math.Sqrt(want[0]*(1-want[0])/float64(recalls)))
	agree(t, what, got, want)
}

func statistics(t *testing.T, into any) {
	t.Helper()
	recorded(t, "statistics", into)
}

// recorded reads a recorded file.
func recorded(t *testing.T, name string, into any) {
	t.Helper()
	_, src, err := golden.Open("../../../testdata/hopfield/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, into); err != nil {
		t.Fatal(err)
	}
}

func networks(all int) int {
	if soak {
		return all
	}
	return 4
}

func TestCapacityAgainstStatistics(t *testing.T) {
	var file struct {
		Load []struct {
			Rule  string
			Alpha float64
			P, N  int
			Each  int      `json:"patterns_per_network"`
			One   measured `json:"one_step"`
			Final measured
			Exact measured
			Good  measured
		}
	}
	statistics(t, &file)
	seen := 0
	for _, c := range file.Load {
		if !soak && (c.Rule != "hebb" || c.Alpha != 0.1) {
			continue
		}
		seen++
		t.Run(fmt.Sprintf("%s, N = %d, P = %d", c.Rule, c.N, c.P), func(t *testing.T) {
			l := newLaboratory(t)
			capacity := func(trials, sweeps int) map[string]measured {
				return l.scan("hopfield-capacity", networks(20), func(s *hopfield.Spec) {
					s.Network.Units, s.Network.Rule, s.Patterns.Count = c.N, hopfield.Rule(c.Rule), c.P
					s.Network.Matrix = c.Rule == "hebb"
					s.Recall.Fraction, s.Recall.Trials, s.Recall.Sweeps = 0, trials, sweeps
				})
			}
			// Whether a pattern is stable is recorded of all patterns, and where recalls end of the
			// first ones. It makes a difference to Storkey's rule, which keeps old patterns worst.
			stable, ends := capacity(0, 1), capacity(c.Each, 200)
			agree(t, "one step", stable["one_step"], c.One)
			share(t, "exact", stable["exact"], c.Exact, networks(20)*c.P)
			agree(t, "final", ends["final"], c.Final)
			share(t, "good", ends["good"], c.Good, networks(20)*c.Each)
		})
	}
	if seen == 0 {
		t.Error("nothing was compared")
	}
}

func TestBasinsAgainstStatistics(t *testing.T) {
	var file struct {
		Basin []struct {
			Rule   string
			Alpha  float64
			P, N   int
			Each   int `json:"patterns_per_network"`
			Points []struct {
				Fraction float64  `json:"flip_fraction"`
				Async    measured `json:"success_async"`
				Sync     measured `json:"success_sync"`
			}
		}
	}
	statistics(t, &file)
	seen := 0
	for _, c := range file.Basin {
		if !soak && (c.Rule != "hebb" || c.Alpha != 0.08) {
			continue
		}
		t.Run(fmt.Sprintf("%s, P = %d", c.Rule, c.P), func(t *testing.T) {
			l := newLaboratory(t) // which stores once for all points
			for _, point := range c.Points {
				if !soak && point.Fraction != 0.35 {
					continue
				}
				for update, want := range map[hopfield.Update]measured{hopfield.Async: point.Async, hopfield.Sync: point.Sync} {
					seen++
					got := l.scan("hopfield-basin", networks(20), func(s *hopfield.Spec) {
						s.Network.Units, s.Network.Rule, s.Patterns.Count = c.N, hopfield.Rule(c.Rule), c.P
						s.Network.Matrix = c.Rule == "hebb"
						s.Recall.Fraction, s.Recall.Update, s.Recall.Trials = point.Fraction, update, c.Each
					})
					agree(t, fmt.Sprintf("f = %g, %s", point.Fraction, update), got["success"], want)
				}
			}
		})
	}
	if seen == 0 {
		t.Error("nothing was compared")
	}
}

func TestThermalAgainstTheory(t *testing.T) {
	got := scan(t, "hopfield-thermal", networks(20), func(s *hopfield.Spec) {
		s.Patterns.Count, s.Recall.Fraction, s.Recall.Temperature, s.Recall.Trials = 20, 0, 0.5, 2
		s.Recall.Sweeps = 120
	})
	m, _ := hopfield.ThermalOverlap(0.02, 0.5)
	if math.Abs(got["m"][0]-m) > 3.5*got["m"][1]+3e-3 {
		t.Errorf("m is %v, theory %g", got["m"], m)
	}
}

func TestSpuriousAgainstStatistics(t *testing.T) {
	for _, c := range []struct {
		p                       int
		pattern, mixture, other measured
	}{
		{3, measured{0.3075, 0.0197379}, measured{0.3, 0.0247207}, measured{0, 0}},
		{5, measured{0.31, 0.0266667}, measured{0.235, 0.0171594}, measured{0.115, 0.015}},
	} {
		got := scan(t, "hopfield-spurious", 20, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Count, s.Recall.Corruption = 500, c.p, hopfield.AnyStart
		})
		agree(t, "pattern", got["pattern"], c.pattern)
		agree(t, "mixture", got["mixture"], c.mixture)
		agree(t, "other", got["other"], c.other)
	}
}

func TestSequenceAgainstStatistics(t *testing.T) {
	got := scan(t, "hopfield-sequence", 4, func(s *hopfield.Spec) {
		s.Network = hopfield.NetworkSpec{Units: 1000, Rule: hopfield.Sequence}
		s.Recall.Update, s.Recall.Fraction, s.Recall.Trials, s.Recall.Sweeps = hopfield.Sync, 0, 1, 200
	})
	agree(t, "one step", got["one_step"], measured{0.000763333, 5.79463e-05})
	agree(t, "overlap", got["overlap"], measured{0.998393, 0.000139025})
}

func TestDecodeAgainstStatistics(t *testing.T) {
	got := scan(t, "hopfield-decode", 24, func(s *hopfield.Spec) {
		s.Network = hopfield.NetworkSpec{Units: 128, Rule: hopfield.Polynomial, Degree: 3}
		s.Patterns.Count, s.Recall.Corruption, s.Recall.Fraction, s.Recall.Trials = 8, hopfield.Noise, 0.4, 24
	})
	agree(t, "cubic at p = 0.4", got["block_error"], measured{0.27, 0.03})
	agree(t, "maximum likelihood", got["ml_block_error"], measured{0.255, 0.03})
}
