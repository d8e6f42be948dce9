// Package signals computes populations that find a code in pure Go: the reference for
// the kernels of kernels.cl. It is written to be read beside docs/signals.md.
package signals

import (
	"runtime"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// New opens a network on the processor, at step 0.
func New(net *signals.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Precision == state.Double {
		return newEngine[float64](net, o), nil
	}
	return newEngine[float32](net, o), nil
}

// player is a population that makes its plays, or updates, in its part of a state.
type player interface {
	bind(s *state.State)
	advance(t uint32)
}

// engine runs all populations in one precision. It implements backend.Backend.
type engine[F fmath.Float] struct {
	net     *signals.Network
	keys    []uint64
	state   *state.State
	players []player // by replica
	team    *parallel.Team
	backend.Fields
}

func newEngine[F fmath.Float](net *signals.Network, o backend.Options) *engine[F] {
	e := &engine[F]{net: net, keys: o.Seeds, team: parallel.NewTeam(o.Threads), Fields: backend.NewFields(net)}
	for r, key := range o.Seeds {
		if net.Spec.Signals.Game == signals.LewisGame {
			e.players = append(e.players, newUrns(net, r, key))
		} else {
			e.players = append(e.players, newAgents[F](net, r, key))
		}
	}
	e.adopt(net.Start(o.Precision, o.Seeds))
	return e
}

// adopt goes on with a state that is nobody else's.
func (e *engine[F]) adopt(s *state.State) {
	e.state = s
	for _, p := range e.players {
		p.bind(s)
	}
}

// Skip implements backend.Skipper.
func (e *engine[F]) Skip(n int) error {
	first := e.state.Step + 1
	e.team.Share(len(e.players), 1, func(_, from, to int) {
		for _, p := range e.players[from:to] {
			for k := range n {
				p.advance(uint32(first + int64(k)))
			}
		}
	})
	e.state.Step += int64(n)
	return nil
}

// Advance implements backend.Backend. Sums of steps without a row are 0.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.players) * len(e.net.Describe().Sums)
	return backend.AdvanceByRows(e, e.net, e.state.Step, n, width, e.sums)
}

// sums fills in the sums of all populations after the last step.
func (e *engine[F]) sums(row []float64) error {
	each := len(row) / len(e.players)
	e.team.Share(len(e.players), 1, func(_, from, to int) {
		for r := from; r < to; r++ {
			e.net.Measure(row[r*each:][:each], e.state, r, e.keys[r])
		}
	})
	return nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) { return e.state.Clone(), nil }

// Held implements backend.Holder.
func (e *engine[F]) Held() *state.State {
	held := *e.state
	return &held
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.state.Precision, len(e.players)); err != nil {
		return err
	}
	e.adopt(model.CopyState(e.net, s))
	return nil
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if !f.Derived {
		return e.state.Array(name).CopyTo(into), nil
	}
	return e.net.Derive(f, e.state, e.keys, into), nil
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	host, _ := e.net.Spec.Need(e.state.Precision, len(e.players))
	return backend.Description{Backend: "cpu", Device: parallel.Processor(), Precision: e.state.Precision, Strict: true, Bytes: host}
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}
