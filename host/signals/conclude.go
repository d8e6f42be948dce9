package signals

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// Conclusions implements model.Concluded.
func (n *Network) Conclusions() []model.Conclusion {
	columns := []model.Column{{Name: "replica", Doc: "number of the replica, from 0; -1 for the mean over all"}}
	for _, c := range n.Spec.columns() {
		columns = append(columns, c, model.Column{Name: c.Name + "_error", Title: "error of " + c.Title, Unit: c.Unit, Doc: "standard error of the mean over all"})
	}
	out := []model.Conclusion{{File: "metrics.csv", Doc: "what each replica has come to at the end, and the mean over all", Columns: columns}}
	if n.Spec.Signals.Game == LewisGame {
		return out
	}
	return append(out, model.Conclusion{File: "languages.csv", Doc: "the likeliest message of every input at the end", Columns: []model.Column{
		{Name: "replica", Doc: "number of the replica, from 0"},
		{Name: "first", Doc: "value of the first attribute, from 0"}, {Name: "second", Doc: "value of the second one"},
		{Name: "trained", Unit: "1", Doc: "1 where the input was trained, 0 where it was held out"},
		{Name: "symbol0", Unit: "symbol", Doc: "first symbol of the message"}, {Name: "symbol1", Unit: "symbol", Doc: "its second one"},
	}})
}

// Conclude implements model.Concluded.
func (n *Network) Conclude(s *state.State, keys []uint64) ([][][]float64, error) {
	out := [][][]float64{n.metrics(s, keys)}
	if n.Spec.Signals.Game == AttributesGame {
		out = append(out, n.languages(s, keys))
	}
	return out, nil
}

// metrics has a row for each replica, and one of means with their errors.
func (n *Network) metrics(s *state.State, keys []uint64) [][]float64 {
	measures := len(n.Spec.columns())
	sums := make([]float64, len(keys)*measures)
	n.MeasureAll(sums, s, keys)
	var rows [][]float64
	mean := []float64{-1}
	for k := range measures {
		var values []float64
		for r := range keys {
			values = append(values, sums[r*measures+k])
		}
		e := stats.Mean(values)
		mean = append(mean, e.Mean, e.Error)
	}
	for r := range keys {
		row := []float64{float64(r)}
		for _, v := range sums[r*measures:][:measures] {
			row = append(row, v, math.NaN())
		}
		rows = append(rows, row)
	}
	return append(rows, mean)
}

// languages has a row for each input of each replica.
func (n *Network) languages(s *state.State, keys []uint64) [][]float64 {
	var rows [][]float64
	for r, key := range keys {
		values, messages := n.Spec.Attributes.Values, n.messages(s, r)
		for input, trained := range n.Trained(rng.Key(key), r) {
			row := []float64{float64(r), float64(input / values), float64(input % values), 0, float64(messages[2*input]), float64(messages[2*input+1])}
			if trained {
				row[3] = 1
			}
			rows = append(rows, row)
		}
	}
	return rows
}
