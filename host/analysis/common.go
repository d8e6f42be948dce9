package analysis

import (
	"fmt"
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

// series tells the mean of each column. Where rows are not evenly spaced they count as many
// times as there are steps that are nearest to them, and what asks for even rows is of the
// last ones that are.
func series(r *Run) (*Result, error) {
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	from, to, every := evenEnd(steps)
	uneven, halves := to-from < len(steps), "the steps"
	out := &Result{}
	if uneven {
		halves = fmt.Sprintf("steps %d to %d", steps[from], steps[to-1])
		out.Note("rows are not evenly spaced, and each counts for the steps that are nearest to it; autocorrelation times and what is stationary are of the evenly spaced rows of %s, every %d steps: `--first %d --last %d` looks at these alone", halves, every, steps[from], steps[to-1])
	}
	// Quantities that are correlated over too many steps, those that are too slow in the blocks
	// that judge looks at alone, as noise hides it in rows, and those that are in rows alone.
	var tooSlow, inBlocks, noError []string
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite {
			out.Note("%s is not finite in each step, and is left out", c.Name)
			return
		}
		mean, spread := stats.Replicated(values), deviation(slices.Concat(values...))
		if uneven {
			mean, spread = stats.Weighted(values, r.nearest(steps))
		}
		out.Values = append(out.Values, Value{c, mean})
		out.Exact(c.Name+"_deviation", c.Unit, "standard deviation of the steps' "+c.Name, spread, mean.N)
		even := evenRows(values, from, to)
		time := stats.Time(even)
		if every > 0 {
			out.Exact(c.Name+"_time", "steps", "integrated autocorrelation time of "+c.Name, float64(every)*time, len(even)*len(even[0]))
		}
		switch d, v := judge(even); {
		case c.Set:
		case v == moving:
			out.Note("%s is not stationary: from the first half of %s to the second its mean moves by %s", c.Name, halves, Number(d.Mean, d.Error))
		case v == slow && math.IsNaN(time):
			tooSlow = append(tooSlow, c.Name)
		case v == slow:
			inBlocks = append(inBlocks, c.Name)
		case v == stationary && math.IsNaN(time):
			noError = append(noError, c.Name)
		}
	})
	if err != nil {
		return nil, err
	}
	switch {
	case !enough(to-from, len(r.Replicas)):
		out.Note("%s", TooFew("", to-from, len(r.Replicas)))
	case noError != nil && len(r.Replicas) >= stats.LeastReplicas:
		out.Note("correlated over more than a twentieth of %s, so that no autocorrelation time is known; errors, and what is stationary, are found from the replicas: %s", halves, strings.Join(noError, ", "))
	case noError != nil:
		out.Note("correlated over more than a twentieth of %s, so that no error is known: %s", halves, strings.Join(noError, ", "))
	}
	if tooSlow != nil {
		out.Note("too slow to tell whether stationary, as it is correlated over more than a twentieth of %s, and no error is known: %s", halves, strings.Join(tooSlow, ", "))
	}
	if inBlocks != nil {
		out.Note("too slow to tell whether stationary, as means of blocks of rows are correlated over more than a twentieth of %s: %s", halves, strings.Join(inBlocks, ", "))
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
	every, err := r.evenly(16)
	if err != nil {
		return nil, err
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
