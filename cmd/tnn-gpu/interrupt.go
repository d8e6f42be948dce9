package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"time"
)

// Why a command ends before it is done.
var (
	errInterrupted = errors.New("interrupted")
	errTimeIsUp    = errors.New("time is up")
)

// notBefore is how long after the first signal another one means "at once": GNU
// timeout sends two, to its child and to the child's group.
const notBefore = 2 * time.Second

// What a signal does while there is nothing to save.
const (
	nothingYet = ". Nothing was computed, and nothing changed."
	notDone    = ". The command ends before it is done." // of one that never saves
)

// watch waits for signals that tell a command to stop, and for the time that it has.
type watch struct {
	program *program
	cancel  context.CancelFunc
	signals chan os.Signal
	limit   *time.Timer // nil without a limit

	mu    sync.Mutex
	idle  string    // what is said at a signal while there is nothing to save
	says  string    // what happens at one afterwards; empty until then
	cause error     // nil until told to stop
	since time.Time // when that was
}

// watched ends a context when the program is told to stop, or after a time from its
// start; 0 is no limit. Before hold is called the program itself ends then.
func (p *program) watched(ctx context.Context, limit time.Duration) (context.Context, *watch) {
	ctx, w := p.watch(ctx, nothingYet)
	if p.ending != nil { // signals are this watch's from here on
		p.ending.end()
		p.ending = nil
	}
	if limit > 0 {
		w.limit = time.AfterFunc(limit-time.Since(p.began), func() { w.told(nil) })
	}
	return ctx, w
}

// endAtOnce has commands that save nothing say that a signal ends them.
func (p *program) endAtOnce() { _, p.ending = p.watch(context.Background(), notDone) }

func (p *program) watch(ctx context.Context, idle string) (context.Context, *watch) {
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{program: p, cancel: cancel, signals: make(chan os.Signal, 16), idle: idle}
	signal.Notify(w.signals, stopSignals()...)
	go func() {
		for s := range w.signals {
			w.told(s)
		}
	}()
	return ctx, w
}

// hold has the context end from now on, in place of the program.
func (w *watch) hold(says string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.says = says
}

// told is called for a signal, and with nil when the time is up. The first decides
// the exit code.
func (w *watch) told(s os.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.cause == nil:
		w.stop(s)
	case s == nil || repeats(s):
	case time.Since(w.since) < notBefore:
		w.program.urgent("A signal has come before and is being heeded; two seconds after that one, another ends the program at once.\n")
	default:
		w.program.unfinished.Abandon()
		os.Exit(exitCode(w.cause))
	}
}

func (w *watch) stop(s os.Signal) {
	w.cause, w.since = errInterrupted, time.Now()
	word := "Interrupted"
	if s == nil || isTimeSignal(s) {
		w.cause, word = errTimeIsUp, "Time is up"
	}
	w.program.console.hurry()
	if w.says == "" {
		left := ""
		for _, path := range w.program.unfinished.Abandon() {
			left += " " + path + " is not written."
		}
		w.program.urgent("\n" + word + w.idle + left + "\n")
		os.Exit(exitCode(w.cause))
	}
	w.program.urgent("\n" + word + w.says + "\n")
	w.cancel()
}

// stopped tells why the command was told to stop, or is nil.
func (w *watch) stopped() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// end ends the watch.
func (w *watch) end() {
	signal.Stop(w.signals)
	close(w.signals)
	if w.limit != nil {
		w.limit.Stop()
	}
	w.cancel()
}
