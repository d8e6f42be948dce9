package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/scan"
	"tnn-gpu/host/text"
)

func (p *program) scanCommand() *cli.Command {
	return &cli.Command{
		Name:      "scan",
		Usage:     "try points of the parameters several times: means with error bars, a table and a figure",
		ArgsUsage: "[FILE.toml|CONFIG.toml|-]",
		Description: "A scan is a file with axes (docs/scan.md), or a configuration or preset with\n" +
			"--over; - is either from standard input. The folder has trials.csv, points.csv and points.png when all is done.\n" +
			"Ctrl-C or a kill loses the points at work: the same command with the same --out,\n" +
			"or `tnn-gpu resume FOLDER`, makes those that are missing, and so does one with more points\n" +
			"or trials. Any number of processes may work in one folder.",
		Flags: slices.Concat(networkFlags(), computerFlags(), []cli.Flag{
			precisionFlag(),
			&cli.StringSliceFlag{Name: "over", Usage: "vary a key: `KEY=V1,V2,...`, in place of an axis that the scan has for it; several are combined, and keys in one, as in 'A=1,2;B=3,4', vary together"},
			&cli.StringFlag{Name: "trials", Usage: "try each point this `NUMBER` of times: trial t is replica t of a run with the point's seed"},
			&cli.BoolFlag{Name: "independent", Usage: "give each point a seed of its own", DefaultText: "all have the same, so that differences are paired"},
			&cli.BoolFlag{Name: "own-graph", Usage: "give each trial a network of its own"},
			&cli.StringFlag{Name: "steps", Usage: "make each run this `NUMBER` of steps long"},
			&cli.StringFlag{Name: "average-from", Usage: "average the steps from this `STEP` on (default: the last epoch)"},
			&cli.StringFlag{Name: "quantity", Usage: "draw these `QUANTITIES` (default: all)"},
			&cli.StringFlag{Name: "x", Usage: "draw them against this `KEY` (default: the one with the most values)"},
			&cli.StringFlag{Name: "out", Usage: "write into `FOLDER`: a new or empty one, or that of the same scan, which is then completed (default: a new one in runs)"},
			&cli.StringFlag{Name: "shard", Usage: "make only tasks i, i+n, ... of the scan, as in `i/n` with i from 0; slurm takes both from the array job"},
			&cli.BoolFlag{Name: "prepare", Usage: "make the folder and compute nothing, for tnn-gpu scan script"},
			&cli.BoolFlag{Name: "requeue", Usage: "have Slurm queue this job again if it ends with exit code 75"},
			timeLimitFlag(), quietFlag(), jsonFlag(),
		}),
		Subcommands: []*cli.Command{p.scanStatusCommand(), p.scanMergeCommand(), p.scanScriptCommand()},
		Action: func(c *cli.Context) error {
			o, err := parseScan(c)
			if err != nil {
				return err
			}
			if err := p.quieten(parsePrint(c)); err != nil {
				return err
			}
			return p.scan(c.Context, o)
		},
	}
}

// scanOptions are those of scan.
type scanOptions struct {
	arguments
	stdin                 io.Reader // what the file "-" is read from
	computer              computerOptions
	preset                string
	settings, over        []string
	precision, trials     option[string]
	seed                  option[string]
	steps, averageFrom    option[string]
	independent, ownGraph bool
	quantity, x           option[string]
	out                   string
	shard                 option[string]
	prepare, requeue      bool
	limit                 time.Duration // 0: there is none
}

func parseScan(c *cli.Context) (*scanOptions, error) {
	limit, err := parseTimeLimit(c)
	return &scanOptions{
		arguments: parseArguments(c), stdin: c.App.Reader, computer: parseComputer(c),
		preset: c.String("preset"), settings: c.StringSlice("set"), over: c.StringSlice("over"),
		precision: parseText(c, "precision"), trials: parseText(c, "trials"), seed: parseText(c, "seed"),
		steps: parseText(c, "steps"), averageFrom: parseText(c, "average-from"),
		independent: c.Bool("independent"), ownGraph: c.Bool("own-graph"), quantity: parseText(c, "quantity"), x: parseText(c, "x"),
		out: c.String("out"), shard: parseText(c, "shard"), prepare: c.Bool("prepare"), requeue: c.Bool("requeue"), limit: limit,
	}, err
}

