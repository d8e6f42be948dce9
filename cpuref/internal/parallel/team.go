// Package parallel holds what the processor backends of all models share: a team
// of threads, a sum whose bits do not depend on how the work is split, and the
// name of the processor.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// Team is a number of threads that share work. They are started when work first
// needs them, wait for more, and end when the team is closed. Only one goroutine
// at a time may use a team; it is one of the threads itself.
type Team struct {
	threads int
	helpers int // threads that were started, beside the caller's
	wake    chan struct{}
	done    chan struct{} // one token for each thread that was woken
	work    work
}

// work is so many equal things to do. Threads take them part by part, so that they
// end together also where one is kept from its work.
type work struct {
	do         func(thread, from, to int)
	size, part int
	taken      atomic.Int64
}

// NewTeam makes a team of so many threads, at least one.
func NewTeam(threads int) *Team {
	return &Team{threads: threads, wake: make(chan struct{}, threads), done: make(chan struct{}, threads)}
}

// Threads is the number of threads.
func (t *Team) Threads() int { return t.threads }

// Share calls do for parts that together are the things from 0 up to size, and
// returns when all are done. thread is the number of the thread that does a part,
// below Threads; a thread does one part at a time. Each thread gets grain things at
// least: fewer than those are not worth waking one. Share itself takes no memory.
func (t *Team) Share(size, grain int, do func(thread, from, to int)) {
	w := &t.work
	threads := max(1, min(t.threads, size/grain))
	w.do, w.size, w.part = do, size, max(grain, size/(64*threads))
	w.taken.Store(0)
	for t.helpers < threads-1 {
		t.helpers++
		go t.help(t.helpers, t.wake)
	}
	for range threads - 1 {
		t.wake <- struct{}{}
	}
	w.take(0)
	for range threads - 1 {
		receive(t.done)
	}
}

// Close ends the threads. The team must not be used afterwards.
func (t *Team) Close() {
	if t.wake != nil {
		close(t.wake)
		t.wake = nil
	}
}

// help takes a share of the work whenever the thread is woken, until the team is
// closed.
func (t *Team) help(thread int, wake <-chan struct{}) {
	for receive(wake) {
		t.work.take(thread)
		t.done <- struct{}{}
	}
}

// take does parts of the work until all are taken.
func (w *work) take(thread int) {
	for to := 0; to < w.size; {
		to = int(w.taken.Add(int64(w.part)))
		if from := to - w.part; from < w.size {
			w.do(thread, from, min(to, w.size))
		}
	}
}

// looks is how often receive looks before it sleeps, which takes 0.1 ms or so.
const looks = 1000

// receive waits for a token; it is false where the channel is closed. At first it
// looks again and again: a thread that sleeps takes as long to wake as it takes to
// visit a thousand nodes.
func receive(c <-chan struct{}) bool {
	for range looks {
		select {
		case _, open := <-c:
			return open
		default:
			runtime.Gosched()
		}
	}
	_, open := <-c
	return open
}
