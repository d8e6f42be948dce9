package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Fit is a discrete distribution p(k) ~ exp(-sum_j Parameter[j] f_j(k)) on Lo ... Hi,
// fitted to whole numbers by maximum likelihood. f is ln k for a power law, k for an
// exponential, both for a power law with a cut-off.
type Fit struct {
	Lo, Hi        int
	N             int       // values within Lo ... Hi
	Parameter     []float64 // for a power law its exponent, for an exponential its rate
	Error         []float64 // standard errors, from the curvature of the likelihood
	KS            float64   // largest distance of the two cumulative distributions
	LogLikelihood float64   // natural logarithm, of all N values
}

// FitPowerLaw fits p(k) ~ k^-a to the values within lo ... hi.
func FitPowerLaw(values []float64, lo, hi int) (Fit, error) {
	return fit(values, lo, hi, math.Log)
}

// FitExponential fits p(k) ~ exp(-r k).
func FitExponential(values []float64, lo, hi int) (Fit, error) {
	return fit(values, lo, hi, itself)
}

// FitCutOff fits p(k) ~ k^-a exp(-r k).
func FitCutOff(values []float64, lo, hi int) (Fit, error) {
	return fit(values, lo, hi, math.Log, itself)
}

func itself(k float64) float64 { return k }

// family is the exponential family of some statistics on lo ... hi, with the counts of
// the values that it is fitted to. Statistics are scaled to lie between 0 and 1, so that
// all parameters are of like size.
type family struct {
	lo     int
	rows   [][]float64 // by k and statistic
	scale  []float64
	counts []float64 // values by k
	n      float64
	mean   []float64 // of each statistic over the values
}

func fit(values []float64, lo, hi int, statistics ...func(float64) float64) (Fit, error) {
	f, err := newFamily(values, lo, hi, statistics)
	if err != nil {
		return Fit{}, err
	}
	x, ok := f.minimum()
	if !ok {
		return Fit{}, fmt.Errorf("the likelihood on %d ... %d has no maximum", lo, hi)
	}
	return f.describe(x, hi), nil
}

// minimum of the cost, which is convex, by Newton's method; a step that makes the cost
// larger is halved. Where the cost can fall by no more than rounding, steps go on as long
// as they make the gradient smaller.
func (f *family) minimum() ([]float64, bool) {
	const flat = 1e-10
	d := len(f.mean)
	x, gradient, next := make([]float64, d), make([]float64, d), make([]float64, d)
	h, step := mat.NewSymDense(d, nil), mat.NewVecDense(d, nil)
	least := math.Inf(1) // gradient
	for range 200 {
		f.gradient(gradient, x)
		size := floats.Norm(gradient, math.Inf(1))
		if size < 1e-12 || size >= least {
			return x, true
		}
		f.hessian(h, x)
		if err := step.SolveVec(h, mat.NewVecDense(d, gradient)); err != nil {
			return nil, false
		}
		cost, length := f.cost(x), 1.0
		floats.AddScaledTo(next, x, -length, step.RawVector().Data)
		if floats.Dot(gradient, step.RawVector().Data) < flat*math.Max(1, math.Abs(cost)) {
			least = size
		} else {
			for f.cost(next) > cost {
				if length /= 2; length < 1e-9 {
					return nil, false
				}
				floats.AddScaledTo(next, x, -length, step.RawVector().Data)
			}
		}
		copy(x, next)
	}
	return nil, false
}

func newFamily(values []float64, lo, hi int, statistics []func(float64) float64) (*family, error) {
	if lo < 1 || hi <= lo {
		return nil, fmt.Errorf("a fit needs a range from 1 or more to something larger, and this is %d ... %d", lo, hi)
	}
	f := &family{lo: lo, rows: make([][]float64, hi-lo+1), counts: make([]float64, hi-lo+1), scale: make([]float64, len(statistics)), mean: make([]float64, len(statistics))}
	for j, s := range statistics {
		f.scale[j] = s(float64(hi))
	}
	for i := range f.rows {
		f.rows[i] = make([]float64, len(statistics))
		for j, s := range statistics {
			f.rows[i][j] = s(float64(lo+i)) / f.scale[j]
		}
	}
	kinds := 0
	for _, v := range values {
		if i := v - float64(lo); i >= 0 && v <= float64(hi) && i == math.Trunc(i) {
			if f.counts[int(i)] == 0 {
				kinds++
			}
			f.counts[int(i)]++
			f.n++
		}
	}
	if kinds <= len(statistics) {
		return nil, fmt.Errorf("only %d different values are within %d ... %d: a fit needs more", kinds, lo, hi)
	}
	for i, c := range f.counts {
		for j, s := range f.rows[i] {
			f.mean[j] += float64(c*s) / f.n
		}
	}
	return f, nil
}

// probabilities of lo ... hi, and the logarithm of their sum before it was made 1.
func (f *family) probabilities(x []float64) (p []float64, logSum float64) {
	p = make([]float64, len(f.rows))
	highest := math.Inf(-1)
	for i, row := range f.rows {
		for j, s := range row {
			p[i] -= float64(x[j] * s)
		}
		highest = max(highest, p[i])
	}
	sum := 0.0
	for i := range p {
		p[i] = math.Exp(p[i] - highest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p, highest + math.Log(sum)
}

// cost is minus the mean log-likelihood of a value.
func (f *family) cost(x []float64) float64 {
	_, cost := f.probabilities(x)
	for j, m := range f.mean {
		cost += float64(x[j] * m)
	}
	return cost
}

// gradient of the cost: the mean of each statistic over the values less that of the
// distribution, which are equal at the maximum of the likelihood.
func (f *family) gradient(grad, x []float64) {
	p, _ := f.probabilities(x)
	copy(grad, f.mean)
	for i, row := range f.rows {
		for j, s := range row {
			grad[j] -= float64(p[i] * s)
		}
	}
}

// hessian of the cost: the covariance of the statistics.
func (f *family) hessian(h *mat.SymDense, x []float64) {
	p, _ := f.probabilities(x)
	mean := make([]float64, len(x))
	for i, row := range f.rows {
		for j, s := range row {
			mean[j] += float64(p[i] * s)
		}
	}
	for j := range x {
		for k := range j + 1 {
			sum := 0.0
			for i, row := range f.rows {
				sum += float64(p[i] * (row[j] - mean[j]) * (row[k] - mean[k]))
			}
			h.SetSym(j, k, sum)
		}
	}
}

func (f *family) describe(x []float64, hi int) Fit {
	out := Fit{Lo: f.lo, Hi: hi, N: int(f.n), LogLikelihood: -f.n * f.cost(x), KS: f.distance(x)}
	h, inverse := mat.NewSymDense(len(x), nil), mat.NewDense(len(x), len(x), nil)
	f.hessian(h, x)
	singular := inverse.Inverse(h) != nil
	for j := range x {
		out.Parameter = append(out.Parameter, x[j]/f.scale[j])
		e := math.NaN()
		if !singular {
			e = math.Sqrt(inverse.At(j, j)/f.n) / f.scale[j]
		}
		out.Error = append(out.Error, e)
	}
	return out
}

// distance is Kolmogorov's and Smirnov's.
func (f *family) distance(x []float64) float64 {
	p, _ := f.probabilities(x)
	largest, model, data := 0.0, 0.0, 0.0
	for i := range p {
		model += p[i]
		data += f.counts[i] / f.n
		largest = max(largest, math.Abs(model-data))
	}
	return largest
}
