package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// long is a run for which auto tries a device that is no GPU.
func long(more ...string) []string {
	return lastOnly(append([]string{"run", "--set", "group[0].connections=4", "--set", "graph.sides=[200, 200]", "--steps", "101", "--no-overview", "--out", "out"}, more...))
}

// wantDead wants a driver that ends its process to be called by its name, and a run
// that does not ask for it to go on without.
func wantDead(t *testing.T, cache string, says ...string) {
	t.Helper()
	says = append(says, "the OpenCL driver ended the process that tried it (", "remove "+cache, "it needs ld in PATH")
	dir := t.TempDir()
	r := tnnGPU(t, dir, long("--backend", "opencl")...).want(t, codeDevice, says...)
	if strings.Count(r.errs, "\n") != 1 {
		t.Errorf("this is not one line: %q", r.errs)
	}
	wantEmpty(t, dir)
	// However fast the processor is, the run is long enough for auto to ask the driver.
	begin(t, dir, long("--steps", "100000000")...)(os.Interrupt).want(t, codeInterrupted, append(says, "cpu: ")...)
}

// TestDamagedKernelCache: PoCL ends the process over each file of its cache that is
// damaged, whether it is of the probe or of the network.
func TestDamagedKernelCache(t *testing.T) {
	withPoCL(t)
	cache := t.TempDir()
	t.Setenv("POCL_CACHE_DIR", cache)
	large := long("--backend", "opencl", "--preset", "driven")
	many := []string{"run", "--preset", "isolated4", "--set", "graph.sides=[4, 4]", "--replicas", "600", "--steps", "2", "--backend", "opencl", "--out", "out"}
	for _, args := range [][]string{large, many} {
		tnnGPU(t, t.TempDir(), args...).want(t, codeDone)
	}
	whole := t.TempDir()
	if err := os.CopyFS(whole, os.DirFS(cache)); err != nil {
		t.Fatal(err)
	}
	for damaged, args := range map[string][]string{
		"tnn_sweep_segment.so": large, "add_partials.so": large, "tnn_drive.so": large, "tnn_count_solved.so": large,
		"tnn_run_steps.so": many, "probe_math.so": many, "program.bc": many,
	} {
		t.Run(damaged, func(t *testing.T) {
			cache := t.TempDir()
			t.Setenv("POCL_CACHE_DIR", cache)
			if err := os.CopyFS(cache, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			found := false
			err := filepath.WalkDir(cache, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || entry.Name() != damaged {
					return err
				}
				found = true
				return os.Truncate(path, 100)
			})
			if err != nil || !found {
				t.Fatalf("no %s is found: %v", damaged, err)
			}
			dir := t.TempDir()
			tnnGPU(t, dir, args...).want(t, codeDevice, "the OpenCL driver ended the process that tried it (", "remove "+cache)
			wantEmpty(t, dir)
		})
	}
	t.Run("all", func(t *testing.T) {
		err := filepath.WalkDir(cache, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			return os.WriteFile(path, []byte("damaged"), 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
		wantDead(t, cache)
		tnnGPU(t, t.TempDir(), "devices").want(t, codeDone, "fails: the OpenCL driver ended the process")
		tnnGPU(t, t.TempDir(), "compare", "--preset", "isolated4", "--steps", "2").want(t, codeDevice, "the OpenCL driver ended the process")
		tnnGPU(t, t.TempDir(), "bench", "--backend", "opencl", "--size", "10", "--seconds", "0.01").want(t, codeDevice, "the OpenCL driver ended the process")
	})
}

// TestNoLinker: PoCL ends the process where it cannot link what it compiles.
func TestNoLinker(t *testing.T) {
	withPoCL(t)
	cache := t.TempDir()
	t.Setenv("POCL_CACHE_DIR", cache)
	t.Setenv("PATH", t.TempDir())
	wantDead(t, cache, "and none is there (Debian package binutils)")
}

// TestDriverThatDiesAtOnce has a driver that ends every process that loads it.
func TestDriverThatDiesAtOnce(t *testing.T) {
	withPoCL(t)
	compiler := findTool(t, "cc", "gcc")
	vendors := t.TempDir()
	library := filepath.Join(vendors, "dies.so")
	c := exec.Command(compiler, "-shared", "-fPIC", "-x", "c", "-o", library, "-")
	c.Stdin = strings.NewReader("#include <stdio.h>\n#include <stdlib.h>\n" +
		"__attribute__((constructor)) static void dies(void) { fputs(\"no such card\\n\", stderr); abort(); }")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.WriteFile(filepath.Join(vendors, "dies.icd"), []byte(library+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OCL_ICD_VENDORS", vendors)
	says := `the OpenCL driver ended the process that tried it (SIGABRT: abort), which said "no such card"`
	dir := t.TempDir()
	tnnGPU(t, dir, onDevice()...).want(t, codeDevice, says)
	wantEmpty(t, dir)
	begin(t, dir, endless("--backend", "auto")...)(os.Interrupt).want(t, codeInterrupted, "cpu: ", says)
	tnnGPU(t, dir, "devices").want(t, codeDone, "this processor", "No OpenCL device is listed: the OpenCL driver ended")
}
