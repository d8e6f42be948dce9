package record

import (
	"errors"
	"testing"
	"testing/synctest"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// wait returns when nothing waits to be written.
func (q *queue) wait() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.bytes > 0 {
		q.changed.Wait()
	}
}

// half takes a little more than half of the queue.
func half() sim.Event {
	a := state.NewArray(state.Field{Name: "state"}, state.Double, queueBytes/16)
	return &sim.Snapshot{Arrays: []*state.Array{&a}}
}

func TestQueueMakesTheRunWaitAndBoundsMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, event := newQueue(), half()
		pushed := 0
		go func() {
			for range 3 {
				if err := q.push(event); err != nil {
					t.Error(err)
				}
				pushed++
			}
		}()
		for want := 1; want <= 3; want++ {
			synctest.Wait()
			if pushed != want {
				t.Fatalf("%d events were taken, want %d", pushed, want)
			}
			e := q.pop()
			synctest.Wait()
			if pushed != want {
				t.Fatal("what is being written does not count as memory")
			}
			q.done(e)
		}
	})
}

// TestALargeEventHoldsUpNoSmallOnes, but another large one: a run makes its steps while
// a checkpoint of more than the queue is written, and comes to its end.
func TestALargeEventHoldsUpNoSmallOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := state.NewArray(state.Field{Name: "state"}, state.Double, queueBytes/8)
		s := &state.State{Arrays: []state.Array{a}}
		checkpoint := &sim.Checkpoint{Checkpoint: state.Checkpoint{State: s}}
		events := []sim.Event{checkpoint, &sim.Rows{}, &sim.Epoch{}, &sim.End{State: s}, checkpoint}
		q, pushed := newQueue(), 0
		go func() {
			for _, e := range events {
				if err := q.push(e); err != nil {
					t.Error(err)
				}
				pushed++
			}
		}()
		synctest.Wait()
		if pushed != 4 {
			t.Fatalf("%d events were taken, want all but the second checkpoint", pushed)
		}
		for _, want := range events {
			e := q.pop()
			if e != want {
				t.Fatalf("%T where %T was pushed", e, want)
			}
			q.done(e)
			synctest.Wait()
			if pushed != len(events) {
				t.Fatal("the second checkpoint waits when the first is written")
			}
		}
	})
}

func TestQueueFailsTheRunThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, full := newQueue(), errors.New("disk full")
		if err := q.push(half()); err != nil {
			t.Fatal(err)
		}
		var got error
		go func() { got = q.push(half()) }()
		synctest.Wait()
		q.fail(full)
		synctest.Wait()
		if !errors.Is(got, full) || !errors.Is(q.push(&sim.Rows{}), full) {
			t.Errorf("the run that waited is told %v", got)
		}
		if q.pop() != nil {
			t.Error("something is written after the failure")
		}
	})
}

func TestClosedQueueIsEmptiedFirst(t *testing.T) {
	q := newQueue()
	e := &sim.Rows{}
	if err := q.push(e); err != nil {
		t.Fatal(err)
	}
	if err := q.push(&sim.Epoch{}); err != nil {
		t.Fatal(err)
	}
	q.close()
	if q.pop() != sim.Event(e) || q.done(e) {
		t.Error("the second event is not waiting behind the first")
	}
	if last := q.pop(); last == nil || !q.done(last) || q.pop() != nil {
		t.Error("the queue does not end behind the second event")
	}
}
