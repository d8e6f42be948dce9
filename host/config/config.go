// Package config is the configuration of a run: a TOML file, a preset, settings
// of single keys, and back to a complete file. It knows what all models share;
// the tables of a model are those of its specification.
package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/models"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Format is the version of the files that this package reads and writes.
const Format = 1

// Config is one run, complete: what a file leaves out has its default. All
// functions here that return one have validated it, and their errors are *Error.
type Config struct {
	Format int        `toml:"format" bits:"no" comment:"version of this file's layout"`
	Model  string     `toml:"model" comment:"whose tables follow"`
	Run    Run        `toml:"run" comment:"How to run it."`
	Record Record     `toml:"record" comment:"What is kept of it besides tables of its observables; nothing of this changes the run."`
	Spec   model.Spec `toml:"-"` // of the model

	file    string            // that it was read from, for messages
	origins map[string]string // of keys: net.toml:12, or --set
	changes map[string]change // by key, of all settings
}

// Run is what does not depend on the model. Keys marked bits:"no" have no
// influence on what is computed.
type Run struct {
	Seed      uint64 `toml:"seed" comment:"of all noise"`
	Replicas  int    `toml:"replicas" comment:"independent copies, each with noise of its own"`
	Sweep     string `toml:"sweep,omitempty" comment:"a key and its values, such as edge.inverse_temperature=20,40,80: replica r takes value r modulo their number"`
	Precision string `toml:"precision" comment:"single or double"`
	Epoch     int    `toml:"epoch" bits:"no" comment:"steps that a line of the epoch table averages; 0: 10 up to step 1000, 100 up to 10,000, and so on"`
	Backend   string `toml:"backend" bits:"no" comment:"auto, opencl or cpu"`
	Device    string `toml:"device,omitempty" bits:"no" comment:"part of the device's name, or its number"`
}

func defaultRun() Run {
	return Run{Seed: 1, Replicas: 1, Precision: state.Single.String(), Backend: "auto"}
}

// newConfig is a configuration of a model with a specification of its own.
func newConfig(model string, spec model.Spec) *Config {
	return &Config{Format: Format, Model: model, Run: defaultRun(), Record: defaultRecord(), Spec: spec, origins: make(map[string]string), changes: make(map[string]change)}
}

// maxBytes bounds what a file may hold; the longest sensible ones name nodes.
const maxBytes = 4 << 20

// Load reads a configuration file and applies settings (see Apply) to it. Names
// of files in it are relative to its folder, those in settings to the working
// directory.
func Load(path string, settings ...string) (*Config, error) {
	src, err := text.ReadAtMost(path, maxBytes)
	if err != nil {
		return nil, &Error{Err: fmt.Errorf("the configuration cannot be opened: %w", err)}
	}
	return Decode(path, src, settings...)
}

// Read is Load for what a reader gives, which errors call name. Paths of a name without
// a folder are those of the present folder.
func Read(name string, from io.Reader, settings ...string) (*Config, error) {
	src, err := io.ReadAll(io.LimitReader(from, maxBytes+1))
	if err != nil {
		return nil, &Error{Err: fmt.Errorf("the configuration cannot be read: %w", err)}
	}
	return Decode(name, src, settings...)
}

