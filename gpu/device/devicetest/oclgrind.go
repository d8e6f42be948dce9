//go:build opencl && cgo

package devicetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Oclgrind runs one test of this binary again, on a simulated device that
// watches every access to memory, and returns what it reports: data races and
// accesses outside of buffers. It does not see that Fill initialises memory, so
// reads of what was never written are not looked for.
//
// The test that runs so begins with Simulated.
func Oclgrind(t *testing.T, test string) string {
	t.Helper()
	simulator := Tool(t, "oclgrind")
	report := filepath.Join(t.TempDir(), "report")
	run := exec.Command(simulator, "--data-races", "--log", report, os.Args[0], "-test.run=^"+test+"$", "-test.v")
	run.Env = append(os.Environ(), "TNN_TEST_DEVICE="+simulated)
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

const simulated = "Oclgrind"

// Simulated skips what computes only for Oclgrind to watch: a compiler would take long
// over it, and other tests compare what it computes.
func Simulated(t *testing.T) {
	t.Helper()
	if os.Getenv("TNN_TEST_DEVICE") != simulated {
		t.Skip("it is for oclgrind, which another test starts")
	}
}
