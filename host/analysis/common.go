package analysis

import (
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Common are the statistics of all models.
func Common() []Statistic {
	return []Statistic{
		{Name: "series", Doc: "mean, deviation and autocorrelation time of each quantity, and whether it is stationary", Of: series},
		{Name: "spectra", Doc: "power spectrum of each quantity", Of: spectra},
	}
}

// StationaryWithin is the number of standard errors up to which the halves of a series
// may differ that is called stationary.
const StationaryWithin = 3.5

// series tells the mean of each column.
func series(r *Run) (*Result, error) {
	every, err := r.Spacing()
	if err != nil {
		return nil, err
	}
	out := &Result{}
	var unknown []string // quantities whose error is not known
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite {
			out.Note("%s is not finite in each step, and is left out", c.Name)
			return
		}
		out.Values = append(out.Values, Value{c, stats.Replicated(values)})
		all := slices.Concat(values...)
		out.Exact(c.Name+"_deviation", c.Unit, "standard deviation of the steps' "+c.Name, deviation(all), len(all))
		time := stats.Time(values)
		if every > 0 {
			out.Exact(c.Name+"_time", "steps", "integrated autocorrelation time of "+c.Name, float64(every)*time, len(all))
		}
		if d := stats.Drift(values); math.Abs(d.Mean) > StationaryWithin*d.Error {
			out.Note("%s is not stationary: from the first half of the steps to the second its mean moves by %s", c.Name, Number(d.Mean, d.Error))
		} else if math.IsNaN(time) {
			unknown = append(unknown, c.Name)
		}
	})
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		out.Note("correlated over more than a twentieth of the steps, so that neither an error is known nor whether it is stationary: %s", strings.Join(unknown, ", "))
	}
	return out, nil
}

func finite(series [][]float64) bool {
	return !slices.ContainsFunc(series, func(values []float64) bool {
		return slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	})
}

func deviation(values []float64) float64 {
	if slices.Min(values) == slices.Max(values) {
		return 0
	}
	return stats.Mean(values).Deviation()
}

// spectra are those of each column, as means over replicas.
func spectra(r *Run) (*Result, error) {
	every, err := r.Spacing()
	if err != nil {
		return nil, err
	}
	const leastValues = 16
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	if every == 0 || len(steps) < leastValues {
		return nil, Missing("a spectrum takes %d evenly spaced rows at the least", leastValues)
	}
	t := Table{Name: "spectra", Title: "power spectral density"}
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite {
			return
		}
		frequency, power := Spectrum(values, every)
		if t.Columns == nil {
			t.Add(model.Column{Name: "frequency", Title: "frequency", Unit: "1/step", Doc: "cycles a step", Log: true}, frequency)
		}
		t.Add(model.Column{Name: c.Name, Title: c.Title, Unit: squared(c.Unit), Doc: "density of the variance of " + c.Name, Log: true}, power)
	})
	if err != nil {
		return nil, err
	}
	return &Result{Tables: []Table{t}}, nil
}

func squared(unit string) string {
	if unit == "1" || unit == "" {
		return "steps"
	}
	return "(" + unit + ")^2 steps"
}

// Spectrum is the mean of Welch's spectra of the series of some replicas, whose values
// lie some steps apart: by frequency, in cycles a step, the density of the variance.
func Spectrum(series [][]float64, every int64) (frequency, power []float64) {
	const least, most = 16, 4096
	segment := least
	for segment*2 <= min(len(series[0])/4, most) {
		segment *= 2
	}
	for r, values := range series {
		s := stats.PowerSpectrum(values, segment)
		if r == 0 {
			frequency, power = s.Frequency, make([]float64, len(s.Power))
			for i := range frequency {
				frequency[i] /= float64(every)
			}
		}
		for i, p := range s.Power {
			power[i] += p * float64(every) / float64(len(series))
		}
	}
	return frequency, power
}

// Avalanches are those of an activity, by replica, above half its mean. Of durations
// and sizes it tells the fitted laws, and how many there were of each.
func Avalanches(activity [][]float64, of string) *Result {
	out := &Result{}
	var all []stats.Avalanche
	for _, a := range activity {
		all = append(all, stats.Avalanches(a, stats.Mean(a).Mean/2)...)
	}
	out.Exact("avalanches", "1", "runs of steps in which "+of+" is above half its mean", float64(len(all)), len(all))
	if len(all) == 0 {
		return out
	}
	durations, sizes := stats.Durations(all), stats.Sizes(all)
	out.Add("duration", "steps", "mean duration", stats.Mean(durations))
	out.Add("size", "1", "mean size: the sum of "+of+" less half its mean", stats.Mean(sizes))
	out.fit("duration", durations)
	out.fit("size", sizes)
	t := Table{Name: "avalanches", Title: "avalanches", Bars: true}
	at, counts := histogram(durations)
	t.Add(model.Column{Name: "duration", Title: "duration", Unit: "steps", Log: true}, at)
	t.Add(model.Column{Name: "count", Title: "avalanches", Unit: "1", Log: true}, counts)
	var size []stats.Estimate
	by := stats.SizeOfDuration(all)
	for _, d := range at {
		size = append(size, by[int(d)])
	}
	t.AddEstimates(model.Column{Name: "size", Title: "mean size", Unit: "1", Log: true}, size)
	out.Tables = append(out.Tables, t)
	return out
}

// fit adds the exponent of a power law over the whole range of some values of 1 or more.
func (r *Result) fit(name string, values []float64) {
	const leastValues = 50
	whole := make([]float64, 0, len(values))
	for _, v := range values {
		if v = math.Round(v); v >= 1 {
			whole = append(whole, v)
		}
	}
	if len(whole) < leastValues {
		r.Note("%d avalanches are too few for the exponent of their %s", len(whole), name)
		return
	}
	f, err := stats.FitPowerLaw(whole, 1, int(slices.Max(whole)))
	if err != nil {
		r.Note("the exponent of the %s cannot be fitted: %v", name, err)
		return
	}
	r.AddPowerLaw(name, "from 1 to the largest "+name, f)
}

// AddPowerLaw adds the exponent of a power law of some values, with the range that it is
// fitted in, and how far the values are from it.
func (r *Result) AddPowerLaw(name, within string, f stats.Fit) {
	r.Add(name+"_exponent", "1", "a of the power law k^-a of greatest likelihood, "+within, stats.Estimate{Mean: f.Parameter[0], Error: f.Error[0], N: f.N})
	r.Exact(name+"_distance", "1", "Kolmogorov's and Smirnov's distance from that law", f.KS, f.N)
}

// histogram counts whole numbers.
func histogram(values []float64) (at, counts []float64) {
	count := map[float64]float64{}
	for _, v := range values {
		count[v]++
	}
	for v := range count {
		at = append(at, v)
	}
	slices.Sort(at)
	for _, v := range at {
		counts = append(counts, count[v])
	}
	return at, counts
}
