package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/compare"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// tolerance of replaying where none is given.
func tolerance(p state.Precision) float64 {
	if p == state.Double {
		return 1e-9
	}
	return 1e-4
}

func (p *program) verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "replay recorded trajectories and compare",
		ArgsUsage: "FILE...",
		Description: "In double precision every observable, state, energy and weight of every step is\n" +
			"compared with the recorded one; the deviation is absolute below magnitude 1 and\n" +
			"relative above.\n\n" +
			"A trajectory in single precision leaves the recorded one for good at the first\n" +
			"sample that rounding tips over, and what comes after proves nothing. So in single\n" +
			"precision each step is made from the recorded trajectory's state, which a replay\n" +
			"in double precision supplies, and is compared by itself: every observable, and\n" +
			"the mean over nodes for states. The deviation is the one within which nine tenths\n" +
			"of the steps stay, as a sample tips over now and then.\n\n" +
			"A file past the tolerance makes the exit code 1.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "backend", Value: "cpu", Usage: "replay on `BACKEND` cpu or opencl"},
			&cli.StringFlag{Name: "device", Usage: "OpenCL device: its `NUMBER` in `tnn-gpu devices`, or part of its name"},
			&cli.StringFlag{Name: "precision", Value: "double", Usage: "replay in `PRECISION` double or single"},
			&cli.Float64Flag{Name: "tolerance", Usage: "largest deviation that passes (default: 1e-9 in double, 1e-4 in single precision)"},
			threadsFlag(),
		},
		Action: func(c *cli.Context) error {
			v, err := newVerifier(c)
			if err != nil {
				return err
			}
			v.drivers, v.options.Waiting = p.drivers, p.waiting
			return p.verify(c.Context, v, c.Args().Slice())
		},
	}
}

// verifier replays trajectories on a backend.
type verifier struct {
	opencl    bool
	drivers   *gpu.Drivers
	options   backend.Options // without seeds
	tolerance float64
}

func newVerifier(c *cli.Context) (*verifier, error) {
	v := &verifier{opencl: c.String("backend") == "opencl"}
	v.options.Device, v.options.Threads = c.String("device"), c.Int("threads")
	precision, err := state.ParsePrecision(c.String("precision"))
	v.tolerance = tolerance(precision)
	if c.IsSet("tolerance") {
		v.tolerance = c.Float64("tolerance")
	}
	v.options.Precision = precision
	switch b := c.String("backend"); {
	case err != nil:
		return nil, usageError{err}
	case b != "cpu" && b != "opencl":
		return nil, badUsage("--backend is %q: use cpu or opencl", b)
	case b == "cpu" && v.options.Device != "":
		return nil, badUsage("--device %s names an OpenCL device: use it with --backend opencl", v.options.Device)
	case !(v.tolerance >= 0):
		return nil, badUsage("--tolerance is %v: use 0 or a positive number", v.tolerance)
	case v.options.Threads < 0:
		return nil, badUsage("--threads is %d: use 0, for all cores, or more", v.options.Threads)
	case c.NArg() == 0:
		return nil, badUsage("%s needs at least one file; see `%s --help`", c.Command.HelpName, c.Command.HelpName)
	}
	return v, nil
}

// verify prints a line for each file.
func (p *program) verify(ctx context.Context, v *verifier, files []string) error {
	width, past := 0, 0
	for _, f := range files {
		width = max(width, len(f))
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		golden, err := tnn.OpenGolden(f)
		if err != nil {
			return usageError{err}
		}
		worst, detail, err := v.replay(golden)
		if err != nil {
			return err
		}
		word := "ok"
		if !(worst <= v.tolerance) {
			word = "FAIL"
			past++
		}
		fmt.Fprintf(p.out, "%-*s  %-4s  %s\n", width, f, word, detail)
	}
	if past > 0 {
		return fmt.Errorf("%s of %d deviate by more than %g", count(int64(past), "file"), len(files), v.tolerance)
	}
	return nil
}

// replay gives the worst deviation from a trajectory, also in words.
func (v *verifier) replay(g *tnn.Golden) (worst float64, detail string, err error) {
	o := v.options
	o.Seeds = []uint64{g.Seed}
	b, err := v.open(g, o)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if o.Precision == state.Double {
		d, err := g.Replay(b)
		return d.Worst, d.String(), err
	}
	o.Precision = state.Double
	reference, err := cpuref.New(g.Network, o)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, reference.Close()) }()
	d, err := compare.Steps(g, reference, b)
	return d.Worst, d.String(), err
}

func (v *verifier) open(g *tnn.Golden, o backend.Options) (backend.Backend, error) {
	if !v.opencl {
		return cpuref.New(g.Network, o)
	}
	b, err := v.drivers.New(g.Network, o)
	if err != nil {
		return nil, deviceError{err}
	}
	return b, nil
}
