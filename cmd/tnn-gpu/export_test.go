package main

import (
	"strings"
	"testing"
)

// TestExportOfReplicas says which of several replicas is written, unless one is named.
func TestExportOfReplicas(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--replicas", "3")...).want(t, codeDone)
	r := tnnGPU(t, dir, "export", "out").want(t, codeDone)
	if !strings.Contains(r.errs, "the run has 3 replicas, and the first one, 0, is written; --replica names another") {
		t.Errorf("it says %q", r.errs)
	}
	if r := tnnGPU(t, dir, "export", "out").want(t, codeUsage); strings.Contains(r.errs, "is written") {
		t.Errorf("nothing is written, and it says %q", r.errs)
	}
	if r := tnnGPU(t, dir, "export", "out", "--replica", "0", "--overwrite").want(t, codeDone); r.errs != "" {
		t.Errorf("it says %q", r.errs)
	}
	tnnGPU(t, dir, small("--out", "one")...).want(t, codeDone)
	if r := tnnGPU(t, dir, "export", "one").want(t, codeDone); r.errs != "" {
		t.Errorf("it says %q", r.errs)
	}
}
