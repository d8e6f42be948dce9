package stats

import (
	"math"
	"slices"
)

// LeastReplicas is from how many replicas on errors are those of means over replicas.
const LeastReplicas = 10

// Replicated is the mean of the stationary series of some replicas. From ten replicas
// on its error is that of the mean over replicas, which are independent; for fewer it
// follows from the autocorrelation time, as that of Series.
func Replicated(series [][]float64) Estimate { return replicated(series, Time(series)) }

// Weighted is the mean of the series of some replicas, whose values stand for as many steps
// as their weights tell, and the standard deviation of these steps. From ten replicas on it
// has the error of the mean over replicas; for fewer none, as no autocorrelation time is
// known of values that are not evenly spaced.
func Weighted(series [][]float64, weights []float64) (mean Estimate, deviation float64) {
	means, total := make([]float64, len(series)), 0.0
	for _, w := range weights {
		total += w
	}
	for k, values := range series {
		sum := 0.0
		for i, v := range values {
			sum += float64(weights[i] * v)
		}
		if means[k] = sum / total; slices.Min(values) == slices.Max(values) {
			means[k] = values[0]
		}
	}
	mean = Mean(means)
	if len(series) < LeastReplicas {
		mean.Error = math.NaN()
	}
	sum := 0.0
	for _, values := range series {
		for i, v := range values {
			sum += float64(weights[i] * float64((v-mean.Mean)*(v-mean.Mean)))
		}
	}
	mean.N = len(series) * len(weights)
	return mean, math.Sqrt(sum / (total*float64(len(series)) - 1))
}

func replicated(series [][]float64, tau float64) Estimate {
	all := slices.Concat(series...)
	e := Mean(all)
	e.Error = math.NaN()
	if len(series) >= LeastReplicas {
		means := make([]float64, len(series))
		for i, s := range series {
			means[i] = Mean(s).Mean
		}
		e.Error = Mean(means).Error
		return e
	}
	if n := float64(e.N); !math.IsNaN(tau) {
		e.Error = math.Sqrt(2 * tau * squares(all, e.Mean) / n / n)
	}
	return e
}

// Derived is a function of the means of some quantities, which are given by quantity,
// replica and time. Its error is that of the quantities' combination that moves with
// the function: its gradient times the values (Wolff, hep-lat/0306017, equation 38).
func Derived(quantities [][][]float64, of func(means []float64) float64) Estimate {
	means, scale := make([]float64, len(quantities)), make([]float64, len(quantities))
	n := 0
	for q, series := range quantities {
		all := slices.Concat(series...)
		n = len(all)
		means[q] = Mean(all).Mean
		scale[q] = math.Sqrt(squares(all, means[q])) / float64(max(1, n)) // of the mean of independent values
	}
	combined := make([][]float64, len(quantities[0]))
	for r := range combined {
		combined[r] = make([]float64, len(quantities[0][r]))
	}
	for q, series := range quantities {
		slope := gradient(of, means, q, scale[q])
		for r, values := range series {
			for t, v := range values {
				combined[r][t] += float64(slope * (v - means[q]))
			}
		}
	}
	e := Replicated(combined)
	e.Mean = of(means)
	return e
}

// gradient is the derivative of a function along an axis, 0 where its argument never
// varies.
func gradient(of func([]float64) float64, at []float64, axis int, step float64) float64 {
	if !(step > 0) {
		return 0
	}
	moved := slices.Clone(at)
	moved[axis] = at[axis] + step
	above := of(moved)
	moved[axis] = at[axis] - step
	return (above - of(moved)) / (2 * step)
}

// Drift is how far the mean of the second halves of some series is from that of the
// first halves. From ten series on its error is that of the mean of what each moves, as they
// are independent. Of fewer the error of both means is found with the autocorrelation time of
// the halves about their own means, which a drift does not make longer.
func Drift(series [][]float64) Estimate {
	if len(series) >= LeastReplicas {
		return driftOfMany(series)
	}
	var first, second, level [][]float64
	for _, s := range series {
		a, b := s[:len(s)/2], s[len(s)/2:]
		first, second = append(first, a), append(second, b)
		level = append(level, centred(a), centred(b))
	}
	tau := Time(level)
	a, b := replicated(first, tau), replicated(second, tau)
	return Estimate{Mean: b.Mean - a.Mean, Error: math.Hypot(a.Error, b.Error), N: a.N + b.N}
}

func driftOfMany(series [][]float64) Estimate {
	moved, n := make([]float64, len(series)), 0
	for i, s := range series {
		moved[i] = Mean(s[len(s)/2:]).Mean - Mean(s[:len(s)/2]).Mean
		n += len(s)
	}
	e := Mean(moved)
	e.N = n
	return e
}

func centred(values []float64) []float64 {
	mean := Mean(values).Mean
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v - mean
	}
	return out
}
