//go:build opencl && cgo

package tnn

import (
	"testing"

	"tnn-gpu/gpu/device"
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

// Where the driver may end loops early a run makes launches of a sweep, and the trial as well.
func TestTrialWithinTurns(t *testing.T) {
	d, net := devicetest.Open(t), find(t, "lattice")
	o := backend.Options{Seeds: make([]uint64, d.Info().ComputeUnits)} // enough for one launch of many steps
	trial, err := Trial(net, o)
	must(t, err)
	d.Pretend(func(i *device.Info) { i.Turns = 65535 })
	b, err := New(d, net, o)
	must(t, err)
	if trial.Bounded == nil || trial.Bounded.Source != b.(*engine[float32]).source() || trial.Bounded.Source == trial.Program.Source {
		t.Error("the trial is of another program than the run")
	}
	trial.Program, trial.Bounded = trial.Bounded, nil
	if first := trial.Program.Launches[0].Kernel; first != "tnn_sweep_segment" {
		t.Errorf("the trial launches %s first", first)
	}
	must(t, trial.Run())
}
