package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/bench"
	"tnn-gpu/host/config"
	"tnn-gpu/host/memory"
	"tnn-gpu/host/models"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/state"
)

func (p *program) benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure how fast networks are computed here",
		Description: "Measures every combination of the numbers that are given, or of those that a series\n" +
			"has by default, beside what the device's memory streams and beside other programs.\n" +
			"docs/performance.md explains the figures. Each model has its series:\n\n" + seriesText(),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "backend", Value: "all", Usage: "measure `BACKEND` cpu, opencl or all"},
			&cli.StringFlag{Name: "device", Usage: "OpenCL device: its `NUMBER` in `tnn-gpu devices`, or part of its name"},
			threadsFlag(),
			&cli.StringFlag{Name: "series", Value: models.Benches()[0].Name, Usage: "measure the series `NAME,...`, or all"},
		}, axisFlags(), []cli.Flag{
			precisionFlag(),
			&cli.StringFlag{Name: "replicas", Usage: "`NUMBER,...` of networks that are computed together; by default one, or those of the series"},
			&cli.Float64Flag{Name: "seconds", Value: 3, Usage: "`SECONDS` for each figure; large networks take longer"},
			&cli.BoolFlag{Name: "profile", Usage: "print what each kernel takes, at the cost of some speed"},
			&cli.BoolFlag{Name: "json", Usage: "print a JSON array, with more figures"},
			&cli.StringFlag{Name: "plot", Usage: "draw the rates against the size into `FILE`, a png, svg or pdf"},
			overwriteFlag(),
		}),
		Action: func(c *cli.Context) error {
			o := parseBench(c)
			if err := o.none(); err != nil {
				return err
			}
			cases, err := benchCases(o)
			if err != nil {
				return err
			}
			if err := checkHostWork(o, cases); err != nil {
				return err
			}
			targets, err := p.benchTargets(o)
			if err != nil {
				return err
			}
			if err := p.dealCases(cases, targets); err != nil {
				return err
			}
			if err := checkBenchPlot(o, targets); err != nil {
				return err
			}
			return p.bench(c.Context, o, targets)
		},
	}
}

// seriesText lists what can be measured.
func seriesText() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range models.Benches() {
		var axes []string
		for _, a := range s.Axes {
			axes = append(axes, fmt.Sprintf("--%s %s", a.Name, listText(a.Values)))
		}
		if s.Replicas != nil {
			axes = append(axes, "--replicas "+listText(s.Replicas))
		}
		fmt.Fprintf(w, "%s\t%s\n\t%s\n", s.Name, s.Doc, strings.Join(axes, " "))
	}
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func listText(values []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ","), "[]")
}

// axisFlags are flags for all numbers in which the cases of some series differ.
func axisFlags() []cli.Flag {
	var flags []cli.Flag
	for _, name := range axisNames() {
		var docs []string
		said := map[string]bool{}
		for _, s := range models.Benches() {
			for _, a := range s.Axes {
				if a.Name == name && !said[a.Doc] {
					docs, said[a.Doc] = append(docs, fmt.Sprintf("%s (%s)", a.Doc, s.Name)), true
				}
			}
		}
		flags = append(flags, &cli.StringFlag{Name: name, Usage: "`NUMBER,...` of " + strings.Join(docs, ", ")})
	}
	return flags
}

