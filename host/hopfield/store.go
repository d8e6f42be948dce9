package hopfield

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/cores"
	"tnn-gpu/host/fmath"
)

// Matrix is a square array of couplings, row after row. Row i holds what the
// other units do to unit i.
type Matrix struct {
	N int
	W []float64
}

// NewMatrix is n x n zeros.
func NewMatrix(n int) *Matrix { return &Matrix{n, make([]float64, n*n)} }

// Row is the couplings of unit i.
func (m *Matrix) Row(i int) []float64 { return m.W[i*m.N : (i+1)*m.N] }

// clearDiagonal takes the coupling of each unit to itself away.
func (m *Matrix) clearDiagonal() {
	for i := range m.N {
		m.W[i*m.N+i] = 0
	}
}

// product is the sum of a_i b_i, by fmath.Total, of which it makes the first pairs as it
// multiplies. work has room for half of them, rounded up.
func product(a, b, work []float64) float64 {
	n := len(a)
	if n == 1 {
		return a[0] * b[0]
	}
	b, work = b[:n], work[:(n+1)/2]
	for k := range n / 2 {
		i := 2 * k
		work[k] = float64(a[i]*b[i]) + float64(a[i+1]*b[i+1])
	}
	if n%2 == 1 {
		work[n/2] = float64(a[n-1]*b[n-1]) + 0
	}
	return fmath.Total(work)
}

// eachWith is cores.Each where each core has room of its own for some numbers, which may hold any.
func eachWith(n, size int, f func(i int, work []float64)) {
	work := make([][]float64, cores.Workers(n))
	for k := range work {
		work[k] = make([]float64, size)
	}
	cores.EachOf(len(work), n, func(worker, i int) { f(i, work[worker]) })
}

// signs are the values of n units of a pattern.
func signs(p Pattern, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = float64(p.Sign(i))
	}
	return s
}

// HebbCounts are N times the couplings of Hebb's rule, sum_mu xi_i xi_j, with a
// diagonal of zeros: integers, n x n, row after row.
func HebbCounts(patterns []Pattern, n int) []int32 {
	w := make([]int32, n*n)
	columns := Transposed(patterns, n)
	cores.Each(n, func(i int) {
		for j := range i {
			w[i*n+j] = columns[i].Overlap(columns[j], len(patterns))
		}
	})
	for i := range n {
		for j := range i {
			w[j*n+i] = w[i*n+j]
		}
	}
	return w
}

// Transposed gives, for each unit, its values in all patterns, packed.
func Transposed(patterns []Pattern, n int) []Pattern {
	columns := make([]Pattern, n)
	for i := range columns {
		columns[i] = NewPattern(len(patterns))
		for mu, p := range patterns {
			columns[i].Set(mu, p.Up(i))
		}
	}
	return columns
}

// Storkey are the couplings of Storkey's rule of 1997, which takes the patterns in
// their order (docs/hopfield.md section 2).
func Storkey(patterns []Pattern, n int) *Matrix {
	w := NewMatrix(n)
	h := make([]float64, n)
	keep := 1 + 2/float64(n)
	for _, p := range patterns {
		x := signs(p, n)
		eachWith(n, n, func(i int, work []float64) { h[i] = product(w.Row(i), x, work) })
		cores.Each(n, func(i int) {
			row, up, hi := w.Row(i), x[i], h[i]
			for j, v := range row {
				row[j] = float64(keep*v) + (float64(up*x[j])-float64(up*h[j])-float64(hi*x[j]))/float64(n)
			}
		})
		w.clearDiagonal()
	}
	return w
}

// DependentError says which patterns do not allow the projection rule.
type DependentError struct {
	Patterns  []int   // whose combination is nearly zero, by number
	Condition float64 // of the matrix of overlaps; infinite where it is singular
}

func (e *DependentError) Error() string {
	return fmt.Sprintf("the patterns %v depend on each other (condition number %.3g, at most %g is possible); leave one of them out",
		e.Patterns, e.Condition, maxCondition)
}

const maxCondition = 1e10

// Projection are the couplings X^T C^-1 X/N of the projection rule, C = X X^T/N.
// The diagonal is kept if asked for. The error is a DependentError where the
// patterns are not independent.
func Projection(patterns []Pattern, n int, diagonal bool) (*Matrix, error) {
	if len(patterns) > n {
		return nil, fmt.Errorf("the projection rule holds at most as many patterns as there are units: %d patterns, %d units", len(patterns), n)
	}
	factor, err := factorise(overlaps(patterns, n))
	if err != nil {
		return nil, err
	}
	p := len(patterns)
	rows := make([][]float64, n) // C^-1 X/N by columns
	w := NewMatrix(n)
	columns := make([][]float64, n)
	for i, column := range Transposed(patterns, n) {
		columns[i] = signs(column, p)
	}
	cores.Each(n, func(i int) { rows[i] = factor.solve(columns[i]) })
	eachWith(n, p, func(i int, work []float64) {
		for j := range i + 1 {
			w.W[i*n+j] = product(columns[i], rows[j], work) / float64(n)
		}
	})
	for i := range n {
		for j := range i {
			w.W[j*n+i] = w.W[i*n+j]
		}
	}
	if !diagonal {
		w.clearDiagonal()
	}
	return w, nil
}

