package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/files"
)

// scanned are arguments of a scan of 2 x 3 points that takes no time.
func scanned(more ...string) []string {
	return lastOnly(append([]string{"scan", "--preset", "isolated4", "--backend", "cpu", "--steps", "20", "--trials", "2",
		"--over", "graph.sides=[4, 4],[6, 6]", "--over", "group[0].inverse_temperature=0.5,1,2"}, more...))
}

// scanTables are those of a scan's folder.
func scanTables(t *testing.T, dir, out string) string {
	t.Helper()
	return string(read(t, dir, out, experiment.TrialsName)) + string(read(t, dir, out, experiment.PointsName))
}

func TestScan(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "whole")...).want(t, codeDone, "6 points over graph.sides, group[0].inverse_temperature, 2 trials each", "means of the last epoch", "points.csv, points.png")
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "whole", "points.csv"))).ReadAll()
	if err != nil || len(rows) != 7 || !slices.Equal(rows[0][:5], []string{"graph.sides", "group[0].inverse_temperature", "n", "energy", "energy_error"}) || !slices.Equal(rows[6][:3], []string{"[6, 6]", "2", "2"}) {
		t.Fatalf("points.csv is %q, %v", rows, err)
	}
	// A trial is a replica: its outcome is the mean over the last epoch of the run.
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--backend", "cpu", "--steps", "20", "--seed", "2", "--set", "graph.sides=[6, 6]", "--set", "group[0].inverse_temperature=2", "--out", "one").want(t, codeDone)
	epochs, err := csv.NewReader(bytes.NewReader(read(t, dir, "one", "epochs.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	trials, err := csv.NewReader(bytes.NewReader(read(t, dir, "whole", "trials.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	last := trials[len(trials)-1]
	a := number(t, last[slices.Index(trials[0], "energy")])
	b := number(t, epochs[len(epochs)-1][slices.Index(epochs[0], "energy")])
	if last[2] != "1" || last[3] != "2" || a == 0 || max(a-b, b-a) > 1e-12*max(a, -a) {
		t.Errorf("the last trial has the energy %v, and the run %v", a, b)
	}
	if _, err := png.Decode(bytes.NewReader(read(t, dir, "whole", "points.png"))); err != nil {
		t.Error(err)
	}

	// Shards, one after another, give the same bytes.
	for i := range 3 {
		tnnGPU(t, dir, scanned("--out", "shards", "--shard", fmt.Sprintf("%d/3", i))...).want(t, codeDone)
		if i < 2 {
			tnnGPU(t, dir, "scan", "merge", "shards").want(t, codeUsage, "the scan has gaps", "--partial")
			tnnGPU(t, dir, "scan", "merge", "shards", "--partial").want(t, codeDone, "points.csv")
		}
	}
	if scanTables(t, dir, "whole") != scanTables(t, dir, "shards") {
		t.Error("shards give other tables")
	}

	// The folder of a scan is enough, and a scan with more points is completed.
	tnnGPU(t, dir, "scan", "whole/config.toml", "--backend", "cpu", "--out", "again").want(t, codeDone)
	if scanTables(t, dir, "whole") != scanTables(t, dir, "again") {
		t.Error("the scan's own file gives other tables")
	}
	r := tnnGPU(t, dir, scanned("--out", "again", "--trials", "3")...).want(t, codeDone, ": 1 trial")
	if strings.Contains(r.out, ": 3 trials") {
		t.Errorf("trials are made twice:\n%s", r.out)
	}
	tnnGPU(t, dir, scanned("--out", "again")...).want(t, codeUsage, "it has a scan of 3 trials a point")
	tnnGPU(t, dir, scanned("--out", "again", "--trials", "3", "--seed", "5")...).want(t, codeUsage, "it has a scan whose points have the seed 1, and those of this one 5; name another folder")
	for says, more := range map[string][]string{
		"points have 20 steps, and those of this one 30; name another folder": {"--steps", "30"}, "averages from step 11 on, and those of this one from step 3": {"--average-from", "3"},
		"points have edge.noise = true, and those of this one false": {"--set", "edge.noise=false"}, "points have run.precision = \"single\", and": {"--precision", "double"},
		"a point that this one lacks (graph.sides = [6, 6], group[0].inverse_temperature = 0.5)": nil,
	} {
		args := scanned(append(more, "--out", "again", "--trials", "3")...)
		if more == nil {
			args[slices.Index(args, "graph.sides=[4, 4],[6, 6]")] = "graph.sides=[4, 4],[8, 8]"
		}
		tnnGPU(t, dir, args...).want(t, codeUsage, says)
	}
	tnnGPU(t, dir, scanned("--out", "one")...).want(t, codeUsage, "one is not the folder of a scan")
	tnnGPU(t, dir, "scan", "merge", "--difference", "graph.sides=[4, 4]", "again").want(t, codeDone)
	if rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "again", "differences.csv"))).ReadAll(); err != nil || len(rows) != 4 || rows[1][0] != "[6, 6]" || rows[1][2] != "3" {
		t.Errorf("differences.csv is %q, %v", rows, err)
	}
	tnnGPU(t, dir, "scan", "status", "again").want(t, codeDone, "points   6  of 3 trials each", "done     6")
	tnnGPU(t, dir, "plot", "again", "--quantity", "order,energy", "--x", "graph.sides", "--out", "two.svg").want(t, codeDone, "2 plots")
	tnnGPU(t, dir, "plot", "again", "--x", "graph.sides", "--y", "group[0].inverse_temperature").want(t, codeDone, "again/plot.png")
	for _, of := range []string{"--mean", "--errors", "--inset=3", "--at=4", "--field=state"} {
		flag, _, _ := strings.Cut(of, "=")
		tnnGPU(t, dir, "plot", "again", of).want(t, codeUsage, flag+" is of runs: a scan ")
	}
	tnnGPU(t, dir, "resume", "again", "--backend", "cpu").want(t, codeDone, "Nothing was left to do of 6 points.\n\nagain has config.toml")
	tnnGPU(t, dir, "inspect", "again").want(t, codeUsage, "again is the folder of a scan")
	tnnGPU(t, dir, "resume", "again", "--steps", "30").want(t, codeUsage, "--steps is of runs")
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestScanMistakes are found before anything is computed or written.
func TestScanMistakes(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ args, says string }{
		{"scan", "there is no axis: a scan varies at least one key, which --over KEY=V1,V2,... or an [[axis]] of its file names"},
		{"scan --preset nope", "there is no preset \"nope\"; `tnn-gpu presets` lists all"},
		{"scan --preset tnn-ordre", `there is no preset "tnn-ordre": the nearest is tnn-order;`},
		{"run --preset tnn-ordre", `there is no preset "tnn-ordre": the nearest is tnn-order;`},
		{"scan --preset tnn-order --set graph.sides=[8,8]", "graph.sides is an axis of the scan, so that no point would have graph.sides=[8,8], which is set: leave that out, or give the axis other values with --over graph.sides="},
		{"scan --over edge.bound=1,2 --set edge.bound=3", "no point would have edge.bound=3"},
		{"scan --over run.precision=single,double --precision single", "no point would have run.precision=single"},
		{"scan --over era[0].steps=5,6 --steps 7", "point 1 of the scan: steps is 7, and an axis makes the run 5 steps long"},
		{"scan --preset codes-freezing --over codes.updates=1,2;codes.anneal=3,4 --out x", "these are two axes of the scan, codes.updates and codes.anneal"},
		{"scan --over", "--over is given without its value"},
		{"scan --over edge.bound", "write a key and its values"},
		{"scan --over edge.bound=1,-1 --out x", "point 2 of the scan"},
		{"scan --over edge.bound=1,2 --trials 0", `--trials is "0"`},
		{"scan --over edge.bound=1,2 --average-from 501", "averages begin at step 501, but the run has 500 steps"},
		{"scan --over edge.bound=1,2 --average-from x", `--average-from is "x"`},
		{"scan --over edge.bound=1,2 --shard 0/2", "--shard needs --out"},
		{"scan --over edge.bound=1,2 --out x --shard 2/2", "there is no share 2/2"},
		{"scan --over edge.bound=1,2 --out x --shard half", "use i/n"},
		{"scan --over edge.bound=1,2 --out x --shard slurm", "--shard slurm needs SLURM_ARRAY_TASK_ID"},
		{"scan --over run.seed=1,2", "run.seed cannot be an axis"},
		{"scan --over graph.sides=[40000,40000],[60000,60000]", "point 1 of the scan"},
		{"scan --preset nothing --over edge.bound=1,2", `there is no preset "nothing"`},
		{"scan nothing.toml --over edge.bound=1,2", "the scan cannot be opened"},
		{"scan --preset tnn-order --over edge.bound=1,2 --over edge.bound=3", "edge.bound stands on two axes"},
		{"scan --preset perceptron-quick --average-from 5", "says itself what is averaged"},
		{"scan --preset codes-bsc --set codes.evaluate=[] --out x", "codes.evaluate is empty"},
		{"scan --preset codes-memories --set codes.k=3 --out x", "codes beside Hamming's have k = 4 and n = 7"},
		{"scan --preset codes-memories --over codes.n=7,6 --out x", "point 2 of the scan"},
		{"scan --preset codes-bsc --quantity block_errors --out x", `the quantity "block_errors", and there is no such outcome; there are block_error, best`},
		{"scan --preset codes-freezing -x codes.eta --out x", `the axis "codes.eta", and the scan varies codes.updates, codes.anneal`},
		{"scan --preset signals-structure --quantity similar --prepare --out x", `the quantity "similar"`},
		{"scan --over edge.bound=1,2 --set graph.sides=[8,8] --quantity oder --prepare --out x", `the quantity "oder", and there is no such outcome; there are energy, `},
		{"scan --over edge.bound=1,2 --set graph.sides=[8,8] -x edge.noise --out x", `the axis "edge.noise", and the scan varies edge.bound`},
		{"scan --preset hylton2019-fig5 --over external[0].weight=1,10,100 --out x", "point 2 of the scan: external[0].weight is set to 10, which has no effect, as era[0].change[0] gives it another value from the first step on"},
		{"scan --preset hopfield-recall --set recall.method=metropolis --over recall.fraction=0.1,0.2 --out x", "--set: recall.method is set to metropolis, which has no effect, as recall.temperature is 0"},
		{"scan --over edge.bound=1,2 --set record.every=3 --out x", "--set: record.every is set, which has no effect, as a scan records no run"},
		{"scan merge", "takes one argument, the folder of a scan"},
		{"scan merge .", "is not the folder of a scan"},
		{"scan status nowhere", "nowhere"},
		{"run --preset tnn-order", "the preset tnn-order is a scan: use `tnn-gpu scan --preset tnn-order`"},
	} {
		tnnGPU(t, dir, strings.Fields(c.args)...).want(t, codeUsage, c.says)
	}
	tnnGPU(t, dir, "scan", "--over", "edge.bound=1,2", "--backend", "opencl", "--device", "no such device").want(t, codeDevice)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v is left over", left, err)
	}
}

