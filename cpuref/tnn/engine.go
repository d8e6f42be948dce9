// Package tnn computes Thermodynamic Neural Networks in pure Go. It is written to be
// read beside docs/model.md; kernels.cl follows it line by line.
package tnn

import (
	"fmt"
	"runtime"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// engine runs all replicas of a network in one precision. It implements
// backend.Backend.
type engine[F fmath.Float] struct {
	net      *tnn.Network
	state    *state.State
	replicas []*replica[F]
	team     *parallel.Team
	visitors []visitor[F]               // one for each thread
	plan     plan                       // of a sweep
	visits   func(thread, from, to int) // visitPieces, which would take memory in each step
	stage    *stage                     // of the plan, that is being done
	sweep    sweep[F]                   // that is being made, without the parameters of a replica
	controls tnn.Controls
	driven   *tnn.Drive
	told     []tnn.Told // by external node: see drive; nil where nothing is told
	device   string
}

// visitor visits network nodes and keeps the sums of each slice. Its method visit takes
// the slices from up to to, which are of one segment. A visitor has the memory that one
// thread needs. scalar is the form to read; there may be a faster one.
type visitor[F fmath.Float] interface {
	// visit visits slices. next is the one that is visited after them, or -1.
	visit(r *replica[F], s sweep[F], from, to, next int)
	// grain is the least number of slices for which a further thread is woken. Visiting
	// them takes about ten times as long as waking the thread.
	grain() int
	// form is the name of the vector form, backend.NoForm for the one to read.
	form() string
}

// New opens a network on the processor, at step 0.
func New(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Precision == state.Double {
		return newEngine(net, o, fastest[float64])
	}
	return newEngine(net, o, fastest[float32])
}

func newEngine[F fmath.Float](net *tnn.Network, o backend.Options, visitors func(net *tnn.Network, threads int) []visitor[F]) (*engine[F], error) {
	e := &engine[F]{net: net, visitors: visitors(net, o.Threads), team: parallel.NewTeam(o.Threads), device: parallel.Processor()}
	e.driven = tnn.NewDrive(net, &e.controls)
	e.plan, e.visits = newPlan(net.Layout, o.Threads, len(o.Seeds), e.visitors[0].grain()), e.visitPieces
	for i, seed := range o.Seeds {
		e.replicas = append(e.replicas, newReplica[F](net, net.SpecOf(i), rng.Key(seed)))
	}
	e.adopt(net.Start(o.Precision, o.Seeds))
	if net.Spec.Network.Rule == tnn.Hylton2020 {
		e.initialise()
	}
	return e, nil
}

// initialise is the first visit of docs/model.md section 8.
func (e *engine[F]) initialise() {
	for _, r := range e.replicas {
		r.drive(tnn.Noise, 0, 0, 0, nil, false)
	}
	e.sweepAll(sweep[F]{}, nil)
}

// Advance implements backend.Backend.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.replicas) * e.net.StepSums()
	rows := make([]float64, n*width)
	for i := range n {
		if e.driven.IsTold() {
			if e.told == nil {
				e.told = make([]tnn.Told, len(e.net.Externals))
			}
			if err := e.driven.Row(e.told, e.state.Step+1); err != nil {
				return nil, err
			}
		}
		e.state.Step++
		e.step(e.state.Step, rows[i*width:][:width])
	}
	return rows, nil
}

// step makes step t and fills in its sums, replica after replica.
func (e *engine[F]) step(t int64, sums []float64) {
	era, index := e.net.Spec.Era(t)
	sweeps := uint32(e.net.Spec.Sweeps())
	last := uint32(t) * sweeps
	fresh := e.net.Fresh(t)
	for i, r := range e.replicas {
		if e.controls.Changes(e.net) {
			r.follow(e.controls.SpecAt(e.net, t, i))
		}
		r.drive(era.Mode, t, index, last-sweeps+1, e.told, fresh)
		for id, v := range e.controls.External() {
			r.state[e.net.Layout.Position[id]] = F(v)
		}
	}
	s := sweep[F]{k: last - sweeps + 1, predict: era.Predict}
	for ; s.k < last; s.k++ {
		e.sweepAll(s, nil)
		s.known = true
	}
	s.adapt, s.adapting, s.known = e.controls.Adapt(era), sweeps > 1, false
	e.sweepAll(s, sums)
	for i, r := range e.replicas {
		own := sums[i*e.net.StepSums():][:e.net.StepSums()]
		own[tnn.SumSolved] = r.solved()
		e.controls.AddChanged(e.net, own, t, i)
	}
}

