package sornstats

import (
	"slices"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// mostLags bounds autocorrelations.
const mostLags = 100

// activity tells of the number of active units.
func activity(r *analysis.Run) (*analysis.Result, error) {
	c, err := counts(r)
	if err != nil {
		return nil, err
	}
	n, steps, out := float64(units(r)), len(c[0]), &analysis.Result{}
	out.Add("active", "units", "active excitatory units", stats.Replicated(c))
	out.Add("rate", "1", "active excitatory units over all", stats.Derived([][][]float64{c}, func(m []float64) float64 { return m[0] / n }))
	smooth := func(of func(stats.Smoothness) float64) stats.Estimate {
		return mean(func(k int) float64 { return of(stats.Smooth(c[k])) }, len(c))
	}
	out.Add("smoothness", "units", "standard deviation of the change of activity from step to step", smooth(func(s stats.Smoothness) float64 { return s.Dependent }))
	out.Add("smoothness_independent", "1", "the same over the mean slope from the first step to the last", smooth(func(s stats.Smoothness) float64 { return s.Independent }))
	out.Add("smoothness_relative", "1", "the same over the mean activity", smooth(func(s stats.Smoothness) float64 { return s.Relative }))

	curves := make([][]float64, len(c))
	for k := range c {
		curves[k] = stats.Autocorrelation(c[k], min(mostLags, steps/4))
	}
	lags, values := make([]float64, len(curves[0])), make([]stats.Estimate, len(curves[0]))
	for lag := range lags {
		lags[lag] = float64(lag)
		values[lag] = mean(func(k int) float64 { return curves[k][lag] }, len(c))
	}
	if len(values) > 1 {
		out.Add("autocorrelation_1", "1", "Pearson's correlation of the activity with that one step later", values[1])
	}
	t := analysis.Table{Name: "autocorrelation", Title: "autocorrelation of activity"}
	t.Add(column("lag", "steps", ""), lags)
	t.AddEstimates(column("autocorrelation", "1", "Pearson's correlation of the activity with itself so many steps later"), values)
	out.Tables = append(out.Tables, t, fano(c), active(c))
	return out, nil
}

// fano is a table of Fano factors by the width of windows.
func fano(c [][]float64) analysis.Table {
	var widths []float64
	var values []stats.Estimate
	for w := 1; w <= len(c[0])/10; w *= 2 {
		widths = append(widths, float64(w))
		values = append(values, mean(func(k int) float64 { return stats.Fano(c[k], w).Fano }, len(c)))
	}
	t := analysis.Table{Name: "fano", Title: "Fano factor of the spikes of all units", Bars: true}
	t.Add(model.Column{Name: "window", Title: "window", Unit: "steps", Log: true}, widths)
	t.AddEstimates(column("fano", "1", "variance of the spikes in a window over their mean"), values)
	return t
}

// active is the histogram of activities above 0.
func active(c [][]float64) analysis.Table {
	var all []float64
	for _, values := range c {
		all = append(all, slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v == 0 })...)
	}
	middles, counts := histogram(all, 0.5, 1)
	t := analysis.Table{Name: "activity", Title: "steps by their number of active excitatory units"}
	t.Add(column("active", "units", ""), middles)
	t.Add(column("steps", "1", "steps with so many active units"), counts)
	return t
}

// avalanches are those of Del Papa et al. 2017: above half the mean activity, rounded.
func avalanches(r *analysis.Run) (*analysis.Result, error) {
	c, err := counts(r)
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	var all []stats.Avalanche
	for _, values := range c {
		all = append(all, stats.WholeAvalanches(values, stats.Threshold(values))...)
	}
	out.Exact("threshold", "units", "half the mean activity, rounded: avalanches are above", mean(func(k int) float64 { return stats.Threshold(c[k]) }, len(c)).Mean, len(c))
	out.Exact("avalanches", "1", "runs of steps above the threshold, but for those under way at the first step or the last", float64(len(all)), len(all))
	if len(all) == 0 {
		return out, nil
	}
	durations, sizes := stats.Durations(all), stats.Sizes(all)
	out.Add("duration", "steps", "mean duration", stats.Mean(durations))
	out.Add("size", "units", "mean size: the sum of activity less threshold", stats.Mean(sizes))
	for _, of := range []struct {
		name, unit string
		values     []float64
		lo, hi     int // of Del Papa et al. at 200 units
	}{{"duration", "steps", durations, 6, 60}, {"size", "units", sizes, 10, 1500}} {
		out.Laws(of.name, of.unit, of.values, of.lo, of.hi)
	}
	out.SizeOfDuration(all, "units")
	return out, nil
}
