// Package perceptron computes perceptrons in pure Go: the reference for the kernels
// of kernels.cl. It is written to be read beside docs/perceptron.md.
package perceptron

import (
	"runtime"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// New opens a network on the processor, at step 0.
func New(net *perceptron.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Precision == state.Double {
		return newEngine(net, o, newScalar[float64]), nil
	}
	return newEngine(net, o, fastest), nil
}

// engine runs all replicas in one precision. It implements backend.Backend.
type engine[F fmath.Float] struct {
	backend.Fields
	net          *perceptron.Network
	seeds        []uint64
	state        *state.State
	students     []*student[F]     // by replica
	realisations []*realisation[F] // students that share their draws
	team         *parallel.Team
	scratch      []scratch[F] // by thread
	given        *given[F]    // draws of the next step, nil where they are made here

	// The parts of a step, as functions that threads share.
	learning, measuring phase
}

// phase is a part of a step: work on all examples, then on all components, then on all
// students.
type phase struct{ examples, components, students func(thread, from, to int) }

// newEngine makes the network at step 0.
func newEngine[F fmath.Float](net *perceptron.Network, o backend.Options, forms func(sizes) form[F]) *engine[F] {
	e := &engine[F]{Fields: backend.NewFields(net), net: net, seeds: o.Seeds, team: parallel.NewTeam(o.Threads), students: make([]*student[F], len(o.Seeds))}
	most := 0 // students of a realisation
	replicas, order := byKey(o.Seeds)
	for _, key := range order {
		r := newRealisation(net, rng.Key(key), replicas[key], forms)
		for _, s := range r.students {
			e.students[s.replica] = s
		}
		e.realisations, most = append(e.realisations, r), max(most, len(r.students))
	}
	for range o.Threads {
		e.scratch = append(e.scratch, newScratch[F](sizesOf(&net.Spec.Perceptron, most)))
	}
	e.learning = phase{e.meet, e.learn, e.record}
	e.measuring = phase{e.meetAgain, e.measure, e.addHeat}
	e.adopt(net.Start(o.Precision, o.Seeds))
	return e
}

// byKey gathers the replicas that have a key, and lists the keys.
func byKey(keys []uint64) (replicas map[uint64][]int, order []uint64) {
	replicas = make(map[uint64][]int)
	for r, key := range keys {
		if replicas[key] == nil {
			order = append(order, key)
		}
		replicas[key] = append(replicas[key], r)
	}
	return replicas, order
}

// adopt makes a state, which nobody else holds, that of the engine.
func (e *engine[F]) adopt(s *state.State) {
	e.state = s
	for _, student := range e.students {
		student.bind(e.net, s)
	}
	for _, r := range e.realisations {
		r.refresh()
	}
}

// Advance implements backend.Backend. Sums of steps without a row are 0.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.students) * perceptron.Sums
	rows := make([]float64, n*width)
	for i := range n {
		e.state.Step++
		t := e.state.Step
		e.make(t)
		e.given = nil
		if e.net.NextRow(t-1) != t {
			continue
		}
		e.team.Share(len(e.students), 1, e.learning.students)
		for s, student := range e.students {
			copy(rows[i*width+s*perceptron.Sums:], student.sums[:])
		}
	}
	return rows, nil
}

// make makes step t of all replicas (docs/perceptron.md section 2).
func (e *engine[F]) make(t int64) {
	for _, s := range e.students {
		s.begin(t)
	}
	e.work(&e.learning)
	if t%int64(e.net.Spec.Perceptron.HeatEvery) == 0 {
		e.work(&e.measuring)
		e.team.Share(len(e.students), 1, e.measuring.students)
	}
}

// work divides the examples among all threads, and then the components.
func (e *engine[F]) work(p *phase) {
	table := &e.net.Spec.Perceptron
	blocks := e.net.Positions() / perceptron.Block
	e.team.Share(len(e.realisations)*table.B, 1+leastSigns/table.N, p.examples)
	for _, r := range e.realisations {
		r.form.share(r.gained)
	}
	e.team.Share(len(e.realisations)*blocks, 1+leastSigns/(perceptron.Block*(table.B+16)), p.components)
}

// leastSigns is the number of signs below which one thread more is not worth waking.
const leastSigns = 1 << 16

// meet draws examples, and lets teachers and students answer them. Examples are numbered
// through all realisations.
func (e *engine[F]) meet(thread, from, to int) {
	each(from, to, e.net.Spec.Perceptron.B, func(i, b, end int) {
		r := e.realisations[i]
		r.draw(e.given, b, end, uint32(e.state.Step))
		r.meet(&e.scratch[thread], b, end)
	})
}

// meetAgain lets the students answer the examples of the step once more, after it.
func (e *engine[F]) meetAgain(thread, from, to int) {
	each(from, to, e.net.Spec.Perceptron.B, func(i, b, end int) { e.realisations[i].meetAgain(&e.scratch[thread], b, end) })
}

// learn moves the weights of blocks of components.
func (e *engine[F]) learn(thread, from, to int) {
	each(from, to, e.net.Positions()/perceptron.Block, func(i, block, end int) {
		for ; block < end; block++ {
			e.realisations[i].learn(&e.scratch[thread], e.given, block, uint32(e.state.Step))
		}
	})
}

// measure computes the heat of the components of blocks.
func (e *engine[F]) measure(thread, from, to int) {
	each(from, to, e.net.Positions()/perceptron.Block, func(i, block, end int) {
		for ; block < end; block++ {
			e.realisations[i].measure(&e.scratch[thread], block)
		}
	})
}

// each divides the items from up to to at multiples of size, and visits the parts: i is
// the number of the multiple, first and end are counted from it.
func each(from, to, size int, visit func(i, first, end int)) {
	for from < to {
		i, first := from/size, from%size
		end := min(size, first+to-from)
		visit(i, first, end)
		from += end - first
	}
}

// record computes the sums of students, and ends those that have diverged.
func (e *engine[F]) record(_, from, to int) {
	for _, s := range e.students[from:to] {
		s.record(e.net, e.state.Step)
	}
}

// addHeat adds the heat of the components of students.
func (e *engine[F]) addHeat(_, from, to int) {
	for _, s := range e.students[from:to] {
		s.addHeat(e.net, e.state.Step)
	}
}
