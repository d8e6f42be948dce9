package web

import (
	"context"
	"errors"
	"slices"
	"time"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// frameInterval is the least time from one picture to the next.
const frameInterval = 200 * time.Millisecond

// moment is when something was copied: after a step and some interventions, which may
// change what there is between two steps.
type moment struct {
	step    int64
	changes int
}

// before tells whether a moment was earlier.
func (m moment) before(o moment) bool {
	return m.step < o.step || m.step == o.step && m.changes < o.changes
}

// moment is the present one. Whoever holds l.mu may call it.
func (l *Live) moment() moment { return moment{l.status.Step, len(l.status.Controls)} }

// shot is a field as it was after a step. It does not change as long as it is the
// last one or a page reads it.
type shot struct {
	moment
	array   *state.Array
	order   order
	lone    bool // the array belongs to this shot alone
	readers int  // guarded by live.mu
}

// of gives the values of one replica.
func (s *shot) of(replica, replicas int) values {
	return values{array: s.array, base: s.array.First(replica, replicas), order: s.order}
}

// taken are the newest copies from the run.
type taken struct {
	start        *sim.Snapshot // until its histograms are counted
	pictures     map[string]*shot
	lines        map[string]*line // of fields of lines
	inspected    *sim.Snapshot
	inspectedAt  moment
	marks, state *shot // of the external nodes
	histograms   map[histogramKey]*Histogram
}

// sampler copies the fields that pages show from the run. It limits how often it copies,
// so that the run loses little time. All pages share the copies.
type sampler struct {
	live      *Live
	watched   []string // derived fields
	watchedAt int64    // the backend computes them from the step after this one on
	trail     trail
	inspect   pace
	marks     pace
	counts    map[string]*pace        // of distributions
	spare     map[string]*state.Array // by field, for the next copies
}

// pace limits an activity to a small share of the time.
type pace struct{ next time.Time }

func (p *pace) due() bool { return !time.Now().Before(p.next) }

func (p *pace) took(cost time.Duration) {
	const inverseShare = 100
	p.next = time.Now().Add(max(frameInterval, inverseShare*cost))
}

// loop takes a sample at each tick until the run has ended. A sample that is late, because
// steps are slow or no page was ready, does not delay the next one.
func (s *sampler) loop(ctx context.Context, run *sim.Run) {
	ticks := time.NewTicker(frameInterval)
	defer ticks.Stop()
	due := true
	for {
		if due {
			took, err := s.sample(ctx, run)
			if errors.Is(err, sim.ErrEnded) || ctx.Err() != nil {
				return
			}
			due = !took && err == nil // the run reports an error itself
		}
		select {
		case <-ticks.C:
			due = true
		case <-s.live.asked:
		case <-ctx.Done():
			return
		}
	}
}

// wants are the data that pages show and that have not been copied yet.
type wants struct {
	changes       int      // interventions before
	derived       []string // to be watched
	pictures      []string
	lines         []string
	marks         bool
	inspect       bool
	distributions []*model.Distribution
}

// sample copies the wanted data, and tells whether there were any.
func (s *sampler) sample(ctx context.Context, run *sim.Run) (bool, error) {
	w := s.wants()
	if !slices.Equal(w.derived, s.watched) {
		if err := run.Watch(ctx, w.derived...); err != nil {
			return false, err
		}
		s.watched, s.watchedAt = w.derived, s.live.step()
	}
	if err := s.follow(ctx, run, w.lines); err != nil {
		return false, err
	}
	names := s.live.needs(&w)
	if len(names) == 0 {
		return false, nil
	}
	snapshot, err := run.Snapshot(ctx, s.spare, names...)
	if err != nil {
		return false, err
	}
	s.keep(&w, snapshot)
	return true, nil
}

// wants collects the wishes of all clients.
func (s *sampler) wants() wants {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	w := wants{changes: len(l.status.Controls)}
	for c := range l.clients {
		if c.view != nil {
			s.wantPicture(&w, c)
		}
		if c.node >= 0 && s.inspect.due() && (l.taken.inspected == nil || l.taken.inspectedAt.before(l.moment())) {
			w.inspect = true
		}
		if d := l.distribution(c.distribution); d != nil && s.countDue(d.Name) && !slices.Contains(w.distributions, d) {
			w.distributions = append(w.distributions, d)
		}
	}
	w.marks = len(w.pictures) > 0 && len(l.network.external) > 0 && s.marks.due()
	slices.Sort(w.derived)
	slices.Sort(w.lines)
	return w
}

func (s *sampler) wantPicture(w *wants, c *client) {
	l, name := s.live, c.view.Field
	if f, ok := l.network.about.Field(name); ok && f.Derived {
		if !slices.Contains(w.derived, name) {
			w.derived = append(w.derived, name)
		}
		if !slices.Contains(s.watched, name) || l.status.Step <= s.watchedAt {
			return
		}
	}
	isLine := l.network.grid(name).Past > 0
	if isLine && !slices.Contains(w.lines, name) {
		w.lines = append(w.lines, name)
	}
	// While the run goes on, the picture will be one of the step that is under way.
	last := l.taken.pictures[name]
	isNew := last == nil || last.before(l.moment()) && (l.status.Paused || !isLine) || !l.status.Paused && !isLine
	if c.ready && isNew && !slices.Contains(w.pictures, name) {
		w.pictures = append(w.pictures, name)
	}
}

// countDue tells whether a histogram is to be counted again.
func (s *sampler) countDue(name string) bool {
	if s.counts[name] == nil {
		s.counts[name] = &pace{}
	}
	last := int64(-1)
	for key, h := range s.live.taken.histograms {
		if key.name == name && key.when == "now" {
			last = h.Step
		}
	}
	return s.counts[name].due() && last < s.live.status.Step
}

// sources are the fields of the backend that some fields follow from.
func (l *Live) sources(fields []string) []string {
	var names []string
	for _, name := range fields {
		names = append(names, l.from(name)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// needs lists the wanted fields of the backend, each once.
func (l *Live) needs(w *wants) []string {
	names := l.sources(w.pictures)
	if w.marks {
		names = append(names, l.from(l.network.about.Mark)...)
	}
	for _, d := range w.distributions {
		names = append(names, d.From)
	}
	for _, f := range l.network.about.Fields {
		if w.inspect && !f.Derived && (f.Space == l.network.space || f.Space == l.network.links.Space) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// computed finds a field that is computed from fields of backends, or returns nil.
func (l *Live) computed(name string) *model.Computed {
	for i := range l.network.about.Computed {
		if l.network.about.Computed[i].Name == name {
			return &l.network.about.Computed[i]
		}
	}
	return nil
}

func (l *Live) from(name string) []string {
	if c := l.computed(name); c != nil {
		return c.From
	}
	return []string{name}
}

func (l *Live) distribution(name string) *model.Distribution {
	for i := range l.network.about.Distributions {
		if l.network.about.Distributions[i].Name == name {
			return &l.network.about.Distributions[i]
		}
	}
	return nil
}

// shot makes a field out of a snapshot, which was taken after some interventions.
func (l *Live) shot(name string, from *sim.Snapshot, changes int) *shot {
	c := l.computed(name)
	if c == nil {
		a := from.Array(name)
		return &shot{moment: moment{from.Step, changes}, array: asReals(a), order: l.orders[a.Space], lone: a.Kind == state.Real}
	}
	var arrays []*state.Array
	for _, n := range c.From {
		arrays = append(arrays, from.Array(n))
	}
	a := c.Values(arrays, len(l.network.Seeds))
	return &shot{moment: moment{from.Step, changes}, array: &a}
}

// asReals converts an array to reals. An array of reals is returned as it is.
func asReals(a *state.Array) *state.Array {
	if a.Kind == state.Real {
		return a
	}
	f := a.Field
	f.Kind = state.Real
	out := state.NewArray(f, state.Single, a.Len())
	for i := range out.Single {
		out.Single[i] = float32(a.At(i))
	}
	return &out
}

// keep computes the wanted data from a snapshot and passes them to the clients.
func (s *sampler) keep(w *wants, from *sim.Snapshot) {
	l := s.live
	pictures := make(map[string]*shot)
	for _, name := range w.pictures {
		pictures[name] = l.shot(name, from, w.changes)
		pictures[name].lone = pictures[name].lone && !w.marks && !w.inspect
	}
	var solved, held *shot
	if w.marks {
		began := time.Now()
		solved, held = l.shot(l.network.about.Mark, from, w.changes), l.shot(l.from(l.network.about.Mark)[0], from, w.changes)
		s.marks.took(time.Since(began))
	}
	histograms := s.count(w, from)
	if w.inspect {
		s.inspect.took(from.Took)
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	for name, picture := range pictures {
		if old := l.taken.pictures[name]; old != nil && old.lone && old.readers == 0 {
			s.spare[name] = old.array
		}
		if l.network.grid(name).Past > 0 {
			picture.lone = false
			l.addLine(name, picture)
			continue
		}
		l.taken.pictures[name] = picture
	}
	for _, h := range histograms {
		l.taken.histograms[h.key()] = h
	}
	if w.marks {
		l.taken.marks, l.taken.state = solved, held
	}
	if w.inspect {
		l.taken.inspected, l.taken.inspectedAt = from, moment{from.Step, w.changes}
	}
	l.poke()
}

// count makes the wanted histograms. The first call makes those of the start, too.
func (s *sampler) count(w *wants, from *sim.Snapshot) []*Histogram {
	l := s.live
	var out []*Histogram
	for _, d := range w.distributions {
		began := time.Now()
		out = append(out, l.network.histograms(d, from.Array(d.From), "now", from.Step)...)
		s.counts[d.Name].took(time.Since(began) + from.Took)
	}
	if len(w.distributions) == 0 {
		return nil
	}
	l.mu.Lock()
	start := l.taken.start
	l.taken.start = nil
	l.mu.Unlock()
	if start == nil {
		return out
	}
	for i := range l.network.about.Distributions {
		d := &l.network.about.Distributions[i]
		if a := start.Array(d.From); a != nil {
			out = append(out, l.network.histograms(d, a, "start", start.Step)...)
		}
	}
	return out
}

// last keeps the state at the end of the run. The caller holds l.mu.
func (l *Live) last(s *state.State) {
	t := &l.taken
	now := moment{s.Step, len(l.status.Controls)}
	t.inspected, t.inspectedAt = &sim.Snapshot{Step: s.Step}, now
	for i := range s.Arrays {
		a := &s.Arrays[i]
		t.inspected.Arrays = append(t.inspected.Arrays, a)
		if l.network.grids[a.Space] != nil {
			l.lastPicture(a.Name, &shot{moment: now, array: asReals(a), order: l.orders[a.Space]})
		}
	}
	for c := range l.clients {
		if c.view != nil && l.computed(c.view.Field) != nil {
			l.lastPicture(c.view.Field, l.shot(c.view.Field, t.inspected, now.changes))
		}
	}
}

// lastPicture keeps a field at the end of the run. The caller holds l.mu.
func (l *Live) lastPicture(name string, s *shot) {
	if l.network.grid(name).Past > 0 {
		l.addLine(name, s)
		return
	}
	l.taken.pictures[name] = s
}
