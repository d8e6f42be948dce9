package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedPython runs every block of docs/data.md in the folder of the run
// that the page is about. Where Python or what a block imports is not installed
// the block is skipped, unless TNN_REQUIRE_OPENCL says that all must be there.
func TestDocumentedPython(t *testing.T) {
	t.Parallel()
	page := string(read(t, "../../docs/data.md"))
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "driven", "--record", "state,weight", "--every", "10", "--watch", "state[12]",
		"--steps", "60", "--backend", "cpu", "--out", "out").want(t, codeDone)
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--steps", "50", "--replicas", "5", "--sweep", "edge.inverse_temperature=20,80",
		"--backend", "cpu", "--out", "swept").want(t, codeDone)
	tnnGPU(t, dir, "run", "--preset", "signals-urns", "--steps", "10", "--replicas", "3", "--backend", "cpu", "--out", "signals").want(t, codeDone)
	for _, format := range []string{"graphml", "edgelist", "csv"} {
		tnnGPU(t, dir, "export", "out", "--format", format).want(t, codeDone)
	}
	blocks := regexp.MustCompile("(?s)## ([^\n]+)\n|```python\n(.*?)```").FindAllStringSubmatch(page, -1)
	title, ran := "", 0
	for _, b := range blocks {
		if b[2] == "" {
			title = b[1]
			continue
		}
		ran++
		folder := "out"
		switch {
		case strings.HasPrefix(title, "A sweep"):
			folder = "swept"
		case strings.HasPrefix(title, "metrics.csv"):
			folder = "signals"
		}
		t.Run(title, func(t *testing.T) { runPython(t, filepath.Join(dir, folder), b[2]) })
	}
	if ran < 10 {
		t.Errorf("the page has %d blocks of Python", ran)
	}
	// Every file that such a run writes has a section.
	entries, err := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == "lock" || strings.HasPrefix(name, "checkpoint-") {
			continue // for the program alone
		}
		if !strings.Contains(page, name) {
			t.Errorf("the page says nothing of %s", name)
		}
	}
}

// inPath is an environment in whose PATH the program is.
func inPath(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	bin := t.TempDir()
	if err == nil {
		err = os.Symlink(self, filepath.Join(bin, "tnn-gpu"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
}

// runPython runs a program with the first Python that has what it imports.
func runPython(t *testing.T, dir, program string) {
	t.Helper()
	imports := regexp.MustCompile(`(?m)^import .*$`).FindAllString(program, -1)
	const missing = 77
	guarded := fmt.Sprintf("import sys\ntry:\n    pass\n    %s\nexcept ImportError:\n    sys.exit(%d)\n%s", strings.Join(imports, "\n    "), missing, program)
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		c := exec.Command(python, "-c", guarded)
		c.Dir, c.Env = dir, inPath(t)
		out, err := c.CombinedOutput()
		if c.ProcessState == nil || c.ProcessState.ExitCode() == missing {
			continue // there is none, or it lacks an import
		}
		if err != nil {
			t.Errorf("%v\n%s\n%s", err, program, out)
		}
		return
	}
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Errorf("no Python here has what the block imports (Debian: python3-numpy, python3-networkx, python3-pandas): %q", imports)
		return
	}
	t.Skip("Python is not here, or has not:", imports)
}

// TestGallery: the pictures of the two pages that are made are there, and no others, and
// they are small.
func TestGallery(t *testing.T) {
	pages := string(read(t, "../../docs/gallery.md")) + string(read(t, "../../docs/paper.md"))
	shown := make(map[string]bool)
	for _, m := range regexp.MustCompile(`\]\(gallery/([^)]+)\)`).FindAllStringSubmatch(pages, -1) {
		shown[m[1]] = true
		decoded(t, "../../docs/gallery", m[1])
	}
	entries, err := os.ReadDir("../../docs/gallery")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !shown[e.Name()] || info.Size() > 150_000 {
			t.Errorf("%s has %d bytes; a page shows it: %v", e.Name(), info.Size(), shown[e.Name()])
		}
	}
	if len(shown) < 10 {
		t.Errorf("the pages show %d pictures", len(shown))
	}
}
