package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ofDriven is a run that has all that a checkpoint holds: charges, external nodes, an
// epoch that is not full, recordings.
func ofDriven(more ...string) []string {
	return lastOnly(append([]string{"run", "--preset", "driven", "--set", "graph.sides=[10, 10]", "--set", "external[0].pairs=1", "--backend", "cpu", "--no-overview",
		"--record", "state", "--every", "7", "--watch", "state[1]"}, more...))
}

// TestRunFrom begins runs at states of another one, which has lost a table, and
// compares them with a run that was never interrupted.
func TestRunFrom(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, ofDriven("--steps", "65", "--checkpoint", "20", "--out", "a")...).want(t, codeDone)
	tnnGPU(t, dir, ofDriven("--steps", "100", "--out", "whole")...).want(t, codeDone)
	if err := os.Remove(filepath.Join(dir, "a/steps.csv")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, filepath.Join(dir, "a"))
	tnnGPU(t, dir, "resume", "a", "--steps", "100").want(t, codeUsage, "`tnn-gpu run --from a@65` goes on from step 65 in a new folder, without what is lost")
	for from, first := range map[string]int{"a": 65, "a@65": 65, "a@60": 60, "a@33": 33, "a@62": 62, "a@0": 0} {
		out := "from-" + from
		r := tnnGPU(t, dir, "run", "--from", from, "--backend", "cpu", "--steps", "100", "--out", out).want(t, codeDone, itoa(100-first)+" steps in ")
		if again := strings.Contains(r.out, " of a are made again."); again != (from == "a@33" || from == "a@62" || from == "a@0") {
			t.Errorf("%s: it says\n%s", from, r.out)
		}
		if !bytes.Equal(read(t, dir, "whole/final.npz"), read(t, dir, out, "final.npz")) {
			t.Errorf("%s: final.npz differs", from)
		}
		for _, name := range []string{"steps.csv", "epochs.csv", "probes.csv"} {
			whole, rows := bytes.SplitN(read(t, dir, "whole", name), []byte("\n"), 2), bytes.SplitN(read(t, dir, out, name), []byte("\n"), 2)
			if !bytes.Equal(whole[0], rows[0]) || !bytes.HasSuffix(whole[1], rows[1]) || len(rows[1]) == 0 {
				t.Errorf("%s: %s is not the end of the whole one:\n%s", from, name, rows[1])
			}
		}
		all, records := read(t, dir, "whole/recordings/state.npy"), read(t, dir, out, "recordings/state.npy")
		if !bytes.HasSuffix(all[256:], records[256:]) || len(records)-256 != 4*100*(100/7-first/7) {
			t.Errorf("%s: the recording has %d bytes", from, len(records))
		}
		var m struct {
			From struct {
				Run  string
				Step int
			}
			Sessions []struct {
				First int `json:"first_step"`
			}
		}
		if err := json.Unmarshal(read(t, dir, out, "run.json"), &m); err != nil || m.From.Step != first || m.From.Run != filepath.Join(dir, "a") || m.Sessions[0].First != first {
			t.Errorf("%s: run.json says %+v, %v", from, m, err)
		}
		// Node 3 at step 70, as the replay and the tables of the first run have it.
		if got, want := tnnGPU(t, dir, "inspect", out, "--node", "3", "--step", "70").out, tnnGPU(t, dir, "inspect", "whole", "--node", "3", "--step", "70").out; line(got, "state") != line(want, "state") || line(got, "state") == "" {
			t.Errorf("%s: inspect says\n%s\nand of the whole run\n%s", from, got, want)
		}
	}
	sameTree(t, before, filepath.Join(dir, "a"))

	// A branch is a run: it goes on, and others begin at its states.
	tnnGPU(t, dir, ofDriven("--steps", "120", "--out", "longer")...).want(t, codeDone)
	tnnGPU(t, dir, "resume", "from-a@33", "--backend", "cpu", "--steps", "120").want(t, codeDone, "resumed     after step 100")
	tnnGPU(t, dir, "run", "--from", "from-a@33@110", "--backend", "cpu", "--out", "second", "--steps", "120").want(t, codeDone)
	for _, out := range []string{"from-a@33", "second"} {
		if !bytes.Equal(read(t, dir, "longer/final.npz"), read(t, dir, out, "final.npz")) {
			t.Errorf("%s: final.npz differs", out)
		}
	}

	// It cannot begin anew at step 0, where the network was another one.
	begins := "from-a@33 began at step 33 of " + filepath.Join(dir, "a") + " and cannot begin anew at step 0; it is a branch, which `tnn-gpu run --from " + filepath.Join(dir, "a") + "@33`"
	before = tree(t, filepath.Join(dir, "from-a@33"))
	tnnGPU(t, dir, "resume", "from-a@33", "--restart").want(t, codeUsage, begins)
	sameTree(t, before, filepath.Join(dir, "from-a@33"))
	checkpoints, err := filepath.Glob(filepath.Join(dir, "second", "checkpoint-*"))
	if err != nil || len(checkpoints) == 0 {
		t.Fatalf("checkpoints %q, %v", checkpoints, err)
	}
	for _, lost := range append(checkpoints, filepath.Join(dir, "second", "final.npz")) { // as if it had been killed at once
		if err := os.Remove(lost); err != nil {
			t.Fatal(err)
		}
	}
	tnnGPU(t, dir, "resume", "second").want(t, codeUsage, "second began at step 110 of ", " and cannot begin anew at step 0")
	tnnGPU(t, dir, "run", "--from", "from-a@33@20", "--backend", "cpu").want(t, codeUsage, "began at step 33 of ", " and has no checkpoint of step 20 or before")
}

