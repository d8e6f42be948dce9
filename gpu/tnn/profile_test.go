//go:build opencl && cgo

package tnn

import (
	"strings"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn/tnntest"
)

// What is done once, before the first step, is no part of a profile.
func TestProfileHasNoProbe(t *testing.T) {
	devicetest.Open(t)
	net := tnntest.Large()[0].Network(t)
	b, err := openNetwork(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}, Profile: true})
	must(t, err)
	defer b.Close()
	_, err = b.Advance(3)
	must(t, err)
	times, err := b.(backend.Profiler).Profile()
	if err != nil {
		t.Skip(err) // the device makes its times up
	}
	sweeps := 0
	for _, k := range times {
		if strings.HasPrefix(k.Kernel, "probe") {
			t.Errorf("kernel %s is in the profile", k.Kernel)
		}
		if k.Kernel == "tnn_sweep_segment" {
			sweeps = k.Launches
		}
	}
	if sweeps != 2*(1+3) {
		t.Errorf("tnn_sweep_segment was launched %d times, not twice for the start and each of 3 steps: %+v", sweeps, times)
	}
}
