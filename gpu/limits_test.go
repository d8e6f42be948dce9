//go:build opencl && cgo

package gpu

import (
	"errors"
	"os"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/models"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// limited is a device with other limits than the one that the tests run on.
type limited struct {
	name     string
	items    int    // of a work-group
	kernel   int    // of a work-group of a compiled kernel, 0 as the device says
	local    uint64 // bytes of local memory
	units    int
	noDouble bool
	soak     bool
}

// devices go from the least that any is known to have to what large ones have. Those
// that always run take 32 work-items, so that they share programs; more are TNN_SOAK=1's,
// and what waits for other warps is seen by each model's TestPTX.
var devices = []limited{
	{name: "least", items: 32, local: 16 << 10, units: 1, noDouble: true},
	{name: "AMD", items: 256, local: 64 << 10, units: 60, soak: true},
	{name: "kernels that take less than the device", items: 1024, kernel: 32, local: 48 << 10, units: 100},
	{name: "NVIDIA", items: 1024, local: 48 << 10, units: 132, soak: true},
	{name: "medium", items: 128, local: 32 << 10, units: 4, soak: true},
	{name: "large groups, least memory", items: 512, local: 16 << 10, units: 16, soak: true},
}

// The default preset of each model runs on devices of all limits, with the reference's
// bits.
func TestLimits(t *testing.T) {
	for _, m := range onDevices(t) {
		net := defaultNetwork(t, m)
		for _, l := range devices {
			if l.soak && os.Getenv("TNN_SOAK") != "1" {
				continue
			}
			t.Run(m.Name+"/"+l.name, func(t *testing.T) { runLimited(t, net, &l) })
		}
	}
}

// onDevices are the models that devices compute: all that newOn knows.
func onDevices(t *testing.T) []models.Model {
	t.Helper()
	d := devicetest.Open(t)
	d.Pretend(func(i *device.Info) { i.MaxAlloc = 0 }) // nothing is opened
	var out []models.Model
	for _, m := range models.All() {
		if _, err := newOn(d, defaultNetwork(t, m), backend.Options{Seeds: []uint64{1}}); !strings.Contains(err.Error(), "cannot compute the model") {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		t.Fatal("no model is computed by devices")
	}
	return out
}

// defaultNetwork builds the first preset of a model.
func defaultNetwork(t *testing.T, m models.Model) model.Network {
	t.Helper()
	spec := m.Presets()[0].Spec
	net, err := spec.Build(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// open opens a device that pretends to have the limits.
func (l *limited) open(t *testing.T) *device.Device {
	d := devicetest.Open(t)
	d.Pretend(func(i *device.Info) {
		i.Kind, i.MaxWorkGroup, i.LocalMemory, i.ComputeUnits = "gpu", min(i.MaxWorkGroup, l.items), min(i.LocalMemory, l.local), l.units
		i.Double = i.Double && !l.noDouble
	})
	d.LimitKernels(l.kernel)
	return d
}

func runLimited(t *testing.T, net model.Network, l *limited) {
	const steps = 20
	o := backend.Options{Precision: state.Single, Seeds: []uint64{1}}
	if _, few := net.(*signals.Network); few && l.kernel > 0 {
		o.WorkGroup = 2 * l.kernel // by themselves they take no more than such kernels do
	}
	b, err := newOn(l.open(t), net, o)
	if err != nil {
		t.Fatal(err)
	}
	if note := b.Describe().Note; strings.Contains(note, "no larger") != (l.kernel > 0) {
		t.Errorf("it notes %q", note)
	}
	reference, err := cpuref.New(net, o)
	if err != nil {
		t.Fatal(err)
	}
	defer reference.Close()
	if difference, err := state.Diff(advanced(t, reference, steps), advanced(t, b, steps)); err != nil || difference != nil {
		t.Errorf("reference against device: %v, %v", difference, err)
	}
	if o.Precision = state.Double; l.noDouble {
		if _, err := newOn(l.open(t), net, o); !errors.Is(err, backend.ErrNoDouble) {
			t.Errorf("double precision where there is none gives %v", err)
		}
	}
}

func advanced(t *testing.T, b backend.Backend, steps int) *state.State {
	t.Helper()
	if _, err := b.Advance(steps); err != nil {
		t.Fatal(err)
	}
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A buffer that the device does not give at once is a sentence about memory.
func TestLargestAllocation(t *testing.T) {
	for _, m := range onDevices(t) {
		d := devicetest.Open(t)
		d.Pretend(func(i *device.Info) { i.MaxAlloc = 1000 })
		_, err := newOn(d, defaultNetwork(t, m), backend.Options{Seeds: []uint64{1}})
		if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "gives at most 1000 bytes at once") {
			t.Errorf("%s: the error is %v", m.Name, err)
		}
	}
}

// A device whose driver may end loops before they are done computes what has a bound for
// them, which TestAgreesWithinTurns of these models shows, and refuses the others.
func TestTurns(t *testing.T) {
	for _, m := range onDevices(t) {
		if m.Name == "tnn" || m.Name == "codes" {
			continue
		}
		d := devicetest.Open(t)
		d.Pretend(func(i *device.Info) { i.Turns = 1 << 30 })
		_, err := newOn(d, defaultNetwork(t, m), backend.Options{Seeds: []uint64{1}})
		if !errors.Is(err, ErrTurns) || !strings.Contains(err.Error(), "take another device") {
			t.Errorf("%s: the error is %v", m.Name, err)
		}
	}
}

// Work-groups that no device has room for are an error that gives all figures. Models
// whose kernels take work-groups of any size compute there.
func TestNoRoomForAWorkGroup(t *testing.T) {
	for _, l := range []limited{{name: "few work-items", items: 8, local: 64 << 10}, {name: "kernels that take few", items: 64, kernel: 8, local: 64 << 10}, {name: "no memory", items: 64, local: 100}} {
		for _, m := range onDevices(t) {
			_, err := newOn(l.open(t), defaultNetwork(t, m), backend.Options{Seeds: []uint64{1}})
			if anySize := m.Name != "tnn"; anySize && err == nil {
				continue
			}
			if err == nil || !strings.Contains(err.Error(), "work-group") || !strings.Contains(err.Error(), "local memory") {
				t.Errorf("%s, %s: the error is %v", m.Name, l.name, err)
			}
		}
	}
}
