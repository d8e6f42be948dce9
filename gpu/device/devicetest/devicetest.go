//go:build opencl && cgo

package devicetest

import (
	"errors"
	"os"
	"sync"
	"testing"

	"tnn-gpu/gpu/device"
)

// first is the device of all tests of a package, which open it again: compilers take
// longest.
var first = sync.OnceValues(func() (*device.Device, error) { return device.Open(os.Getenv("TNN_TEST_DEVICE")) })

// Device opens the device that TNN_TEST_DEVICE selects, or the best. Oclgrind gets a context
// for each: in one that others had before it reports races that it does not in a new one.
func Device() (*device.Device, error) {
	if os.Getenv("TNN_TEST_DEVICE") == simulated {
		return device.Open(simulated)
	}
	d, err := first()
	if err != nil {
		return nil, err
	}
	return d.Again()
}

// Open opens that device for the length of a test. Where there is none, it is Missing.
func Open(t testing.TB) *device.Device {
	t.Helper()
	d, err := Device()
	if errors.Is(err, device.ErrNoDevice) {
		Missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Refuse(nil)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Vector has a processor described with vectors of so many values.
func Vector(d *device.Device, width int) {
	d.Pretend(func(i *device.Info) { i.VectorSingle, i.VectorDouble = width, width })
}
