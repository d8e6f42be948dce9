package fmath

import (
	"math"
	"math/big"
	"testing"

	"tnn-gpu/host/fmath/internal/exact"
)

// cos2pi is cos(2 pi u) by the standard library, after an exact reduction.
func cos2pi(u float64) float64 {
	k := math.Floor(4*u + 0.5)
	sin, cos := math.Sincos(2 * math.Pi * (u - k/4))
	return [4]float64{cos, -sin, -cos, sin}[int(k)&3]
}

func ulp32(y float64) float64 {
	_, exponent := math.Frexp(y)
	return math.Ldexp(1, exponent-24)
}

func ulp64(y float64) float64 {
	_, exponent := math.Frexp(y)
	return math.Ldexp(1, exponent-53)
}

// The single-precision functions against double-precision ones, whose own error
// is 2^-29 of a single-precision ulp: millions of arguments, spread evenly over
// the numbers (not the values) of each domain. (Every number of the domains was
// tried once: Exp is within 0.91, Log within 0.94, Cos2Pi within 0.82 ulp.)
func TestFloat32Accuracy(t *testing.T) {
	tests := []struct {
		name     string
		function func(float32) float32
		truth    func(float64) float64
		from, to float32 // of one sign, the smaller magnitude first
		stride   uint32
		ulps     float64
	}{
		{"Exp", Exp32, math.Exp, 1e-9, 88.72283, 211, 1},
		{"Exp", Exp32, math.Exp, -1e-9, -87, 211, 1},
		{"Log", Log32, math.Log, 0x1p-126, math.MaxFloat32, 1009, 1},
		{"Log", Log32, math.Log, 0.5, 2, 11, 1},
		{"Cos2Pi", Cos2Pi32, cos2pi, 0x1p-40, 1, 211, 1},
		{"Erfc", Erfc[float32], math.Erfc, 1e-9, 9, 211, 6},
		{"Erfc", Erfc[float32], math.Erfc, -1e-9, -9, 211, 6},
		{"ErfcInv", ErfcInv[float32], ErfcInv[float64], 0x1p-126, 1.9999999, 1009, 3},
	}
	for _, test := range tests {
		worst, at := 0.0, float32(0)
		last := math.Float32bits(test.to)
		for bits := math.Float32bits(test.from); bits <= last; bits += test.stride {
			x := math.Float32frombits(bits)
			truth := test.truth(float64(x))
			e := math.Abs(float64(test.function(x))-truth) / ulp32(truth)
			if !(e <= worst) {
				worst, at = e, x
			}
		}
		if !(worst <= test.ulps) {
			t.Errorf("%s(%g) is off by %.3f ulp, want at most %g", test.name, at, worst, test.ulps)
		}
	}
}

// span is a generator of numbers evenly spread over [from, to].
func span(random *splitMix, from, to float64) float64 {
	return from + (to-from)*(float64(random.next()>>11)*0x1p-53)
}

// The double-precision functions against the truth, where their error is
// largest and all over.
func TestFloat64Accuracy(t *testing.T) {
	tests := []struct {
		name     string
		function func(float64) float64
		truth    func(*big.Float) *big.Float
		argument func(*splitMix) float64
		count    int
		ulps     float64
	}{
		{"Exp", Exp64, exact.Exp, func(r *splitMix) float64 { return span(r, -708, 709.78) }, 20000, 1},
		{"Exp", Exp64, exact.Exp, func(r *splitMix) float64 {
			return math.Round(span(r, -1000, 1000))*math.Ln2 - span(r, 0.3, 0.3466)
		}, 40000, 1},
		{"Log", Log64, exact.Log, func(r *splitMix) float64 { return math.Exp(span(r, -708, 709)) }, 5000, 1},
		{"Log", Log64, exact.Log, func(r *splitMix) float64 { return span(r, 0.7, 0.72) }, 20000, 1},
		{"Log", Log64, exact.Log, func(r *splitMix) float64 { return 1 + math.Exp(span(r, -37, -1)) }, 5000, 1},
		{"Cos2Pi", Cos2Pi64, exact.Cos2Pi, func(r *splitMix) float64 { return span(r, 0, 1) }, 5000, 1},
		{"Cos2Pi", Cos2Pi64, exact.Cos2Pi, func(r *splitMix) float64 { return span(r, 0.12, 0.13) }, 10000, 1},
		{"Cos2Pi", Cos2Pi64, exact.Cos2Pi, func(r *splitMix) float64 { return 0.25 + span(r, -1e-9, 1e-9) }, 2000, 1},
		{"Erfc", Erfc[float64], exact.Erfc, func(r *splitMix) float64 { return span(r, -6, 6) }, 10000, 6},
		{"Erfc", Erfc[float64], exact.Erfc, func(r *splitMix) float64 { return span(r, 6, 26) }, 700, 6},
	}
	for _, test := range tests {
		random := splitMix(1)
		worst, at := 0.0, 0.0
		for range test.count {
			x := test.argument(&random)
			truth := test.truth(exact.Float(x, 96))
			value, _ := truth.Float64()
			difference, _ := new(big.Float).Sub(exact.Float(test.function(x), 96), truth).Float64()
			if e := math.Abs(difference) / ulp64(value); !(e <= worst) {
				worst, at = e, x
			}
		}
		if !(worst <= test.ulps) {
			t.Errorf("%s(%g) is off by %.3f ulp, want at most %g", test.name, at, worst, test.ulps)
		}
	}
}

