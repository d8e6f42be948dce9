package main

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/model"
	"tnn-gpu/host/picture"
	"tnn-gpu/host/results"
	"tnn-gpu/host/state"
)

func (p *program) videoCommand() *cli.Command {
	return &cli.Command{
		Name:      "video",
		Usage:     "draw a recorded field, step after step",
		ArgsUsage: "RUN",
		Description: "States of the TNN are blue (-1), white (0) and brown (+1), those of other models black\n" +
			"to white; on the odd sublattice of a bipartite lattice they are negated, so that\n" +
			"order shows as one colour. External nodes are green when solved, yellow when not, and\n" +
			"purple when off. Other fields go from violet over green to yellow. Field change is how\n" +
			"much states differ from those of the record before.\n\n" +
			"The run must have recorded the field: tnn-gpu run --record state --every 5. An mp4\n" +
			"needs ffmpeg in PATH; without it the video is an animated PNG, which browsers play.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "field", Usage: "draw `FIELD` (default: the one that pictures of the model show, or state)"},
			&cli.StringFlag{Name: "format", Usage: "write `FORMAT` mp4, apng, or png (a picture of each step, in a folder)"},
			&cli.StringFlag{Name: "out", Usage: "write to `FILE` (default: the field's name, in the folder of the run)"},
			&cli.IntFlag{Name: "fps", Value: 20, Usage: "show this `NUMBER` of records a second"},
			&cli.Int64Flag{Name: "every", Usage: "`NUMBER` of steps from one picture to the next", DefaultText: "those of the recording"},
			&cli.Float64Flag{Name: "scale", Usage: "`PIXELS` of a node's side, less than 1 for a large network", DefaultText: "what suits a screen"},
			&cli.IntFlag{Name: "slice", Usage: "of a lattice of three sides, draw the sites with this first `COORDINATE`"},
			&cli.BoolFlag{Name: "line", Usage: "draw a lattice of one side as a line, and not line under line as time goes on"},
			&cli.IntFlag{Name: "replica", Usage: "draw the replica of this `NUMBER`, from 0"},
			overwriteFlag(),
		},
		Action: func(c *cli.Context) error { return p.video(parseVideo(c)) },
	}
}

// openRun is the run that a command is given.
func (p *program) openRun(a arguments) (*results.Run, error) {
	path, err := a.one("the folder of a run")
	if err != nil {
		return nil, err
	}
	run, err := results.OpenIn(p.files, path)
	if err != nil {
		return nil, usageError{err}
	}
	return run, nil
}

// videoOptions are those of video.
type videoOptions struct {
	arguments
	field, format, out string
	fps                option[int]
	every              option[int64]
	scale              option[float64]
	slice              int
	line               bool
	replica            int
	overwrite          bool
}

func parseVideo(c *cli.Context) *videoOptions {
	return &videoOptions{arguments: parseArguments(c), field: c.String("field"), format: c.String("format"), out: c.String("out"), fps: option[int]{c.Int("fps"), c.IsSet("fps")},
		every: option[int64]{c.Int64("every"), c.IsSet("every")}, scale: option[float64]{c.Float64("scale"), c.IsSet("scale")}, slice: c.Int("slice"), line: c.Bool("line"), replica: c.Int("replica"), overwrite: c.Bool("overwrite")}
}

func (p *program) video(o *videoOptions) error {
	run, err := p.openRun(o.arguments)
	if err != nil {
		return err
	}
	defer run.Close()
	if o.fps.value < 1 || o.fps.value > 240 {
		return badUsage("--fps is %d: use a number from 1 to 240", o.fps.value)
	}
	if o.fps.given && strings.EqualFold(o.format, "png") {
		return badUsage("--fps is about a film, and --format png writes pictures; leave one of the two out")
	}
	if o.every.given && o.every.value < 1 {
		return badUsage("--every is %d: use 1 or more steps", o.every.value)
	}
	if o.scale.given && !(o.scale.value > 0) {
		return badUsage("--scale is %g: use a number above 0", o.scale.value)
	}
	film, err := newFilm(run, o.field, o.replica, o.every.value)
	if err != nil {
		return usageError{err}
	}
	defer film.recording.Close()
	if film.view, err = picture.NewView(film.painter, o.scale.value, o.slice, o.line, min(film.recording.Len(), spaceTimeRows)); err != nil {
		return usageError{err}
	}
	format := strings.ToLower(o.format)
	if format == "" {
		format = "apng"
		if picture.HasFFmpeg() {
			format = "mp4"
		}
	}
	out := o.out
	if out == "" {
		out = filepath.Join(run.Path, film.name)
		if format != "png" {
			out += "." + format
		}
	}
	if err := film.write(p, out, format, o.fps.value, o.overwrite); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%s has %s of %s\n", out, count(int64(len(film.frames)), "picture"), film.name)
	return nil
}