// overlaps is the matrix of the overlaps of all pairs of patterns.
func overlaps(patterns []Pattern, n int) *Matrix {
	c := NewMatrix(len(patterns))
	for mu, p := range patterns {
		for nu, q := range patterns {
			c.W[mu*c.N+nu] = float64(p.Overlap(q, n)) / float64(n)
		}
	}
	return c
}

// Flow are the couplings that minimum probability flow finds (Hillar, Sohl-Dickstein
// and Koepsell 2012): a number of steps down the gradient of the objective
// sum_mu sum_i exp(-xi_i h_i), with momentum, from no couplings. The second result
// is the objective before each step.
func Flow(patterns []Pattern, n, steps int) (*Matrix, []float64) {
	w, v := NewMatrix(n), NewMatrix(n)
	objective := make([]float64, steps)
	count := float64(len(patterns))
	x := make([][]float64, len(patterns)) // by pattern
	e := make([][]float64, len(patterns)) // exp(-xi_i h_i) xi_i, by pattern
	for mu, p := range patterns {
		x[mu], e[mu] = signs(p, n), make([]float64, n)
	}
	xt, et := newColumns(n, len(patterns)), newColumns(n, len(patterns)) // by unit
	for mu := range x {
		for i, s := range x[mu] {
			xt[i][mu] = s
		}
	}
	cost := make([]float64, len(patterns))
	for step := range steps {
		eachWith(len(patterns), 2*n, func(mu int, work []float64) {
			work, sum := work[:n], work[n:]
			for i := range n {
				sum[i] = fmath.Exp(-x[mu][i] * product(w.Row(i), x[mu], work))
				e[mu][i] = sum[i] * x[mu][i]
			}
			cost[mu] = fmath.Total(sum)
		})
		objective[step] = fmath.Total(append([]float64(nil), cost...))
		for mu := range e {
			for i, s := range e[mu] {
				et[i][mu] = s
			}
		}
		eachWith(n, len(patterns), func(i int, work []float64) {
			for j := range i {
				g := -(product(xt[i], et[j], work) + product(xt[j], et[i], work)) / count
				v.W[i*n+j] = float64(0.9*v.W[i*n+j]) - float64(0.02*g)
				w.W[i*n+j] += v.W[i*n+j]
			}
		})
		for i := range n {
			for j := range i {
				w.W[j*n+i] = w.W[i*n+j]
			}
		}
	}
	return w, objective
}

// newColumns is n columns of p zeros.
func newColumns(n, p int) [][]float64 {
	c := make([][]float64, n)
	for i := range c {
		c[i] = make([]float64, p)
	}
	return c
}

// Integers are couplings and thresholds in units of 2^-Q, so that all fields are
// exact integers of 32 bits.
type Integers struct {
	N         int
	W         []int32 // n x n, row after row
	Threshold []int32 // nil where all are zero
	Q         int     // the unit is 2^-Q; with Hebb's rule and without thresholds the unit is 1/N and Q is 0
	Hebb      bool    // the unit is 1/N
	Rounding  float64 // the largest difference between a coupling and its integer, in the couplings' own unit
}

// Unit is the value of one.
func (q *Integers) Unit() float64 {
	if q.Hebb {
		return 1 / float64(q.N)
	}
	return math.Ldexp(1, -q.Q)
}

// diagonal is the sum of the couplings of units to themselves, of which energies have none.
func (q *Integers) diagonal() int64 {
	sum := int64(0)
	for i := range q.N {
		sum += int64(q.W[i*q.N+i])
	}
	return sum
}

// Quantise rounds couplings and thresholds to multiples of 2^-q, with q as large as
// fields of 32 bits allow.
func Quantise(w *Matrix, threshold []float64) (*Integers, error) {
	n := w.N
	largest := 0.0
	work := make([]float64, n)
	for i := range n {
		for j, v := range w.Row(i) {
			work[j] = math.Abs(v)
		}
		sum := fmath.Total(work)
		if threshold != nil {
			sum += math.Abs(threshold[i])
		}
		largest = max(largest, sum)
	}
	if largest == 0 || math.IsInf(largest, 0) || math.IsNaN(largest) {
		return nil, errors.New("the couplings and thresholds are all zero, or not finite")
	}
	out := &Integers{N: n, W: make([]int32, n*n), Q: int(math.Floor(30 - math.Log2(largest)))}
	scale := math.Ldexp(1, out.Q)
	for i, v := range w.W {
		out.W[i] = int32(math.RoundToEven(v * scale))
		out.Rounding = max(out.Rounding, math.Abs(float64(out.W[i])/scale-v))
	}
	if threshold != nil {
		out.Threshold = make([]int32, n)
		for i, v := range threshold {
			out.Threshold[i] = int32(math.RoundToEven(v * scale))
		}
	}
	return out, nil
}

// Clip replaces every coupling by its sign.
func Clip(w []int32) {
	for i, v := range w {
		w[i] = int32(min(max(v, -1), 1))
	}
}

// Damage takes the couplings away that a network's draws do not spare.
func (w Draws) Damage(couplings []int32, n int, share float64) {
	cores.Each(n, func(i int) {
		for j := i + 1; j < n; j++ {
			if !w.Survives(i, j, share) {
				couplings[i*n+j], couplings[j*n+i] = 0, 0
			}
		}
	})
}
