package sorn

import (
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
