package fmath

import (
	"math"
	"testing"
)

// The tree of docs/model.md section 12, written out.
func TestTotalAddsInPairs(t *testing.T) {
	a, b, c, d, e := float32(1), float32(1e-8), float32(3e7), float32(-2.5), float32(1.0/3)
	for _, test := range []struct {
		values []float32
		want   float32
	}{
		{nil, 0}, {[]float32{a}, a}, {[]float32{a, b}, a + b}, {[]float32{a, b, c}, (a + b) + c},
		{[]float32{a, b, c, d, e}, ((a + b) + (c + d)) + e},
		{[]float32{0, 0, float32(math.Copysign(0, -1))}, 0}, // minus zero gets the zero that is missing
	} {
		if got := Total(append([]float32(nil), test.values...)); math.Float32bits(got) != math.Float32bits(test.want) {
			t.Errorf("Total(%v) is %v, want %v", test.values, got, test.want)
		}
	}
}