// Millions of arguments against the standard library, whose functions have
// errors of up to 1 ulp themselves (Erfc of up to 2).
func TestFloat64AgainstStandardLibrary(t *testing.T) {
	tests := []struct {
		name     string
		function func(float64) float64
		standard func(float64) float64
		from, to float64
		ulps     float64
	}{
		{"Exp", Exp64, math.Exp, -708, 709, 2}, // math.Exp overflows early
		{"Exp", Exp64, math.Exp, -1, 1, 2},
		{"Log", Log64, math.Log, 0x1p-1022, 1e300, 2},
		{"Log", Log64, math.Log, 0, 4, 2},
		{"Cos2Pi", Cos2Pi64, cos2pi, 0, 1, 2},
		{"Erfc", Erfc[float64], math.Erfc, -6, 6, 8}, // math.Erfc is worse beyond
	}
	for _, test := range tests {
		random := splitMix(2)
		worst, at := 0.0, 0.0
		for range 500000 {
			x := span(&random, test.from, test.to)
			want := test.standard(x)
			if e := math.Abs(test.function(x)-want) / ulp64(want); !(e <= worst) {
				worst, at = e, x
			}
		}
		if !(worst <= test.ulps) {
			t.Errorf("%s(%g) is %.3f ulp from the standard library's, want at most %g",
				test.name, at, worst, test.ulps)
		}
	}
}

// The error of x = ErfcInv(y) follows from erfc(x) - y, without an exact
// inverse: it is (erfc(x) - y) / erfc'(x), erfc'(x) = -2/sqrt(pi) e^(-x^2).
func TestErfcInvFloat64Accuracy(t *testing.T) {
	arguments := []func(*splitMix) float64{
		func(r *splitMix) float64 { return span(r, 0, 2) },
		func(r *splitMix) float64 { return 1 + math.Exp(span(r, -36, -1)) },
		func(r *splitMix) float64 { return span(r, 0.03, 0.0325) },
		func(r *splitMix) float64 { return 2 - math.Exp(span(r, -36, -3.5)) },
		func(r *splitMix) float64 { return math.Exp(span(r, -60, -3.5)) },
		func(r *splitMix) float64 { return math.Exp(span(r, -708, -60)) },
	}
	for i, argument := range arguments {
		random := splitMix(3)
		count := 2000
		if i == len(arguments)-1 {
			count = 100 // the exact function is slow there
		}
		worst, at := 0.0, 0.0
		for range count {
			y := argument(&random)
			value := ErfcInv(y)
			x := exact.Float(value, 128)
			rest := new(big.Float).Sub(exact.Erfc(x), exact.Float(y, 128))
			rest.Mul(rest, exact.Exp(new(big.Float).Mul(x, x)))
			difference, _ := rest.Float64()
			difference *= math.Sqrt(math.Pi) / 2
			if e := math.Abs(difference) / ulp64(value); !(e <= worst) {
				worst, at = e, y
			}
		}
		if !(worst <= 3) {
			t.Errorf("ErfcInv(%g) is off by %.3f ulp, want at most 3", at, worst)
		}
	}
}
