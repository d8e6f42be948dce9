package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/picture"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
)

func (p *program) plotCommand() *cli.Command {
	return &cli.Command{
		Name:      "plot",
		Usage:     "plot the observables of runs, or the outcomes of a scan",
		ArgsUsage: "RUN...|SCAN",
		Description: "Several runs are overlaid, or with --mean shown as their mean and a band of one\n" +
			"standard deviation. Replicas of a run are always shown like that, those of each\n" +
			"value of a swept key apart; with --x KEY the last epoch is shown against the\n" +
			"values. Quantities are the columns of steps.csv, what a model shows on one pair of\n" +
			"axes (energies of the TNN: energy, dissipation and transport), and its histograms,\n" +
			"such as weight, at the start and at the end. --y draws colours over two keys in which\n" +
			"replicas or runs differ, or over the step and one. Of a scan, points are drawn with\n" +
			"error bars against a key, or colours over two.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "quantity", Usage: "plot these `QUANTITIES`, such as energies,order (default: all)"},
			&cli.StringFlag{Name: "x", Value: "step", Usage: "plot against this `COLUMN` of steps.csv, or a swept key"},
			&cli.StringFlag{Name: "y", Usage: "draw colours over --x and this `KEY`"},
			&cli.StringFlag{Name: "field", Usage: "draw recorded `FIELDS` over the sites, at the last step"},
			&cli.Int64Flag{Name: "at", Usage: "draw them at this `STEP`, or what was recorded last before it"},
			&cli.BoolFlag{Name: "mean", Usage: "draw the mean of all runs"},
			&cli.BoolFlag{Name: "errors", Usage: "draw standard errors of means, in place of standard deviations"},
			&cli.Int64Flag{Name: "inset", Usage: "draw the first and the last `N` steps once more, larger, above the curves"},
			&cli.StringFlag{Name: "log", Usage: "have logarithmic `AXES` x, y or x,y"},
			&cli.StringFlag{Name: "xlim", Usage: "draw from `A,B` on the x axis"},
			&cli.StringFlag{Name: "ylim", Usage: "draw from `A,B` on the y axis"},
			&cli.StringFlag{Name: "size", Usage: "make panels `WIDTHxHEIGHT` millimetres large (default: 84x64)"},
			&cli.Float64Flag{Name: "font", Usage: "write the names of axes `POINTS` large, and all else in proportion", DefaultText: "10"},
			&cli.IntFlag{Name: "columns", Usage: "put `N` panels in a row"},
			&cli.StringFlag{Name: "title", Usage: "write `TEXT` above the figure"},
			&cli.BoolFlag{Name: "data", Usage: "write the points of the figure beside it, as a CSV file"},
			&cli.StringFlag{Name: "format", Usage: "write `FORMAT` png, svg or pdf (default: that of --out, or png)"},
			&cli.StringFlag{Name: "out", Usage: "write to `FILE` (default: plot.png in the folder of the first run)"},
			overwriteFlag(),
		},
		Action: func(c *cli.Context) error { return p.plot(parsePlot(c)) },
	}
}

// plotOptions are those of plot.
type plotOptions struct {
	arguments
	quantity, x, y option[string]
	mean, errors   bool
	field          option[string]
	at, inset      option[int64]
	look           lookOptions
	data           bool
	format, out    string
	overwrite      bool
}

func parsePlot(c *cli.Context) *plotOptions {
	return &plotOptions{arguments: parseArguments(c), quantity: parseText(c, "quantity"), x: parseText(c, "x"), y: parseText(c, "y"),
		field: parseText(c, "field"), at: option[int64]{c.Int64("at"), c.IsSet("at")}, inset: option[int64]{c.Int64("inset"), c.IsSet("inset")}, mean: c.Bool("mean"), errors: c.Bool("errors"), look: parseLook(c), data: c.Bool("data"), format: c.String("format"), out: c.String("out"), overwrite: c.Bool("overwrite")}
}