// axisNames are those of all series.
func axisNames() []string {
	var names []string
	for _, s := range models.Benches() {
		for _, a := range s.Axes {
			if !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

// benchOptions are those of bench.
type benchOptions struct {
	arguments
	backend, device string
	threads         int
	series          string
	axes            map[string]string // lists of numbers, of those that are given
	precision       string
	replicas        string
	seconds         float64
	profile, json   bool
	plot            string
	overwrite       bool
}

func parseBench(c *cli.Context) *benchOptions {
	o := &benchOptions{arguments: parseArguments(c), backend: c.String("backend"), device: c.String("device"), threads: c.Int("threads"),
		series: c.String("series"), axes: map[string]string{}, precision: c.String("precision"), replicas: c.String("replicas"),
		seconds: c.Float64("seconds"), profile: c.Bool("profile"), json: c.Bool("json"), plot: c.String("plot"), overwrite: c.Bool("overwrite")}
	for _, name := range axisNames() {
		if c.IsSet(name) {
			o.axes[name] = c.String(name)
		}
	}
	return o
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
	series, err := chosenSeries(o.series)
	if err != nil {
		return nil, err
	}
	given, err := givenAxes(o, series)
	if err != nil {
		return nil, err
	}
	var cases []bench.Case
	for _, s := range series {
		replicas := []int{1}
		if list := cmp.Or(given["replicas"], &s.Replicas); *list != nil {
			replicas = *list
		}
		for _, values := range valuesOfAxes(s.Axes, given) {
			for _, n := range replicas {
				if s.Networks(values, n, config.MaxReplicas) > config.MaxReplicas {
					return nil, badUsage("a case of the series %s has more networks than the %d that are computed together; use less for %s", s.Name, config.MaxReplicas, togetherText(s.Axes))
				}
				each := s.Case(values, precision, n)
				for _, spec := range append(each.Work.Variants, each.Work.Spec) {
					if err := spec.Validate(); err != nil {
						return nil, badUsage("%v is not possible: %w", each, err)
					}
				}
				cases = append(cases, each)
			}
		}
	}
	return cases, nil
}

// togetherText names the flags that say how many networks are computed together.
func togetherText(axes []bench.Axis) string {
	text := "--replicas"
	for _, a := range axes {
		if a.Together {
			text = "--" + a.Name + " or " + text
		}
	}
	return text
}

// seriesNames are the names of series.
func seriesNames(all []bench.Series) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return names
}

// chosenSeries finds series by their names.
func chosenSeries(text string) ([]bench.Series, error) {
	all := models.Benches()
	if text == "all" {
		return all, nil
	}
	var chosen []bench.Series
	for name := range strings.SplitSeq(text, ",") {
		at := slices.IndexFunc(all, func(s bench.Series) bool { return s.Name == strings.TrimSpace(name) })
		if at < 0 {
			return nil, badUsage("--series has %q: use %s, or all", name, strings.Join(seriesNames(all), ", "))
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}

// givenAxes are the lists of numbers that were given, each of which a series must have.
func givenAxes(o *benchOptions, series []bench.Series) (map[string]*[]int, error) {
	given := map[string]*[]int{}
	for name, text := range o.axes {
		if !slices.ContainsFunc(series, func(s bench.Series) bool {
			return slices.ContainsFunc(s.Axes, func(a bench.Axis) bool { return a.Name == name })
		}) {
			return nil, badUsage("--%s is no number of the series %s; `tnn-gpu bench --help` lists the numbers of each", name, o.series)
		}
		list, err := numberList(name, text)
		if err != nil {
			return nil, err
		}
		given[name] = &list
	}
	if o.replicas != "" {
		list, err := numberList("replicas", o.replicas)
		if err != nil {
			return nil, err
		}
		given["replicas"] = &list
	}
	return given, nil
}

// valuesOfAxes are all values of the axes: the given ones, or those of the series. The
// first axis changes fastest.
func valuesOfAxes(axes []bench.Axis, given map[string]*[]int) [][]int {
	out := [][]int{nil}
	for i := len(axes) - 1; i >= 0; i-- {
		var longer [][]int
		for _, rest := range out {
			for _, v := range *cmp.Or(given[axes[i].Name], &axes[i].Values) {
				longer = append(longer, append([]int{v}, rest...))
			}
		}
		out = longer
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
func checkBenchPlot(o *benchOptions, targets []benchTarget) error {
	if o.plot == "" {
		return nil
	}
	if err := plot.CheckFormat(cmp.Or(formatOf(o.plot), "png")); err != nil {
		return badUsage("--plot: %w", err)
	}
	var most []bench.Case
	for _, t := range targets {
		if len(t.cases) > len(most) {
			most = t.cases
		}
	}
	if len(most) == 1 {
		return badUsage("--plot draws a curve over sizes, but there is one network to measure, %v; give several numbers", most[0])
	}
	return checkNew(o.plot, o.overwrite)
}

// checkHostWork refuses series of which a device does nothing.
func checkHostWork(o *benchOptions, cases []bench.Case) error {
	if o.backend == "opencl" && o.series != "all" {
		for _, c := range cases {
			if c.Work.Host {
				return badUsage("--series %s is work that the processor does for every backend, and --backend opencl does not measure it; use --backend cpu", c.Series)
			}
		}
	}
	return nil
}

// dealCases gives each target the cases that it measures. It leaves out what cannot fit,
// and says so before anything is measured.
func (p *program) dealCases(cases []bench.Case, targets []benchTarget) error {
	process, dealt := memory.Limit(), false
	var problems []string
	for _, c := range cases {
		host, device, err := c.Need()
		if err != nil {
			problems = append(problems, fmt.Sprintf("%v is not possible: %v", c, err))
			continue
		}
		for i := range targets {
			t := &targets[i]
			if c.Work.Host && !t.host {
				continue
			}
			if problem := t.misfit(process, host, device); problem != "" {
				problems = append(problems, fmt.Sprintf("%v is not possible: %s", c, problem))
				continue
			}
			t.cases, dealt = append(t.cases, c), true
		}
	}
	if !dealt {
		return badUsage("%s; use smaller numbers", problems[0])
	}
	for _, text := range slices.Compact(problems) { // which several targets may have
		fmt.Fprintf(p.errs, "tnn-gpu: %s; it is left out\n", text)
	}
	return nil
}

// misfit says why a case cannot fit that needs so much on the host and on a device, if so.
// Beside the state and its tables a backend has buffers, and some cases begin each time at a copy.
func (t *benchTarget) misfit(process, host, device int64) string {
	if problem := tooLarge("this process can have", process, atPeak(host), 1); problem != "" || t.host {
		return problem
	}
	return tooLarge(t.name+" has", t.memory, device, 1)
}

// benchTarget is a device to be measured.
type benchTarget struct {
	bench.Target
	name   string
	memory int64 // of a device that has its own
	host   bool  // it is the processor backend, which stands for what the host does
	stream func() (bench.Stream, error)
	cases  []bench.Case
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
			host:   true,
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
			memory: int64(info.GlobalMemory),
			stream: func() (bench.Stream, error) {
				return p.drivers.NewStream(device, bench.StreamElements, bench.StreamFactor)
			},
		})
	}
	return targets, nil
}

// bench prints what was measured, also where something failed: JSON at once, so that it is
// there whatever ends the program, and tables at the end.
func (p *program) bench(ctx context.Context, o *benchOptions, targets []benchTarget) error {
	var results []*bench.Result
	list := jsonList{w: p.out}
	err := p.measureCases(ctx, targets, time.Duration(o.seconds*float64(time.Second)), func(r *bench.Result) error {
		results = append(results, r)
		fmt.Fprintf(p.errs, "    %s\n", r.RateText())
		if o.json {
			return list.add(r)
		}
		return nil
	})
	if path := o.plot; path != "" && err == nil {
		write := func(w io.Writer) error { return plot.Scaling(results).Write(w, cmp.Or(formatOf(path), "png")) }
		err = p.writeFile(path, o.overwrite, write)
	}
	switch {
	case len(results) == 0:
		return err
	case o.json:
		return errors.Join(err, list.end())
	}
	return errors.Join(err, p.printBench(results))
}

// measureCases measures each target's cases.
func (p *program) measureCases(ctx context.Context, targets []benchTarget, budget time.Duration, use func(*bench.Result) error) (err error) {
	for _, t := range targets {
		if len(t.cases) == 0 {
			continue
		}
		fmt.Fprintf(p.errs, "%s: streaming\n", t.name)
		if t.Stream, err = measureStream(ctx, t, budget); err != nil {
			return err
		}
		for _, each := range t.cases {
			fmt.Fprintf(p.errs, "%s: %v\n", t.name, each)
			r, err := bench.Run(ctx, each, t.Target, budget)
			if err != nil {
				return err
			}
			if err := use(r); err != nil {
				return err
			}
		}
	}
	return nil
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
