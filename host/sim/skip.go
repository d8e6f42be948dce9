package sim

import (
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
)

// skips make the steps between rows, whose sums nobody asks for.
type skips struct {
	on   backend.Skipper
	pace pace
}

// newSkips is nil where every step is asked for its sums.
func newSkips(m model.Network, b backend.Backend) *skips {
	_, recorded := m.(model.Recorded)
	on, can := b.(backend.Skipper)
	if !recorded || !can {
		return nil
	}
	return &skips{on, pace{steps: 1, most: math.MaxInt32}}
}

// skippable is how many steps without a row come before the next one that has a row, or
// up to a step at which something is due; 0 where none may be skipped.
func (r *Run) skippable(due int64) int {
	if r.skips == nil || r.check != nil || r.mode.single {
		return 0
	}
	return int(min(due-r.step, r.recorded.NextRow(r.step)-1-r.step, int64(r.skips.pace.steps)))
}

// skip makes n steps that have no row.
func (r *Run) skip(n int) error {
	began := r.now()
	if err := r.skips.on.Skip(n); err != nil {
		return fmt.Errorf("steps %d to %d failed: %w", r.step+1, r.step+int64(n), err)
	}
	r.skips.pace.took(n, r.now().Sub(began))
	rows := &Rows{First: r.step + 1, Last: r.step + int64(n), Replicas: r.plan.Replicas, Columns: len(r.about.Columns)}
	ended := EpochOf(r.step+1, r.epoch.length).Last // later epochs among the steps have no rows
	r.step = rows.Last
	if err := r.emit(rows); err != nil || ended > r.step {
		return err
	}
	if e := r.epoch.add(ended, nil); e != nil {
		return r.emit(e)
	}
	return nil
}
