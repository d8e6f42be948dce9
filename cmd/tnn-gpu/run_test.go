package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/config"
)

// computed are the files that depend on what was computed alone.
func computed() []string { return []string{"steps.csv", "epochs.csv", "histograms.csv", "final.npz"} }

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sameResults compares two run folders.
func sameResults(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range computed() {
		x, y := read(t, a, name), read(t, b, name)
		if bytes.Equal(x, y) {
			continue
		}
		if strings.HasSuffix(name, ".csv") {
			t.Errorf("%s differs: %s", name, cmp.Diff(strings.Split(string(x), "\n"), strings.Split(string(y), "\n")))
		} else {
			t.Errorf("%s differs", name)
		}
	}
}

// TestRunWithoutArguments runs the default preset, twice.
func TestRunWithoutArguments(t *testing.T) {
	dir := t.TempDir()
	r := tnnGPU(t, dir, "run", "--backend", "cpu").want(t, codeDone,
		"hylton2020, neighbor 30x30 bipartite: 900 nodes, 7200 edges, no external nodes",
		"checkerboard of 2 colour sets", "500 steps in 1 era, epochs of 10; seed 1", "cpu: ", "single precision",
		"500 steps in ", "node updates/s", "runs/isolated-1 has config.toml")
	tnnGPU(t, dir, "run").want(t, codeDone, "runs/isolated-2 has")
	sameResults(t, filepath.Join(dir, "runs/isolated-1"), filepath.Join(dir, "runs/isolated-2"))

	epochs := regexp.MustCompile(`(?m)^ +(\d+)( +[-+.e0-9]+){11}$`).FindAllStringSubmatch(r.out, -1)
	if len(epochs) != 50 || epochs[0][1] != "10" || epochs[49][1] != "500" {
		t.Errorf("the table does not have the epochs 10 to 500, but %d lines", len(epochs))
	}
	width := 0
	for i, e := range epochs {
		if i > 0 && len(e[0]) != width {
			t.Errorf("the columns are not aligned: %q", e[0])
		}
		width = len(e[0])
	}
	if rows := bytes.Count(read(t, dir, "runs/isolated-1/steps.csv"), []byte("\n")); rows != 501 {
		t.Errorf("steps.csv has %d lines, want a header and 500", rows)
	}
}

// TestConfigOfARunGivesItAgain also has every flag that changes the configuration.
func TestConfigOfARunGivesItAgain(t *testing.T) {
	dir := t.TempDir()
	args := small("--seed", "7", "--replicas", "2", "--precision", "double", "--set", "group[0].levels=3", "--backend", "cpu")
	tnnGPU(t, dir, args...).want(t, codeDone, "seed 7, 2 replicas, double precision", "3 levels")
	tnnGPU(t, dir, "run", "out/config.toml", "--out", "again").want(t, codeDone)
	sameResults(t, filepath.Join(dir, "out"), filepath.Join(dir, "again"))
	if first, second := read(t, dir, "out/config.toml"), read(t, dir, "again/config.toml"); !bytes.Equal(first, second) {
		t.Errorf("the configuration is not complete: %s", cmp.Diff(string(first), string(second)))
	}
	tnnGPU(t, dir, "run", "out/config.toml").want(t, codeDone, "runs/config-1 has")
}

// TestReplicaIsARunOfItsOwn: copy r has the noise of seed + r.
func TestReplicaIsARunOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--seed", "5", "--replicas", "2")...).want(t, codeDone)
	tnnGPU(t, dir, small("--seed", "6", "--out", "alone")...).want(t, codeDone)
	var second []string
	for line := range strings.Lines(string(read(t, dir, "out/steps.csv"))) {
		cells := strings.SplitN(line, ",", 3)
		if cells[1] == "1" || cells[1] == "replica" {
			second = append(second, cells[0]+","+cells[2])
		}
	}
	if diff := cmp.Diff(string(read(t, dir, "alone/steps.csv")), strings.Join(second, "")); diff != "" {
		t.Error(diff)
	}
}

