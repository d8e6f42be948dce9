package config

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/tnn"
)

// same compares what configurations say, not where they are from.
func same(a, b *Config) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(Config{}, sorn.InputSpec{}), cmpopts.EquateEmpty(), cmpopts.EquateNaNs())
}

func hash(t testing.TB, c *Config) string {
	t.Helper()
	h, err := c.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func newPreset(t testing.TB, name string, settings ...string) *Config {
	t.Helper()
	c, err := NewPreset(name, settings...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// goodFiles are the examples of configurations.
func goodFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/configs/good/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no example configurations: %v", err)
	}
	return paths
}

// checkRoundTrip writes a configuration and reads it again, into another folder.
func checkRoundTrip(t interface{ Fatalf(string, ...any) }, c *Config) {
	again, err := Decode("elsewhere/config.toml", c.Encode())
	if err != nil {
		t.Fatalf("the file that was written is refused: %v\n%s", err, c.Encode())
	}
	if diff := same(c, again); diff != "" {
		t.Fatalf("it changed on the way through a file (-was +is):\n%s\n%s", diff, c.Encode())
	}
	if diff := cmp.Diff(string(c.Encode()), string(again.Encode())); diff != "" {
		t.Fatalf("written again it is another file (-was +is):\n%s", diff)
	}
}

func TestGoodConfigs(t *testing.T) {
	for _, path := range goodFiles(t) {
		c, err := Load(path)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		checkRoundTrip(t, c)
		again, err := Decode("config.toml", c.Encode())
		if err != nil || hash(t, c) != hash(t, again) {
			t.Errorf("%s: the hash changed on the way through a file (%v)", path, err)
		}
		if _, err := tnn.Build(c.Spec.(*tnn.Spec), c.Run.Seed); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPresetsAreConfigurations(t *testing.T) {
	for i, p := range Presets() {
		if i == 0 && p.Name != DefaultPreset {
			t.Errorf("the first preset is %s, and the default is %s", p.Name, DefaultPreset)
		}
		c := newPreset(t, p.Name)
		if diff := same(p.Config, c); diff != "" {
			t.Errorf("%s: it is not what the list of presets has:\n%s", p.Name, diff)
		}
		if want := (Run{Seed: 1, Replicas: 1, Precision: "single", Backend: "auto"}); c.Run != want {
			t.Errorf("%s: it is run as %+v", p.Name, c.Run)
		}
		checkRoundTrip(t, c)
		chunks := strings.Split(string(c.Encode()), "\n[[") // a table that stands again has no comments again
		for _, line := range chunks[:min(2, len(chunks))] {
			if !strings.Contains(line, " # ") {
				t.Errorf("%s: keys have no comments:\n%s", p.Name, line)
			}
		}
	}
	if _, err := NewPreset("insulated"); err == nil || err.Error() !=
		"there is no preset \"insulated\": the nearest is isolated; `tnn-gpu presets` lists all" {
		t.Errorf("the error for an unknown preset is %v", err)
	}
}

// anything fills the keys of a table with any values that a file can hold.
func anything(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "truth"))
	case reflect.Int:
		v.SetInt(rapid.Int64().Draw(t, "integer"))
	case reflect.Uint64:
		v.SetUint(rapid.Uint64Max(math.MaxInt64).Draw(t, "natural"))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, 0.1, math.Inf(1), math.Inf(-1), math.NaN()})).Draw(t, "number"))
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "text"))
	case reflect.Interface: // a node, by number or name
		if rapid.Bool().Draw(t, "named") {
			v.Set(reflect.ValueOf(rapid.String().Draw(t, "name")))
		} else {
			v.Set(reflect.ValueOf(rapid.Int64().Draw(t, "number")))
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			anything(t, v.Index(i))
		}
	case reflect.Struct:
		for _, f := range fields(v.Type()) {
			anything(t, v.FieldByIndex(f.Index))
		}
	}
}

// TestAnyValueSurvivesAFile also holds for keys that are left out: their
// defaults must be the zero that left them out.
func TestAnyValueSurvivesAFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newConfig("tnn", &tnn.Spec{})
		anything(t, reflect.ValueOf(&c.Run).Elem())
		anything(t, reflect.ValueOf(c.Spec).Elem())
		again, err := decode("config.toml", c.Encode())
		if err != nil {
			t.Fatalf("%v\n%s", err, c.Encode())
		}
		if diff := same(c, again); diff != "" {
			t.Fatalf("it changed on the way through a file (-was +is):\n%s\n%s", diff, c.Encode())
		}
	})
}

