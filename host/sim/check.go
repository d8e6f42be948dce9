package sim

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// MismatchError tells that a step that was made again gave other bits.
type MismatchError struct {
	Step         int64
	Field        string // or "the sum of" one
	Where        string // "node 12", "edge 3-7"; of a sum "replica 0"
	Value, Again float64
	Count        int // values of the field that differ
}

func (e *MismatchError) Error() string {
	text := fmt.Sprintf("step %d gave %v as %s of %s, and %v when it was made again", e.Step, e.Value, e.Field, e.Where, e.Again)
	if e.Count > 1 {
		text += fmt.Sprintf(", and other values at %d more", e.Count-1)
	}
	return text + "; so the run was stopped"
}

// check makes steps again.
type check struct {
	every int64
	on    backend.Backend
	made  int64
}

// Check makes the run repeat every step whose number is a multiple of every. The
// repetition starts from a copy of the state before the step and runs on a second
// backend, which must hold the same network. If the bits differ, the run ends with a
// *MismatchError and a Dump of that copy. Call Check before Restore and Go.
func (r *Run) Check(on backend.Backend, every int64) error {
	a, b := r.backend.Describe(), on.Describe()
	switch {
	case every < 1:
		return fmt.Errorf("steps cannot be checked every %d steps; use 1 or more", every)
	case a.Precision != b.Precision:
		return fmt.Errorf("steps of %s precision cannot be checked in %s precision", a.Precision, b.Precision)
	}
	for _, d := range []backend.Description{a, b} {
		if !d.Strict {
			return fmt.Errorf("steps cannot be checked bit by bit, since %s is tolerant (%s)", d.Device, d.Note)
		}
	}
	r.check = &check{every: every, on: on}
	return nil
}

// limit cuts a batch of n steps short so that a step to be checked is alone.
func (c *check) limit(step int64, n int) int {
	if c == nil {
		return n
	}
	return int(min(int64(n), max(1, following(step, c.every)-1-step)))
}

// before is the state before a batch, if the batch is to be checked.
func (r *Run) before(n int) (*state.State, error) {
	if r.check == nil || (r.step+int64(n))%r.check.every != 0 {
		return nil, nil
	}
	return r.state()
}

// again makes the step after a state once more, and compares.
func (r *Run) again(before *state.State, sums []float64) error {
	after, err := r.backend.State()
	if err != nil {
		return fmt.Errorf("the state of step %d cannot be read: %w", before.Step+1, err)
	}
	if err := r.check.on.SetState(before); err != nil {
		return fmt.Errorf("step %d cannot be checked: %w", before.Step+1, err)
	}
	if r.plan.Fed {
		on, takes := r.check.on.(backend.Feeder)
		if !takes {
			return fmt.Errorf("step %d cannot be checked: %s cannot be given inputs", before.Step+1, r.check.on.Describe().Device)
		}
		if err := on.Feed(r.inputs); err != nil {
			return fmt.Errorf("step %d cannot be checked: %w", before.Step+1, err)
		}
	}
	sumsAgain, err := r.check.on.Advance(1)
	if err != nil {
		return fmt.Errorf("step %d cannot be checked: %w", before.Step+1, err)
	}
	afterAgain, err := r.check.on.State()
	if err != nil {
		return fmt.Errorf("step %d cannot be checked: %w", before.Step+1, err)
	}
	r.check.made++
	bad, err := r.mismatch(after, afterAgain, sums, sumsAgain)
	if err != nil || bad == nil {
		return err
	}
	return errors.Join(bad, r.emit(r.dump(before)))
}

// mismatch finds the first value of the state, or else of the sums, that differs.
func (r *Run) mismatch(s, again *state.State, sums, sumsAgain []float64) (*MismatchError, error) {
	d, err := state.Diff(s, again)
	if err != nil {
		return nil, fmt.Errorf("step %d cannot be checked: %w", s.Step, err)
	}
	if d != nil {
		where := Place(model.GrownTo(r.model, s), s.Array(d.Field), d.Index, s.Replicas)
		return &MismatchError{Step: s.Step, Field: d.Field, Where: where, Value: d.A, Again: d.B, Count: d.Count}, nil
	}
	for i, v := range sums {
		if math.Float64bits(v) != math.Float64bits(sumsAgain[i]) {
			names := r.about.Sums
			return &MismatchError{
				Step: s.Step, Field: "the sum of " + names[i%len(names)], Where: fmt.Sprintf("replica %d", i/len(names)),
				Value: v, Again: sumsAgain[i], Count: 1,
			}, nil
		}
	}
	return nil, nil
}
