package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// put makes a folder hold some files and nothing else.
func put(t *testing.T, path string, all map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	for name, text := range all {
		name = filepath.Join(path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), files.FolderPermissions); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, files.FilePermissions); err != nil {
			t.Fatal(err)
		}
	}
}

// attempt makes a run on a file system that may fail, new or resumed, and tells whether
// it has begun: before that nothing may change.
func (s setup) attempt(system files.System, path string, fresh bool) (begun bool, err error) {
	var f *Folder
	var from *state.Checkpoint
	if fresh {
		f, err = CreateIn(system, path, Contents{Config: []byte(config)})
	} else {
		f, err = OpenIn(system, path)
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if !fresh {
		if from, _, err = f.Checkpoint(); err != nil {
			return false, err
		}
	}
	b := simtest.NewBackend(s.model, s.precision, s.plan.Replicas)
	o := s.options(b.Describe())
	plan, err := o.Plan(s.plan)
	if err != nil {
		return false, err
	}
	if plan.Again, err = f.Commands(from); err != nil {
		return false, err
	}
	r, err := f.Prepare(o, from)
	if err != nil {
		return false, err
	}
	run, err := sim.New(s.model, b, plan, r.Observe)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err != nil {
		return false, errors.Join(err, r.Close(sim.Summary{}, err))
	}
	run.Journal(r.Keep)
	if err := r.Begin(); err != nil {
		return true, errors.Join(err, r.Close(sim.Summary{}, err))
	}
	summary, err := run.Go(context.Background())
	return true, errors.Join(err, r.Close(summary, err))
}

// accesses are the numbers of those that a run makes: with TNN_SOAK=1 all, else the
// first and the last of each operation on each file, or of those that write.
func (s setup) accesses(t *testing.T, path string, fresh, writing bool) []int {
	t.Helper()
	first, last, all := make(map[string]int), make(map[string]int), []int{}
	watched := &filestest.Faulty{System: filestest.Quick{}, Before: func(op, name string) error {
		n, what := len(all), op+" "+name
		all = append(all, n)
		if writing && !slices.Contains([]string{"create", "write", "mkdir", "rename", "sync", "truncate"}, op) {
			return nil
		}
		if _, seen := first[what]; !seen {
			first[what] = n
		}
		last[what] = n
		return nil
	}}
	if _, err := s.attempt(watched, path, fresh); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("TNN_SOAK") == "1" {
		return all
	}
	some := slices.AppendSeq(slices.Collect(maps.Values(first)), maps.Values(last))
	slices.Sort(some)
	return slices.Compact(some)
}

// TestEveryAccessThatFails makes each access to each file fail once, for reading as for
// writing, of a run that is resumed and of a new one. A resume that fails before it
// begins has changed nothing; and whatever failed, the run is made whole by the next.
func TestEveryAccessThatFails(t *testing.T) {
	s := small(state.Single, 1)
	s.plan = sim.Plan{Steps: 12, Replicas: 1, Epoch: 5, Checkpoint: 4}
	s.recordings, s.probes = s.recordings[:2], s.probes[:1]
	folder := filestest.TempDir(t)
	path, whole := filepath.Join(folder, "run"), filepath.Join(folder, "whole")
	s.fresh(t, whole, 0)
	s.fresh(t, path, 10)
	want, base := results(t, whole), everything(t, path)
	// What the last session left that was not whole, and a command that came last.
	base["final.npz.tmp"], base[commandsName] = []byte("half"), []byte(commandsHead+"7,pause,,\n8,resume,,\n")
	want[commandsName] = base[commandsName]
	for _, fresh := range []bool{false, true} {
		for _, failure := range []error{syscall.EIO, syscall.ENOSPC} {
			failed := 0
			before := base
			if fresh {
				before = nil
			}
			put(t, path, before)
			for _, n := range s.accesses(t, path, fresh, failure == syscall.ENOSPC) {
				put(t, path, before)
				system := filestest.At(n, failure)
				system.System = filestest.Quick{}
				begun, err := s.attempt(system, path, fresh)
				what := fmt.Sprintf("fresh %v, access %d fails with %v, err %v", fresh, n, failure, err)
				if err != nil {
					failed++
				}
				if err != nil && !errors.Is(err, failure) && !errors.Is(err, files.ErrLocked) {
					t.Errorf("%s: that is another error", what)
				}
				if err != nil {
					hasNotEnded(t, path, what)
				}
				if !fresh && !begun {
					sameResults(t, base, everything(t, path))
				}
				if _, err := os.Stat(filepath.Join(path, ConfigName)); err != nil {
					if !fresh {
						t.Fatalf("%s: %v", what, err)
					}
					continue // there is no run yet
				}
				s.resumeQuietly(t, path, what)
				if fresh {
					delete(want, commandsName)
				}
				sameResults(t, want, results(t, path))
			}
			if failed < 30 {
				t.Errorf("fresh %v, %v: only %d accesses failed", fresh, failure, failed)
			}
		}
	}
}

// hasNotEnded is said of a run that could not write all it leaves: it does not say that
// it has.
func hasNotEnded(t *testing.T, path, what string) {
	t.Helper()
	f, err := OpenIn(filestest.Quick{}, path)
	if err != nil {
		return // there is no run yet
	}
	defer f.Close()
	m, err := f.Metadata()
	if err == nil && m.Status == sim.Finished && len(m.Left) == 0 {
		t.Errorf("%s: run.json says finished and lacks the sums of what is left: %v", what, m.Left)
	}
}

// resumeQuietly goes on with a run on a file system that does not fail.
func (s setup) resumeQuietly(t *testing.T, path, what string) {
	t.Helper()
	_, err := s.attempt(filestest.Quick{}, path, false)
	if errors.Is(err, ErrNoCheckpoint) {
		f, err := OpenIn(filestest.Quick{}, path)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		defer f.Close()
		if _, err := s.make(f, nil, 0); err != nil {
			t.Fatalf("%s: then %v", what, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: then %v", what, err)
	}
}

// TestHeadersNeverPromiseMore looks at what a kill would leave at each access that a run
// makes when it goes on: no header of a recording counts more records than its file has.
func TestHeadersNeverPromiseMore(t *testing.T) {
	s, path := small(state.Single, 1), filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	for _, name := range []string{checkpointName(47), FinalName} {
		if err := os.Remove(filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
	cut := 0
	look := func(op, name string) error {
		if op == "truncate" {
			cut++
		}
		for _, r := range s.recordings {
			f, err := os.Open(filepath.Join(path, filepath.FromSlash(recordingName(r.Field))))
			if err != nil {
				return err
			}
			h, err := npy.ReadHeader(f)
			info, statError := f.Stat()
			if err := errors.Join(err, statError, f.Close()); err != nil {
				return err
			}
			if h.Size() > info.Size() {
				t.Errorf("before %s %s the header of %s counts %d bytes of %d", op, name, r.Field, h.Size(), info.Size())
			}
		}
		return nil
	}
	if _, err := s.attempt(&filestest.Faulty{System: filestest.Quick{}, Before: look}, path, false); err != nil {
		t.Fatal(err)
	}
	if cut == 0 {
		t.Error("nothing was cut")
	}
}
