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

// TestDensePatterns: of degree 2 the capacity is that of Hebb's rule, and at it the error of
// one step is 1/(N sqrt(4 pi ln N)) whatever the degree, to leading order.
func TestDensePatterns(t *testing.T) {
	for _, n := range []int{100, 1000} {
		if a, b := hopfield.DensePatterns(n, 2), hopfield.MostPatterns(n); math.Abs(a-b) > 1e-12*b {
			t.Errorf("%d units: %g patterns of degree 2, Hebb's rule %g", n, a, b)
		}
	}
	if p := hopfield.DensePatterns(100, 3); math.Abs(p-361.91) > 0.01 {
		t.Errorf("100 units of degree 3 hold %g patterns", p)
	}
	for degree := 2; degree <= 4; degree++ {
		p := int(hopfield.DensePatterns(1000, degree))
		if e := hopfield.DenseOneStepErrorAsymptotic(1000, p, degree); math.Abs(e*1000*math.Sqrt(4*math.Pi*math.Log(1000))-1) > 0.15 {
			t.Errorf("degree %d, %d patterns: the error is %g", degree, p, e)
		}
	}
}
