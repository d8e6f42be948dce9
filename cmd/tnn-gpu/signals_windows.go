package main

import (
	"os"
	"syscall"
)

// stopSignals tell a run to save itself.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

func isTimeSignal(os.Signal) bool { return false }

func repeats(os.Signal) bool { return false }

func ignoreBrokenPipes() {}
