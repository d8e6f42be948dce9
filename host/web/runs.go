package web

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
)

// Build makes the network of a run from the text of its configuration, for runs whose
// run.json does not tell enough; name is for errors.
type Build func(name string, config []byte) (model.Network, error)

// Runs are the runs of a folder, finished or not, of which nothing is changed.
type Runs struct {
	folder string
	only   string // name of the one run that is served; empty for all of the folder
	build  Build

	mu   sync.Mutex
	open map[string]*run
	old  map[begun]*profile // built for runs whose run.json tells too little
	seen map[string]seen    // by name
}

// begun tells a run from another one that was made under its name.
type begun struct {
	name string
	at   int64 // millisecond
}

// OpenRuns serves the folder of a run, or all runs in a folder.
func OpenRuns(path string, build Build) (*Runs, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the folder cannot be found: %w", err)
	}
	r := &Runs{folder: path, build: build, open: make(map[string]*run), old: make(map[begun]*profile), seen: make(map[string]seen)}
	_, err = os.Stat(filepath.Join(path, record.MetadataName))
	switch {
	case err == nil:
		r.folder, r.only = filepath.Split(path)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the folder cannot be read: %w", err)
	}
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no run in it, and is none: name the folder of a run, or one with runs in it", path)
	}
	return r, nil
}

// mostRuns is how many runs of a folder are listed: the newest ones.
const mostRuns = 1000

