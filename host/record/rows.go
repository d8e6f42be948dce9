package record

import (
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// errorSuffix marks the column of a standard error.
const errorSuffix = "_error"

func names(columns []Column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Name)
	}
	return out
}

// startRow writes the cells of numberColumns.
func (r *Recorder) startRow(t *table, step int64, replica int) {
	t.integer(step)
	r.replicaCells(t, replica)
}

func (r *Recorder) replicaCells(t *table, replica int) {
	if r.replicas > 1 {
		t.integer(int64(replica))
	}
	sweptCell(r.options.Sweep, t, replica)
}

func (r *Recorder) writeRows(rows *sim.Rows) error {
	for i := range rows.Steps() {
		if !r.options.hasRow(rows.Step(i)) {
			continue
		}
		for k := range rows.Replicas {
			r.startRow(r.steps, rows.Step(i), k)
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
	for _, p := range e.Points {
		number(r.epochs)
		sweptCell(r.options.Sweep, r.epochs, p.Replicas[0])
		for i, v := range p.Mean {
			r.epochs.number(v)
			switch {
			case p.Error != nil:
				r.epochs.number(p.Error[i])
			case r.hasErrors():
				r.epochs.text("") // of a single replica, beside points that have more
			}
		}
		if err := r.epochs.end(); err != nil {
			return err
		}
	}
	if r.replicas == 1 {
		return nil
	}
	for k, row := range e.Replicas {
		number(r.replicaEpochs)
		r.replicaCells(r.replicaEpochs, k)
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
	known := make(map[string]*state.Array) // a matrix is made once
	for i, p := range r.probes {
		name := p.source.field.Name
		if known[name] == nil {
			a, err := p.source.of(shot, r.replicas)
			if err != nil {
				return err
			}
			known[name] = a
		}
		arrays[i] = known[name]
	}
	for k := range r.replicas {
		r.startRow(r.probeRows, shot.Step, k)
		for i, p := range r.probes {
			a := arrays[i]
			r.probeRows.value(a, a.First(k, r.replicas)+p.index)
		}
		if err := r.probeRows.end(); err != nil {
			return err
		}
	}
	return nil
}
