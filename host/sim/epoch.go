package sim

import (
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Span is the steps of an epoch.
type Span struct {
	Index       int64 // from 1
	First, Last int64
}

// Epochs that grow are shortEpoch steps long up to step firstGrowth, and from there on
// ten times as long as before each power of ten.
const (
	shortEpoch  = 10
	firstGrowth = 1000
)

// EpochOf is the epoch that has a step, counted from 1. Epochs are length steps long, or
// where that is 0 grow with the step: 10 steps long up to step 1,000, 100 up to 10,000,
// and so on, so that a long run has few; from step 101 on each is at most a tenth of the
// steps before it.
func EpochOf(step, length int64) Span {
	before, start := int64(0), int64(0) // epochs and steps before those of this length
	if length == 0 {
		length = shortEpoch
		for end := int64(firstGrowth); step > end; end *= 10 {
			before += (end - start) / length
			start, length = end, 10*length
		}
	}
	index := (step - start + length - 1) / length
	first := start + (index-1)*length
	return Span{Index: before + index, First: first + 1, Last: first + length}
}

// epoch adds up the sums of its steps.
type epoch struct {
	model    model.Network
	columns  int
	replicas int
	points   [][]int
	recorded model.Recorded // nil where every step has a row
	length   int64          // as of Plan.Epoch
	sums     []float64      // replicas x sums
	extra    []float64      // those of a row that only the end of the run has, or nil
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
// if that step completes it and the epoch has a row. The extra row stays apart.
func (e *epoch) add(step int64, sums []float64) *Epoch {
	if e.extra == nil {
		for i, v := range sums {
			e.sums[i] += v
		}
	}
	if step != EpochOf(step, e.length).Last {
		return nil
	}
	done := e.mean(step, e.sums, 0)
	clear(e.sums)
	return done
}

// cutShort is the epoch that the end of the run cuts short, with the extra row if there is
// one; nil where it has no row.
func (e *epoch) cutShort(step int64) *Epoch {
	if step == EpochOf(step, e.length).Last {
		return nil // it is complete
	}
	sums, rows := slices.Clone(e.sums), 0
	for i, v := range e.extra {
		sums[i] += v
		rows = 1
	}
	return e.mean(step, sums, rows)
}

// mean is the epoch with step as its last, from the sums of its rows, of which some are
// extra; nil where it has no row.
func (e *epoch) mean(step int64, sums []float64, extra int) *Epoch {
	span := EpochOf(step, e.length)
	out := &Epoch{Index: span.Index, First: span.First, Last: step}
	rows := countRows(e.recorded, out.First-1, out.Last) + extra
	if rows == 0 {
		return nil
	}
	steps := float64(rows)
	perReplica := len(sums) / e.replicas
	mean := make([]float64, perReplica)
	for r := range e.replicas {
		for i := range mean {
			mean[i] = sums[r*perReplica+i] / steps
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
