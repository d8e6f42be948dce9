package tnn_test

import (
	"testing"

	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/state"
)

// Rung 3: observables of runs in single and in double precision agree within
// sampling error. The runs have different seeds, so that they are independent; the
// limit is that of Student's test of two means, for every window and every whole
// run, as rejected states it.
func TestSingleAgainstDouble(t *testing.T) {
	for _, p := range []plan{
		{preset: "isolated", runs: 12, steps: 300},
		{preset: "isolated4", runs: 24, steps: 300},
		{preset: "driven", runs: 16, steps: 300},
		{preset: "relaxed-driven", runs: 4, steps: 60},
	} {
		t.Run(p.preset, func(t *testing.T) {
			if backendtest.Soak() {
				p.runs *= 10
			}
			p.seed = 1
			single := p.run(t)
			p.precision, p.seed = state.Double, 10001
			double := p.run(t)
			if rejected(compare(single, double), func(text string) { t.Log(text) }) > 0 {
				t.Error("these differences are not chance")
			}
		})
	}
}
