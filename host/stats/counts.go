package stats

import "math"

// Smoothness tells how much a series of counts moves from step to step.
type Smoothness struct {
	Dependent   float64 // standard deviation of the differences of neighbours
	Independent float64 // the same by the mean slope from end to end; NaN where the ends agree
	Relative    float64 // Dependent by the mean of the series; NaN where that is 0
}

// Smooth is the smoothness of a series. Variances are those of the population.
func Smooth(values []float64) Smoothness {
	nan := math.NaN()
	s := Smoothness{nan, nan, nan}
	if len(values) < 2 {
		return s
	}
	differences := make([]float64, len(values)-1)
	for i := range differences {
		differences[i] = values[i+1] - values[i]
	}
	n := float64(len(differences))
	s.Dependent = math.Sqrt(squares(differences, Mean(differences).Mean) / n)
	if way := math.Abs(values[len(values)-1] - values[0]); way > 0 {
		s.Independent = s.Dependent / (way / n)
	}
	if mean := Mean(values).Mean; mean != 0 {
		s.Relative = s.Dependent / mean
	}
	return s
}

// Windowed are the counts of a series in windows, one after the other.
type Windowed struct {
	Windows  int     // whole windows
	Dropped  int     // values after the last whole window
	Mean     float64 // count in a window
	Variance float64 // of the population of windows
	Fano     float64 // Variance by Mean; NaN where nothing was counted
}

// Fano counts in windows of some values and gives the Fano factor of the counts. All
// but Dropped are NaN or 0 where there is no whole window.
func Fano(values []float64, window int) Windowed {
	w := Windowed{Windows: len(values) / window, Dropped: len(values) % window}
	counts := Bins(values, window)
	w.Mean = Mean(counts).Mean
	w.Variance = squares(counts, w.Mean) / float64(w.Windows)
	w.Fano = math.NaN()
	if w.Mean > 0 {
		w.Fano = w.Variance / w.Mean
	}
	return w
}

// Bins are the sums of a series over whole bins of some values; the remainder is
// dropped.
func Bins(values []float64, width int) []float64 {
	out := make([]float64, len(values)/width)
	for i := range out {
		for _, v := range values[i*width : (i+1)*width] {
			out[i] += v
		}
	}
	return out
}

// Entropy is -sum p ln p / ln N over the shares p of N counts: 1 where all are equal,
// 0 where all but one are 0. It is NaN where the counts are 0, and for a single one.
func Entropy(counts []float64) float64 {
	sum, entropy := 0.0, 0.0
	for _, c := range counts {
		sum += c
	}
	for _, c := range counts {
		if p := c / sum; p > 0 {
			entropy -= float64(p * math.Log(p))
		}
	}
	if sum == 0 || len(counts) < 2 {
		return math.NaN()
	}
	return entropy / math.Log(float64(len(counts)))
}

// Intervals are the distances between the values of a series that are not 0: the
// intervals between the spikes of a unit, in steps.
func Intervals(spikes []float64) []float64 {
	var out []float64
	last := -1
	for t, s := range spikes {
		if s == 0 {
			continue
		}
		if last >= 0 {
			out = append(out, float64(t-last))
		}
		last = t
	}
	return out
}

// Variation is the coefficient of variation of values: their standard deviation, of
// the population, by their mean. It is NaN without values, and where the mean is 0.
func Variation(values []float64) float64 {
	m := Mean(values)
	if m.Mean == 0 {
		return math.NaN()
	}
	return math.Sqrt(squares(values, m.Mean)/float64(m.N)) / m.Mean
}

// Hamming is the number of places in which two patterns differ.
func Hamming(a, b []float64) int {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// LogNormal describes positive values by the mean and the standard deviation, of the
// population, of their logarithms. Its mode is exp(mu - sigma^2), its median exp(mu),
// its mean exp(mu + sigma^2/2).
type LogNormal struct{ Mu, Sigma float64 }

// FitLogNormal is the fit of greatest likelihood. Values must be positive.
func FitLogNormal(values []float64) LogNormal {
	logs := make([]float64, len(values))
	for i, v := range values {
		logs[i] = math.Log(v)
	}
	mu := Mean(logs).Mean
	return LogNormal{mu, math.Sqrt(squares(logs, mu) / float64(len(logs)))}
}

// Mode, Median and Mean of the distribution.
func (l LogNormal) Mode() float64   { return math.Exp(l.Mu - float64(l.Sigma*l.Sigma)) }
func (l LogNormal) Median() float64 { return math.Exp(l.Mu) }
func (l LogNormal) Mean() float64   { return math.Exp(l.Mu + float64(l.Sigma*l.Sigma)/2) }
