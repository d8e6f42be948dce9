package hopfield

import "math"

// OneStepError is the probability that a unit of a stored pattern is wrong after one
// update from the pattern, with Hebb's rule: exactly, from the binomial law of the
// crosstalk. degree is the number of units that a unit is coupled to, n - 1 in a
// complete graph; p is the number of patterns.
func OneStepError(degree, p int) float64 {
	if p < 2 {
		return 0
	}
	// In the direction of the pattern the field is the degree and so many fair signs. A
	// field of zero keeps the unit.
	return fairSigns().below(degree*(p-1), -int64(degree))
}

// OneStepErrorAltered is OneStepError where each of the couplings is lost with a
// probability, and with clip only the signs of couplings are kept: exactly. In the direction of
// the pattern a coupling is 1 and a fair sign for each other pattern, so that with an even
// number of patterns some couplings are 0.
func OneStepErrorAltered(degree, p int, damage float64, clip bool) float64 {
	weights := map[int64]float64{0: damage}
	spread := 20 * math.Sqrt(float64(p)) // of 40 deviations
	for up := max(0, int(float64(p-1)/2-spread)); up <= min(p-1, int(float64(p-1)/2+spread)); up++ {
		value := int64(1 + 2*up - (p - 1))
		if clip {
			value = min(max(value, -1), 1)
		}
		weights[value] += (1 - damage) * math.Exp(logChoose(p-1, up)-float64(p-1)*math.Ln2)
	}
	return newLaw(weights).below(degree, 0)
}

// OneStepErrorGauss is OneStepError with crosstalk of the normal law:
// erfc(sqrt(degree/(2(p-1))))/2.
func OneStepErrorGauss(degree, p int) float64 {
	return math.Erfc(math.Sqrt(float64(degree)/float64(2*(p-1)))) / 2
}

// OneStepErrorSequence is the probability that a unit differs from the next pattern after
// one update from a stored one, with the rule sequence and n units: exactly.
//
// In the direction of the next pattern the field is n, and (n-1)(p-1) fair signs of the
// other units, and what the unit itself adds: with b_mu, the sign of the unit in pattern mu
// times that in the next one, the sum of b_nu b_mu over the other p-1 patterns mu. The product
// of all b is 1. A field of zero keeps the unit, which is wrong where b_nu is -1.
func OneStepErrorSequence(n, p int) float64 {
	if p < 2 {
		return 0
	}
	wrong := func(draws, field int, kept float64) float64 {
		return (1-kept)*fairSigns().below(draws, -int64(field)) + kept*fairSigns().below(draws, 1-int64(field))
	}
	if p > 12 { // what the unit adds is as good as free: the product changes less than the tenth digit
		return wrong(n*(p-1), n, 0.5)
	}
	sum := 0.0
	for k := range p { // of what the unit adds so many are -1
		weight := math.Exp(logChoose(p-1, k) - float64(p-1)*math.Ln2)
		kept := float64(k % 2) // of an odd p the product of b_nu b_mu is b_nu
		if p%2 == 0 {
			weight, kept = 2*weight*float64(1-k%2), 0.5 // of an even one it is 1
		}
		sum += weight * wrong((n-1)*(p-1), n+p-1-2*k, kept)
	}
	return sum
}

// Retrieval is the replica-symmetric theory of the states that a network of many
// units reaches from a pattern at zero temperature, after Amit, Gutfreund and
// Sompolinsky (1985), with a share keep of its couplings left by damage
// (Sompolinsky 1986: the missing ones act as static noise).
type Retrieval struct {
	Keep float64 // 1 without damage
}

// load is the load at which m = erf(x) solves the theory.
func (r Retrieval) load(x float64) float64 {
	m := math.Erf(x)
	variance := m * m / (2 * x * x)
	susceptibility := 2 * x / (math.Sqrt(math.Pi) * m) * math.Exp(-x*x)
	s := (1 - susceptibility) * (1 - susceptibility)
	return variance * s / (1 + s*(1-r.Keep)/r.Keep)
}

