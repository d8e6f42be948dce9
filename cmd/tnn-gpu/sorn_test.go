package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"tnn-gpu/host/npy"
)

// arraysOf reads arrays of an archive.
func arraysOf(t *testing.T, path string, names ...string) map[string]*npy.Array {
	t.Helper()
	archive, err := npy.OpenArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	out := map[string]*npy.Array{}
	for _, name := range names {
		if out[name], err = archive.Read(name, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestFinalIsAState: a run begins where another ended, by the seven arrays of the Python
// package in its final.npz.
func TestFinalIsAState(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1", "--backend", "cpu", "--no-overview", "--precision", "double"}
	tnnGPU(t, dir, append(args, "--steps", "200", "--out", "first")...).want(t, codeDone)
	tnnGPU(t, dir, append(args, "--set", "sorn.state=first/final.npz", "--set", "era[0].phase=training", "--steps", "1", "--out", "second")...).want(t, codeDone)
	first := arraysOf(t, filepath.Join(dir, "first", "final.npz"), "Wee", "Wei", "Wie", "Te", "Ti", "X", "Y", "ee", "x")
	second := arraysOf(t, filepath.Join(dir, "second", "final.npz"), "Wee", "Wei", "Wie", "Te", "Ti", "X", "Y", "ee", "x")
	for _, name := range []string{"Wee", "Wei", "Wie", "Te", "Ti", "ee"} {
		if fmt.Sprint(first[name]) != fmt.Sprint(second[name]) {
			t.Errorf("%s has changed in training", name)
		}
	}
	if shape := fmt.Sprint(first["X"].Shape, first["Y"].Shape, first["Wei"].Shape); shape != "[60 2] [12 2] [12 60]" {
		t.Errorf("X, Y and Wei have shapes %s", shape)
	}
	for i := range 60 {
		if first["X"].Values[2*i+1] != first["x"].Values[i] || second["X"].Values[2*i] != first["x"].Values[i] {
			t.Fatalf("unit %d: the states now are not those of X, or of the step before in the run that goes on", i)
		}
	}
	tnnGPU(t, dir, "check", "first").want(t, codeDone, "final.npz")
	if !bytes.Contains(read(t, dir, "first", "run.json"), []byte(`"name": "Wee"`)) {
		t.Error("run.json does not tell of Wee in final.npz")
	}
}

// TestSORNPage runs what docs/sorn.md shows.
func TestSORNPage(t *testing.T) {
	dir := t.TempDir()
	if blocks := runBlocks(t, dir, read(t, "../../docs/sorn.md")); blocks < 2 {
		t.Fatalf("%d blocks are found", blocks)
	}
	for _, name := range []string{"first/recordings/r.npy", "counted/readout.csv", "counted/size_of_duration.png", "analysed/correlations.png", "analysed/raster.csv", "synapses.png"} {
		if len(read(t, dir, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}
