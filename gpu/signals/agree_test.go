//go:build opencl && cgo

package signals

import (
	"errors"
	"strings"
	"testing"

	cpu "tnn-gpu/cpuref/signals"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/signals/signalsgolden"
	"tnn-gpu/host/signals/signalstest"
	"tnn-gpu/host/state"
)

// open opens a network on the device that TNN_TEST_DEVICE names, or the best.
func open(net model.Network, o backend.Options) (backend.Backend, error) {
	d, err := devicetest.Device()
	if err != nil {
		return nil, err
	}
	b, err := New(d, net.(*signals.Network), o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

func reference(net model.Network, o backend.Options) (backend.Backend, error) {
	return cpu.New(net.(*signals.Network), o)
}

// What every backend of every model must do, and that it is what the reference does.
func TestSuite(t *testing.T) {
	devicetest.Open(t)
	all := signalstest.Suite()
	backendtest.Run(t, open, backendtest.InTurns, signalstest.SuiteSteps, all[5], all[8])
	backendtest.Alike(t, reference, open, backendtest.InTurns, signalstest.SuiteSteps, signalstest.Suite()...)
}

// Work-groups of any size, and populations that do not fill the last one, give the same
// bits.
func TestWorkGroups(t *testing.T) {
	devicetest.Open(t)
	for _, c := range []signalstest.Case{signalstest.Cases()[5], signalstest.Cases()[8]} {
		o := backend.Options{Seeds: []uint64{4, 4, 4, 4, 4}, Threads: 1}
		b := backendtest.Opened(t, reference, c.Network, o)
		want := backendtest.Advance(t, b, 40)
		sizes := []int{3, 16}
		if backendtest.Soak() {
			sizes = []int{1, 2, 5, 7, 64, 1000}
		}
		for _, size := range sizes {
			o.WorkGroup = size
			other := backendtest.Opened(t, open, c.Network, o)
			sums := backendtest.Advance(t, other, 40)
			if d := backendtest.Differ(c.Network, backendtest.Moment(t, b), backendtest.Moment(t, other)); d != "" {
				t.Errorf("%s, work-groups of %d: %s", c.Name, size, d)
			}
			if d := backendtest.DifferRows(c.Network, 0, len(o.Seeds), want, sums); d != "" {
				t.Errorf("%s, work-groups of %d: %s", c.Name, size, d)
			}
		}
	}
}

// Populations side by side may differ in what their keys of the configuration allow.
func TestVariants(t *testing.T) {
	devicetest.Open(t)
	for _, c := range []signalstest.Case{signalstest.Cases()[0], signalstest.Cases()[6]} {
		other := *c.Network.Spec
		if other.Signals.Game == signals.LewisGame {
			other.Lewis.Forget, other.Lewis.Noise, other.Lewis.Weights, other.Lewis.Punish = 1, 0.3, []int{1, 9, 2}, 5
		} else {
			other.Attributes.Rate, other.Attributes.Entropy, other.Attributes.Reward = 0.3, 0.2, signals.Act
		}
		if err := other.VariantOf(c.Network.Spec); err != nil {
			t.Fatal(err)
		}
		net := &signals.Network{Spec: c.Network.Spec, Variants: []*signals.Spec{c.Network.Spec, &other, c.Network.Spec}}
		o := backend.Options{Seeds: []uint64{4, 4, 4}}
		backendtest.Agree(t, net, backendtest.Opened(t, reference, net, o), backendtest.Opened(t, open, net, o), 1, 60)
	}
}

// A device replays the recorded vectors.
func TestGolden(t *testing.T) {
	devicetest.Open(t)
	_, text, err := golden.Open("../../testdata/codes/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	result, err := signalsgolden.Formats()[0].Verify(text, &golden.On{Open: open, Tolerance: -1})
	backendtest.OrSkip(t, err)
	if result.Failed {
		t.Errorf("%+v", result)
	}
}

// A trial goes as far as a run does, and finds nothing to do.
func TestTrial(t *testing.T) {
	devicetest.Open(t)
	for _, c := range []signalstest.Case{signalstest.Cases()[0], signalstest.Cases()[8]} {
		trial, err := Trial(c.Network, backend.Options{Seeds: make([]uint64, 5)})
		if err != nil {
			t.Fatal(err)
		}
		if err := trial.Run(); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// What clang makes of the kernels for NVIDIA's GPUs, in their work-groups, computes the
// bits of the reference. Work-groups have two warps, and the last game has plays for both.
func TestPTX(t *testing.T) {
	for _, k := range []int{5, 8, 9} {
		c := signalstest.Cases()[k]
		for _, precision := range []state.Precision{state.Single, state.Double} {
			t.Run(c.Name+"/"+precision.String(), func(t *testing.T) {
				d := devicetest.Open(t)
				p := devicetest.ByPTX(t, d)
				o := backend.Options{Precision: precision, Seeds: []uint64{3, 3, 3}, WorkGroup: 64}
				b, err := New(d, c.Network, o)
				backendtest.OrSkip(t, err)
				want := backendtest.Opened(t, reference, c.Network, o)
				backendtest.Agree(t, c.Network, want, b, 1, 3)
				for _, b := range []backend.Backend{want, b} { // in one launch, where work-items wait between steps, too
					if err := b.(backend.Skipper).Skip(3); err != nil {
						t.Fatal(err)
					}
				}
				backendtest.Agree(t, c.Network, want, b, 7)
				if len(p.Launches[kernelOf(c.Network.Spec)]) == 0 {
					t.Error("nothing was launched")
				}
			})
		}
	}
}

// TestStepsForOclgrind makes steps of small networks with work-groups of many.
func TestStepsForOclgrind(t *testing.T) {
	devicetest.Simulated(t)
	for _, k := range []int{5, 9} {
		b := backendtest.Opened(t, open, signalstest.Cases()[k].Network, backend.Options{Seeds: []uint64{1, 1, 1}, WorkGroup: 16})
		backendtest.Advance(t, b, 4)
	}
}

// No work-items race for memory, and none leaves its buffers.
func TestNoRaces(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestStepsForOclgrind"); strings.TrimSpace(report) != "" {
		t.Errorf("oclgrind reports:\n%.3000s", report)
	}
}
