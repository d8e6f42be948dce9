package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/models"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/state"
)

func (p *program) benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure how fast networks are computed here",
		Description: "Measures every combination of the sizes and connections beside what the device's\n" +
			"memory streams. docs/performance.md explains the figures.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "backend", Value: "all", Usage: "measure `BACKEND` cpu, opencl or all"},
			&cli.StringFlag{Name: "device", Usage: "OpenCL device: its `NUMBER` in `tnn-gpu devices`, or part of its name"},
			threadsFlag(),
			&cli.StringFlag{Name: "size", Value: "30,256,1024", Usage: "sides of square lattices, `N,N,...`"},
			&cli.StringFlag{Name: "connections", Value: "4,16", Usage: "connections of a node, `N,N,...`"},
			&cli.StringFlag{Name: "rule", Value: benchRules()[0], Usage: "`RULE` " + strings.Join(benchRules(), " or ")},
			precisionFlag(),
			&cli.IntFlag{Name: "replicas", Value: 1, Usage: "`NUMBER` of copies of the network that are computed together"},
			&cli.Float64Flag{Name: "seconds", Value: 3, Usage: "`SECONDS` for each figure; large networks take longer"},
			&cli.BoolFlag{Name: "profile", Usage: "print what each kernel takes, at the cost of some speed"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON array, with more figures"},
			&cli.StringFlag{Name: "plot", Usage: "draw the rates against the number of nodes into `FILE`, a png, svg or pdf"},
			overwriteFlag(),
		},
		Action: func(c *cli.Context) error {
			o := parseBench(c)
			if err := o.none(); err != nil {
				return err
			}
			cases, err := benchCases(o)
			if err != nil {
				return err
			}
			if err := checkBenchPlot(o); err != nil {
				return err
			}
			targets, err := p.benchTargets(o)
			if err != nil {
				return err
			}
			return p.bench(c.Context, o, cases, targets)
		},
	}
}

// benchOptions are those of bench.
type benchOptions struct {
	arguments
	backend, device   string
	threads           int
	size, connections string // lists of numbers
	rule, precision   string
	replicas          int
	seconds           float64
	profile, json     bool
	plot              string
	overwrite         bool
}

func parseBench(c *cli.Context) *benchOptions {
	return &benchOptions{arguments: parseArguments(c), backend: c.String("backend"), device: c.String("device"), threads: c.Int("threads"),
		size: c.String("size"), connections: c.String("connections"), rule: c.String("rule"), precision: c.String("precision"), replicas: c.Int("replicas"),
		seconds: c.Float64("seconds"), profile: c.Bool("profile"), json: c.Bool("json"), plot: c.String("plot"), overwrite: c.Bool("overwrite")}
}

// benchCases reads what is to be measured.
func benchCases(o *benchOptions) ([]bench.Case, error) {
	precision := state.Single
	if text := o.precision; text != "" {
		var err error
		if precision, err = state.ParsePrecision(text); err != nil {
			return nil, badUsage("--precision: %w", err)
		}
	}
	sizes, err := numberList("size", o.size)
	if err != nil {
		return nil, err
	}
	connections, err := numberList("connections", o.connections)
	if err != nil {
		return nil, err
	}
	rule := slices.Index(benchRules(), o.rule)
	if rule < 0 {
		return nil, badUsage("--rule is %q: use %s", o.rule, strings.Join(benchRules(), " or "))
	}
	series := models.Benches()[rule]
	var cases []bench.Case
	for _, k := range connections {
		for _, size := range sizes {
			each := bench.Case{Rule: series.Rule, Size: size, Connections: k, Precision: precision, Replicas: o.replicas, Work: series.New(size, k)}
			if each.Replicas < 1 {
				return nil, badUsage("--replicas is %d: use 1 or more", each.Replicas)
			}
			if err := each.Work.Spec().Validate(); err != nil {
				return nil, badUsage("a lattice of side %d with %d connections is not possible: %w", size, k, err)
			}
			cases = append(cases, each)
		}
	}
	return cases, nil
}

// benchRules are the names of the series of networks that can be measured.
func benchRules() []string {
	var out []string
	for _, s := range models.Benches() {
		out = append(out, s.Rule)
	}
	return out
}

// numberList reads whole numbers with commas between them.
func numberList(flag, texts string) ([]int, error) {
	var list []int
	for text := range strings.SplitSeq(texts, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return nil, badUsage("--%s is %q: use whole numbers from 1 on, with commas between them", flag, texts)
		}
		list = append(list, n)
	}
	return list, nil
}

