package sim_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// endless is a run that only commands end.
type endless struct {
	t    *testing.T
	run  *sim.Run
	log  log
	done chan struct{}
	sum  sim.Summary
	err  error
}

func goOn(t *testing.T, ctx context.Context, b *simtest.Backend) *endless {
	e := &endless{t: t, done: make(chan struct{})}
	e.run = start(t, b, simtest.Model{Nodes: 3}, sim.Plan{Steps: 1 << 40, Replicas: 1, Epoch: 1000}, e.log.observe)
	e.run.SetClock((&clock{tick: time.Second}).now) // so that every batch is one step
	go func() {
		e.sum, e.err = e.run.Go(ctx)
		close(e.done)
	}()
	return e
}

func (e *endless) do(command func(context.Context) error) {
	e.t.Helper()
	if err := command(context.Background()); err != nil {
		e.t.Fatal(err)
	}
}

func (e *endless) step() int64 {
	e.t.Helper()
	s, err := e.run.Snapshot(context.Background(), nil, "state")
	if err != nil {
		e.t.Fatal(err)
	}
	return s.Step
}

func (e *endless) stop() {
	e.t.Helper()
	e.do(e.run.Stop)
	<-e.done
	if e.err != nil {
		e.t.Fatal(e.err)
	}
}

func ring() *simtest.Backend { return simtest.NewBackend(simtest.Model{Nodes: 3}, state.Double, 1) }

func TestPauseStepResumeStop(t *testing.T) {
	e := goOn(t, context.Background(), ring())
	e.do(e.run.Pause)
	at := e.step()
	for range 3 {
		e.do(e.run.Step)
		if at++; e.step() != at {
			t.Fatalf("a single step led to step %d, want %d", e.step(), at)
		}
	}
	e.do(e.run.Resume)
	for e.step() < at+10 {
	}
	e.do(e.run.Step)
	at = e.step()
	if again := e.step(); again != at {
		t.Fatalf("after a single step the run went on from step %d to %d", at, again)
	}
	e.stop()
	if e.sum.Reason != sim.Stopped || e.sum.Last != at || e.log.end == nil || e.log.end.Reason != sim.Stopped {
		t.Errorf("summary %+v, want stopped at step %d", e.sum, at)
	}
	if last := e.log.saved[len(e.log.saved)-1].State.Step; last != at {
		t.Errorf("the last checkpoint is of step %d, want %d", last, at)
	}
	if err := e.run.Pause(context.Background()); !errors.Is(err, sim.ErrEnded) {
		t.Errorf("a command after the end gives %v", err)
	}
}

func TestCancelledRunWritesEverythingRunningOrPaused(t *testing.T) {
	for _, paused := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		e := goOn(t, ctx, ring())
		e.do(e.run.Step)
		if !paused {
			e.do(e.run.Resume)
		}
		cancel()
		<-e.done
		if e.err != nil || e.sum.Reason != sim.Cancelled {
			t.Fatalf("summary %+v, error %v", e.sum, e.err)
		}
		if len(e.log.rows) != int(e.sum.Last) || len(e.log.saved) != 1 || e.log.saved[0].State.Step != e.sum.Last || e.log.end == nil {
			t.Errorf("cancelled after step %d: %d rows, checkpoints %v", e.sum.Last, len(e.log.rows), e.log.saved)
		}
	}
}

