//go:build opencl && cgo

package device

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jgillich/go-opencl/cl"

	"tnn-gpu/host/state"
)

// openTest opens the device that TNN_TEST_DEVICE selects, or the best, for the
// length of a test. Without a device the test is skipped, unless
// TNN_REQUIRE_OPENCL=1 makes that a failure.
func openTest(t testing.TB) *Device {
	t.Helper()
	d, err := Open(os.Getenv("TNN_TEST_DEVICE"))
	if errors.Is(err, ErrNoDevice) && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.fault = nil
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// A device that is opened again goes on when the first is closed, knows what was probed,
// and is not the device of the other's buffers.
func TestAgain(t *testing.T) {
	first, err := Open(strconv.Itoa(openTest(t).info.Index))
	must(t, err)
	must(t, first.Probe(state.Single))
	again, err := first.Again()
	must(t, err)
	other, err := first.Alloc("other", 16)
	must(t, err)
	const source = "__kernel void one(__global uint *x) { x[get_global_id(0)] = 1; }"
	p, err := again.Build(source, "")
	must(t, err)
	k, err := p.Kernel("one")
	must(t, err)
	if err := k.Bind(Args{"x": other}); err == nil {
		t.Error("a kernel takes a buffer of another device")
	}
	_, err = first.Build(source, "")
	must(t, err, first.Close())
	if _, err := first.Build(source, ""); !errors.Is(err, errClosed) {
		t.Errorf("a closed device that builds gives %v", err)
	}
	if _, err := first.Again(); !errors.Is(err, errClosed) {
		t.Errorf("a closed device that is opened again gives %v", err)
	}
	b, err := again.Alloc("x", 16)
	must(t, err, k.Bind(Args{"x": b}), k.Launch([]int{4}, nil))
	have := make([]uint32, 4)
	must(t, Read(b, 0, have))
	if diff := cmp.Diff([]uint32{1, 1, 1, 1}, have); diff != "" {
		t.Error(diff)
	}
	var calls []string
	again.Refuse(func(call string) error {
		calls = append(calls, call)
		return nil
	})
	must(t, again.Probe(state.Single))
	if len(calls) > 0 || again.info.SingleVerdict != first.info.SingleVerdict {
		t.Errorf("the device is probed again, by %q; the verdict is %q", calls, again.info.SingleVerdict)
	}
	_, err = again.Build(source, "")
	must(t, err)
	if slices.Contains(calls, "clBuildProgram") {
		t.Errorf("a program is built again, by %q", calls)
	}
	_, err = again.Build(source+"\n", "")
	must(t, err)
	if !slices.Contains(calls, "clBuildProgram") {
		t.Error("another program is not built")
	}
	must(t, again.Close())
	if err := again.Probe(state.Single); !errors.Is(err, errClosed) {
		t.Errorf("a closed device that is probed gives %v", err)
	}
}

func TestDevices(t *testing.T) {
	openTest(t)
	first, err := List()
	if err != nil {
		t.Fatal(err)
	}
	for i, info := range first {
		if info.Index != i || info.Platform == "" || info.Name == "" || info.Driver == "" || info.Kind == "" ||
			info.ComputeUnits < 1 || info.MaxWorkGroup < 1 || info.GlobalMemory < info.MaxAlloc || info.MaxAlloc == 0 {
			t.Errorf("device %d is described as %+v", i, info)
		}
		if !strings.HasPrefix(info.Version, "OpenCL ") {
			t.Errorf("the version of device %d is %q", i, info.Version)
		}
	}
	second, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two lists differ: %s", diff)
	}
}

func TestOpenDeviceBySelector(t *testing.T) {
	want := openTest(t).Info()
	d, err := Open(strconv.Itoa(want.Index))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got := d.Info(); got != want {
		t.Errorf("opened %+v, want %+v", got, want)
	}
	if _, err := Open("no such name"); !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), want.Name) {
		t.Errorf("a name of nothing gives %v, want ErrNoDevice and a list with %s", err, want.Name)
	}
}

