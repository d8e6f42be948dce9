// Package exact evaluates the functions of fmath to any precision, slowly: the
// truth that the tests compare with and that the polynomials were fitted to.
package exact

import "math/big"

// Float is x as a big.Float of the given precision in bits.
func Float(x float64, prec uint) *big.Float {
	return new(big.Float).SetPrec(prec).SetFloat64(x)
}

func zero(prec uint) *big.Float { return new(big.Float).SetPrec(prec) }

// negligible tells whether adding term to sum no longer changes it.
func negligible(term, sum *big.Float) bool {
	return term.Sign() == 0 ||
		sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-int(sum.Prec())-2
}

// Exp is e^x, for |x| below about a million.
func Exp(x *big.Float) *big.Float {
	prec := x.Prec()
	// e^x = (e^(x/2^n))^(2^n), with x/2^n below 2^-16 so that few terms do.
	halvings := max(0, x.MantExp(nil)+16)
	work := prec + uint(halvings) + 16
	r := zero(work).SetMantExp(zero(work).Set(x), -halvings)
	sum, term := Float(1, work), Float(1, work)
	for n := 1; ; n++ {
		term.Quo(term.Mul(term, r), Float(float64(n), work))
		if negligible(term, sum) {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return zero(prec).Set(sum)
}

// Log is the natural logarithm of x > 0.
func Log(x *big.Float) *big.Float {
	prec := x.Prec()
	work := prec + 32
	mantissa := zero(work)
	exponent := zero(work).Set(x).MantExp(mantissa)
	if f, _ := mantissa.Float64(); f < 0.7071 {
		mantissa.Add(mantissa, mantissa)
		exponent--
	}
	y := atanhLog(mantissa)
	if exponent != 0 {
		ln2 := atanhLog(Float(2, work))
		y.Add(y, ln2.Mul(ln2, Float(float64(exponent), work)))
	}
	return zero(prec).Set(y)
}

// atanhLog is ln m = 2 atanh((m-1)/(m+1)), by its series.
func atanhLog(m *big.Float) *big.Float {
	work := m.Prec()
	one := Float(1, work)
	s := zero(work).Quo(zero(work).Sub(m, one), zero(work).Add(m, one))
	square := zero(work).Mul(s, s)
	sum, power := zero(work).Set(s), zero(work).Set(s)
	for n := 3; ; n += 2 {
		power.Mul(power, square)
		term := zero(work).Quo(power, Float(float64(n), work))
		if negligible(term, sum) {
			break
		}
		sum.Add(sum, term)
	}
	return sum.Add(sum, sum)
}

// Pi is pi, by Machin's formula.
func Pi(prec uint) *big.Float {
	work := prec + 16
	sum := zero(work).Mul(Float(16, work), arctanInverse(5, work))
	sum.Sub(sum, zero(work).Mul(Float(4, work), arctanInverse(239, work)))
	return zero(prec).Set(sum)
}

func arctanInverse(n float64, work uint) *big.Float {
	square := Float(n*n, work)
	power := zero(work).Quo(Float(1, work), Float(n, work))
	sum := zero(work).Set(power)
	for k := 3; ; k += 2 {
		power.Neg(power.Quo(power, square))
		term := zero(work).Quo(power, Float(float64(k), work))
		if negligible(term, sum) {
			return sum
		}
		sum.Add(sum, term)
	}
}

// Sin2Pi is sin(2 pi r), best for |r| <= 1/8.
func Sin2Pi(r *big.Float) *big.Float {
	work := r.Prec() + 16
	y := turns(r, work)
	return zero(r.Prec()).Set(alternating(y, y, 1))
}

// Cos2Pi is cos(2 pi u). Its relative error is bounded, zeros apart, because
// multiples of a quarter are split off exactly.
func Cos2Pi(u *big.Float) *big.Float {
	prec := u.Prec()
	quarters, _ := zero(prec).Add(zero(prec).Mul(u, Float(4, prec)), Float(0.5, prec)).Int64()
	r := zero(prec).Sub(u, Float(float64(quarters)/4, prec))
	work := prec + 16
	result := Sin2Pi(r)
	if quarters%2 == 0 {
		result = zero(prec).Set(alternating(turns(r, work), Float(1, work), 0))
	}
	if quarters%4 == 1 || quarters%4 == 2 {
		result.Neg(result)
	}
	return result
}

func turns(r *big.Float, work uint) *big.Float {
	y := Pi(work)
	y.Add(y, y)
	return y.Mul(y, r)
}

// alternating sums first - first y^2/((k+1)(k+2)) + ..., the series of sine
// (first y, k = 1) and cosine (first 1, k = 0).
func alternating(y, first *big.Float, k int) *big.Float {
	work := y.Prec()
	square := zero(work).Mul(y, y)
	sum, term := zero(work).Set(first), zero(work).Set(first)
	for ; ; k += 2 {
		term.Neg(term.Quo(term.Mul(term, square), Float(float64((k+1)*(k+2)), work)))
		if negligible(term, sum) {
			return sum
		}
		sum.Add(sum, term)
	}
}

// Erfc is the complementary error function, for |x| below about 40:
// 1 - 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1)/(2n+1)!!, worked in enough bits
// for the cancellation.
func Erfc(x *big.Float) *big.Float {
	prec := x.Prec()
	f, _ := x.Float64()
	work := prec + 32 + uint(1.5*f*f)
	y := zero(work).Set(x)
	double := zero(work).Mul(y, y)
	gauss := Exp(zero(work).Neg(double))
	double.Add(double, double)
	sum, term := zero(work).Set(y), zero(work).Set(y)
	for n := 3; ; n += 2 {
		term.Quo(term.Mul(term, double), Float(float64(n), work))
		if negligible(term, sum) {
			break
		}
		sum.Add(sum, term)
	}
	sum.Mul(sum, gauss)
	sum.Quo(sum.Add(sum, sum), zero(work).Sqrt(Pi(work)))
	return zero(prec).Set(sum.Sub(Float(1, work), sum))
}
