package sim

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// epoch adds up the sums of its steps.
type epoch struct {
	model    model.Network
	columns  int
	replicas int
	points   [][]int
	recorded model.Recorded // nil where every step has a row
	length   int64          // steps
	sums     []float64      // replicas x sums
}

func newEpoch(m model.Network, plan *Plan) *epoch {
	d := m.Describe()
	recorded, _ := m.(model.Recorded)
	return &epoch{
		recorded: recorded, model: m, columns: len(d.Columns), replicas: plan.Replicas, points: plan.points(), length: plan.Epoch,
		sums: make([]float64, plan.Replicas*len(d.Sums)),
	}
}

// add takes the sums of one step, or nil where it has no row, and returns the epoch
// if that step completes it and the epoch has a row.
func (e *epoch) add(step int64, sums []float64) *Epoch {
	for i, v := range sums {
		e.sums[i] += v
	}
	if step%e.length != 0 {
		return nil
	}
	done := e.upTo(step)
	clear(e.sums)
	return done
}

// upTo is the epoch so far, with step as its last; nil where it has no row.
func (e *epoch) upTo(step int64) *Epoch {
	index := (step + e.length - 1) / e.length
	out := &Epoch{Index: index, First: (index-1)*e.length + 1, Last: step}
	rows := countRows(e.recorded, out.First-1, out.Last)
	if rows == 0 {
		return nil
	}
	steps := float64(rows)
	perReplica := len(e.sums) / e.replicas
	mean := make([]float64, perReplica)
	for r := range e.replicas {
		for i := range mean {
			mean[i] = e.sums[r*perReplica+i] / steps
		}
		row := make([]float64, e.columns)
		e.model.Row(row, mean)
		out.Replicas = append(out.Replicas, row)
	}
	for _, replicas := range e.points {
		var rows [][]float64
		for _, r := range replicas {
			rows = append(rows, out.Replicas[r])
		}
		p := Point{Replicas: replicas}
		p.Mean, p.Error = meanAndError(rows)
		out.Points = append(out.Points, p)
	}
	return out
}

// meanAndError over replicas, by column. One replica has no error.
func meanAndError(rows [][]float64) (mean, stderr []float64) {
	columns := len(rows[0])
	mean, stderr = make([]float64, columns), make([]float64, columns)
	values := make([]float64, len(rows))
	for c := range columns {
		for i, row := range rows {
			values[i] = row[c]
		}
		e := stats.Mean(values)
		mean[c], stderr[c] = e.Mean, e.Error
	}
	if len(rows) == 1 {
		return mean, nil
	}
	return mean, stderr
}
