package record

import (
	"sync"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// queueBytes bounds the memory of what waits to be written. One event beside it may be
// larger, such as a checkpoint: what follows does not wait until that is written.
const queueBytes = 256 << 20

// queue hands events from the run to the goroutine that writes them. It makes the
// run wait where writing is slower than computing, and takes nothing more after
// an error.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	events  []sim.Event
	bytes   int64 // that wait or are being written, without those of a larger event
	large   bool  // such an event waits or is being written
	closed  bool
	err     error
}

func newQueue() *queue {
	q := &queue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// push waits for room. It returns the error that ended the writing, if any.
func (q *queue) push(e sim.Event) error {
	size := bytesOf(e)
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.err == nil && q.isFull(size) {
		q.changed.Wait()
	}
	if q.err != nil {
		return q.err
	}
	q.events = append(q.events, e)
	if size > queueBytes {
		q.large = true
	} else {
		q.bytes += size
	}
	q.changed.Broadcast()
	return nil
}

// isFull tells whether there is no room for so many bytes.
func (q *queue) isFull(size int64) bool {
	if size > queueBytes {
		return q.large
	}
	return q.bytes+size > queueBytes
}

// pop waits for an event; it returns nil when the queue is closed and empty, or
// has failed.
func (q *queue) pop() sim.Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.err == nil && len(q.events) == 0 && !q.closed {
		q.changed.Wait()
	}
	if q.err != nil || len(q.events) == 0 {
		return nil
	}
	e := q.events[0]
	q.events[0] = nil
	q.events = q.events[1:]
	return e
}

// done tells that an event is written, and whether none waits.
func (q *queue) done(e sim.Event) (idle bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if size := bytesOf(e); size > queueBytes {
		q.large = false
	} else {
		q.bytes -= size
	}
	q.changed.Broadcast()
	return len(q.events) == 0
}

// fail ends the writing.
func (q *queue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
	q.events = nil
	q.changed.Broadcast()
}

// close lets the events that wait be written, and no more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// bytesOf is the memory that an event holds. The end of a run, of which there is one,
// holds the state of the checkpoint before it, or one more.
func bytesOf(e sim.Event) int64 {
	const small = 256
	switch e := e.(type) {
	case *sim.Rows:
		return small + int64(8*len(e.Values))
	case *sim.Snapshot:
		size := int64(small)
		for _, a := range e.Arrays {
			size += arrayBytes(a)
		}
		return size
	case *sim.Checkpoint:
		return small + stateBytes(e.State)
	case *sim.Dump:
		return small + stateBytes(e.State)
	}
	return small
}

func stateBytes(s *state.State) int64 {
	var size int64
	for i := range s.Arrays {
		size += arrayBytes(&s.Arrays[i])
	}
	return size
}

func arrayBytes(a *state.Array) int64 {
	return int64(4*len(a.Single) + 8*len(a.Double) + 4*len(a.Ints) + len(a.Bits))
}
