package analysis

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Unsettled are the quantities that are not stationary in the steps that are looked at,
// or that vary too slowly for these steps to tell: the mean of such steps depends on
// which they are. There are none where rows are too few to say anything.
func Unsettled(r *Run) ([]string, error) {
	const leastRows = 100
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	every, err := r.Spacing()
	if err != nil || every == 0 || len(steps) < leastRows {
		return nil, err
	}
	var out []string
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite {
			return
		}
		if d := stats.Drift(values); math.Abs(d.Mean) > StationaryWithin*d.Error || math.IsNaN(stats.Time(values)) {
			out = append(out, c.Name)
		}
	})
	return out, err
}
