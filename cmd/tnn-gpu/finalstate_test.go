package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/config"
)

// Tables that a model makes of the last state are told with the rest of the folder, once
// the run is done.
func TestConclusionsAreTold(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "--preset", "codes-exact", "--steps", "10", "--backend", "cpu", "--no-overview", "--out", "out"}
	tnnGPU(t, dir, args...).want(t, codeDone, "histograms.csv, blocks.csv, distances.csv, codebook.csv, final.npz\n")
	for _, name := range []string{"blocks.csv", "distances.csv", "codebook.csv"} {
		read(t, dir, "out", name)
	}
}

// Without final.npz a run is whole, and what shows its last state reads the last
// checkpoint: the overview has the same bytes, inspect and export the same values.
func TestWithoutFinal(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--out", "with")...).want(t, codeDone, "with has config.toml", "final.npz")
	r := tnnGPU(t, dir, small("--backend", "cpu", "--out", "without", "--set", "record.final=never")...).want(t, codeDone, "without has config.toml", "histograms.csv, overview.png\n")
	if _, err := os.Stat(filepath.Join(dir, "without", "final.npz")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("final.npz: %v\n%s", err, r.out)
	}
	tnnGPU(t, dir, "resume", "without").want(t, codeDone, "The run has made all of its ")
	for _, args := range [][]string{{"inspect", "--node", "7"}, {"export", "--format", "graphml"}} {
		var texts [2]string
		for i, run := range []string{"with", "without"} {
			if args[0] == "export" {
				tnnGPU(t, dir, append(args, "--out", run+".graphml", run)...).want(t, codeDone)
				texts[i] = string(read(t, dir, run+".graphml"))
			} else {
				texts[i] = tnnGPU(t, dir, append(args, run)...).want(t, codeDone).out
			}
		}
		if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
			t.Errorf("%s (-with +without):\n%s", args[0], diff)
		}
	}
	tnnGPU(t, dir, small("--out", "bad", "--set", "record.final=perhaps")...).want(t, codeUsage, `record.final is "perhaps": use auto, always or never`)
}

// The overview that a run makes of its backend while its end is written has the bytes of
// the one that is made of the folder afterwards: from final.npz, or from the checkpoint.
func TestOverviewAfterwardsIsThatOfTheRun(t *testing.T) {
	t.Parallel()
	for _, run := range [][]string{
		{"--preset", "isolated4", "--set", "graph.sides=[12, 12]", "--steps", "5", "--replicas", "2"},
		{"--preset", "driven", "--steps", "5", "--sweep", "edge.inverse_temperature=20,80"},
		{"--preset", "hopfield-glyphs"},
	} {
		for _, final := range []string{"always", "never"} {
			dir := t.TempDir()
			tnnGPU(t, dir, append([]string{"run", "--backend", "cpu", "--out", "r", "--set", "record.final=" + final}, run...)...).want(t, codeDone, "overview.png")
			want := read(t, dir, "r", "overview.png")
			if err := os.Remove(filepath.Join(dir, "r", "overview.png")); err != nil {
				t.Fatal(err)
			}
			tnnGPU(t, dir, "resume", "r").want(t, codeDone, "overview.png was missing and is drawn.")
			if got := read(t, dir, "r", "overview.png"); !bytes.Equal(got, want) {
				t.Errorf("%v, final.npz %s: drawn afterwards it is another picture", run, final)
			}
		}
	}
}

// Where final.npz would be large it is written if asked for, and the header says so.
func TestLargeFinal(t *testing.T) {
	for _, test := range []struct {
		side, final string
		written     bool
	}{
		{"[64, 64]", "auto", true}, {"[64, 64]", "never", false}, {"[1500, 1500]", "auto", false}, {"[1500, 1500]", "always", true},
	} {
		c, err := config.NewPreset("isolated4", "graph.sides="+test.side, "record.final="+test.final)
		if err != nil {
			t.Fatal(err)
		}
		n, err := buildSetup(c)
		if err != nil {
			t.Fatal(err)
		}
		if n.writesFinal() != test.written {
			t.Errorf("%v: final.npz of %d bytes is written: %v", test, n.finalBytes(), !test.written)
		}
		if said, large := len(n.describeFinal()) > 0, n.finalBytes() > finalLimit; said != (large && !test.written) {
			t.Errorf("%v: the header says %v", test, n.describeFinal())
		}
	}
}
