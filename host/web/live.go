package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Subject is a network that runs, and how.
type Subject struct {
	Model   model.Network
	Backend backend.Description
	Seeds   []uint64 // one per replica
	Keyed   bool     // these are keys, and no seeds
	Sweep   *model.Sweep
	Steps   int64 // at which the run ends
}

// profile is a subject with the facts about it that pages need.
type profile struct {
	Subject
	about    model.Description
	space    state.Space           // of the items that have sites; empty where there are none
	grids    map[state.Space]*Grid // of the spaces whose fields pages show
	signed   bool                  // that states have a sign
	flips    string                // field whose sign is that of the sublattice in an ordered state
	links    model.Links
	phases   []model.Phase
	external []int32 // items that a page may hold; a mark is drawn on them
	hold     string  // before the number of such an item: the name of its control
}

func newProfile(s Subject) profile {
	n := profile{Subject: s, about: s.Model.Describe(), grids: make(map[state.Space]*Grid)}
	if sited, ok := s.Model.(model.Sited); ok {
		sites := sited.Sites()
		grid := NewGrid(sites.Count, sites.Sides, sites.Bipartite)
		n.space, n.grids[sites.Space] = sites.Space, &grid
		if sites.Bipartite {
			n.flips = sites.Field
		}
		n.signed = sites.Signed
	}
	for _, space := range n.about.Spaces {
		if grid := gridOf(space); grid != nil && n.grids[space.Name] == nil {
			n.grids[space.Name] = grid
		}
	}
	for _, grid := range n.grids {
		grid.remember(len(s.Seeds))
	}
	if linked, ok := s.Model.(model.Linked); ok {
		n.links = linked.Links(nil, 0)
	}
	if grid := n.grids[n.space]; grid != nil && n.links.Joins == n.space {
		grid.Drawn = grid.isDrawn(n.links.Count)
	}
	if phased, ok := s.Model.(model.Phased); ok {
		if n.phases = phased.Phases(); len(n.phases) == 1 {
			n.phases = nil // the only phase is the whole run
		}
	}
	if h := n.about.Holds; h != nil && h.Space == n.space {
		n.external, n.hold = h.Items, h.Prefix
	}
	return n
}

// field finds a field, or one that is computed, by its name.
func (n *profile) field(name string) (state.Field, bool) {
	if f, ok := n.about.Field(name); ok {
		return f, true
	}
	for _, c := range n.about.Computed {
		if c.Name == name {
			return c.Field, true
		}
	}
	return state.Field{}, false
}

// limits are the least and the largest value of a field, or nil where they are unknown.
func (n *profile) limits(field string) *[2]float64 {
	f, _ := n.field(field)
	return f.Limits
}

// grid is that of a field; nil where it is not shown.
func (n *profile) grid(field string) *Grid {
	f, ok := n.field(field)
	if !ok {
		return nil
	}
	return n.grids[f.Space]
}

// Live shows a run while it goes on. Give Observe to the run as an observer, call Attach
// before the run begins, and End after it has ended.
type Live struct {
	network profile
	orders  map[state.Space]order // of the values of the items that pictures show
	edges   func() []int32        // of the values of links
	drawing func() *drawing

	mu      sync.Mutex
	run     *sim.Run
	name    string
	status  status
	meter   meter
	history *history
	pool    *pool
	clients map[*client]struct{}
	taken   taken
	asked   chan struct{} // a page wants data to be copied

	ctx  context.Context // until End
	done context.CancelFunc
}

// status are the numbers that change with the steps.
type status struct {
	Step     int64           `json:"step"`
	Rate     float64         `json:"rate"` // node updates per second
	Paused   bool            `json:"paused"`
	Saved    int64           `json:"saved"` // step of the last checkpoint; 0 before the first
	Controls []state.Control `json:"controls"`
	Ended    string          `json:"ended"` // how; empty while the run goes on
}

func (s status) equal(o status) bool {
	same := s.Step == o.Step && s.Rate == o.Rate && s.Paused == o.Paused && s.Saved == o.Saved && s.Ended == o.Ended
	return same && len(s.Controls) == len(o.Controls)
}

// NewLive prepares to show a run.
func NewLive(s Subject) *Live {
	l := &Live{network: newProfile(s), orders: make(map[state.Space]order), clients: make(map[*client]struct{}), asked: make(chan struct{}, 1)}
	n := &l.network
	for _, f := range n.about.Fields {
		if grid := n.grids[f.Space]; grid != nil && l.orders[f.Space].places == nil {
			l.orders[f.Space] = newOrder(indices(s.Model.Order(f.Space)), grid)
		}
	}
	l.edges = sync.OnceValue(func() []int32 { return indices(s.Model.Order(n.links.Space)) })
	l.drawing = sync.OnceValue(n.drawing)
	l.pool = newPool(s.Sweep, len(s.Seeds), len(n.about.Columns))
	l.history = newHistory(len(l.pool.row))
	l.taken.pictures, l.taken.lines, l.taken.histograms = make(map[string]*shot), make(map[string]*line), make(map[histogramKey]*Histogram)
	l.ctx, l.done = context.WithCancel(context.Background())
	return l
}

