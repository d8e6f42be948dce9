package record

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// errorSuffix marks the column of a standard error.
const errorSuffix = "_error"

// quantities are the names of the columns that the model has.
func (r *Recorder) quantities() []string {
	var names []string
	for _, c := range r.about.Columns {
		names = append(names, c.Name)
	}
	return names
}

// numbered are the columns that number the rows of steps.
func (r *Recorder) numbered() []string {
	if r.replicas == 1 {
		return []string{"step"}
	}
	return []string{"step", "replica"}
}

func (r *Recorder) stepColumns() []string { return append(r.numbered(), r.quantities()...) }

func (r *Recorder) epochColumns() []string {
	columns := []string{"epoch", "first", "last"}
	for _, name := range r.quantities() {
		columns = append(columns, name)
		if r.replicas > 1 {
			columns = append(columns, name+errorSuffix)
		}
	}
	return columns
}

func (r *Recorder) probeColumns() []string {
	columns := r.numbered()
	for _, p := range r.probes {
		columns = append(columns, p.column)
	}
	return columns
}

// startRow writes the cells of the numbered columns.
func (r *Recorder) startRow(t *table, step int64, replica int) {
	t.integer(step)
	if r.replicas > 1 {
		t.integer(int64(replica))
	}
}

func (r *Recorder) writeRows(rows *sim.Rows) error {
	for i := range rows.Steps() {
		for k := range rows.Replicas {
			r.startRow(r.steps, rows.First+int64(i), k)
			for _, v := range rows.Row(i, k) {
				r.steps.number(v)
			}
			if err := r.steps.end(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Recorder) writeEpoch(e *sim.Epoch) error {
	number := func(t *table) {
		t.integer(e.Index)
		t.integer(e.First)
		t.integer(e.Last)
	}
	number(r.epochs)
	for i, v := range e.Mean {
		r.epochs.number(v)
		if e.Error != nil {
			r.epochs.number(e.Error[i])
		}
	}
	if err := r.epochs.end(); err != nil || r.replicas == 1 {
		return err
	}
	for k, row := range e.Replicas {
		number(r.replicaEpochs)
		r.replicaEpochs.integer(int64(k))
		for _, v := range row {
			r.replicaEpochs.number(v)
		}
		if err := r.replicaEpochs.end(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorder) writeProbes(shot *sim.Snapshot) error {
	arrays := make([]*state.Array, len(r.probes))
	for i, p := range r.probes {
		var err error
		if arrays[i], err = p.source.of(shot, r.replicas); err != nil {
			return err
		}
	}
	for k := range r.replicas {
		r.startRow(r.probeRows, shot.Step, k)
		for i, p := range r.probes {
			a := arrays[i]
			r.probeRows.value(a, k*(a.Len()/r.replicas)+p.index)
		}
		if err := r.probeRows.end(); err != nil {
			return err
		}
	}
	return nil
}

// writeHistograms counts the values of every distribution, of all replicas
// together. Bins without a value are left out.
func (r *Recorder) writeHistograms(when string, field func(string) *state.Array) error {
	for _, d := range r.about.Distributions {
		a := field(d.From)
		if a == nil {
			return fmt.Errorf("field %s was not captured, but the histogram %s needs it", d.From, d.Name)
		}
		counts := make(map[float64]int64) // by number of the bin
		for _, v := range d.Values(a, r.replicas) {
			counts[math.Floor(v/d.Width)+0]++ // -0 + 0 is 0
		}
		var bins []float64
		for bin := range counts {
			bins = append(bins, bin)
		}
		slices.Sort(bins)
		for _, bin := range bins {
			r.histograms.text(d.Name)
			r.histograms.text(when)
			r.histograms.number(float64(bin * d.Width))
			r.histograms.number(float64((bin + 1) * d.Width))
			r.histograms.integer(counts[bin])
			if err := r.histograms.end(); err != nil {
				return err
			}
		}
	}
	return nil
}
