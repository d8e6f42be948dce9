package hopfield

import (
	"math"
	"slices"
)

// factor is the lower triangle L of Cholesky's C = L L^T. Its sums run in the order
// of package hopfield, so that its bits do not depend on the processor.
type factor struct{ l *Matrix }

// factorise finds the factor of a matrix of overlaps, which is left unchanged.
func factorise(c *Matrix) (*factor, error) {
	l := NewMatrix(c.N)
	work := make([]float64, c.N)
	smallest := 0
	for i := range c.N {
		for j := range i + 1 {
			sum := c.W[i*c.N+j] - product(l.Row(i)[:j], l.Row(j)[:j], work)
			if j < i {
				l.W[i*c.N+j] = sum / l.W[j*c.N+j]
				continue
			}
			if !(sum > 1e-13) {
				return nil, &DependentError{Patterns: dependent(l, i), Condition: math.Inf(1)}
			}
			l.W[i*c.N+i] = math.Sqrt(sum)
		}
		if l.W[i*c.N+i] < l.W[smallest*c.N+smallest] {
			smallest = i
		}
	}
	f := &factor{l}
	if condition := f.condition(c); condition > maxCondition {
		return nil, &DependentError{Patterns: dependent(l, smallest), Condition: condition}
	}
	return f, nil
}

// dependent names the patterns whose combination is pattern k, as the first k rows
// of the factor tell.
func dependent(l *Matrix, k int) []int {
	weights := slices.Clone(l.Row(k)[:k])
	work := make([]float64, k)
	for i := k - 1; i >= 0; i-- { // L^T a = row k
		column := make([]float64, 0, k)
		for j := i + 1; j < k; j++ {
			column = append(column, l.W[j*l.N+i])
		}
		weights[i] = (weights[i] - product(column, weights[i+1:], work)) / l.W[i*l.N+i]
	}
	var out []int
	for i, a := range weights {
		if math.Abs(a) > 1e-6 {
			out = append(out, i)
		}
	}
	return append(out, k)
}

// solve gives the x of C x = b.
func (f *factor) solve(b []float64) []float64 {
	n := f.l.N
	x := slices.Clone(b)
	work := make([]float64, n)
	for i := range n {
		x[i] = (x[i] - product(f.l.Row(i)[:i], x[:i], work)) / f.l.W[i*n+i]
	}
	column := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		below := column[:n-1-i]
		for j := range below {
			below[j] = f.l.W[(i+1+j)*n+i]
		}
		x[i] = (x[i] - product(below, x[i+1:], work)) / f.l.W[i*n+i]
	}
	return x
}

// condition estimates the ratio of the largest to the smallest eigenvalue of c by
// power iteration on c and on its inverse. The estimate is from below, by some
// percent at most where it decides: what is near the limit is singular for the eye.
func (f *factor) condition(c *Matrix) float64 {
	work := make([]float64, c.N)
	multiply := func(x []float64) []float64 {
		y := make([]float64, c.N)
		for i := range y {
			y[i] = product(c.Row(i), x, work)
		}
		return y
	}
	return growth(c.N, multiply) * growth(c.N, f.solve)
}

// growth is the length by which repeated application of a map stretches a vector.
func growth(n int, apply func([]float64) []float64) float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1 + float64(i*i%7)/7 // no symmetry of the matrix
	}
	length := 0.0
	for range 30 {
		work := slices.Clone(x)
		norm := math.Sqrt(product(x, x, work))
		for i := range x {
			x[i] /= norm
		}
		x = apply(x)
		length = math.Sqrt(product(x, x, work))
	}
	return length
}
