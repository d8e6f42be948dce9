package sornstats

import (
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/stats"
)

// leastWeight is that of synapses whose law is looked at: weaker ones are about to be
// born or to die.
const leastWeight = 0.01

// synapses calls take with the presynaptic units and the weights of each excitatory unit
// after the last step, by replica.
func synapses(r *analysis.Run, take func(replica, unit int, from []int, w []float64)) error {
	if r.From.End() > r.Last {
		return analysis.Missing("weights are known after the last step, %d, alone", r.From.End())
	}
	for k, replica := range r.Replicas {
		from, err := r.From.Final(sorn.FromEE, replica)
		if err != nil {
			return err
		}
		w, err := r.From.Final(sorn.WeightEE, replica)
		if err != nil {
			return err
		}
		for i := range units(r) {
			room := len(from) / units(r)
			first, of := i*room, []int(nil)
			for s := first; s < first+room && from[s] != sorn.Free; s++ {
				of = append(of, int(from[s]))
			}
			take(k, i, of, w[first:first+len(of)])
		}
	}
	return nil
}

// weights tells how strong synapses are.
func weights(r *analysis.Run) (*analysis.Result, error) {
	out := &analysis.Result{}
	var all []float64
	counts := make([]float64, len(r.Replicas))
	err := synapses(r, func(k, _ int, from []int, w []float64) {
		counts[k] += float64(len(from))
		for _, v := range w {
			if v >= leastWeight {
				all = append(all, v)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out.Add("synapses", "1", "between excitatory units", stats.Mean(counts))
	out.Exact("strong", "1", "those of weight 0.01 or more, in all replicas", float64(len(all)), len(all))
	if len(all) < 2 {
		return out, nil
	}
	law := stats.FitLogNormal(all)
	n := float64(len(all))
	out.Add("log_mean", "1", "mean of the logarithm of these weights", stats.Estimate{Mean: law.Mu, Error: law.Sigma / math.Sqrt(n), N: len(all)})
	out.Add("log_deviation", "1", "standard deviation of the logarithm", stats.Estimate{Mean: law.Sigma, Error: law.Sigma / math.Sqrt(2*n), N: len(all)})
	out.Exact("mode", "drive", "of the log-normal law", law.Mode(), len(all))
	out.Exact("median", "drive", "of the log-normal law", law.Median(), len(all))
	out.Exact("mean", "drive", "of the log-normal law", law.Mean(), len(all))
	const width = 0.01
	middles, found := histogram(all, leastWeight, width)
	expected := make([]float64, len(middles))
	for i, v := range middles {
		d := (math.Log(v) - law.Mu) / law.Sigma
		expected[i] = n * width * math.Exp(-d*d/2) / (v * law.Sigma * math.Sqrt(2*math.Pi))
	}
	t := analysis.Table{Name: "weights", Title: "weights between excitatory units", One: true}
	t.Add(column("weight", "drive", "middle of a bin of 0.01"), middles)
	t.Add(column("synapses", "1", "in the bin"), found)
	t.Add(column("log-normal", "1", "by the log-normal law of the same mean and deviation of the logarithm"), expected)
	out.Tables = append(out.Tables, t)
	return out, nil
}

// degrees tells how many synapses units have.
func degrees(r *analysis.Run) (*analysis.Result, error) {
	in, to := make([]float64, len(r.Replicas)*units(r)), make([]float64, len(r.Replicas)*units(r))
	err := synapses(r, func(k, i int, from []int, _ []float64) {
		in[k*units(r)+i] = float64(len(from))
		for _, j := range from {
			to[k*units(r)+j]++
		}
	})
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	t := analysis.Table{Name: "degrees", Title: "synapses of excitatory units", One: true}
	most := 0.0
	for i := range in {
		most = max(most, in[i], to[i])
	}
	at := make([]float64, int(most)+1)
	for k := range at {
		at[k] = float64(k)
	}
	t.Add(column("synapses", "1", ""), at)
	for _, of := range []struct {
		name, doc string
		values    []float64
	}{{"in", "incoming synapses of a unit", in}, {"out", "outgoing synapses of a unit", to}} {
		e := stats.Mean(of.values)
		deviation := e.Deviation() * math.Sqrt(float64(e.N-1)/float64(e.N))
		out.Exact(of.name+"_degree", "1", "mean of the "+of.doc+", of all units", e.Mean, e.N)
		out.Exact(of.name+"_deviation", "1", "standard deviation of that, over units", deviation, e.N)
		_, counts := histogram(of.values, -0.5, 1)
		normal := make([]float64, len(at))
		for k := range normal {
			d := (at[k] - e.Mean) / deviation
			normal[k] = float64(e.N) * math.Exp(-d*d/2) / (deviation * math.Sqrt(2*math.Pi))
		}
		t.Add(column(of.name, "units", "units with so many "+of.doc), append(counts, make([]float64, len(at)-len(counts))...))
		t.Add(column(of.name+"_normal", "units", "by the normal law of the same mean and variance"), normal)
	}
	out.Tables = append(out.Tables, t)
	return out, nil
}
