package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestScanPage runs the commands of docs/scan.md one after another, as a reader does,
// with the file of a scan above them.
func TestScanPage(t *testing.T) {
	page := read(t, "../../docs/scan.md")
	dir := t.TempDir()
	blocks := runBlocks(t, dir, page)
	if blocks < 8 {
		t.Fatalf("%d blocks are found", blocks)
	}
	tnnGPU(t, dir, "scan", "more.toml", "--out", "more").want(t, codeDone, "3 points over group[0].levels, edge.inverse_temperature")
	for _, name := range []string{"points.csv", "trials.csv", "points.png", "config.toml", "base.toml", "run.json", "differences.csv"} {
		if len(read(t, dir, "hot", name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	tnnGPU(t, dir, "scan", "merge", "shared").want(t, codeDone)
}

// TestClustersPage does the same with docs/clusters.md.
func TestClustersPage(t *testing.T) {
	dir := t.TempDir()
	blocks := runBlocks(t, dir, read(t, "../../docs/clusters.md"))
	if blocks < 5 {
		t.Fatalf("%d blocks are found", blocks)
	}
	for name, word := range map[string]string{"phases.sh": "#SBATCH", "phases.yaml": "completionMode", "parallel.sh": "parallel"} {
		if !strings.Contains(string(read(t, dir, name)), word) {
			t.Errorf("%s has no %s", name, word)
		}
	}
}

// runBlocks runs the commands of a page in a folder, with the program in PATH. The
// files of scans among them are written there: the first as scan.toml, others as
// more.toml.
func runBlocks(t *testing.T, dir string, page []byte) int {
	t.Helper()
	bin := filepath.Join(dir, "bin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "tnn-gpu")); err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(sh|toml)\n(.*?)^```$").FindAllSubmatch(page, -1)
	name := "scan.toml"
	for _, block := range blocks {
		if string(block[1]) == "toml" {
			if err := os.WriteFile(filepath.Join(dir, name), block[2], 0o644); err != nil {
				t.Fatal(err)
			}
			name = "more.toml"
			continue
		}
		c := exec.Command("sh", "-eu", "-c", string(block[2]))
		c.Dir = dir
		c.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s%v:\n%s", block[2], err, out)
		}
	}
	return len(blocks)
}
