//go:build opencl && cgo

package devicetest

import (
	"fmt"
	"strings"
	"testing"

	"tnn-gpu/gpu/device"
)

// witness is a test that notes what it is told of failures.
type witness struct {
	testing.TB
	told string
}

func (w *witness) Errorf(format string, args ...any) { w.told += fmt.Sprintf(format, args...) + "\n" }

// A buffer in which a device and PTX differ is reported, and one in which they agree is
// not.
func TestCheckPTX(t *testing.T) {
	const source = `__kernel void test(__global uint *same, __global float *x, uint n, float by) {
		uint i = get_global_id(0) + get_global_size(0) * get_global_id(1);
		same[i] = get_num_groups(1) * i + n;
		x[i] = x[i] + by; }`
	for mutation, want := range map[string]string{
		"":      "",
		" * i":  "launch 1 of kernel test: buffer same differs",
		" + by": "launch 1 of kernel test: buffer x differs",
	} {
		d := Open(t)
		program, err := d.Build(source, "")
		if err != nil {
			t.Fatal(err)
		}
		k, err := program.Kernel("test")
		if err != nil {
			t.Fatal(err)
		}
		same, err := d.Alloc("same", 4*24)
		if err != nil {
			t.Fatal(err)
		}
		x, err := d.Alloc("x", 4*24)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Bind(device.Args{"same": same, "x": x, "n": uint32(3), "by": float32(0.25)}); err != nil {
			t.Fatal(err)
		}
		w := &witness{TB: t}
		CheckPTX(w, d, strings.Replace(source, mutation, "", 1), 4)
		if err := k.Launch([]int{12, 2}, []int{4, 1}); err != nil {
			t.Fatal(err)
		}
		if mutation == "" && w.told != "" || !strings.Contains(w.told, want) || strings.Count(w.told, "\n") > 1 {
			t.Errorf("without %q the report is %q", mutation, w.told)
		}
	}
}

// Launches that cannot be compared are an error.
func TestCheckPTXRefuses(t *testing.T) {
	const source = `__kernel void test(__global uint *x) { x[get_global_id(0)] = 1; }`
	d := Open(t)
	program, err := d.Build(source, "")
	if err != nil {
		t.Fatal(err)
	}
	k, err := program.Kernel("test")
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.Alloc("x", 16)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Bind(device.Args{"x": x}); err != nil {
		t.Fatal(err)
	}
	CheckPTX(t, d, source, 4)
	if err := k.Launch([]int{4}, nil); err == nil {
		t.Error("work-groups without a size are compared")
	}
}