// line is the first line of a text that begins with a word, without its spaces.
func line(text, word string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(l), word) {
			return strings.Join(strings.Fields(l), " ")
		}
	}
	return ""
}

// TestBranch changes what may change, and refuses the rest.
func TestBranch(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, ofDriven("--steps", "30", "--out", "a")...).want(t, codeDone)
	branch := func(out string, more ...string) []string {
		return append([]string{"run", "--from", "a", "--backend", "cpu", "--steps", "+10", "--out", out}, more...)
	}
	tnnGPU(t, dir, branch("same")...).want(t, codeDone)
	for name, args := range map[string][]string{
		"colder": {"--set", "edge.inverse_temperature=300"}, "frozen": {"--set", "era[0].adapt=false"}, "noise": {"--seed", "7", "--set", "graph.seed=1"},
		"wider": {"--set", "edge.bound=1000"},
	} {
		tnnGPU(t, dir, branch(name, args...)...).want(t, codeDone)
		if bytes.Equal(read(t, dir, "same/steps.csv"), read(t, dir, name, "steps.csv")) != (name == "wider") {
			t.Errorf("%s: the steps are no others, or others", name)
		}
	}
	tnnGPU(t, dir, branch("recorded", "--record", "energy", "--every", "3", "--watch", "weight[0-1]")...).want(t, codeDone)
	if text := read(t, dir, "recorded/probes.csv"); !bytes.HasPrefix(text, []byte("step,weight[0-1]\n31,")) {
		t.Errorf("probes.csv begins with %.40s", text)
	}
	for _, test := range []struct {
		says string
		args []string
	}{
		{"keeps the network: change levels", []string{"--set", "graph.sides=[12, 12]"}},
		{"keeps the network: change levels", []string{"--set", "external[0].weight=3"}},
		{"of another network than this configuration gives", []string{"--seed", "7"}},
		{"of another network than this configuration gives", []string{"--set", "graph.seed=5"}},
		{"have 1 replica in single precision", []string{"--precision", "double"}},
		{"have 1 replica in single precision", []string{"--replicas", "2"}},
		{"--from takes the configuration of the other run", []string{"--preset", "driven"}},
		{"--from takes the configuration of the other run", []string{"a/config.toml"}},
		{"edge.heat", []string{"--set", "edge.heat=1"}},
	} {
		tnnGPU(t, dir, branch("refused", test.args...)...).want(t, codeUsage, test.says)
	}
	for from, says := range map[string]string{
		"nowhere": "nowhere is not the folder of a run", "a@31": "a has 30 steps, and --from asks for the state after 31", "a@x": `--from is "a@x"`, "a@-1": `--from is "a@-1"`,
	} {
		tnnGPU(t, dir, "run", "--from", from, "--out", "refused").want(t, codeUsage, says)
	}
	tnnGPU(t, dir, "run", "--from", "a", "--out", "refused").want(t, codeUsage, "the run begins after step 30 of a, and is to end at step 30; make it longer with --steps +100")
	tnnGPU(t, dir, "run", "--from", "a", "--steps", "+5", "--out", "same").want(t, codeUsage, "nothing is overwritten")
	if _, err := os.Stat(filepath.Join(dir, "refused")); err == nil {
		t.Error("a folder was made for what was refused")
	}
}

