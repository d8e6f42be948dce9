package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestResumeNeverShortens: a run whose last checkpoint is lost goes on from an older one,
// and ends no earlier than it had. A number with a plus counts from the last step that it
// had made.
func TestResumeNeverShortens(t *testing.T) {
	dir := t.TempDir()
	cut := func(name string) {
		t.Helper()
		if err := os.Truncate(filepath.Join(dir, name), 100); err != nil {
			t.Fatal(err)
		}
	}
	tnnGPU(t, dir, small("--checkpoint", "8")...).want(t, codeDone)
	tnnGPU(t, dir, small("--steps", "30", "--out", "longer")...).want(t, codeDone)
	cut("out/checkpoint-20.tnn")
	before := tree(t, filepath.Join(dir, "out"))
	for steps, says := range map[string]string{"18": "the run has made 20 steps, more than --steps 18", "0": "--steps is \"0\""} {
		tnnGPU(t, dir, "resume", "out", "--steps", steps).want(t, codeUsage, says)
	}
	sameTree(t, before, filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out", "--steps", "+10").want(t, codeDone, "A checkpoint is passed over", "resumed     after step 16", "14 steps in ")
	sameResults(t, filepath.Join(dir, "longer"), filepath.Join(dir, "out"))

	// Without a number it has the length that it was given last, not that of its configuration.
	cut("out/checkpoint-30.tnn")
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "resumed     after step 16", "14 steps in ")
	sameResults(t, filepath.Join(dir, "longer"), filepath.Join(dir, "out"))

	// What a killed session would leave: the checkpoints alone tell how far the run was.
	cut("out/checkpoint-30.tnn")
	if err := os.Remove(filepath.Join(dir, "out/run.json")); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "14 steps in ")
	sameResults(t, filepath.Join(dir, "longer"), filepath.Join(dir, "out"))
}

// TestResumeKeepsTheLength: a run that was to be longer, and was killed, goes on to that
// length.
func TestResumeKeepsTheLength(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small()...).want(t, codeDone)
	// resumed gives the line of the run's length, and kills the run after a checkpoint.
	resumed := func(more ...string) string {
		t.Helper()
		before := lastCheckpoint(t, filepath.Join(dir, "out"))
		c := command(t, dir, append([]string{"resume", "out", "--backend", "cpu", "--checkpoint", "1000"}, more...)...)
		pipe, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines, length := bufio.NewScanner(pipe), ""
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "run ") {
				length = lines.Text()
			}
			if length != "" && lastCheckpoint(t, filepath.Join(dir, "out")) > before {
				break
			}
		}
		_ = c.Process.Kill() // it may have ended, which the line tells
		_ = c.Wait()
		return length
	}
	for _, more := range [][]string{{"--steps", "100000000"}, nil} {
		if length := resumed(more...); !strings.Contains(length, " 100000000 steps") {
			t.Fatalf("resume %v has the line %q", more, length)
		}
	}
	// One that is given another length has that from then on.
	end := strconv.Itoa(lastCheckpoint(t, filepath.Join(dir, "out")) + 2000)
	tnnGPU(t, dir, "resume", "out", "--backend", "cpu", "--steps", end).want(t, codeDone)
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "The run has made all of its "+end+" steps")
	// And also anew, unless it is asked for another one.
	tnnGPU(t, dir, "resume", "out", "--restart", "--steps", "+10").want(t, codeUsage, "say how long the run is to be, as in --steps "+end)
	tnnGPU(t, dir, "resume", "out", "--restart").want(t, codeDone, end+" steps in ")
	tnnGPU(t, dir, "resume", "out", "--restart", "--steps", "30").want(t, codeDone, "30 steps in ")
	tnnGPU(t, dir, "resume", "out", "--restart").want(t, codeDone, "30 steps in ")
}

// TestShorterStaysShorter: a run that is given fewer steps than its configuration has is as
// long from then on.
func TestShorterStaysShorter(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--steps", "50", "--backend", "cpu")...).want(t, codeDone, "50 steps in ")
	tnnGPU(t, dir, "resume", "out", "--restart", "--steps", "10").want(t, codeDone, "10 steps in ")
	before := tree(t, filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "The run has made all of its 10 steps")
	sameTree(t, before, filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out", "--restart").want(t, codeDone, "10 steps in ")
	tnnGPU(t, dir, "resume", "out", "--steps", "+5").want(t, codeDone, "5 steps in ")
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "The run has made all of its 15 steps")
}

