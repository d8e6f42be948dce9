//go:build opencl && cgo

package sorn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

// some are small networks that together have every rule, input and kind of inhibition:
// presets with so many units, and variants.
func some(units int) []backendtest.Case {
	names := []string{fmt.Sprintf("delpapa2017 with %d units", units), fmt.Sprintf("hartmann2015 with %d units", units), "fast rules", "sparse Wie"}
	all := slices.Concat(sorntest.Presets(units), sorntest.Variants())
	return slices.DeleteFunc(all, func(c backendtest.Case) bool { return !slices.Contains(names, c.Name) })
}

// What clang makes of the kernels for NVIDIA's GPUs, in their work-groups, computes the
// bits of the reference: many steps in a launch, and part by part. Work-groups have two
// warps, and presets have units for both.
func TestPTX(t *testing.T) {
	const items = 64
	networks := some(70)
	if len(networks) != 4 {
		t.Fatalf("%d networks are found", len(networks))
	}
	for i, c := range networks {
		precision := []state.Precision{state.Single, state.Double}[i%2]
		for _, parts := range []bool{false, true} {
			if (i > 1 || parts != (i == 0)) && !backendtest.Soak() {
				continue
			}
			name := c.Name + "/" + precision.String()
			if parts {
				name += ", part by part"
			}
			t.Run(name, func(t *testing.T) {
				d := devicetest.Open(t)
				p := devicetest.ByPTX(t, d)
				o := backend.Options{Precision: precision, Seeds: []uint64{3, 4}, WorkGroup: items}
				b, err := New(d, c.Net.(*sorn.Network), o)
				backendtest.OrSkip(t, err)
				if e, single := b.(*engine[float32]); single {
					e.wide = parts
				} else {
					b.(*engine[float64]).wide = parts
				}
				backendtest.Agree(t, c.Net, backendtest.Opened(t, reference, c.Net, o), b, 1, 6)
				kernels := []string{"sorn_steps"}
				if parts {
					kernels = []string{"sorn_part", "sorn_sum"}
				}
				for _, kernel := range kernels {
					if len(p.Launches[kernel]) == 0 {
						t.Errorf("%s was not launched", kernel)
					}
				}
			})
		}
	}
}

// A trial goes as far as a run does, and finds nothing to do.
func TestTrial(t *testing.T) {
	devicetest.Open(t)
	trial, err := Trial(some(24)[0].Net.(*sorn.Network), backend.Options{Seeds: []uint64{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if len(trial.Program.Launches) != 3 {
		t.Errorf("%d kernels are launched, want 3", len(trial.Program.Launches))
	}
	if err := trial.Run(); err != nil {
		t.Fatal(err)
	}
}

// TestStepsForOclgrind makes steps of small networks with work-groups of many, in one
// launch and part by part.
func TestStepsForOclgrind(t *testing.T) {
	devicetest.Simulated(t)
	for _, c := range some(24)[:3] {
		for _, opened := range []backend.Open{grouped(8), wide(8)} {
			backendtest.Advance(t, backendtest.Opened(t, opened, c.Net, backend.Options{Seeds: []uint64{5, 6}}), 5)
		}
	}
}

// No work-items race for memory, and none leaves its buffers.
func TestNoRaces(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestStepsForOclgrind"); strings.TrimSpace(report) != "" {
		t.Errorf("oclgrind reports:\n%.3000s", report)
	}
}
