package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/models"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/results"
)

func (p *program) statsCommand() *cli.Command {
	return &cli.Command{
		Name:      "stats",
		Usage:     "work out statistics of a run: means with errors, correlations, spectra",
		ArgsUsage: "RUN",
		Description: "Errors rest on the autocorrelation time, and from ten replicas on on the replicas.\n" +
			"Replicas of each value of a swept key are looked at apart. What a statistic takes\n" +
			"and the run has not recorded is told. With --out, a folder gets stats.json, a\n" +
			"table for each function, and its figure.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "of", Usage: "work out these `STATISTICS`, such as moments,domains (default: all)"},
			&cli.Int64Flag{Name: "first", Usage: "look at the steps from `STEP` on", DefaultText: "1"},
			&cli.Int64Flag{Name: "last", Usage: "look at the steps up to `STEP`", DefaultText: "the last"},
			&cli.StringFlag{Name: "quantity", Usage: "look at `NAME` alone: a quantity, a recorded field, of which the sum is taken, or one of its items, as x[12]: series, spectra, autocorrelation, fano, bins, avalanches"},
			&cli.Int64Flag{Name: "bin", Usage: "have bins of `N` steps in the statistic bins of --quantity", DefaultText: "a hundredth of the steps"},
			&cli.StringFlag{Name: "beside", Usage: "compare the recorded field of --quantity with that of `RUN`: their Hamming distance"},
			&cli.Float64Flag{Name: "above", Value: 0.2, Usage: "join pairs of units of a SORN whose correlation is above `R`"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.StringFlag{Name: "out", Usage: "write tables and figures into `FOLDER`"},
			&cli.StringFlag{Name: "format", Value: "png", Usage: "draw figures as `FORMAT` png, svg or pdf"},
			overwriteFlag(),
		},
		Action: func(c *cli.Context) error { return p.stats(parseStats(c)) },
	}
}

// statsOptions are those of stats.
type statsOptions struct {
	arguments
	of          option[string]
	first, last option[int64]
	quantity    string
	beside      string
	bin         option[int64]
	above       option[float64]
	json        bool
	out         string
	format      option[string]
	overwrite   bool
}

func parseStats(c *cli.Context) *statsOptions {
	return &statsOptions{arguments: parseArguments(c), of: parseText(c, "of"), first: option[int64]{c.Int64("first"), c.IsSet("first")},
		last: option[int64]{c.Int64("last"), c.IsSet("last")}, quantity: c.String("quantity"), beside: c.String("beside"), bin: option[int64]{c.Int64("bin"), c.IsSet("bin")}, above: option[float64]{c.Float64("above"), c.IsSet("above")}, json: c.Bool("json"), out: c.String("out"), format: option[string]{strings.ToLower(c.String("format")), c.IsSet("format")}, overwrite: c.Bool("overwrite")}
}

func (p *program) stats(o *statsOptions) error {
	if experiment.IsFolder(p.files, o.arguments.first()) {
		return badUsage("%s is a scan, whose points.csv has means with errors; stats is of runs", o.arguments.first())
	}
	run, err := p.openRun(o.arguments)
	if err != nil {
		return err
	}
	defer run.Close()
	if !(o.above.value > -1 && o.above.value < 1) {
		return badUsage("--above is %g: use a correlation between -1 and 1", o.above.value)
	}
	if o.bin.given && (o.bin.value < 1 || o.quantity == "") {
		return badUsage("--bin %d: use 1 or more steps, and name with --quantity what is to be looked at in bins", o.bin.value)
	}
	if err := plot.CheckFormat(o.format.value); err != nil {
		return usageError{err}
	}
	if o.out == "" && (o.format.given || o.overwrite) {
		return badUsage("--format and --overwrite are about what --out writes; use them with that")
	}
	var beside *results.Run
	if o.beside != "" {
		if beside, err = results.OpenIn(p.files, o.beside); err != nil {
			return usageError{err}
		}
		defer beside.Close()
	}
	report, err := makeReport(run, beside, o)
	if err != nil {
		return usageError{err}
	}
	if o.out != "" {
		if err := p.inFolder(o.out, func() error { return p.writeReport(report, o) }); err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(p.out, report)
	}
	return report.WriteText(p.out)
}