func TestThreadsChangeNothing(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--threads", "1")...).want(t, codeDone)
	tnnGPU(t, dir, small("--backend", "cpu", "--threads", "3", "--out", "three")...).want(t, codeDone)
	sameResults(t, filepath.Join(dir, "out"), filepath.Join(dir, "three"))
}

func TestOpenCLGivesTheSameFiles(t *testing.T) {
	withOpenCL(t)
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu")...).want(t, codeDone)
	tnnGPU(t, dir, small("--backend", "opencl", "--out", "device")...).want(t, codeDone, "opencl: ")
	sameResults(t, filepath.Join(dir, "out"), filepath.Join(dir, "device"))
	tnnGPU(t, dir, small("--device", "0", "--out", "named")...).want(t, codeDone, "opencl: ")
}

func TestAutoSaysWhy(t *testing.T) {
	r := tnnGPU(t, t.TempDir(), small()...).want(t, codeDone)
	if !regexp.MustCompile(`(?m)^because +(it takes |this program was built without OpenCL|there is no |it is a GPU)`).MatchString(r.out) {
		t.Errorf("it does not say why it took the device:\n%s", r.out)
	}
}

// Where a run is short the processor computes, and no device is asked; where it is
// long what computes is what was measured to be faster.
func TestAutoMeasures(t *testing.T) {
	for _, test := range []struct {
		steps  string
		device bool
		why    string
	}{
		{"1", false, `^it takes the processor (about|less than) [0-9.]+ms, no longer than a device takes to be opened$`},
		{"900000000", true, `^(it is a GPU|it takes longer on the GPU|there is no GPU), and .* makes ([0-9.]+ [kMG]) node updates a second.* where the processor makes ([0-9.]+ [kMG])$`},
	} {
		if test.device {
			withOpenCL(t)
		}
		c, err := config.NewPreset("isolated4", "era[0].steps="+test.steps)
		if err != nil {
			t.Fatal(err)
		}
		n, err := buildSetup(c)
		if err != nil {
			t.Fatal(err)
		}
		b, err := n.open(0)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(test.why).MatchString(b.why) {
			t.Errorf("%s steps: %s", test.steps, b.why)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRunSaysWhatIsSpecial(t *testing.T) {
	dir := t.TempDir()
	eras := "era=[{steps=15}, {steps=15, adapt=false, mode='noise'}, {steps=10, mode='reflect', predict=true}]"
	tnnGPU(t, dir, "run", "--preset", "driven", "--set", eras, "--out", "eras").want(t, codeDone,
		"8 external nodes", "40 steps in 3 eras", "era 1 of 3, from step 1: weights adapt, external nodes driven\n",
		"era 2 of 3, from step 16: weights are fixed, external nodes noise\n",
		"era 3 of 3, from step 31: weights adapt, external nodes reflect with predict\n")
	// External nodes with 4 connections reach fewer nodes than reach them.
	tnnGPU(t, dir, "run", "--preset", "driven", "--set", "group[0].connections=16", "--steps", "1", "--out", "reach").want(t, codeDone,
		"not placed  ", "half-edges that were asked for")
	tnnGPU(t, dir, "run", "--preset", "isolated", "--set", "graph.kind=random", "--set", "graph.sides=[12]", "--set", "graph.bipartite=false",
		"--set", "group=[{name='few', count=5, connections=3, self_loops=1}, {connections=2}]", "--steps", "2", "--out", "groups").want(t, codeDone,
		"random 12: 12 nodes", "5 self-loops", "few: 5 nodes, 3 connections, 1 self-loop", "7 nodes, 2 connections")
}

func TestOutExists(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "out"), 0o755); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, small()...).want(t, codeDone) // an empty folder will do
	before := read(t, dir, "out/steps.csv")
	tnnGPU(t, dir, small("--seed", "9")...).want(t, codeUsage, "out has ", "nothing is overwritten; name another folder, or resume the run")
	if !bytes.Equal(before, read(t, dir, "out/steps.csv")) {
		t.Error("the old run was touched")
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, small("--out", "file")...).want(t, codeUsage, "the run folder cannot be made")
	tnnGPU(t, dir, small("--out", "file/out")...).want(t, codeUsage, "the run folder cannot be made")
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		dir = "/proc" // where not even root can make a folder
	}
	tnnGPU(t, dir, "run", "--steps", "1").want(t, codeUsage, "no folder for the run can be made: mkdir runs: ", "name one with --out")
	tnnGPU(t, dir, small()...).want(t, codeUsage, "the run folder cannot be made: mkdir out: ")
}

