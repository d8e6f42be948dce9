package analysis

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Unsettled tells of the last steps with even rows of a part of a run.
type Unsettled struct {
	First, Last int64
	// Moving are the quantities that are not stationary in these steps, and Slow those that
	// vary too slowly for them to tell: a mean depends on which steps it is of.
	Moving, Slow []string
	Rows         int  // how many these are
	Known        bool // they are enough to say anything
}

// LeastRows is how many rows it takes to tell whether a quantity is stationary, of fewer than
// ten replicas.
const LeastRows = 100

// Settling looks for quantities that are not stationary. Rows that are not evenly spaced,
// before the last ones that are, are left out, as series does.
func Settling(r *Run) (*Unsettled, error) {
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	from, to, _ := evenEnd(steps)
	out := &Unsettled{First: steps[from], Last: steps[to-1], Rows: to - from, Known: enough(to-from, len(r.Replicas))}
	if !out.Known {
		return out, nil
	}
	err = r.columns(func(c model.Column, values [][]float64, isFinite bool) {
		if !isFinite || c.Set {
			return
		}
		switch _, v := judge(evenRows(values, from, to)); v {
		case moving:
			out.Moving = append(out.Moving, c.Name)
		case slow:
			out.Slow = append(out.Slow, c.Name)
		}
	})
	return out, err
}

// verdict is whether a quantity is stationary.
type verdict int

const (
	stationary verdict = iota
	moving
	slow // too slow to tell
	few  // too few rows to tell
)

// enough tells whether rows are enough to find out whether a quantity is stationary. The
// replicas are independent from the first row on; the rows of one are not.
func enough(rows, replicas int) bool {
	return rows >= LeastRows || rows >= 2 && replicas >= stats.LeastReplicas
}

// TooFew says that rows are too few to tell what is stationary. Where, such as " in steps 1
// to 60", may be empty.
func TooFew(where string, rows, replicas int) string {
	is, takes := "are", fmt.Sprintf("%d, or two and %d replicas", LeastRows, stats.LeastReplicas)
	if rows == 1 {
		is = "is"
	}
	if replicas >= stats.LeastReplicas {
		takes = fmt.Sprintf("two with %d replicas", replicas)
	}
	return fmt.Sprintf("too few rows to tell what is stationary%s: %d %s evenly spaced, and it takes %s", where, rows, is, takes)
}

// judge tells whether evenly spaced rows of some replicas are stationary, and how far the
// mean of their second half is from that of the first.
func judge(even [][]float64) (stats.Estimate, verdict) {
	if !enough(len(even[0]), len(even)) {
		return stats.Estimate{Mean: math.NaN(), Error: math.NaN()}, few
	}
	even = blocked(even)
	switch d := stats.Drift(even); {
	case math.Abs(d.Mean) > stationaryWithin(len(even))*d.Error:
		return d, moving
	case len(even) < stats.LeastReplicas && math.IsNaN(stats.Time(even)):
		return d, slow
	default:
		return d, stationary
	}
}

// mostBlocks is how many blocks a long series is made of before it is judged, so that
// its correlations are worked out in a short time.
const mostBlocks = 1024

// blocked are the means of blocks of rows that follow each other, of all rows but, where they
// do not fill a block, the first few. Halves of the blocks have the means of halves of the
// rows, and blocks are correlated as rows are that are much further apart.
func blocked(series [][]float64) [][]float64 {
	length := (len(series[0]) + mostBlocks - 1) / mostBlocks
	if length <= 1 {
		return series
	}
	out := make([][]float64, len(series))
	for k, values := range series {
		for block := range slices.Chunk(values[len(values)%length:], length) {
			out[k] = append(out[k], stats.Mean(block).Mean)
		}
	}
	return out
}

// StationaryWithin is the number of standard errors up to which the halves of a series may
// differ that is called stationary: one in 2,000 exceeds it by chance.
const StationaryWithin = 3.5

// stationaryWithin is that of some replicas. An error that is found from few of them is itself
// not well known, and as rare by Student's distribution is what is further out (Abramowitz and
// Stegun, 26.7.5).
func stationaryWithin(replicas int) float64 {
	const z = StationaryWithin
	if replicas < stats.LeastReplicas {
		return z
	}
	n := float64(replicas - 1)
	return z + (z*z*z+z)/(4*n) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*n*n) + (3*math.Pow(z, 7)+19*math.Pow(z, 5)+17*z*z*z-15*z)/(384*n*n*n)
}

// evenRows are those from one to before another, by replica.
func evenRows(values [][]float64, from, to int) [][]float64 {
	even := make([][]float64, len(values))
	for k := range values {
		even[k] = values[k][from:to]
	}
	return even
}
