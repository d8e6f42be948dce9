package sim

import "context"

// trail is what is copied after each of the next steps.
type trail struct {
	left   int // steps
	fields []string
	take   func(*Snapshot)
}

// Follow copies fields after each of the next steps, as Snapshot does, and hands the
// copies to take, which the goroutine of the run calls: it must not give commands to the
// run. Where a field cannot be copied, as a derived one that is watched no longer, take is
// given nil and the trail ends. No more than one trail is left at a time: the next call ends
// the one before.
func (r *Run) Follow(ctx context.Context, steps int, take func(*Snapshot), fields ...string) error {
	return r.give(ctx, func() error {
		r.trail = trail{steps, fields, take}
		return nil
	})
}

// limit has steps made one by one while there is a trail.
func (t *trail) limit(step, due int64) int64 {
	if t.left > 0 {
		return min(due, step+1)
	}
	return due
}

// leaveTrail copies the fields after a step.
func (r *Run) leaveTrail() {
	if r.trail.left == 0 {
		return
	}
	r.trail.left--
	began := r.now()
	s, err := r.snapshot(r.trail.fields, nil)
	if err != nil {
		r.trail.left, s = 0, nil
	} else {
		s.Took = r.now().Sub(began)
	}
	r.trail.take(s)
}