// TestSlurmShare takes the share from an array whose numbers begin anywhere.
func TestSlurmShare(t *testing.T) {
	for text, want := range map[string]experiment.Share{
		"7 5 4":  {Index: 2, Count: 4},
		"0 0 1":  {Index: 0, Count: 1},
		"9 5 4":  {},
		"5 5 ":   {},
		"5 5 -1": {},
	} {
		numbers := strings.Split(text, " ")
		got, err := shareOf("slurm", func(name string) (string, bool) {
			i := slices.Index([]string{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"}, name)
			return numbers[i], true
		})
		if want.Count == 0 != (err != nil) || err == nil && got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	t.Setenv("SLURM_ARRAY_TASK_ID", "3")
	if s, err := shareOf("", os.LookupEnv); err != nil || s != experiment.All() {
		t.Errorf("what Slurm says is taken unasked: %+v, %v", s, err)
	}
}

// TestKilledScan is gone on with after kill -9, and its tables are those of one that
// was not killed. It does not wait for what the killed process held.
func TestKilledScan(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "whole", "--steps", "400")...).want(t, codeDone)
	c := command(t, dir, scanned("--out", "killed", "--steps", "400")...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	tasks := filepath.Join(dir, "killed", "tasks")
	waitUntil(t, "a task", func() bool {
		done, _ := filepath.Glob(filepath.Join(tasks, "*.csv"))
		held, _ := filepath.Glob(filepath.Join(tasks, "*.held"))
		return len(done) > 0 && len(held) > 0 || len(done) == 6
	})
	_ = c.Process.Kill()
	_ = c.Wait()
	done, _ := filepath.Glob(filepath.Join(tasks, "*.csv"))
	held, _ := filepath.Glob(filepath.Join(tasks, "*.held"))
	left := slices.ContainsFunc(held, func(name string) bool { // without a result
		return !slices.Contains(done, strings.TrimSuffix(name, ".held")+".csv")
	})
	if files.Self() != "unknown" {
		var status result
		waitUntil(t, "status in which nothing runs", func() bool { // a file of a moment ago is being written
			status = tnnGPU(t, dir, "scan", "status", "killed").want(t, codeDone)
			return strings.Contains(status.out, "running  0")
		})
		if gone := strings.Contains(status.out, "left over from a process that is gone: "); gone != left {
			t.Errorf("after a kill, with %v done and %v held: %s", done, held, status.out)
		}
	}
	r := tnnGPU(t, dir, "resume", "killed", "--backend", "cpu").want(t, codeDone, "points.csv")
	if made := strings.Count(r.out, ": 2 trials"); made > 6-len(done) {
		t.Errorf("%d tasks were done, and %d are made again", len(done), made)
	}
	if scanTables(t, dir, "whole") != scanTables(t, dir, "killed") {
		t.Error("the tables are others")
	}
}

// waitUntil waits until something is so, for as long as a slow machine may take.
func waitUntil(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("there is no %s after ten minutes", what)
		}
	}
}

