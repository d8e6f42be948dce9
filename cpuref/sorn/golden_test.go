package sorn

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorngolden"
	"tnn-gpu/host/state"
)

// TestGolden replays every trace in both precisions: with the same bits in double
// precision, or within 1e-12 where the run is drawn from a seed.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../testdata/sorn/*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	formats, traces := sorngolden.Formats(), 0
	for _, path := range files {
		name, text, err := golden.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if name != sorngolden.TraceFormat {
			continue
		}
		traces++
		at := slices.IndexFunc(formats, func(f golden.Format) bool { return f.Name == name })
		for _, p := range []state.Precision{state.Single, state.Double} {
			on := &golden.On{Options: backend.Options{Precision: p}, Tolerance: -1, Open: func(n model.Network, o backend.Options) (backend.Backend, error) {
				return New(n.(*sorn.Network), o)
			}}
			result, err := formats[at].Verify(text, on)
			if err != nil || result.Failed {
				t.Errorf("%s, %s: %s, %v", path, p, result.Detail, err)
			}
			t.Logf("%s, %s: %s", filepath.Base(path), p, result.Detail)
		}
	}
	if traces < 10 {
		t.Errorf("only %d traces", traces)
	}
}

// TestTracesThatLackSomething: of a trace in which a list or number is missing it is said what is, or
// it passes or fails without.
func TestTracesThatLackSomething(t *testing.T) {
	name, text, err := golden.Open("../../testdata/sorn/upper-clip.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	on := &golden.On{Options: backend.Options{Precision: state.Double}, Tolerance: -1, Open: func(n model.Network, o backend.Options) (backend.Backend, error) {
		return New(n.(*sorn.Network), o)
	}}
	formats := sorngolden.Formats()
	at := slices.IndexFunc(formats, func(f golden.Format) bool { return f.Name == name })
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	says := map[string]string{}
	for key := range all {
		if key == "format" {
			continue
		}
		less := maps.Clone(all)
		delete(less, key)
		text, err := json.Marshal(less)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := formats[at].Verify(text, on); err != nil {
			says[key] = err.Error()
		}
	}
	for _, key := range []string{"noise_e", "noise_i"} {
		if says[key] != "it has one of noise_e and noise_i, and a step takes both or none" {
			t.Errorf("without %s: %s", key, says[key])
		}
	}
	if says["initial"] == "" || says["steps"] == "" {
		t.Errorf("it is said: %q", says)
	}
}
