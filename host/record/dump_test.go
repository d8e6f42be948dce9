package record

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// TestRunThatStopsItselfLeavesADump: what is not finite can be looked at, and the
// run goes on from its last checkpoint all the same.
func TestRunThatStopsItselfLeavesADump(t *testing.T) {
	s := small(state.Single, 2)
	whole, path := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "run")
	s.fresh(t, whole, 0)
	f, err := CreateIn(filestest.Quick{}, path, Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	b := simtest.NewBackend(s.model, s.precision, 2)
	b.BeforeStep = func(step int64) {
		if step == 22 {
			now, _ := b.State()
			now.Array("state").Set(8, math.NaN())
			_ = b.SetState(now)
		}
	}
	o := s.options(b.Describe())
	plan, err := o.Plan(s.plan)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Record(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := sim.New(s.model, b, plan, r.Observe)
	if err != nil {
		t.Fatal(err)
	}
	summary, runError := run.Go(t.Context())
	var bad *sim.NotFiniteError
	if !errors.As(runError, &bad) || bad.Step != 22 {
		t.Fatalf("the run ends with %v", runError)
	}
	if err := errors.Join(r.Close(summary, runError), f.Close()); err != nil {
		t.Fatal(err)
	}

	text, err := os.ReadFile(filepath.Join(path, dumpName))
	if err != nil {
		t.Fatal(err)
	}
	dump, err := state.DecodeCheckpoint(bytes.NewReader(text), int64(len(text)))
	if err != nil || dump.State.Step != 22 || dump.Config != f.configHash() {
		t.Fatalf("the dump is %+v, error %v", dump, err)
	}
	z, err := npy.OpenArchive(filepath.Join(path, dumpArraysName))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	// Position 8 is place 2 of replica 1: node 3.
	if a, err := z.Read("state", 100); err != nil || !math.IsNaN(a.Values[5+3]) {
		t.Errorf("the dump for NumPy has states %v, error %v", a, err)
	}
	if m, err := ReadMetadata(path); err != nil || m.Status != sim.Failed || m.Steps != 21 || m.Sessions[0].Error != runError.Error() {
		t.Errorf("metadata %+v, error %v", m, err)
	}

	if second, _ := s.resume(t, path, 0); second.First != 18 {
		t.Errorf("resumed after step %d, want the checkpoint of step 18", second.First)
	}
	sameResults(t, results(t, whole), results(t, path))
}

// TestFullDiskIsToldOnce: an archive that cannot be written says so once, and not again
// where it is closed.
func TestFullDiskIsToldOnce(t *testing.T) {
	full := errors.New("no space left")
	s := small(state.Single, 1)
	disk := &filestest.Faulty{System: filestest.Quick{}, Before: func(op, name string) error {
		if op == "write" && strings.Contains(name, FinalName) {
			return full
		}
		return nil
	}}
	f, err := CreateIn(disk, filepath.Join(t.TempDir(), "run"), Contents{Config: []byte(config)})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := simtest.Model{Nodes: 1 << 17} // beyond what is buffered
	b := simtest.NewBackend(m, s.precision, 1)
	now, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	err = f.Replace(FinalName, func(w io.Writer) error { return WriteState(w, m, now) })
	if err == nil || strings.Count(err.Error(), full.Error()) != 1 {
		t.Errorf("%v, want one error", err)
	}
}
