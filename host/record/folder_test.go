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
	if _, err := Open(path); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("held\n")
	select {}
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
