package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestScanPage runs the commands of docs/scan.md one after another, as a reader does,
// with the file of a scan above them.
func TestScanPage(t *testing.T) {
	page := read(t, "../../docs/scan.md")
	dir := t.TempDir()
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
	scans := 0
	for _, block := range blocks {
		if string(block[1]) == "toml" {
			scans++
			name := "scan.toml"
			if scans > 1 {
				name = "more.toml"
			}
			if err := os.WriteFile(filepath.Join(dir, name), block[2], 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		c := exec.Command("sh", "-eu", "-c", string(block[2]))
		c.Dir = dir
		c.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s%v:\n%s", block[2], err, out)
		}
	}
	if scans != 2 || len(blocks) < 8 {
		t.Fatalf("%d blocks with %d scans are found", len(blocks), scans)
	}
	tnnGPU(t, dir, "scan", "more.toml", "--out", "more").want(t, codeDone, "3 points over group[0].levels, edge.inverse_temperature")
	for _, name := range []string{"points.csv", "trials.csv", "points.png", "config.toml", "base.toml", "run.json", "differences.csv"} {
		if len(read(t, dir, "hot", name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	tnnGPU(t, dir, "scan", "merge", "shared").want(t, codeDone)
}