func (p *program) plot(o *plotOptions) error {
	if len(o.words) == 0 {
		return badUsage("%s needs at least one argument, the folder of a run; see `%s --help`", o.command, o.command)
	}
	if experiment.IsFolder(p.files, o.first()) {
		return p.plotScan(o)
	}
	var runs []*results.Run
	for i, path := range o.words {
		if k := slices.IndexFunc(o.words[:i], func(before string) bool { return filepath.Clean(before) == filepath.Clean(path) }); k >= 0 {
			return badUsage("the run %s stands twice: name each once", path)
		}
		run, err := results.OpenIn(p.files, path)
		if err != nil {
			return usageError{err}
		}
		defer run.Close()
		runs = append(runs, run)
	}
	if o.at.given && !o.field.given {
		return badUsage("--at is the step of fields: name some with --field")
	}
	if o.inset.given && (o.inset.value < 2 || o.x.value != "step" || o.y.given || o.field.given) {
		return badUsage("--inset %d: use 2 or more steps, and curves against the step, without --x, --y and --field", o.inset.value)
	}
	if o.field.given {
		page, err := fieldsPage(runs[0], o)
		if err != nil {
			return usageError{err}
		}
		return p.writePlot(o, page, runs[0].Path)
	}
	options := plot.Options{X: o.x.value, Y: o.y.value, Mean: o.mean, Errors: o.errors, Inset: o.inset.value}
	if o.quantity.given {
		var err error
		if options.Quantities, err = eachOnce("quantity", o.quantity.value); err != nil {
			return err
		}
	}
	page, err := plot.Observables(runs, options)
	if err != nil {
		return usageError{err}
	}
	return p.writePlot(o, page, runs[0].Path)
}

// fieldsPage has a picture of each field that was asked for, with its colours.
func fieldsPage(run *results.Run, o *plotOptions) (*plot.Page, error) {
	if o.quantity.given || o.x.given || o.y.given || o.mean || o.errors || len(o.words) > 1 {
		return nil, errors.New("fields are drawn of one run, without quantities, axes, means and errors: leave the others out")
	}
	var all []plot.Shown
	names, err := eachOnce("field", o.field.value)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		one, err := fieldPicture(run, name, o.at)
		if err != nil {
			return nil, err
		}
		all = append(all, *one)
	}
	return plot.Pictures(fmt.Sprintf("%s: %s %s", run.Name, run.Metadata.Model, run.Metadata.Rule), all...), nil
}

// fieldPicture is the picture of a field in the last record up to a step, of the first
// replica.
func fieldPicture(run *results.Run, name string, at option[int64]) (*plot.Shown, error) {
	film, err := newFilm(run, name, 0, 0)
	if err != nil {
		return nil, err
	}
	defer film.recording.Close()
	frame := -1
	for _, i := range film.frames {
		if !at.given || film.recording.Step(i) <= at.value {
			frame = i
		}
	}
	if frame < 0 {
		return nil, fmt.Errorf("nothing of %s was recorded up to step %d", name, at.value)
	}
	if film.view, err = picture.NewView(film.painter, 0, 0, false, min(film.recording.Len(), spaceTimeRows)); err != nil {
		return nil, err
	}
	drawn, err := film.drawWith(frame, "")
	if err != nil {
		return nil, err
	}
	return &plot.Shown{Title: fmt.Sprintf("%s after step %d", name, film.recording.Step(frame)), Image: drawn, Scale: scaleOf(film.painter)}, nil
}

// scaleOf are the colours of a painter, for a figure.
func scaleOf(p *picture.Painter) *plot.Scale {
	low, high, colours := p.Scale()
	return &plot.Scale{Low: low, High: high, Colours: colours}
}

// writePlot writes a page as the flags ask, into a folder where they name no file.
func (p *program) writePlot(o *plotOptions, page *plot.Page, folder string) error {
	out := o.out
	format, err := chosenFormat(o.format, out, "png", plot.Formats())
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(folder, "plot."+format)
	}
	if err := plot.CheckFormat(format); err != nil {
		return usageError{err}
	}
	look, err := o.look.of()
	if err == nil {
		err = page.Apply(look)
	}
	if err == nil {
		err = page.CheckSize(format)
	}
	if err != nil {
		return usageError{err}
	}
	data := strings.TrimSuffix(out, filepath.Ext(out)) + ".csv"
	if o.data {
		if !page.HasCurves() {
			return badUsage("--data is of the points of curves, and this figure has none: leave it out")
		}
		if err := checkNew(data, o.overwrite); err != nil {
			return err
		}
	}
	if err := p.writeFile(out, o.overwrite || plot.IsOurs(out), func(w io.Writer) error { return page.Write(w, format) }); err != nil {
		return err
	}
	if o.data {
		if err := p.writeFile(data, o.overwrite, page.WriteData); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.out, "%s has %s\n", out, count(int64(len(page.Panels)), "plot"))
	return nil
}