// spaceTimeRows is how many records a picture of space-time shows.
const spaceTimeRows = 256

// film is a recording that is drawn.
type film struct {
	name      string // of the field
	recording *results.Recording
	replica   int
	frames    []int // records
	seen      int   // records, for space-time
	change    bool  // draw how much a record differs from the one before
	painter   *picture.Painter
	view      *picture.View
}

func newFilm(run *results.Run, field string, replica int, every int64) (*film, error) {
	field = cmp.Or(field, picturedField(run))
	f := &film{name: field, replica: replica, change: field == "change"}
	if f.change {
		field = picturedField(run)
	}
	var err error
	if f.recording, err = run.Recording(field); err != nil {
		return nil, undrawn(run, f.name, err)
	}
	if err := f.prepare(run, every); err != nil {
		return nil, errors.Join(err, f.recording.Close())
	}
	return f, nil
}

// undrawn says why a field cannot be drawn: for what the model is, and what was recorded,
// or else for the reason that is given.
func undrawn(run *results.Run, field string, reason error) error {
	net, err := builtNetwork(run)
	if err != nil {
		return reason
	}
	d, has := net.Describe(), run.RecordedText()
	_, known := d.Field(field)
	known = known || field == "change" && picturedField(run) != "" || slices.ContainsFunc(d.Computed, func(c model.Computed) bool { return c.Name == field })
	switch _, sited := net.(model.Sited); {
	case !sited:
		return fmt.Errorf("networks of the model %s have no sites, and so no pictures; the run %s has recorded %s, and inspect and plot show what there is", d.Name, run.Path, has)
	case field == "":
		return fmt.Errorf("name the field that is to be drawn with --field, one of those that --record recorded; the run %s has recorded %s", run.Path, has)
	case !known:
		return fmt.Errorf("the model %s has no field %q; the run %s has recorded %s", d.Name, field, run.Path, has)
	}
	return reason
}

// noFrame says why no record is drawn.
func (f *film) noFrame(run *results.Run, every int64) error {
	r := f.recording
	switch n := r.Len(); {
	case n == 0:
		return fmt.Errorf("the run %s has no record of %s yet: one is due every %s (run --every), and the run has made %s", run.Path, f.name, count(r.Every, "step"), count(run.Metadata.Steps, "step"))
	case n == 1 && f.change:
		return fmt.Errorf("the run %s has one record, that of step %d, and change takes two", run.Path, r.Step(0))
	default:
		return fmt.Errorf("no picture would be drawn every %s: the run %s has records of %s from step %d to step %d, every %s", count(every, "step"), run.Path, f.name, r.Step(0), r.Step(n-1), count(r.Every, "step"))
	}
}

// picturedField is the one that pictures of a run show. Runs of earlier versions,
// which do not say, are of a model where it is called state.
func picturedField(run *results.Run) string {
	if s := run.Metadata.Sites; s != nil {
		return s.Field
	}
	return "state"
}

// siteSpace is the index space whose items pictures of a run show.
func siteSpace(run *results.Run) state.Space {
	if s := run.Metadata.Sites; s != nil {
		return s.Space
	}
	return state.Node
}

// hasSites tells whether a recording has a value for each site: sites have an axis, or as
// many as sides.
func hasSites(run *results.Run, r *results.Recording) bool {
	if slices.Contains(r.Axes, string(siteSpace(run))) {
		return true
	}
	sites := run.Metadata.Sites
	if sites == nil || len(sites.Sides) == 0 || len(r.Shape) < len(sites.Sides) {
		return false
	}
	shape := r.Shape[len(r.Shape)-len(sites.Sides):]
	return slices.EqualFunc(shape, sites.Sides, func(n int64, side int) bool { return n == int64(side) })
}

