// Package sornstats are the statistics of runs of self-organising recurrent networks
// (docs/sorn.md section 11).
package sornstats

import (
	"errors"
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/stats"
)

// Statistics are all of them.
func Statistics() []analysis.Statistic {
	return []analysis.Statistic{
		{Name: "activity", Doc: "how many units are active: rate, smoothness, autocorrelation, Fano factors", Of: activity},
		{Name: "avalanches", Doc: "runs of steps above half the mean activity, and the laws of their durations and sizes", Of: avalanches},
		{Name: "raster", Doc: "who is active when, in the last steps", Of: raster},
		{Name: "spikes", Doc: "rates of single units, intervals between their spikes, Hamming distances", Of: spikes},
		{Name: "correlations", Doc: "correlation of the spikes of pairs of units", Of: correlations},
		{Name: "weights", Doc: "weights between excitatory units after the last step, and a log-normal law", Of: weights},
		{Name: "degrees", Doc: "synapses into and out of excitatory units after the last step", Of: degrees},
		{Name: "readout", Doc: "symbols that are read linearly out of the states: the next one, its place in its word, earlier ones", Of: readout},
		{Name: "generated", Doc: "words of a network that runs free, whose predictions are its inputs", Of: generated},
	}
}

// units is the number of excitatory units.
func units(r *analysis.Run) int { return r.Network.(*sorn.Network).Spec.Sorn.NE }

// counts are the active excitatory units by replica, in each step.
func counts(r *analysis.Run) ([][]float64, error) {
	if err := r.EachStep(); err != nil {
		return nil, err
	}
	if steps, err := r.Steps(); err != nil || len(steps) < 2 {
		return nil, model.FirstError(err, analysis.Missing("the part that is looked at takes two steps or more"))
	}
	return r.Series("active_e")
}

// train are spikes of a replica: by unit, in each step.
type train struct {
	first int64
	units [][]float64
}

// trains are the spikes of all replicas. They take a recording of x in every step.
func trains(r *analysis.Run) ([]train, error) {
	f, err := each(r, sorn.XField)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []train
	for _, replica := range r.Replicas {
		t := train{first: f.Steps[0], units: make([][]float64, units(r))}
		for i := range t.units {
			t.units[i] = make([]float64, len(f.Steps))
		}
		for k := range f.Steps {
			x, err := f.Read(k, replica)
			if err != nil {
				return nil, err
			}
			for i, v := range x {
				t.units[i][k] = v
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// each opens the records of all of a field in every step.
func each(r *analysis.Run, field string) (*analysis.Field, error) {
	f, err := r.Recorded(field)
	if err != nil {
		return nil, err
	}
	if f.Every != 1 || len(f.Steps) < 2 || f.Numbers != nil {
		return nil, errors.Join(analysis.Missing("record all of %s in each step (--record %s --every 1)", field, field), f.Close())
	}
	return f, nil
}

// column is a short way to say what a column holds.
func column(name, unit, doc string) model.Column {
	return model.Column{Name: name, Title: name, Unit: unit, Doc: doc}
}

// mean over replicas of what each tells, with the error that follows; those that are NaN
// do not count.
func mean(of func(replica int) float64, replicas int) stats.Estimate {
	values := make([]float64, replicas)
	for k := range values {
		values[k] = of(k)
	}
	return stats.Mean(values)
}

// histogram counts values in bins of a width from a value on. It gives the middles.
func histogram(values []float64, from, width float64) (middles, counts []float64) {
	for _, v := range values {
		bin := int(math.Floor((v - from) / width))
		if bin < 0 {
			continue
		}
		for len(counts) <= bin {
			middles = append(middles, from+(float64(len(counts))+0.5)*width)
			counts = append(counts, 0)
		}
		counts[bin]++
	}
	return middles, counts
}
