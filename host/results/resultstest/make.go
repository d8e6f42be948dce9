// Package resultstest makes small runs, for the tests of what reads them.
package resultstest

import (
	"context"
	"path/filepath"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
)

// Make runs a preset, with settings, records some fields every 5 steps, and opens
// what the run left behind.
func Make(t testing.TB, open backend.Open, preset string, fields []string, settings ...string) *results.Run {
	t.Helper()
	cfg, err := config.NewPreset(preset, settings...)
	if err != nil {
		t.Fatal(err)
	}
	variants, sweep, err := cfg.Variants()
	if err != nil {
		t.Fatal(err)
	}
	net, err := cfg.Spec.Build(cfg.Run.Seed, variants)
	if err != nil {
		t.Fatal(err)
	}
	seeds := model.Keys(cfg.Spec, cfg.Run.Seed, cfg.Run.Replicas, cfg.SweptValues())
	b, err := open(net, backend.Options{Seeds: seeds})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	options := record.Options{Program: "test", Model: net, Backend: b.Describe(), Seeds: seeds, Seed: cfg.Run.Seed, Sweep: sweep, StepsEvery: int64(cfg.Record.StepsEvery)}
	for _, f := range fields {
		options.Recordings = append(options.Recordings, record.Recording{Field: f, Every: 5})
	}
	path := filepath.Join(t.TempDir(), preset)
	run(t, path, cfg, options, b)
	out, err := results.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func run(t testing.TB, path string, cfg *config.Config, o record.Options, b backend.Backend) {
	t.Helper()
	plan, err := o.Plan(sim.Plan{Steps: cfg.Spec.Steps(), Replicas: cfg.Run.Replicas, Epoch: int64(cfg.Run.Epoch)})
	if err != nil {
		t.Fatal(err)
	}
	folder, err := record.Create(path, cfg.Encode())
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := folder.Record(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.New(o.Model, b, plan, recorder.Observe)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := r.Go(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := recorder.Close(summary, nil); err != nil {
		t.Fatal(err)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
}
