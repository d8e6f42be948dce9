package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/models"
	"tnn-gpu/host/state"
)

func (p *program) verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "replay recorded trajectories and compare",
		ArgsUsage: "FILE...",
		Description: "Each file says its format, and with it the model. Files of measured values are no\n" +
			"trajectories: their line says reference, and they neither pass nor fail.\n\n" +
			"Of the TNN, in double precision every observable, state, energy and weight of every step is\n" +
			"compared with the recorded one; the deviation is absolute below magnitude 1 and\n" +
			"relative above.\n\n" +
			"A trajectory in single precision leaves the recorded one for good at the first\n" +
			"sample that rounding tips over, and what comes after proves nothing. So in single\n" +
			"precision each step is made from the recorded trajectory's state, which a replay\n" +
			"in double precision supplies, and is compared by itself: every observable, and\n" +
			"the mean over nodes for states. The deviation is the one within which nine tenths\n" +
			"of the steps stay, as a sample tips over now and then.\n\n" +
			"A file past the tolerance makes the exit code 1; if nothing could be checked or a\n" +
			"format is unknown it is 2.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "backend", Value: "cpu", Usage: "replay on `BACKEND` cpu or opencl"},
			&cli.StringFlag{Name: "device", Usage: "OpenCL device: its `NUMBER` in `tnn-gpu devices`, or part of its name"},
			&cli.StringFlag{Name: "precision", Value: "double", Usage: "replay in `PRECISION` double or single"},
			&cli.Float64Flag{Name: "tolerance", Usage: "largest `DEVIATION` that passes", DefaultText: "what suits the format, such as 1e-9 in double precision"},
			threadsFlag(),
		},
		Action: func(c *cli.Context) error {
			o := parseVerify(c)
			v, err := p.newVerifier(o)
			if err != nil {
				return err
			}
			return p.verify(c.Context, v, o.words)
		},
	}
}

// verifier checks golden files on a backend.
type verifier struct{ golden.On }

// verifierOn checks files on the processor or on a device.
func (p *program) verifierOn(opencl bool, o backend.Options) *verifier {
	o.Waiting = p.waiting
	v := &verifier{golden.On{Open: cpuref.New, Reference: cpuref.New, Options: o, Tolerance: -1}}
	if opencl {
		v.Open = func(n model.Network, o backend.Options) (backend.Backend, error) {
			b, err := p.drivers.New(n, o)
			if err != nil {
				return nil, deviceError{err}
			}
			return b, nil
		}
	}
	return v
}

// verifyOptions are those of verify.
type verifyOptions struct {
	arguments
	backend, device, precision string
	tolerance                  option[float64]
	threads                    int
}

func parseVerify(c *cli.Context) *verifyOptions {
	return &verifyOptions{arguments: parseArguments(c), backend: c.String("backend"), device: c.String("device"), precision: c.String("precision"),
		tolerance: option[float64]{c.Float64("tolerance"), c.IsSet("tolerance")}, threads: c.Int("threads")}
}

func (p *program) newVerifier(o *verifyOptions) (*verifier, error) {
	precision, err := state.ParsePrecision(o.precision)
	v := p.verifierOn(o.backend == "opencl", backend.Options{Precision: precision, Device: o.device, Threads: o.threads})
	if o.tolerance.given {
		v.Tolerance = o.tolerance.value
	}
	switch b := o.backend; {
	case err != nil:
		return nil, usageError{err}
	case b != "cpu" && b != "opencl":
		return nil, badUsage("--backend is %q: use cpu or opencl", b)
	case b == "cpu" && v.Options.Device != "":
		return nil, badUsage("--device %s names an OpenCL device: use it with --backend opencl", v.Options.Device)
	case o.tolerance.given && !(v.Tolerance >= 0 && v.Tolerance <= math.MaxFloat64):
		return nil, badUsage("--tolerance is %v: use 0 or a positive number that is finite", v.Tolerance)
	case v.Options.Threads < 0:
		return nil, badUsage("--threads is %d: use 0, for all cores, or more", v.Options.Threads)
	case len(o.words) == 0:
		return nil, badUsage("%s needs at least one file; see `%s --help`", o.command, o.command)
	}
	return v, nil
}

// verify prints a line for each file. All formats are known before any file is
// checked.
func (p *program) verify(ctx context.Context, v *verifier, files []string) error {
	width := 0
	for _, f := range files {
		width = max(width, len(f))
		format, _, err := golden.Open(f)
		if err != nil {
			return usageError{err}
		}
		if _, err := models.Golden(format); err != nil {
			return badUsage("%s: %w", f, err)
		}
	}
	var n tally
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := v.check(f)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%-*s  %-4s  %s\n", width, f, n.add(r), r.Detail)
	}
	fmt.Fprintf(p.out, "%d ok, %d failed, %d of references\n", n.ok, n.failed, n.references)
	switch {
	case n.failed > 0:
		return fmt.Errorf("%s of %d deviate by more than %s", count(int64(n.failed), "file"), len(files), n.tolerance())
	case n.ok == 0:
		return badUsage("no file could be checked: %s of measured values, which `make soak` compares", verb(int64(n.references), "file", "is", "are"))
	}
	return nil
}

// tally counts what became of files.
type tally struct {
	ok, failed, references int
	tolerances             []float64 // of those that failed
}

// add counts a file and gives the word for it.
func (n *tally) add(r golden.Result) string {
	switch {
	case r.Failed:
		n.failed++
		n.tolerances = append(n.tolerances, r.Tolerance)
		return "FAIL"
	case r.References > 0:
		n.references++
		return "reference"
	}
	n.ok++
	return "ok"
}

// tolerance is the one that all files had that failed.
func (n *tally) tolerance() string {
	if slices.Min(n.tolerances) != slices.Max(n.tolerances) {
		return "their tolerances"
	}
	return fmt.Sprint(n.tolerances[0])
}

// check checks a file.
func (v *verifier) check(file string) (golden.Result, error) {
	format, text, err := golden.Open(file)
	if err != nil {
		return golden.Result{}, usageError{err}
	}
	r, err := v.checkText(format, text)
	var device deviceError
	var driver *gpu.Error
	if err == nil || errors.As(err, &device) || errors.As(err, &driver) || errors.Is(err, gpu.ErrDied) {
		return r, err
	}
	return r, badUsage("%s: %w", file, err)
}

func (v *verifier) checkText(format string, text []byte) (golden.Result, error) {
	f, err := models.Golden(format)
	if err != nil {
		return golden.Result{}, usageError{err}
	}
	var all any
	if err := json.Unmarshal(text, &all); err == nil && golden.Numbers(all) == 0 {
		return golden.Result{}, errors.New("it has no numbers, so there is nothing to check")
	}
	return f.Check(text, &v.On)
}
