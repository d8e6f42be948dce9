package sim_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// log keeps what a run tells.
type log struct {
	rows      [][]float64 // by step and replica
	epochs    []sim.Epoch
	snapshots []sim.Snapshot
	saved     []state.Checkpoint
	dump      *sim.Dump
	end       *sim.End
}

func (l *log) observe(e sim.Event) error {
	switch e := e.(type) {
	case *sim.Rows:
		for i := range e.Steps() {
			for r := range e.Replicas {
				l.rows = append(l.rows, e.Row(i, r))
			}
		}
	case *sim.Epoch:
		l.epochs = append(l.epochs, *e)
	case *sim.Snapshot:
		l.snapshots = append(l.snapshots, *e)
	case *sim.Checkpoint:
		l.saved = append(l.saved, e.Checkpoint)
	case *sim.Dump:
		l.dump = e
	case *sim.End:
		l.end = e
	}
	return nil
}

// TestDerivedFieldsAtTheEnd: what is shown at the start is there at the end, also where
// it is not part of the state.
func TestDerivedFieldsAtTheEnd(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	b, l := simtest.NewBackend(m, state.Double, 2), &log{}
	run := start(t, b, m, sim.Plan{Steps: 7, Replicas: 2, Epoch: 3, Start: []string{"weight", "speed"}}, l.observe)
	if _, err := run.Go(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, err := b.Field("speed", nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, l.end.Array("speed")); d != "" || want.At(0) == 0 {
		t.Errorf("speed at the end (-want +got):\n%s", d)
	}
	if l.end.Array("weight") != l.end.State.Array("weight") || l.end.Array("nothing") != nil {
		t.Error("the end has other fields than the state")
	}
}

// clock moves by some time at every look.
type clock struct {
	at   time.Time
	tick time.Duration
}

func (c *clock) now() time.Time {
	c.at = c.at.Add(c.tick)
	return c.at
}

// fatal is of *testing.T and *rapid.T.
type fatal interface {
	Helper()
	Fatal(...any)
}

func start(t fatal, b *simtest.Backend, m simtest.Model, plan sim.Plan, observers ...sim.Observer) *sim.Run {
	t.Helper()
	run, err := sim.New(m, b, plan, observers...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// reference makes the steps one by one, without the loop.
func reference(t fatal, m simtest.Model, p state.Precision, replicas, steps int) (rows [][]float64, states []*state.State) {
	t.Helper()
	b := simtest.NewBackend(m, p, replicas)
	for range steps {
		sums, err := b.Advance(1)
		if err != nil {
			t.Fatal(err)
		}
		for r := range replicas {
			row := make([]float64, 2)
			m.Row(row, sums[2*r:2*r+2])
			rows = append(rows, row)
		}
		s, err := b.State()
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, s)
	}
	return rows, states
}

func TestPlanAndPaceNeverChangeResults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := simtest.Model{Nodes: rapid.IntRange(2, 6).Draw(t, "nodes")}
		replicas := rapid.IntRange(1, 3).Draw(t, "replicas")
		steps := rapid.IntRange(0, 60).Draw(t, "steps")
		every := int64(rapid.IntRange(1, 20).Draw(t, "every"))
		plan := sim.Plan{
			Steps: int64(steps), Replicas: replicas, Epoch: int64(rapid.IntRange(0, 20).Draw(t, "epoch")),
			Checkpoint: int64(rapid.IntRange(0, 20).Draw(t, "checkpoint")),
			Captures:   []sim.Capture{{Every: every, Fields: []string{"state"}}, {Every: 7, Fields: []string{"weight", "state"}}},
		}
		var got log
		run := start(t, simtest.NewBackend(m, state.Double, replicas), m, plan, got.observe)
		run.SetClock((&clock{tick: time.Duration(rapid.IntRange(0, 400).Draw(t, "ms")) * time.Millisecond}).now)
		if _, err := run.Go(context.Background()); err != nil {
			t.Fatal(err)
		}
		rows, states := reference(t, m, state.Double, replicas, steps)
		if d := cmp.Diff(rows, got.rows); d != "" {
			t.Fatalf("rows (-step by step +loop):\n%s", d)
		}
		checkSnapshots(t, got.snapshots, states, every)
		for _, c := range got.saved {
			if c.State.Step == 0 {
				continue
			}
			if d, err := state.Diff(states[c.State.Step-1], c.State); err != nil || d != nil {
				t.Fatalf("checkpoint of step %d: %v, %v", c.State.Step, d, err)
			}
		}
		if last := got.saved[len(got.saved)-1].State.Step; last != int64(steps) {
			t.Fatalf("the last checkpoint is of step %d of %d", last, steps)
		}
	})
}