// names lists all runs.
func (r *Runs) names() ([]string, error) {
	if r.only != "" {
		return []string{r.only}, nil
	}
	entries, err := os.ReadDir(r.folder)
	if err != nil {
		return nil, fmt.Errorf("the folder cannot be read: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(r.folder, e.Name(), record.MetadataName)); err == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// newest gives the runs whose last session began last, and counts the others.
func (r *Runs) newest() (names []string, older int, err error) {
	if names, err = r.names(); err != nil || len(names) <= mostRuns {
		return names, 0, err
	}
	began := make(map[string]time.Time, len(names))
	for _, name := range names {
		began[name] = r.began(name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return began[b].Compare(began[a]) })
	return names[:mostRuns], len(names) - mostRuns, nil
}

// Notice says which runs the list leaves out, if it does.
func (r *Runs) Notice() (string, error) {
	_, older, err := r.newest()
	if older == 0 {
		return "", err
	}
	return fmt.Sprintf("The newest %d runs are listed, and %d older ones are not: serve a folder with fewer, or a run alone.", mostRuns, older), err
}

// list describes the runs, the newest first. One that cannot be read is described
// by what is wrong with it.
func (r *Runs) list() ([]about, error) {
	names, _, err := r.newest()
	if err != nil {
		return nil, err
	}
	out := make([]about, 0, len(names))
	for _, name := range names {
		a := about{Name: name}
		f, err := r.read(name)
		if err == nil {
			a, err = f.describe()
			a.Settings = r.settings(f)
			f.close()
		}
		if err != nil {
			a = about{Name: name, Problem: err.Error()}
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b about) int { return b.Started.Compare(a.Started) })
	return out, nil
}

// run is the data of a run that are kept between requests.
type run struct {
	mu sync.Mutex
	kept
}

// kept are of the run that began at a time: another one can be made under its name.
type kept struct {
	started   time.Time
	painter   painter
	inspector inspector
	drawing   *drawing
	sessions  int // that the points are of
	points    *pointReader
}

// find gives a run by its name. A name that is not listed is refused, whatever it
// is: so no request leads out of the folder.
func (r *Runs) find(name string) (*run, error) {
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("there is no run %q", name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[name] == nil {
		r.open[name] = &run{}
	}
	return r.open[name], nil
}

// folder is the folder of a run that is being read. No file outside it is opened, whatever
// names its metadata have and whatever links are in it.
type folder struct {
	name     string
	left     *results.Folder
	metadata *record.Metadata
	space    string   // axis of the items that have sites; empty where there are none
	grid     Grid     // of these
	signed   bool     // see profile
	flips    string   // likewise
	old      *profile // see Runs
}

func (r *Runs) read(name string) (*folder, error) {
	path := filepath.Join(r.folder, name)
	left, err := results.OpenFolder(files.OS{}, path)
	if err != nil {
		return nil, err
	}
	f := &folder{name: name, left: left, metadata: left.Metadata}
	if err := f.readGrid(r); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *folder) close() error { return f.left.Close() }

// builtOf builds the network of a run whose run.json does not describe it.
func (r *Runs) builtOf(f *folder) (*profile, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := begun{f.name, f.metadata.Started.UnixMilli()}
	if r.old[key] != nil {
		return r.old[key], nil
	}
	config, err := f.left.ConfigText()
	if err != nil {
		return nil, fmt.Errorf("the configuration of the run cannot be read: %w", err)
	}
	built, err := r.build(filepath.Join(f.name, record.ConfigName), config)
	if err != nil {
		return nil, err
	}
	n := newProfile(Subject{Model: built})
	r.old[key] = &n
	return &n, nil
}

func (f *folder) readGrid(r *Runs) error {
	sites := f.metadata.Sites
	if sites == nil && len(f.metadata.Counts) == 0 { // written before run.json told either
		var err error
		if f.old, err = r.builtOf(f); err != nil {
			return err
		}
		if sited, ok := f.old.Model.(model.Sited); ok {
			s := sited.Sites()
			sites = &s
		}
	}
	if sites == nil {
		return nil
	}
	f.space = string(sites.Space)
	nodes, err := f.nodes(sites)
	if err != nil {
		return err
	}
	if nodes > mostRecord/4 {
		return fmt.Errorf("the run has %d items of the index space %s, which are too many to be shown", nodes, f.space)
	}
	f.grid = NewGrid(nodes, sites.Sides, sites.Bipartite)
	f.grid.Drawn = f.left.Has(record.FinalName) && f.grid.isDrawn(f.countEnds())
	f.grid.remember(max(1, len(f.metadata.Noise())))
	if sites.Bipartite {
		f.flips = sites.Field
	}
	f.signed = sites.Signed
	if f.grid.Nodes > f.grid.Slices*f.grid.Rows*f.grid.Columns {
		return fmt.Errorf("the run has %d items of the index space %s, but its lattice is %v", nodes, f.space, sites.Sides)
	}
	return nil
}

// nodes counts the items that pictures show, by the shape of the fields that have a
// value for each. A run that leaves no such field behind has what it says of its sites.
func (f *folder) nodes(sites *model.Sites) (int, error) {
	for _, a := range f.finals() {
		if f.perNode(a) && len(a.Shape) > 0 {
			if n := a.Shape[len(a.Shape)-1]; n > 0 && n < 1<<31 {
				return int(n), nil
			}
		}
	}
	if n := sites.Count; n > 0 && n < 1<<31 {
		return n, nil
	}
	return 0, fmt.Errorf("the metadata of the run do not tell how many items the index space %s has", f.space)
}

func (f *folder) perNode(a record.Array) bool {
	return f.space != "" && len(a.Axes) > 0 && a.Axes[len(a.Axes)-1] == f.space && !a.IsText()
}

// shownOn gives the grid of an array that pages show, and its name; nil of any other.
func (f *folder) shownOn(a record.Array) (*Grid, string) {
	if f.perNode(a) {
		return &f.grid, f.space
	}
	axes, sides := a.Axes, a.Shape
	for len(axes) > 0 && (axes[0] == "record" || axes[0] == "replica") {
		if axes[0] == "replica" && len(sides) > 0 {
			sides = sides[1:]
		}
		axes = axes[1:]
	}
	known := slices.ContainsFunc(f.metadata.Shown, func(of []string) bool { return slices.Equal(of, axes) })
	if !known || len(axes) == 0 || len(sides) != len(axes) || len(axes) > 2 || a.Items != "" {
		return nil, ""
	}
	shape := make([]int, len(sides))
	for i, side := range sides {
		if side < 1 || side > mostRecord/8 || shape[max(0, i-1)] > int(mostRecord/8/side) {
			return nil, ""
		}
		shape[i] = int(side)
	}
	g := gridOf(model.Space{Shape: shape, Shown: true})
	g.remember(max(1, len(f.metadata.Noise())))
	return g, fmt.Sprint(strings.Join(axes, ","), shape)
}

// perLink tells whether a field has a value for each of what final.npz gives the
// ends of.
func (f *folder) perLink(a record.Array) bool {
	for _, ends := range f.finals() {
		if ends.Name == "a" && len(ends.Axes) == 1 {
			return len(a.Axes) > 0 && a.Axes[len(a.Axes)-1] == ends.Axes[0] && strings.HasPrefix(a.Dtype, "<f")
		}
	}
	return false
}

// limits are those of a field, where they are known.
func (f *folder) limits(field string) *[2]float64 {
	if f.old != nil {
		return f.old.limits(field)
	}
	for _, a := range append(f.recordings(), f.finals()...) {
		if a.Name == field && a.Limits != nil {
			return a.Limits
		}
	}
	return nil
}

// file describes one of the run's files. One that is not there has nothing in it.
func (f *folder) file(name string) record.File {
	if file, err := f.left.File(name); err == nil {
		return *file
	}
	return record.File{}
}

// finals are the arrays of the state after the last step.
func (f *folder) finals() []record.Array { return f.file(record.FinalName).Arrays }

// recordings are the arrays that were recorded.
func (f *folder) recordings() []record.Array {
	var out []record.Array
	for _, file := range f.metadata.Files {
		if strings.HasPrefix(file.Name, record.RecordingsName+"/") && len(file.Arrays) == 1 {
			out = append(out, file.Arrays[0])
		}
	}
	return out
}

// describe describes a run to a page.
func (f *folder) describe() (about, error) {
	m := f.metadata
	_, keys := f.left.SeedsOrKeys()
	a := about{
		Name: f.name, Status: m.Status, Model: m.Model, Rule: m.Rule, Precision: m.Precision.String(), Seeds: seedTexts(m.Noise()), Keyed: keys != nil, Sweep: m.Sweep,
		Counts: m.Network, Steps: m.Steps, Started: m.Started, Rate: m.UpdatesPerSecond, Work: cmp.Or(m.Work, "node updates"), Grids: make(map[string]*Grid), Item: f.space,
	}
	if n := len(m.Sessions); n > 0 {
		a.Device = m.Sessions[n-1].Backend.Device
	}
	for _, c := range f.file(record.StepsName).Columns {
		if c.Title != "" {
			a.Columns = append(a.Columns, title{c.Name, c.Title, c.Unit, c.Doc})
		}
	}
	for _, d := range f.recordings() {
		grid, name := f.shownOn(d)
		if grid == nil {
			continue
		}
		s, err := f.recording(d)
		if err != nil {
			return a, err
		}
		a.Grids[name] = grid
		a.Fields = append(a.Fields, f.fieldOf(d, name, int64(s.Len()), d.Every, d.FirstStep()))
		s.Close()
	}
	if f.left.Has(record.FinalName) {
		for _, d := range f.finals() {
			grid, name := f.shownOn(d)
			if grid != nil && !slices.ContainsFunc(a.Fields, func(f field) bool { return f.Name == d.Name }) {
				a.Grids[name] = grid
				a.Fields = append(a.Fields, f.fieldOf(d, name, 1, 0, 0))
			}
		}
	}
	return a, nil
}

func (f *folder) fieldOf(d record.Array, grid string, records, every, first int64) field {
	return field{Name: d.Name, Unit: d.Unit, Doc: d.Doc, Records: records, Every: every, First: first, Grid: grid, Scale: scaleOf(f.limits(d.Name), f.signed), Flips: d.Name == f.flips}
}

// request opens the run that a request names. It locks the run until the caller calls the
// returned function.
func (r *Runs) request(q *http.Request) (*run, *folder, func(), error) {
	name := q.URL.Query().Get("run")
	known, err := r.find(name)
	if err != nil {
		return nil, nil, nil, err
	}
	f, err := r.read(name)
	if err != nil {
		return nil, nil, nil, err
	}
	known.mu.Lock()
	if started := f.metadata.Started; !known.started.Equal(started) {
		known.kept = kept{started: started}
	}
	return known, f, func() { known.mu.Unlock(); f.close() }, nil
}
