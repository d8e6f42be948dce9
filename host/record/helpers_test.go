package record

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// fatal is of *testing.T and *rapid.T.
type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// setup is a run to be recorded.
type setup struct {
	model      simtest.Model
	precision  state.Precision
	plan       sim.Plan
	recordings []Recording
	probes     []model.Probe
	probeEvery int64
	sweep      *model.Sweep
}

// small is a short run that leaves every kind of file.
func small(p state.Precision, replicas int) setup {
	return setup{
		model: simtest.Model{Nodes: 5}, precision: p,
		plan: sim.Plan{Steps: 47, Replicas: replicas, Epoch: 10, Checkpoint: 9},
		recordings: []Recording{
			{Field: "state", Every: 3}, {Field: "weight", Every: 5, Items: []int{5, 0}},
			{Field: "double", Every: 4}, {Field: "speed", Every: 2}, {Field: "charge", Every: 20},
		},
		probes:     []model.Probe{{Field: "state", A: 3, B: -1}, {Field: "weight", A: 1, B: 0}, {Field: "double", A: 0, B: -1}},
		probeEvery: 7,
	}
}

// swept deals values of a key out to the replicas of a run.
func swept(s setup, values ...float64) setup {
	s.sweep = &model.Sweep{Key: "edge.heat", Values: values}
	return s
}

func (s setup) seeds() []uint64 {
	seeds := make([]uint64, s.plan.Replicas)
	for i := range seeds {
		seeds[i] = uint64(i) + 1<<63
	}
	return seeds
}

func (s setup) options(about backend.Description) Options {
	return Options{
		Program: "test 1.0", Model: s.model, Backend: about, Seeds: s.seeds(), Seed: 1 << 63,
		Recordings: s.recordings, Probes: s.probes, ProbeEvery: s.probeEvery, Sweep: s.sweep,
	}
}

const config = "steps = 47\n"

// make records a run in a folder from a checkpoint, until it ends or until a
// step at which it is cancelled.
func (s setup) make(f *Folder, from *state.Checkpoint, cancelAt int64) (sim.Summary, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := simtest.NewBackend(s.model, s.precision, s.plan.Replicas)
	b.BeforeStep = func(step int64) {
		if step == cancelAt {
			cancel()
		}
	}
	o := s.options(b.Describe())
	plan, err := o.Plan(s.plan)
	if err != nil {
		return sim.Summary{}, err
	}
	r, err := f.Record(o, from)
	if err != nil {
		return sim.Summary{}, err
	}
	run, err := sim.New(s.model, b, plan, r.Observe)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err != nil {
		return sim.Summary{}, errors.Join(err, r.Close(sim.Summary{}, err))
	}
	summary, err := run.Go(ctx)
	return summary, errors.Join(err, r.Close(summary, err))
}

// fresh makes a run in a new folder.
func (s setup) fresh(t fatal, path string, cancelAt int64) sim.Summary {
	t.Helper()
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	summary, err := s.make(f, nil, cancelAt)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// resume goes on with an interrupted run, from its beginning where there is no
// checkpoint.
func (s setup) resume(t fatal, path string, cancelAt int64) (sim.Summary, []error) {
	t.Helper()
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, skipped, err := f.Checkpoint()
	if err != nil && !errors.Is(err, ErrNoCheckpoint) {
		t.Fatal(err)
	}
	summary, err := s.make(f, c, cancelAt)
	if err != nil {
		t.Fatal(err)
	}
	return summary, skipped
}

// results are the files that a resumed run must leave as an uninterrupted one
// does.
func results(t fatal, path string) map[string][]byte {
	t.Helper()
	return filesOf(t, path, func(name string) bool {
		return name == files.LockName || name == MetadataName || strings.HasPrefix(name, checkpointPrefix)
	})
}

// everything in a folder.
func everything(t fatal, path string) map[string][]byte {
	t.Helper()
	return filesOf(t, path, func(string) bool { return false })
}

func filesOf(t fatal, path string, leftOut func(name string) bool) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || leftOut(e.Name()) {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(path, name)
		out[filepath.ToSlash(relative)] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameResults(t fatal, want, got map[string][]byte) {
	t.Helper()
	for name := range got {
		if want[name] == nil {
			t.Fatalf("%s is left over", name)
		}
	}
	for name, text := range want {
		if !bytes.Equal(text, got[name]) {
			t.Fatalf("%s differs: %d bytes, want %d", name, len(got[name]), len(text))
		}
	}
}

// readTable reads a csv file: its header and its cells.
func readTable(t *testing.T, path, name string) (header []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(path, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

func numberIn(t *testing.T, cell string, bits int) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, bits)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numpy runs a Python program with NumPy at hand, and returns what it prints.
// Where everything must be there, a missing NumPy is a failure.
func numpy(t *testing.T, program string, args ...string) string {
	t.Helper()
	const absent = 77
	program = "import sys, json\ntry: import numpy\nexcept ImportError: sys.exit(77)\n" + program
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		cmd := exec.Command(python, append([]string{"-c", program}, args...)...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case err == nil:
			return strings.TrimSpace(string(out))
		case errors.As(err, &exit) && exit.ExitCode() != absent:
			t.Fatalf("python: %v\n%s", err, out)
		}
	}
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatal("NumPy is not installed (Debian: python3-numpy)")
	}
	t.Skip("NumPy is not installed")
	return ""
}