// TestHeldScan: what another process holds is left to it, with the exit code that says
// to come again.
func TestHeldScan(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "out")...).want(t, codeDone)
	done, err := filepath.Glob(filepath.Join(dir, "out", "tasks", "*.csv"))
	if err != nil || len(done) != 6 {
		t.Fatalf("%v, %v", done, err)
	}
	held := strings.TrimSuffix(done[0], ".csv") + ".held"
	if err := os.Rename(done[0], held); err != nil {
		t.Fatal(err)
	}
	whole := read(t, done[1])
	if err := os.WriteFile(done[1], whole[:len(whole)-3], 0o644); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, scanned("--out", "out")...).want(t, codeUsage, filepath.Base(done[1])+" is damaged", "remove it, and the task is made again")
	if err := os.WriteFile(done[1], whole, 0o644); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, scanned("--out", "out")...).want(t, codeTimeIsUp, "1 point of the scan is held by other processes")
	tnnGPU(t, dir, "scan", "status", "out").want(t, codeDone, "running  1")
	if files.Self() == "unknown" {
		return
	}
	old := time.Now().Add(-time.Minute)
	if err := errors.Join(os.WriteFile(held, nil, 0o644), os.Chtimes(held, old, old)); err != nil { // its process was killed before it could say who it is
		t.Fatal(err)
	}
	tnnGPU(t, dir, "scan", "status", "out").want(t, codeDone, "running  0", "left over from a process that is gone: 1 point; go on with: tnn-gpu resume out\n")
}