func (p *program) scan(ctx context.Context, o *scanOptions) error {
	ctx, w := p.watched(ctx, o.limit)
	defer w.end()
	if err := o.contradictions(); err != nil {
		return err
	}
	s, name, err := p.plannedScan(o)
	if err != nil {
		return usageError{ofPreset(err, o.arguments, o.preset, slices.Concat(o.settings, o.over))}
	}
	share, err := shareOf(o.shard.value, os.LookupEnv)
	if err != nil {
		return usageError{err}
	}
	if o.shard.given && o.out == "" {
		return badUsage("--shard needs --out: the folder that all shards share")
	}
	if o.requeue {
		if _, err := slurmJob(os.LookupEnv); err != nil {
			return usageError{err}
		}
	}
	computer := p.computer(&o.computer)
	if err := checkPoints(s, computer); err != nil {
		return err
	}
	if err := s.CheckFigure(); err != nil {
		return usageError{err}
	}
	folder, err := p.scanFolder(o.out, name, s)
	if err != nil {
		return usageError{err}
	}
	if o.prepare {
		fmt.Fprintf(p.out, "%s has a scan of %s, %s each\n", folder.Path, count(int64(len(s.Plan.Points)), "point"), count(int64(s.Plan.Trials), "trial"))
		p.made(folder.Path)
		return folder.Close()
	}
	err = p.carryOutScan(ctx, w, s, folder, share, computer)
	if o.requeue && exitCode(err) == codeTimeIsUp {
		err = errors.Join(err, requeue(os.LookupEnv))
	}
	return err
}

// plannedScan is the scan that arguments and flags ask for, and its name.
func (p *program) plannedScan(o *scanOptions) (*scan.Scan, string, error) {
	f, name, err := scanFile(o)
	if err != nil {
		return nil, "", err
	}
	s, err := scan.New(f)
	if err != nil {
		return nil, "", err
	}
	p.warnPassedOver(s)
	return s, name, s.CheckHeeded()
}

// checkPoints finds points that cannot be computed here, for want of memory or of the
// device that is asked for.
func checkPoints(s *scan.Scan, computer scan.Computer) error {
	err := s.CheckMemory(computer)
	var device deviceError
	if err == nil || errors.As(err, &device) {
		return err
	}
	return usageError{err}
}

// scanFile is the file of the scan that arguments and flags ask for, and its name.
func scanFile(o *scanOptions) (*scan.File, string, error) {
	f, name, err := namedScan(o)
	if err != nil {
		return nil, "", err
	}
	var axes []scan.Axis
	for _, text := range o.over {
		axis, err := scan.ParseAxis(text)
		if err != nil {
			return nil, "", err
		}
		axes = append(axes, axis)
	}
	if err := f.Vary(axes); err != nil {
		return nil, "", err
	}
	settings := o.settings
	if o.precision.given {
		settings = append(slices.Clone(settings), "run.precision="+o.precision.value)
	}
	if err := f.Settle(settings...); err != nil {
		return nil, "", err
	}
	if o.steps.given {
		if f.Steps, err = newSteps(o.steps.value); err != nil {
			return nil, "", err
		}
	}
	if o.averageFrom.given {
		if f.AverageFrom, err = wholeSteps(o.averageFrom.value); err != nil {
			return nil, "", fmt.Errorf("--average-from is %q: use a whole number from 1 to %d", o.averageFrom.value, int64(maxSteps))
		}
	}
	if o.trials.given {
		if f.Seeds.Count, err = strconv.Atoi(o.trials.value); err != nil || f.Seeds.Count < 1 {
			return nil, "", fmt.Errorf("--trials is %q: use a whole number from 1 on", o.trials.value)
		}
	}
	if o.seed.given {
		seed, err := strconv.ParseUint(o.seed.value, 10, 63)
		if err != nil {
			return nil, "", fmt.Errorf("--seed is %q: use a whole number from 0 to %d", o.seed.value, int64(1<<63-1))
		}
		f.Seeds.First = &seed
	}
	f.Seeds.Independent = f.Seeds.Independent || o.independent
	f.OwnGraph = f.OwnGraph || o.ownGraph
	if o.quantity.given {
		if f.Figure.Quantity, err = eachOnce("quantity", o.quantity.value); err != nil {
			return nil, "", err
		}
	}
	if o.x.given {
		f.Figure.X = o.x.value
	}
	return f, name, f.Validate()
}

