package hopfield

import (
	"math"
	"runtime"
	"sync"

	"tnn-gpu/cpuref/internal/parallel"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// engine recalls in all replicas of a network in one precision. It implements
// backend.Backend.
type engine[F fmath.Float] struct {
	backend.Fields
	net       *hopfield.Network
	precision state.Precision
	step      int64
	replicas  []*replica[F]
	team      *parallel.Team
	keys      []uint64
	given     *hopfield.Given // draws of the next sweep; nil where it draws
	spare     sync.Pool       // of tables
}

// New opens a network on the processor, at step 0.
func New(net *hopfield.Network, o backend.Options) (backend.Backend, error) {
	if o.Precision == state.Double {
		return newEngine[float64](net, o)
	}
	return newEngine[float32](net, o)
}

func newEngine[F fmath.Float](net *hopfield.Network, o backend.Options) (backend.Backend, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	e := &engine[F]{Fields: backend.NewFields(net), net: net, precision: o.Precision, team: parallel.NewTeam(o.Threads), keys: o.Seeds, replicas: make([]*replica[F], len(o.Seeds))}
	errs := make([]error, len(o.Seeds))
	e.team.Share(len(o.Seeds), 1, func(_, from, to int) {
		for i := from; i < to; i++ {
			e.replicas[i], errs[i] = newReplica[F](net, net.Of(i), o.Seeds[i], &e.spare)
		}
	})
	for _, err := range errs {
		if err != nil {
			e.team.Close()
			return nil, err
		}
	}
	return e, nil
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	host, _ := e.net.Need(e.precision, e.keys)
	return backend.Description{Backend: "cpu", Device: parallel.Processor(), Precision: e.precision, Strict: true, Bytes: host}
}

// Advance implements backend.Backend.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.replicas) * hopfield.Sums
	rows := make([]float64, n*width)
	e.team.Share(len(e.replicas), 1, func(_, from, to int) {
		for i := from; i < to; i++ {
			for k := range n {
				e.replicas[i].advance(e.step+int64(k)+1, e.given, rows[k*width+i*hopfield.Sums:][:hopfield.Sums])
			}
		}
	})
	e.step += int64(n)
	e.given = nil
	return rows, nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	s := e.net.NewState(e.precision, len(e.replicas))
	s.Step = e.step
	for i, r := range e.replicas {
		r.recall.s.Write(s.Array(hopfield.StateField).Ints[i*e.net.N:][:e.net.N])
		r.probe.Write(s.Array(hopfield.ProbeField).Ints[i*e.net.N:][:e.net.N])
		if before := s.Array(hopfield.BeforeField); before != nil {
			r.before.Write(before.Ints[i*e.net.N:][:e.net.N])
		}
		s.Array(hopfield.TargetField).Ints[i] = int32(r.target)
		s.Array(hopfield.PeriodField).Ints[i] = r.period
		s.Array(hopfield.EndedField).Ints[i] = int32(r.ended)
	}
	return s, nil
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.precision, len(e.replicas)); err != nil {
		return err
	}
	e.step = s.Step
	for i, r := range e.replicas {
		r.recall.s.Read(s.Array(hopfield.StateField).Ints[i*e.net.N:][:e.net.N])
		r.recall.fields.set(r.recall.s)
		r.probe.Read(s.Array(hopfield.ProbeField).Ints[i*e.net.N:][:e.net.N])
		if before := s.Array(hopfield.BeforeField); before != nil {
			r.before.Read(before.Ints[i*e.net.N:][:e.net.N])
		}
		r.target = int(s.Array(hopfield.TargetField).Ints[i])
		r.period, r.ended = s.Array(hopfield.PeriodField).Ints[i], int64(s.Array(hopfield.EndedField).Ints[i])
	}
	return nil
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if f.Derived {
		into = into.Reuse(f, e.precision, len(e.replicas)*e.net.N)
		for i, r := range e.replicas {
			for u := range e.net.N {
				into.Set(i*e.net.N+u, float64(r.recall.fields.at(u, r.recall.s))*r.memory.Unit)
			}
		}
		return into, nil
	}
	s, err := e.State()
	if err != nil {
		return nil, err
	}
	return s.Array(name).CopyTo(into), nil
}

