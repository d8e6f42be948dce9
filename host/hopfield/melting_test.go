package hopfield_test

import (
	"math"
	"testing"

	"tnn-gpu/host/hopfield"
)

// TestMeltingTemperature: just below it the theory at temperature has a pattern as a
// state, just above it has none; and it ends where theory at zero temperature does.
func TestMeltingTemperature(t *testing.T) {
	for _, alpha := range []float64{0.001, 0.05, 0.1, 0.13} {
		at := hopfield.MeltingTemperature(alpha)
		below, _ := hopfield.ThermalOverlap(alpha, at-0.002)
		above, _ := hopfield.ThermalOverlap(alpha, at+0.002)
		if below < 0.3 || above > 0.01 {
			t.Errorf("at a load of %g, T_M = %g: the overlap is %g just below and %g just above", alpha, at, below, above)
		}
	}
	if at := hopfield.MeltingTemperature(0.2); at != 0 {
		t.Errorf("above the capacity T_M is %g", at)
	}
	if at := hopfield.MeltingTemperature(1e-8); math.Abs(at-1) > 1e-3 {
		t.Errorf("of few patterns T_M is %g, want 1", at)
	}
}
