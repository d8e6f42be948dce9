package fmath

import (
	"math"
	"testing"
)

// testEdges holds every function to its stated values at the ends of its
// domain; tiny is where Exp starts to be 0, huge where it overflows.
func testEdges[F Float](t *testing.T, tiny, huge, normal, subnormal, beyondErfc F) {
	infinity, nan := F(math.Inf(1)), F(math.NaN())
	above := func(x F) F { return neighbour(x, 1) }
	tests := []struct {
		name     string
		function func(F) F
		x, want  F
	}{
		{"Exp", Exp[F], 0, 1},
		{"Exp", Exp[F], -F(0), 1},
		{"Exp", Exp[F], subnormal, 1},
		{"Exp", Exp[F], above(tiny), 0},
		{"Exp", Exp[F], -infinity, 0},
		{"Exp", Exp[F], above(huge), infinity},
		{"Exp", Exp[F], infinity, infinity},
		{"Exp", Exp[F], nan, nan},
		{"Log", Log[F], 1, 0},
		{"Log", Log[F], 0, -infinity},
		{"Log", Log[F], subnormal, -infinity},
		{"Log", Log[F], infinity, infinity},
		{"Log", Log[F], -subnormal, nan},
		{"Log", Log[F], -1, nan},
		{"Log", Log[F], -infinity, nan},
		{"Log", Log[F], nan, nan},
		{"Cos2Pi", Cos2Pi[F], 0, 1},
		{"Cos2Pi", Cos2Pi[F], subnormal, 1},
		{"Cos2Pi", Cos2Pi[F], 0.5, -1},
		{"Cos2Pi", Cos2Pi[F], 0.75, 0},
		{"Cos2Pi", Cos2Pi[F], 1, 1},
		{"Cos2Pi", Cos2Pi[F], nan, nan},
		{"Sqrt", Sqrt[F], 2.25, 1.5},
		{"Sqrt", Sqrt[F], infinity, infinity},
		{"Sqrt", Sqrt[F], -1, nan},
		{"Erfc", Erfc[F], 0, 1},
		{"Erfc", Erfc[F], subnormal, 1},
		{"Erfc", Erfc[F], above(beyondErfc), 0},
		{"Erfc", Erfc[F], -beyondErfc, 2},
		{"Erfc", Erfc[F], infinity, 0},
		{"Erfc", Erfc[F], -infinity, 2},
		{"Erfc", Erfc[F], nan, nan},
		{"ErfcInv", ErfcInv[F], 0, infinity},
		{"ErfcInv", ErfcInv[F], subnormal, infinity},
		{"ErfcInv", ErfcInv[F], 1, 0},
		{"ErfcInv", ErfcInv[F], 2, -infinity},
		{"ErfcInv", ErfcInv[F], -1, nan},
		{"ErfcInv", ErfcInv[F], above(2), nan},
		{"ErfcInv", ErfcInv[F], nan, nan},
	}
	for _, test := range tests {
		if got := test.function(test.x); !SameBits(got, test.want) {
			t.Errorf("%s(%g) = %g, want %g", test.name, test.x, got, test.want)
		}
	}
	if y := Exp(tiny); y < normal {
		t.Errorf("Exp(%g) = %g, want a normal number", tiny, y)
	}
	if y := Exp(huge); y > math.MaxFloat32 && single[F]() || y == infinity {
		t.Errorf("Exp(%g) = %g, want a finite number", huge, y)
	}
	if y := Erfc(beyondErfc); y < normal {
		t.Errorf("Erfc(%g) = %g, want a normal number", beyondErfc, y)
	}
	if x := ErfcInv(normal); !(x > beyondErfc) || x == infinity {
		t.Errorf("ErfcInv(%g) = %g, want a finite number beyond %g", normal, x, beyondErfc)
	}
}

func TestEdges(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testEdges[float32](t, -87, 88.72283, 0x1p-126, 0x1p-140, 9) })
	t.Run("float64", func(t *testing.T) {
		testEdges(t, -708, 709.782712893384, 0x1p-1022, 0x1p-1040, 26.0)
	})
}

// Sqrt must be rounded once, also where it goes through double precision.
func TestSqrtIsCorrectlyRounded(t *testing.T) {
	random := splitMix(4)
	for range 1000000 {
		x := float32(span(&random, 0.25, 1))
		y := float64(Sqrt(x))
		half := ulp32(y) / 2 // squares of single-precision numbers and a half are exact
		if below, above := y-half, y+half; below*below > float64(x) || above*above < float64(x) {
			t.Fatalf("Sqrt(%g) = %g is not the nearest number", x, y)
		}
	}
}
