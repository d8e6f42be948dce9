//go:build ignore

// The generator of the constants of fmath and of section 3 of kernels.cl. Run
// it in host/fmath:
//
//	go run gen/main.go gen/remez.go
//
// It prints, for each polynomial, the largest error of the fit (relative to the
// function that it serves) and the coefficients, lowest degree first.
package main

import (
	"fmt"
	"math"
	"math/big"

	"tnn-gpu/host/fmath/internal/exact"
)

func add(x, y *big.Float) *big.Float { return number(0).Add(x, y) }
func sub(x, y *big.Float) *big.Float { return number(0).Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return number(0).Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return number(0).Quo(x, y) }

// nodes are n Chebyshev points of [a, b] in ascending order.
func nodes(a, b float64, n int) []*big.Float {
	points := make([]*big.Float, n)
	for i := range points {
		points[i] = number((a+b)/2 - (b-a)/2*math.Cos(math.Pi*(float64(i)+0.5)/float64(n)))
	}
	return points
}

func fit(name string, bits, degree int, samples []sample) {
	c, worst := remez(samples, degree)
	fmt.Printf("%s, float%d: degree %d, error 2^%.1f\n", name, bits, degree, math.Log2(worst))
	for _, x := range c {
		fmt.Printf("\t%s\n", literal(x, bits))
	}
}

func literal(x *big.Float, bits int) string {
	if bits == 32 {
		f, _ := x.Float32()
		return fmt.Sprintf("%.9g", f)
	}
	f, _ := x.Float64()
	return fmt.Sprintf("%.17g", f)
}

// expSamples: e^r = 1 + r + r^2 q(r), |r| <= ln(2)/2.
func expSamples() []sample {
	var samples []sample
	for _, r := range nodes(-0.3466, 0.3466, 1000) {
		e, square := exact.Exp(r), mul(r, r)
		q := quo(sub(sub(e, number(1)), r), square)
		samples = append(samples, sample{r, q, quo(square, e)})
	}
	return samples
}

// log32Samples: ln(1+f) = f - f^2/2 + f^3 p(f), 1+f in [sqrt(1/2), sqrt(2)].
func log32Samples() []sample {
	var samples []sample
	for _, f := range nodes(-0.2929, 0.4143, 1000) {
		log := exact.Log(add(f, number(1)))
		square := mul(f, f)
		cube := mul(square, f)
		p := quo(add(sub(log, f), mul(square, number(0.5))), cube)
		samples = append(samples, sample{f, p, quo(cube, log)})
	}
	return samples
}

// log64Samples: ln(1+f) = 2 s + s r(s^2) s^2, s = f/(2+f).
func log64Samples() []sample {
	var samples []sample
	for _, s := range nodes(0, 0.17158, 1000) {
		log := exact.Log(quo(add(number(1), s), sub(number(1), s)))
		square := mul(s, s)
		cube := mul(square, s)
		r := quo(sub(log, add(s, s)), cube)
		samples = append(samples, sample{square, r, quo(cube, log)})
	}
	return samples
}

// sinSamples: sin(2 pi r) = 2 pi r + r^3 p(r^2), |r| <= 1/8.
func sinSamples() []sample {
	var samples []sample
	for _, r := range nodes(0, 0.125, 1000) {
		sin := exact.Sin2Pi(r)
		cube := mul(mul(r, r), r)
		linear := mul(add(exact.Pi(prec), exact.Pi(prec)), r)
		samples = append(samples, sample{mul(r, r), quo(sub(sin, linear), cube), quo(cube, sin)})
	}
	return samples
}

// cosSamples: cos(2 pi r) = 1 - 19.75 r^2 + r^2 p(r^2), |r| <= 1/8.
func cosSamples() []sample {
	var samples []sample
	for _, r := range nodes(0, 0.125, 1000) {
		cos := exact.Cos2Pi(r)
		square := mul(r, r)
		p := add(quo(sub(cos, number(1)), square), number(19.75))
		samples = append(samples, sample{square, p, quo(square, cos)})
	}
	return samples
}

