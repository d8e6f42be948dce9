//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The kit has tests of each model's engine to start: the suite of all backends, and the
// bits of the reference.
func TestEachEngineIsTried(t *testing.T) {
	engines, err := filepath.Glob("../../gpu/*/engine.go")
	if err != nil || len(engines) < 6 {
		t.Fatalf("there are %d engines: %v", len(engines), err)
	}
	started := regexp.MustCompile(ofEngines)
	for _, engine := range engines {
		room := filepath.Dir(engine)
		files, err := filepath.Glob(filepath.Join(room, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		tests := 0
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
				if started.Match(m[1]) {
					tests++
				}
			}
		}
		if tests < 2 {
			t.Errorf("of %s the kit starts %d tests", room, tests)
		}
	}
}