// begin starts a run that would take hours, and waits for its first epoch.
func begin(t *testing.T, dir string, args ...string) (interrupt func(...os.Signal) result) {
	t.Helper()
	return beginCommand(t, command(t, dir, args...))
}

// beginCommand is begin with a command that is prepared already.
func beginCommand(t *testing.T, c *exec.Cmd) (interrupt func(...os.Signal) result) {
	t.Helper()
	var errs, out bytes.Buffer
	c.Stderr = &errs
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		out.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(strings.TrimSpace(lines.Text()), "10 ") {
			break
		}
	}
	return func(signals ...os.Signal) result {
		for _, s := range signals {
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
		}
		for lines.Scan() {
			out.WriteString(lines.Text() + "\n")
		}
		return finish(t, c.Wait(), &out, &errs)
	}
}

// endless is a run that does not end by itself.
func endless(more ...string) []string {
	return lastOnly(append([]string{"run", "--preset", "driven", "--set", "graph.sides=[14, 14]", "--steps", "100000000", "--out", "out"}, more...))
}

// TestInterruptedAndResumed compares with a run that was not interrupted.
func TestInterruptedAndResumed(t *testing.T) {
	for name, signal := range map[string]os.Signal{"Ctrl-C": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := begin(t, dir, endless()...)(signal)
			r.want(t, codeInterrupted, "Interrupted: saving the run.", "interrupted at step ", "of 100000000; go on with: tnn-gpu resume out")
			tnnGPU(t, dir, "resume", "out", "--steps", "+123").want(t, codeDone, "resumed     after step ", "123 steps in ", "out has config.toml")

			rows := bytes.Count(read(t, dir, "out/steps.csv"), []byte("\n")) - 1
			tnnGPU(t, dir, endless("--steps", itoa(rows), "--out", "whole")...).want(t, codeDone)
			sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "out"))
		})
	}
}

func TestResumeOnAnotherBackend(t *testing.T) {
	withOpenCL(t)
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu")...).want(t, codeDone)
	tnnGPU(t, dir, "resume", "out", "--steps", "35", "--backend", "opencl").want(t, codeDone, "opencl: ", "15 steps in ")
	tnnGPU(t, dir, "resume", "out", "--steps", "+5", "--backend", "cpu").want(t, codeDone, "cpu: ", "5 steps in ")
	tnnGPU(t, dir, small("--steps", "40", "--out", "whole")...).want(t, codeDone)
	sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "out"))
}

func TestResumeRefusals(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small()...).want(t, codeDone)
	for _, args := range [][]string{{"resume", "out"}, {"resume", "out", "--steps", "20"}} {
		tnnGPU(t, dir, args...).want(t, codeDone, "The run has made all of its 20 steps; make it longer with --steps +100")
	}
	tnnGPU(t, dir, "resume", "out", "--steps", "10").want(t, codeUsage, "the run has made 20 steps, more than --steps 10")
	tnnGPU(t, dir, "resume", "out", "--steps", "+0").want(t, codeUsage, `--steps is "+0": use a whole number`)
	tnnGPU(t, dir, "resume", "out", "--steps", "+1", "--backend", "tpu").want(t, codeUsage, "use auto, opencl or cpu")
	config := read(t, dir, "out/config.toml")
	changed := bytes.Replace(config, []byte("seed = 1"), []byte("seed = 2"), 1)
	if err := os.WriteFile(filepath.Join(dir, "out/config.toml"), changed, 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "out", "--steps", "+1").want(t, codeUsage, "it was written under another configuration")
}

