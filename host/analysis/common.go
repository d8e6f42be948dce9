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
