package cpuref

import (
	"fmt"
	"runtime"
	"sync/atomic"

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
	visitors []visitor[F] // one for each thread
	grain    int          // slices below which one thread more is not worth waking
	helpers  int          // threads that wait for work, beside the one that makes steps
	wake     chan struct{}
	visited  chan struct{}                    // once for each that was woken
	work     work[F]                          // that threads share
	visits   func(v visitor[F], from, to int) // visitPart, which would take memory in each step
	segment  *tnn.Segment                     // that is being visited
	sweep    sweep[F]                         // that is being made, without the parameters of a replica
	controls tnn.Controls
	device   string
}

// visitor visits the network nodes of slices from up to to of a segment, whose
// first slice is first, and keeps the sums of each slice. It has the memory that
// one thread needs for that. scalar is the form to read; there may be a faster one.
type visitor[F fmath.Float] interface {
	visit(r *replica[F], s sweep[F], first, from, to int)
	// grain is the number of slices that take about as long as ten times what it
	// takes to wake a thread.
	grain() int
}

// replica is one copy of the network: views into the state's arrays, in the
// order of the layout.
type replica[F fmath.Float] struct {
	net   *tnn.Network
	key   [2]uint32
	nodes []tnn.NodeParameters[F] // by group
	fixed []ladder[F]             // by group, hylton2019
	edge  plasticity[F]

	id, neighbour []int32
	weightOf      []uint32
	active        []uint32

	state, energy                        []F
	dissipation, transport               []F // hylton2020
	qualityNumerator, qualityDenominator []F // hylton2020
	adapted, offered                     []F // hylton2019
	charge0, memory0, potential0         []F
	charge1, memory1, potential1         []F
	weight                               []F
	watched                              watched[F]
	partial                              [tnn.NodeSums][]F // by slice of a segment
}

// watched holds the derived fields that are asked for; the others are nil.
type watched[F fmath.Float] struct {
	entropy, fluctuating, dissipation, transport []F
}

// sweep is what is the same for all visits of a replica's segment in one sweep.
type sweep[F fmath.Float] struct {
	k        uint32
	adapt    bool // weights may change
	adapting bool // the adapting sweep of hylton2019
	predict  bool
	node     *tnn.NodeParameters[F]
	states   *ladder[F] // hylton2019
	edge     *plasticity[F]
}

func newEngine[F fmath.Float](net *tnn.Network, o backend.Options, visitors func(net *tnn.Network, threads int) []visitor[F]) (*engine[F], error) {
	e := &engine[F]{net: net, visitors: visitors(net, o.Threads), device: processor(), wake: make(chan struct{}, o.Threads), visited: make(chan struct{}, o.Threads)}
	e.grain, e.visits = e.visitors[0].grain(), e.visitPart
	for i, seed := range o.Seeds {
		e.replicas = append(e.replicas, newReplica[F](net, net.SpecOf(i), rng.Key(seed)))
	}
	e.adopt(net.Start(o.Precision, o.Seeds))
	if net.Spec.Network.Rule == tnn.Hylton2020 {
		e.initialise()
	}
	return e, nil
}

func newReplica[F fmath.Float](net *tnn.Network, spec *tnn.Spec, key [2]uint32) *replica[F] {
	l := net.Layout
	r := &replica[F]{net: net, key: key, id: l.ID, neighbour: l.Neighbour, weightOf: l.Weight, active: l.Active}
	for _, g := range spec.Groups {
		r.nodes = append(r.nodes, tnn.NodeParametersOf[F](g))
		if spec.Network.Rule == tnn.Hylton2019 {
			r.fixed = append(r.fixed, ladderOf[F](g.Levels))
		}
	}
	r.edge = plasticity[F]{tnn.EdgeParametersOf[F](spec.Edge), spec.Edge.Kind, spec.Edge.Noise}
	for i := range r.partial {
		r.partial[i] = make([]F, len(l.Active))
	}
	return r
}

// initialise is the first visit of docs/model.md section 8.
func (e *engine[F]) initialise() {
	for _, r := range e.replicas {
		r.drive(tnn.Noise, 0, 0, 0)
	}
	e.sweepAll(0, false, false, false, nil)
}

// Advance implements backend.Backend.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.replicas) * int(tnn.Sums)
	rows := make([]float64, n*width)
	for i := range n {
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
	for _, r := range e.replicas {
		r.drive(era.Mode, t, index, last-sweeps+1)
		for id, v := range e.controls.External() {
			r.state[e.net.Layout.Position[id]] = F(v)
		}
	}
	for k := last - sweeps + 1; k < last; k++ {
		e.sweepAll(k, false, false, era.Predict, nil)
	}
	e.sweepAll(last, e.controls.Adapt(era), sweeps > 1, era.Predict, sums)
	for i, r := range e.replicas {
		sums[i*int(tnn.Sums)+int(tnn.SumSolved)] = r.solved()
	}
}

