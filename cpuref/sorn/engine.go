// Package sorn computes self-organising recurrent networks in pure Go: the reference for
// the kernels of kernels.cl. It is written to be read beside docs/sorn.md.
package sorn

import (
	"runtime"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// New opens a network on the processor, at step 0.
func New(net *sorn.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Precision == state.Double {
		return newEngine[float64](net, o)
	}
	return newEngine[float32](net, o)
}

// engine runs all replicas in one precision. It implements backend.Backend.
type engine[F fmath.Float] struct {
	backend.Fields
	net      *sorn.Network // with the room that the state has
	opened   *sorn.Network
	state    *state.State
	replicas []*replica[F]
	team     *parallel.Team
	given    *sorn.Given // draws of the next step, nil where they are made here
	fed      []float64   // inputs of the next steps
	controls sorn.Controls

	// Work that threads share where they are more than the replicas.
	batch func(thread, from, to int)
	steps int
	rows  []float64
}

func newEngine[F fmath.Float](net *sorn.Network, o backend.Options) (backend.Backend, error) {
	s, err := net.Start(o.Precision, o.Seeds)
	if err != nil {
		return nil, err
	}
	e := &engine[F]{Fields: backend.NewFields(net), opened: net, team: parallel.NewTeam(o.Threads)}
	for i, key := range o.Seeds {
		r := newReplica[F](net, i, rng.Key(key), e.share())
		r.controls = &e.controls
		e.replicas = append(e.replicas, r)
	}
	if len(e.replicas) >= e.team.Threads() {
		for _, r := range e.replicas {
			r.share = alone
		}
	}
	e.batch = e.advance
	e.adopt(s)
	return e, nil
}

// alone has the calling thread do all work.
func alone(size, _ int, do func(thread, from, to int)) { do(0, 0, size) }

// share has threads share the work of one replica.
func (e *engine[F]) share() sharing { return sharing(e.team.Share) }

// adopt goes on with a state that is nobody else's.
func (e *engine[F]) adopt(s *state.State) {
	e.state, e.net = s, e.opened.With(s)
	for i, r := range e.replicas {
		r.bind(s, i, e.team.Threads())
	}
}

// Feed implements backend.Feeder.
func (e *engine[F]) Feed(inputs []float64) (err error) {
	e.fed, err = e.net.Fed(e.fed, inputs)
	return err
}

// Advance implements backend.Backend.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	if err := e.net.CheckFed(e.fed, n); err != nil && e.given == nil {
		return nil, err
	}
	e.steps, e.rows = n, make([]float64, n*len(e.replicas)*sorn.Sums)
	if len(e.replicas) >= e.team.Threads() {
		e.team.Share(len(e.replicas), 1, e.batch)
	} else {
		e.advance(0, 0, len(e.replicas))
	}
	rows := e.rows
	e.rows, e.given = nil, nil
	e.gather()
	e.state.Step += int64(n)
	e.fed = e.fed[min(len(e.fed), n*e.net.FedChannels()):]
	return rows, nil
}

// advance makes the steps of some replicas.
func (e *engine[F]) advance(_, from, to int) {
	width := len(e.replicas) * sorn.Sums
	for i := from; i < to; i++ {
		for k := range e.steps {
			e.replicas[i].step(e.state.Step+int64(k)+1, e.given, e.net.FedAt(e.fed, k), e.rows[k*width+i*sorn.Sums:][:sorn.Sums])
		}
	}
}

// gather gives the state and all replicas as much room as the one has that has most.
func (e *engine[F]) gather() {
	room := e.net.RoomEE
	for _, r := range e.replicas {
		room = max(room, r.ee.room)
	}
	if room == e.net.RoomEE {
		return
	}
	e.net = e.net.WithRoom(room, 0, 0)
	for _, name := range []string{sorn.FromEE, sorn.WeightEE} {
		a := e.state.Array(name)
		*a = state.NewArray(a.Field, e.state.Precision, len(e.replicas)*e.net.Length(sorn.SynapseEE))
	}
	for i, r := range e.replicas {
		r.ee.place(e.state, sorn.FromEE, sorn.WeightEE, i)
	}
}

// Give implements backend.Given: sorn.Network.GivenOf has the draws.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) (err error) {
	e.given, err = e.net.GivenOf(draws)
	return err
}

// Control implements backend.Backend, with the controls of sorn.Controls.
func (e *engine[F]) Control(name string, value float64) error {
	rest, err := e.controls.Set(name, value)
	if err != nil {
		return err
	}
	if rest {
		e.net.Rest(e.state)
	}
	for _, r := range e.replicas {
		r.regime = sorn.Regime{}
		if rest {
			r.adopt()
		}
	}
	return nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	return e.state.Clone(), nil
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, state.PrecisionOf[F](), len(e.replicas)); err != nil {
		return err
	}
	e.fed = nil
	e.adopt(e.opened.With(s).Copy(s))
	return nil
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if a := e.state.Array(name); a != nil {
		return a.CopyTo(into), nil
	}
	into = into.Reuse(f, state.PrecisionOf[F](), len(e.replicas)*e.net.Spec.Sorn.NE)
	for i, r := range e.replicas {
		copy(into.Bits[i*r.n:], r.r)
	}
	return into, nil
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	host, _ := e.net.Spec.Need(state.PrecisionOf[F](), len(e.replicas))
	return backend.Description{Backend: "cpu", Device: parallel.Processor(), Precision: state.PrecisionOf[F](), Strict: true, Bytes: host}
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}
