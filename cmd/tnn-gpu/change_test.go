package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
)

// writeRamps writes c.toml, a configuration with a series, ramps and groups that choose
// their nodes.
func writeRamps(t *testing.T, dir string) {
	t.Helper()
	config := `model = "tnn"
[run]
backend = "cpu"
[record]
overview = false
[graph]
sides = [8, 8]
bipartite = true
[[group]]
region = "0:4, 0:8"
connections = 4
[[group]]
connections = 4
levels = 3
[[external]]
count = 1
connections = 4
weight = 100.0
wave = "series"
series = "mine.csv"
[[era]]
steps = 40
change = ["group[0].inverse_temperature=0.5..2 log", "external[0].weight=10..160"]
[[era]]
steps = 20
change = ["edge.inverse_temperature=..20"]
`
	series := ""
	for i := range 100 {
		series += []string{"0.5\n", "-1\n", "0.25\n"}[i%3]
	}
	for name, text := range map[string]string{"c.toml": config, "mine.csv": series} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRampsOnDevices: the run has the same bits on a device, at once and interrupted in the
// midst of a ramp, and where one backend goes on with what the other began.
func TestRampsOnDevices(t *testing.T) {
	withOpenCL(t)
	dir := t.TempDir()
	writeRamps(t, dir)
	for _, precision := range []string{"single", "double"} {
		run := func(backend string) result {
			return tnnGPU(t, dir, "run", "c.toml", "--precision", precision, "--backend", backend, "--checkpoint", "33", "--out", precision+"-"+backend)
		}
		run("cpu").want(t, codeDone)
		device := run("opencl")
		if precision == "double" && device.code == codeDevice {
			t.Logf("no double precision: %s", device.errs)
			continue
		}
		device.want(t, codeDone)
		sameResults(t, filepath.Join(dir, precision+"-cpu"), filepath.Join(dir, precision+"-opencl"))
		for _, order := range [][2]string{{"opencl", "cpu"}, {"cpu", "opencl"}, {"opencl", "opencl"}} {
			from := precision + "-" + order[0]
			on := from + "-" + order[1]
			tnnGPU(t, dir, "run", "--from", from+"@33", "--backend", order[1], "--out", on).want(t, codeDone, "after step 33")
			if string(read(t, dir, precision+"-cpu", "final.npz")) != string(read(t, dir, on, "final.npz")) {
				t.Errorf("%s: the end is another", on)
			}
		}
	}
}

// TestRampedRun: a run with a series and ramps has the same bits whether it is made at
// once, from a checkpoint in the midst of a ramp, or from its own config.toml; it can be
// made longer, and its tables have the values.
func TestRampedRun(t *testing.T) {
	dir := t.TempDir()
	writeRamps(t, dir)
	tnnGPU(t, dir, "run", "c.toml", "--checkpoint", "20", "--out", "whole").want(t, codeDone, "group[0].inverse_temperature=0.5..2 log")
	tnnGPU(t, dir, "run", "whole/config.toml", "--out", "again").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "again"))
	tnnGPU(t, dir, "run", "--from", "whole@20", "--out", "branch").want(t, codeDone)
	if string(read(t, dir, "branch", "final.npz")) != string(read(t, dir, "whole", "final.npz")) {
		t.Error("a branch in the midst of a ramp ends in another state")
	}
	tnnGPU(t, dir, "run", "whole/config.toml", "--steps", "70", "--out", "longer").want(t, codeDone)
	tnnGPU(t, dir, "resume", "again", "--steps", "+10").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "longer"), filepath.Join(dir, "again"))
	tnnGPU(t, dir, "run", "longer/config.toml", "--out", "third").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "longer"), filepath.Join(dir, "third"))
	rows := strings.Split(string(read(t, dir, "longer", "steps.csv")), "\n")
	for step, want := range map[int]string{1: "0.5,10,80", 40: "2,160,80", 60: "2,160,20", 70: "2,160,20"} {
		if !strings.HasSuffix(rows[step], ","+want) {
			t.Errorf("row of step %d is %q, want %s at its end", step, rows[step], want)
		}
	}
	tnnGPU(t, dir, "resume", "again", "--set", "edge.bound=3").want(t, codeUsage, "resume changes nothing that is computed but the length of a run", "tnn-gpu run --from again --set edge.bound=3")
	tnnGPU(t, dir, "run", "c.toml", "--set", `era[1].change=["group[0].levels=3"]`).want(t, codeUsage, "era[1].change[0]", "an era cannot change group[0].levels; it changes inverse_temperature or threshold of a group")
	tnnGPU(t, dir, "run", "--from", "whole@20", "--set", "era=[{steps=80}]").want(t, codeUsage, "external[0].weight")
}

