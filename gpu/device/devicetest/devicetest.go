//go:build opencl && cgo

package devicetest

import (
	"errors"
	"os"
	"testing"

	"tnn-gpu/gpu/device"
)

// Open opens the device that TNN_TEST_DEVICE selects, or the best, for the length of a
// test. Without a device the test is skipped, unless TNN_REQUIRE_OPENCL=1 makes that a
// failure.
func Open(t testing.TB) *device.Device {
	t.Helper()
	d, err := device.Open(os.Getenv("TNN_TEST_DEVICE"))
	if errors.Is(err, device.ErrNoDevice) && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
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
