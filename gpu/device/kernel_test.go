//go:build opencl && cgo

package device

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jgillich/go-opencl/cl"
)

const twiceSource = `
kernel void twice(global int *data, int n) {
	int i = (int)get_global_id(0);
	if (i < n)
		data[i] *= 2;
}`

func build(t *testing.T, d *Device, source, name string) *Kernel {
	t.Helper()
	p, err := d.Build(source, "")
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.Kernel(name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func double(t *testing.T, d *Device) *Kernel {
	t.Helper()
	return build(t, d, twiceSource, "twice")
}

func alloc(t *testing.T, d *Device, size uint64) *Buffer {
	t.Helper()
	b, err := d.Alloc("data", size)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLaunch(t *testing.T) {
	d := openTest(t)
	k := double(t, d)
	b := alloc(t, d, 4*8)
	got := make([]int32, 8)
	must(t,
		Write(b, 0, []int32{1, 2, 3, 4, 5, 6, 7, 8}),
		k.Bind(Args{"data": b, "n": int32(6)}),
		k.Launch([]int{8}, []int{4}),
		k.Set("n", int32(1)),
		k.Launch([]int{8}, nil),
		d.Flush(),
		Read(b, 0, got))
	if diff := cmp.Diff([]int32{4, 4, 6, 8, 10, 12, 7, 8}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLaunchInThreeDimensions(t *testing.T) {
	d := openTest(t)
	k := build(t, d, `
kernel void where(global uint *at) {
	size_t x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
	at[(z * 3 + y) * 4 + x] = (uint)(100 * z + 10 * y + x + 1000 * get_local_size(0));
}`, "where")
	b := alloc(t, d, 4*24)
	got := make([]uint32, 24)
	must(t, k.Bind(Args{"at": b}), k.Launch([]int{4, 3, 2}, []int{2, 3, 1}), Read(b, 0, got))
	for i, g := range got {
		if want := uint32(2000 + 100*(i/12) + 10*(i/4%3) + i%4); g != want {
			t.Errorf("place %d holds %d, want %d", i, g, want)
		}
	}
}

func TestLaunchTakesNoMemory(t *testing.T) {
	d := openTest(t)
	k, b := double(t, d), alloc(t, d, 64)
	must(t, k.Bind(Args{"data": b, "n": int32(16)}))
	global, local := []int{16}, []int{4}
	if n := testing.AllocsPerRun(100, func() { must(t, k.Launch(global, local)) }); n != 0 {
		t.Errorf("a launch takes memory from the heap %v times", n)
	}
}

func TestEveryTypeOfArgument(t *testing.T) {
	d := openTest(t)
	k := build(t, d, `
kernel void keep(global long *out, int a, uint b, long c, ulong e, float f, uint2 g) {
	out[0] = a; out[1] = b; out[2] = c; out[3] = (long)e; out[4] = (long)(8 * f); out[5] = g.x; out[6] = g.y;
}`, "keep")
	b := alloc(t, d, 7*8)
	got := make([]int64, 7)
	must(t, k.Bind(Args{"out": b, "a": int32(-1), "b": uint32(1 << 31), "c": int64(-1 << 40), "e": uint64(1 << 50), "f": float32(-0.125), "g": [2]uint32{6, 7}}),
		k.Launch([]int{1}, nil), Read(b, 0, got))
	if diff := cmp.Diff([]int64{-1, 1 << 31, -1 << 40, 1 << 50, -1, 6, 7}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDoubleArgument(t *testing.T) {
	d := openTest(t)
	if !d.Info().Double {
		t.Skip("the device has no double precision")
	}
	k := build(t, d, "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n"+
		"kernel void third(global double *out, double x) { out[0] = x / 3; }", "third")
	b := alloc(t, d, 8)
	got := make([]float64, 1)
	x := 1.0
	must(t, k.Bind(Args{"out": b, "x": x}), k.Launch([]int{1}, nil), Read(b, 0, got))
	if got[0] != x/3 {
		t.Errorf("got %v, want %v", got[0], x/3)
	}
	if err := k.Set("x", float32(1)); err == nil || !strings.Contains(err.Error(), "argument x of kernel third has type double") {
		t.Errorf("a float32 for a double gives %v", err)
	}
}

func TestArgumentErrors(t *testing.T) {
	d := openTest(t)
	k := double(t, d)
	b, released := alloc(t, d, 64), alloc(t, d, 64)
	must(t, released.Release())
	other := openTest(t)
	foreign := alloc(t, other, 64)
	tests := []struct {
		name string
		err  error
		says string
	}{
		{"too few", k.Bind(Args{"data": b}), "argument n of kernel twice is missing"},
		{"too many", k.Bind(Args{"data": b, "n": int32(1), "m": int32(2)}), "no argument m"},
		{"no such argument", k.Set("m", int32(1)), "no argument m"},
		{"int", k.Set("n", 1), "type int"},
		{"nothing", k.Set("data", nil), "type <nil>"},
		{"nil buffer", k.Set("data", (*Buffer)(nil)), "nil"},
		{"released buffer", k.Set("data", released), "released"},
		{"buffer of another device", k.Set("data", foreign), "another device"},
		{"number for a buffer", k.Set("data", int32(1)), "argument data of kernel twice has type pointer"},
		{"number of another width", k.Set("n", int64(1)), "argument n of kernel twice has type int: a value of type int64"},
		{"number of another sign", k.Set("n", uint32(1)), "argument n of kernel twice"},
	}
	for _, test := range tests {
		if test.err == nil || !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("%s: the error is %v, want one that says %q", test.name, test.err, test.says)
		}
	}
}

func TestLaunchErrors(t *testing.T) {
	d := openTest(t)
	k := double(t, d)
	if err := k.Launch([]int{4}, nil); err == nil || !strings.Contains(err.Error(), "argument data is not bound") {
		t.Errorf("an unbound kernel gives %v", err)
	}
	b := alloc(t, d, 64)
	must(t, k.Bind(Args{"data": b, "n": int32(16)}))
	tooMany := k.MaxWorkGroup() + 1
	tests := []struct {
		name          string
		global, local []int
		says          string
	}{
		{"no dimension", nil, nil, "dimensions"},
		{"four dimensions", []int{1, 1, 1, 1}, nil, "dimensions"},
		{"dimensions that differ", []int{4, 4}, []int{4}, "dimensions"},
		{"nothing to do", []int{0}, nil, "at least 1"},
		{"less than nothing", []int{-4}, nil, "at least 1"},
		{"empty groups", []int{4}, []int{0}, "divide"},
		{"a remainder", []int{100}, []int{64}, "divide"},
		{"a group too large", []int{tooMany}, []int{tooMany}, "at most"},
	}
	for _, test := range tests {
		err := k.Launch(test.global, test.local)
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: the error is %v, want one that says %q and the kernel's name", test.name, err, test.says)
		}
	}
	allowed := d.maxParameters
	d.maxParameters = 11
	if err := k.Launch([]int{16}, nil); err == nil || !strings.Contains(err.Error(), "12 bytes") {
		t.Errorf("12 bytes of arguments where 11 are allowed give %v", err)
	}
	d.maxParameters = allowed
	must(t, b.Release())
	if err := k.Launch([]int{16}, nil); err == nil || !strings.Contains(err.Error(), "released") {
		t.Errorf("a launch with a released buffer gives %v", err)
	}
}

func TestBuildError(t *testing.T) {
	d := openTest(t)
	_, err := d.Build("kernel void broken(global int *x) { x[0] = no_such_thing; }", "")
	var failed *Error
	if !errors.As(err, &failed) || !errors.Is(err, cl.ErrBuildProgramFailure) {
		t.Fatalf("the error is %v, want a failed build", err)
	}
	if failed.Call != "clBuildProgram" || !strings.Contains(failed.Log, "no_such_thing") {
		t.Errorf("the error is %+v, want the compiler's log", failed)
	}
	if strings.ContainsRune(failed.Log, 0) || strings.TrimSpace(failed.Log) != failed.Log {
		t.Errorf("the log is not trimmed: %q", failed.Log)
	}
}

func TestBuildOptions(t *testing.T) {
	d := openTest(t)
	p, err := d.Build(`
#if __OPENCL_C_VERSION__ != 120
#error not OpenCL C 1.2
#endif
#ifdef __FAST_RELAXED_MATH__
#error inexact
#endif
kernel void answer(global int *x) { x[0] = ANSWER; }`, "-D ANSWER=42")
	must(t, err)
	if _, err := p.Kernel("question"); !errors.Is(err, cl.ErrInvalidKernelName) || !strings.Contains(err.Error(), "question") {
		t.Errorf("a kernel that is not there gives %v", err)
	}
	k, err := p.Kernel("answer")
	must(t, err)
	b := alloc(t, d, 4)
	got := make([]int32, 1)
	must(t, k.Bind(Args{"x": b}), k.Launch([]int{1}, nil), Read(b, 0, got))
	if got[0] != 42 {
		t.Errorf("the option did not arrive: %d", got[0])
	}
}

// TestBoundBuffersSurviveCollection leaves the kernel as the only way to its
// device and buffers: the binding frees what the collector finds unreachable.
func TestBoundBuffersSurviveCollection(t *testing.T) {
	k := func() *Kernel {
		d, err := Open(strconv.Itoa(openTest(t).info.Index))
		must(t, err)
		k, b := double(t, d), alloc(t, d, 1<<16)
		must(t, Fill(b, 0, 1<<14, int32(1)), k.Bind(Args{"data": b, "n": int32(1 << 14)}))
		return k
	}()
	for range 10 {
		runtime.GC()
		must(t, k.Launch([]int{1 << 14}, []int{64}))
	}
	got := make([]int32, 1<<14)
	must(t, Read(k.args[0].buffer, 0, got))
	for i, g := range got {
		if g != 1<<10 {
			t.Fatalf("element %d is %d after ten doublings, want %d", i, g, 1<<10)
		}
	}
	must(t, k.device.Close())
}

func TestProfile(t *testing.T) {
	d := openTest(t)
	k, b := double(t, d), alloc(t, d, 1<<16)
	must(t, Fill(b, 0, 1<<14, int32(1)), k.Bind(Args{"data": b, "n": int32(1 << 14)}))
	if _, err := d.Profile(); err == nil {
		t.Error("a profile that was not started has times")
	}
	must(t, d.StartProfile())
	const launches = maxPending + 2
	for range launches {
		must(t, k.Launch([]int{64}, []int{64}))
	}
	times, err := d.Profile()
	must(t, err)
	if len(times) != 1 || times[0].Kernel != "twice" || times[0].Launches != launches || times[0].Total <= 0 {
		t.Errorf("the profile is %+v, want %d launches of twice", times, launches)
	}
	d.failNth("clGetEventProfilingInfo", 1)
	must(t, k.Launch([]int{64}, []int{64}))
	if _, err := d.Profile(); !errors.Is(err, cl.ErrOutOfResources) {
		t.Errorf("times that cannot be read give %v", err)
	}
}

func TestBelievable(t *testing.T) {
	tests := []struct {
		stamps [4]int64
		want   bool
	}{
		{[4]int64{1000, 1200, 5000, 9000}, true},
		{[4]int64{1000, 1200, 5000, 5000}, true},
		{[4]int64{0, 1, 2, 3}, false},
		{[4]int64{0, 0, 0, 0}, false},
		{[4]int64{1000, 1200, 9000, 5000}, false},
		{[4]int64{9500, 9600, 5000, 9000}, false},
	}
	for _, test := range tests {
		if got := believable(test.stamps); got != test.want {
			t.Errorf("believable(%v) = %v", test.stamps, got)
		}
	}
}