// erfcSamples: erfc(x) = e^(-x^2) p(t)/(x+k), t = (x-k)/(x+k), 0 <= x <= top.
func erfcSamples(k, top float64) []sample {
	var samples []sample
	for _, t := range nodes(-1, (top-k)/(top+k), 800) {
		x := quo(mul(number(k), add(number(1), t)), sub(number(1), t))
		p := mul(mul(exact.Erfc(x), exact.Exp(mul(x, x))), add(x, number(k)))
		samples = append(samples, sample{t, p, quo(number(1), p)})
	}
	return samples
}

// erfcInvSamples: erfc^-1(y) = (1-y) p(w), w = -ln(y(2-y)), 1/32 <= y <= 1.
// Sampled along x = erfc^-1(y).
func erfcInvSamples() []sample {
	var samples []sample
	for _, square := range nodes(0, 1.53*1.53, 800) {
		x := number(0).Sqrt(square)
		y := exact.Erfc(x)
		w := number(0).Neg(exact.Log(mul(y, sub(number(2), y))))
		p := quo(x, sub(number(1), y))
		samples = append(samples, sample{w, p, quo(number(1), p)})
	}
	return samples
}

// startSamples: erfc^-1(y) = v p(1/(v+2)), v = sqrt(-ln y), y <= 1/32, top the
// largest result wanted. Sampled along x = erfc^-1(y).
func startSamples(top float64) []sample {
	var samples []sample
	for _, t := range nodes(1/(top+2), 1/(1.52+2), 800) {
		x := sub(quo(number(1), t), number(2))
		v := number(0).Sqrt(number(0).Neg(exact.Log(exact.Erfc(x))))
		p := quo(x, v)
		samples = append(samples, sample{quo(number(1), add(v, number(2))), p, quo(number(1), p)})
	}
	return samples
}

func main() {
	ln2, pi := exact.Log(number(2)), exact.Pi(prec)
	constants := []struct {
		name  string
		value *big.Float
	}{
		{"1/ln 2", quo(number(1), ln2)}, {"ln 2", ln2}, {"2 pi", add(pi, pi)},
		{"2/sqrt pi", quo(number(2), number(0).Sqrt(pi))},
	}
	for _, c := range constants {
		fmt.Printf("%s: float32 %s, float64 %s\n", c.name, literal(c.value, 32), literal(c.value, 64))
	}
	for _, bits := range []int{16, 32} {
		fmt.Printf("ln 2 in %d bits: %s\n", bits, split(ln2, uint(bits)))
		fmt.Printf("2 pi in %d bits: %s\n", bits, split(add(pi, pi), uint(bits)))
	}
	fit("exp q", 32, 4, expSamples())
	fit("exp q", 64, 9, expSamples())
	fit("log p", 32, 7, log32Samples())
	fit("log r", 64, 6, log64Samples())
	fit("sin p", 32, 2, sinSamples())
	fit("sin p", 64, 5, sinSamples())
	fit("cos p", 32, 3, cosSamples())
	fit("cos p", 64, 6, cosSamples())
	fit("erfc p", 32, 10, erfcSamples(2, 9.3))
	fit("erfc p", 64, 24, erfcSamples(2, 27))
	fit("erfc^-1 p", 32, 7, erfcInvSamples())
	fit("erfc^-1 p", 64, 16, erfcInvSamples())
	fit("erfc^-1 start", 64, 6, startSamples(26.7))
}

// split is x as its leading bits and the rest: products of the first with
// numbers of few bits are exact.
func split(x *big.Float, bits uint) string {
	head := new(big.Float).SetPrec(bits).SetMode(big.ToZero).Set(x)
	h, _ := head.Float64()
	rest := sub(x, head)
	return fmt.Sprintf("%.17g + float32 %s, float64 %s", h, literal(rest, 32), literal(rest, 64))
}
