package sim_test

import (
	"context"
	"slices"
	"testing"

	"tnn-gpu/host/sim"
)

// TestFollow: a field is copied after each of some steps, and the run makes the same steps
// as without that.
func TestFollow(t *testing.T) {
	e := goOn(t, context.Background(), ring())
	e.do(e.run.Pause)
	at := e.step()
	var steps []int64
	var values []float64
	done := make(chan struct{})
	take := func(s *sim.Snapshot) {
		steps, values = append(steps, s.Step), append(values, s.Array("state").At(0))
		if len(steps) == 5 {
			close(done)
		}
	}
	if err := e.run.Follow(context.Background(), 5, take, "state"); err != nil {
		t.Fatal(err)
	}
	e.do(e.run.Resume)
	<-done
	ended := make(chan bool, 1)
	if err := e.run.Follow(context.Background(), 5, func(s *sim.Snapshot) { ended <- s == nil }, "nothing"); err != nil {
		t.Fatal(err)
	}
	if !<-ended {
		t.Error("a field that is not there is copied")
	}
	e.do(e.run.Pause)
	last, err := e.run.Snapshot(context.Background(), nil, "state")
	if err != nil {
		t.Fatal(err)
	}
	e.stop()
	if want := []int64{at + 1, at + 2, at + 3, at + 4, at + 5}; !slices.Equal(steps, want) {
		t.Errorf("steps %v were copied, want %v", steps, want)
	}
	again := ring() // makes the same steps, and nothing follows it
	for range at {
		if _, err := again.Advance(1); err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range values {
		if _, err := again.Advance(1); err != nil {
			t.Fatal(err)
		}
		a, err := again.Field("state", nil)
		if err != nil || a.At(0) != v {
			t.Errorf("step %d: %v, want %v, %v", steps[i], v, a.At(0), err)
		}
	}
	for range last.Step - at - int64(len(values)) {
		if _, err := again.Advance(1); err != nil {
			t.Fatal(err)
		}
	}
	end, err := again.Field("state", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range end.Len() {
		if got, want := last.Array("state").At(i), end.At(i); got != want {
			t.Errorf("step %d: value %d is %v, want %v", last.Step, i, got, want)
		}
	}
}
