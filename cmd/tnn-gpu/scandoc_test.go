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
	t.Parallel()
	page := read(t, "../../docs/scan.md")
	dir := t.TempDir()
	if blocks := len(runBlocks(t, dir, page)); blocks < 8 {
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
	if blocks := len(runBlocks(t, dir, read(t, "../../docs/clusters.md"))); blocks < 5 {
		t.Fatalf("%d blocks are found", blocks)
	}
	if requeued := oneRun(t, dir); requeued == 0 {
		t.Error("a job whose time is up is not queued again")
	}
	tnnGPU(t, dir, "check", "one").want(t, codeDone, "finished at step ")
	for name, word := range map[string]string{"phases.sh": "#SBATCH", "phases.yaml": "completionMode", "parallel.sh": "parallel"} {
		if !strings.Contains(string(read(t, dir, name)), word) {
			t.Errorf("%s has no %s", name, word)
		}
	}
}

// oneRun carries out the script of a single run, made shorter, until it is not queued
// again, and tells how often it was.
func oneRun(t *testing.T, dir string) (requeued int) {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "scontrol"), []byte("#!/bin/sh\necho $1 $2 >> queue\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := strings.Replace(string(read(t, dir, "one.sh")), "--steps 1000000 --time-limit 3h50m", "--steps 20000000 --backend cpu --time-limit 3s", 1)
	script = strings.Replace(script, "tnn-gpu resume one", "tnn-gpu resume one --steps +10 --backend cpu", 1)
	env := append(inPath(t), "SLURM_JOB_ID=17")
	for i, v := range env {
		if path, isPath := strings.CutPrefix(v, "PATH="); isPath {
			env[i] = "PATH=" + bin + ":" + path
		}
	}
	for range 100 { // a slow machine may need some to begin
		c := exec.Command("sh", "-c", script)
		c.Dir, c.Env = dir, env
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		queue, _ := os.ReadFile(filepath.Join(dir, "queue")) // absent where nothing was queued
		if strings.Count(string(queue), "requeue 17\n") == requeued {
			return requeued
		}
		requeued++
	}
	t.Fatal("the job is queued again without end")
	return 0
}

// runBlocks runs the commands of a page in a folder, one block after another, with the
// program in PATH, and gives what each printed. The files of scans among them are written
// there: the first as scan.toml, others as more.toml.
func runBlocks(t *testing.T, dir string, page []byte) []string {
	t.Helper()
	return runKinds(t, dir, page, "sh|toml")
}

// runKinds is runBlocks for blocks of some kinds, of which python needs NumPy.
func runKinds(t *testing.T, dir string, page []byte, kinds string) (printed []string) {
	t.Helper()
	env := inPath(t)
	name := "scan.toml"
	for _, block := range regexp.MustCompile("(?ms)^```("+kinds+")\n(.*?)^```$").FindAllSubmatch(page, -1) {
		c := exec.Command("sh", "-eu", "-c", string(block[2]))
		switch string(block[1]) {
		case "toml":
			if err := os.WriteFile(filepath.Join(dir, name), block[2], 0o644); err != nil {
				t.Fatal(err)
			}
			printed, name = append(printed, ""), "more.toml"
			continue
		case "python":
			c = exec.Command(numPy(t), "-c", string(block[2]))
		}
		c.Dir, c.Env = dir, env
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s%v:\n%s", block[2], err, out)
		}
		printed = append(printed, string(out))
	}
	return printed
}