// TestBranchIsCheckedFirst: no step is made again for a run that is refused, and only what
// was made before is said to be made again.
func TestBranchIsCheckedFirst(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, ofDriven("--steps", "30", "--checkpoint", "10", "--out", "a")...).want(t, codeDone)
	for _, c := range []struct {
		says string
		args []string
	}{
		{"the run begins after step 25 of a, and is to end at step 20", []string{"--steps", "20"}},
		{"nothing is overwritten", []string{"--out", "a"}},
		{"record.every is 9, and the run has steps 26 to 26", []string{"--steps", "26", "--every", "9"}},
		{"cannot be recorded like this", []string{"--watch", "state[5000]"}},
		{"run.epoch is 7", []string{"--set", "run.epoch=7"}},
		{"of another network than this configuration gives", []string{"--seed", "7"}},
	} {
		r := tnnGPU(t, dir, append([]string{"run", "--from", "a@25", "--backend", "cpu"}, c.args...)...).want(t, codeUsage, c.says)
		if strings.Contains(r.out, "made") {
			t.Errorf("%q: it says\n%s", c.args, r.out)
		}
	}
	tnnGPU(t, dir, "run", "--from", "a@25", "--backend", "cpu", "--steps", "28", "--out", "b").want(t, codeDone, "Steps 21 to 25 of a are made again.")

	// Beyond the step at which a run was stopped, its steps are made for the first time.
	begin(t, dir, endless("--backend", "cpu", "--out", "stopped")...)(os.Interrupt).want(t, codeInterrupted)
	var m struct{ Steps int }
	if err := json.Unmarshal(read(t, dir, "stopped/run.json"), &m); err != nil {
		t.Fatal(err)
	}
	from, to := m.Steps+1, m.Steps+3
	says := fmt.Sprintf("Steps %d to %d of stopped are made.\n", from, to)
	tnnGPU(t, dir, "run", "--from", "stopped@"+itoa(to), "--backend", "cpu", "--steps", "+7", "--out", "c").want(t, codeDone, says)
	tnnGPU(t, dir, "run", "--from", "a@31", "--backend", "cpu").want(t, codeUsage, "a has 30 steps, and --from asks for the state after 31")
}

// TestBranchWithOtherEpochs: the sums in a checkpoint are of steps of an epoch, and no
// other epoch can have them.
func TestBranchWithOtherEpochs(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--set", "graph.sides=[4, 4]", "--steps", "15", "--checkpoint", "5", "--backend", "cpu", "--no-overview", "--out", "a").want(t, codeDone)
	branch := func(from, epoch, out string) result {
		return tnnGPU(t, dir, "run", "--from", from, "--set", "run.epoch="+epoch, "--backend", "cpu", "--no-overview", "--steps", "40", "--out", out)
	}
	branch("a", "20", "refused").want(t, codeUsage, "run.epoch is 20, and the epoch with step 16 would begin at step 1: the checkpoint has the sums of the steps from 11 on")
	branch("a", "5", "refused").want(t, codeUsage, "would begin at step 16: the checkpoint has the sums of the steps from 11 on")
	branch("a@10", "5", "short").want(t, codeDone)
	branch("a", "10", "same").want(t, codeDone)
	for out, first := range map[string]string{"short": "3,11,15,", "same": "2,11,20,"} {
		if epochs := string(read(t, dir, out, "epochs.csv")); !strings.Contains(epochs, "\n"+first) {
			t.Errorf("%s has the epochs\n%s", out, epochs)
		}
	}
}

// A run that ended by itself has no state of the steps that it was not to make, whether
// its metadata tell so or making its steps again does.
func TestFromBeyondTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "hopfield-recall", "--backend", "cpu", "--no-overview", "--out", "a").want(t, codeDone)
	var m struct{ Steps int }
	if err := json.Unmarshal(read(t, dir, "a/run.json"), &m); err != nil || m.Steps == 0 || m.Steps > 100 {
		t.Fatalf("the run ended after step %d, %v", m.Steps, err)
	}
	says := fmt.Sprintf("a ended by itself after step %d, and --from asks for the state after 101", m.Steps)
	for _, lost := range []string{"", "run.json"} {
		if lost != "" {
			if err := os.Remove(filepath.Join(dir, "a", lost)); err != nil {
				t.Fatal(err)
			}
		}
		for _, more := range [][]string{nil, {"--steps", "150"}} {
			tnnGPU(t, dir, append([]string{"run", "--from", "a@101", "--backend", "cpu", "--out", "b"}, more...)...).want(t, codeUsage, says)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "b")); !os.IsNotExist(err) {
		t.Errorf("b: %v", err)
	}
	tnnGPU(t, dir, "run", "--from", fmt.Sprintf("a@%d", m.Steps), "--backend", "cpu", "--no-overview", "--out", "b").want(t, codeDone)
}
