package models

import (
	"math"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
)

// Hamming's code decoded by memories: no memory beats best decoding, the exponential one
// comes near it, and the quadratic one, which holds 16 patterns in 7 units, is worse than
// no code.
func TestMemoriesDecode(t *testing.T) {
	s := codes.Presets()[1].Spec // exact
	s.Codes.Evaluate = []float64{0.01, 0.1}
	lab := experiment.Lab{Open: func(n model.Network, keys []uint64) (backend.Backend, error) {
		return cpuref.New(n, backend.Options{Seeds: keys})
	}}
	kinds := codesKinds()
	runner, err := kinds[len(kinds)-1].New(lab, s)
	if err != nil {
		t.Fatal(err)
	}
	results, err := runner.Run(t.Context(), []experiment.Trial{{Seed: 1, Graph: 1, Spec: s}})
	if err != nil {
		t.Fatal(err)
	}
	width := len(runner.Outcomes())
	for place, p := range s.Codes.Evaluate {
		v := results[0].Values[place*width:][:width]
		t.Logf("p = %g: %v", p, v)
		learned, hamming := v[0], v[1]
		if math.Abs(learned-hamming) > 1e-12 || math.Abs(hamming-codes.SpherePacking(4, 7, p)) > 1e-12 {
			t.Errorf("at p = %g learned %v, Hamming %v", p, learned, hamming)
		}
		for i, e := range v[2:] {
			if e < hamming-1e-12 {
				t.Errorf("at p = %g the %s memory has %v, below Hamming's %v", p, memoryKinds[i].name, e, hamming)
			}
		}
		if quadratic, exponential := v[2], v[4]; !(exponential < codes.Uncoded(4, p) && quadratic > codes.Uncoded(4, p)) {
			t.Errorf("at p = %g: quadratic %v, exponential %v, uncoded %v", p, quadratic, exponential, codes.Uncoded(4, p))
		}
	}
}