func checkSnapshots(t *rapid.T, got []sim.Snapshot, states []*state.State, every int64) {
	var want []sim.Snapshot
	for i, s := range states {
		step := int64(i + 1)
		var arrays []*state.Array
		switch {
		case step%every == 0 && step%7 == 0:
			arrays = []*state.Array{s.Array("state"), s.Array("weight")}
		case step%every == 0:
			arrays = []*state.Array{s.Array("state")}
		case step%7 == 0:
			arrays = []*state.Array{s.Array("weight"), s.Array("state")}
		default:
			continue
		}
		want = append(want, sim.Snapshot{Step: step, Arrays: arrays})
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("snapshots (-want +got):\n%s", d)
	}
}

func TestBatchesGrowAsFarAsNothingIsDue(t *testing.T) {
	m := simtest.Model{Nodes: 2}
	b := simtest.NewBackend(m, state.Single, 1)
	run := start(t, b, m, sim.Plan{Steps: 1000, Replicas: 1, Epoch: 10, Checkpoint: 600})
	run.SetClock((&clock{}).now) // nothing takes any time
	if _, err := run.Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 89, 400}
	if d := cmp.Diff(want, b.Calls); d != "" {
		t.Errorf("steps asked of the backend at a time (-want +got):\n%s", d)
	}
}

func TestBatchesShrinkWhereStepsAreSlow(t *testing.T) {
	m := simtest.Model{Nodes: 2}
	b := simtest.NewBackend(m, state.Single, 1)
	c := &clock{}
	b.BeforeStep = func(step int64) {
		if step > 100 {
			c.at = c.at.Add(50 * time.Millisecond)
		}
	}
	run := start(t, b, m, sim.Plan{Steps: 1000, Replicas: 1, Epoch: 10})
	run.SetClock(c.now)
	if _, err := run.Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	slow := b.Calls[slices.Index(b.Calls, 64)+2:]
	if most := slices.Max(slow); most > 2 {
		t.Errorf("%d steps of 50 ms are asked for at a time, so a command would wait for more than 0.1 s: %v", most, slow)
	}
	if slices.Max(slow[:len(slow)-1]) < 2 {
		t.Errorf("steps of 50 ms are asked for one by one: %v", slow)
	}
}

