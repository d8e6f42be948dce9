package exact

import (
	"math/big"
	"testing"
)

// Fifty digits of each function, as published.
func TestKnownDigits(t *testing.T) {
	const prec = 200
	x := func(f float64) *big.Float { return Float(f, prec) }
	tests := []struct {
		name string
		got  *big.Float
		want string
	}{
		{"e", Exp(x(1)), "2.71828182845904523536028747135266249775724709369995"},
		{"1/e", Exp(x(-1)), "0.36787944117144232159552377016146086744581113103176"},
		{"ln 2", Log(x(2)), "0.69314718055994530941723212145817656807550013436025"},
		{"ln 10", Log(x(10)), "2.30258509299404568401799145468436420760110148862877"},
		{"ln 1/2", Log(x(0.5)), "-0.69314718055994530941723212145817656807550013436025"},
		{"pi", Pi(prec), "3.14159265358979323846264338327950288419716939937510"},
		{"sin(pi/4)", Sin2Pi(x(0.125)), "0.70710678118654752440084436210484903928483593768847"},
		{"cos(3 pi/4)", Cos2Pi(x(0.375)), "-0.70710678118654752440084436210484903928483593768847"},
		{"cos(7 pi/4)", Cos2Pi(x(0.875)), "0.70710678118654752440084436210484903928483593768847"},
		{"erfc(1/2)", Erfc(x(0.5)), "0.47950012218695346231725334610803547126354842424203"},
		{"erfc(1)", Erfc(x(1)), "0.15729920705028513065877936491739074070393300203369"},
	}
	for _, test := range tests {
		want, _, err := big.ParseFloat(test.want, 10, prec, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		difference := new(big.Float).Sub(test.got, want)
		if bound := Float(2e-50, prec); difference.Abs(difference).Cmp(bound) > 0 {
			t.Errorf("%s = %.52g, want %s", test.name, test.got, test.want)
		}
	}
}

// exp and ln undo each other, erfc(-x) = 2 - erfc(x), and the derivative of
// erfc is -2/sqrt(pi) e^(-x^2): what the published digits do not reach.
func TestIdentities(t *testing.T) {
	const prec = 200
	for _, f := range []float64{0x1p-40, 0.7, 3, 20.5, 700} {
		x := Float(f, prec)
		near(t, "ln exp", Log(Exp(x)), x)
		near(t, "exp ln", Exp(Log(x)), x)
	}
	for _, f := range []float64{0.01, 2, 9, 26} {
		x := Float(f, prec)
		sum := new(big.Float).Add(Erfc(x), Erfc(new(big.Float).Neg(x)))
		near(t, "erfc x + erfc -x", sum, Float(2, prec))
		h := Float(0x1p-64, prec)
		slope := new(big.Float).Sub(Erfc(new(big.Float).Add(x, h)), Erfc(new(big.Float).Sub(x, h)))
		slope.Quo(slope, new(big.Float).Add(h, h))
		gauss := Exp(new(big.Float).Neg(new(big.Float).Mul(x, x)))
		gauss.Quo(gauss.Mul(gauss, Float(-2, prec)), new(big.Float).Sqrt(Pi(prec)))
		near(t, "erfc'", slope, gauss)
	}
}

// near holds got to want within 2^-100 of it.
func near(t *testing.T, name string, got, want *big.Float) {
	t.Helper()
	difference := new(big.Float).Sub(got, want)
	bound := new(big.Float).Mul(want, Float(0x1p-100, want.Prec()))
	if difference.Abs(difference).Cmp(bound.Abs(bound)) > 0 {
		t.Errorf("%s = %.40g, want %.40g", name, got, want)
	}
}