// makeReport works out what is asked for; beside is another run, or nil.
func makeReport(run, beside *results.Run, o *statsOptions) (*analysis.Report, error) {
	if beside != nil && (o.quantity == "" || beside.Replicas() != run.Replicas()) {
		return nil, fmt.Errorf("--beside takes the name of a recorded field with --quantity, and a run of as many replicas, which are %d and %d", run.Replicas(), beside.Replicas())
	}
	var names []string
	if o.of.given {
		var err error
		if names, err = eachOnce("of", o.of.value); err != nil {
			return nil, err
		}
	}
	statistics := models.Statistics(run.Metadata.Model)
	if o.quantity != "" {
		statistics = analysis.OfQuantity()
	}
	chosen, err := analysis.Choose(statistics, names)
	if err != nil {
		return nil, err
	}
	if err := passedOver(chosen, o); err != nil {
		return nil, err
	}
	net, err := builtNetwork(run)
	if err != nil {
		return nil, err
	}
	from := run.Analyse(func(field string, replica int) ([]float64, error) {
		return (&last{run: run, net: net, replica: replica}).recorded(field)
	})
	steps, err := from.Steps()
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("the run %s has made no step yet", run.Path)
	}
	report := &analysis.Report{Run: run.Name, Model: run.Metadata.Model, First: steps[0], Last: steps[len(steps)-1], Parts: run.Parts()}
	if err := choosePart(report, o); err != nil {
		return nil, err
	}
	for i := range report.Parts {
		part := &report.Parts[i]
		of := &analysis.Run{Network: net, Replicas: part.Replicas, First: report.First, Last: report.Last, Above: o.above.value, Bin: o.bin.value, From: from}
		if o.quantity != "" {
			if of, err = of.Only(o.quantity); err != nil {
				return nil, err
			}
			if beside != nil {
				of.Beside = beside.Analyse(nil)
			}
		}
		if steps, err := of.Steps(); err == nil { // without rows each statistic says so
			report.Rows = len(steps)
		}
		if part.Found, err = analysis.Make(of, chosen, o.of.given); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// passedOver refuses flags that none of the statistics heeds.
func passedOver(chosen []analysis.Statistic, o *statsOptions) error {
	for _, of := range []struct {
		given           bool
		flag, statistic string
	}{{o.above.given, "--above", "correlations"}, {o.bin.given, "--bin", "bins"}, {o.beside != "", "--beside", "distance"}} {
		if of.given && !slices.ContainsFunc(chosen, func(s analysis.Statistic) bool { return s.Name == of.statistic }) {
			return badUsage("%s is about the statistic %s, which is not made here: leave it out, or ask for that", of.flag, of.statistic)
		}
	}
	return nil
}

// choosePart takes the steps that flags name.
func choosePart(r *analysis.Report, o *statsOptions) error {
	first, last := r.First, r.Last
	for _, of := range []struct {
		flag string
		option[int64]
		to *int64
	}{{"--first", o.first, &r.First}, {"--last", o.last, &r.Last}} {
		if !of.given {
			continue
		}
		if of.value < first || of.value > last {
			return badUsage("%s is %d: use %d to %d, steps of the run", of.flag, of.value, first, last)
		}
		*of.to = of.value
	}
	if r.First > r.Last {
		return badUsage("--first is %d and --last is %d: use a first step that is not after the last", r.First, r.Last)
	}
	return nil
}

// recorded is values for statistics, which may do without.
func (l *last) recorded(name string) ([]float64, error) {
	final, err := openFinal(l.run, l.net)
	if err != nil {
		return nil, analysis.Missing("%v", err)
	}
	defer final.Close()
	return l.valuesOf(final, name)
}

// writeReport writes stats.json, and each table with its figure.
func (p *program) writeReport(r *analysis.Report, o *statsOptions) error {
	err := p.writeFile(filepath.Join(o.out, "stats.json"), o.overwrite, func(w io.Writer) error { return writeJSON(w, r) })
	if err != nil {
		return err
	}
	for _, t := range tablesOf(r) {
		for k, table := range t.tables {
			name := table.Name
			if len(t.tables) > 1 {
				name = fmt.Sprintf("%s-%d", name, k)
			}
			if err := p.writeFile(filepath.Join(o.out, name+".csv"), o.overwrite, table.WriteCSV); err != nil {
				return err
			}
		}
		page := plot.Statistic(r.Run, t.parts, t.tables)
		file := filepath.Join(o.out, t.tables[0].Name+"."+o.format.value)
		if err := p.writeFile(file, o.overwrite || plot.IsOurs(file), func(w io.Writer) error { return page.Write(w, o.format.value) }); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.errs, "%s has tables and figures\n", o.out)
	return err
}

// sameTables are the tables of one name in all parts that have it.
type sameTables struct {
	parts  []string
	tables []*analysis.Table
}

func tablesOf(r *analysis.Report) []*sameTables {
	var out []*sameTables
	at := map[string]*sameTables{}
	for _, part := range r.Parts {
		for _, f := range part.Found {
			if f.Result == nil {
				continue
			}
			for i := range f.Tables {
				t := &f.Tables[i]
				same := at[t.Name]
				if same == nil {
					same = &sameTables{}
					at[t.Name], out = same, append(out, same)
				}
				same.parts, same.tables = append(same.parts, part.Swept), append(same.tables, t)
			}
		}
	}
	return out
}