// TestNoPlatform lists the devices in a process whose loader finds no platform.
func TestNoPlatform(t *testing.T) {
	const child = "TNN_TEST_NO_PLATFORM"
	if os.Getenv(child) != "" {
		_, err := List()
		_, open := Open("")
		var call *Error
		if !errors.Is(err, ErrNoDevice) || !errors.Is(open, ErrNoDevice) || !errors.As(err, &call) || call.Call != "clGetPlatformIDs" {
			t.Fatalf("List says %v and Open %v, want ErrNoDevice after clGetPlatformIDs", err, open)
		}
		return
	}
	openTest(t)
	test := exec.Command(os.Args[0], "-test.run=^TestNoPlatform$", "-test.v")
	test.Env = append(os.Environ(), child+"=1", "OCL_ICD_VENDORS="+t.TempDir())
	out, err := test.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestNoPlatform") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestClosedDevice(t *testing.T) {
	d := openTest(t)
	k := double(t, d)
	b := alloc(t, d, 64)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, build := d.Build("", "")
	_, create := d.Alloc("late", 4)
	for call, err := range map[string]error{
		"Build": build, "Alloc": create, "Flush": d.Flush(), "Finish": d.Finish(),
		"Write": Write(b, 0, []int32{1}), "Launch": k.Launch([]int{1}, nil), "Bind": k.Bind(Args{"data": b, "n": int32(1)}),
	} {
		if err == nil {
			t.Errorf("%s works on a closed device", call)
		}
	}
	if err := b.Release(); err != nil {
		t.Errorf("releasing a buffer of a closed device: %v", err)
	}
}

// failNth has the n-th call of that name from now on, counted from 1, refused
// with the driver's error for a device that is out of resources.
func (d *Device) failNth(call string, n int) {
	d.fault = func(made string) error {
		if made == call {
			n--
		}
		if made == call && n == 0 {
			return cl.ErrOutOfResources
		}
		return nil
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		call, kernel string
		n            int
	}{
		{"clCreateProgramWithSource", "", 1},
		{"clBuildProgram", "", 1},
		{"clCreateKernel", "twice", 1},
		{"clGetKernelInfo", "twice", 1},
		{"clGetKernelWorkGroupInfo", "twice", 1},
		{"clCreateBuffer", "", 2},
		{"clEnqueueFillBuffer", "", 1},
		{"clEnqueueWriteBuffer", "", 1},
		{"clSetKernelArg", "twice", 2},
		{"clEnqueueNDRangeKernel", "twice", 3},
		{"clFlush", "", 1},
		{"clEnqueueReadBuffer", "", 1},
		{"clFinish", "", 1},
	}
	for _, test := range tests {
		t.Run(test.call, func(t *testing.T) {
			d := openTest(t)
			d.failNth(test.call, test.n)
			err := everyCall(d)
			var failed *Error
			if !errors.As(err, &failed) || !errors.Is(err, cl.ErrOutOfResources) {
				t.Fatalf("the error is %v, want out of resources", err)
			}
			if failed.Call != test.call || failed.Kernel != test.kernel || failed.Device != d.info.Name {
				t.Errorf("the error names %s, kernel %q, device %q", failed.Call, failed.Kernel, failed.Device)
			}
			if test.call == "clCreateBuffer" && !errors.Is(err, ErrMemory) {
				t.Errorf("%v is not ErrMemory", err)
			}
		})
	}
}

// everyCall makes each call that a run makes.
func everyCall(d *Device) error {
	p, err := d.Build(twiceSource, "")
	if err != nil {
		return err
	}
	k, err := p.Kernel("twice")
	if err != nil {
		return err
	}
	b, err := d.Alloc("data", 64)
	if err != nil {
		return err
	}
	if _, err := d.Alloc("more", 64); err != nil {
		return err
	}
	work := []func() error{
		func() error { return Fill(b, 0, 16, int32(1)) },
		func() error { return Write(b, 0, []int32{1, 2}) },
		func() error { return k.Bind(Args{"data": b, "n": int32(16)}) },
		func() error { return k.Launch([]int{16}, nil) },
		func() error { return k.Launch([]int{16}, nil) },
		func() error { return k.Launch([]int{16}, nil) },
		d.Flush,
		func() error { return Read(b, 0, make([]int32, 16)) },
		d.Finish,
	}
	for _, f := range work {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}
