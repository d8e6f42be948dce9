//go:build opencl && cgo

package device_test

import (
	"strings"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/device/devicetest"
)

// TestRacingKernel has all work-items write one word: legal to run, wrong to write.
func TestRacingKernel(t *testing.T) {
	d := devicetest.Open(t)
	p, err := d.Build("kernel void race(global uint *x) { x[0] = (uint)get_global_id(0); }", "")
	must(t, err)
	k, err := p.Kernel("race")
	must(t, err)
	b, err := d.Alloc("raced for", 4)
	must(t, err)
	must(t, k.Bind(device.Args{"x": b}))
	must(t, k.Launch([]int{64}, []int{8}))
	must(t, d.Finish())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOclgrindTellsRacesFromNone(t *testing.T) {
	if report := devicetest.Oclgrind(t, "TestRacingKernel"); !strings.Contains(report, "race") {
		t.Errorf("a race was not seen: %q", report)
	}
	if report := devicetest.Oclgrind(t, "TestLaunch"); report != "" {
		t.Errorf("a kernel without a race gives %s", report)
	}
}