// TestCommandsAgain: config.toml and commands.csv make a run again that was steered while
// it went on, in the same bits, also after it was interrupted.
func TestCommandsAgain(t *testing.T) {
	dir := t.TempDir()
	small := []string{"--preset", "driven", "--set", "graph.sides=[12, 12]", "--set", "graph.separation=2", "--set", "record.overview=false", "--backend", "cpu", "--steps", "60"}
	tnnGPU(t, dir, append(append([]string{"run"}, small...), "--out", "free")...).want(t, codeDone)
	tnnGPU(t, dir, "run", "free/config.toml", "--commands", "free", "--out", "none").want(t, codeUsage, "nothing was asked of the run free")
	nodes := strings.Split(strings.TrimSpace(string(read(t, dir, "free", "nodes.csv"))), "\n")
	external := ""
	for _, row := range nodes[1:] {
		if cells := strings.Split(row, ","); cells[1] != "0" {
			external = cells[0]
		}
	}
	// What a page would have asked for.
	asked := "step,command,name,value\n10,control,adapt,0\n10,pause,,\n20,control,external:" + external + ",0.5\n40,control,adapt,1\n"
	if err := os.WriteFile(filepath.Join(dir, "free", "commands.csv"), []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	again := append([]string{"run", "free/config.toml", "--commands", "free", "--checkpoint", "15"}, "--out")
	tnnGPU(t, dir, append(again, "steered")...).want(t, codeDone)
	if got, want := string(read(t, dir, "steered", "commands.csv")), strings.Replace(asked, "10,pause,,\n", "", 1); got != want {
		t.Errorf("commands.csv has %q, want %q", got, want)
	}
	free, steered := strings.Split(string(read(t, dir, "free", "steps.csv")), "\n"), strings.Split(string(read(t, dir, "steered", "steps.csv")), "\n")
	for step := 1; step <= 60; step++ {
		if same := free[step] == steered[step]; step <= 10 && !same || step == 60 && same {
			t.Errorf("step %d is the same: %v", step, same)
		}
	}
	tnnGPU(t, dir, "run", "steered/config.toml", "--commands", "steered", "--backend", "cpu", "--steps", "30", "--checkpoint", "15", "--out", "half").want(t, codeDone)
	tnnGPU(t, dir, "resume", "half", "--steps", "60").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "steered"), filepath.Join(dir, "half"))
	says := "Its controls were not set again; `tnn-gpu run half.old-1/config.toml --commands half.old-1` makes it with them."
	tnnGPU(t, dir, "resume", "half", "--restart").want(t, codeDone, says)
	if r := tnnGPU(t, dir, "resume", "half", "--restart").want(t, codeDone, "half.old-2"); strings.Contains(r.errs, "controls") {
		t.Errorf("a run without controls began anew, and it says\n%s", r.errs)
	}
	tnnGPU(t, dir, "run", "half.old-1/config.toml", "--commands", "half.old-1", "--steps", "60", "--out", "with").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "steered"), filepath.Join(dir, "with"))
	tnnGPU(t, dir, "run", "--from", "free", "--commands", "free").want(t, codeUsage, "leave one of them out")
	tnnGPU(t, dir, "run", "free/config.toml", "--commands", "nowhere").want(t, codeUsage, "--commands names the folder of a run")
}