func TestEpochIsTheQuantityOfItsMeanSums(t *testing.T) {
	m := simtest.Model{Nodes: 5}
	const replicas, steps = 3, 25
	var got log
	plan := sim.Plan{Steps: steps, Replicas: replicas, Epoch: 10}
	if _, err := start(t, simtest.NewBackend(m, state.Double, replicas), m, plan, got.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	sums, err := simtest.NewBackend(m, state.Double, replicas).Advance(steps)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.epochs) != 3 {
		t.Fatalf("%d epochs, want 2 whole ones and one cut short", len(got.epochs))
	}
	for i, e := range got.epochs {
		first, last := 10*i+1, min(10*i+10, steps)
		if e.Index != int64(i+1) || e.First != int64(first) || e.Last != int64(last) {
			t.Errorf("epoch %d covers steps %d to %d, want epoch %d of steps %d to %d", e.Index, e.First, e.Last, i+1, first, last)
		}
		n := float64(last - first + 1)
		var ratios []float64
		for r := range replicas {
			var total [2]float64
			for step := first; step <= last; step++ {
				for k := range total {
					total[k] += sums[((step-1)*replicas+r)*2+k]
				}
			}
			ratios = append(ratios, total[1]/total[0])
			near(t, "mean", e.Replicas[r][0], total[0]/n/5)
			near(t, "ratio", e.Replicas[r][1], total[1]/total[0])
		}
		a, b, c := ratios[0], ratios[1], ratios[2]
		mean := (a + b + c) / 3
		near(t, "mean ratio", e.Points[0].Mean[1], mean)
		// Three values: variance of the mean = sum of squares / (2 x 3).
		near(t, "error of the ratio", e.Points[0].Error[1], math.Sqrt(((a-mean)*(a-mean)+(b-mean)*(b-mean)+(c-mean)*(c-mean))/6))
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*math.Abs(want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestPointsAreAveragedApart has points of one, two and three of the replicas.
func TestPointsAreAveragedApart(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	plan := sim.Plan{Steps: 2, Replicas: 6, Epoch: 1, Points: [][]int{{1}, {5, 0}, {2, 4, 3}}}
	var got log
	if _, err := start(t, simtest.NewBackend(m, state.Double, 6), m, plan, got.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, e := range got.epochs {
		v := e.Replicas
		if len(e.Points) != 3 {
			t.Fatalf("epoch %d has %d points", e.Index, len(e.Points))
		}
		if p := e.Points[0]; p.Error != nil || !slices.Equal(p.Mean, v[1]) || !slices.Equal(p.Replicas, []int{1}) {
			t.Errorf("a point of replica 1 alone, which has %v: %+v", v[1], p)
		}
		near(t, "mean of two", e.Points[1].Mean[1], (v[0][1]+v[5][1])/2)
		near(t, "error of two", e.Points[1].Error[1], math.Abs(v[0][1]-v[5][1])/2)
		a, b, c := v[2][1], v[3][1], v[4][1]
		mean := (a + b + c) / 3
		near(t, "mean of three", e.Points[2].Mean[1], mean)
		near(t, "error of three", e.Points[2].Error[1], math.Sqrt(((a-mean)*(a-mean)+(b-mean)*(b-mean)+(c-mean)*(c-mean))/6))
	}
}

func TestPointsThatAreNone(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	for _, points := range [][][]int{{}, {{0}}, {{0, 1}, {1}}, {{0}, {2}}, {{0, 1}, {}}, {{-1, 0, 1}}} {
		_, err := sim.New(m, simtest.NewBackend(m, state.Single, 2), sim.Plan{Replicas: 2, Epoch: 1, Points: points})
		if err == nil || !strings.Contains(err.Error(), "each of the 2 replicas once") {
			t.Errorf("points %v: %v", points, err)
		}
	}
}

func TestOneReplicaHasNoError(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	var got log
	if _, err := start(t, simtest.NewBackend(m, state.Single, 1), m, sim.Plan{Steps: 4, Replicas: 1, Epoch: 4}, got.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	if e := got.epochs[0]; e.Points[0].Error != nil || !slices.Equal(e.Points[0].Mean, e.Replicas[0]) {
		t.Errorf("epoch of one replica: %+v", e)
	}
}

func TestResumedRunIsTheUninterruptedOne(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	plan := sim.Plan{
		Steps: 47, Replicas: 2, Epoch: 10, Points: [][]int{{1}, {0}}, Checkpoint: 1,
		Captures: []sim.Capture{{Every: 3, Fields: []string{"speed"}}},
	}
	var whole log
	if _, err := start(t, simtest.NewBackend(m, state.Single, 2), m, plan, whole.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, c := range whole.saved {
		var rest log
		run := start(t, simtest.NewBackend(m, state.Single, 2), m, plan, rest.observe)
		if err := run.Restore(&c); err != nil {
			t.Fatal(err)
		}
		summary, err := run.Go(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		step := c.State.Step
		if summary.First != step || summary.Last != 47 || summary.Updates != (47-step)*2*4 {
			t.Errorf("from step %d: %+v", step, summary)
		}
		want := log{rows: whole.rows[2*step:], end: whole.end}
		for _, e := range whole.epochs {
			if e.Last > step || e.Last == 47 {
				want.epochs = append(want.epochs, e)
			}
		}
		for _, s := range whole.snapshots {
			if s.Step > step {
				want.snapshots = append(want.snapshots, s)
			}
		}
		for _, s := range whole.saved {
			if s.State.Step > step {
				want.saved = append(want.saved, s)
			}
		}
		if d := cmp.Diff(want, rest, cmp.AllowUnexported(log{}), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("from step %d (-uninterrupted +resumed):\n%s", step, d)
		}
	}
}

func TestStartSnapshotIsTakenOnceAndBeforeTheFirstStep(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	plan := sim.Plan{Steps: 3, Replicas: 1, Epoch: 10, Start: []string{"weight"}}
	var got log
	if _, err := start(t, simtest.NewBackend(m, state.Double, 1), m, plan, got.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	want, err := simtest.NewBackend(m, state.Double, 1).Field("weight", nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]sim.Snapshot{{Start: true, Arrays: []*state.Array{want}}}, got.snapshots); d != "" {
		t.Error(d)
	}
	var rest log
	plan.Steps = 5
	run := start(t, simtest.NewBackend(m, state.Double, 1), m, plan, rest.observe)
	if err := run.Restore(&got.saved[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Go(context.Background()); err != nil || len(rest.snapshots) > 0 {
		t.Errorf("the resumed run has %d start snapshots, error %v", len(rest.snapshots), err)
	}
}

func TestOnlyTheDerivedFieldsInUseAreWatched(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	b := simtest.NewBackend(m, state.Double, 1)
	plan := sim.Plan{Steps: 3, Replicas: 1, Epoch: 10, Captures: []sim.Capture{{Every: 1, Fields: []string{"state", "speed"}}, {Every: 2, Fields: []string{"speed"}}}}
	if _, err := start(t, b, m, plan).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"speed"}, b.Watched); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"state", "speed", "state", "speed", "state", "speed"}, b.Reads); d != "" {
		t.Errorf("fields read (-want +got):\n%s", d)
	}
}

func TestCheckpointsByTheClock(t *testing.T) {
	m := simtest.Model{Nodes: 2}
	b := simtest.NewBackend(m, state.Single, 1)
	c := &clock{}
	b.BeforeStep = func(int64) { c.at = c.at.Add(time.Second) }
	var got log
	run := start(t, b, m, sim.Plan{Steps: 10, Replicas: 1, Epoch: 10, CheckpointTime: 3 * time.Second}, got.observe)
	run.SetClock(c.now)
	if _, err := run.Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	var steps []int64
	for _, c := range got.saved {
		steps = append(steps, c.State.Step)
	}
	if d := cmp.Diff([]int64{3, 6, 9, 10}, steps); d != "" {
		t.Errorf("steps of the checkpoints (-want +got):\n%s", d)
	}
}

func TestFailuresEndTheRun(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	t.Run("backend", func(t *testing.T) {
		b := simtest.NewBackend(m, state.Double, 1)
		b.FailAt = 4
		_, err := start(t, b, m, sim.Plan{Steps: 9, Replicas: 1, Epoch: 5}).Go(context.Background())
		if err == nil || !strings.Contains(err.Error(), "the device is gone") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("observer", func(t *testing.T) {
		full := errors.New("disk full")
		b := simtest.NewBackend(m, state.Double, 1)
		run := start(t, b, m, sim.Plan{Steps: 9, Replicas: 1, Epoch: 5}, func(sim.Event) error { return full })
		if _, err := run.Go(context.Background()); !errors.Is(err, full) || len(b.Calls) != 1 {
			t.Errorf("error %v after %d batches", err, len(b.Calls))
		}
	})
}

func TestImpossiblePlansAreRefused(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	for _, plan := range []sim.Plan{
		{Steps: -1, Replicas: 1, Epoch: 1},
		{Steps: 1, Epoch: 1},
		{Steps: 1, Replicas: 1, Epoch: -1},
		{Steps: 1, Replicas: 1, Epoch: 1, Checkpoint: -1},
		{Steps: 1, Replicas: 1, Epoch: 1, CheckpointTime: -1},
		{Steps: 1, Replicas: 1, Epoch: 1, Captures: []sim.Capture{{Fields: []string{"state"}}}},
		{Steps: 1, Replicas: 1, Epoch: 1, Captures: []sim.Capture{{Every: 1, Fields: []string{"colour"}}}},
		{Steps: 1, Replicas: 1, Epoch: 1, Start: []string{"double"}},
	} {
		if _, err := sim.New(m, simtest.NewBackend(m, state.Single, 1), plan); err == nil {
			t.Errorf("%+v is accepted", plan)
		}
	}
}

func TestCheckpointsOfOtherRunsAreRefused(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	var from log
	plan := sim.Plan{Steps: 2, Replicas: 2, Epoch: 1}
	if _, err := start(t, simtest.NewBackend(m, state.Single, 2), m, plan, from.observe).Go(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(c *state.Checkpoint, s *state.State){
		"model":     func(c *state.Checkpoint, _ *state.State) { c.Model = "tnn" },
		"rule":      func(c *state.Checkpoint, _ *state.State) { c.Rule = "hylton2019" },
		"replicas":  func(_ *state.Checkpoint, s *state.State) { s.Replicas = 1 },
		"precision": func(_ *state.Checkpoint, s *state.State) { s.Precision = state.Double },
		"sums":      func(c *state.Checkpoint, _ *state.State) { c.EpochSums = nil },
		"control":   func(c *state.Checkpoint, _ *state.State) { c.Controls = []state.Control{{Name: "adapt"}} },
	} {
		c, s := from.saved[0], *from.saved[0].State
		c.State = &s
		spoil(&c, &s)
		if err := start(t, simtest.NewBackend(m, state.Single, 2), m, plan).Restore(&c); err == nil {
			t.Errorf("a checkpoint of another %s is accepted", name)
		}
	}
}