// sweepAll visits every network node of every replica once, in schedule order, and
// adds what the visits add to the sums, replica after replica; nil takes none.
func (e *engine[F]) sweepAll(k uint32, adapt, adapting, predict bool, sums []float64) {
	for i := range e.net.Layout.Segments {
		seg := &e.net.Layout.Segments[i]
		e.sweep = sweep[F]{k: k, adapt: adapt, adapting: adapting, predict: predict}
		e.visitSegment(seg)
		for i, r := range e.replicas {
			if sums == nil {
				break
			}
			var segment [tnn.NodeSums]F
			for q := range segment {
				segment[q] = total(r.partial[q][:seg.Slices])
			}
			tnn.AddSegment(sums[i*int(tnn.Sums):], *seg, segment[:])
		}
	}
}

// visitSegment visits the nodes of a segment in all replicas, one replica after
// another.
func (e *engine[F]) visitSegment(seg *tnn.Segment) {
	e.segment = seg
	e.share(len(e.replicas)*seg.Slices, e.grain, e.visits)
}

// work is so many equal things to do. Threads take them part by part, so that they
// end together also where one is kept from its work.
type work[F fmath.Float] struct {
	do         func(v visitor[F], from, to int)
	size, part int
	taken      atomic.Int64
}

// share does work on as many threads as have grain things to do at least.
func (e *engine[F]) share(size, grain int, do func(v visitor[F], from, to int)) {
	w := &e.work
	w.do, w.size = do, size
	threads := max(1, min(len(e.visitors), size/grain))
	w.part = max(grain, size/(64*threads))
	w.taken.Store(0)
	for ; e.helpers < threads-1; e.helpers++ {
		go e.help(e.visitors[e.helpers+1], e.wake)
	}
	for range threads - 1 {
		e.wake <- struct{}{}
	}
	e.takeShare(e.visitors[0])
	for range threads - 1 {
		receive(e.visited)
	}
}

// help takes a share of the work whenever it is woken, until the engine is closed.
func (e *engine[F]) help(v visitor[F], wake <-chan struct{}) {
	for receive(wake) {
		e.takeShare(v)
		e.visited <- struct{}{}
	}
}

// looks of receive take 0.1 ms or so, in which 3,000 nodes are visited.
const looks = 1000

// receive waits for a token; it is false where the channel is closed. At first it
// looks again and again: a thread that sleeps takes as long to wake as it takes to
// visit a thousand nodes.
func receive(c <-chan struct{}) bool {
	for range looks {
		select {
		case _, open := <-c:
			return open
		default:
			runtime.Gosched()
		}
	}
	_, open := <-c
	return open
}

// takeShare takes parts of the work until all are taken.
func (e *engine[F]) takeShare(v visitor[F]) {
	w := &e.work
	for to := 0; to < w.size; {
		to = int(w.taken.Add(int64(w.part)))
		w.do(v, min(to-w.part, w.size), min(to, w.size))
	}
}

// visitPart visits the slices from up to to, of those of all replicas.
func (e *engine[F]) visitPart(v visitor[F], from, to int) {
	seg := e.segment
	for i := from / seg.Slices; i*seg.Slices < to; i++ {
		start, r, s := i*seg.Slices, e.replicas[i], e.sweep
		s.node, s.edge = &r.nodes[seg.Group], &r.edge
		if r.fixed != nil {
			s.states = &r.fixed[seg.Group]
		}
		v.visit(r, s, seg.First, max(from-start, 0), min(to-start, seg.Slices))
	}
}

// scalar visits one node after another.
type scalar[F fmath.Float] struct {
	edges []charged[F] // of the node that is visited, hylton2020
	sums  []F          // of its levels, hylton2019
	lanes sliceSums[F]
}

func scalars[F fmath.Float](net *tnn.Network, threads int) []visitor[F] {
	visitors := make([]visitor[F], threads)
	for t := range visitors {
		visitors[t] = &scalar[F]{edges: make([]charged[F], mostSlots(net.Layout)), sums: make([]F, mostFixed(net))}
	}
	return visitors
}

// mostSlots is the largest number of half-edges of a node.
func mostSlots(l *tnn.Layout) int {
	most := 0
	for s := range l.Active {
		most = max(most, l.Slots(s))
	}
	return most
}