// TestFailedScan has a point whose runs are not finite: it is tried three times, and the
// other one is kept.
func TestFailedScan(t *testing.T) {
	dir := t.TempDir()
	args := []string{"scan", "--preset", "driven", "--steps", "10", "--over", "external[0].weight=1,1e30", "--trials", "2", "--backend", "cpu", "--out", "s"}
	r := tnnGPU(t, dir, args...).want(t, codeFailed, "1 point of the scan failed three times", "external[0].weight = 1e+30", "remove s/tasks/*.failed to try again")
	if n := strings.Count(r.errs, "external[0].weight = 1e+30 failed: "); n != 3 {
		t.Errorf("it was tried %d times", n)
	}
	tnnGPU(t, dir, "scan", "status", "s").want(t, codeDone, "failed   1  three times")
	tnnGPU(t, dir, "scan", "merge", "s").want(t, codeUsage, "2 of its 4 trials are not there")
	tnnGPU(t, dir, "scan", "merge", "s", "--partial").want(t, codeDone)
	if rows := bytes.Count(read(t, dir, "s", "points.csv"), []byte("\n")); rows != 2 {
		t.Errorf("the table of one point has %d lines", rows)
	}
}

// TestFlagsBeforeSubcommands: flags may stand anywhere after the words of a command.
func TestFlagsBeforeSubcommands(t *testing.T) {
	var p program
	for text, want := range map[string]string{
		"scan merge DIR --partial":          "scan merge --partial DIR",
		"scan merge DIR --difference a=b":   "scan merge --difference a=b DIR",
		"scan FILE --over merge --trials 3": "scan --over merge --trials 3 FILE",
		"scan ./merge --trials 3":           "scan --trials 3 ./merge",
		"scan merge -- --partial":           "scan merge -- --partial",
		"scan status":                       "scan status",
		"run a.toml --steps 3":              "run --steps 3 a.toml",
	} {
		if got := strings.Join(flagsFirst(p.app(), strings.Fields(text)), " "); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// TestScanFromAPipe: a scan, or the configuration of one, is read from standard input, and
// its folder has all that it needs.
func TestScanFromAPipe(t *testing.T) {
	dir := t.TempDir()
	axis := "\n[[axis]]\nkey = \"edge.inverse_temperature\"\nvalues = [10, 20]\n"
	configuration := tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone).out
	fedWith(t, dir, "base = \"isolated4\"\nsteps = 5\n"+axis, "scan", "-", "--backend", "cpu", "--out", "file").want(t, codeDone, "2 points over edge.inverse_temperature")
	fedWith(t, dir, configuration, "scan", "-", "--backend", "cpu", "--steps", "5", "--over", "edge.inverse_temperature=10,20", "--out", "around").want(t, codeDone, "2 points over edge.inverse_temperature")
	if !bytes.Equal(read(t, dir, "file", "points.csv"), read(t, dir, "around", "points.csv")) {
		t.Error("the points differ")
	}
	tnnGPU(t, dir, "resume", "around").want(t, codeDone)
	for text, says := range map[string]string{
		"base = \"isolated4\"\n[[axis]]\nkey = \"edge.bound\"\nvalues = [1, nan]\n": "edge.bound is NaN: use a number from 1e-30 to 1e+30",
		"":                            "standard input is empty: a scan is a file with axes",
		"base = ":                     "standard input:1: this is no scan",
		configuration:                 "there is no axis",
		"base = \"gone.toml\"" + axis: "there is none at gone.toml: its name is relative to the folder of the scan's file, or of a scan from standard input to the present folder",
		"base = \"gone\"" + axis:      `there is no preset "gone"`,
		"base = \"isolated4\"\n[[axis]]\nkey = \"edge.bound\"\nvalues = [1, 1.0]\n": "points 1 and 2 of the scan are the same (edge.bound = 1)",
	} {
		fedWith(t, dir, text, "scan", "-", "--out", "refused").want(t, codeUsage, says)
	}
	tnnGPU(t, dir, "scan", "--preset", "isolated4", "--over", "edge.bound=2,1,2.0", "--out", "refused").want(t, codeUsage, "points 1 and 3 of the scan are the same (edge.bound = 2)")
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--sweep", "edge.bound=2,1,2.0", "--out", "refused").want(t, codeUsage, "the value 2 stands twice: give each once")
	fedWith(t, dir, configuration, "feed", "-", "--out", "refused").want(t, codeUsage, "feed takes its inputs from standard input")
}