// Decode is Load for the contents of a file of that name.
func Decode(path string, src []byte, settings ...string) (*Config, error) {
	if len(src) > maxBytes {
		return nil, &Error{Where: path, Err: fmt.Errorf("it has more than the %d bytes that are read: it must be another kind of file", maxBytes)}
	}
	if encoding := text.EncodingOf(src); encoding != text.UTF8 {
		return nil, &Error{Where: path, Err: fmt.Errorf("it is in %s: save it in UTF-8, as TOML is", encoding)}
	}
	c, err := decode(path, text.TrimMark(src))
	if err != nil {
		return nil, err
	}
	if err := c.resolve(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return c, c.Apply(settings...)
}

// NewPreset is the preset of that name, with settings applied to it.
func NewPreset(name string, settings ...string) (*Config, error) {
	var names []string
	for _, p := range Presets() {
		if p.Name == name {
			return p.Config, p.Config.Apply(settings...)
		}
		names = append(names, p.Name)
	}
	for _, p := range models.Scans() {
		if p.Name == name {
			return nil, &Error{Err: fmt.Errorf("the preset %s is a scan: use `tnn-gpu scan --preset %s`", name, name)}
		}
		names = append(names, p.Name)
	}
	near := ""
	if likely := text.Likely(name, names); likely != "" {
		near = ": the nearest is " + likely
	}
	return nil, &Error{Err: fmt.Errorf("there is no preset %q%s; `tnn-gpu presets` lists all", name, near)}
}

// resolve makes the names of files absolute, so that the configuration means the
// same wherever it is written to.
func (c *Config) resolve(dir string) error {
	for key, name := range c.Spec.Files() {
		if *name == "" || filepath.IsAbs(*name) {
			continue
		}
		path, err := filepath.Abs(filepath.Join(dir, *name))
		if err != nil {
			return c.Locate(invalid(key, *name, "it cannot be made absolute: %w", err))
		}
		*name = path
	}
	return nil
}

// SetSteps makes the run n steps long: eras are cut off at the end, or the last
// one is made longer.
func (c *Config) SetSteps(n int64) error {
	if n < 1 {
		return &Error{Err: fmt.Errorf("a run of %d steps is asked for: it must have 1 or more", n)}
	}
	c.Spec.SetSteps(n)
	return c.Validate()
}

// CheckSteps says why --steps cannot make the run n steps long: a value that the file or
// a setting gives would be lost.
func (c *Config) CheckSteps(n int64) error {
	t, ok := c.Spec.(model.Timed)
	if !ok {
		return nil
	}
	key := t.PastEnd(n)
	if key == "" || !c.Says(key) {
		return nil
	}
	v, err := c.Value(key)
	if err != nil {
		return err
	}
	var value any = v.Text
	if v.IsNumber {
		value = v.Number
	}
	return c.Locate(model.BadKey(key, value, fmt.Sprintf("a run of %s ends before; give it a value within the run, or leave it out", text.Count(n, "step"))))
}

// Says tells whether the file or a setting gives a key.
func (c *Config) Says(key string) bool {
	_, said := c.origins[key]
	return said
}

// Validate says what the first impossible value is, as an *Error.
func (c *Config) Validate() error {
	if err := c.check(); err != nil {
		return c.Locate(err)
	}
	if err := c.Spec.Validate(); err != nil {
		return c.Locate(err)
	}
	_, _, err := c.Variants()
	return c.Locate(err)
}

func (c *Config) check() error {
	r := c.Run
	switch {
	case c.Format != Format:
		return invalid("format", c.Format, "this program reads format %d", Format)
	case c.Model != modelOfSpec(c.Spec).Name:
		return invalid("model", c.Model, "the tables are those of the model %s; for another model take a preset of it, which `tnn-gpu presets` lists, or a file", modelOfSpec(c.Spec).Name)
	case r.Seed > math.MaxInt64:
		return invalid("run.seed", r.Seed, "use a whole number from 0 to %d", int64(math.MaxInt64))
	case r.Replicas < 1 || r.Replicas > MaxReplicas:
		return invalid("run.replicas", r.Replicas, "use a whole number from 1 to %d", MaxReplicas)
	case r.Precision != state.Single.String() && r.Precision != state.Double.String():
		return invalid("run.precision", r.Precision, "use single or double")
	case r.Epoch < 0 || r.Epoch > math.MaxUint32:
		return invalid("run.epoch", r.Epoch, "use a whole number from 1 to %d, or 0 for epochs that grow", uint32(math.MaxUint32))
	case !slices.Contains([]string{"auto", "opencl", "cpu"}, r.Backend):
		return invalid("run.backend", r.Backend, "use auto, opencl or cpu")
	}
	return c.Record.check()
}

// MaxReplicas is the largest number of networks that are computed together.
const MaxReplicas = 1 << 20

// Hash identifies what determines the bits of a run: the model, its
// specification, the seed, replicas and precision, and the contents of the files
// that the network rests on. Where and how the run is computed, shown or named
// does not count. A key that is zero counts as absent, so that new keys with
// that default change no hash.
func (c *Config) Hash() (string, error) {
	h := sha256.New()
	write := func(key string, v reflect.Value, f reflect.StructField) {
		if f.Tag.Get("bits") == "" && !isEmpty(v) {
			fmt.Fprintf(h, "%s = %s\n", key, literal(v))
		}
	}
	common, spec := c.roots()
	leaves(common, "", write)
	leaves(spec, "", write)
	files := c.Spec.Files()
	for _, key := range slices.Sorted(maps.Keys(files)) {
		sum, err := hashFile(*files[key])
		if err != nil {
			return "", c.Locate(invalid(key, *files[key], "it cannot be read: %w", err))
		}
		fmt.Fprintf(h, "%s = %x\n", key, sum)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Measured is the keys that have no influence on the bits of a run, but on what is
// measured of it (bits:"measured"), with their values: a line each.
func (c *Config) Measured() string {
	var lines strings.Builder
	leaves(reflect.ValueOf(c.Spec).Elem(), "", func(key string, v reflect.Value, f reflect.StructField) {
		if f.Tag.Get("bits") == "measured" {
			fmt.Fprintf(&lines, "%s = %s\n", key, literal(v))
		}
	})
	return lines.String()
}

// Differs finds a key by which the bits of a run differ from those of another, with both
// values; empty where the keys tell of none.
func (c *Config) Differs(other *Config) (key, value, others string) {
	tell := func(c *Config) (keys []string, values map[string]string) {
		values = make(map[string]string)
		common, spec := c.roots()
		for _, root := range []reflect.Value{spec, common} {
			leaves(root, "", func(key string, v reflect.Value, f reflect.StructField) {
				if f.Tag.Get("bits") != "no" {
					keys, values[key] = append(keys, key), literal(v)
				}
			})
		}
		return keys, values
	}
	keys, mine := tell(c)
	more, theirs := tell(other)
	for _, key := range append(keys, more...) {
		if mine[key] != theirs[key] {
			return key, cmp.Or(mine[key], "none"), cmp.Or(theirs[key], "none")
		}
	}
	return "", "", ""
}

func hashFile(name string) ([]byte, error) {
	f, err := text.OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// either lists alternatives: a, b or c.
func either(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
