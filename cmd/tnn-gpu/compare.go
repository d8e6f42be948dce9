package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/compare"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// comparedSteps is how many steps are compared where nothing is said.
const comparedSteps = 100

func (p *program) compareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "run a network on several backends side by side",
		ArgsUsage: "[CONFIG.toml|-]",
		Description: "Tells after which step two contestants first differ, and where, and how their\n" +
			"observables agree. Each is compared with the first one of its precision, bit by\n" +
			"bit; if neither device is tolerant they must be equal, or the exit code is 1.\n" +
			"Different precisions are different runs, of which the observables agree only\n" +
			"statistically: compare the difference with the fluctuation from step to step.\n\n" +
			"Without --on, the CPU and every OpenCL device are compared, in single and in\n" +
			"double precision.",
		Flags: append(networkFlags(),
			&cli.StringFlag{Name: "steps", Usage: fmt.Sprintf("compare this `NUMBER` of steps (default: those of the configuration, %d at most)", comparedSteps)},
			&cli.StringSliceFlag{Name: "on", Usage: "`CONTESTANT`: cpu/single, cpu/double, opencl/single, opencl:DEVICE/double; give two or more"},
			threadsFlag(),
		),
		Action: func(c *cli.Context) error { return p.compare(c.Context, parseCompare(c)) },
	}
}

// contestant is one of those that --on names.
type contestant struct {
	backend   string // cpu or opencl
	device    string
	precision state.Precision
}

func (c contestant) String() string {
	where := c.backend
	if c.device != "" {
		where += ":" + c.device
	}
	return where + "/" + c.precision.String()
}

// compareOptions are those of compare.
type compareOptions struct {
	configOptions
	steps   option[string]
	on      []string // contestants
	threads int
}

func parseCompare(c *cli.Context) *compareOptions {
	return &compareOptions{configOptions: parseConfig(c), steps: parseText(c, "steps"), on: c.StringSlice("on"), threads: c.Int("threads")}
}

func (p *program) compare(ctx context.Context, o *compareOptions) error {
	cfg, _, err := configuration(&o.configOptions)
	if err != nil {
		return err
	}
	if err := checkHeeded(&o.configOptions, cfg, model.Run); err != nil {
		return err
	}
	p.warnPassedOver(cfg)
	n := min(cfg.Spec.Steps(), comparedSteps)
	if o.steps.given {
		if n, err = newSteps(o.steps.value); err != nil {
			return err
		}
	}
	chosen, err := p.contestants(o.on)
	if err != nil {
		return err
	}
	network, err := buildSetup(cfg)
	if err != nil {
		return err
	}
	network.drivers, network.waiting = p.drivers, p.waiting
	var in []compare.Contestant
	defer func() {
		for _, x := range in {
			x.Backend.Close()
		}
	}()
	for _, x := range chosen {
		b, err := x.open(network, o.threads)
		if err != nil {
			return err
		}
		in = append(in, compare.Contestant{Name: x.String(), Backend: b})
	}
	result, err := compare.Run(ctx, network.net, in, n)
	if err != nil {
		return err
	}
	return p.report(network, in, n, result)
}

// contestants reads --on, or finds all there are.
func (p *program) contestants(names []string) ([]contestant, error) {
	if len(names) == 0 {
		return p.allContestants()
	}
	if len(names) == 1 {
		return nil, badUsage("--on %s is alone: give two contestants or more", names[0])
	}
	var out []contestant
	for _, name := range names {
		var x contestant
		slash := max(0, strings.LastIndex(name, "/")) // a device's name may have one too
		x.backend, x.device, _ = strings.Cut(name[:slash], ":")
		var err error
		x.precision, err = state.ParsePrecision(strings.TrimPrefix(name[slash:], "/"))
		if err != nil || x.backend != "cpu" && x.backend != "opencl" || x.backend == "cpu" && x.device != "" {
			return nil, badUsage("--on is %q: use cpu/single, cpu/double, opencl/single, opencl/double, or opencl:DEVICE/single with a device's number or a part of its name", name)
		}
		out = append(out, x)
	}
	return out, nil
}

// allContestants is the CPU and every OpenCL device, in both precisions.
func (p *program) allContestants() ([]contestant, error) {
	infos, err := p.drivers.Devices()
	if err != nil && !errors.Is(err, gpu.ErrNotBuilt) && !errors.Is(err, gpu.ErrNoDevice) {
		return nil, deviceError{err}
	}
	var out []contestant
	for _, precision := range []state.Precision{state.Single, state.Double} {
		out = append(out, contestant{backend: "cpu", precision: precision})
		for _, info := range infos {
			if precision == state.Single || info.Double {
				out = append(out, contestant{"opencl", fmt.Sprint(info.Index), precision})
			}
		}
	}
	return out, nil
}

func (x contestant) open(n *setup, threads int) (backend.Backend, error) {
	o := backend.Options{Precision: x.precision, Seeds: n.seeds, Device: x.device, Threads: threads, Waiting: n.waiting}
	if x.backend == "cpu" {
		return cpuref.New(n.net, o)
	}
	b, err := n.drivers.New(n.net, o)
	if err != nil {
		return nil, deviceError{err}
	}
	return b, nil
}

// report prints a comparison. The error says that what must be equal is not.
func (p *program) report(n *setup, in []compare.Contestant, steps int64, r *compare.Result) error {
	fmt.Fprintf(p.out, "%s\n%s, seed %d\n\n", n.net.Announce()[0][1], count(steps, "step"), n.config.Run.Seed)
	for i, x := range in {
		fmt.Fprintf(p.out, "%2d  %-16s  %v\n", i+1, x.Name, x.Backend.Describe())
	}
	fmt.Fprintln(p.out)
	broken := 0
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "compared\tmust be equal\tresult\tstep\tfield\twhere\tfirst value\tsecond value\tvalues that differ")
	for _, pair := range r.Pairs {
		must, result, d := "no", "equal", pair.Parted
		if pair.Strict {
			must = "yes"
		}
		if d != nil {
			result = "differ"
			if pair.Strict {
				result = "DIFFER"
				broken++
			}
		}
		fmt.Fprintf(w, "%d with %d\t%s\t%s", pair.Reference+1, pair.Other+1, must, result)
		if d != nil {
			fmt.Fprintf(w, "\t%d\t%s\t%s\t%v\t%v\t%d", d.Step, d.Field, d.Where, d.Reference, d.Other, d.Count)
		}
		fmt.Fprintln(w)
	}
	p.reportObservables(w, n, r)
	if err := w.Flush(); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%s that must be equal", verb(int64(broken), "pair", "differs", "differ"))
	}
	return nil
}

// reportObservables prints the mean of each observable over the steps.
func (p *program) reportObservables(w *tabwriter.Writer, n *setup, r *compare.Result) {
	fmt.Fprint(w, "\nmean of")
	for i := range r.Observables {
		fmt.Fprintf(w, "\t%d", i+1)
	}
	fmt.Fprintln(w, "\tlargest difference\tfluctuation")
	for q, column := range n.net.Describe().Columns {
		fmt.Fprint(w, column.Name)
		low, high := r.Observables[0][q].Mean, r.Observables[0][q].Mean
		for _, of := range r.Observables {
			fmt.Fprintf(w, "\t%.6g", of[q].Mean)
			low, high = min(low, of[q].Mean), max(high, of[q].Mean)
		}
		fmt.Fprintf(w, "\t%.2g\t%.2g\n", high-low, r.Observables[0][q].Deviation)
	}
}
