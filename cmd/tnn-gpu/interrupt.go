package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interruptible ends a context at the first SIGINT or SIGTERM, and says what then
// happens; a second one ends the program at once. The function it returns ends
// the watch and tells whether there was a signal.
func (p *program) interruptible(ctx context.Context, says string) (context.Context, func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var interrupted atomic.Bool
	go func() {
		for range signals {
			if interrupted.Swap(true) {
				os.Exit(codeInterrupted)
			}
			fmt.Fprintf(p.errs, "\n%s\n", says)
			cancel()
		}
	}()
	return ctx, func() bool {
		signal.Stop(signals)
		close(signals)
		cancel()
		return interrupted.Load()
	}
}
