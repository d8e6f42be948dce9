package tnn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// recordedCase is a case of testdata/ensembles.json: by observable, the mean and the
// standard deviation over the runs, window by window.
type recordedCase struct {
	Preset      string   `json:"preset"`
	Rule        tnn.Rule `json:"rule"`
	Runs        int      `json:"runs"`
	WindowsOf   int      `json:"windows_of"`
	Observables map[string]struct {
		Mean []float64 `json:"mean"`
		SD   []float64 `json:"sd"`
	} `json:"observables"`
}

func recordedCases(t *testing.T) []recordedCase {
	t.Helper()
	text, err := os.ReadFile("../../testdata/ensembles.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []recordedCase `json:"cases"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		if c.WindowsOf != window {
			t.Fatalf("%s has windows of %d steps, not %d", c.Preset, c.WindowsOf, window)
		}
	}
	return file.Cases
}

// printedDecimals are those with which the original program printed the value of
// every step. They show in the recorded means of 10 steps of 10 runs, which have
// two more. To round ours alike is what makes small values comparable: transport
// 0.0147 was printed as 0.01.
func printedDecimals(rule tnn.Rule, observable string) int {
	if rule == tnn.Hylton2020 {
		switch observable {
		case "weight2":
			return 4
		case "energy", "colour":
			return 3
		case "entropy":
			return 0
		}
	}
	return 2
}

// significant is the relative precision of the recorded means, of six digits.
const significant = 5e-6

// against compares a recorded case with runs of ours: every window of every
// observable, and every observable over the whole run. Windows hang together, so
// that small steady differences show best in the latter. There the standard
// deviation is ours alone, as that of the original is not recorded.
func (c *recordedCase) against(ours ensemble) (windows, wholes []comparison) {
	for name, want := range c.Observables {
		have := ours[name]
		mean := 0.0
		for w := range have {
			known := pooled(fmt.Sprintf("%s, steps %d to %d", name, w*window+1, (w+1)*window),
				sample{want.Mean[w], want.SD[w], c.Runs}, sampleOf(have[w]))
			known.resolution = significant * math.Abs(want.Mean[w])
			windows = append(windows, known)
			mean += want.Mean[w] / float64(len(have))
		}
		own := sampleOf(ours.whole(name))
		wholes = append(wholes, comparison{
			what: name + ", whole run", a: sample{mean: mean, runs: c.Runs}, b: own,
			freedom: float64(own.runs - 1), sd: own.sd, resolution: significant * math.Abs(mean),
		})
	}
	return windows, wholes
}

// ensemblePlan is the runs that a recorded case is compared with: as many as are
// done soon, or ten times as many, and all steps, where long tests are asked for.
func ensemblePlan(preset string) plan {
	p := map[string]plan{
		"isolated":       {runs: 40, steps: 500},
		"isolated4":      {runs: 80, steps: 500},
		"driven":         {runs: 60, steps: 500},
		"relaxed":        {runs: 5, steps: 60},
		"relaxed-driven": {runs: 6, steps: 200},
	}[preset]
	p.preset, p.seed = preset, 1000
	if backendtest.Soak() {
		p.steps = max(p.steps, 200)
	}
	return p.longer()
}

// longer has ten times as many runs where long tests are asked for.
func (p plan) longer() plan {
	if backendtest.Soak() {
		p.runs *= 10
	}
	return p
}

// Networks that are run here in checkerboard order with other noise give
//   - what the original program gave in its own order (rung 7);
//   - the same observables within sampling error in double precision (rung 3). These
//     runs have seeds of their own, so that they are independent; the limit is that of
//     Student's test of two means, for every window and every whole run, as rejected
//     states it;
//   - the same observables where nodes are visited one after another, as the original
//     does and a schedule of sets of one node. The order of visits is a difference
//     between two trajectories, but none that shows in the observables.
func TestEnsembles(t *testing.T) {
	double := map[string]plan{"isolated": {runs: 8, steps: 300}, "isolated4": {runs: 15, steps: 300}, "driven": {runs: 10, steps: 300}, "relaxed-driven": {runs: 3, steps: 60}}
	inOrder := map[string]plan{"isolated4": {runs: 6, steps: 200}}
	cases := recordedCases(t)
	for preset := range double {
		isRecorded(t, cases, preset)
	}
	for preset := range inOrder {
		isRecorded(t, cases, preset)
	}
	for _, c := range cases {
		t.Run(c.Preset, func(t *testing.T) {
			p := ensemblePlan(c.Preset)
			ours := p.run(t)
			t.Run("recorded", func(t *testing.T) {
				windows, wholes := c.against(ensembleOf(ours, p.steps, printedDecimals))
				notRejected(t, windows)
				notRejected(t, wholes)
			})
			if p, compared := double[c.Preset]; compared {
				t.Run("double", func(t *testing.T) {
					p.preset, p.seed, p.precision = c.Preset, 10001, state.Double
					notRejected(t, compare(ensembleOf(ours, p.steps, nil), ensembleOf(p.longer().run(t), p.steps, nil)))
				})
			}
			if p, compared := inOrder[c.Preset]; compared {
				t.Run("one by one", func(t *testing.T) {
					p.preset, p.seed, p.oneByOne = c.Preset, 20001, true
					notRejected(t, compare(ensembleOf(ours, p.steps, nil), ensembleOf(p.longer().run(t), p.steps, nil)))
				})
			}
		})
	}
}

// isRecorded fails where no case is of a preset, which would not be compared then.
func isRecorded(t *testing.T, cases []recordedCase, preset string) {
	t.Helper()
	if !slices.ContainsFunc(cases, func(c recordedCase) bool { return c.Preset == preset }) {
		t.Errorf("no recorded case is of the preset %s", preset)
	}
}

// notRejected fails where differences are not chance.
func notRejected(t *testing.T, all []comparison) {
	t.Helper()
	if rejected(all, func(text string) { t.Log(text) }) > 0 {
		t.Error("these differences are not chance")
	}
}

// The comparison sees a node temperature that is 5 % off, and an edge temperature.
func TestEnsemblesSeeDifferences(t *testing.T) {
	for name, change := range map[string]func(*tnn.Spec){
		"node": func(s *tnn.Spec) { s.Groups[0].InverseTemperature *= 1.05 },
		"edge": func(s *tnn.Spec) { s.Edge.InverseTemperature *= 1.05 },
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range recordedCases(t) {
				if c.Preset != "isolated4" {
					continue
				}
				p := ensemblePlan(c.Preset)
				p.change = change
				windows, wholes := c.against(ensembleOf(p.run(t), p.steps, printedDecimals))
				quiet := func(string) {}
				if rejected(windows, quiet)+rejected(wholes, quiet) == 0 {
					t.Error("the difference is not seen")
				}
			}
		})
	}
}
