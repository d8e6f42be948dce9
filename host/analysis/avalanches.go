package analysis

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Avalanches are those of an activity, by replica, above half its mean, which begin and end
// within the steps. Of durations
// and sizes it tells the fitted laws, and how many there were of each; and how the mean
// size grows with the duration.
func Avalanches(activity [][]float64, of string) *Result {
	out := &Result{}
	var all []stats.Avalanche
	for _, a := range activity {
		all = append(all, stats.WholeAvalanches(a, stats.Mean(a).Mean/2)...)
	}
	out.Exact("avalanches", "1", "runs of steps in which "+of+" is above half its mean, but for those under way at the first step or the last", float64(len(all)), len(all))
	if len(all) == 0 {
		return out
	}
	durations, sizes := stats.Durations(all), stats.Sizes(all)
	out.Add("duration", "steps", "mean duration", stats.Mean(durations))
	out.Add("size", "1", "mean size: the sum of "+of+" less half its mean", stats.Mean(sizes))
	out.Laws("duration", "steps", durations, 1, math.MaxInt32)
	out.Laws("size", "1", sizes, 1, math.MaxInt32)
	out.SizeOfDuration(all, "1")
	return out
}

// leastAvalanches are enough for a fit.
const leastAvalanches = 50

// mostRange is how many numbers a fit has a term for.
const mostRange = 1 << 20

// Laws fits a power law, an exponential and a power law with a cut-off to the durations or
// sizes of avalanches between two of them. It adds a table of how many there were of each,
// and one of how many there were at least so long, as the laws have it, too: counts of each
// say little where most numbers occur once or never. The upper one may be larger than the
// largest, and is at most mostRange.
func (r *Result) Laws(name, unit string, values []float64, lo, hi int) {
	whole := make([]float64, 0, len(values))
	for _, v := range values {
		if v = math.Round(v); v >= 1 {
			whole = append(whole, v)
		}
	}
	if len(whole) < leastAvalanches {
		r.Note("%d avalanches are too few for the exponent of their %s", len(whole), name)
		return
	}
	hi = int(min(float64(hi), slices.Max(whole), mostRange))
	power, err := stats.FitPowerLaw(whole, lo, hi)
	if err == nil && power.N < leastAvalanches {
		err = fmt.Errorf("only %d avalanches are within %d ... %d", power.N, lo, hi)
	}
	if err != nil {
		r.Note("no law is fitted to %ss: %v", name, err)
		return
	}
	r.AddPowerLaw(name, fmt.Sprintf("from %d to %d", lo, hi), power)
	at, found := histogram(whole)
	number := model.Column{Name: name, Title: name, Unit: unit, Log: true}
	each := Table{Name: name + "s", Title: "avalanches by " + name, Bars: true, Dots: true}
	each.Add(number, at)
	each.Add(model.Column{Name: "avalanches", Title: "avalanches", Unit: "1", Log: true}, found)
	atLeast := Table{Name: name + "s_at_least", Title: "avalanches of at least some " + name + ", and laws", One: true}
	atLeast.Add(number, at)
	atLeast.Add(model.Column{Name: "avalanches", Title: "avalanches of at least that " + name, Unit: "1", Log: true}, fromTop(found))
	beyond := 0.0 // what the laws are not about
	for i, k := range at {
		if k > float64(power.Hi) {
			beyond += found[i]
		}
	}
	law := func(column, title string, f stats.Fit, of ...func(float64) float64) {
		atLeast.Add(model.Column{Name: column, Title: title, Unit: "1", Log: true}, expected(f, at, beyond, of...))
	}
	law("power_law", "power law", power, math.Log)
	itself := func(k float64) float64 { return k }
	for _, other := range []struct {
		name, title, doc string
		fit              func([]float64, int, int) (stats.Fit, error)
		of               []func(float64) float64
	}{
		{"exponential", "exponential", "an exponential exp(-r k)", stats.FitExponential, []func(float64) float64{itself}},
		{"cut_off", "power law with a cut-off", "k^-a exp(-r k), which has a parameter more", stats.FitCutOff, []func(float64) float64{math.Log, itself}},
	} {
		f, err := other.fit(whole, lo, hi)
		if err != nil {
			r.Note("%s of %ss: %v", other.name, name, err)
			continue
		}
		r.Exact(name+"_"+other.name+"_gain", "1", "log-likelihood of "+other.doc+", less that of the power law: above 0 it is likelier", f.LogLikelihood-power.LogLikelihood, f.N)
		law(other.name, other.title, f, other.of...)
	}
	r.Tables = append(r.Tables, each, atLeast)
}

// fromTop adds up counts from the last one on.
func fromTop(counts []float64) []float64 {
	out, sum := make([]float64, len(counts)), 0.0
	for i, n := range slices.Backward(counts) {
		sum += n
		out[i] = sum
	}
	return out
}

// expected is how many values a fit has of at least each number, with those beyond its
// range; NaN outside it.
func expected(f stats.Fit, at []float64, beyond float64, of ...func(float64) float64) []float64 {
	atLeast := make([]float64, f.Hi-f.Lo+1) // from Lo on
	for i := range atLeast {
		power := 0.0
		for j, p := range f.Parameter {
			power -= p * of[j](float64(f.Lo+i))
		}
		atLeast[i] = math.Exp(power)
	}
	atLeast = fromTop(atLeast)
	out := make([]float64, len(at))
	for i, k := range at {
		out[i] = math.NaN()
		if k >= float64(f.Lo) && k <= float64(f.Hi) {
			out[i] = beyond + float64(f.N)*atLeast[int(k)-f.Lo]/atLeast[0]
		}
	}
	return out
}

// SizeOfDuration adds the mean size of avalanches by duration, and the exponent of its
// power law by weighted least squares.
func (r *Result) SizeOfDuration(all []stats.Avalanche, unit string) {
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
		r.Add("size_of_duration", "1", "exponent of the mean size as a power of the duration", stats.Estimate{Mean: slope, Error: err, N: len(x)})
	}
	t := Table{Name: "size_of_duration", Title: "mean size of avalanches by duration", Bars: true}
	t.Add(model.Column{Name: "duration", Title: "duration", Unit: "steps", Log: true}, at)
	t.AddEstimates(model.Column{Name: "size", Title: "mean size", Unit: unit, Log: true}, sizes)
	r.Tables = append(r.Tables, t)
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
