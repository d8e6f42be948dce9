package hopfield

import (
	"math"

	"tnn-gpu/host/fmath"
)

// ExponentialTable is floor(2^36 exp(-2 beta d) + 1/2) for d = 0 .. n+1: what a
// pattern adds to a field if its overlap is 2d below the largest that is possible.
// It is made in double precision for both, so that fields are the same integers.
func ExponentialTable(n int, beta float64) []int64 {
	table := make([]int64, n+2)
	for d := range table {
		table[d] = int64(math.Floor(math.Ldexp(fmath.Exp(-2*float64(beta*float64(d))), 36) + 0.5))
	}
	return table
}

// PolynomialStep is (a+x)^degree - (a-x)^degree for x = -1 or +1: what a pattern of
// value x adds to a field if its overlap without the unit is a.
func PolynomialStep(a int64, x int32, degree int) int64 {
	return power(a+int64(x), degree) - power(a-int64(x), degree)
}

func power(base int64, exponent int) int64 {
	result := int64(1)
	for range exponent {
		result *= base
	}
	return result
}

// Modern is a memory of real patterns with the retrieval of Ramsauer et al. (2020):
// z <- X^T softmax(beta X z).
type Modern[F fmath.Float] struct {
	Patterns [][]F // p x n
	Beta     F
}

// Recall gives the next state and the energy of the present one,
// -lse(beta, X z) + z.z/2 + ln P/beta + max |x|^2/2. Sums over units and patterns
// run over 64 lanes, then along pairs.
func (m *Modern[F]) Recall(z []F) (next []F, energy F) {
	p := len(m.Patterns)
	y := make([]F, p)
	longest := F(0)
	for mu, x := range m.Patterns {
		y[mu] = F(m.Beta * lanes(len(x), func(i int) F { return F(x[i] * z[i]) }))
		longest = max(longest, lanes(len(x), func(i int) F { return F(x[i] * x[i]) }))
	}
	top := y[0]
	for _, v := range y {
		top = max(top, v)
	}
	weight := make([]F, p)
	for mu, v := range y {
		weight[mu] = fmath.Exp(v - top)
	}
	sum := lanes(p, func(mu int) F { return weight[mu] })
	next = make([]F, len(z))
	for i := range next {
		next[i] = lanes(p, func(mu int) F { return F(F(weight[mu]/sum) * m.Patterns[mu][i]) })
	}
	lse := (top + fmath.Log(sum)) / m.Beta
	own := F(lanes(len(z), func(i int) F { return F(z[i] * z[i]) }) * 0.5)
	return next, -lse + own + fmath.Log(F(p))/m.Beta + F(longest*0.5)
}

// lanes adds n terms: lane l of 64 adds the terms l, l+64, ... in order, then lanes
// are added in pairs.
func lanes[F fmath.Float](n int, term func(i int) F) F {
	var lane [64]F
	for i := range n {
		lane[i&63] += term(i)
	}
	for width := 32; width > 0; width /= 2 {
		for i := range width {
			lane[i] = lane[2*i] + lane[2*i+1]
		}
	}
	return lane[0]
}