// mostFixed is the largest number of fixed states of a node; hylton2020 has none.
func mostFixed(net *tnn.Network) int {
	most := 0
	if net.Spec.Network.Rule == tnn.Hylton2019 {
		for i := range max(1, len(net.Variants)) {
			for _, g := range net.SpecOf(i).Groups {
				most = max(most, g.Levels)
			}
		}
	}
	return most
}

func (v *scalar[F]) grain() int { return 4 }

// visit implements visitor. Nodes of a slice share no edge, so their order does
// not matter.
func (v *scalar[F]) visit(r *replica[F], s sweep[F], first, from, to int) {
	for slice := from; slice < to; slice++ {
		at := first + slice
		v.lanes = sliceSums[F]{}
		activeLanes(r.active[at], func(lane int) {
			var out nodeSums[F]
			pos := int32(at*tnn.Lanes + lane)
			if s.states == nil {
				r.visit2020(&s, pos, v.edges, &out)
			} else {
				r.visit2019(&s, pos, v.sums, &out)
			}
			out.store(&v.lanes, lane)
		})
		for q := range v.lanes {
			r.partial[q][slice] = total(v.lanes[q][:])
		}
	}
}

// halfEdges finds those of the node at a position: the first one, from which each is
// tnn.Lanes from the next, and their number.
func (r *replica[F]) halfEdges(pos int32) (row, degree int) {
	slice := int(pos) / tnn.Lanes
	row, degree = int(r.net.Layout.Rows[slice])*tnn.Lanes+int(pos)%tnn.Lanes, r.net.Layout.Slots(slice)
	for degree > 0 && r.neighbour[row+(degree-1)*tnn.Lanes] < 0 {
		degree-- // other nodes of the slice have more
	}
	return row, degree
}

// input is the voltage that node n offers to a node whose state is own.
func (r *replica[F]) input(s *sweep[F], n int32, own F) F {
	v := r.state[n]
	if s.predict && !r.isActive(n) && !(F(v*own) < 0) {
		return 0
	}
	return v
}

// isActive tells network nodes from external ones.
func (r *replica[F]) isActive(n int32) bool {
	return r.active[n/tnn.Lanes]>>(n%tnn.Lanes)&1 == 1
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) { return e.state.Clone(), nil }

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.precision(), len(e.replicas)); err != nil {
		return err
	}
	own := e.net.NewState(s.Precision, s.Replicas)
	own.Step = s.Step
	for i := range own.Arrays {
		copy(state.Values[F](&own.Arrays[i]), state.Values[F](&s.Arrays[i]))
	}
	e.adopt(own)
	return nil
}

// adopt goes on with a state that is nobody else's.
func (e *engine[F]) adopt(s *state.State) {
	e.state = s
	for i, r := range e.replicas {
		r.bind(s, i)
	}
}

func (e *engine[F]) precision() state.Precision {
	if _, double := any(F(0)).(float64); double {
		return state.Double
	}
	return state.Single
}

// bind points the views at replica i of the arrays. A field that the rule lacks
// stays nil.
func (r *replica[F]) bind(s *state.State, i int) {
	for name, view := range map[string]*[]F{
		"state": &r.state, "energy": &r.energy, "dissipation": &r.dissipation, "transport": &r.transport,
		"quality_numerator": &r.qualityNumerator, "quality_denominator": &r.qualityDenominator,
		"adapted_state": &r.adapted, "offered_state": &r.offered,
		"charge0": &r.charge0, "memory0": &r.memory0, "potential0": &r.potential0,
		"charge1": &r.charge1, "memory1": &r.memory1, "potential1": &r.potential1, "weight": &r.weight,
	} {
		if a := s.Array(name); a != nil {
			n := r.net.Length(a.Per)
			*view = state.Values[F](a)[i*n : (i+1)*n]
		}
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
		into = into.Reuse(a.Field, e.precision(), a.Len())
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
			into = into.Reuse(state.Field{Name: name, Per: state.Node, Derived: true}, e.precision(), len(e.replicas)*len(*view))
		}
		e.copy(state.Values[F](into)[i*len(*view):], *view)
	}
	return into, nil
}

// copy copies on all threads, as a run stands still meanwhile.
func (e *engine[F]) copy(into, from []F) {
	const grain = 1 << 15 // values
	e.share(len(from), grain, func(_ visitor[F], first, end int) {
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
		bytes += int64(a.Len() * e.precision().Bytes())
	}
	return backend.Description{Backend: "cpu", Device: e.device, Precision: e.precision(), Strict: true, Bytes: bytes}
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	if e.wake != nil {
		close(e.wake)
		e.wake = nil
	}
	return nil
}
