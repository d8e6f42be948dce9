// Package ptx executes device code in the form that NVIDIA's driver gets, without a GPU.
// clang compiles the code to PTX, the instructions of NVIDIA's virtual machine. Run
// executes them warp by warp: 32 work-items execute one instruction together, and wait for
// each other where they branch apart. Tests compare the resulting bits with the reference,
// and count the instructions that are issued and the sectors of memory that move. None of
// this depends on the machine that runs the test.
//
// Run knows the instructions that clang makes of kernels.cl, and any other is an error. It
// does not know how long instructions wait for each other or for memory.
package ptx

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// Lanes is the number of work-items of a warp.
const Lanes = 32

// Sector is the number of bytes that memory moves at once.
const Sector = 32

// prelude defines the functions of OpenCL C that clang expects from a library, in terms of
// PTX.
const prelude = `
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define IN_BOTH(function, type, builtin) \
    static inline type __attribute__((overloadable, always_inline)) function(type x) { return builtin(x); }
IN_BOTH(floor_of, float, __builtin_floorf)
IN_BOTH(floor_of, double, __builtin_floor)
IN_BOTH(sqrt_of, float, __builtin_sqrtf)
IN_BOTH(sqrt_of, double, __builtin_sqrt)
#define floor(x) floor_of(x)
#define sqrt(x) sqrt_of(x)
#define get_local_id(d) ((size_t)__nvvm_read_ptx_sreg_tid_x())
#define get_group_id(d) ((size_t)((d) == 0 ? __nvvm_read_ptx_sreg_ctaid_x() : (d) == 1 ? __nvvm_read_ptx_sreg_ctaid_y() : __nvvm_read_ptx_sreg_ctaid_z()))
#define get_num_groups(d) ((size_t)((d) == 0 ? __nvvm_read_ptx_sreg_nctaid_x() : (d) == 1 ? __nvvm_read_ptx_sreg_nctaid_y() : __nvvm_read_ptx_sreg_nctaid_z()))
// Groups have one work-item in dimensions 1 and 2.
#define get_local_size(d) ((size_t)((d) == 0 ? __nvvm_read_ptx_sreg_ntid_x() : 1))
#define get_global_id(d) (get_group_id(d) * get_local_size(d) + ((d) == 0 ? get_local_id(0) : 0))
#define get_global_size(d) (get_num_groups(d) * get_local_size(d))
#define barrier(fence) __syncthreads()
#define popcount(x) __builtin_popcount(x)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define mul_hi(a, b) ((uint)(((ulong)(a) * (ulong)(b)) >> 32))
#define abs(x) ((uint)((x) < 0 ? -(x) : (x)))
#define atomic_add(p, v) __asm__ volatile("red.shared.add.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory")
#define atomic_min(p, v) __asm__ volatile("red.shared.min.u32 [%0], %1;" :: "l"(p), "r"(v) : "memory")
#define atomic_or(p, v) __asm__ volatile("red.shared.or.b32 [%0], %1;" :: "l"(p), "r"(v) : "memory")
static inline int __attribute__((overloadable)) atomic_inc(__local int *p)
{
    int old;
    __asm__ volatile("atom.shared.add.b32 %0, [%1], 1;" : "=r"(old) : "l"(p) : "memory");
    return old;
}
static inline uint __attribute__((overloadable)) atomic_inc(__global uint *p)
{
    uint old;
    __asm__ volatile("atom.global.add.b32 %0, [%1], 1;" : "=r"(old) : "l"(p) : "memory");
    return old;
}
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
`

// function is the beginning of a function, which may be a kernel.
var function = regexp.MustCompile(`(?m)^(?:__kernel[^;{}]*?\bvoid|\w+(?: \w+)*) \**\w+\(`)

// local makes all functions but kernels static. clang then leaves out the functions that
// kernels have inlined, which are two thirds of the PTX that it would make otherwise.
func local(source string) string {
	return function.ReplaceAllStringFunc(source, func(text string) string {
		if strings.HasPrefix(text, "__kernel") || strings.HasPrefix(text, "static") {
			return text
		}
		return "static " + text
	})
}

// Compile compiles OpenCL C to PTX.
func Compile(source string) (string, error) {
	clang := exec.Command("clang", "-x", "cl", "-cl-std=CL1.2", "--target=nvptx64-nvidia-nvcl", "-Xclang", "-target-cpu", "-Xclang", "sm_70", "-O3",
		"-Xclang", "-finclude-default-header", "-cl-fp32-correctly-rounded-divide-sqrt", "-ffp-contract=off", "-S", "-o", "-", "-")
	clang.Stdin = strings.NewReader(prelude + local(source) + "\n#pragma clang attribute pop\n")
	var out, problems bytes.Buffer
	clang.Stdout, clang.Stderr = &out, &problems
	if err := clang.Run(); err != nil {
		return "", fmt.Errorf("clang: %w: %s", err, problems.String())
	}
	return out.String(), nil
}
