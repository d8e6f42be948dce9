package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestQuiet: with --quiet the name of the folder is all that is printed, for scripts.
func TestQuiet(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ command, prints string }{
		{"run --preset driven --steps 5 --backend cpu --quiet", filepath.Join("runs", "driven-1")},
		{"resume --quiet --steps +5 runs/driven-1", filepath.Join("runs", "driven-1")},
		{"resume --quiet runs/driven-1", filepath.Join("runs", "driven-1")}, // nothing is left to do
		{"scan --preset driven --backend cpu --steps 5 --over group[0].inverse_temperature=1,2 --out scan --quiet", "scan"},
		{"scan --preset driven --backend cpu --steps 5 --over group[0].inverse_temperature=1,2 --out later --prepare --quiet", "later"},
		{"resume later --quiet", "later"},
	} {
		r := tnnGPU(t, dir, strings.Fields(test.command)...)
		r.want(t, codeDone)
		if r.out != test.prints+"\n" || r.errs != "" {
			t.Errorf("%s prints %q, and %q on standard error", test.command, r.out, r.errs)
		}
	}
	tnnGPU(t, dir, "run", "--quiet", "--set", "group[0].levels=0").want(t, codeUsage, "group[0].levels")
	tnnGPU(t, dir, "run", "--quiet", "--live").want(t, codeUsage, "--quiet leaves out the address of the page that --live serves; use one of them")
}