func indices(order []int) []int32 {
	out := make([]int32, len(order))
	for i, at := range order {
		out[i] = int32(at)
	}
	return out
}

// Attach begins to watch a run, which goes on from a checkpoint unless that is nil.
func (l *Live) Attach(run *sim.Run, name string, from *state.Checkpoint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run, l.name = run, name
	if from != nil {
		l.status.Step, l.status.Saved, l.status.Controls = from.State.Step, from.State.Step, slices.Clone(from.Controls)
	}
	s := &sampler{live: l, counts: make(map[string]*pace), spare: make(map[string]*state.Array)}
	go s.loop(l.ctx, run)
}

// End tells pages how the run has ended, given what it returned.
func (l *Live) End(s sim.Summary, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status.Ended = fmt.Sprintf("%s at step %d", s.Reason, s.Last)
	if err != nil {
		l.status.Ended = err.Error()
	}
	l.status.Rate = 0
	l.done()
	l.poke()
}

// Observe is the run's observer. It copies the numbers of an event and returns at once.
func (l *Live) Observe(e sim.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case *sim.Rows:
		l.takeRows(e)
	case *sim.Snapshot:
		if e.Start {
			l.taken.start = e
		}
	case *sim.Commanded:
		l.note(e.Command)
	case *sim.Held:
		l.note(sim.Command{Do: sim.DoPause})
	case *sim.End:
		l.last(e.State)
		l.poke()
	}
	return nil
}

func (l *Live) takeRows(rows *sim.Rows) {
	for i := range rows.Steps() {
		clear(l.pool.row)
		for r := range rows.Replicas {
			for c, v := range rows.Row(i, r) {
				l.pool.add(r, c, v)
			}
		}
		l.history.add(rows.Step(i), l.pool.row)
	}
	l.status.Step = rows.Last
	updates := (rows.Last - rows.First + 1) * int64(rows.Replicas) * l.network.about.Updates
	l.status.Rate = l.meter.took(time.Now(), updates)
}

// step is the one that the run has reached.
func (l *Live) step() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status.Step
}

// poke makes all clients look for news.
func (l *Live) poke() {
	for c := range l.clients {
		c.wake()
	}
}

// meter measures a rate of updates.
type meter struct {
	since   time.Time
	updates int64
	rate    float64
}

// took adds updates; the rate changes at most once a second.
func (m *meter) took(now time.Time, updates int64) float64 {
	if m.since.IsZero() {
		m.since = now // the first updates have no measured time
		return m.rate
	}
	m.updates += updates
	if t := now.Sub(m.since).Seconds(); t >= 1 || m.rate == 0 && t > 0 {
		m.rate = float64(m.updates) / t
		m.since, m.updates = now, 0
	}
	return m.rate
}

// command carries out what a page asks of the run, between its steps.
func (l *Live) command(ctx context.Context, m message) error {
	l.mu.Lock()
	run := l.run
	l.mu.Unlock()
	if run == nil {
		return errors.New("the run has not begun yet")
	}
	switch m.Do {
	case doPause:
		return run.Pause(ctx)
	case doResume:
		return run.Resume(ctx)
	case doStep:
		return run.Step(ctx)
	case doStop:
		return run.Stop(ctx)
	case doCheckpoint:
		return run.Checkpoint(ctx)
	case doControl:
		return run.Control(ctx, m.Name, m.value())
	}
	return nil
}

// Saved notes that the checkpoint of a step is on disk.
func (l *Live) Saved(step int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status.Saved = step
	l.poke()
}

// note keeps what a command has changed. Whoever holds l.mu may call it.
func (l *Live) note(c sim.Command) {
	switch c.Do {
	case doPause:
		l.status.Paused = true
	case doResume:
		l.status.Paused, l.meter.since = false, time.Time{}
	case doControl:
		// Not in place: clients may hold what was there.
		l.status.Controls = append(slices.Clip(l.status.Controls), c.Control)
	}
	l.poke()
}

// wait waits until all pages have been sent the end of the run, or the context is done.
func (l *Live) wait(ctx context.Context) {
	for ctx.Err() == nil {
		l.mu.Lock()
		n := len(l.clients)
		l.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
