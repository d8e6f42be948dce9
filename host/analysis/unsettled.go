package analysis

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Unsettled tells of the last steps with even rows of a part of a run.
type Unsettled struct {
	First, Last int64
	// Names are the quantities that are not stationary in these steps, or that vary too
	// slowly for them to tell: a mean depends on which steps it is of.
	Names []string
	Rows  int  // how many these are
	Known bool // they are enough to say anything
}

// LeastRows is how many rows it takes to tell whether a quantity is stationary.
const LeastRows = 100

// Settling looks for quantities that are not stationary. Rows that are not evenly spaced,
// before the last ones that are, are left out, as series does.
func Settling(r *Run) (*Unsettled, error) {
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	from, to, _ := evenEnd(steps)
	out := &Unsettled{First: steps[from], Last: steps[to-1], Rows: to - from, Known: to-from >= LeastRows}
	if !out.Known {
		return out, nil
	}
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite {
			return
		}
		even := evenRows(values, from, to)
		if d := stats.Drift(even); math.Abs(d.Mean) > StationaryWithin*d.Error || math.IsNaN(stats.Time(even)) {
			out.Names = append(out.Names, c.Name)
		}
	})
	return out, err
}

// evenRows are those from one to before another, by replica.
func evenRows(values [][]float64, from, to int) [][]float64 {
	even := make([][]float64, len(values))
	for k := range values {
		even[k] = values[k][from:to]
	}
	return even
}