// Control implements backend.Backend.
func (e *engine[F]) Control(name string, value float64) error {
	s, err := e.State()
	if err == nil {
		err = e.net.Control(s, name, value)
	}
	if err != nil {
		return err
	}
	return e.SetState(s)
}

// Give implements backend.Given: hopfield.GivenOf has the draws.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) error {
	given, err := hopfield.GivenOf(draws, e.net)
	if err != nil {
		return err
	}
	for _, r := range e.replicas {
		if given.Lost != nil {
			r.memory = r.memory.Without(given.Lost)
			r.recall.m, r.recall.fields = r.memory, newFields(r.memory, &e.spare)
			r.recall.fields.set(r.recall.s)
		}
	}
	e.given = given
	return nil
}

// Close implements backend.Backend.
func (e *engine[F]) Close() error {
	e.team.Close()
	return nil
}

// replica is one recall, with its network, draws and buffers.
type replica[F fmath.Float] struct {
	net    *hopfield.Network
	spec   *hopfield.Spec
	memory *hopfield.Memory
	draws  hopfield.Draws
	recall *recall[F]
	target int
	probe  hopfield.Pattern // the start
	before hopfield.Pattern // the state one sweep ago; nil unless all units decide at once
	period int32            // 1 in a fixed point, 2 in a cycle of two
	ended  int64            // the sweep with which the recall ended

	order   []int32
	words   []uint32 // nil at zero temperature
	clamped hopfield.Pattern
}

func newReplica[F fmath.Float](net *hopfield.Network, spec *hopfield.Spec, key uint64, spare *sync.Pool) (*replica[F], error) {
	m, err := net.Memory(spec, key)
	if err != nil {
		return nil, err
	}
	start, target := net.StartOf(spec, m, key)
	r := &replica[F]{net: net, spec: spec, memory: m, draws: hopfield.NewDraws(key), target: target, probe: start,
		recall: newRecall[F](m, start, spec.Recall.Temperature, spec.Recall.Method == hopfield.Metropolis, spare),
		order:  make([]int32, net.N), clamped: hopfield.NewPattern(net.N)}
	if spec.Recall.Temperature > 0 {
		r.words = make([]uint32, net.N)
	}
	if spec.Recall.Update == hopfield.Sync {
		r.before = start.Clone()
	}
	for _, i := range spec.Recall.Clamped {
		r.clamped.Set(i, true)
	}
	return r, nil
}

// advance makes sweep t, unless the recall has ended, and fills in its sums. A sweep
// whose draws are given ends no recall. Device twin: hopfield_recall.
func (r *replica[F]) advance(t int64, given *hopfield.Given, sums []float64) {
	flips := 0
	if given != nil {
		flips = r.give(given)
	} else if r.period == 0 {
		flips = r.sweep(uint32(t))
		r.end(t, flips)
	} else if r.period == 2 {
		flips = (r.net.N - int(r.recall.s.Overlap(r.before, r.net.N))) / 2
	}
	target := r.target
	if r.memory.Rule == hopfield.Sequence {
		target = int((int64(target) + t) % int64(len(r.memory.Patterns)))
	}
	r.sums(sums, flips, target)
}

