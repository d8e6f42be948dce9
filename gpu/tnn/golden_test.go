//go:build opencl && cgo

package tnn

import (
	"path/filepath"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn/tnngolden"
)

// The device in double precision replays every recorded trajectory.
func TestReplaysGoldenTrajectories(t *testing.T) {
	devicetest.Open(t)
	files, err := filepath.Glob("../../testdata/golden/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files found: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			golden, err := tnngolden.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			b, err := openNetwork(golden.Network, backend.Options{Precision: state.Double, Seeds: []uint64{golden.Seed}})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			deviation, err := golden.Replay(b)
			if err != nil {
				t.Fatal(err)
			}
			if deviation.Worst > 1e-12 {
				t.Errorf("worst deviation %v, want at most 1e-12", deviation)
			}
		})
	}
}
