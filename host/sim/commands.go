package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tnn-gpu/host/state"
)

// ErrEnded is returned for a command to a run that has ended.
var ErrEnded = errors.New("the run has ended")

// Command is what was asked of a run between its steps and must outlast it: a control
// with its name and value, a pause or the end of one.
type Command struct {
	Do string // DoControl, DoPause, DoResume or DoFeed
	state.Control
	Inputs []float64 // of the step after Step, where it is fed
}

// What a Command can be.
const (
	DoControl = "control"
	DoPause   = "pause"
	DoResume  = "resume"
	DoFeed    = "feed"
)

// Journal has each command kept, before the run goes on and whoever gave it is told
// that it was carried out. An error of keep ends the run. It must be called before Go.
func (r *Run) Journal(keep func(Command) error) { r.journal = keep }

// keep hands a command of this step to the journal.
func (r *Run) keep(c Command) error {
	c.Step = r.step
	if r.mode.single {
		c.Step++ // it is carried out after the step that is to be made
	}
	if r.journal == nil {
		return nil
	}
	if err := r.journal(c); err != nil {
		r.failed = fmt.Errorf("the command %s of step %d cannot be kept: %w", c.Do, c.Step, err)
	}
	return r.failed
}

// repeat carries out those commands of the plan whose step has come.
func (r *Run) repeat() error {
	for len(r.plan.Again) > 0 && r.plan.Again[0].Step <= r.step && !r.mode.single {
		c := r.plan.Again[0]
		r.plan.Again = r.plan.Again[1:]
		switch c.Do {
		case DoPause, DoResume:
			r.mode.paused = c.Do == DoPause
		case DoFeed:
			if err := r.feed(c.Inputs); err != nil {
				return fmt.Errorf("the inputs of step %d cannot be given again: %w", c.Step+1, err)
			}
		case DoControl:
			if err := r.control(c.Name, c.Value); err != nil {
				return fmt.Errorf("the intervention %s = %v of step %d cannot be repeated: %w", c.Name, c.Value, c.Step, err)
			}
			r.controls = append(r.controls, c.Control)
		}
		if err := r.emit(&Repeated{c}); err != nil {
			return err
		}
	}
	return nil
}

// command is carried out by the goroutine of the run, between steps.
type command struct {
	do   func() error
	done chan error
}

// mode is what commands have made of the run.
type mode struct {
	paused  bool
	single  bool // one step is to be made although the run is paused
	stopped bool
	idle    time.Duration // spent waiting for commands
}

// ErrFed is returned by Pause and Step for a run that makes a step when it is fed.
var ErrFed = errors.New("the run makes a step when it is given its inputs, and waits for them by itself")

// Feed gives a run whose plan is Fed the inputs of its next step, which is made then.
// What is asked of the run after that, a Snapshot, finds the step made.
func (r *Run) Feed(ctx context.Context, inputs []float64) error {
	inputs = slices.Clone(inputs)
	return r.give(ctx, func() error {
		if err := r.about.CheckInputs(inputs); err != nil {
			return err
		}
		if err := r.keep(Command{Do: DoFeed, Inputs: inputs}); err != nil {
			return err
		}
		r.failed = r.feed(inputs)
		return r.failed
	})
}

// feed hands the backend the inputs of the next step.
func (r *Run) feed(inputs []float64) error {
	if err := r.about.CheckInputs(inputs); err != nil {
		return err
	}
	if err := r.feeder.Feed(inputs); err != nil {
		return fmt.Errorf("the backend does not take the inputs of step %d: %w", r.step+1, err)
	}
	r.inputs, r.mode.single = inputs, true
	return nil
}

// Pause holds the run before its next step. Commands are still carried out.
func (r *Run) Pause(ctx context.Context) error {
	return r.give(ctx, func() error {
		if r.plan.Fed {
			return ErrFed
		}
		r.mode.paused = true
		return r.keep(Command{Do: DoPause})
	})
}

// Resume goes on after a pause.
func (r *Run) Resume(ctx context.Context) error {
	return r.give(ctx, func() error { r.mode.paused = false; return r.keep(Command{Do: DoResume}) })
}

// Step makes one step and pauses.
func (r *Run) Step(ctx context.Context) error {
	return r.give(ctx, func() error {
		if r.plan.Fed {
			return ErrFed
		}
		r.mode.paused, r.mode.single = true, true
		return r.keep(Command{Do: DoPause})
	})
}

// Stop ends the run before its next step.
func (r *Run) Stop(ctx context.Context) error {
	return r.give(ctx, func() error { r.mode.stopped = true; return nil })
}

// Checkpoint hands a checkpoint to the observers now. If that fails the run ends.
func (r *Run) Checkpoint(ctx context.Context) error {
	return r.give(ctx, func() error { r.failed = r.checkpoint(); return r.failed })
}

// Snapshot copies fields as they are now. A derived one must have been watched
// when the last step was made. Spare are arrays by field that nobody looks at any
// more, or nil: those of the fields are taken away and written over, as new memory
// costs more than the copying.
func (r *Run) Snapshot(ctx context.Context, spare map[string]*state.Array, fields ...string) (*Snapshot, error) {
	var s *Snapshot
	err := r.give(ctx, func() (err error) {
		began := r.now()
		if s, err = r.snapshot(fields, spare); err == nil {
			s.Took = r.now().Sub(began)
		}
		return err
	})
	return s, err
}

// Watch has the given derived fields computed from the next step on, besides
// those that the plan needs, instead of those of the Watch before.
func (r *Run) Watch(ctx context.Context, derived ...string) error {
	return r.give(ctx, func() error { return r.watch(derived) })
}

// Control changes how the following steps are made, by the model's own name for
// it. Checkpoints carry it on.
func (r *Run) Control(ctx context.Context, name string, value float64) error {
	if math.IsInf(value, 0) {
		return fmt.Errorf("%s cannot be set to %v; use a finite value", name, value)
	}
	return r.give(ctx, func() error {
		if err := r.control(name, value); err != nil {
			return fmt.Errorf("%s cannot be set to %v: %w", name, value, err)
		}
		c := state.Control{Step: r.step, Name: name, Value: value}
		r.controls = append(r.controls, c)
		return r.keep(Command{Do: DoControl, Control: c})
	})
}

// control reaches the backend that checks steps too.
func (r *Run) control(name string, value float64) error {
	if err := r.backend.Control(name, value); err != nil || r.check == nil {
		return err
	}
	return r.check.on.Control(name, value)
}

// give has the run do something and waits until it has. A run that has not
// begun yet does it when it begins.
func (r *Run) give(ctx context.Context, do func() error) error {
	c := command{do: do, done: make(chan error, 1)}
	select {
	case r.commands <- c:
	case <-r.over:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	// The run has taken it, and takes a command only to do it at once.
	return <-c.done
}

// serve carries out the commands that wait, and during a pause, or for inputs, waits for
// more.
// It returns an error if the run cannot go on.
func (r *Run) serve(ctx context.Context) error {
	for !r.mode.single && !r.mode.stopped && r.failed == nil {
		if !r.mode.paused && !r.plan.Fed {
			select {
			case c := <-r.commands:
				c.done <- c.do()
				continue
			default:
				return nil
			}
		}
		began := r.now()
		select {
		case c := <-r.commands:
			r.mode.idle += r.now().Sub(began)
			c.done <- c.do()
		case <-ctx.Done():
			r.mode.idle += r.now().Sub(began)
			return nil
		}
	}
	return r.failed
}
