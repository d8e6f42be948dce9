// Package codes has populations of transmitters and receivers learn: the reference, in
// pure Go.
package codes

import (
	"runtime"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/state"
)

// engine has all replicas of a network learn in one precision. It implements
// backend.Backend.
type engine[F fmath.Float] struct {
	backend.Fields
	net         *codes.Codes
	precision   state.Precision
	state       *state.State
	populations []*population[F]
	scratch     []*scratch[F] // by thread
	team        *parallel.Team
}

// New opens a network on the processor, at step 0.
func New(net *codes.Codes, o backend.Options) (backend.Backend, error) {
	if o.Precision == state.Double {
		return newEngine(net, o, newScalar[float64]), nil
	}
	return newEngine(net, o, fastest), nil
}

func newEngine[F fmath.Float](net *codes.Codes, o backend.Options, newForm func(t *codes.Table) form[F]) *engine[F] {
	threads := o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	e := &engine[F]{Fields: backend.NewFields(net), net: net, precision: o.Precision, state: net.Start(o.Precision, o.Seeds), team: parallel.NewTeam(threads)}
	for r, key := range o.Seeds {
		e.populations = append(e.populations, newPopulation[F](net.Of(r), e.state, r, key))
	}
	for range threads {
		e.scratch = append(e.scratch, newScratch(&net.Spec.Codes, newForm(&net.Spec.Codes)))
	}
	return e
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	host, _ := e.net.Spec.Need(e.precision, len(e.populations))
	return backend.Description{Backend: "cpu", Device: parallel.Processor(), Precision: e.precision, Strict: true, Bytes: host}
}

// Advance implements backend.Backend. Sums of updates without a row are 0.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.populations) * codes.Sums
	rows := make([]float64, n*width)
	before := e.state.Step
	e.team.Share(len(e.populations), 1, func(thread, from, to int) {
		for r := from; r < to; r++ {
			p := e.populations[r]
			for k := range n {
				t := before + int64(k) + 1
				p.update(t, e.scratch[thread])
				if e.net.NextRow(t-1) == t {
					codes.FillSums(p.table, rows[k*width+r*codes.Sums:][:codes.Sums], p.e, p.loss[0], t)
				}
			}
		}
	})
	e.state.Step += int64(n)
	return rows, nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	e.net.FillSymbols(e.state)
	return e.state.Clone(), nil
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.precision, len(e.populations)); err != nil {
		return err
	}
	e.state.Step = s.Step
	for i := range s.Arrays {
		s.Arrays[i].CopyTo(&e.state.Arrays[i])
	}
	e.net.FillSymbols(e.state)
	return nil
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	if _, err := e.Find(name); err != nil {
		return nil, err
	}
	e.net.FillSymbols(e.state)
	return e.state.Array(name).CopyTo(into), nil
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}
