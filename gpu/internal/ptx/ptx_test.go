package ptx

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// run compiles and executes a kernel named test over a buffer of words, in one work-group.
func run(t *testing.T, source string, words []uint32, items int) (*Counts, []uint32, error) {
	t.Helper()
	return runGroups(t, source, words, 1, items)
}

func runGroups(t *testing.T, source string, words []uint32, groups, items int) (*Counts, []uint32, error) {
	t.Helper()
	if _, err := exec.LookPath("clang"); err != nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	module, err := Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Parse(module, "test")
	if err != nil {
		return nil, nil, err
	}
	var data []byte
	for _, w := range words {
		data = binary.LittleEndian.AppendUint32(data, w)
	}
	var m Memory
	c, err := k.Launch(&m, []uint64{m.Add(data)}, [3]int{groups, 1, 1}, items)
	out := make([]uint32, len(words))
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	return c, out, err
}

// Work-items leave a loop one by one, take different ways, and meet again.
func TestBranches(t *testing.T) {
	const source = `__kernel void test(__global uint *x) {
		uint me = get_local_id(0), n = 0;
		for (uint v = x[me]; v != 1; v = v % 2 == 0 ? v / 2 : 3 * v + 1)
			n++;
		x[me] = n;
	}`
	words, want := make([]uint32, 40), make([]uint32, 40)
	for i := range words {
		words[i] = uint32(i + 1)
		for v := words[i]; v != 1; want[i]++ {
			if v%2 == 0 {
				v /= 2
			} else {
				v = 3*v + 1
			}
		}
	}
	c, got, err := run(t, source, words, len(words))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d comes to 1 after %d steps, not %d", words[i], want[i], got[i])
		}
	}
	if c.Lanes >= c.Slots || c.Lanes <= 0 {
		t.Errorf("lanes took %v of %v slots", c.Lanes, c.Slots)
	}
	if c.Read() != 160 || c.Written() != 160 || c.Asked != 320 {
		t.Errorf("%d bytes were read and %d written, %d asked for", c.Read(), c.Written(), c.Asked)
	}
}

// Bytes are read and written beside others, which stay.
func TestBytes(t *testing.T) {
	const source = `__kernel void test(__global uchar *x) {
		uint me = get_local_id(0);
		uchar v = x[4 * me + 1];
		x[4 * me + 2] = v > 9 ? v : (uchar)(v + 250);
	}`
	words := make([]uint32, 20)
	for i := range words {
		words[i] = 0xa5000077 | uint32(i)<<8
	}
	_, got, err := run(t, source, words, len(words))
	if err != nil {
		t.Fatal(err)
	}
	for i, word := range got {
		v := byte(i)
		if v <= 9 {
			v += 250
		}
		if want := words[i] | uint32(v)<<16; word != want {
			t.Errorf("word %d is %#x, not %#x", i, word, want)
		}
	}
}

// Work-groups have two warps that wait for each other.
func TestBarrier(t *testing.T) {
	const source = `__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void test(__global uint *x) {
		__local uint y[64];
		__local int count;
		uint me = get_local_id(0);
		y[me] = x[me];
		if (me == 0)
			count = 0;
		barrier(CLK_LOCAL_MEM_FENCE);
		if (me % 3 == 0)
			atomic_inc(&count);
		barrier(CLK_LOCAL_MEM_FENCE);
		x[me] = y[63 - me] + count;
	}`
	words := make([]uint32, 64)
	for i := range words {
		words[i] = uint32(i * i)
	}
	_, got, err := run(t, source, words, 64)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if want := uint32((63-i)*(63-i)) + 22; got[i] != want {
			t.Errorf("item %d has %d, not %d", i, got[i], want)
		}
	}
}

// A barrier that is missing shows in one of two work-groups, whichever warp is to wait.
func TestMissingBarrier(t *testing.T) {
	for _, writer := range []int{0, 32} {
		for barrier, want := range map[string]uint32{"": 1, "barrier(CLK_GLOBAL_MEM_FENCE);": 2} {
			_, got, err := runGroups(t, fmt.Sprintf(`__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void test(volatile __global uint *x) {
				uint me = get_local_id(0), group = 2 * get_group_id(0);
				if (me == %d)
					x[group] = 1;
				%s
				if (me == %d)
					x[group + 1] = x[group];
			}`, writer, barrier, 32-writer), make([]uint32, 4), 2, 64)
			if err != nil {
				t.Fatal(err)
			}
			if got[1]+got[3] != want {
				t.Errorf("item %d writes, and with the barrier %q what others read is %v, right in %d", writer, barrier, got, want)
			}
		}
	}
}

// What a GPU would not do, or do to its user, is an error.
func TestFaults(t *testing.T) {
	for message, source := range map[string]string{
		"do not come to this barrier": `__kernel void test(__global uint *x) {
			if (x[get_local_id(0)] == 1) { x[0] = 5; barrier(CLK_LOCAL_MEM_FENCE); x[1] = 7; } }`,
		"out of range":   `__kernel void test(__global uint *x) { x[100 + get_local_id(0)] = 1; }`,
		"is no address":  `__kernel void test(__global uint *x) { *(__global uint *)(size_t)x[0] = 1; }`,
		"is not known":   `__kernel void test(__global uint *x) { x[0] = __builtin_bitreverse32(x[0]); }`,
		"has no kernel":  `__kernel void other(__global uint *x) { x[0] = 1; }`,
		"has 2 argument": `__kernel void test(__global uint *x, uint y) { x[0] = y; }`,
	} {
		if _, _, err := run(t, source, []uint32{1, 2}, 2); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("the error is %v, not %q", err, message)
		}
	}
	if _, err := Compile("__kernel void test("); err == nil || !strings.Contains(err.Error(), "error") {
		t.Errorf("what does not compile gives %v", err)
	}
}
