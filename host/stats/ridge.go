package stats

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

// Ridge gathers what a linear read-out of states needs, without keeping the states: it
// minimises |Y - A W|^2 + mu |W|^2 with A = [1, states], where the row of W for the
// constant, the bias, is not penalised.
type Ridge struct {
	n       int
	gram    *mat.SymDense // A'A
	product *mat.Dense    // A'Y
	a       []float64
}

// NewRidge reads targets out of states.
func NewRidge(states, targets int) *Ridge {
	return &Ridge{gram: mat.NewSymDense(states+1, nil), product: mat.NewDense(states+1, targets, nil), a: make([]float64, states+1)}
}

// Add takes the states and the targets of a step.
func (r *Ridge) Add(states, targets []float64) {
	r.n++
	r.a[0] = 1
	copy(r.a[1:], states)
	for i, a := range r.a {
		if a == 0 {
			continue
		}
		for j := i; j < len(r.a); j++ {
			r.gram.SetSym(i, j, r.gram.At(i, j)+float64(a*r.a[j]))
		}
		for k, y := range targets {
			r.product.Set(i, k, r.product.At(i, k)+float64(a*y))
		}
	}
}

// Solve gives the weights, (1 + states) x targets, the bias first. Mu above 0 makes
// them unique.
func (r *Ridge) Solve(mu float64) (*mat.Dense, error) {
	if r.n == 0 {
		return nil, errors.New("a read-out has seen no step")
	}
	n := len(r.a)
	penalised := mat.NewSymDense(n, nil)
	penalised.CopySym(r.gram)
	for i := 1; i < n; i++ {
		penalised.SetSym(i, i, penalised.At(i, i)+mu)
	}
	var factor mat.Cholesky
	if !factor.Factorize(penalised) {
		return nil, errors.New("the states of a read-out depend on each other: a larger mu is needed")
	}
	var weights mat.Dense
	err := factor.SolveTo(&weights, r.product)
	return &weights, err
}

// Read gives the outputs of weights for some states.
func Read(weights *mat.Dense, states []float64) []float64 {
	_, targets := weights.Dims()
	out := make([]float64, targets)
	for k := range out {
		out[k] = weights.At(0, k)
		for i, s := range states {
			out[k] += float64(weights.At(1+i, k) * s)
		}
	}
	return out
}

// Largest is the index of the largest of some values; of equal ones the first.
func Largest(values []float64) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}
