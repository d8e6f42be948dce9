package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the README's code blocks one after another, as a reader does:
// those of kind sh with the program in PATH, those of kind python with NumPy.
// Blocks without a kind install things and are not run.
func TestReadme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	testdata, err := filepath.Abs("../../testdata")
	if err == nil {
		err = os.Symlink(testdata, filepath.Join(dir, "testdata"))
	}
	if err != nil {
		t.Fatal(err)
	}
	printed := runKinds(t, dir, read(t, "../../README.md"), "sh|python")
	if len(printed) < 10 {
		t.Fatalf("only %d code blocks are found", len(printed))
	}
	selftested(t, result{out: strings.Join(printed, "")}) // one of the commands
}

// TestReadmeListsExitCodes holds the README to the help text.
func TestReadmeListsExitCodes(t *testing.T) {
	text := string(read(t, "../../README.md"))
	for _, line := range regexp.MustCompile(`(?m)^ +(\d+) +(.*)$`).FindAllStringSubmatch(exitCodes, -1) {
		if row := "| " + line[1] + " | " + line[2] + " |"; !strings.Contains(text, row) {
			t.Errorf("the README does not have the row %q", row)
		}
	}
}
