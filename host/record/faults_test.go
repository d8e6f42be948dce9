package record

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// afterPowerLoss makes a run on a machine that dies after some operations of its
// disk, and tells whether it did not.
func (s setup) afterPowerLoss(t *rapid.T, path string, operations int) (survived bool) {
	d := &dyingDisk{left: operations}
	defer d.closeAll()
	f, err := CreateIn(d, path, Contents{Config: []byte(config)})
	if err == nil {
		_, err = s.make(f, nil, 0)
	}
	if f != nil {
		f.Close()
	}
	if err != nil && !errors.Is(err, errDead) {
		t.Fatal(err)
	}
	return err == nil
}

func TestPowerLossAtAnyMomentCostsNothingButTime(t *testing.T) {
	s := small(state.Single, 2)
	s.plan.Steps, s.plan.Checkpoint = 20, 6
	folder := filestest.TempDir(t)
	s.fresh(t, filepath.Join(folder, "whole"), 0)
	want := results(t, filepath.Join(folder, "whole"))
	path := filepath.Join(folder, "run")
	died := 0
	rapid.Check(t, func(t *rapid.T) {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if s.afterPowerLoss(t, path, rapid.IntRange(1, 500).Draw(t, "operations")) {
			return
		}
		died++
		if _, err := os.Stat(filepath.Join(path, ConfigName)); err != nil {
			return // nothing was begun
		}
		if _, skipped := s.resume(t, path, 0); len(skipped) > 0 {
			t.Fatalf("a checkpoint was there before what it rests on: %v", skipped)
		}
		sameResults(t, want, results(t, path))
	})
	if died == 0 {
		t.Error("the machine never died")
	}
}

func TestFullDiskStopsTheRunAndLosesNothing(t *testing.T) {
	s := small(state.Double, 1)
	folder := filestest.TempDir(t)
	s.fresh(t, filepath.Join(folder, "whole"), 0)
	want := results(t, filepath.Join(folder, "whole"))
	path := filepath.Join(folder, "run")
	full := 0
	for room := int64(500); ; room += 1511 {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		f, err := CreateIn(&fullDisk{room: room}, path, Contents{Config: []byte(config)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.make(f, nil, 0)
		f.Close()
		if err == nil {
			break
		}
		full++
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "cannot be written: ") {
			t.Fatalf("with room for %d bytes: %v", room, err)
		}
		left, globErr := filepath.Glob(filepath.Join(path, "*"+files.Temporary("")))
		if globErr != nil || len(left) > 0 {
			t.Fatalf("with room for %d bytes: %v is left, %v", room, left, globErr)
		}
		if _, skipped := s.resume(t, path, 0); len(skipped) > 0 {
			t.Fatalf("with room for %d bytes a checkpoint was broken: %v", room, skipped)
		}
		sameResults(t, want, results(t, path))
	}
	if full < 10 {
		t.Errorf("the disk was full %d times only", full)
	}
}

func TestFullDiskIsToldByTheMetadataOfTheSession(t *testing.T) {
	s := small(state.Single, 1)
	path := filepath.Join(t.TempDir(), "run")
	d := &fullDisk{room: 1 << 20}
	f, err := CreateIn(d, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := s.options(s.description())
	r, err := f.Record(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.room = 0
	d.mu.Unlock()
	rows := &sim.Rows{First: 1, Replicas: 1, Columns: 2, Values: []float64{1, 2}}
	if err := r.Observe(rows); err != nil {
		t.Fatal(err)
	}
	<-r.written
	d.mu.Lock()
	d.room = 1 << 20 // someone made room
	d.mu.Unlock()
	failure := r.Observe(rows)
	if !errors.Is(failure, syscall.ENOSPC) {
		t.Fatalf("the run is told %v", failure)
	}
	if err := r.Close(sim.Summary{Reason: sim.Failed}, failure); err != nil {
		t.Fatalf("the same error is returned twice: %v", err)
	}
	m, err := ReadMetadata(path)
	if err != nil || m.Status != sim.Failed || m.Sessions[0].Error != failure.Error() {
		t.Errorf("metadata %+v, error %v", m, err)
	}
}

func TestFailureThatTheRunDidNotSeeIsReturnedByClose(t *testing.T) {
	s := small(state.Single, 1)
	d := &fullDisk{room: 1 << 20}
	f, err := CreateIn(d, filepath.Join(t.TempDir(), "run"), Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Record(s.options(s.description()), nil)
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.room = 0
	d.mu.Unlock()
	if err := r.Observe(&sim.Rows{First: 1, Replicas: 1, Columns: 2, Values: []float64{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(sim.Summary{Reason: sim.Finished}, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close returns %v", err)
	}
}
