package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the README's code blocks one after another, as a reader does:
// those of kind sh with the program in PATH, those of kind python with NumPy.
// Blocks without a kind install things and are not run.
func TestReadme(t *testing.T) {
	once(t)
	text := read(t, "../../README.md")
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range [][2]string{{self, filepath.Join(bin, "tnn-gpu")}, {testdata, filepath.Join(dir, "testdata")}} {
		if err := os.MkdirAll(filepath.Dir(link[1]), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(link[0], link[1]); err != nil {
			t.Fatal(err)
		}
	}
	blocks := regexp.MustCompile("(?ms)^```(sh|python)\n(.*?)^```$").FindAllSubmatch(text, -1)
	if len(blocks) < 5 {
		t.Fatalf("only %d code blocks are found", len(blocks))
	}
	for _, block := range blocks {
		c := exec.Command("sh", "-eu", "-c", string(block[2]))
		if string(block[1]) == "python" {
			c = exec.Command(numPy(t), "-c", string(block[2]))
		}
		c.Dir = dir
		c.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s%v:\n%s", block[2], err, out)
		}
	}
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
