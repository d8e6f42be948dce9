package main

import (
	"os"
	"regexp"
	"testing"
)

// TestRelease has the change log and the Python package speak of the release that the
// program is.
func TestRelease(t *testing.T) {
	for file, first := range map[string]string{
		"../../CHANGELOG.md":          `(?m)^## (\S+)$`,
		"../../python/pyproject.toml": `(?m)^version = "(.*)"$`,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(first).FindSubmatch(text); m == nil || string(m[1]) != release {
			t.Errorf("%s begins with %q, and the program is %s", file, m, release)
		}
	}
}
