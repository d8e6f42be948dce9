package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/config"
)

// TestInspectItem looks at an item of any index space as at a node: of a replica, at a
// step. What is not there is named as the flag names it.
func TestInspectItem(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1", "--backend", "cpu", "--no-overview",
		"--replicas", "2", "--steps", "20", "--record", "x", "--every", "5", "--out", "sorn").want(t, codeDone)
	of := func(args ...string) []reading {
		t.Helper()
		r := tnnGPU(t, dir, append([]string{"inspect", "sorn", "--item", "excitatory:3", "--json"}, args...)...).want(t, codeDone)
		var found inspectedNode
		if err := json.Unmarshal([]byte(r.out), &found); err != nil {
			t.Fatal(err)
		}
		return found.Values
	}
	step := func(values []reading) (step int64) {
		for _, v := range values {
			if v.Field == "x" {
				step = v.Step
			}
		}
		return step
	}
	if last, then := step(of()), step(of("--step", "12")); last != 20 || then != 10 {
		t.Errorf("x is that of step %d and %d, want 20 and 10", last, then)
	}
	differ := false
	for i, v := range of("--replica", "1") {
		differ = differ || v.Value != of()[i].Value
	}
	if !differ {
		t.Error("both replicas have the same values")
	}
	for _, test := range []struct{ item, says string }{
		{"excitatory:60", "there is no excitatory:60; the run has excitatory:0 to excitatory:59"},
		{"excitatory:-1", "there is no excitatory:-1; the run has excitatory:0 to excitatory:59"},
		{"excitatory", `--item is "excitatory": write an index space and a number, as in excitatory:3`},
		{":3", `--item is ":3": write an index space and a number`},
		{"node:1", "the model sorn has no index space node; it has excitatory, "},
	} {
		tnnGPU(t, dir, "inspect", "sorn", "--item", test.item).want(t, codeUsage, test.says)
	}
	tnnGPU(t, dir, "inspect", "sorn", "--node", "1").want(t, codeUsage, "the model sorn has no index space node; it has excitatory, ")
	tnnGPU(t, dir, "export", "sorn").want(t, codeUsage, "export writes a graph whose edges have no direction, and the model sorn of the run sorn has none; final.npz has its arrays (docs/data.md)\n")
	tnnGPU(t, dir, "inspect", "sorn", "--item", "excitatory:3", "--replica", "2").want(t, codeUsage, "there is no replica 2; the run has 2")
}

// TestInspectSaysWhatIsRecorded: where an item has no value it is told what the run has.
func TestInspectSaysWhatIsRecorded(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--record", "state", "--every", "5", "--no-overview")...).want(t, codeDone)
	tnnGPU(t, dir, "inspect", "out", "--edge", "0,1", "--step", "10").want(t, codeDone, "nothing of it was recorded until step 10: the run has recorded state every 5 steps from step 5 on; without --step")
	tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "2").want(t, codeDone, "nothing of it was recorded until step 2: the run has state from step 5 on")
	if r := tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "2", "--json").want(t, codeDone, `"note"`); strings.Contains(r.out, "null") {
		t.Errorf("there is null:\n%s", r.out)
	}
	if r := tnnGPU(t, dir, "inspect", "out", "--node", "3", "--step", "5").want(t, codeDone, "state"); strings.Contains(r.out, "nothing") {
		t.Errorf("what was recorded is not shown:\n%s", r.out)
	}
	tnnGPU(t, dir, "inspect", "out", "--edge", "6").want(t, codeUsage, "or name it by its number: --item edge:6")
	tnnGPU(t, dir, "inspect", "out", "--item", "edge:6").want(t, codeDone, "edge 6")
	tnnGPU(t, dir, "inspect", "--help").want(t, codeDone, "(default: the last)")
}

// TestSeedsAreSeeds: inspect and run.json call seeds what makes the same replica as a run of its own,
// and keys what does not.
func TestSeedsAreSeeds(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--backend", "cpu", "--replicas", "3", "--seed", "7", "--no-overview")...).want(t, codeDone)
	tnnGPU(t, dir, "inspect", "out").want(t, codeDone, "seed ", "seeds ", "7 8 9", "of the replicas")
	tnnGPU(t, dir, "run", "--preset", "perceptron-hebb", "--backend", "cpu", "--steps", "10", "--no-overview", "--out", "student").want(t, codeDone)
	if r := tnnGPU(t, dir, "inspect", "student").want(t, codeDone, "keys ", "that the noise of the replicas follows from"); strings.Contains(r.out, "seeds") || !regexp.MustCompile(`(?m)^seed +1 *$`).MatchString(r.out) {
		t.Errorf("keys are called seeds:\n%s", r.out)
	}
	if r := tnnGPU(t, dir, "inspect", "student", "--json").want(t, codeDone, `"seed": 1`, `"keys": [`); strings.Contains(r.out, `"seeds"`) {
		t.Errorf("keys are called seeds:\n%s", r.out)
	}
	for replicas, says := range map[string]string{"1": "signals-urns", "2": " 5 5  that the noise of the replicas follows from"} {
		tnnGPU(t, dir, "run", "--preset", "signals-urns", "--backend", "cpu", "--steps", "10", "--replicas", replicas, "--seed", "5", "--no-overview", "--out", "signals-urns"+replicas).want(t, codeDone)
		tnnGPU(t, dir, "inspect", "signals-urns"+replicas).want(t, codeDone, says)
	}
	for run, want := range map[string]string{"signals-urns1": `"seed": 5,\s+"seeds": \[\s+5\s`, "out": `"seed": 7,\s+"seeds": \[\s+7,\s+8,\s+9`, "student": `"seed": 1,\s+"keys": \[`} {
		if text := read(t, dir, run, "run.json"); !regexp.MustCompile(want).Match(text) {
			t.Errorf("%s/run.json has not %s:\n%.600s", run, want, text)
		}
	}
	tnnGPU(t, dir, "resume", "student", "--steps", "20", "--backend", "cpu").want(t, codeDone)
	old := regexp.MustCompile(`"seed": 1,\s+"keys"`).ReplaceAll(read(t, dir, "student", "run.json"), []byte(`"seeds"`))
	if err := os.WriteFile(filepath.Join(dir, "student", "run.json"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "inspect", "student").want(t, codeDone, "keys ")
	tnnGPU(t, dir, "resume", "student", "--steps", "30", "--backend", "cpu").want(t, codeDone)
	tnnGPU(t, dir, "check", "student").want(t, codeDone)
}

// TestIndexSpacesAreNamed: docs/data.md has the index spaces of each model.
func TestIndexSpacesAreNamed(t *testing.T) {
	page := string(read(t, "../../docs/data.md"))
	for _, p := range config.Presets() {
		if !slices.Contains([]string{"driven", "sorn-0.3", "hopfield-recall", "perceptron-hebb", "codes-policy", "codes-exact", "codes-backprop", "codes-free", "signals-urns", "signals-language"}, p.Name) {
			continue
		}
		net, err := p.Config.Spec.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := net.Describe()
		row := regexp.MustCompile("(?m)^\\| `" + d.Name + "` \\| (`.*`) \\|$").FindStringSubmatch(page)
		for _, s := range d.Spaces {
			if row == nil || !strings.Contains(row[1], "`"+string(s.Name)+"`") {
				t.Errorf("%s: docs/data.md does not have the index space %s of %s", p.Name, s.Name, d.Name)
			}
		}
	}
}