// overview draws a run that has ended, with pictures of its last state. What is drawn
// there before is replaced: it was drawn by the run itself.
func (p *program) overview(run *results.Run, pictures []plot.Shown, folder *record.Folder) error {
	page, err := plot.Overview(run, pictures...)
	if err != nil {
		return err
	}
	return folder.Replace(record.OverviewName, func(w io.Writer) error { return page.Write(w, "png") })
}

// hasPictures tells whether a network has pictures of its last state.
func hasPictures(net model.Network) bool {
	sited, ok := net.(model.Sited)
	return ok && sited.Sites().Field != ""
}

// lastPictures show the first replica after a step; nil where the model has none.
func lastPictures(n *setup, final *finalState) ([]plot.Shown, error) {
	if !hasPictures(n.net) {
		return nil, nil
	}
	if pictured, ok := n.net.(model.Pictured); ok {
		return sideBySide(pictured, n, final)
	}
	sited := n.net.(model.Sited)
	sites, replicas := sited.Sites(), len(n.seeds)
	shown, err := final.values(sites.Field, int64(sites.Count)*int64(replicas))
	if err == nil && len(shown) != sites.Count*replicas {
		err = fmt.Errorf("the last state has %s of %s, but there are %d sites", count(int64(len(shown)), "value"), sites.Field, sites.Count)
	}
	if err != nil {
		return nil, err
	}
	step, err := final.step()
	if err != nil {
		return nil, err
	}
	title := fmt.Sprintf("states after step %d", step)
	if n.sweep != nil {
		title = fmt.Sprintf("step %d, %s = %g", step, n.sweep.Key, n.sweep.Values[0])
	}
	return drawn(title, newScene(n.net, sited, false), len(sites.Sides) == 1, shown[:sites.Count])
}

// shownPixels are about twice as many as a side of a picture has on the page.
const shownPixels = 400

// drawn is a picture of values of a scene.
func drawn(title string, s *picture.Scene, line bool, values []float64) ([]plot.Shown, error) {
	painter := &picture.Painter{Scene: s, State: true}
	view, err := picture.NewView(painter, s.ScaleFor(shownPixels), 0, line, 1)
	if err != nil {
		return nil, err
	}
	shown := plot.Shown{Title: title, Image: view.Draw(values, "")}
	if s.Signed {
		shown.Scale = scaleOf(painter)
	}
	return []plot.Shown{shown}, nil
}

// sideBySide are the pictures that a network has of the first replica.
func sideBySide(of model.Pictured, n *setup, final *finalState) ([]plot.Shown, error) {
	d := n.net.Describe()
	pictures, err := of.Pictures(n.seeds[0], 0, func(name string) ([]float64, error) {
		f, _ := d.Field(name)
		space, known := d.Space(f.Space)
		if !known {
			return nil, fmt.Errorf("the model %s has no field %q", d.Name, name)
		}
		values, err := final.values(name, int64(space.Len())*int64(len(n.seeds)))
		if err == nil && len(values) < space.Len() {
			err = fmt.Errorf("the last state has only %s of %s", count(int64(len(values)), "value"), name)
		}
		if err != nil {
			return nil, err
		}
		return values[:space.Len()], nil
	})
	if err != nil {
		return nil, err
	}
	var out []plot.Shown
	for _, p := range pictures {
		one, err := drawn(p.Title, picture.NewScene(p.Rows*p.Columns, []int{p.Rows, p.Columns}, false), false, p.Values)
		if err != nil {
			return nil, err
		}
		out = append(out, one...)
	}
	return out, nil
}
