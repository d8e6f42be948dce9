//go:build opencl && cgo

package perceptron

import (
	"strings"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron/perceptrontest"
)

// A trial goes as far as a run does, and finds nothing to do.
func TestTrial(t *testing.T) {
	devicetest.Open(t)
	c := perceptrontest.Cases()[1]
	trial, err := Trial(c.Network, backend.Options{Seeds: c.Keys})
	if err != nil {
		t.Fatal(err)
	}
	if len(trial.Program.Launches) != 4 {
		t.Errorf("%d kernels are launched, want 4", len(trial.Program.Launches))
	}
	if err := trial.Run(); err != nil {
		t.Fatal(err)
	}
}

// TestStepsForOclgrind makes steps of a small network with work-groups of many.
func TestStepsForOclgrind(t *testing.T) {
	devicetest.Simulated(t)
	c := perceptrontest.Cases()[1]
	c.Network.Variants = c.Network.Variants[:5]
	b, err := open(c.Network, backend.Options{Seeds: c.Keys[:5], WorkGroup: 16})
	advance(t, b, err, 10)
}

// No work-items race for memory, and none leaves its buffers.
func TestNoRaces(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestStepsForOclgrind"); strings.TrimSpace(report) != "" {
		t.Errorf("oclgrind reports:\n%.3000s", report)
	}
}
