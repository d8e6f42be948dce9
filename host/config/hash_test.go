package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tnn-gpu/host/tnn"
)

// TestHashIsStable pins hashes: stored runs know their configuration by them.
func TestHashIsStable(t *testing.T) {
	for name, want := range map[string]string{
		"isolated":       "f441ad7d928a7ab575af581876ae506590eb10adbd6949c7a4a4684b7092d09b",
		"driven":         "2963a673109cf0cb130ffc4c5bfae202df99056f6a6043a995f415565ad22f65",
		"relaxed-driven": "2abaff36e596068f58e989dee6278179b8cfd1b5bb15ed977769ab42b54c37e1",
	} {
		if got := hash(t, newPreset(t, name)); got != want {
			t.Errorf("%s: the hash is %s, and it was %s", name, got, want)
		}
	}
}

// TestHashKnowsWhatCounts changes every key of a configuration, one at a time.
func TestHashKnowsWhatCounts(t *testing.T) {
	c := newPreset(t, "driven", "group[0].name=all")
	c.Spec.(*tnn.Spec).Externals = c.Spec.(*tnn.Spec).Externals[:1]
	before := hash(t, c)
	free := map[string]bool{
		"format": true, "run.epoch": true, "record.steps_every": true, "run.backend": true, "run.device": true,
		"record.fields": true, "record.every": true, "record.region": true, "record.nodes": true,
		"record.watch": true, "record.watch_every": true, "record.final": true, "record.overview": true,
		"graph.file": true, "group[0].name": true, "external[0].series": true, // but see TestHashReadsFiles
	}
	seen := make(map[string]bool)
	try := func(key string, v reflect.Value, _ reflect.StructField) {
		seen[key] = true
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		switch v.Kind() {
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Int:
			v.SetInt(v.Int() + 1)
		case reflect.Uint64:
			v.SetUint(v.Uint() + 1)
		case reflect.Float64:
			v.SetFloat(v.Float() + 1e-9)
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Slice:
			more := reflect.Zero(v.Type().Elem())
			if more.Kind() == reflect.Interface {
				more = reflect.ValueOf(int64(7))
			}
			v.Set(reflect.Append(v, more))
		}
		if changed := hash(t, c) != before; changed == free[key] {
			t.Errorf("%s: the hash changed: %v", key, changed)
		}
		v.Set(was)
	}
	common, spec := c.roots()
	leaves(common, "", try)
	leaves(spec, "", try)
	for key := range free {
		if !seen[key] {
			t.Errorf("%s was not tried", key)
		}
	}
	if hash(t, c) != before {
		t.Error("the hash of the same configuration changed")
	}
}

// TestHashReadsFiles moves a graph file, and then changes it.
func TestHashReadsFiles(t *testing.T) {
	of := func(name, edges string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(edges), 0o666); err != nil {
			t.Fatal(err)
		}
		return hash(t, newPreset(t, "isolated", "graph={kind = \"file\"}", "group[0].connections=0", "graph.file="+path))
	}
	one := of("a.txt", "0 1\n")
	if of("b.txt", "0 1\n") != one {
		t.Error("the same graph under another name has another hash")
	}
	if of("a.txt", "0 2\n") == one {
		t.Error("another graph under the same name has the same hash")
	}
	c := newPreset(t, "isolated", "graph={kind = \"file\"}", "group[0].connections=0", "graph.file=none.txt")
	if _, err := c.Hash(); err == nil {
		t.Error("the hash of a graph that cannot be read is no error")
	}
}

func TestApply(t *testing.T) {
	c := newPreset(t, "driven",
		" graph.sides = [64, 32] ", "group[0].levels=5", "group[0].threshold=1", "edge.noise=false", "edge.kind=fixed",
		"external[3].sublattice=\"even\"", "external[0].periods=[3, 4]", "era=[{steps = 10}, {steps = 20, adapt = false}]",
		"era[1].mode='off'", "run.seed=0x10", "run.device=Radeon = #1", "run.precision=double", "graph.seed=7 # a comment",
		"external[1].weight=-1e3",
	)
	s := c.Spec.(*tnn.Spec)
	want := newPreset(t, "driven").Spec.(*tnn.Spec)
	want.Graph.Sides, want.Graph.Seed = []int{64, 32}, 7
	want.Groups[0].Levels, want.Groups[0].Threshold = 5, 1
	want.Edge.Noise, want.Edge.Kind = false, tnn.Fixed
	want.Externals[3].Sublattice, want.Externals[0].Periods = tnn.Even, []int{3, 4}
	want.Externals[1].Weight = -1000
	want.Eras = []tnn.EraSpec{{Steps: 10, Adapt: true, Mode: tnn.Driven}, {Steps: 20, Mode: tnn.Off}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("the settings gave\n%+v\nand expected was\n%+v", s, want)
	}
	if c.Run.Seed != 16 || c.Run.Device != "Radeon = #1" || c.Run.Precision != "double" || c.Run.Replicas != 1 {
		t.Errorf("the settings gave %+v", c.Run)
	}
	if _, err := NewPreset("driven", "model=sorn", "edge.noise=false"); err == nil || !strings.Contains(err.Error(), "model is") {
		t.Errorf("another model is set: %v", err)
	}
	if err := c.Apply("external=[]", "run={seed = 3}", "edge={}"); err != nil {
		t.Fatal(err)
	}
	if len(s.Externals) != 0 || c.Run != (Run{Seed: 3, Replicas: 1, Precision: "single", Backend: "auto"}) || s.Edge != tnn.Defaults().Edge {
		t.Errorf("tables that are set whole are %+v, %+v and %+v", s.Externals, c.Run, s.Edge)
	}
}
