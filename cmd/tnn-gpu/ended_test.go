package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run whose replicas diverge ends normally, says so, and is drawn as far as there is
// something to draw.
func TestRunThatDiverges(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := tnnGPU(t, t.TempDir(), "run", "--preset", "perceptron-hebb", "--set", "perceptron.rule=alphatron(2)", "--set", "perceptron.n=300", "--set", "perceptron.B=1",
		"--steps", "2000", "--replicas", "2", "--backend", "cpu", "--out", out)
	if r.code != 0 || !strings.Contains(r.out, "replica 1 ended after step ") || !strings.Contains(r.out, "its weights grew without bound") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.errs)
	}
	if _, err := os.Stat(filepath.Join(out, "overview.png")); err != nil {
		t.Error(err)
	}
}
