package record

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// readable fails for a file under its own name that a reader cannot make sense of.
func readable(t *testing.T, path string) (found int) {
	t.Helper()
	err := filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == files.LockName || strings.HasSuffix(name, files.Temporary("")) {
			return err
		}
		found++
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if filepath.Ext(name) == ".npy" {
			_, err = npy.ReadHeader(bytes.NewReader(text))
		} else if !bytes.Contains(text, []byte("\n")) {
			err = errors.New("it has no line")
		}
		if err != nil {
			t.Errorf("%s is there with %d bytes: %v", name, len(text), err)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

// TestFilesAppearWithTheirHeads looks at a new run's folder before each access: a file is
// there only with what its readers need.
func TestFilesAppearWithTheirHeads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	accesses := 0
	disk := &filestest.Faulty{System: filestest.Quick{}, Before: func(string, string) error {
		accesses++
		readable(t, path)
		return nil
	}}
	f, err := CreateIn(disk, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := fedSetup()
	r, err := f.Record(s.options(simtest.NewBackend(s.model, s.precision, 1).Describe()), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []sim.Command{{Do: sim.DoFeed, Inputs: []float64{1, 2}}, {Do: sim.DoControl, Control: state.Control{Name: "drive", Value: 0.5}}} {
		if err := r.Keep(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(sim.Summary{Reason: sim.Finished}, nil); err != nil {
		t.Fatal(err)
	}
	if found := readable(t, path); found < 12 || accesses < 50 {
		t.Errorf("there are %d files after %d accesses", found, accesses)
	}
}

// TestEmptyTables: a machine that failed can leave a table with its name and nothing in
// it. What is written there next has its head before it.
func TestEmptyTables(t *testing.T) {
	s := fedSetup()
	path := filepath.Join(t.TempDir(), "run")
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{commandsName, inputsName} {
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := f.Record(s.options(simtest.NewBackend(s.model, s.precision, 1).Describe()), nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := sim.Command{Do: sim.DoControl, Control: state.Control{Step: 0, Name: "drive", Value: 0.5}}
	err = errors.Join(r.Keep(sim.Command{Do: sim.DoFeed, Inputs: []float64{1, 2}}), r.Keep(asked), r.Close(sim.Summary{Reason: sim.Finished}, nil))
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Commands(nil)
	if err != nil || len(again) != 2 {
		t.Errorf("%v are read, %v", again, err)
	}
}

// TestWhatCannotBeginSaysSo: a run that cannot even write that it goes on leaves its
// folder as it is, and says that it does not begin.
func TestWhatCannotBeginSaysSo(t *testing.T) {
	s := small(state.Double, 1)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 20)
	before := everything(t, path)
	for _, fails := range []string{"create", "write"} {
		disk := &filestest.Faulty{System: filestest.Quick{}, Before: func(op, name string) error {
			if op == fails && name == files.Temporary(MetadataName) {
				return syscall.EROFS
			}
			return nil
		}}
		f, err := OpenIn(disk, path)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := f.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.make(f, c, 0); !errors.Is(err, ErrNotBegun) || !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: %v", fails, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		sameResults(t, before, everything(t, path))
	}
}
