package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/sim"
)

// checkFlag has steps made again.
func checkFlag() cli.Flag {
	return &cli.StringFlag{Name: "check", Usage: "make every `NUMBER`th step again on the processor, from a copy of the state before it, and compare all bits; " +
		"each costs as much time as about six steps on the processor, so 1000 costs less than one percent, and memory for four more states"}
}

// checker makes steps again, if that is asked for.
type checker struct {
	every int64
	on    backend.Backend
}

// openChecker opens the network a second time.
func openChecker(o *jobOptions, j *job) (*checker, error) {
	if o.check == "" {
		return nil, nil
	}
	every, err := wholeSteps(o.check)
	if err != nil {
		return nil, badUsage("--check is %q: use a whole number of steps from 1 to %d", o.check, int64(maxSteps))
	}
	if d := j.backend.Describe(); !d.Strict {
		return nil, badUsage("--check compares all bits, and %s rounds in its own way (%s): `tnn-gpu compare` tells how far it agrees", d.Device, d.Note)
	}
	n := j.setup
	on, err := cpuref.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds, Threads: o.threads})
	if err != nil {
		return nil, err
	}
	return &checker{every, on}, nil
}

// check gives the checker to a run.
func (c *checker) check(run *sim.Run) error {
	if c == nil {
		return nil
	}
	return run.Check(c.on, c.every)
}

func (c *checker) close() error {
	if c == nil {
		return nil
	}
	return c.on.Close()
}

// text says how many steps were made again. All had the same bits: a difference ends the
// run.
func (c *checker) text(s sim.Summary) string {
	switch {
	case c == nil, s.Last == s.First:
		return ""
	case s.Checked == 0:
		return fmt.Sprintf("no step was made again on the processor: steps %d to %d have no multiple of %d, as --check says\n", s.First+1, s.Last, c.every)
	}
	return fmt.Sprintf("%s made again on the processor: the same bits\n", verb(s.Checked, "step", "was", "were"))
}