// critical is the place of the largest load.
func (r Retrieval) critical() float64 {
	// The slope changes sign there; a difference finds the place of a flat maximum
	// more closely than comparing loads does.
	const h = 1e-4
	low, high := 0.2, 6.0
	for range 60 {
		if middle := (low + high) / 2; r.load(middle+h) > r.load(middle-h) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// Capacity is the largest load at which patterns are recalled, alpha_c, and the
// overlap there.
func (r Retrieval) Capacity() (alpha, m float64) {
	x := r.critical()
	return r.load(x), math.Erf(x)
}

// Overlap is m at a load; 0 above the capacity. The error (1 - m)/2 has its own
// result, as it may be far below the rounding of m.
func (r Retrieval) Overlap(alpha float64) (m, bitError float64) {
	low, high := r.critical(), 40.0
	if alpha > r.load(low) {
		return 0, 0.5
	}
	for range 200 {
		if middle := (low + high) / 2; r.load(middle) > alpha {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Erf(low), math.Erfc(low) / 2
}

// ThermalOverlap is the replica-symmetric theory at temperature t > 0: the overlap m
// with a stored pattern, and the order parameter q, reached from m = q = 1.
func ThermalOverlap(alpha, t float64) (m, q float64) {
	const (
		points    = 721 // of the grid over the normal deviate
		limit     = 9.0
		precision = 1e-13
	)
	step := 2 * limit / (points - 1)
	z, weight := make([]float64, points), make([]float64, points)
	for i := range z {
		z[i] = -limit + float64(i)*step
		weight[i] = step * math.Exp(-z[i]*z[i]/2) / math.Sqrt(2*math.Pi)
	}
	m, q = 1, 1
	for round := range 20000 {
		damping := 0.5
		if round > 100 {
			damping = 0.125 // near the spin glass half a step swings for ever
		}
		c := 1 - (1-q)/t
		noise := math.Sqrt(alpha * q / (c * c))
		var first, second float64
		for i, v := range z {
			th := math.Tanh((noise*v + m) / t)
			first += weight[i] * th
			second += weight[i] * th * th
		}
		change := math.Abs(first-m) + math.Abs(second-q)
		m, q = m+damping*(first-m), q+damping*(second-q)
		if change < precision {
			break
		}
	}
	if m < 1e-7 {
		m = 0
	}
	return m, q
}

// MostPatterns is N/(2 ln N): up to there nearly every pattern of n units is stable
// (McEliece et al. 1987).
func MostPatterns(n int) float64 { return float64(n) / (2 * math.Log(float64(n))) }

// AllPatterns is N/(4 ln N): up to there all patterns together are stable.
func AllPatterns(n int) float64 { return float64(n) / (4 * math.Log(float64(n))) }

// StorkeyPatterns is N/sqrt(2 ln N), the capacity of Storkey's rule.
func StorkeyPatterns(n int) float64 { return float64(n) / math.Sqrt(2*math.Log(float64(n))) }

// DensePatterns is N^(degree-1)/(2 (2 degree - 3)!! ln N): up to there nearly every pattern
// of n units is stable in a polynomial memory (Krotov and Hopfield 2016). Of degree 2 it is
// MostPatterns.
func DensePatterns(n, degree int) float64 {
	return math.Pow(float64(n), float64(degree-1)) / (2 * oddFactorial(2*degree-3) * math.Log(float64(n)))
}

// oddFactorial is n!! of an odd n.
func oddFactorial(n int) float64 {
	f := 1.0
	for ; n > 1; n -= 2 {
		f *= float64(n)
	}
	return f
}

// DenseOneStepError is the probability that a unit of a stored pattern is wrong after
// one update, in a dense memory of n units, p patterns and the given degree: exactly, from
// the law of the crosstalk. Each other pattern adds (a+1)^degree - (a-1)^degree of the sum a
// of n-1 fair signs, times a fair sign.
func DenseOneStepError(n, p, degree int) float64 {
	if p < 2 {
		return 0
	}
	weights := make(map[int64]float64) // by value: several sums may have one
	for up := range n {
		value := PolynomialStep(int64(2*up-(n-1)), 1, degree)
		weight := math.Exp(logChoose(n-1, up) - float64(n)*math.Ln2)
		weights[value] += weight
		weights[-value] += weight
	}
	return newLaw(weights).below(p-1, -PolynomialStep(int64(n-1), 1, degree))
}

// DenseOneStepErrorGauss is DenseOneStepError with crosstalk of the normal law and its
// exact variance.
func DenseOneStepErrorGauss(n, p, degree int) float64 {
	power := func(x float64) float64 { return math.Pow(x, float64(degree)) }
	signal := power(float64(n)) - power(float64(n-2))
	variance := 0.0
	for up := range n { // of n-1 fair signs
		sum := float64(2*up - (n - 1))
		step := power(sum+1) - power(sum-1)
		variance += math.Exp(logChoose(n-1, up)-float64(n-1)*math.Ln2) * step * step
	}
	return math.Erfc(signal/math.Sqrt(2*float64(p-1)*variance)) / 2
}

// DenseOneStepErrorAsymptotic is its limit for many units,
// erfc(sqrt(N^(degree-1)/(2 P (2 degree - 3)!!)))/2.
func DenseOneStepErrorAsymptotic(n, p, degree int) float64 {
	return math.Erfc(math.Sqrt(math.Pow(float64(n), float64(degree-1))/(2*float64(p)*oddFactorial(2*degree-3)))) / 2
}

// BinaryEntropy is h2(p), in bits.
func BinaryEntropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -(p*math.Log2(p) + (1-p)*math.Log2(1-p))
}

// ChannelCapacity is that of the binary symmetric channel that flips with
// probability p, in bits a use.
func ChannelCapacity(p float64) float64 { return 1 - BinaryEntropy(p) }