// sweep makes sweep t and counts the units that changed.
func (r *replica[F]) sweep(t uint32) int {
	if r.words != nil {
		r.draws.RecallWords(r.words, uint32(r.spec.Recall.Trial), t)
	}
	switch r.spec.Recall.Update {
	case hopfield.Sync:
		old := r.recall.s.Clone()
		flips := r.recall.together(r.visited(r.cyclic()), r.words)
		if r.spec.Recall.Temperature == 0 && flips > 0 && hopfield.Same(r.recall.s, r.before) {
			r.period = 2
		}
		r.before = old
		return flips
	case hopfield.Colours:
		flips := 0
		for _, set := range r.net.Schedule {
			flips += r.recall.sweep(r.visited(append(r.order[:0], set...)), r.words)
		}
		return flips
	case hopfield.Cyclic:
		order := r.cyclic()
		for at := range order {
			order[at] = int32((at + r.spec.Recall.First) % len(order))
		}
		return r.recall.sweep(r.visited(order), r.words)
	case hopfield.IID:
		r.draws.IndependentOrder(r.order[:r.net.N], t)
		return r.independent()
	case hopfield.Blocks:
		r.draws.Order(r.order[:r.net.N], t)
		flips := 0
		for _, block := range hopfield.Cut(r.net.N, r.spec.Recall.Blocks) {
			flips += r.recall.together(r.visited(append([]int32(nil), r.order[block[0]:block[1]]...)), r.words)
		}
		return flips
	default:
		r.draws.Order(r.order[:r.net.N], t)
		return r.recall.sweep(r.visited(r.order[:r.net.N]), r.words)
	}
}

// independent visits the units of an order that may have a unit twice, so that the words
// are those of visits: a unit that decided twice by one word would not be at temperature T.
func (r *replica[F]) independent() (flips int) {
	for visit, i := range r.order[:r.net.N] {
		if r.clamped.Up(int(i)) {
			continue
		}
		var word uint32
		if r.words != nil {
			word = r.words[visit]
		}
		if r.recall.visit(int(i), word) {
			flips++
		}
	}
	return flips
}

// give makes a sweep whose draws are given, and counts the units that changed.
func (r *replica[F]) give(g *hopfield.Given) int {
	if r.words != nil {
		copy(r.words, g.Words)
	}
	if r.spec.Recall.Update == hopfield.Sync {
		return r.recall.together(r.cyclic(), r.words)
	}
	return r.recall.sweep(g.Order, r.words)
}

func (r *replica[F]) cyclic() []int32 {
	order := r.order[:r.net.N]
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// visited removes clamped units from an order.
func (r *replica[F]) visited(order []int32) []int32 {
	if len(r.spec.Recall.Clamped) == 0 {
		return order
	}
	kept := order[:0]
	for _, i := range order {
		if !r.clamped.Up(int(i)) {
			kept = append(kept, i)
		}
	}
	return kept
}

// end records whether the recall ends with sweep t. Device twin: hopfield_period.
func (r *replica[F]) end(t int64, flips int) {
	if r.spec.Recall.Temperature > 0 {
		return
	}
	if flips == 0 && (r.spec.Recall.Update != hopfield.IID || r.stable()) {
		r.period = 1
	}
	if r.period != 0 {
		r.ended = t
	}
}

// stable tells whether every unit that is not clamped would keep its value.
func (r *replica[F]) stable() bool {
	for _, i := range r.visited(r.cyclic()) {
		if s := r.recall.s; r.recall.rule.wishes(r.recall.fields.at(int(i), s), s.Sign(int(i)), 0) {
			return false
		}
	}
	return true
}

// sums fills in the sums of a sweep. The target is the pattern that the state is compared
// with. Device twin:
// hopfield_sums.
func (r *replica[F]) sums(sums []float64, flips, target int) {
	s, n, fields := r.recall.s, r.net.N, r.recall.fields
	best, at, known := int32(0), 0, fields.known()
	for mu, p := range r.memory.Patterns {
		var m int32
		if known != nil {
			m = known[mu]
		} else {
			m = p.Overlap(s, n)
		}
		if max(m, -m) > max(best, -best) {
			best, at = m, mu
		}
	}
	fields.begin()
	energy, least := r.memory.Energy(s, func(i int) int64 { return fields.at(i, s) })
	fields.end()
	sums[hopfield.SumFlips] = float64(flips)
	sums[hopfield.SumEnergy] = energy
	sums[hopfield.SumOverlap] = float64(r.memory.Patterns[target].Overlap(s, n)) / float64(n)
	sums[hopfield.SumBest] = float64(best) / float64(n)
	sums[hopfield.SumBestPattern] = float64(at)
	sums[hopfield.SumField] = math.Abs(float64(least)) * r.memory.Unit
	sums[hopfield.SumPeriod] = float64(r.period)
}