// TestKilledIsAtItsLastRow: a run that was killed is where its tables end, also where that is
// after its last checkpoint: to look at, and to count from.
func TestKilledIsAtItsLastRow(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--steps", "20", "--checkpoint", "8", "--record", "state", "--every", "5", "--backend", "cpu")...).want(t, codeDone)
	for _, name := range []string{"final.npz", "checkpoint-20.tnn", "overview.png"} {
		if err := os.Remove(filepath.Join(dir, "out", name)); err != nil {
			t.Fatal(err)
		}
	}
	tables := string(read(t, dir, "out/steps.csv"))
	killed := strings.NewReplacer(`"status": "finished"`, `"status": "running"`, `"steps": 20`, `"steps": 0`, `"last_step": 20`, `"last_step": 0`, `"planned": 20`, `"planned": 1000`)
	for name, text := range map[string]string{"run.json": killed.Replace(string(read(t, dir, "out/run.json"))), "steps.csv": tables + "21,0.5"} {
		if err := os.WriteFile(filepath.Join(dir, "out", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	tnnGPU(t, dir, "inspect", "out").want(t, codeDone, "running, or killed, at step 20")
	tnnGPU(t, dir, "inspect", "out", "--json").want(t, codeDone, `"status": "running"`, `"steps": 20`)
	tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "20").want(t, codeDone)
	tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "21").want(t, codeUsage, "use 1 to 20, the last step of the run")
	tnnGPU(t, dir, "check", "out").want(t, codeDone, "running, or killed, at step 20")
	tnnGPU(t, dir, "resume", "out", "--steps", "18").want(t, codeUsage, "the run has made 20 steps, more than --steps 18")
	sameTree(t, before, dir)
	tnnGPU(t, dir, "resume", "out", "--steps", "+5", "--backend", "cpu").want(t, codeDone, "resumed     after step 16")
	if text := string(read(t, dir, "out/steps.csv")); !strings.HasPrefix(text, tables) || strings.Count(text, "\n") != 26 {
		t.Errorf("steps.csv ends with %q", text[len(text)-80:])
	}
	var m struct {
		Sessions []struct {
			Status   string
			LastStep int64 `json:"last_step"`
		}
	}
	if err := json.Unmarshal(read(t, dir, "out/run.json"), &m); err != nil || m.Sessions[0].Status != "killed" || m.Sessions[0].LastStep != 20 {
		t.Errorf("the sessions are %+v, %v", m.Sessions, err)
	}
}

// TestKilledWithFewRows: where rows are thinned, a killed run is at its newest checkpoint.
func TestKilledWithFewRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, small("--steps", "40", "--checkpoint", "8", "--steps-every", "25", "--backend", "cpu")...).want(t, codeDone)
	for _, name := range []string{"final.npz", "checkpoint-40.tnn", "overview.png"} {
		if err := os.Remove(filepath.Join(dir, "out", name)); err != nil {
			t.Fatal(err)
		}
	}
	killed := strings.NewReplacer(`"status": "finished"`, `"status": "running"`, `"steps": 40`, `"steps": 0`, `"last_step": 40`, `"last_step": 0`)
	if err := os.WriteFile(filepath.Join(dir, "out/run.json"), []byte(killed.Replace(string(read(t, dir, "out/run.json")))), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "inspect", "out").want(t, codeDone, "running, or killed, at step 32")
	tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "33").want(t, codeUsage, "use 1 to 32, the last step of the run")
	tnnGPU(t, dir, "resume", "out", "--steps", "18").want(t, codeUsage, "the run has made 32 steps, more than --steps 18")
}

// TestKilledWithoutCheckpoint: a run that is refused is not said to begin anew, and what it has
// not written is not listed.
func TestKilledWithoutCheckpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, small("--steps", "20", "--backend", "cpu")...).want(t, codeDone)
	tnnGPU(t, dir, "inspect", "out").want(t, codeDone, "histograms.csv, final.npz")
	for _, name := range []string{"final.npz", "checkpoint-20.tnn", "overview.png"} {
		if err := os.Remove(filepath.Join(dir, "out", name)); err != nil {
			t.Fatal(err)
		}
	}
	killed := strings.NewReplacer(`"status": "finished"`, `"status": "running"`, `"steps": 20`, `"steps": 0`, `"last_step": 20`, `"last_step": 0`)
	if err := os.WriteFile(filepath.Join(dir, "out/run.json"), []byte(killed.Replace(string(read(t, dir, "out/run.json")))), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--json"}} {
		if r := tnnGPU(t, dir, append([]string{"inspect", "out"}, more...)...).want(t, codeDone, "steps.csv"); strings.Contains(r.out, "final.npz") {
			t.Errorf("a file that is not there is listed: %s", r.out)
		}
	}
	before := tree(t, dir)
	if r := tnnGPU(t, dir, "resume", "out", "--steps", "5").want(t, codeUsage, "the run has made 20 steps, more than --steps 5"); strings.Contains(r.errs, "anew") {
		t.Errorf("it is refused, and says %q", r.errs)
	}
	sameTree(t, before, dir)
	tnnGPU(t, dir, "resume", "out", "--steps", "25", "--backend", "cpu").want(t, codeDone, "There is no checkpoint in out: the run begins anew", "25 steps in")
}

// TestPlusNeedsSteps: a plus is refused where there is nothing that it could count from.
func TestPlusNeedsSteps(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small()...).want(t, codeDone)
	before := tree(t, dir)
	tnnGPU(t, dir, "resume", "out", "--restart", "--steps", "+10").want(t, codeUsage, "--restart begins at step 0, and --steps +10 counts from the last step that was made: say how long the run is to be, as in --steps 20")
	for _, args := range [][]string{{"run", "--preset", "isolated4"}, {"compare", "--preset", "isolated4"}, {"scan", "--preset", "isolated4", "--over", "edge.noise=0.1,0.2"}} {
		tnnGPU(t, dir, append(args, "--steps", "+10")...).want(t, codeUsage, "--steps is \"+10\", and there are no steps yet that it could count from")
	}
	sameTree(t, before, dir)
}
