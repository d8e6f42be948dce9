// Package tnnstats are the statistics of runs of Thermodynamic Neural Networks.
package tnnstats

import (
	"errors"
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/tnn"
)

// Statistics are all of them.
func Statistics() []analysis.Statistic {
	return []analysis.Statistic{
		{Name: "moments", Doc: "order and colour, Binder's cumulant, and how much they and the energy fluctuate", Of: moments},
		{Name: "correlation", Doc: "correlation of states against distance, and its length", Of: correlation},
		{Name: "domains", Doc: "sites next to each other whose states have one sign, and the walls between", Of: domains},
		{Name: "flips", Doc: "what neighbours of external nodes do before and after these change sign", Of: flips},
		{Name: "polarisation", Doc: "how far external nodes polarise their surroundings, and what is between two of them", Of: polarisation},
		{Name: "nodes", Doc: "states of groups, sublattices, what files say of nodes, and degrees", Of: nodes},
		{Name: "avalanches", Doc: "runs of steps in which many nodes change", Of: avalanches},
		{Name: "dissipation", Doc: "entropy of a node, and what was dissipated", Of: dissipation},
	}
}

// power gives the values of each replica, raised.
func power(series [][]float64, of func(v float64) float64) [][]float64 {
	out := make([][]float64, len(series))
	for r, values := range series {
		out[r] = make([]float64, len(values))
		for i, v := range values {
			out[r][i] = of(v)
		}
	}
	return out
}

func square(v float64) float64 { return float64(v * v) }

func fourth(v float64) float64 { return square(square(v)) }

// moments are those of order, colour and energy.
func moments(r *analysis.Run) (*analysis.Result, error) {
	order, err := r.Series("order")
	if err != nil {
		return nil, err
	}
	colour, err := r.Series("colour")
	if err != nil {
		return nil, err
	}
	energy, err := r.Series("energy")
	if err != nil {
		return nil, err
	}
	nodes := float64(r.Network.(*tnn.Network).Counts().Nodes)
	magnitude := power(colour, math.Abs)
	second, quartic := power(colour, square), power(colour, fourth)
	variance := func(m []float64) float64 { return nodes * (m[1] - square(m[0])) }
	out := &analysis.Result{}
	out.Add("order", "1", "mean of -s_a s_b over edges", stats.Replicated(order))
	out.Add("order_2", "1", "mean of its square", stats.Replicated(power(order, square)))
	out.Add("colour_abs", "1", "mean of |colour|", stats.Replicated(magnitude))
	out.Add("colour_2", "1", "mean of colour^2", stats.Replicated(second))
	out.Add("colour_4", "1", "mean of colour^4", stats.Replicated(quartic))
	out.Add("binder", "1", "Binder's cumulant of the colour, 1 - <c^4>/(3 <c^2>^2): 0 for normal fluctuations, 2/3 in one domain",
		stats.Derived([][][]float64{second, quartic}, func(m []float64) float64 { return 1 - m[1]/(3*square(m[0])) }))
	out.Add("susceptibility", "1", "nodes times the variance of |colour|", stats.Derived([][][]float64{magnitude, second}, variance))
	out.Add("order_fluctuation", "1", "nodes times the variance of order", stats.Derived([][][]float64{order, power(order, square)}, variance))
	out.Add("specific_heat", "(kT)^2", "nodes times the variance of the energy per node", stats.Derived([][][]float64{energy, power(energy, square)}, variance))
	return out, nil
}

// dissipation tells of entropy and what was dissipated.
func dissipation(r *analysis.Run) (*analysis.Result, error) {
	nodes := float64(r.Network.(*tnn.Network).Counts().Nodes)
	entropy, err := r.Series("entropy")
	if err != nil {
		return nil, err
	}
	lost, err := r.Series("dissipation")
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	out.Add("entropy_per_node", "1", "relative to that of its levels: 1 where all are equally likely", stats.Replicated(power(entropy, func(v float64) float64 { return v / nodes })))
	out.Add("dissipation", "kT", "of a node in a step", stats.Replicated(lost))
	sums := make([]float64, len(lost))
	for i, values := range lost {
		for _, v := range values {
			sums[i] += float64(nodes * v)
		}
	}
	// A node that fluctuates equilibrates nothing, and its column holds what it dissipated before.
	held := r.Network.(*tnn.Network).Spec.Network.Rule == tnn.Hylton2020
	switch err := r.EachStep(); {
	case held:
	case errors.Is(err, analysis.ErrMissing):
		out.Note("what all nodes dissipate in all steps is %v", err)
	case err != nil:
		return nil, err
	default:
		out.Add("dissipated", "kT", "by all nodes in all steps, the mean over replicas", stats.Mean(sums))
	}
	if held {
		out.Note("dissipation is that of each node's last equilibration, also in steps in which it fluctuates (docs/model.md section 2), so that its sum over steps is not what was dissipated")
	}
	return out, nil
}

// avalanches are those of the change of state.
func avalanches(r *analysis.Run) (*analysis.Result, error) {
	if err := r.EachStep(); err != nil {
		return nil, err
	}
	changed, err := r.Series("changed_percent")
	if err != nil {
		return nil, err
	}
	nodes := float64(r.Network.(*tnn.Network).Counts().Nodes)
	activity := power(changed, func(v float64) float64 { return nodes * v / 100 })
	return analysis.Avalanches(activity, "the sum of all nodes' changes of state"), nil
}

// most is the number of records that are looked at, so that a long recording takes
// seconds: more are hardly more independent.
const most = 2000

// thinned are numbers of records, evenly spread.
func thinned(out *analysis.Result, f *analysis.Field, replicas int) []int {
	n := max(1, most/replicas)
	stride := (len(f.Steps) + n - 1) / n
	var at []int
	for i := 0; i < len(f.Steps); i += stride {
		at = append(at, i)
	}
	switch {
	case len(f.Steps) == 1:
		out.Note("of the state after step %d alone: record state for more (--record state)", f.Steps[0])
	case stride > 1:
		out.Note("of every %d. record, %d in all", stride, len(at))
	}
	return at
}

// staggered are states as pictures show them: those of odd sites are negated where the
// graph is bipartite.
func staggered(net *tnn.Network, states []float64) []float64 {
	if !net.Graph.Bipartite {
		return states
	}
	out := make([]float64, len(states))
	for id, v := range states {
		if out[id] = v; net.Graph.Lattice.Parity(id) == 1 {
			out[id] = -v
		}
	}
	return out
}

// each calls take with the states of every record that is looked at, by replica.
func each(r *analysis.Run, out *analysis.Result, take func(replica int, states []float64)) error {
	f, err := r.Whole("state")
	if err != nil {
		return err
	}
	records := thinned(out, f, len(r.Replicas))
	for k, replica := range r.Replicas {
		for _, i := range records {
			states, err := f.Read(i, replica)
			if err != nil {
				return model.FirstError(err, f.Close())
			}
			take(k, staggered(r.Network.(*tnn.Network), states))
		}
	}
	return f.Close()
}
