//go:build opencl && cgo

package devicetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/gpu/device"
)

// launched gives the buffers that a kernel of 24 work-items leaves, which begin with zeros.
func launched(t *testing.T, d *device.Device, source string, local []int) ([]uint32, []float32) {
	t.Helper()
	program, err := d.Build(source, "")
	if err != nil {
		t.Fatal(err)
	}
	k, err := program.Kernel("test")
	if err != nil {
		t.Fatal(err)
	}
	words, numbers := make([]uint32, 24), make([]float32, 24)
	same, err := d.Alloc("same", 4*24)
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.Alloc("x", 4*24)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(device.Write(same, 0, words), device.Write(x, 0, numbers), k.Bind(device.Args{"same": same, "x": x, "n": uint32(3), "by": float32(0.25)}))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(k.Launch([]int{12, 2}, local), device.Read(same, 0, words), device.Read(x, 0, numbers)); err != nil {
		t.Fatal(err)
	}
	return words, numbers
}

const everything = `__kernel void test(__global uint *same, __global float *x, uint n, float by) {
	uint i = get_global_id(0) + get_global_size(0) * get_global_id(1);
	same[i] = get_num_groups(1) * i + get_local_size(0) * get_num_groups(0) + n;
	x[i] = x[i] + by; }`

// PTX leaves in buffers what the device leaves there, and in place of it: the driver is
// asked to enqueue nothing but what has no size of work-groups.
func TestByPTX(t *testing.T) {
	words, numbers := launched(t, Open(t), everything, []int{4, 1})
	d := Open(t)
	enqueued := 0
	d.Refuse(func(call string) error {
		if call == "clEnqueueNDRangeKernel" {
			enqueued++
		}
		return nil
	})
	p := ByPTX(t, d)
	haveWords, haveNumbers := launched(t, d, everything, []int{4, 1})
	if !slices.Equal(words, haveWords) || !slices.Equal(numbers, haveNumbers) {
		t.Errorf("the device leaves %v and %v, PTX %v and %v", words, numbers, haveWords, haveNumbers)
	}
	if enqueued != 0 || len(p.Launches["test"]) != 1 || p.Launches["test"][0].Slots == 0 {
		t.Errorf("%d launches went to the driver, and PTX carried out %v", enqueued, p.Launches)
	}
	if launched(t, d, everything, nil); enqueued != 1 || len(p.Launches["test"]) != 1 {
		t.Errorf("of launches without a size, %d went to the driver, and PTX carried out %v", enqueued, p.Launches)
	}
}

// What PTX cannot carry out is an error.
func TestByPTXRefuses(t *testing.T) {
	d := Open(t)
	ByPTX(t, d)
	for _, c := range []struct {
		source string
		local  []int
		want   string
	}{
		{`__kernel void test(__global uint *same, __global float *x, uint n, float by) { x[get_global_id(0)] = by; }`, []int{4, 2}, "kernel test as PTX: its work-groups have more than one dimension"},
		{`__kernel void test(__global uint *same, __global float *x, uint n, float by) { x[get_global_id(0) + (1 << 20)] = by; }`, []int{4, 1}, "out of range"},
		{`__kernel void test(__global uint *same, __global float *x, uint n, float by) { x[0] = sinpi(by * n); }`, []int{4, 1}, "instruction call.uni is not known"},
	} {
		program, err := d.Build(c.source, "")
		if err != nil {
			t.Fatal(err)
		}
		k, err := program.Kernel("test")
		if err != nil {
			t.Fatal(err)
		}
		x, err := d.Alloc("x", 16*4)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Bind(device.Args{"same": x, "x": x, "n": uint32(1), "by": float32(1)}); err != nil {
			t.Fatal(err)
		}
		if err := k.Launch([]int{4, 2}, c.local); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("PTX of %s in work-groups of %v gives %v, not %q", c.source, c.local, err, c.want)
		}
	}
}
