package device

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	tnngpu "tnn-gpu"
	"tnn-gpu/host/state"
)

func TestParameters(t *testing.T) {
	const source = `
// __kernel void commented(int no)
#define TWO_ARGUMENTS \
    __global const real *a, \
    __global real* b
/* __kernel void alsoCommented(int no) */
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void first(TWO_ARGUMENTS, uint  n, ulong
           at) { }
kernel void second(global int *data, const uint2 key, __local float * const room) { }
__kernel void none() { }
__kernel void nothing(void) { }
#ifdef X
__kernel void twice(int n) { }
#else
__kernel void twice(int n) { }
__kernel void other(int n) { }
#endif
__kernel void other(int m) { }
__kernel void strange(int n[3]) { }
void function(int n) { }
`
	for name, want := range map[string][]Parameter{
		"first":   {{"a", "pointer"}, {"b", "pointer"}, {"n", "uint"}, {"at", "ulong"}},
		"second":  {{"data", "pointer"}, {"key", "uint2"}, {"room", "pointer"}},
		"none":    nil,
		"nothing": nil,
		"twice":   {{"n", "int"}},
	} {
		got, err := Parameters(source, name)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	for name, says := range map[string]string{
		"other": "other parameters", "strange": "int n[3]", "function": "no kernel function", "commented": "no kernel", "alsoCommented": "no kernel", "firs": "no kernel",
	} {
		if _, err := Parameters(source, name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: the error is %v, want one that says %q", name, err, says)
		}
	}
}

func TestHeader(t *testing.T) {
	type record struct{ First, WorkGroup, RootM, ID uint32 }
	h := NewHeader(state.Double, 4)
	h.Define("SHARE", false)
	h.Define("SMALL", true)
	h.Define("ODD", -3)
	h.Define("FLAG", uint32(8))
	h.Define("OFFSETS", "{{1,2}}")
	h.Record("SEGMENT", record{})
	const want = `#define REAL_IS_DOUBLE
#define WIDTH 4
#define RUN 16
#define SMALL
#define ODD -3
#define FLAG 8u
#define OFFSETS {{1,2}}
#define SEGMENT_FIRST 0
#define SEGMENT_WORK_GROUP 1
#define SEGMENT_ROOT_M 2
#define SEGMENT_ID 3
#define SEGMENT_WORDS 4
#line 1 "kernels.cl"
here
`
	if diff := cmp.Diff(want, h.Before("here\n")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint32{9, 8, 7, 6}, Words[uint32](record{9, 8, 7, 6})); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkParameters(b *testing.B) {
	for b.Loop() {
		if _, err := Parameters(tnngpu.KernelSource, "tnn_run_steps"); err != nil {
			b.Fatal(err)
		}
	}
}