// sweepAll visits every network node of every replica once, by the plan, and adds what
// the visits add to the sums, replica after replica; nil takes none.
func (e *engine[F]) sweepAll(s sweep[F], sums []float64) {
	e.sweep = s
	for i := range e.plan {
		e.stage = &e.plan[i]
		e.team.Share(len(e.replicas)*len(e.stage.pieces), e.stage.grain, e.visits)
	}
	if sums == nil {
		return
	}
	for _, seg := range e.net.Layout.Segments {
		for i, r := range e.replicas {
			var segment [tnn.NodeSums]F
			for q := range segment {
				segment[q] = fmath.Total(r.partial[q][seg.First:][:seg.Slices])
			}
			tnn.AddSegment(sums[i*e.net.StepSums():], seg, segment[:])
		}
	}
}

// visitPieces visits the pieces from up to to, of those of all replicas.
func (e *engine[F]) visitPieces(thread, from, to int) {
	pieces := e.stage.pieces
	for i := from; i < to; i++ {
		r, s := e.replicas[i/len(pieces)], e.sweep
		s.edge = &r.edge
		piece := pieces[i%len(pieces)]
		for j, run := range piece {
			s.node = &r.nodes[run.segment.Group]
			if r.fixed != nil {
				s.states = &r.fixed[run.segment.Group]
			}
			next := -1
			if j+1 < len(piece) {
				next = piece[j+1].from
			}
			e.visitors[thread].visit(r, s, run.from, run.to, next)
		}
	}
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
	if err := e.net.CheckState(s, state.PrecisionOf[F](), len(e.replicas)); err != nil {
		return err
	}
	own := e.net.NewState(s.Precision, s.Replicas)
	own.Step = s.Step
	for i := range own.Arrays {
		copy(state.Values[F](&own.Arrays[i]), state.Values[F](&s.Arrays[i]))
	}
	e.adopt(own)
	e.driven.Forget()
	return nil
}

// Feed implements backend.Feeder.
func (e *engine[F]) Feed(inputs []float64) error { return e.driven.Feed(inputs) }

// adopt goes on with a state that is nobody else's.
func (e *engine[F]) adopt(s *state.State) {
	e.state = s
	for i, r := range e.replicas {
		r.bind(s, i)
	}
}

// Watch implements backend.Backend.
func (e *engine[F]) Watch(names ...string) error {
	for _, r := range e.replicas {
		r.watched = watched[F]{}
		for _, name := range names {
			view, err := e.watchedField(r, name)
			if err != nil {
				return err
			}
			*view = make([]F, e.net.Layout.Positions)
		}
	}
	return nil
}

func (e *engine[F]) watchedField(r *replica[F], name string) (*[]F, error) {
	for _, f := range tnn.Fields(e.net.Spec.Network.Rule) {
		if !f.Derived || f.Name != name {
			continue
		}
		return map[string]*[]F{"entropy": &r.watched.entropy, "fluctuating": &r.watched.fluctuating,
			"dissipation": &r.watched.dissipation, "transport": &r.watched.transport}[name], nil
	}
	return nil, fmt.Errorf("%s has no derived field %q: %w", e.net.Spec.Network.Rule, name, backend.ErrUnknownField)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	if a := e.state.Array(name); a != nil {
		into = into.Reuse(a.Field, state.PrecisionOf[F](), a.Len())
		e.copy(state.Values[F](into), state.Values[F](a))
		return into, nil
	}
	for i, r := range e.replicas {
		view, err := e.watchedField(r, name)
		if err != nil {
			return nil, err
		}
		if *view == nil {
			return nil, fmt.Errorf("field %q is not watched: %w", name, backend.ErrUnknownField)
		}
		if i == 0 {
			into = into.Reuse(state.Field{Name: name, Space: state.Node, Derived: true}, state.PrecisionOf[F](), len(e.replicas)*len(*view))
		}
		e.copy(state.Values[F](into)[i*len(*view):], *view)
	}
	return into, nil
}

// copy copies on all threads, as a run stands still meanwhile.
func (e *engine[F]) copy(into, from []F) {
	const grain = 1 << 15 // values
	e.team.Share(len(from), grain, func(_, first, end int) {
		copy(into[first:end], from[first:end])
	})
}

// Control implements backend.Backend. "adapt" is 0 or 1; "external:ID" holds an
// external node at a state, NaN lets it go.
func (e *engine[F]) Control(name string, value float64) error {
	return e.controls.Set(e.net, name, value)
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	bytes := int64(len(e.net.Layout.Neighbour)) * 8
	for _, a := range e.state.Arrays {
		bytes += int64(a.Len() * state.PrecisionOf[F]().Bytes())
	}
	return backend.Description{Backend: "cpu", Device: e.device, Precision: state.PrecisionOf[F](), Strict: true, Bytes: bytes, Form: e.visitors[0].form()}
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}
