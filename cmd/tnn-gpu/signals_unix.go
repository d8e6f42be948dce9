//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// stopSignals tell a run to save itself: those of users, terminals and batch systems.
// A hang-up that was ignored when the program started, by nohup, stays ignored.
func stopSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGXCPU}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// isTimeSignal tells whether a batch system says by a signal that time is up.
func isTimeSignal(s os.Signal) bool { return s == syscall.SIGUSR1 || s == syscall.SIGXCPU }

// repeats tells whether a signal comes again by itself: the kernel sends SIGXCPU
// every second from its limit on.
func repeats(s os.Signal) bool { return s == syscall.SIGXCPU }

// ignoreBrokenPipes has a write to a pipe that nobody reads fail, and not end the
// program.
func ignoreBrokenPipes() { signal.Ignore(syscall.SIGPIPE) }