// TestCommandsThatDoNotFit: what another run was asked and this network cannot do is
// refused before anything is made, whatever the step, and so is a run from a checkpoint
// whose controls do not fit.
func TestCommandsThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--set", "graph.sides=[6, 6]", "--replicas", "2", "--no-overview", "--backend", "cpu", "--steps", "20", "--out", "free").want(t, codeDone)
	for _, c := range []struct {
		control string
		args    []string
		says    string
	}{
		{"edge.bound,20", []string{"free/config.toml", "--sweep", "edge.bound=10,50"}, "edge.bound = 20 of step 10 does not fit this network: replicas have different values of edge.bound, which is swept"},
		{"edge.bound,-20", []string{"free/config.toml"}, "edge.bound = -20 of step 10"},
		{"external:17,0.5", []string{"free/config.toml"}, "does not name an external node"},
		{"target,0", []string{"free/config.toml"}, `control "target" is not known`},
		{"target,30", []string{"--preset", "hopfield-glyphs"}, "the target is the number of a pattern, from 0 to 25, not 30"},
		{"flip:1024,1", []string{"--preset", "hopfield-glyphs"}, "does not name a unit from 0 to 1023"},
		{"adapt,0", []string{"--preset", "hopfield-glyphs"}, `control "adapt" is not known`},
		{"stdp,0.5", []string{"--preset", "sorn-0.3"}, "stdp is switched on by 1 and off by 0, not by 0.5"},
		{"adapt,0", []string{"--preset", "codes-policy"}, "the model codes has no controls"},
	} {
		asked := "step,command,name,value\n10,control," + c.control + "\n"
		if err := os.WriteFile(filepath.Join(dir, "free", "commands.csv"), []byte(asked), 0o600); err != nil {
			t.Fatal(err)
		}
		tnnGPU(t, dir, append(append([]string{"run"}, c.args...), "--commands", "free", "--backend", "cpu", "--steps", "5", "--out", "none")...).want(t, codeUsage, "--commands free: ", c.says)
		if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
			t.Fatalf("%s: a folder was made", c.control)
		}
	}

	asked := "step,command,name,value\n10,control,edge.bound,20\n"
	if err := os.WriteFile(filepath.Join(dir, "free", "commands.csv"), []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	// A run that cannot begin was asked nothing.
	full := &filestest.Faulty{System: files.OS{}, Before: func(op, name string) error {
		if op == "create" && strings.HasPrefix(name, "steps.csv") {
			return syscall.ENOSPC
		}
		return nil
	}}
	free := filepath.Join(dir, "free")
	inside(t, full, "run", filepath.Join(free, "config.toml"), "--commands", free, "--out", filepath.Join(dir, "full")).want(t, codeFailed, "no space left")
	if _, err := os.Stat(filepath.Join(dir, "full", "commands.csv")); err == nil {
		t.Error("a run that did not begin has commands")
	}
	tnnGPU(t, dir, "run", "free/config.toml", "--commands", "free", "--out", "bound").want(t, codeDone)
	tnnGPU(t, dir, "run", "--from", "bound", "--sweep", "edge.bound=10,50", "--steps", "+5", "--out", "none").want(t, codeUsage, "--from bound: edge.bound = 20 of step 10 does not fit this network")
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder was made for a run whose checkpoint does not fit")
	}
	// Nor is a step made again for it, of what the checkpoint has or the run was asked after it.
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--set", "graph.sides=[6, 6]", "--replicas", "2", "--no-overview", "--backend", "cpu", "--steps", "20", "--checkpoint", "8", "--out", "late").want(t, codeDone)
	if err := os.WriteFile(filepath.Join(dir, "late", "commands.csv"), []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, args := range [][]string{{"--from", "bound@15"}, {"--from", "late@13"}} {
		r := tnnGPU(t, dir, append(append([]string{"run"}, args...), "--sweep", "edge.bound=10,50", "--backend", "cpu", "--out", "none")...).want(t, codeUsage, "edge.bound = 20 of step 10 does not fit this network")
		if strings.Contains(r.out, "made") {
			t.Errorf("%q: it says\n%s", args, r.out)
		}
	}
	sameTree(t, before, dir)
	// What the other run itself cannot have been asked is no failure after some steps, either.
	if err := os.WriteFile(filepath.Join(dir, "late", "commands.csv"), []byte("step,command,name,value\n18,control,edge.bound,-20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before = tree(t, dir)
	tnnGPU(t, dir, "run", "--from", "late@19", "--backend", "cpu", "--out", "none").want(t, codeUsage, "edge.bound = -20 of step 18")
	sameTree(t, before, dir)
}

// TestCommandsOfAnotherRun: what the run of the folder itself cannot have been asked is refused
// before a step is made, also where the run that goes on from it could have been.
func TestCommandsOfAnotherRun(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--set", "graph.sides=[6, 6]", "--replicas", "2", "--sweep", "edge.bound=10,50", "--no-overview", "--backend", "cpu", "--steps", "20", "--checkpoint", "8", "--out", "swept").want(t, codeDone)
	if err := os.WriteFile(filepath.Join(dir, "swept", "commands.csv"), []byte("step,command,name,value\n18,control,edge.bound,20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const says = "edge.bound = 20 of step 18 does not fit this network: replicas have different values of edge.bound, which is swept"
	before := tree(t, dir)
	r := tnnGPU(t, dir, "run", "--from", "swept@19", "--set", "run.sweep=", "--steps", "+3", "--backend", "cpu", "--out", "none").want(t, codeUsage, "--from swept: "+says)
	if strings.Contains(r.out, "made") {
		t.Errorf("it says\n%s", r.out)
	}
	sameTree(t, before, dir)
	for _, name := range []string{"final.npz", "checkpoint-20.tnn"} {
		if err := os.Remove(filepath.Join(dir, "swept", name)); err != nil {
			t.Fatal(err)
		}
	}
	before = tree(t, filepath.Join(dir, "swept"))
	tnnGPU(t, dir, "resume", "swept", "--backend", "cpu").want(t, codeUsage, "commands.csv of swept: "+says+"; nothing was changed")
	sameTree(t, before, filepath.Join(dir, "swept"))
}
