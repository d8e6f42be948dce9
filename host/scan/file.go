// Package scan reads what a scan is, as a file or as flags, makes its points, and
// carries them out as ordinary runs of which a part is averaged.
package scan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/text"
)

// Format is the version of the files that this package reads and writes.
const Format = 1

// File is a scan as a file has it (docs/scan.md).
type File struct {
	Format      int      `toml:"format"`
	Base        string   `toml:"base"`         // a preset, or the file of a configuration
	Set         []string `toml:"set"`          // settings of the base, key=value
	Experiment  string   `toml:"experiment"`   // what is done at a point; empty: an ordinary run
	Steps       int64    `toml:"steps"`        // of each run; 0: as the base has it
	AverageFrom int64    `toml:"average_from"` // first step of the part that is averaged; 0: the last epoch
	OwnGraph    bool     `toml:"own_graph"`    // each trial has a network of its own
	Design      string   `toml:"design"`       // grid, list, random or sobol
	Points      int      `toml:"points"`       // of random and sobol
	Seeds       Seeds    `toml:"seeds"`
	Figure      Figure   `toml:"figure"`
	Axes        []Axis   `toml:"axis"`

	source   []byte // text of the base where that was read already; Base is what errors call it
	name     string // of the file; empty for a preset
	own      int    // settings of the file; those that follow are of flags
	ownAxes  int    // axes of the file; those that follow are of flags
	ownSteps int64  // Steps as the file has it
	preset   bool   // the file is one of the program's
}

// Seeds of a scan. Trial t of a point is replica t of a run with the point's seed.
type Seeds struct {
	First       *uint64 `toml:"first"`       // nil: that of the base
	Count       int     `toml:"count"`       // trials of each point; 0: the replicas of the base
	Independent bool    `toml:"independent"` // a seed for each point; else all have the first
}

// Figure says what is drawn; what is left out is chosen.
type Figure struct {
	X        string   `toml:"x"`        // a key
	Y        string   `toml:"y"`        // another one, for a map of colours
	Quantity []string `toml:"quantity"` // outcomes
	Stack    bool     `toml:"stack"`    // they stand on each other as bars, as shares of a whole do
}

// Axis is a key that varies, or several that vary together.
type Axis struct {
	Key    string   `toml:"key"`
	Keys   []string `toml:"keys"`   // several, in place of key; each value is then a list with one for each
	Values []any    `toml:"values"` // or
	From   *float64 `toml:"from"`
	To     *float64 `toml:"to"`
	Count  int      `toml:"count"`
	Scale  string   `toml:"scale"` // lin or log
}

// The designs of a scan.
const (
	Grid   = "grid"   // every value of each axis with every one of the others
	List   = "list"   // the first values of all axes, the second ones, ...
	Random = "random" // points drawn between the ends of the axes
	Sobol  = "sobol"  // points that fill what is between the ends evenly
)

// maxBytes bounds what a file may hold.
const maxBytes = 4 << 20

// Open reads a file that is that of a scan, if it has an axis, or else a configuration to
// be scanned.
func Open(path string) (*File, error) {
	src, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return open(path, src)
}