// checkBenchPlot says before anything is measured why it could not be drawn.
func checkBenchPlot(o *benchOptions) error {
	if o.plot == "" {
		return nil
	}
	if err := plot.CheckFormat(cmp.Or(formatOf(o.plot), "png")); err != nil {
		return badUsage("--plot: %w", err)
	}
	if !strings.Contains(o.size, ",") {
		return badUsage("--plot draws a curve over sizes, but --size has one, %s", o.size)
	}
	return checkNew(o.plot, o.overwrite)
}

// benchTarget is a device to be measured.
type benchTarget struct {
	bench.Target
	name   string
	stream func() (bench.Stream, error)
}

func (p *program) benchTargets(o *benchOptions) ([]benchTarget, error) {
	kind, selector, threads := o.backend, o.device, o.threads
	switch {
	case kind != "cpu" && kind != "opencl" && kind != "all":
		return nil, badUsage("--backend is %q: use cpu, opencl or all", kind)
	case kind == "cpu" && selector != "":
		return nil, badUsage("--device %s names an OpenCL device, and --backend cpu measures none; use one of the two", selector)
	case kind == "cpu" && o.profile:
		return nil, badUsage("--profile is about the kernels of an OpenCL device, and --backend cpu measures none; use one of the two")
	case threads < 0:
		return nil, badUsage("--threads is %d: use 0, for all cores, or more", threads)
	case !(o.seconds > 0 && o.seconds < 1e6):
		return nil, badUsage("--seconds is %g: use a number above 0", o.seconds)
	}
	var targets []benchTarget
	if kind != "opencl" {
		targets = append(targets, benchTarget{
			Target: bench.Target{Open: cpuref.New, Options: backend.Options{Threads: threads}, Processor: true, Tables: true},
			name:   "cpu",
			stream: func() (bench.Stream, error) { return bench.NewStream(bench.StreamElements, threads), nil },
		})
	}
	if kind == "cpu" {
		return targets, nil
	}
	info, err := p.drivers.Find(selector)
	if err != nil && (kind == "opencl" || selector != "") {
		return nil, deviceError{err}
	}
	if err == nil {
		device := strconv.Itoa(info.Index)
		targets = append(targets, benchTarget{
			Target: bench.Target{Open: p.drivers.New, Options: backend.Options{Device: device, Profile: o.profile}, Processor: info.Kind == "cpu"},
			name:   "opencl, " + info.String(),
			stream: func() (bench.Stream, error) {
				return p.drivers.NewStream(device, bench.StreamElements, bench.StreamFactor)
			},
		})
	}
	return targets, nil
}

func (p *program) bench(ctx context.Context, o *benchOptions, cases []bench.Case, targets []benchTarget) error {
	budget := time.Duration(o.seconds * float64(time.Second))
	var results []*bench.Result
	for _, t := range targets {
		fmt.Fprintf(p.errs, "%s: streaming\n", t.name)
		var err error
		if t.Stream, err = measureStream(ctx, t, budget); err != nil {
			return err
		}
		for _, each := range cases {
			fmt.Fprintf(p.errs, "%s: %v\n", t.name, each)
			r, err := bench.Run(ctx, each, t.Target, budget)
			if err != nil {
				return err
			}
			results = append(results, r)
		}
	}
	if path := o.plot; path != "" {
		write := func(w io.Writer) error { return plot.Scaling(results).Write(w, cmp.Or(formatOf(path), "png")) }
		if err := writeFile(path, o.overwrite, write); err != nil {
			return err
		}
	}
	if o.json {
		e := json.NewEncoder(p.out)
		e.SetIndent("", "  ")
		return e.Encode(results)
	}
	return p.printBench(results)
}

func measureStream(ctx context.Context, t benchTarget, budget time.Duration) (speed bench.Speed, err error) {
	s, err := t.stream()
	if err != nil {
		return speed, deviceError{err}
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return bench.MeasureStream(ctx, s, budget)
}

// printBench prints the table, whatever was profiled, and what to know about both.
func (p *program) printBench(results []*bench.Result) error {
	err := bench.Table(p.out, results)
	for _, r := range results {
		if len(r.KernelTimes) > 0 {
			fmt.Fprintf(p.out, "\n%s, %v:\n", r.Backend, r.Case)
			err = errors.Join(err, bench.Profile(p.out, r))
		}
	}
	fmt.Fprintln(p.out)
	if busy := bench.Notes(p.out, results, runtime.NumCPU()); busy != "" {
		fmt.Fprintf(p.errs, "tnn-gpu: %s\n", busy)
	}
	return err
}