// namedScan is what the argument or --preset names: the file of a scan, or a
// configuration that is to be scanned.
func namedScan(o *scanOptions) (*scan.File, string, error) {
	switch {
	case len(o.words) > 1:
		return nil, "", fmt.Errorf("%q is one file too many; see `%s --help`", o.words[1], o.command)
	case len(o.words) == 1 && o.preset != "":
		return nil, "", fmt.Errorf("there are both a file, %s, and --preset %s; use one of them", o.first(), o.preset)
	case len(o.words) == 0:
		preset := cmp.Or(o.preset, config.DefaultPreset)
		if f, found, err := scan.NewPreset(preset); found {
			return f, preset, err
		}
		_, err := config.NewPreset(preset)
		return scan.Around(preset), preset, err
	}
	path := o.first()
	if path == "-" {
		f, err := scan.Read("standard input", o.stdin)
		return f, "stdin", err
	}
	if err := noFile(o.arguments); err != nil {
		return nil, "", err
	}
	f, err := scan.Open(path)
	return f, baseName(path), err
}

// shareOf reads --shard: i/n, or slurm for the array job that this is a task of.
func shareOf(text string, lookup func(string) (string, bool)) (experiment.Share, error) {
	switch text {
	case "":
		return experiment.All(), nil
	case "slurm":
		return slurmShare(lookup)
	}
	index, count, found := strings.Cut(text, "/")
	i, errIndex := strconv.Atoi(index)
	n, errCount := strconv.Atoi(count)
	if !found || errIndex != nil || errCount != nil {
		return experiment.Share{}, fmt.Errorf("--shard is %q: use i/n, such as 0/8, or slurm", text)
	}
	s := experiment.Share{Index: i, Count: n}
	return s, s.Validate()
}

// slurmShare takes the share from an array job of Slurm, whose tasks need not be
// counted from 0.
func slurmShare(lookup func(string) (string, bool)) (experiment.Share, error) {
	var numbers [3]int
	for i, name := range []string{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"} {
		text, _ := lookup(name)
		n, err := strconv.Atoi(text)
		if err != nil {
			return experiment.Share{}, fmt.Errorf("--shard slurm needs %s, and it is %q: is this a task of an array job?", name, text)
		}
		numbers[i] = n
	}
	s := experiment.Share{Index: numbers[0] - numbers[1], Count: numbers[2]}
	if err := s.Validate(); err != nil {
		return s, fmt.Errorf("the numbers of the array job have gaps, or a step: %w", err)
	}
	return s, nil
}

// computer opens networks as the flags ask.
func (p *program) computer(o *computerOptions) scan.Computer {
	computed := func(cfg *config.Config, replicas int) (*config.Config, error) {
		out, err := cfg.With("run.replicas=" + strconv.Itoa(replicas))
		if err == nil {
			err = applyComputerFlags(o, out)
		}
		return out, err
	}
	return scan.Computer{
		Fit: func(cfg *config.Config) (int, error) {
			cfg, err := computed(cfg, 1)
			if err != nil {
				return 0, err
			}
			n, err := newSetup(cfg)
			if err != nil {
				return 0, err
			}
			return n.fit()
		},
		Open: func(cfg *config.Config, built model.Network, keys []uint64) (backend.Backend, error) {
			cfg, err := computed(cfg, len(keys))
			if err != nil {
				return nil, err
			}
			n, err := setupOf(cfg, built, keys)
			if err != nil {
				return nil, err
			}
			return n.open(o.threads)
		},
	}
}

// scanFolder makes the folder of a scan, or takes one that has the same scan with
// fewer points or trials.
func (p *program) scanFolder(path, name string, s *scan.Scan) (*experiment.Folder, error) {
	texts, err := s.Files()
	if err != nil {
		return nil, err
	}
	fresh := path == ""
	if fresh {
		if path, err = p.freshFolder(name); err != nil {
			return nil, err
		}
	}
	unbegun, err := experiment.IsUnbegun(p.files, path, texts)
	if unbegun || errors.Is(err, fs.ErrNotExist) {
		return experiment.Create(p.files, path, fresh, texts, programVersion())
	}
	if err != nil {
		return nil, fmt.Errorf("the scan's folder cannot be read: %w", err)
	}
	old, folder, err := p.openScan(path)
	if err != nil {
		return nil, err
	}
	if err := s.Includes(old); err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be used: %w", path, err), folder.Close())
	}
	for name, text := range texts {
		if there, err := folder.Read(name); err == nil && bytes.Equal(there, text) {
			delete(texts, name)
		}
	}
	return folder, folder.Replace(texts)
}

// openScan reads the scan of a folder.
func (p *program) openScan(path string) (*scan.Scan, *experiment.Folder, error) {
	folder, err := experiment.Open(p.files, path)
	if err != nil {
		return nil, nil, err
	}
	f, err := scan.Load(filepath.Join(path, experiment.ConfigName))
	var s *scan.Scan
	if err == nil {
		s, err = scan.New(f)
	}
	if err != nil {
		return nil, nil, errors.Join(err, folder.Close())
	}
	return s, folder, nil
}

