package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/scan"
)

// errHeld ends a scan, or a share, of which other processes hold the rest.
var errHeld = errors.New("not all points are done")

func (p *program) scanStatusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "say how far a scan is",
		ArgsUsage: "FOLDER",
		Action: func(c *cli.Context) error {
			s, folder, err := p.argumentScan(parseArguments(c))
			if err != nil {
				return err
			}
			status, err := folder.Status(&s.Plan)
			if err := errors.Join(err, folder.Close()); err != nil {
				return usageError{err}
			}
			return p.printStatus(s, folder.Path, &status)
		},
	}
}

func (p *program) scanMergeCommand() *cli.Command {
	return &cli.Command{
		Name:      "merge",
		Usage:     "make the tables and the figure of a scan",
		ArgsUsage: "FOLDER",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "partial", Usage: "leave out what is missing", DefaultText: "a scan with gaps is refused"},
			&cli.StringFlag{Name: "difference", Usage: "also write differences.csv: each point less the one that has `KEY=VALUE` and all else the same, trial by trial"},
		},
		Action: func(c *cli.Context) error {
			return p.mergeScan(mergeOptions{arguments: parseArguments(c), partial: c.Bool("partial"), difference: c.String("difference")})
		},
	}
}

// argumentScan is the scan in the folder that is a command's only argument.
func (p *program) argumentScan(a arguments) (*scan.Scan, *experiment.Folder, error) {
	path, err := a.one("the folder of a scan")
	if err != nil {
		return nil, nil, err
	}
	s, folder, err := p.openScan(path)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return s, folder, nil
}

// mergeOptions are those of scan merge.
type mergeOptions struct {
	arguments
	partial    bool
	difference string
}

func (p *program) mergeScan(o mergeOptions) (err error) {
	s, folder, err := p.argumentScan(o.arguments)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	table, err := folder.Merge(&s.Plan, s.Theories(), o.partial)
	if errors.Is(err, experiment.ErrGaps) {
		return badUsage("%w; `tnn-gpu scan merge --partial` leaves them out", err)
	}
	if err != nil {
		return usageError{err}
	}
	if text := o.difference; text != "" {
		key, value, found := strings.Cut(text, "=")
		if !found {
			return badUsage("--difference is %q: write KEY=VALUE", text)
		}
		d, err := table.Differences(&s.Plan, strings.TrimSpace(key), strings.TrimSpace(value))
		if err != nil {
			return usageError{err}
		}
		if err := folder.Write(experiment.DifferencesName, d.Write); err != nil {
			return err
		}
	}
	return p.drawScan(s, folder, table)
}

// resumeScan makes what is missing of a scan.
func (p *program) resumeScan(ctx context.Context, w *watch, o *resumeOptions) error {
	if o.ofRuns != "" {
		return badUsage("--%s is of runs, and %s is the folder of a scan; `tnn-gpu scan --out` adds points and trials to it", o.ofRuns, o.folder)
	}
	s, folder, err := p.openScan(o.folder)
	if err != nil {
		return usageError{err}
	}
	computer := p.computer(&o.computer)
	if err := checkPoints(s, computer); err != nil {
		return errors.Join(err, folder.Close())
	}
	return p.carryOutScan(ctx, w, s, folder, experiment.All(), computer)
}

// plotScan draws the outcomes of a scan.
func (p *program) plotScan(o *plotOptions) error {
	if len(o.words) > 1 {
		return badUsage("%q is one folder too many: a scan is plotted by itself", o.words[1])
	}
	for _, of := range []struct {
		given     bool
		flag, why string
	}{
		{o.mean, "--mean", "a scan is plotted with its means anyway"}, {o.errors, "--errors", "a scan is plotted with its standard errors anyway"},
		{o.inset.given, "--inset", "a scan has no steps"}, {o.at.given, "--at", "a scan has no steps"}, {o.field.given, "--field", "a scan has recorded none"},
	} {
		if of.given {
			return badUsage("%s is of runs: %s", of.flag, of.why)
		}
	}
	s, folder, err := p.openScan(o.first())
	if err != nil {
		return usageError{err}
	}
	defer folder.Close()
	table, err := folder.Table(&s.Plan, s.Theories(), true)
	if err != nil {
		return usageError{err}
	}
	figure := figureOptions(s, folder, table)
	if o.x.given {
		figure.X, figure.Y = o.x.value, ""
	}
	if o.y.given {
		figure.Y, figure.Stack = o.y.value, false
	}
	if o.quantity.given {
		if figure.Quantities, err = eachOnce("quantity", o.quantity.value); err != nil {
			return err
		}
	}
	page, err := plot.Scan(table, figure)
	if err != nil {
		return usageError{err}
	}
	return p.writePlot(o, page, folder.Path)
}

// figureOptions are what the scan itself says of its figure.
func figureOptions(s *scan.Scan, folder *experiment.Folder, table *experiment.Table) plot.ScanOptions {
	f := s.File.Figure
	o := plot.ScanOptions{Title: filepath.Base(folder.Path), X: f.X, Y: f.Y, Quantities: f.Quantity, Stack: f.Stack, Marks: s.Marks()}
	if s.Kind != nil {
		o.Besides, o.Crossings = s.Kind.Besides, table.Crossings(s.Kind.Crossings)
	}
	return o
}

// announceScan says what is going to be done.
func (p *program) announceScan(s *scan.Scan, folder *experiment.Folder, share experiment.Share) {
	trials := int64(s.Plan.Trials)
	lines := [][2]string{
		{"scan", fmt.Sprintf("%s over %s, %s each", count(int64(len(s.Plan.Points)), "point"), strings.Join(s.Plan.Keys, ", "), count(trials, "trial"))},
		{"outcome", s.Outcome()},
		{"seeds", s.Seeds()},
		{"folder", folder.Path},
	}
	if share.Count > 1 {
		lines = append(lines, [2]string{"share", fmt.Sprintf("%d of %d: points %d, %d, ...", share.Index, share.Count, share.Index+1, share.Index+1+share.Count)})
	}
	for _, line := range lines {
		fmt.Fprintf(p.out, "%-10s  %s\n", line[0], line[1])
	}
	fmt.Fprintln(p.out)
}

// printStatus prints how far the scan in a folder is.
func (p *program) printStatus(s *scan.Scan, folder string, status *experiment.Status) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "points\t%d\tof %s each\n", len(s.Plan.Points), count(int64(s.Plan.Trials), "trial"))
	for _, line := range []struct {
		name string
		n    int
		note string
	}{
		{"done", status.Done, ""},
		{"running", status.Running, "held by a process"},
		{"saved", status.Saved, "begun; resume goes on with them"},
		{"failed", status.Failed, "three times"},
		{"open", status.Open, ""},
	} {
		fmt.Fprintf(w, "%s\t%d\t%s\n", line.name, line.n, line.note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if status.Gone > 0 {
		fmt.Fprintf(p.out, "left over from a process that is gone: %s; go on with: tnn-gpu resume %s\n", count(int64(status.Gone), "point"), shellQuoted(folder))
	}
	if status.Left > 0 {
		fmt.Fprintf(p.out, "time left: about %v, at the rate so far\n", status.Left.Round(time.Second))
	}
	for _, failure := range status.Failures {
		fmt.Fprintf(p.out, "failed: %s\n", failure)
	}
	return nil
}
