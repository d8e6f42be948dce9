package main

import (
	"fmt"
	"os"
	"os/signal"

	"github.com/urfave/cli/v2"

	"tnn-gpu/gpu"
)

// tryDrivers is the command by which the program starts itself to try a driver.
const tryDrivers = "try-drivers"

func tryDriversCommand() *cli.Command {
	return &cli.Command{
		Name:   tryDrivers,
		Usage:  "try an OpenCL driver, as standard input says (the program does so by itself)",
		Hidden: true,
		Action: func(*cli.Context) error {
			// Ctrl-C is for the program that waits, with whose end this ends.
			signal.Ignore(stopSignals()...)
			if err := gpu.Try(os.Stdin, func() { os.Exit(codeInterrupted) }); err != nil {
				return usageError{err}
			}
			return nil
		},
	}
}

// ownDrivers tries drivers with this very program, also where its file has been
// replaced since it started.
func (p *program) ownDrivers() *gpu.Drivers {
	self := "/proc/self/exe"
	if _, err := os.Stat(self); err != nil {
		if self, err = os.Executable(); err != nil {
			return nil
		}
	}
	return gpu.NewDrivers(p.waiting, self, tryDrivers)
}

// waiting says where a call to a device stands that does not return.
func (p *program) waiting(words string) {
	if !p.recorded {
		words += " Ctrl-C ends the program at once."
	}
	fmt.Fprintf(p.errs, "\n%s\n", words)
}