// Read is Open for what a reader gives, which errors call name. Files that it names are
// those of the present folder.
func Read(name string, from io.Reader) (*File, error) {
	src, err := io.ReadAll(io.LimitReader(from, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the scan cannot be read: %w", err)
	}
	if src, err = checked(name, src); err != nil {
		return nil, err
	}
	return open(name, src)
}

func open(path string, src []byte) (*File, error) {
	var head struct {
		Axes any `toml:"axis"`
	}
	if err := toml.Unmarshal(src, &head); err != nil {
		return nil, located(path, err)
	}
	if head.Axes != nil {
		return Decode(path, src)
	}
	return &File{Format: Format, Base: path, source: src}, nil // a pipe is read once
}

func readFile(path string) ([]byte, error) {
	src, err := text.ReadAtMost(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("the scan cannot be opened: %w", err)
	}
	return checked(path, src)
}

// checked is a text that is not too long and not empty.
func checked(path string, src []byte) ([]byte, error) {
	switch {
	case len(src) > maxBytes:
		return nil, fmt.Errorf("%s: it has more than the %d bytes that are read: it must be another kind of file", path, maxBytes)
	case len(src) == 0:
		return nil, fmt.Errorf("%s is empty: a scan is a file with axes (docs/scan.md), or a configuration with --over", path)
	}
	return text.TrimMark(src), nil
}

// Load reads the file of a scan. A base that is a file is named relative to it.
func Load(path string) (*File, error) {
	src, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Decode(path, src)
}

// Decode is Load for the contents of a file of that name.
func Decode(path string, text []byte) (*File, error) {
	if err := checkKeys(path, text); err != nil {
		return nil, err
	}
	f := &File{Format: Format}
	if err := toml.Unmarshal(text, f); err != nil {
		return nil, located(path, err)
	}
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := config.SetTwice(f.Set); err != nil {
		return nil, fmt.Errorf("%s: set: %w", path, err)
	}
	if err := f.besideSeeds(f.Set); err != nil {
		return nil, fmt.Errorf("%s: set: %w", path, err)
	}
	if f.isFile() && !filepath.IsAbs(f.Base) {
		f.Base = filepath.Join(filepath.Dir(path), f.Base)
	}
	f.name, f.own, f.ownAxes, f.ownSteps = path, len(f.Set), len(f.Axes), f.Steps
	return f, nil
}

// located says where in a file an error is.
func located(path string, err error) error {
	var at *toml.DecodeError
	if errors.As(err, &at) {
		line, _ := at.Position()
		if use := wanted(at.Key()); use != "" && isOfValue(at) {
			return fmt.Errorf("%s:%d: %s cannot have this value: %s", path, line, strings.Join(at.Key(), "."), use)
		}
		return fmt.Errorf("%s:%d: this is no scan: %s", path, line, strings.TrimPrefix(at.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// isOfValue tells whether an error is that a key cannot have a value, and none of the syntax.
func isOfValue(err *toml.DecodeError) bool {
	says := strings.TrimPrefix(err.Error(), "toml: ")
	return strings.HasPrefix(says, "cannot decode ") || strings.HasPrefix(says, "cannot store ") || strings.Contains(says, " cannot be stored in ")
}

// wanted says what a key of a file takes; empty where there is no such key.
func wanted(key []string) string {
	if len(key) == 0 {
		return ""
	}
	t := reflect.TypeFor[File]()
	for _, word := range key {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return ""
		}
		at := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("toml") == word })
		if at < 0 {
			return ""
		}
		if t = t.Field(at).Type; t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	switch t.Kind() {
	case reflect.Uint64:
		return "use a whole number from 0 on"
	case reflect.Struct: // the value of one of its keys may be at fault
		return "use a table whose keys docs/scan.md lists"
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.Struct:
			return fmt.Sprintf("use tables [[%s]], whose keys docs/scan.md lists", key[len(key)-1])
		case reflect.String:
			return `use a list of texts, such as ["a", "b"]`
		}
		return "use a list, such as [1, 2]"
	}
	return config.Wanted(t)
}

// isFile tells whether the base is a file.
func (f *File) isFile() bool {
	return strings.HasSuffix(f.Base, ".toml") || strings.ContainsAny(f.Base, `/\`)
}

// Validate finds what is impossible whatever the base is.
func (f *File) Validate() error {
	switch {
	case f.Format != Format:
		return fmt.Errorf("format is %d: this program reads format %d", f.Format, Format)
	case f.Base == "":
		return errors.New("base is missing: name a preset, or the file of a configuration, which ends in .toml or has a folder before its name")
	case f.Steps < 0 || f.Steps > math.MaxUint32:
		return fmt.Errorf("steps is %d: use a whole number from 1 to %d", f.Steps, uint32(math.MaxUint32))
	case f.AverageFrom < 0:
		return fmt.Errorf("average_from is %d: use a step, from 1 on", f.AverageFrom)
	case f.Seeds.Count < 0 || f.Seeds.Count > maxTrials:
		return fmt.Errorf("seeds.count is %d: use a whole number from 1 to %d", f.Seeds.Count, maxTrials)
	case f.Seeds.First != nil && *f.Seeds.First > math.MaxInt64:
		return fmt.Errorf("seeds.first is %d: use a whole number from 0 to %d", *f.Seeds.First, int64(math.MaxInt64))
	case repeats(f.Figure.Quantity):
		return fmt.Errorf("figure.quantity is %q: name each once", f.Figure.Quantity)
	case f.Figure.Stack && f.Figure.Y != "":
		return errors.New("figure.stack is true, and figure.y makes a map of colours, which has no bars: leave one of them out")
	case len(f.Axes) == 0:
		return errors.New("there is no axis: a scan varies at least one key, which --over KEY=V1,V2,... or an [[axis]] of its file names (docs/scan.md)")
	}
	if err := f.validateDesign(); err != nil {
		return err
	}
	for i := range f.Axes {
		if err := f.Axes[i].validate(f.drawn()); err != nil {
			return fmt.Errorf("axis %d (%s): %w", i+1, strings.Join(f.Axes[i].keys(), ", "), err)
		}
	}
	return f.validateKeys()
}

// repeats tells whether a name stands twice.
func repeats(names []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(names)))) < len(names)
}

// Limits of a scan.
const (
	maxTrials = 1 << 20
	maxPoints = 1 << 20
)

func (f *File) validateDesign() error {
	switch f.design() {
	case Grid, List:
		if f.Points != 0 {
			return fmt.Errorf("points is %d: the axes of a %s say how many points there are", f.Points, f.design())
		}
	case Random, Sobol:
		if f.Points < 1 || f.Points > maxPoints {
			return fmt.Errorf("points is %d: use a whole number from 1 to %d", f.Points, maxPoints)
		}
		if f.design() == Sobol && len(f.Axes) > len(joeKuo)+1 {
			return fmt.Errorf("there are %d axes: a sobol design has at most %d", len(f.Axes), len(joeKuo)+1)
		}
	default:
		return fmt.Errorf("design is %q: use %s, %s, %s or %s", f.Design, Grid, List, Random, Sobol)
	}
	return nil
}

// drawn tells whether points are drawn from between the ends of axes.
func (f *File) drawn() bool { return f.Design == Random || f.Design == Sobol }

func (f *File) design() string {
	if f.Design == "" {
		return Grid
	}
	return f.Design
}

// keys that the axis varies.
func (a *Axis) keys() []string {
	if a.Key != "" {
		return []string{a.Key}
	}
	return a.Keys
}

func (a *Axis) validate(drawn bool) error {
	ends := a.From != nil || a.To != nil
	switch {
	case len(a.keys()) == 0:
		return errors.New("it names no key")
	case a.Key != "" && len(a.Keys) > 0:
		return errors.New("it has both key and keys: use one of them")
	case ends && len(a.Values) > 0:
		return errors.New("it has both values and ends: use values, or from and to")
	case !ends && len(a.Values) == 0:
		return errors.New("it has no values: use values, or from and to")
	case !ends && (a.Scale != "" || a.Count != 0):
		return errors.New("scale and count belong to from and to")
	case !ends:
		return a.validateValues()
	case a.From == nil || a.To == nil:
		return errors.New("it has one end: use both from and to")
	case len(a.keys()) > 1:
		return errors.New("keys that vary together need values")
	case !isFinite(*a.From) || !isFinite(*a.To) || *a.From == *a.To:
		return fmt.Errorf("it goes from %g to %g: use two different finite numbers", *a.From, *a.To)
	case a.Scale != "" && a.Scale != "lin" && a.Scale != "log":
		return fmt.Errorf("scale is %q: use lin or log", a.Scale)
	case a.Scale == "log" && (*a.From <= 0 || *a.To <= 0):
		return fmt.Errorf("it goes from %g to %g: a log scale has positive ends", *a.From, *a.To)
	case drawn && a.Count != 0:
		return errors.New("count belongs to the designs grid and list: points says how many are drawn")
	case !drawn && (a.Count < 2 || a.Count > maxPoints):
		return fmt.Errorf("count is %d: use a whole number from 2 to %d", a.Count, maxPoints)
	}
	return nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (a *Axis) validateValues() error {
	for i, v := range a.Values {
		if len(a.keys()) == 1 {
			continue
		}
		if list, ok := v.([]any); !ok || len(list) != len(a.keys()) {
			return fmt.Errorf("value %d is to be a list of %d values, one for each key", i+1, len(a.keys()))
		}
	}
	return nil
}

// validateKeys finds keys that no scan can vary.
func (f *File) validateKeys() error {
	seen := make(map[string]bool)
	for _, a := range f.Axes {
		for _, key := range a.keys() {
			switch {
			case seen[key]:
				return fmt.Errorf("%s stands on two axes: give all its values on one", key)
			case key == "run.seed":
				return errors.New("run.seed cannot be an axis: trials have different seeds anyway")
			case key == "run.replicas":
				return errors.New("run.replicas cannot be an axis: use trials")
			case strings.HasPrefix(key, "run.") && key != "run.precision", strings.HasPrefix(key, "record."), key == "model", key == "format":
				return fmt.Errorf("%s cannot be an axis: it is no key of the network", key)
			}
			seen[key] = true
		}
	}
	return nil
}

// base is the configuration that the points vary, with one replica, and how many it had.
func (f *File) base() (*config.Config, int, error) {
	load := config.NewPreset
	switch {
	case f.source != nil:
		load = func(name string, settings ...string) (*config.Config, error) {
			return config.Decode(name, f.source, settings...)
		}
	case f.isFile():
		if _, err := os.Stat(f.Base); errors.Is(err, fs.ErrNotExist) {
			return nil, 0, fmt.Errorf("base names a configuration, and there is none at %s: its name is relative to the folder of the scan's file, or of a scan from standard input to the present folder", f.Base)
		}
		load = config.Load
	}
	c, err := load(f.Base, f.Set...)
	if err != nil {
		return nil, 0, f.located(err)
	}
	if err := f.besideAxes(c, load); err != nil {
		return nil, 0, err
	}
	if err := f.setSteps(c); err != nil {
		return nil, 0, err
	}
	if c.Run.Sweep != "" {
		return nil, 0, &config.Error{Key: "run.sweep", Err: errors.New("run.sweep cannot be part of a scan: make it an axis")}
	}
	settings := []string{"run.replicas=1"}
	if f.Seeds.First != nil {
		settings = append(settings, "run.seed="+strconv.FormatUint(*f.Seeds.First, 10))
	}
	replicas := c.Run.Replicas
	return c, replicas, c.Apply(settings...)
}

// setSteps makes runs as long as the scan says, if that leaves what is set beside it.
func (f *File) setSteps(c *config.Config) error {
	if f.Steps == 0 {
		return nil
	}
	if err := c.CheckSteps(f.Steps); err != nil && !f.isOfPreset(err) {
		return err
	}
	beside := f.Set[f.own:]
	if f.Steps == f.ownSteps {
		beside = f.Set
	}
	lost, was, err := c.SetStepsBeside(f.Steps, beside)
	if err == nil && lost != "" {
		err = fmt.Errorf("steps is %d, and a run of so many steps has no %s = %s, which is set: leave one of the two out", f.Steps, lost, was)
	}
	return err
}

// isOfPreset tells of an error whether it is about a key that a preset sets, and no flag: one that
// nobody gave, so that it fits itself.
func (f *File) isOfPreset(err error) bool {
	var at *config.Error
	gives := func(setting string) bool { return config.Gives(setting, at.Key) }
	return f.preset && errors.As(err, &at) && slices.ContainsFunc(f.Set[:f.own], gives) && !slices.ContainsFunc(f.Set[f.own:], gives)
}

// located says of an error about a setting that the file has it, if no flag has.
func (f *File) located(err error) error {
	var at *config.Error
	if !errors.As(err, &at) || at.Where != config.ByFlag || f.name == "" {
		return err
	}
	for i, setting := range slices.Backward(f.Set) {
		if key, _ := config.CutSetting(setting); key == at.Key || at.Key != "" && config.Gives(setting, at.Key) {
			if i < f.own {
				at.Where = f.name + ": set"
			}
			return err
		}
	}
	return err
}

// Around is a scan of a preset that has no axis yet.
func Around(preset string) *File { return &File{Format: Format, Base: preset} }

// Files are the texts of a scan's folder: the scan, and its base as a complete
// configuration, so that the folder needs no other file.
func (s *Scan) Files() (map[string][]byte, error) {
	f := *s.File
	f.Base, f.source, f.Set, f.Steps = experiment.BaseName, nil, nil, 0
	first := s.Base.Run.Seed
	f.Seeds.First = &first
	text, err := f.Encode()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{experiment.ConfigName: text, experiment.BaseName: s.Base.Encode()}, nil
}
