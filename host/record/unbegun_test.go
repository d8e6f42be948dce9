package record

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// branchOf are the contents of a branch with a copy of a file.
func branchOf(config string, step int64) Contents {
	return Contents{Config: []byte(config), Kept: map[string][]byte{"graph.csv": []byte("0,1\n1,2\n")}, Start: &state.Checkpoint{State: &state.State{Step: step, Replicas: 1}}}
}

// namesIn lists the files of a folder.
func namesIn(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// endsAt is a disk that fails from one access on.
func endsAt(access int) *filestest.Faulty {
	n := -1
	return &filestest.Faulty{System: filestest.Quick{}, Before: func(string, string) error {
		if n++; n >= access {
			return syscall.EIO
		}
		return nil
	}}
}

// TestKilledBeforeTheBeginning kills CreateIn at each access: where the run has not begun,
// another one can begin there, and nothing of the first is in its folder.
func TestKilledBeforeTheBeginning(t *testing.T) {
	unbegun := 0
	for at := 0; ; at++ {
		path := filepath.Join(t.TempDir(), "run")
		disk := endsAt(at)
		f, err := CreateIn(disk, path, branchOf(config, 300))
		if f != nil {
			f.Close()
		}
		if err == nil && !disk.Failed() {
			break
		}
		if _, err := os.Stat(filepath.Join(path, ConfigName)); err == nil {
			continue // it has begun, and can be resumed
		}
		if _, err := os.Stat(path); err == nil {
			before := namesIn(t, path)
			_, err := Open(path)
			if told := strings.Contains(err.Error(), "a process ended there"); told != slices.Contains(before, files.LockName) {
				t.Errorf("access %d: of %v Open says %v", at, before, err)
			}
			if after := namesIn(t, path); !slices.Equal(before, after) {
				t.Errorf("access %d: Open is refused and leaves %v of %v", at, after, before)
			}
			unbegun++
		}
		with := branchOf(config+"\n", 7)
		if err := CheckFree(files.OS{}, path, with); err != nil {
			t.Errorf("access %d: %v", at, err)
		}
		if f, err = CreateIn(filestest.Quick{}, path, with); err != nil {
			t.Errorf("access %d: %v", at, err)
			continue
		}
		f.Close()
		if got, want := namesIn(t, path), []string{checkpointName(7), ConfigName, "graph.csv", files.LockName}; !slices.Equal(got, want) {
			t.Errorf("access %d: the folder has %v, and should have %v", at, got, want)
		}
	}
	if unbegun < 20 {
		t.Errorf("%d folders only were there and had not begun", unbegun)
	}
}

// TestWhatIsNoLeftover: of all else a new run changes nothing.
func TestWhatIsNoLeftover(t *testing.T) {
	for what, there := range map[string]map[string]string{
		"a copy of another file":         {files.LockName: "", "graph.csv": "0,2\n"},
		"more than a part of the copy":   {files.LockName: "", "graph.csv.tmp": "0,2\n"},
		"a part with the copy's name":    {files.LockName: "", "graph.csv": "0,1\n"},
		"a run":                          {files.LockName: "", ConfigName: config},
		"a run without configuration":    {files.LockName: "", MetadataName: "{}", checkpointName(300): "x"},
		"a checkpoint and no lock":       {checkpointName(300): "x"},
		"a configuration and no lock":    {files.Temporary(ConfigName): config},
		"a file beside what was left":    {files.LockName: "", files.Temporary(ConfigName): config, "thesis.tex": "years of work"},
		"what another process writes":    {".tnn-gpu-fffffffe-2-1-B.tmp": ""},
		"a name like that of checkpoint": {files.LockName: "", "checkpoint-best.tnn": "x"},
	} {
		path := t.TempDir()
		before := make(map[string][]byte)
		for name, text := range there {
			before[name] = []byte(text)
		}
		put(t, path, before)
		if err := CheckFree(files.OS{}, path, branchOf(config, 300)); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("%s: CheckFree says %v", what, err)
		}
		_, err := CreateIn(files.OS{}, path, branchOf(config, 300))
		if !errors.Is(err, ErrNotEmpty) || strings.Contains(err.Error(), "resume") != (what == "a run") {
			t.Errorf("%s: %v", what, err)
		}
		if after := namesIn(t, path); !slices.Equal(after, slices.Sorted(maps.Keys(there))) {
			t.Errorf("%s: %v is left", what, after)
		}
	}
}

// TestKilledWriterIsNotInTheWay: a run begins in a folder in which a command was killed while it wrote
// its first file.
func TestKilledWriterIsNotInTheWay(t *testing.T) {
	path := t.TempDir()
	name := ".tnn-gpu-fffffffe-1-1-A.tmp"
	put(t, path, map[string][]byte{name: []byte("half")})
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(filepath.Join(path, name), old, old); err != nil {
		t.Fatal(err)
	}
	if err := CheckFree(files.OS{}, path, Contents{Config: []byte(config)}); err != nil {
		t.Error(err)
	}
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names := namesIn(t, path); slices.Contains(names, name) {
		t.Errorf("the folder has %v", names)
	}
}

// TestLockOfAReader: a folder without a lock has none after it was opened and closed.
func TestLockOfAReader(t *testing.T) {
	path := t.TempDir()
	put(t, path, map[string][]byte{ConfigName: []byte(config)})
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, files.ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if names := namesIn(t, path); len(names) != 1 {
		t.Errorf("%v is left", names)
	}
}

// TestCheckOfARunThatHardlyBegan: whatever the moment of its creation at which a run was
// killed, what resume makes of it is no damage.
func TestCheckOfARunThatHardlyBegan(t *testing.T) {
	s := fedSetup()
	checked := 0
	for at := 0; ; at++ {
		path := filepath.Join(t.TempDir(), "run")
		disk := endsAt(at)
		f, err := CreateIn(disk, path, Contents{Config: []byte(config)})
		if err == nil {
			var r *Recorder
			if r, err = f.Record(s.options(s.description()), nil); err == nil {
				err = r.Close(sim.Summary{Reason: sim.Failed}, nil)
			}
			f.Close()
		}
		if killed := disk.Failed(); err == nil && !killed {
			break
		}
		f, err = Look(files.OS{}, path)
		if err != nil {
			continue // nothing is there, or no configuration
		}
		found, err := f.Check()
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range found {
			if one.Problem != nil {
				t.Errorf("killed at access %d: %s: %v", at, one.File, one.Problem)
			}
		}
		checked++
		f.Close()
	}
	if checked < 20 {
		t.Errorf("%d runs only could be checked", checked)
	}
}
