package sornstats

import (
	"fmt"
	"math"
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

// leastAvalanches are enough for a fit.
const leastAvalanches = 50

// avalanches are those of Del Papa et al. 2017: above half the mean activity, rounded.
func avalanches(r *analysis.Run) (*analysis.Result, error) {
	c, err := counts(r)
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	var all []stats.Avalanche
	for _, values := range c {
		all = append(all, stats.Avalanches(values, stats.Threshold(values))...)
	}
	out.Exact("threshold", "units", "half the mean activity, rounded: avalanches are above", mean(func(k int) float64 { return stats.Threshold(c[k]) }, len(c)).Mean, len(c))
	out.Exact("avalanches", "1", "runs of steps above the threshold", float64(len(all)), len(all))
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
		t, err := laws(out, of.name, of.unit, of.values, of.lo, min(of.hi, int(slices.Max(of.values))))
		if err != nil {
			out.Note("no law is fitted to %ss: %v", of.name, err)
			continue
		}
		out.Tables = append(out.Tables, t)
	}
	out.Tables = append(out.Tables, sizeOfDuration(out, all))
	return out, nil
}

// laws fits a power law, an exponential and a power law with a cut-off.
func laws(out *analysis.Result, name, unit string, values []float64, lo, hi int) (t analysis.Table, err error) {
	power, err := stats.FitPowerLaw(values, lo, hi)
	if err == nil && power.N < leastAvalanches {
		err = fmt.Errorf("only %d avalanches are within %d ... %d", power.N, lo, hi)
	}
	if err != nil {
		return t, err
	}
	out.AddPowerLaw(name, fmt.Sprintf("from %d to %d", lo, hi), power)
	middles, found := present(histogram(values, 0.5, 1))
	t = analysis.Table{Name: name + "s", Title: "avalanches by " + name + ", and laws", One: true}
	t.Add(model.Column{Name: name, Title: name, Unit: unit, Log: true}, middles)
	t.Add(model.Column{Name: "avalanches", Title: "avalanches", Unit: "1", Log: true}, found)
	t.Add(model.Column{Name: "power_law", Title: "power law", Unit: "1", Log: true}, expected(power, middles, math.Log))
	itself := func(k float64) float64 { return k }
	for _, other := range []struct {
		name, title, doc string
		fit              func([]float64, int, int) (stats.Fit, error)
		of               []func(float64) float64
	}{
		{"exponential", "exponential", "an exponential exp(-r k)", stats.FitExponential, []func(float64) float64{itself}},
		{"cut_off", "power law with a cut-off", "k^-a exp(-r k), which has a parameter more", stats.FitCutOff, []func(float64) float64{math.Log, itself}},
	} {
		f, err := other.fit(values, lo, hi)
		if err != nil {
			out.Note("%s of %ss: %v", other.name, name, err)
			continue
		}
		out.Exact(name+"_"+other.name+"_gain", "1", "log-likelihood of "+other.doc+", less that of the power law: above 0 it is likelier", f.LogLikelihood-power.LogLikelihood, f.N)
		t.Add(model.Column{Name: other.name, Title: other.title, Unit: "1", Log: true}, expected(f, middles, other.of...))
	}
	return t, nil
}

// present leaves out empty bins.
func present(middles, counts []float64) (at, found []float64) {
	for i, n := range counts {
		if n > 0 {
			at, found = append(at, middles[i]), append(found, n)
		}
	}
	return at, found
}

// expected is how many values a fit has of each number; NaN outside its range.
func expected(f stats.Fit, at []float64, of ...func(float64) float64) []float64 {
	law := func(k float64) float64 {
		power := 0.0
		for j, p := range f.Parameter {
			power -= p * of[j](k)
		}
		return math.Exp(power)
	}
	out, sum := make([]float64, len(at)), 0.0
	for i, k := range at {
		out[i] = math.NaN()
		if k >= float64(f.Lo) && k <= float64(f.Hi) {
			out[i] = law(k)
		}
	}
	for k := f.Lo; k <= f.Hi; k++ {
		sum += law(float64(k))
	}
	for i := range out {
		out[i] *= float64(f.N) / sum
	}
	return out
}

// sizeOfDuration is the mean size by duration, and the exponent of its power law by
// weighted least squares.
func sizeOfDuration(out *analysis.Result, all []stats.Avalanche) analysis.Table {
	by := stats.SizeOfDuration(all)
	var at []float64
	for d := range by {
		at = append(at, float64(d))
	}
	slices.Sort(at)
	sizes := make([]stats.Estimate, len(at))
	var x, y, weight []float64
	for i, d := range at {
		sizes[i] = by[int(d)]
		if e := sizes[i]; e.Error > 0 && e.N >= 3 {
			x, y = append(x, math.Log(d)), append(y, math.Log(e.Mean))
			weight = append(weight, math.Pow(e.Mean/e.Error, 2))
		}
	}
	if slope, err, ok := line(x, y, weight); ok {
		out.Add("size_of_duration", "1", "exponent of the mean size as a power of the duration", stats.Estimate{Mean: slope, Error: err, N: len(x)})
	}
	t := analysis.Table{Name: "size_of_duration", Title: "mean size of avalanches by duration", Bars: true}
	t.Add(model.Column{Name: "duration", Title: "duration", Unit: "steps", Log: true}, at)
	t.AddEstimates(model.Column{Name: "size", Title: "mean size", Unit: "units", Log: true}, sizes)
	return t
}

// line is the slope of a straight line through points of some weights, which are one over
// the squares of their errors.
func line(x, y, weight []float64) (slope, err float64, ok bool) {
	if len(x) < 3 {
		return 0, 0, false
	}
	var w, mx, my float64
	for i := range x {
		w += weight[i]
		mx += weight[i] * x[i]
		my += weight[i] * y[i]
	}
	mx, my = mx/w, my/w
	var xx, xy, rest float64
	for i := range x {
		xx += weight[i] * (x[i] - mx) * (x[i] - mx)
		xy += weight[i] * (x[i] - mx) * (y[i] - my)
	}
	slope = xy / xx
	for i := range x {
		d := y[i] - my - slope*(x[i]-mx)
		rest += weight[i] * d * d
	}
	// Points that scatter more than their errors tell make the slope less certain.
	return slope, math.Sqrt(max(1, rest/float64(len(x)-2)) / xx), true
}