func (f *film) prepare(run *results.Run, every int64) error {
	r := f.recording
	switch {
	case !hasSites(run, r):
		return undrawn(run, f.name, fmt.Errorf("field %s has no value per %s to be drawn; plot or inspect it", f.name, siteSpace(run)))
	case f.replica < 0 || f.replica >= run.Replicas():
		return fmt.Errorf("there is no replica %d; the run has %d", f.replica, run.Replicas())
	case every == 0:
		every = r.Every
	case every < 0 || every%r.Every != 0:
		return fmt.Errorf("the field %s was recorded every %s, so it cannot be drawn every %d: use a multiple", f.name, count(r.Every, "step"), every)
	}
	for i := range r.Len() {
		if r.Step(i)%every == 0 && (i > 0 || !f.change) {
			f.frames = append(f.frames, i)
		}
	}
	if len(f.frames) == 0 {
		return f.noFrame(run, every)
	}
	shown, err := sceneOf(run, r.Numbers)
	if err != nil {
		return err
	}
	f.painter = &picture.Painter{Scene: shown, State: f.name == picturedField(run), High: 1}
	if f.painter.State {
		return nil
	}
	if l := r.Limits; l != nil && !f.change { // so that pictures of other runs compare
		f.painter.Low, f.painter.High = l[0], l[1]
		return nil
	}
	f.painter.Low, f.painter.High, err = f.extent()
	return err
}

// extent samples some frames for the colour scale.
func (f *film) extent() (low, high float64, err error) {
	const samples, most = 8, 1 << 18
	var values []float64
	for i := range min(samples, len(f.frames)) {
		v, err := f.read(f.frames[i*len(f.frames)/min(samples, len(f.frames))])
		if err != nil {
			return 0, 0, err
		}
		values = append(values, thin(v, most)...)
	}
	low, high = picture.Extent(values)
	return low, high, nil
}

// thin leaves every nth of the values, so that at most so many remain. n is odd, lest
// all be of one sublattice.
func thin(values []float64, most int) []float64 {
	n := (len(values) + most - 1) / most
	n |= 1
	left := values[:0]
	for i := 0; i < len(values); i += n {
		left = append(left, values[i])
	}
	return left
}

// read is what is drawn of a record.
func (f *film) read(i int) ([]float64, error) {
	v, err := f.recording.Read(i, f.replica)
	if err != nil || !f.change {
		return v, err
	}
	before, err := f.recording.Read(max(0, i-1), f.replica)
	for k := range before {
		v[k] = max(v[k]-before[k], before[k]-v[k]) / 2
	}
	return v, err
}

// draw makes the picture of a record, with a line that tells of it.
func (f *film) draw(i int) (*image.RGBA, error) {
	return f.drawWith(i, fmt.Sprintf("%s  step %d", f.name, f.recording.Step(i)))
}

func (f *film) drawWith(i int, caption string) (*image.RGBA, error) {
	if f.view.SpaceTime() {
		for ; f.seen < i; f.seen++ {
			v, err := f.read(f.seen)
			if err != nil {
				return nil, err
			}
			f.view.See(v)
		}
		f.seen = i + 1
	}
	v, err := f.read(i)
	if err != nil {
		return nil, err
	}
	return f.view.Draw(v, caption), nil
}

func (f *film) write(p *program, out, format string, fps int, overwrite bool) error {
	switch format {
	case "apng":
		return p.writeFile(out, overwrite, func(w io.Writer) error {
			return f.play(func(image.Point) (picture.Movie, error) { return picture.NewAPNG(w, len(f.frames), fps), nil })
		})
	case "mp4":
		if !picture.HasFFmpeg() {
			return badUsage("an mp4 needs ffmpeg, which is not in PATH; use --format apng")
		}
		return p.writeAs(out, overwrite, func(temporary string) error {
			return f.play(func(size image.Point) (picture.Movie, error) {
				var movie picture.Movie
				err := p.unfinished.Start(func() (kill func(), err error) {
					movie, kill, err = picture.NewMP4(temporary, size, fps)
					return kill, err
				})
				return movie, err
			})
		})
	case "png":
		return p.inFolder(out, func() error { return f.writePictures(p, out, overwrite) })
	}
	return badUsage("--format is %q: use mp4, apng or png", format)
}

// play adds every picture to a movie.
func (f *film) play(open func(size image.Point) (picture.Movie, error)) error {
	var movie picture.Movie
	for _, i := range f.frames {
		frame, err := f.draw(i)
		if err == nil && movie == nil {
			if movie, err = open(frame.Bounds().Size()); err != nil {
				return err
			}
		}
		if err == nil {
			err = movie.Add(frame)
		}
		if err != nil {
			if movie != nil {
				err = errors.Join(err, movie.Close())
			}
			return err
		}
	}
	return movie.Close()
}

// writePictures writes one file a record.
func (f *film) writePictures(p *program, folder string, overwrite bool) error {
	for _, i := range f.frames {
		frame, err := f.draw(i)
		if err != nil {
			return err
		}
		path := filepath.Join(folder, fmt.Sprintf("%s-%08d.png", f.name, f.recording.Step(i)))
		if err := p.writeFile(path, overwrite, func(w io.Writer) error { return png.Encode(w, frame) }); err != nil {
			return err
		}
	}
	return nil
}