// carryOutScan makes a share of a scan, and its tables once all of it is done.
func (p *program) carryOutScan(ctx context.Context, w *watch, s *scan.Scan, folder *experiment.Folder, share experiment.Share, computer scan.Computer) (err error) {
	p.recorded = true
	leave := folder.Close
	defer func() { err = errors.Join(err, leave()) }()
	progress := newScanProgress(p, &s.Plan)
	computer.SaveFrom, computer.Folder, computer.Program, computer.Progress = scan.LongRun, folder.Path, programVersion(), progress.at
	runner, err := s.Runner(computer)
	if err != nil {
		return err
	}
	p.announceScan(s, folder, share)
	p.events.scanBegins(folder.Path, &s.Plan)
	defer func() { p.events.scanEnds(folder.Path, time.Since(p.began), err) }()
	w.hold(": saving what takes long, and leaving the other points at work.")
	defer progress.clear()
	work := &experiment.Work{Folder: folder, Plan: &s.Plan, Share: share, Runner: runner, Tell: progress.tell}
	report, err := work.Go(ctx)
	why := w.stopped()
	if why != nil && errors.Is(err, context.Canceled) {
		err = nil // it was told to stop, which is no failure
	}
	switch {
	case errors.Is(err, experiment.ErrDamaged):
		return usageError{err}
	case errors.Is(err, experiment.ErrNotBegun):
		leave = folder.Abandon
		return usageError{fmt.Errorf("%w; nothing was computed, and nothing changed", err)}
	case err != nil:
		return err
	case why != nil && report.Done < report.Tasks():
		return fmt.Errorf("%w with %d of %s done; go on with: tnn-gpu resume %s", why, report.Done, count(int64(report.Tasks()), "point"), shellQuoted(folder.Path))
	}
	of := "scan"
	if share != experiment.All() {
		of = "share"
	}
	return p.endScan(s, folder, of, report, progress)
}

// endScan draws what is whole, and says what is missing of the scan or share.
func (p *program) endScan(s *scan.Scan, folder *experiment.Folder, of string, report experiment.Report, progress *scanProgress) error {
	switch {
	case report.Failed > 0:
		return fmt.Errorf("%s of the %s failed three times, the first of them %s; remove %s/tasks/*.failed to try again", count(int64(report.Failed), "point"), of, report.Failure, folder.Path)
	case report.Held+report.Open > 0:
		return fmt.Errorf("%w: %s of the %s %s held by other processes", errHeld, count(int64(report.Held+report.Open), "point"), of, text.IsOrAre(report.Held+report.Open))
	}
	table, err := folder.Merge(&s.Plan, s.Theories(), false)
	if errors.Is(err, experiment.ErrGaps) {
		fmt.Fprintf(p.out, "\nThis share is done; the tables are made when the others are (tnn-gpu scan status %s).\n", shellQuoted(folder.Path))
		p.made(folder.Path)
		return nil
	}
	if err != nil {
		return err
	}
	if !progress.made {
		fmt.Fprintf(p.out, "Nothing was left to do of %s.\n", count(int64(len(s.Plan.Points)), "point"))
	}
	return p.drawScan(s, folder, table)
}

// drawScan draws the figure of a scan, with the table of what it shows besides points, and
// says what its folder has.
func (p *program) drawScan(s *scan.Scan, folder *experiment.Folder, table *experiment.Table) error {
	more, figure := "", figureOptions(s, folder, table)
	if figure.Crossings != nil {
		err := folder.Write(experiment.CrossingsName, func(w io.Writer) error { return table.WriteCrossings(figure.Crossings, w) })
		if err != nil {
			return err
		}
		more = ", " + experiment.CrossingsName
	}
	if err := drawTable(folder, table, figure); err != nil {
		// The tables are fine without.
		fmt.Fprintf(p.errs, "The figure of the scan is not drawn: %v.\n", err)
	} else {
		more += ", " + experiment.FigureName
	}
	fmt.Fprintf(p.out, "\n%s has config.toml, base.toml, run.json, trials.csv and points.csv%s\n", folder.Path, more)
	p.made(folder.Path)
	return nil
}

func drawTable(folder *experiment.Folder, table *experiment.Table, figure plot.ScanOptions) error {
	page, err := plot.Scan(table, figure)
	if err != nil {
		return err
	}
	return folder.Write(experiment.FigureName, func(w io.Writer) error { return page.Write(w, "png") })
}
