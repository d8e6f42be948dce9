package sornstats

import (
	"fmt"
	"math"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// mostDots bounds a raster.
const mostDots = 8000

// raster lists spikes of the first replica in the last steps, and the activity there.
func raster(r *analysis.Run) (*analysis.Result, error) {
	t, err := trains(r)
	if err != nil {
		return nil, err
	}
	steps, dots, from := len(t[0].units[0]), 0, 0
	active := make([]float64, steps)
	for k := steps - 1; k >= 0; k-- {
		for _, s := range t[0].units {
			active[k] += s[k]
		}
		if dots += int(active[k]); dots > mostDots {
			from = k + 1
			break
		}
	}
	var at, unit, count []float64
	for k := from; k < steps; k++ {
		for i, s := range t[0].units {
			if s[k] != 0 {
				at, unit, count = append(at, float64(t[0].first)+float64(k)), append(unit, float64(i)), append(count, active[k])
			}
		}
	}
	out := &analysis.Result{}
	out.Exact("spikes", "1", "of the first replica, in the table", float64(len(at)), len(at))
	if from > 0 {
		out.Note("the table has the last %d steps alone", steps-from)
	}
	table := analysis.Table{Name: "raster", Title: "spikes of excitatory units", Dots: true}
	table.Add(column("step", "1", ""), at)
	table.Add(column("unit", "1", "excitatory unit that was active"), unit)
	table.Add(column("active", "units", "excitatory units that were active in the step"), count)
	out.Tables = append(out.Tables, table)
	return out, nil
}

// spikes tells of single units.
func spikes(r *analysis.Run) (*analysis.Result, error) {
	t, err := trains(r)
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	steps := float64(len(t[0].units[0]))
	numbers, rates, between := make([]float64, units(r)), make([]float64, units(r)), make([][]float64, units(r))
	flips, active := make([][]float64, len(t)), make([][]float64, len(t))
	entropy, variation := make([]float64, len(t)), make([]float64, len(t))
	var silent, all, fanos []float64
	for k := range t {
		active[k] = make([]float64, len(t[k].units[0]))
		var ofUnits []float64 // Fano factors
		perUnit, none := make([]float64, len(numbers)), 0.0
		var own []float64 // intervals
		for i, s := range t[k].units {
			for step, v := range s {
				perUnit[i] += v
				active[k][step] += v / float64(units(r))
			}
			numbers[i] = float64(i)
			rates[i] += perUnit[i] / steps / float64(len(t))
			between[i] = append(between[i], stats.Intervals(s)...)
			own = append(own, stats.Intervals(s)...)
			if perUnit[i] == 0 {
				none++
			}
			if v := stats.Fano(s, fanoWindow).Fano; !math.IsNaN(v) {
				ofUnits = append(ofUnits, v)
			}
		}
		fanos = append(fanos, stats.Mean(ofUnits).Mean)
		silent, all = append(silent, none), append(all, own...)
		entropy[k], variation[k] = stats.Entropy(perUnit), stats.Variation(own)
		flips[k] = hamming(t[k].units)
	}
	out.Add("rate", "1", "spikes of a unit in a step, mean over units", stats.Replicated(active))
	out.Exact("rate_deviation", "1", "standard deviation of the rates among units", stats.Mean(rates).Deviation(), len(rates))
	out.Add("silent", "units", "units without a spike", stats.Mean(silent))
	out.Add("entropy", "1", "of the units' shares of all spikes: 1 where all are equal", stats.Mean(entropy))
	out.Add("interval", "steps", "mean interval between spikes of a unit", stats.Estimate{Mean: stats.Mean(all).Mean, Error: math.NaN(), N: len(all)})
	out.Add("interval_variation", "1", "standard deviation of the intervals over their mean, those of all units together", stats.Mean(variation))
	out.Add("fano_unit", "1", "Fano factor of a unit's spikes in windows of 100 steps, mean over units that have some", stats.Mean(fanos))
	out.Add("hamming", "units", "units whose state changes in a step", stats.Replicated(flips))
	table := analysis.Table{Name: "rates", Title: "rates of excitatory units, and intervals between the spikes of each"}
	table.Add(column("unit", "1", ""), numbers)
	table.Add(column("rate", "1", "spikes of the unit in a step"), rates)
	table.Add(column("interval", "steps", "mean interval between spikes of the unit; empty where it has none"), ofEach(between, func(v []float64) float64 { return stats.Mean(v).Mean }))
	table.Add(column("variation", "1", "standard deviation of these intervals over their mean"), ofEach(between, stats.Variation))
	out.Tables = append(out.Tables, table, intervals(all))
	return out, nil
}

// ofEach is a function of the values of each unit.
func ofEach(values [][]float64, of func([]float64) float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = of(v)
	}
	return out
}