func TestControlHoldsAndIsCarriedOn(t *testing.T) {
	ctx := context.Background()
	b := ring()
	e := goOn(t, ctx, b)
	e.do(e.run.Pause)
	at := e.step()
	if err := e.run.Control(ctx, "drive", 0.25); err != nil {
		t.Fatal(err)
	}
	if err := e.run.Control(ctx, "heat", 1); !errors.Is(err, model.ErrUnknownControl) {
		t.Errorf("an unknown control gives %v", err)
	}
	if err := e.run.Control(ctx, "drive", math.Inf(1)); err == nil {
		t.Error("an infinite value is accepted")
	}
	e.do(e.run.Step)
	e.stop()
	c := e.log.saved[0]
	if d := cmp.Diff([]state.Control{{Step: at, Name: "drive", Value: 0.25}}, c.Controls); d != "" {
		t.Errorf("interventions in the checkpoint (-want +got):\n%s", d)
	}

	// Three more steps of the same backend are what the resumed one must do.
	resumed := ring()
	plan := sim.Plan{Steps: at + 4, Replicas: 1, Epoch: 1000}
	run := start(t, resumed, simtest.Model{Nodes: 3}, plan)
	if err := run.Restore(&c); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Go(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Advance(3); err != nil {
		t.Fatal(err)
	}
	want, _ := b.State()
	got, _ := resumed.State()
	if d, err := state.Diff(want, got); err != nil || d != nil {
		t.Errorf("the resumed run forgot the intervention: %v, %v", d, err)
	}
}

func TestSnapshotsAreCopies(t *testing.T) {
	ctx := context.Background()
	e := goOn(t, ctx, ring())
	e.do(e.run.Pause)
	first, err := e.run.Snapshot(ctx, nil, "state", "weight")
	if err != nil {
		t.Fatal(err)
	}
	kept := *first.Array("state")
	kept.Double = append([]float64(nil), kept.Double...)
	e.do(e.run.Step)
	e.step()
	if d := cmp.Diff(&kept, first.Array("state")); d != "" {
		t.Errorf("a snapshot changed with the next step:\n%s", d)
	}
	if _, err := e.run.Snapshot(ctx, nil, "colour"); !errors.Is(err, backend.ErrUnknownField) {
		t.Errorf("an unknown field gives %v", err)
	}
	e.stop()
}

func TestSnapshotsUseSpareArrays(t *testing.T) {
	ctx := context.Background()
	e := goOn(t, ctx, ring())
	e.do(e.run.Pause)
	old, err := e.run.Snapshot(ctx, nil, "state", "weight")
	if err != nil {
		t.Fatal(err)
	}
	e.do(e.run.Step)
	want, err := e.run.Snapshot(ctx, nil, "state")
	if err != nil {
		t.Fatal(err)
	}
	spare := map[string]*state.Array{"state": old.Array("state"), "weight": old.Array("weight")}
	got, err := e.run.Snapshot(ctx, spare, "state")
	if err != nil {
		t.Fatal(err)
	}
	if got.Array("state") != old.Array("state") || len(spare) != 1 || spare["weight"] == nil {
		t.Errorf("the spare array of the field is not taken, or not that alone: %v are left", spare)
	}
	if d := cmp.Diff(want.Arrays, got.Arrays); d != "" {
		t.Errorf("in a spare array (-want +got):\n%s", d)
	}
	e.stop()
}

func TestWatchedFieldsCanBeSeen(t *testing.T) {
	ctx := context.Background()
	e := goOn(t, ctx, ring())
	e.do(e.run.Pause)
	if err := e.run.Watch(ctx, "speed"); err != nil {
		t.Fatal(err)
	}
	e.do(e.run.Step)
	s, err := e.run.Snapshot(ctx, nil, "speed")
	if err != nil || s.Array("speed").At(1) == 0 {
		t.Errorf("snapshot %v, error %v", s, err)
	}
	e.stop()
}

func TestCheckpointOnDemand(t *testing.T) {
	e := goOn(t, context.Background(), ring())
	e.do(e.run.Pause)
	at := e.step()
	e.do(e.run.Checkpoint)
	e.stop()
	if len(e.log.saved) != 1 || e.log.saved[0].State.Step != at {
		t.Errorf("checkpoints %v, want one of step %d and not a second one at the end", e.log.saved, at)
	}
}

func TestFailedCheckpointOnDemandEndsTheRun(t *testing.T) {
	full := errors.New("disk full")
	run := start(t, ring(), simtest.Model{Nodes: 3}, sim.Plan{Steps: 1 << 40, Replicas: 1, Epoch: 1000}, func(e sim.Event) error {
		if _, ok := e.(*sim.Checkpoint); ok {
			return full
		}
		return nil
	})
	told := make(chan error, 1)
	go func() { told <- run.Checkpoint(context.Background()) }()
	if _, err := run.Go(context.Background()); !errors.Is(err, full) {
		t.Errorf("the run ends with %v", err)
	}
	if err := <-told; !errors.Is(err, full) {
		t.Errorf("the command ends with %v", err)
	}
}

func TestCommandsGiveUpWithTheirContext(t *testing.T) {
	run := start(t, ring(), simtest.Model{Nodes: 3}, sim.Plan{Steps: 1, Replicas: 1, Epoch: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := run.Pause(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a command to a run that has not begun gives %v", err)
	}
}

// hourly is a context that is waited for only during a pause, and then for an
// hour.
type hourly struct {
	context.Context
	clock *clock
}

func (h hourly) Done() <-chan struct{} {
	h.clock.at = h.clock.at.Add(time.Hour)
	return h.Context.Done()
}

func TestPausesDoNotCountAsWallTime(t *testing.T) {
	b, c := ring(), &clock{}
	b.BeforeStep = func(int64) { c.at = c.at.Add(time.Second) }
	e := &endless{t: t, done: make(chan struct{})}
	e.run = start(t, b, simtest.Model{Nodes: 3}, sim.Plan{Steps: 1 << 40, Replicas: 1, Epoch: 1000})
	e.run.SetClock(c.now)
	go func() {
		e.sum, e.err = e.run.Go(hourly{context.Background(), c})
		close(e.done)
	}()
	e.do(e.run.Pause)
	e.do(e.run.Step)
	e.stop()
	if want := time.Duration(e.sum.Last) * time.Second; e.sum.Wall != want {
		t.Errorf("wall time %v, want %v", e.sum.Wall, want)
	}
	if e.sum.Rate() != 3 {
		t.Errorf("%v node updates per second, want 3 of one step", e.sum.Rate())
	}
}
