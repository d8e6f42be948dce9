//go:build opencl && cgo

package gpu

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// underOclgrind runs one test of this binary again, on a simulated device that
// watches every access to memory, and returns what it reports: data races and
// accesses outside of buffers. It does not see that Fill initialises memory, so
// reads of what was never written are not looked for.
func underOclgrind(t *testing.T, test string) string {
	t.Helper()
	simulator, err := exec.LookPath("oclgrind")
	if err != nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report")
	run := exec.Command(simulator, "--data-races", "--log", report, os.Args[0], "-test.run=^"+test+"$", "-test.v")
	run.Env = append(os.Environ(), "TNN_TEST_DEVICE=Oclgrind")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+test) {
		t.Fatalf("%s under oclgrind: %v\n%s", test, err, out)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRacingKernel has all work-items write one word: legal to run, wrong to write.
func TestRacingKernel(t *testing.T) {
	d := openTest(t)
	k := build(t, d, "kernel void race(global uint *x) { x[0] = (uint)get_global_id(0); }", "race")
	b := alloc(t, d, 4)
	must(t, k.Bind(b), k.Launch([]int{64}, []int{8}), d.Finish())
}

func TestOclgrindTellsRacesFromNone(t *testing.T) {
	if report := underOclgrind(t, "TestRacingKernel"); !strings.Contains(report, "race") {
		t.Errorf("a race was not seen: %q", report)
	}
	if report := underOclgrind(t, "TestLaunch"); report != "" {
		t.Errorf("a kernel without a race gives %s", report)
	}
}
