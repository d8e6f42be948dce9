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
