//go:build opencl && cgo

package codes

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	cpu "tnn-gpu/cpuref/codes"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codesgolden"
	"tnn-gpu/host/codes/codestest"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// open opens a network on the device that TNN_TEST_DEVICE names, or the best.
func open(net model.Network, o backend.Options) (backend.Backend, error) {
	d, err := devicetest.Device()
	if err != nil {
		return nil, err
	}
	b, err := New(d, net.(*codes.Codes), o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

func reference(net model.Network, o backend.Options) (backend.Backend, error) {
	return cpu.New(net.(*codes.Codes), o)
}

// What every backend of every model must do.
func TestSuite(t *testing.T) {
	devicetest.Open(t)
	suite := codestest.Suite()
	for _, c := range suite {
		if c.Name == "counts" || os.Getenv("TNN_SOAK") == "1" {
			backendtest.Run(t, open, backendtest.Both, codestest.SuiteSteps, c)
			backendtest.Alike(t, reference, open, backendtest.Both, codestest.SuiteSteps, c)
		}
	}
}

// The bits of the reference: of each channel, each way to learn and each receiver, in one
// of the precisions and with one size of work-groups each, or in all with TNN_SOAK=1.
func TestAlike(t *testing.T) {
	devicetest.Open(t)
	soak := os.Getenv("TNN_SOAK") == "1"
	for i, c := range codestest.Cases() {
		for k, precision := range []state.Precision{state.Single, state.Double} {
			for j, items := range []int{0, 3, 64} {
				if !soak && (i%2 != k || i%3 != j) {
					continue
				}
				t.Run(fmt.Sprint(c.Name, precision, items), func(t *testing.T) {
					o := backend.Options{Seeds: backendtest.Keys(), WorkGroup: items, Precision: precision}
					backendtest.Agree(t, c.Network, backendtest.Opened(t, reference, c.Network, o), backendtest.Opened(t, open, c.Network, o), 1, codestest.SuiteSteps)
				})
			}
		}
	}
}

// Replicas with different values of swept keys.
func TestVariants(t *testing.T) {
	devicetest.Open(t)
	net := codestest.Varied()
	o := backend.Options{Seeds: []uint64{1, 1, 2, 2}, Precision: state.Double}
	backendtest.Agree(t, net, backendtest.Opened(t, reference, net, o), backendtest.Opened(t, open, net, o), 1, codestest.SuiteSteps)
}

// The recorded vectors, in both precisions. The trajectory of 4,000 updates takes a device
// that is a processor long, so single precision, of which only its end is compared, is
// left to the reference.
func TestGolden(t *testing.T) {
	devicetest.Open(t)
	_, text, err := golden.Open("../../testdata/codes/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	r, err := codesgolden.Formats()[0].Verify(text, &golden.On{Open: open, Options: backend.Options{Precision: state.Double}, Tolerance: -1})
	backendtest.OrSkip(t, err)
	if r.Failed {
		t.Error(r.Detail)
	}
}

// TestUpdatesForOclgrind makes updates of small populations with work-groups of several
// work-items: those of free in the turns of both sides.
func TestUpdatesForOclgrind(t *testing.T) {
	devicetest.Simulated(t)
	for _, c := range codestest.Cases() {
		updates := map[string]int{"free": codes.Turn + 1, "counts": 2, "exact": 2}[c.Name]
		if updates == 0 {
			continue
		}
		o := backend.Options{Seeds: []uint64{1, 2}, WorkGroup: 8}
		backendtest.Agree(t, c.Network, backendtest.Opened(t, reference, c.Network, o), backendtest.Opened(t, open, c.Network, o), 1, int64(updates))
	}
}

// No work-items race for memory, none leaves its buffers, and another device than that of
// the other tests has the reference's bits.
func TestNoRaces(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestUpdatesForOclgrind"); strings.TrimSpace(report) != "" {
		t.Errorf("oclgrind reports:\n%.3000s", report)
	}
}

// counting and learning are populations with a receiver of either kind.
func counting(copies int) *codes.Codes {
	net := &codes.Codes{Spec: codes.Defaults()}
	net.Spec.Codes.Copies = copies
	return net
}

func learning(copies int) *codes.Codes {
	net := counting(copies)
	t := &net.Spec.Codes
	t.Channel, t.Transmitter, t.Receiver = codes.AWGN, codes.Backprop, codes.Network
	return net
}

// On a device that may end loops an update is a launch, and a population whose updates take
// more is refused.
func TestAgreesWithinTurns(t *testing.T) {
	refused := counting(4096)
	for _, net := range []*codes.Codes{counting(32), counting(384), learning(20), refused} {
		o := backend.Options{Seeds: []uint64{1}}
		d := devicetest.Open(t)
		d.Pretend(func(i *device.Info) { i.Turns = 65535 })
		b, err := New(d, net, o)
		if net == refused {
			if !errors.Is(err, device.ErrTurns) {
				t.Errorf("a device that ends loops opens %d samples an update: %v", net.Spec.Codes.Batch(), err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		backendtest.Agree(t, net, backendtest.Opened(t, reference, net, o), b, 1, codestest.SuiteSteps)
	}
}

// Where the driver of a processor may end loops early a run has larger work-groups, and the trial
// as well.
func TestTrialWithinTurns(t *testing.T) {
	d, net, o := devicetest.Open(t), learning(4), backend.Options{Seeds: []uint64{1}}
	trial, err := Trial(net, o)
	if err != nil {
		t.Fatal(err)
	}
	programOf := func() string {
		return header(&net.Spec.Codes, o.Precision, itemsOn(d.Info(), o.WorkGroup)).Source()
	}
	if trial.Program.Source != programOf() {
		t.Error("the trial is of another program than the run")
	}
	d.Pretend(func(i *device.Info) { i.Turns = 65535 })
	if bounded := cmp.Or(trial.Bounded, trial.Program); bounded.Source != programOf() {
		t.Error("the trial within a bound is of another program than the run")
	}
}

// The bound, with llvmpipe's work-groups, of populations on both sides of its 65,535 turns.
func TestBoundsTurns(t *testing.T) {
	for _, c := range []struct {
		net    *codes.Codes
		within bool
	}{{counting(384), true}, {counting(512), false}, {learning(20), true}, {learning(32), false}} {
		e := &engine[float32]{table: &c.net.Spec.Codes, items: 32}
		if got := e.Turns(); (got <= 65535) != c.within {
			t.Errorf("%s, %d samples: at most %d turns", e.table.Receiver, e.table.Batch(), got)
		}
	}
}
