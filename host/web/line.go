package web

import (
	"context"
	"slices"
	"time"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// line is a field of items in a line after consecutive steps, the oldest first.
type line struct{ rows []*shot }

// add takes the values after one more step. Those of a step that does not follow the last
// one begin anew.
func (l *line) add(s *shot, most int) {
	if n := len(l.rows); n > 0 {
		switch last := l.rows[n-1].step; {
		case s.step == last:
			l.rows = l.rows[:n-1]
		case s.step != last+1:
			l.rows = nil
		}
	}
	// Not in place: a page may be painted what was there.
	l.rows = append(slices.Clone(l.rows[max(0, len(l.rows)+1-most):]), s)
}

// stack puts the values of a line after some steps one under another. Flip negates the odd
// sites.
func stack(g *Grid, rows []values, flip bool) (values, *Grid) {
	a := state.NewArray(state.Field{}, state.Single, len(rows)*g.Nodes)
	for i, row := range rows {
		into := a.Single[i*g.Nodes:][:g.Nodes]
		for id := range into {
			into[id] = float32(row.at(id))
			if flip && id%2 == 1 {
				into[id] = -into[id]
			}
		}
	}
	return values{array: &a}, g.below(len(rows))
}

// whole is the view of all rows of a line.
func (v View) whole(g *Grid) View {
	v.X, v.Y, v.W, v.H, v.Height, v.Flip = 0, 0, g.Columns, g.Rows, g.Rows, false
	return v
}

// addLine takes a field after a step. The caller holds l.mu.
func (l *Live) addLine(name string, s *shot) {
	if l.taken.lines[name] == nil {
		l.taken.lines[name] = &line{}
	}
	l.taken.lines[name].add(s, l.network.grid(name).Past)
	l.taken.pictures[name] = s
}

// trail says which fields of lines the run copies after each of its steps, a few hundred
// steps at a time.
type trail struct {
	fields []string
	left   int           // steps; guarded by live.mu, like what follows
	began  time.Time     // of these steps
	copies time.Duration // what copying took of it
	next   time.Time     // before which no further steps are to be followed
	slow   bool          // steps take so long that it costs nothing to make them one by one
}

// follow has the run copy the fields of lines that pages show.
func (s *sampler) follow(ctx context.Context, run *sim.Run, fields []string) error {
	l, t := s.live, &s.trail
	if len(fields) == 0 {
		return nil
	}
	steps := mostPast
	for _, name := range fields {
		steps = min(steps, l.network.grid(name).Past)
	}
	l.mu.Lock()
	same := slices.Equal(fields, t.fields)
	due := !same || t.left == 0 && !time.Now().Before(t.next) || t.slow && t.left <= steps/2
	if due {
		t.fields, t.left, t.began, t.copies = fields, steps, time.Now(), 0
	}
	l.mu.Unlock()
	if !due {
		return nil
	}
	take := func(from *sim.Snapshot) { s.takeLines(fields, from) }
	return run.Follow(ctx, steps, take, l.sources(fields)...)
}

// takeLines takes the fields of lines after a step; from is nil where the run has ended
// their trail.
func (s *sampler) takeLines(fields []string, from *sim.Snapshot) {
	const slow, share = 5 * time.Millisecond, 20
	l, t := s.live, &s.trail
	l.mu.Lock()
	isOld := !slices.Equal(fields, t.fields) // and the run has not been told of the new ones yet
	if from == nil && !isOld {
		t.fields, t.left = nil, 0
	}
	changes := len(l.status.Controls)
	l.mu.Unlock()
	if from == nil || isOld {
		return
	}
	shots := make([]*shot, len(fields))
	for i, name := range fields {
		shots[i] = l.shot(name, from, changes)
		shots[i].lone = false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, name := range fields {
		l.addLine(name, shots[i])
	}
	t.copies += from.Took
	if t.left--; t.left <= 0 {
		took := time.Since(t.began)
		t.slow = took > mostPast*slow
		t.next = time.Now().Add(max(frameInterval, share*min(took, 100*time.Millisecond), share*t.copies))
	}
	l.poke()
}