// TestResumeOverDamage: a broken checkpoint is passed over. Without any that is whole
// nothing is touched, and the run begins anew only where it is told to.
func TestResumeOverDamage(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--checkpoint", "8")...).want(t, codeDone)
	whole := filepath.Join(dir, "whole")
	tnnGPU(t, dir, small("--out", "whole")...).want(t, codeDone)
	breakFile(t, dir, "out/checkpoint-20.tnn")
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "A checkpoint is passed over: checkpoint-20.tnn: ", "resumed     after step 16", "4 steps in ")
	sameResults(t, whole, filepath.Join(dir, "out"))
	breakFile(t, dir, "out/checkpoint-16.tnn")
	breakFile(t, dir, "out/checkpoint-20.tnn")
	before := tree(t, filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out").want(t, codeUsage, "Nothing was changed. `tnn-gpu resume --restart out` begins anew and keeps what is there under another name")
	sameTree(t, before, filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "--restart", "out").want(t, codeDone, "The run begins anew; what was there is in out.old-1.", "20 steps in ")
	sameResults(t, whole, filepath.Join(dir, "out"))
	sameTree(t, before, filepath.Join(dir, "out.old-1"))
	tnnGPU(t, dir, "resume", "--restart", "out/").want(t, codeDone, "what was there is in out.old-2.")
	tnnGPU(t, filepath.Join(dir, "out"), "resume", "--restart", ".").want(t, codeDone, "out.old-3.")
	sameResults(t, whole, filepath.Join(dir, "out"))
}

func breakFile(t *testing.T, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	text := read(t, name)
	text[len(text)/2] ^= 1
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRunFolderIsLocked(t *testing.T) {
	dir := t.TempDir()
	interrupt := begin(t, dir, endless()...)
	tnnGPU(t, dir, "resume", "out").want(t, codeUsage, "another process is working on this run")
	interrupt(os.Interrupt).want(t, codeInterrupted)
}

// TestSweep deals two edge temperatures out to four replicas: the start weights'
// mean square is inverse to the temperature, and what is averaged is those of one.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	ran := tnnGPU(t, dir, "run", "--preset", "isolated4", "--steps", "1", "--replicas", "4", "--sweep", "edge.inverse_temperature=20,80", "--out", "swept").
		want(t, codeDone, "sweep edge.inverse_temperature=20,80")
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "swept", "steps.csv"))).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("steps.csv has %d rows, %v", len(rows), err)
	}
	at := slices.Index(rows[0], "weight2")
	var weight2 [4]float64
	for r := range weight2 {
		if weight2[r], err = strconv.ParseFloat(rows[r+1][at], 64); err != nil {
			t.Fatal(err)
		}
	}
	if weight2[0] < 2*weight2[1] || weight2[2] < 2*weight2[3] || weight2[2] > 2*weight2[0] {
		t.Errorf("the mean squared weights are %v", weight2)
	}
	if lines := regexp.MustCompile(`(?m)^ +1 +(20|80) `).FindAllString(ran.out, -1); len(lines) != 2 {
		t.Errorf("the table has the lines %q of step 1:\n%s", lines, ran.out)
	}
	for k, value := range []string{"20", "80"} {
		// Text in columns, to six digits.
		want := fmt.Sprintf(`last epoch, edge.inverse_temperature = %s\n(  .*\n)*?  weight2 +%.6g `, value, (weight2[k]+weight2[k+2])/2)
		if text := tnnGPU(t, dir, "inspect", "swept").want(t, codeDone).out; !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("inspect does not say %s:\n%s", want, text)
		}
	}
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--replicas", "1", "--sweep", "edge.inverse_temperature=20,80").want(t, codeUsage, "need 2 replicas or more")
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--sweep", "edge.inverse_temperature=20,80", "--sweep", "edge.bound=1,2").
		want(t, codeUsage, "`tnn-gpu scan --over edge.inverse_temperature=20,80 --over edge.bound=1,2` varies several")
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--steps", "1", "--sweep", "edge.inverse_temperature=20,80,160", "--out", "three").want(t, codeDone, "3 replicas")
	complete := tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone)
	if err := os.WriteFile(filepath.Join(dir, "mine.toml"), []byte(complete.out), 0o644); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "run", "mine.toml", "--steps", "1", "--sweep", "edge.inverse_temperature=20,80,160", "--out", "mine").want(t, codeDone, "3 replicas")
}