// TestAbsentIsNotFalse leaves keys out or sets them to their zero.
func TestAbsentIsNotFalse(t *testing.T) {
	const rest = "graph = {sides = [10, 10], separation = 0}\ngroup = [{connections = 4}]\n"
	zero, err := decode("zero.toml", []byte(rest+`
run = {seed = 0}
edge = {noise = false, bound = 0}
era = [{steps = 1, adapt = false, mode = ""}, {steps = 1, adapt = true}]
external = [{polarity = 0, pairs = 0, sublattice = ""}]
`))
	if err != nil {
		t.Fatal(err)
	}
	absent, err := decode("absent.toml", []byte(rest+"run = {}\nera = [{steps = 1}, {steps = 1}]\nexternal = [{}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := tnn.Defaults()
	want.Graph.Sides = []int{10, 10}
	want.Graph.Separation = 0
	want.Groups[0].Connections = 4
	want.Eras[0].Steps = 1
	want.Eras = append(want.Eras, want.Eras[0])
	if diff := cmp.Diff(want, absent.Spec); diff != "" {
		t.Errorf("keys that are left out (-want +got):\n%s", diff)
	}
	want.Edge.Noise, want.Edge.Bound = false, 0
	want.Eras[0].Adapt, want.Eras[0].Mode = false, ""
	want.Externals = []tnn.ExternalSpec{{}}
	if diff := cmp.Diff(want, zero.Spec); diff != "" {
		t.Errorf("keys that are zero (-want +got):\n%s", diff)
	}
	if absent.Run.Seed != 1 || zero.Run.Seed != 0 {
		t.Errorf("seeds: absent %d, zero %d", absent.Run.Seed, zero.Run.Seed)
	}
}

func TestLoadResolvesFiles(t *testing.T) {
	c, err := Load("../../testdata/configs/good/file.toml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.Abs("../../testdata/configs/good/edges.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Spec.(*tnn.Spec).Graph.File; got != want {
		t.Errorf("the file is %s, and %s was expected", got, want)
	}
	if err := c.Apply("graph.file=other.txt"); err != nil {
		t.Fatal(err)
	}
	if want, err = filepath.Abs("other.txt"); err != nil {
		t.Fatal(err)
	}
	if got := c.Spec.(*tnn.Spec).Graph.File; got != want {
		t.Errorf("after --set the file is %s, and %s was expected", got, want)
	}
}

func TestLoadWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.toml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder is accepted")
	}
	huge := filepath.Join(dir, "huge.toml")
	if err := os.WriteFile(huge, make([]byte, maxBytes+1), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(huge); err == nil || !strings.Contains(err.Error(), "must be another kind of file") {
		t.Errorf("a huge file: %v", err)
	}
}

func TestSetSteps(t *testing.T) {
	c := newPreset(t, "relaxed")
	if err := c.SetSteps(7); err != nil || c.Spec.Steps() != 7 {
		t.Errorf("7 steps: %v, and there are %d", err, c.Spec.Steps())
	}
	if err := c.SetSteps(0); err == nil {
		t.Error("a run of no steps is accepted")
	}
	var bad *Error
	if err := c.SetSteps(math.MaxInt64); !errors.As(err, &bad) || bad.Key != "era[0].steps" {
		t.Errorf("more steps than can be counted: %v", err)
	}
}

// TestLocate asks for the place of errors that turn up later.
func TestLocate(t *testing.T) {
	c, err := Decode("net.toml", []byte("[graph]\nsides = [10, 10]\n\n[[group]]\nconnections = 4\n\n[[era]]\nsteps = 5\n"), "group[0].levels=3")
	if err != nil {
		t.Fatal(err)
	}
	for key, where := range map[string]string{
		"graph.sides": "net.toml:2", "graph.sides[1]": "net.toml:2", "graph.file": "net.toml:1", "group[0].count": "net.toml:4",
		"group[0].levels": "--set", "era": "net.toml:7", "edge.bound": "net.toml", "external[0].nodes[1]": "net.toml",
	} {
		var got *Error
		if err := c.Locate(&model.KeyError{Key: key, Value: 1, Valid: "x"}); !errors.As(err, &got) || got.Where != where || got.Key != key {
			t.Errorf("%s is found at %v, and %s was expected", key, err, where)
		}
	}
	if err := c.Locate(nil); err != nil {
		t.Errorf("nothing is found at %v", err)
	}
}
