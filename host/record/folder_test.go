package record

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/files"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

func (s setup) description() backend.Description {
	return simtest.NewBackend(s.model, s.precision, s.plan.Replicas).Describe()
}

func TestNothingIsOverwritten(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "thesis.tex"), []byte("years of work"), files.FilePermissions); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, nil); !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(path); err != nil || len(entries) != 1 {
		t.Errorf("something was added: %v, %v", entries, err)
	}
}

func TestFoldersThatCannotBeUsed(t *testing.T) {
	path := t.TempDir()
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder gives %v", err)
	}
	if entries, err := os.ReadDir(path); err != nil || len(entries) != 0 {
		t.Errorf("something was added: %v, %v", entries, err)
	}
	if _, err := Open(filepath.Join(path, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder gives %v", err)
	}
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, files.FilePermissions); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(file, nil); err == nil {
		t.Error("a file is taken for a folder")
	}
}

func TestRunFolderThatDisappearsEndsTheRun(t *testing.T) {
	s := small(state.Single, 1)
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Record(s.options(s.description()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	c := &sim.Checkpoint{Checkpoint: state.Checkpoint{State: &state.State{Replicas: 1}}}
	if err := r.Observe(c); err != nil {
		t.Fatal(err)
	}
	<-r.written
	if err := r.Observe(c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the run is told %v", err)
	}
	if err := r.Close(sim.Summary{}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Close returns %v", err)
	}
}

func TestSecondUserOfAFolderIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, files.ErrLocked) {
		t.Errorf("while the folder is in use: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, err = Open(path)
	if err != nil {
		t.Fatalf("after the folder was given back: %v", err)
	}
	if string(f.Config()) != config {
		t.Errorf("the configuration is %q", f.Config())
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

const heldFolder = "TNN_TEST_HELD_FOLDER"

// TestHelperHoldsAFolder is the other process of the test below.
func TestHelperHoldsAFolder(t *testing.T) {
	path := os.Getenv(heldFolder)
	if path == "" {
		t.Skip("runs as a process of its own only")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // so that it is not collected, and the lock with it
	os.Stdout.WriteString("held\n")
	time.Sleep(time.Hour) // a select without cases would be found to be a deadlock
}

func TestLockEndsWithTheProcessThatIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other := exec.Command(os.Args[0], "-test.run=^TestHelperHoldsAFolder$")
	other.Env = append(os.Environ(), heldFolder+"="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "held\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	if _, err := Open(path); !errors.Is(err, files.ErrLocked) {
		t.Errorf("while another process holds the folder: %v", err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	f, err = Open(path)
	if err != nil {
		t.Fatalf("after the other process was killed: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedMetadataAreNotReplaced(t *testing.T) {
	s, path, _ := interrupted(t)
	for _, text := range []string{"{", `{"format": 2}`} {
		alter(t, path, MetadataName, func([]byte) []byte { return []byte(text) })
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := f.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.make(f, c, 0); err == nil || !strings.Contains(err.Error(), MetadataName) {
			t.Errorf("%s: %v", text, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFolderIsHeldNotNamed moves the folder of a run that goes on, and begins another
// one under the old name: each writes into its own.
func TestFolderIsHeldNotNamed(t *testing.T) {
	one, two := small(state.Single, 1), small(state.Double, 1)
	path, moved := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "moved")
	first, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	second, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for _, name := range []string{path, moved} {
		if _, err := Open(name); !errors.Is(err, files.ErrLocked) {
			t.Errorf("%s is opened, too: %v", name, err)
		}
	}
	if _, err := one.make(first, nil, 30); err != nil {
		t.Fatal(err)
	}
	if _, err := two.make(second, nil, 30); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]setup{path: two, moved: one} {
		alone := filepath.Join(t.TempDir(), "alone")
		s.fresh(t, alone, 30)
		sameResults(t, results(t, alone), results(t, name))
	}
}

// TestNamesAreNoPatterns: nothing in a folder of another name is touched, and files of
// the user's own are left alone.
func TestNamesAreNoPatterns(t *testing.T) {
	folder := t.TempDir()
	s := small(state.Single, 1)
	path := filepath.Join(folder, "x[1]")
	if summary := s.fresh(t, path, 30); summary.Last != 30 {
		t.Fatalf("it ended at step %d", summary.Last)
	}
	mine := []string{"x1/steps.csv.tmp", "x1/final.npz.tmp", "x[1]/notes.tmp", "x[1]/.tmp", "x[1]/checkpoint-mine.tnn.tmp", "x[1]/recordings/notes.tmp", "x[1]/checkpoint-+5.tnn"}
	ours := []string{"x[1]/final.npz.tmp", "x[1]/steps.csv.tmp", "x[1]/checkpoint-31.tnn.tmp", "x[1]/run.json.tmp", "x[1]/recordings/weight.items.npy.tmp", "x[1]/.tnn-gpu-fffffffe-1-1-A.tmp"}
	if err := os.Mkdir(filepath.Join(folder, "x1"), files.FolderPermissions); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(mine, ours...) {
		if err := os.WriteFile(filepath.Join(folder, name), nil, files.FilePermissions); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(filepath.Join(folder, ours[len(ours)-1]), old, old); err != nil {
		t.Fatal(err)
	}
	if summary, _ := s.resume(t, path, 0); summary.First != 30 || summary.Last != 47 {
		t.Errorf("resumed from step %d to %d", summary.First, summary.Last)
	}
	for _, name := range mine {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Errorf("of the user: %v", err)
		}
	}
	for _, name := range ours {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
}
