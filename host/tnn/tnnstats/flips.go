package tnnstats

import (
	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/tnn"
)

// flip is a step in which an external node takes another sign.
type flip struct {
	node   int // number among the external nodes
	record int
	sign   float64 // the new one
}

// flips tells how much the neighbours of external nodes oppose the sign that these take
// in a flip, before and after.
func flips(r *analysis.Run) (*analysis.Result, error) {
	net := r.Network.(*tnn.Network)
	if len(net.Externals) == 0 {
		return nil, analysis.Missing("the network has no external nodes")
	}
	f, err := r.Recorded("state")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Every != 1 || len(f.Steps) < 3 {
		return nil, analysis.Missing("record state in each step (--record state --every 1)")
	}
	w := &response{lags: -1}
	for _, replica := range r.Replicas {
		if err := w.read(net, f, replica); err != nil {
			return nil, err
		}
	}
	if w.lags < 1 {
		return nil, analysis.Missing("no external node changes its sign twice, with some steps between, in steps %d to %d", r.First, r.Last)
	}
	return w.result(), nil
}

// response is what is read of all replicas.
type response struct {
	lags   int
	series []neighbours // by replica and external node
}

// neighbours are those of an external node: the mean state of all, by record.
type neighbours struct {
	mean  []float64
	flips []flip
}

// mostLags bounds the table.
const mostLags = 50

// read gathers a replica.
func (w *response) read(net *tnn.Network, f *analysis.Field, replica int) error {
	first := len(w.series)
	at := make(map[int32]int)
	for i, x := range net.Externals {
		at[x.ID] = i
		w.series = append(w.series, neighbours{mean: make([]float64, len(f.Steps))})
	}
	beside := make([][]int, len(net.Externals))
	for _, e := range net.Graph.Edges {
		for _, ends := range [][2]int32{{e.A, e.B}, {e.B, e.A}} {
			if i, external := at[ends[0]]; external {
				beside[i] = append(beside[i], int(ends[1]))
			}
		}
	}
	sign := make([]float64, len(net.Externals))
	for record := range f.Steps {
		states, err := f.Read(record, replica)
		if err != nil {
			return err
		}
		if states, err = whole(f, states, net.Graph.Nodes); err != nil {
			return err
		}
		for i, x := range net.Externals {
			s := &w.series[first+i]
			for _, n := range beside[i] {
				s.mean[record] += states[n] / float64(len(beside[i]))
			}
			now := signOf(states[x.ID])
			if now*sign[i] < 0 {
				s.flips = append(s.flips, flip{i, record, now})
			}
			if now != 0 {
				sign[i] = now
			}
		}
	}
	for i := range net.Externals {
		w.bound(w.series[first+i].flips)
	}
	return nil
}

// whole spreads the states of recorded nodes over all; those that are not recorded, and
// are asked for, make an error.
func whole(f *analysis.Field, states []float64, nodes int) ([]float64, error) {
	if f.Numbers == nil {
		return states, nil
	}
	if len(f.Numbers) < nodes {
		return nil, analysis.Missing("record state of all nodes")
	}
	out := make([]float64, nodes)
	for i, id := range f.Numbers {
		out[id] = states[i]
	}
	return out, nil
}

func signOf(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// bound takes no lag beyond half the way to the next flip, or 2 where that is less.
func (w *response) bound(flips []flip) {
	for i := range flips[:max(0, len(flips)-1)] {
		apart := flips[i+1].record - flips[i].record
		half := min(mostLags, max(apart/2, min(2, apart-1)))
		if w.lags < 0 || half < w.lags {
			w.lags = half
		}
	}
}

// shuffles is how often flips are moved in time, to see what chance gives.
const shuffles = 40

// opposed is -sign times the mean state of the neighbours, by flip, at a lag. Every
// node's flips are moved around the recorded steps by a number of them of its own.
func (w *response) opposed(lag int, moved func(series int) int) []float64 {
	var out []float64
	for i := range w.series {
		s := &w.series[i]
		n := len(s.mean)
		for _, f := range s.flips {
			if f.record-w.lags < 0 || f.record+w.lags >= n {
				continue
			}
			out = append(out, -f.sign*s.mean[((f.record+lag+moved(i))%n+n)%n])
		}
	}
	return out
}

func still(int) int { return 0 }

func (w *response) result() *analysis.Result {
	out := &analysis.Result{}
	var lags []float64
	var opposition, shuffled []stats.Estimate
	before := make([]float64, len(w.opposed(0, still)))
	for lag := -w.lags; lag <= w.lags; lag++ {
		values := w.opposed(lag, still)
		lags, opposition = append(lags, float64(lag)), append(opposition, stats.Mean(values))
		shuffled = append(shuffled, w.chance(lag))
		if lag < -1 {
			for i, v := range values {
				before[i] += v / float64(w.lags-1)
			}
		}
	}
	if len(before) == 0 {
		out.Note("every flip is too near the begin or the end of the recorded steps")
		return out
	}
	at := func(lag int) stats.Estimate { return opposition[lag+w.lags] }
	out.Exact("flips", "1", "changes of sign of external nodes, of all replicas", float64(len(before)), len(before))
	out.Add("before", "1", "how much neighbours oppose the new sign a step before the flip: -1 where all oppose the old one", at(-1))
	out.Add("at", "1", "the same in the step of the flip", at(0))
	out.Add("after", "1", "the same a step later", at(1))
	out.Add("end", "1", "the same at the largest lag", at(w.lags))
	if w.lags > 1 {
		early := stats.Paired(w.opposed(-1, still), before)
		out.Add("anticipation", "1", "opposition a step before the flip less its mean at earlier lags: above 0 where neighbours turn before external nodes do", early)
		word := "follow: they do not turn before external nodes do"
		const rounding = 1e-9
		if early.Mean > max(rounding, analysis.StationaryWithin*early.Error) {
			word = "anticipate: they turn before external nodes do"
		}
		out.Note("neighbours %s", word)
	}
	t := analysis.Table{Name: "flips", Title: "response to flips of external nodes", Bars: true, One: true}
	t.Add(model.Column{Name: "lag", Title: "lag", Unit: "steps", Doc: "after the flip"}, lags)
	t.AddEstimates(model.Column{Name: "opposition", Title: "opposition", Unit: "1", Doc: "mean of -s s_j over neighbours and flips, s the new sign"}, opposition)
	t.AddEstimates(model.Column{Name: "shuffled", Title: "flips moved in time", Unit: "1", Doc: "mean over flips that are moved around the recorded steps, with what that varies by"}, shuffled)
	out.Tables = append(out.Tables, t)
	return out
}

// chance is what is found when the flips of each node are moved in time: the mean over
// several moves, and the deviation of one.
func (w *response) chance(lag int) stats.Estimate {
	var means []float64
	for k := range shuffles {
		draws := rng.NewStream(rng.Key(uint64(k)), rng.Grouping, 0)
		by := make([]int, len(w.series))
		for i := range by {
			by[i] = draws.IntN(len(w.series[i].mean))
		}
		means = append(means, stats.Mean(w.opposed(lag, func(i int) int { return by[i] })).Mean)
	}
	e := stats.Mean(means)
	return stats.Estimate{Mean: e.Mean, Error: e.Deviation(), N: e.N}
}
