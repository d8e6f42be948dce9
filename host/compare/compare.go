// Package compare runs a network on several backends side by side and tells
// where they part and how far their observables agree.
package compare

import (
	"context"
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// Contestant is a network on a backend, at step 0.
type Contestant struct {
	Name    string
	Backend backend.Backend
}

// Result of running contestants side by side.
type Result struct {
	Pairs       []Pair
	Observables [][]Observable // by contestant and column of the model
}

// Observable is an observable over all steps, averaged over replicas.
type Observable struct {
	Mean      float64
	Deviation float64 // standard deviation, from step to step
}

// Pair is a contestant and the one that it was compared with.
type Pair struct {
	Reference, Other int // contestants
	// Strict tells that nothing may differ: same precision, and neither backend
	// is tolerant.
	Strict bool
	Parted *Parting // nil if every bit was equal
}

// Parting is where two contestants differ for the first time.
type Parting struct {
	Step             int64
	Field            string // or the sum
	Where            string // "node 12", "edge 3-7"; of a sum "replica 0"
	Reference, Other float64
	Count            int // values of the field that differ
}

// Run advances all contestants by some steps. Each is compared with the first
// one of its precision, and the first ones of other precisions with the very
// first one. Contestants must hold the same model and have the same replicas.
func Run(ctx context.Context, m model.Network, contestants []Contestant, steps int64) (*Result, error) {
	r := &runner{model: m, about: m.Describe(), contestants: contestants}
	for i := range contestants {
		r.sums = append(r.sums, nil)
		r.states = append(r.states, nil)
		r.moments = append(r.moments, make([]stats.Moments, len(r.about.Columns)))
		if i > 0 {
			r.result.Pairs = append(r.result.Pairs, r.pair(i))
		}
	}
	for step := int64(0); step <= steps; step++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if step > 0 {
			if err := r.advance(step); err != nil {
				return nil, err
			}
		}
		if err := r.compare(step); err != nil {
			return nil, err
		}
	}
	for _, columns := range r.moments {
		var of []Observable
		for _, m := range columns {
			of = append(of, observable(&m))
		}
		r.result.Observables = append(r.result.Observables, of)
	}
	return &r.result, nil
}

// runner is a comparison in progress.
type runner struct {
	model       model.Network
	about       model.Description
	contestants []Contestant
	sums        [][]float64       // of the last step, by contestant
	states      []*state.State    // after the last step, by contestant; nil if not read
	moments     [][]stats.Moments // by contestant and column
	result      Result
}

func (r *runner) pair(other int) Pair {
	d := r.contestants[other].Backend.Describe()
	p := Pair{Other: other}
	for i, c := range r.contestants[:other] {
		if e := c.Backend.Describe(); e.Precision == d.Precision {
			p.Reference, p.Strict = i, e.Strict && d.Strict
			break
		}
	}
	return p
}

// advance makes one step everywhere.
func (r *runner) advance(step int64) error {
	for i, c := range r.contestants {
		var err error
		if r.sums[i], err = c.Backend.Advance(1); err != nil {
			return fmt.Errorf("step %d on %s failed: %w", step, c.Name, err)
		}
		for q, v := range r.row(r.sums[i]) {
			r.moments[i][q].Add(v)
		}
	}
	return nil
}

// row is the columns of a step, averaged over replicas.
func (r *runner) row(sums []float64) []float64 {
	mean, one := make([]float64, len(r.about.Columns)), make([]float64, len(r.about.Columns))
	replicas := len(sums) / len(r.about.Sums)
	for k := range replicas {
		r.model.Row(one, sums[k*len(r.about.Sums):(k+1)*len(r.about.Sums)])
		for q, v := range one {
			mean[q] += v / float64(replicas)
		}
	}
	return mean
}

// compare looks at the pairs that have not parted yet.
func (r *runner) compare(step int64) error {
	clear(r.states)
	for i := range r.result.Pairs {
		p := &r.result.Pairs[i]
		if p.Parted != nil {
			continue
		}
		a, err := r.state(p.Reference)
		if err != nil {
			return err
		}
		b, err := r.state(p.Other)
		if err != nil {
			return err
		}
		d, err := state.Diff(a, b)
		if err != nil {
			return fmt.Errorf("%s and %s cannot be compared: %w", r.contestants[p.Reference].Name, r.contestants[p.Other].Name, err)
		}
		if d != nil {
			p.Parted = &Parting{Step: step, Field: d.Field, Where: sim.Place(model.GrownTo(r.model, a), a.Array(d.Field), d.Index, a.Replicas), Reference: d.A, Other: d.B, Count: d.Count}
			continue
		}
		p.Parted = r.sumsPart(step, r.sums[p.Reference], r.sums[p.Other])
	}
	return nil
}

func (r *runner) state(i int) (*state.State, error) {
	if r.states[i] == nil {
		s, err := r.contestants[i].Backend.State()
		if err != nil {
			return nil, fmt.Errorf("the state of %s cannot be read: %w", r.contestants[i].Name, err)
		}
		r.states[i] = s
	}
	return r.states[i], nil
}

// sumsPart compares what the steps returned: a sum can be wrong though every
// state is right.
func (r *runner) sumsPart(step int64, a, b []float64) *Parting {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			names := r.about.Sums
			return &Parting{Step: step, Field: "sum of " + names[i%len(names)], Where: fmt.Sprintf("replica %d", i/len(names)), Reference: a[i], Other: b[i], Count: 1}
		}
	}
	return nil
}

// observable of the values that were gathered.
func observable(m *stats.Moments) Observable {
	return Observable{Mean: m.Mean(), Deviation: m.Deviation()}
}
