package record

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// steered makes a run to which someone gives commands meanwhile, from its last
// checkpoint if it has one. With kill it ends as a process does that is killed: when
// the commands are given, and nothing more is written.
func (s setup) steered(t *testing.T, path string, kill bool, commands func(context.Context, *sim.Run) error) {
	t.Helper()
	f, err := OpenIn(filestest.Quick{}, path)
	if errors.Is(err, os.ErrNotExist) {
		f, err = CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	from, _, err := f.Checkpoint()
	if err != nil && !errors.Is(err, ErrNoCheckpoint) {
		t.Fatal(err)
	}
	b := simtest.NewBackend(s.model, s.precision, s.plan.Replicas)
	o := s.options(b.Describe())
	plan, err := o.Plan(s.plan)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Again, err = f.Commands(from); err != nil {
		t.Fatal(err)
	}
	if from == nil && len(plan.Again) == 0 {
		plan.Again = []sim.Command{{Do: sim.DoPause}} // until the first command comes
	}
	r, err := f.Prepare(o, from)
	if err != nil {
		t.Fatal(err)
	}
	var dead atomic.Bool
	write := func(e sim.Event) error {
		if dead.Load() {
			return errDead
		}
		return r.Observe(e)
	}
	run, err := sim.New(s.model, b, plan, write)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	run.Journal(r.Keep)
	if err := r.Begin(); err != nil {
		t.Fatal(err)
	}
	given := make(chan error, 1)
	go func() {
		err := commands(t.Context(), run)
		if kill {
			dead.Store(true)
			// The last step may have ended it already.
			if stopped := run.Stop(t.Context()); !errors.Is(stopped, sim.ErrEnded) {
				err = errors.Join(err, stopped)
			}
		}
		given <- err
	}()
	summary, err := run.Go(t.Context())
	if failed := <-given; failed != nil {
		t.Fatal(failed)
	}
	if !kill {
		if err := errors.Join(err, r.Close(summary, err)); err != nil {
			t.Fatal(err)
		}
		return
	}
	// What was told of is written, and then the process ends.
	r.queue.close()
	<-r.written
	if closed := errors.Join(r.flush(), r.closeFiles()); closed != nil || !errors.Is(err, errDead) {
		t.Fatalf("it was not killed, but ended with %v, %v", err, closed)
	}
}

// walk makes some steps of a run that is paused, one by one.
func walk(ctx context.Context, run *sim.Run, steps int) (err error) {
	for range steps {
		err = errors.Join(err, run.Step(ctx))
	}
	return err
}

// goOn ends the pause that a run is in at a step; one that does not wait there soon
// has ended.
func goOn(ctx context.Context, run *sim.Run, step int64) error {
	for {
		now, err := run.Snapshot(ctx, nil, "state")
		switch {
		case err != nil:
			return fmt.Errorf("it does not wait: %w", err)
		case now.Step > step:
			return fmt.Errorf("it does not wait at step %d, but is at step %d", step, now.Step)
		case now.Step == step:
			return run.Resume(ctx)
		}
		time.Sleep(time.Millisecond)
	}
}

func nothing(context.Context, *sim.Run) error { return nil }

// TestKillLosesNoIntervention gives controls, kills the run before the next checkpoint,
// and compares what is made of it with a run that nobody killed.
func TestKillLosesNoIntervention(t *testing.T) {
	s := small(state.Double, 1)
	s.plan.Checkpoint = 20
	path := filepath.Join(t.TempDir(), "run")
	s.steered(t, path, true, func(ctx context.Context, run *sim.Run) error {
		return errors.Join(
			walk(ctx, run, 5), run.Control(ctx, "drive", 0.7), walk(ctx, run, 18), run.Control(ctx, "drive", 0.3),
			walk(ctx, run, 4), run.Control(ctx, "drive", 0.9), walk(ctx, run, 4))
	})
	s.steered(t, path, false, func(ctx context.Context, run *sim.Run) error { return goOn(ctx, run, 31) })
	c := lastOf(t, path)
	want := []state.Control{{Step: 5, Name: "drive", Value: 0.7}, {Step: 23, Name: "drive", Value: 0.3}, {Step: 27, Name: "drive", Value: 0.9}}
	if d := cmp.Diff(want, c.Controls); d != "" {
		t.Errorf("the controls (-want +got):\n%s", d)
	}
	// The same commands at the same steps, planned.
	whole := filepath.Join(t.TempDir(), "whole")
	for _, c := range want {
		s.plan.Again = append(s.plan.Again, sim.Command{Do: sim.DoControl, Control: c})
	}
	s.fresh(t, whole, 0)
	sameResults(t, results(t, whole), without(results(t, path), commandsName))
}

// lastOf is the last checkpoint of a run.
func lastOf(t *testing.T, path string) *state.Checkpoint {
	t.Helper()
	c, err := ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func without(m map[string][]byte, name string) map[string][]byte {
	delete(m, name)
	return m
}

// TestPauseIsKept: a run that was killed, or stopped, while it was paused waits again at
// that step, until it is told to go on.
func TestPauseIsKept(t *testing.T) {
	for _, kill := range []bool{false, true} {
		s := small(state.Single, 1)
		path := filepath.Join(t.TempDir(), "run")
		s.steered(t, path, kill, func(ctx context.Context, run *sim.Run) error {
			err := walk(ctx, run, 12)
			if !kill {
				err = errors.Join(err, run.Stop(ctx))
			}
			return err
		})
		s.steered(t, path, false, func(ctx context.Context, run *sim.Run) error { return goOn(ctx, run, 12) })
		if c := lastOf(t, path); c.State.Step != 47 {
			t.Errorf("the run ended at step %d", c.State.Step)
		}
		s.steered(t, path, false, nothing) // and the pause is over
	}
}

func TestCommandsAfterACheckpoint(t *testing.T) {
	control := func(step int64, name string, value float64) sim.Command {
		return sim.Command{Do: sim.DoControl, Control: state.Control{Step: step, Name: name, Value: value}}
	}
	all := []sim.Command{
		control(5, "a", 1), control(10, "a", 2), {Do: sim.DoPause, Control: state.Control{Step: 10}}, {Do: sim.DoResume, Control: state.Control{Step: 10}},
		control(10, "a", math.NaN()), control(30, "b", 3), {Do: sim.DoPause, Control: state.Control{Step: 31}}, control(20, "c", 4),
	}
	from := &state.Checkpoint{State: &state.State{Step: 10}, Controls: []state.Control{all[0].Control, all[1].Control}}
	want := []sim.Command{all[4], all[7], all[5], all[6]}
	if d := cmp.Diff(want, after(from, all), cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
}

func TestTableOfCommands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	given := []sim.Command{
		{Do: sim.DoPause, Control: state.Control{Step: 3}},
		{Do: sim.DoControl, Control: state.Control{Step: 3, Name: `a "name", with all`, Value: 1e-300}},
		{Do: sim.DoControl, Control: state.Control{Step: 4, Name: "taken back", Value: math.NaN()}},
		{Do: sim.DoResume, Control: state.Control{Step: 5}},
	}
	for i, c := range given {
		r := &Recorder{folder: f} // each command in a session of its own
		if err := errors.Join(r.Keep(c), r.closeFiles()); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			// A row that is not whole was never carried out.
			alter(t, path, commandsName, func(b []byte) []byte { return append(b, "7,control,ha"...) })
		}
		got, err := f.allCommands()
		if d := cmp.Diff(given[:i+1], got, cmpopts.EquateNaNs()); err != nil || d != "" {
			t.Fatalf("%v\n%s", err, d)
		}
	}
	for _, text := range []string{
		"garbage\n", "step,command\n", commandsHead + "1,dance,,\n", commandsHead + "-1,pause,,\n", commandsHead + "1,control,,1\n",
		commandsHead + "1,control,a,Inf\n", commandsHead + "1,pause,a,\n", commandsHead + "1,control,a\n", "# mine\n" + commandsHead,
	} {
		alter(t, path, commandsName, func([]byte) []byte { return []byte(text) })
		if got, err := f.allCommands(); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
