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

// Command is a request to a run that is kept with it: a control with its name and value,
// a pause, the end of a pause, or the inputs of a step. A run carries commands out
// between its steps.
type Command struct {
	Do string // DoControl, DoPause, DoResume or DoFeed
	state.Control
	Inputs []float64 // of the step after Step, where it is fed
}

// The kinds of commands.
const (
	DoControl = "control"
	DoPause   = "pause"
	DoResume  = "resume"
	DoFeed    = "feed"
)

// ControlsOf are the commands by which a run that is at a checkpoint was changed.
func ControlsOf(c *state.Checkpoint) []Command {
	out := make([]Command, len(c.Controls))
	for i, control := range c.Controls {
		out[i] = Command{Do: DoControl, Control: control}
	}
	return out
}

// Journal sets the function that keeps commands. The run calls keep after it has carried
// out a command, and before it goes on and answers the caller. An error of keep ends the
// run. Call Journal before Go.
func (r *Run) Journal(keep func(Command) error) { r.journal = keep }

// keep hands a command of this step to the journal, and tells of it.
func (r *Run) keep(c Command) error {
	c.Step = r.step
	if r.mode.single {
		c.Step++ // it is carried out after the step that is to be made
	}
	if r.journal != nil {
		if err := r.journal(c); err != nil {
			r.failed = fmt.Errorf("the command %s of step %d cannot be kept: %w", c.Do, c.Step, err)
			return r.failed
		}
	}
	r.failed = r.emit(&Commanded{c})
	return r.failed
}

// repeats tells whether a command of the plan is due.
func (r *Run) repeats() bool {
	return len(r.plan.Again) > 0 && r.plan.Again[0].Step <= r.step && !r.mode.single
}

// hold pauses a run that is attended.
func (r *Run) hold() error {
	if !r.plan.Attended {
		return nil
	}
	r.mode.paused = true
	return r.emit(&Held{})
}

// repeat carries out the plan's commands for the present step.
func (r *Run) repeat() error {
	for r.repeats() {
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
		if err := r.emit(&Commanded{c}); err != nil {
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

// mode is the effect of all commands so far on the run.
type mode struct {
	paused  bool
	single  bool // one step is to be made although the run is paused
	stopped bool
	idle    time.Duration // spent waiting for commands
}

// ErrFed is returned by Pause and Step for a run that makes a step when it is fed.
var ErrFed = errors.New("the run makes a step when it is given its inputs, and waits for them by itself")

// Feed gives the inputs of the next step to a run whose plan is Fed, and the run makes
// that step. A Snapshot that is asked for after Feed is of the state after the step.
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
		switch {
		case r.plan.Fed:
			return ErrFed
		case r.allEnded:
			return errors.New("all replicas have ended, so there is no step to be made; change something, or stop the run")
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

// State is the whole state between two steps.
func (r *Run) State(ctx context.Context) (*state.State, error) {
	var s *state.State
	err := r.give(ctx, func() (err error) { s, err = r.state(); return err })
	return s, err
}

// Snapshot copies fields in their present state. A derived field must have been watched
// during the last step. Spare holds unused arrays by the names of fields; it may be nil.
// Snapshot removes the arrays of the fields from spare and overwrites them, because new
// memory costs more time than copying.
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

// Watch makes the backend compute some derived fields from the next step on, in addition
// to the fields that the plan needs. It replaces the fields of the previous Watch.
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

// control reaches the backend that checks steps too. It may bring replicas that have
// ended back.
func (r *Run) control(name string, value float64) error {
	if r.allEnded {
		if err := r.stepBack(); err != nil {
			return err
		}
	}
	if err := r.backend.Control(name, value); err != nil {
		return err
	}
	r.saved = -1 // the state may be another one
	if r.check != nil {
		if err := r.check.on.Control(name, value); err != nil {
			return err
		}
	}
	if !r.allEnded {
		return nil
	}
	s, err := r.state()
	if err == nil {
		r.allEnded = len(r.ends(s)) == r.plan.Replicas
	}
	return err
}

// stepBack has the backend forget the steps that it made after all replicas had ended.
func (r *Run) stepBack() error {
	s, err := r.state()
	if err != nil {
		return err
	}
	return r.backend.SetState(s)
}

// give sends a function to the run and waits until the run has called it. A run that has
// not begun calls it when it begins.
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
