package fmath

import (
	"math"
	"testing"
)

// testProbeNotices shows that the table tells apart the devices that it is there
// to tell apart.
func testProbeNotices[F Float](t *testing.T, fused func(x, y, z F) F, normal F) {
	const n = 4096
	input, expected := Probe[F](n)
	x, y, z := input[:n], input[n:2*n], input[2*n:]
	functions := len(ProbeFunctions)
	if len(expected) != functions*n {
		t.Fatalf("%d results of %d functions, want %d each", len(expected), functions, n)
	}
	sum, product := expected[6*n:7*n], expected[8*n:]
	contracted, flushed := 0, 0
	for i := range n {
		if !SameBits(sum[i], fused(x[i], y[i], z[i])) {
			contracted++
		}
		if product[i] != 0 && -normal < product[i] && product[i] < normal {
			flushed++
		}
	}
	if contracted < n/4 {
		t.Errorf("a fused multiply-add changes %d of %d sums, want a quarter at least", contracted, n)
	}
	if flushed < n/100 {
		t.Errorf("%d of %d products are subnormal, want a hundredth at least", flushed, n)
	}
	for f, name := range ProbeFunctions {
		finite := 0
		for _, r := range expected[f*n : (f+1)*n] {
			if r-r == 0 {
				finite++
			}
		}
		if finite < n/4 {
			t.Errorf("%s is finite in %d of %d rows, want a quarter at least", name, finite, n)
		}
	}
	if edges := probeEdges[F](); len(edges) > 256 {
		t.Errorf("%d edge cases, but Probe promises room for them in 256 rows", len(edges))
	}
}

func TestProbeNotices(t *testing.T) {
	t.Run("float32", func(t *testing.T) {
		testProbeNotices(t, func(x, y, z float32) float32 {
			return float32(math.FMA(float64(x), float64(y), float64(z)))
		}, 0x1p-126)
	})
	t.Run("float64", func(t *testing.T) { testProbeNotices(t, math.FMA, 0x1p-1022) })
}

func TestSameBits(t *testing.T) {
	nan := math.NaN()
	other := math.Float64frombits(math.Float64bits(nan) ^ 1<<63)
	tests := []struct {
		a, b float64
		want bool
	}{
		{1, 1, true}, {1, math.Nextafter(1, 2), false}, {0, math.Copysign(0, -1), false},
		{nan, other, true}, {nan, 1, false}, {1, nan, false},
	}
	for _, test := range tests {
		if got := SameBits(test.a, test.b); got != test.want {
			t.Errorf("SameBits(%g, %g) = %t in float64, want %t", test.a, test.b, got, test.want)
		}
	}
	if SameBits(float32(0), float32(math.Copysign(0, -1))) || !SameBits[float32](1, 1) {
		t.Error("SameBits is wrong in float32")
	}
}
