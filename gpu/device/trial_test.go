//go:build opencl && cgo

package device

import (
	"testing"

	"tnn-gpu/host/state"
)

// What a trial builds follows from the probe: on a device whose driver may end loops early it is
// the program for such.
func TestTrialOfABound(t *testing.T) {
	d := openTest(t)
	trial := &Trial{
		Precisions: []state.Precision{state.Single},
		Program:    &TrialProgram{Source: "kernel void nothing() { there is no such word }"},
		Bounded:    &TrialProgram{Source: "kernel void nothing() {}"},
	}
	if err := trial.on(d); err == nil {
		t.Error("the trial of a device without a bound does not build the program")
	}
	d.Pretend(func(i *Info) { i.Turns = 65535 })
	must(t, trial.on(d))
	trial.Program, trial.Bounded = trial.Bounded, nil
	must(t, trial.on(d))
}