// fanoWindow is that of single units, in steps.
const fanoWindow = 100

// hamming is how many units change in each step.
func hamming(spikes [][]float64) []float64 {
	out := make([]float64, len(spikes[0])-1)
	for _, s := range spikes {
		for k := range out {
			if s[k] != s[k+1] {
				out[k]++
			}
		}
	}
	return out
}

// intervals counts them, beside the geometric law of greatest likelihood, which is the
// exponential of whole numbers: a spike in each step with a probability of 1 over the mean.
func intervals(all []float64) analysis.Table {
	middles, counts := histogram(all, 0.5, 1)
	mean, law := stats.Mean(all).Mean, make([]float64, len(middles))
	for i, k := range middles {
		law[i] = float64(len(all)) * math.Pow(1-1/mean, k-1) / mean
	}
	t := analysis.Table{Name: "intervals", Title: "intervals between spikes", One: true}
	t.Add(column("interval", "steps", ""), middles)
	t.Add(model.Column{Name: "count", Title: "intervals", Unit: "1", Log: true}, counts)
	t.Add(model.Column{Name: "geometric", Title: "geometric law", Unit: "1", Log: true}, law)
	return t
}

// mostProducts bounds the work of correlations.
const mostProducts = 2e9

// correlations are those of pairs of units, as means over replicas.
func correlations(r *analysis.Run) (*analysis.Result, error) {
	t, err := trains(r)
	if err != nil {
		return nil, err
	}
	out, every := &analysis.Result{}, 1
	for n := float64(units(r)); n*n/2*float64(len(t)*len(t[0].units[0]))/float64(every*every) > mostProducts; {
		every++
	}
	var chosen []int
	for i := 0; i < units(r); i += every {
		chosen = append(chosen, i)
	}
	if every > 1 {
		out.Note("of every %d. unit, %d in all", every, len(chosen))
	}
	var constant, means []float64
	sums, counts := map[[2]int]float64{}, map[[2]int]float64{}
	for k := range t {
		series := make([][]float64, len(chosen))
		for a, i := range chosen {
			series[a] = t[k].units[i]
		}
		matrix, mean, without := stats.Correlations(series)
		means, constant = append(means, mean), append(constant, float64(without))
		for a := range matrix {
			for b := range a {
				if v := matrix[a][b]; !math.IsNaN(v) {
					sums[[2]int{a, b}] += v
					counts[[2]int{a, b}]++
				}
			}
		}
	}
	out.Add("correlation", "1", "Pearson's, mean over pairs of units that have spikes", stats.Mean(means))
	out.Add("left_out", "units", "units without spikes, or that are always active", stats.Mean(constant))
	var x, y, v []float64
	for a, i := range chosen {
		for b := range a {
			x, y = append(x, float64(chosen[b])), append(y, float64(i))
			v = append(v, sums[[2]int{a, b}]/counts[[2]int{a, b}])
		}
	}
	table := analysis.Table{Name: "correlations", Title: "correlation of pairs of excitatory units", Map: true}
	table.Add(column("unit", "1", ""), x)
	table.Add(column("other", "1", "unit with a larger number"), y)
	table.Add(column("correlation", "1", "Pearson's, of the two units' spikes; empty where one of them is constant"), v)
	out.Tables = append(out.Tables, table)
	pairsAbove(out, table.Values, r.Above)
	return out, nil
}

// pairsAbove adds the graph of those pairs of units whose correlation is above a value.
func pairsAbove(out *analysis.Result, all [][]float64, above float64) {
	pairs, joined := make([][]float64, len(all)), map[float64]bool{}
	for i, v := range all[2] {
		if !(v > above) {
			continue
		}
		joined[all[0][i]], joined[all[1][i]] = true, true
		for c := range all {
			pairs[c] = append(pairs[c], all[c][i])
		}
	}
	out.Exact("pairs", "1", fmt.Sprintf("pairs of units with a correlation above %g (--above)", above), float64(len(pairs[0])), len(all[2]))
	out.Exact("paired", "units", "units in these pairs", float64(len(joined)), len(all[2]))
	if len(pairs[0]) == 0 {
		return
	}
	t := analysis.Table{Name: "pairs", Title: fmt.Sprintf("pairs of excitatory units with a correlation above %g", above), Graph: true}
	t.Add(column("unit", "1", ""), pairs[0])
	t.Add(column("other", "1", "unit with a larger number"), pairs[1])
	t.Add(column("correlation", "1", "Pearson's, of the two units' spikes"), pairs[2])
	out.Tables = append(out.Tables, t)
}
