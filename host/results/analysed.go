package results

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/record"
)

// Analysed is a run as statistics see it. It implements analysis.Source.
type Analysed struct {
	run   *Run
	final func(field string, replica int) ([]float64, error)
	steps *Table // nil before it was asked for
}

// Analyse prepares a run. Final gives a field of a replica after the last step.
func (r *Run) Analyse(final func(field string, replica int) ([]float64, error)) *Analysed {
	return &Analysed{run: r, final: final}
}

// Parts are the replicas that have the same settings, and what is said of them.
func (r *Run) Parts() []analysis.Part {
	sweep := r.Metadata.Sweep
	var out []analysis.Part
	at := map[float64]int{} // part by value
	for k := range r.Replicas() {
		value, text := 0.0, ""
		if sweep != nil {
			value = sweep.Values[k]
			text = fmt.Sprintf("%s=%g", sweep.Key, value)
		}
		i, found := at[value]
		if !found {
			i = len(out)
			at[value], out = i, append(out, analysis.Part{Swept: text})
		}
		out[i].Replicas = append(out[i].Replicas, k)
	}
	return out
}

func (a *Analysed) table() (*Table, error) {
	if a.steps != nil {
		return a.steps, nil
	}
	t, err := a.run.Table(record.StepsName)
	if err != nil {
		return nil, err
	}
	// A run that goes on may have written a part of a step's rows.
	whole := t.Rows() / a.run.Replicas() * a.run.Replicas()
	for c := range t.Values {
		t.Values[c] = t.Values[c][:whole]
	}
	a.steps = t
	return t, nil
}

// Steps implements analysis.Source.
func (a *Analysed) Steps() ([]int64, error) {
	values, err := a.Column("step", 0)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(values))
	for i, v := range values {
		if v != math.Trunc(v) || i > 0 && int64(v) <= out[i-1] {
			return nil, fmt.Errorf("%s: row %d is of step %v, which cannot follow the one before", a.run.Path, i+1, v)
		}
		out[i] = int64(v)
	}
	return out, nil
}

// Column implements analysis.Source.
func (a *Analysed) Column(name string, replica int) ([]float64, error) {
	t, err := a.table()
	if err != nil {
		return nil, err
	}
	all, replicas := t.Column(name), a.run.Replicas()
	if all == nil {
		return nil, analysis.Missing("%s has no column %s", record.StepsName, name)
	}
	out := make([]float64, 0, len(all)/replicas)
	for i := replica; i < len(all); i += replicas {
		out = append(out, all[i])
	}
	return out, nil
}

// Recording implements analysis.Source.
func (a *Analysed) Recording(field string) (*analysis.Recording, error) {
	if !slices.Contains(a.run.Recorded(), field) {
		return nil, analysis.Missing("record %s (--record %s)", field, field)
	}
	r, err := a.run.Recording(field)
	if err != nil {
		return nil, err
	}
	return &analysis.Recording{First: r.Step(0), Every: r.Every, Len: r.Len(), Numbers: r.Numbers, Read: r.Read, Close: r.Close}, nil
}

// Final implements analysis.Source.
func (a *Analysed) Final(field string, replica int) ([]float64, error) {
	return a.final(field, replica)
}

// End implements analysis.Source.
func (a *Analysed) End() int64 { return a.run.Metadata.Steps }

var _ analysis.Source = (*Analysed)(nil)
