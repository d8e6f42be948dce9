//go:build opencl && cgo

package tnn

import (
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
)

// A trial goes as far as a run does, and finds nothing to do.
func TestTrial(t *testing.T) {
	devicetest.Open(t)
	for _, name := range []string{"lattice", "groups, external nodes in all modes", "relaxed fixed edges"} {
		t.Run(name, func(t *testing.T) {
			trial, err := Trial(find(t, name), backend.Options{Precision: state.Single, Seeds: []uint64{5}})
			must(t, err)
			if len(trial.Program.Launches) == 0 {
				t.Error("no kernel is launched")
			}
			must(t, trial.Run())
		})
	}
}
