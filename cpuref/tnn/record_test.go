package tnn_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
	"tnn-gpu/host/tnn/tnntest"
)

// recorded is a run that leaves files of every kind.
type recorded struct {
	net       *tnn.Network
	precision state.Precision
}

// leg takes the run in a folder up and leaves it soon after a step.
func (r recorded) leg(t *testing.T, folder *record.Folder, from *state.Checkpoint, until int64) sim.Summary {
	t.Helper()
	seeds := []uint64{41, 42}
	b, err := cpuref.New(r.net, backend.Options{Precision: r.precision, Seeds: seeds})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	m := r.net
	o := record.Options{Model: m, Backend: b.Describe(), Seeds: seeds, Probes: []model.Probe{{Field: "energy", A: 1, B: -1}}, ProbeEvery: 4}
	d := m.Describe()
	for i, f := range d.Fields {
		o.Recordings = append(o.Recordings, record.Recording{Field: f.Name, Every: int64(2 + i%5)})
	}
	for _, f := range d.Computed {
		o.Recordings = append(o.Recordings, record.Recording{Field: f.Name, Every: 3})
	}
	plan, err := o.Plan(sim.Plan{Steps: 60, Replicas: len(seeds), Epoch: 8, Checkpoint: 25})
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := folder.Record(o, from)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := func(e sim.Event) error {
		if rows, ok := e.(*sim.Rows); ok && rows.Last >= until {
			cancel()
		}
		return nil
	}
	run, err := sim.New(m, b, plan, recorder.Observe, stop)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	summary, err := run.Go(ctx)
	if err := errors.Join(err, recorder.Close(summary, err), folder.Close()); err != nil {
		t.Fatal(err)
	}
	return summary
}

// Rung 6, down to the files: an interrupted run leaves the bytes of one that was
// not.
func TestResumedRunLeavesTheSameFiles(t *testing.T) {
	for i, c := range tnntest.Catalogue() {
		if len(c.Spec.Externals) == 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			r := recorded{net: c.Network(t), precision: [...]state.Precision{state.Single, state.Double}[i%2]}
			whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
			folder, err := record.CreateIn(filestest.Quick{}, whole, record.Contents{Config: []byte(c.Name)})
			if err != nil {
				t.Fatal(err)
			}
			r.leg(t, folder, nil, 60)
			if folder, err = record.CreateIn(filestest.Quick{}, parts, record.Contents{Config: []byte(c.Name)}); err != nil {
				t.Fatal(err)
			}
			r.leg(t, folder, nil, 13)
			for _, until := range []int64{38, 60} {
				if folder, err = record.OpenIn(filestest.Quick{}, parts); err != nil {
					t.Fatal(err)
				}
				from, skipped, err := folder.Checkpoint()
				if err != nil || len(skipped) > 0 {
					t.Fatal(err, skipped)
				}
				if s := r.leg(t, folder, from, until); s.First == 0 || s.Last < until {
					t.Fatalf("a leg went from step %d to step %d", s.First, s.Last)
				}
			}
			compareFolders(t, whole, parts)
		})
	}
}

// compareFolders leaves out what tells of the time and the legs of a run.
func compareFolders(t *testing.T, whole, parts string) {
	t.Helper()
	compared := 0
	err := filepath.WalkDir(whole, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "run.json" || e.Name() == "checkpoint-50.tnn" {
			return err
		}
		name, err := filepath.Rel(whole, path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(parts, name))
		if err == nil && !bytes.Equal(want, got) {
			t.Errorf("%s differs", name)
		}
		compared++
		return err
	})
	if err != nil || compared < 15 {
		t.Errorf("%d files compared, error %v", compared, err)
	}
}
