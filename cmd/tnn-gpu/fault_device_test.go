package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withPoCL has PoCL as the only driver, whatever else is installed: other drivers cannot
// be made to fail from outside. A test without it is skipped, but not in CI.
func withPoCL(t *testing.T) {
	t.Helper()
	withOpenCL(t)
	vendors := os.Getenv("OCL_ICD_VENDORS")
	if info, err := os.Stat(vendors); err != nil || !info.IsDir() {
		vendors = "/etc/OpenCL/vendors"
	}
	files, _ := filepath.Glob(filepath.Join(vendors, "*.icd"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), "pocl") {
			continue
		}
		alone := t.TempDir()
		if err := os.WriteFile(filepath.Join(alone, "pocl.icd"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("OCL_ICD_VENDORS", alone)
		return
	}
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatalf("there is no PoCL in %s; install the Debian package pocl-opencl-icd", vendors)
	}
	t.Skipf("this needs PoCL, which is not in %s", vendors)
}

// onDevice are arguments of a run that takes no time, on an OpenCL device.
func onDevice(more ...string) []string {
	return lastOnly(append(small("--backend", "opencl", "--no-overview"), more...))
}

// TestDeviceThatCannotBeUsed has PoCL build the program's kernels with options that
// make it a device that is wrong, or broken. None may write anything.
func TestDeviceThatCannotBeUsed(t *testing.T) {
	withPoCL(t)
	for _, test := range []struct {
		name, options string
		says          []string
	}{
		{"it does not build", "-Dtnn_run_steps=9 -Dtnn_sweep_segment=9", []string{"the OpenCL call clBuildProgram on ", "cl: Build Program Failure; the compiler says:\n", "expected identifier or '('"}},
		{"a word is wrong", "-Dget_global_id=get_group_id", []string{"the device computes wrongly: word ", " of the noise generator is "}},
		{"a function is wrong", "-cl-fast-relaxed-math", []string{"the device computes wrongly: exp(x) is "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("POCL_EXTRA_BUILD_FLAGS", test.options)
			dir := t.TempDir()
			tnnGPU(t, dir, onDevice()...).want(t, codeDevice, test.says...)
			wantEmpty(t, dir)
			// A run that does not ask for the device goes on without it.
			tnnGPU(t, dir, small()...).want(t, codeDone, "cpu: ")
		})
	}
}

// TestDeviceThatRoundsInItsOwnWay computes, and cannot be checked bit by bit.
func TestDeviceThatRoundsInItsOwnWay(t *testing.T) {
	withPoCL(t)
	t.Setenv("POCL_EXTRA_BUILD_FLAGS", "-cl-denorms-are-zero")
	dir := t.TempDir()
	tnnGPU(t, dir, onDevice()...).want(t, codeDone, "single precision, tolerant (tolerant: log(x))")
	tnnGPU(t, dir, onDevice("--check", "5", "--out", "no")...).want(t, codeUsage, "--check compares all bits, and ", "rounds in its own way (tolerant: log(x)): `tnn-gpu compare` tells how far it agrees")
}

// TestTooLittleDeviceMemory: that is said at once, before the graph is drawn.
func TestTooLittleDeviceMemory(t *testing.T) {
	withPoCL(t)
	t.Setenv("POCL_MEMORY_LIMIT", "1") // in 2^30 bytes
	dir := t.TempDir()
	args := []string{"run", "--preset", "large", "--set", "graph.sides=[4096, 4096]", "--backend", "opencl"}
	tnnGPU(t, dir, args...).want(t, codeUsage, "graph.sides is [4096, 4096]: the network takes at least ",
		" has 1.07 GB, where about ", " nodes fit; use shorter sides, fewer connections or replicas, or single precision")
	wantEmpty(t, dir)
}

// TestNoDevice has the loader find no driver, one that is not there, and one that
// has no device.
func TestNoDevice(t *testing.T) {
	withPoCL(t)
	vendors := t.TempDir()
	if err := os.WriteFile(filepath.Join(vendors, "absent.icd"), []byte("/nowhere/libabsent.so\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := t.TempDir()
	for _, test := range []struct{ name, variable, value, says, installed string }{
		{"no platform", "OCL_ICD_VENDORS", none, "the OpenCL call clGetPlatformIDs failed", "there is no driver's file .icd in OCL_ICD_VENDORS=" + none},
		{"no library", "OCL_ICD_VENDORS", vendors, "the OpenCL call clGetPlatformIDs failed", "there is absent.icd (/nowhere/libabsent.so, which is not there), of which none works here"},
		{"no device", "POCL_DEVICES", "none", "", "of which none works here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			wantNoDevice(t, "no such OpenCL device: no platform offers one; install the driver of the GPU, or PoCL", test.says, test.installed)
		})
	}
}

// wantNoDevice: the program goes on without OpenCL, and says why where it was asked for.
func wantNoDevice(t *testing.T, why string, more ...string) {
	t.Helper()
	dir := t.TempDir()
	tnnGPU(t, dir, onDevice()...).want(t, codeDevice, append(more, why)...)
	wantEmpty(t, dir)
	tnnGPU(t, dir, "devices").want(t, codeDone, "this processor", "No OpenCL device is listed: "+why)
	// A short run would not ask for a device.
	begin(t, dir, endless()...)(os.Interrupt).want(t, codeInterrupted, "cpu: ", "because     there is no OpenCL device that can be used: "+why)
}
