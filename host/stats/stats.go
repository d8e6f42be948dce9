// Package stats says how well a mean is known: standard errors over independent
// trials, paired differences, and correlated series. Values are added in their
// order, so that tables have the same bytes on every machine.
package stats

import "math"

// Estimate is a mean with its standard error.
type Estimate struct {
	Mean  float64 // NaN without values
	Error float64 // NaN where the values do not tell it
	N     int     // values
}

// Deviation is the standard deviation of the values, where they are independent.
func (e Estimate) Deviation() float64 { return e.Error * math.Sqrt(float64(e.N)) }

// Mean of independent values. Those that are NaN are left out. A single value has
// no error. Values that are all the same are their mean, and have the error 0: a sum
// is rounded.
func Mean(values []float64) Estimate {
	e := Estimate{Mean: math.NaN(), Error: math.NaN()}
	sum, first, moves := 0.0, 0.0, false
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if e.N == 0 {
			first = v
		}
		sum += v
		moves = moves || v != first
		e.N++
	}
	if e.N == 0 {
		return e
	}
	n := float64(e.N)
	e.Mean = sum / n
	if !moves {
		e.Mean = first
	}
	if e.N > 1 {
		e.Error = math.Sqrt(squares(values, e.Mean) / (n - 1) / n)
	}
	return e
}

// Normal is the normal deviate that is as rare as a deviate t of Student's, whose error some values
// tell: one more than the degrees of freedom. It is Wallace's approximation (Annals of
// Mathematical Statistics 30, 1124, 1959), which is within three
// hundredths from five values on, and a tenth too small for two of them.
func Normal(t float64, freedom int) float64 {
	nu := float64(freedom)
	return math.Copysign((8*nu+1)/(8*nu+3)*math.Sqrt(nu*math.Log1p(t*t/nu)), t)
}

// squares is the sum of the squared distances of values from their mean.
func squares(values []float64, mean float64) float64 {
	sum := 0.0
	for _, v := range values {
		if d := v - mean; !math.IsNaN(v) {
			sum += float64(d * d)
		}
	}
	return sum
}

// Paired is the mean of a[i] - b[i]. What a and b share, such as noise, drops out
// of the error. Pairs with a NaN are left out.
func Paired(a, b []float64) Estimate {
	differences := make([]float64, min(len(a), len(b)))
	for i := range differences {
		differences[i] = a[i] - b[i]
	}
	return Mean(differences)
}

// Moments gathers values for their mean and deviation without keeping them
// (Welford's method).
type Moments struct{ count, mean, squares float64 }

// Add takes a value.
func (m *Moments) Add(v float64) {
	m.count++
	d := v - m.mean
	m.mean += d / m.count
	m.squares += float64(d * (v - m.mean))
}

// Mean of the values so far; 0 without any.
func (m *Moments) Mean() float64 { return m.mean }

// Deviation is the standard deviation of the values so far; 0 for fewer than two.
func (m *Moments) Deviation() float64 { return math.Sqrt(m.squares / max(1, m.count-1)) }
