package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/config"
)

// TestHints: what is written in place of something else is refused with what was meant.
func TestHints(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--out", "dr")...).want(t, codeDone)
	tnnGPU(t, dir, scanned("--out", "sc", "--prepare")...).want(t, codeDone)
	scanText := "base = \"isolated4\"\n[[axis]]\nkey = \"edge.bound\"\nvalues = [1, 2]\n"
	for name, text := range map[string]string{"scan.toml": scanText, "other.toml": "model = \"codes\"\n[lewis]\nstates = 3\n", "axis.toml": "[[axis]]\nkey = \"edge.bound\"\nvalues = [1, 2]\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, c := range []struct {
		says string
		args []string
	}{
		{"there is no file isolated, but a preset is called so: `tnn-gpu run --preset isolated`", []string{"run", "isolated"}},
		{"a preset is called so: `tnn-gpu feed --preset driven`", []string{"feed", "driven"}},
		{"a preset is called so: `tnn-gpu run --preset hopfield-recall`", []string{"run", "hopfield-recall"}},
		{"which is a scan: `tnn-gpu scan --preset hopfield-capacity`", []string{"run", "hopfield-capacity"}},
		{"which is a scan: `tnn-gpu scan --preset tnn-order`", []string{"scan", "tnn-order"}},
		{"a preset is called so: `tnn-gpu scan --preset isolated`", []string{"scan", "isolated", "--over", "edge.bound=1,2"}},
		{"dr is the folder of a run: `tnn-gpu resume dr` goes on with it, and `tnn-gpu run dr/config.toml` takes its configuration", []string{"run", "dr"}},
		{"dr is the folder of a run: `tnn-gpu resume dr` goes on with it, and `tnn-gpu scan dr/config.toml`", []string{"scan", "dr", "--over", "edge.bound=1,2"}},
		{"sc is the folder of a scan: `tnn-gpu resume sc` makes what is missing of it, and `tnn-gpu scan sc/config.toml` makes it again", []string{"scan", "sc"}},
		{"sc is the folder of a scan", []string{"run", "sc"}},
		{"empty is a folder: name a file", []string{"run", "empty"}},
		{"scan.toml:1: base is a key of a scan's file, and this is to be the configuration of a run: use `tnn-gpu scan` with it", []string{"run", "scan.toml"}},
		{"axis.toml:1: axis is a key of a scan's file, and this is to be the configuration of a run: use `tnn-gpu scan` with it", []string{"run", "axis.toml"}},
		{`--set: sorn.freeze is "ip": use a list, as in ["ip"]`, []string{"run", "--preset", "sorn-0.3", "--set", "sorn.freeze=ip"}},
		{`--set: record.fields is 3: use a list of texts, such as ["a", "b"]`, []string{"run", "--set", "record.fields=3"}},
		{`--set: codes.evaluate is "x": use a list, such as [0.5, 1]`, []string{"run", "--preset", "codes-exact", "--set", "codes.evaluate=x"}},
		{`--set: graph.sides is "x": use a list, such as [64, 64]`, []string{"run", "--set", "graph.sides=x"}},
		{"the folder is not empty: dr has config.toml in it, and nothing is overwritten; name another folder, or resume the run\n", []string{"run", "--backend", "cpu", "--steps", "1", "--out", "dr"}},
		{"sc is the folder of a scan, and --from takes that of a run", []string{"run", "--from", "sc"}},
		{"there is no flag --step: the nearest is --steps; see", []string{"run", "--step", "5"}},
		{"there is no flag --tirals: the nearest is --trials; see", []string{"scan", "--tirals", "5"}},
		{"there is no flag --frobnicate; see", []string{"run", "--frobnicate"}},
		{"there is no command \"stat\": the nearest is tnn-gpu stats; `tnn-gpu --help` lists them", []string{"stat"}},
		{"there is no command \"frobnicate\"; `tnn-gpu --help`", []string{"frobnicate"}},
		{"there is no file statsu, and no command tnn-gpu scan statsu: the nearest is tnn-gpu scan status; its commands are status, merge, script", []string{"scan", "statsu"}},
		{"no command tnn-gpu scan merg: the nearest is tnn-gpu scan merge", []string{"scan", "merg", "sc", "--partial"}},
		{"no command tnn-gpu scan stats: the nearest is tnn-gpu scan status", []string{"scan", "--steps", "10", "stats", "sc"}},
		{"there is no file frobnicate, and no command tnn-gpu scan frobnicate; its commands are", []string{"scan", "frobnicate"}},
		{"status is a command only where it stands right after `tnn-gpu scan`", []string{"scan", "--steps", "10", "status", "sc"}},
		{"the scan cannot be opened: open statsu.toml", []string{"scan", "statsu.toml"}},
		{"there is no key group[0].temperature: the nearest is group[0].inverse_temperature", []string{"run", "--set", "group[0].temperature=1"}},
		{"there is no key perceptron.inputs: the nearest is perceptron.n", []string{"run", "--preset", "perceptron-hebb", "--set", "perceptron.inputs=10"}},
		{"there is no key perceptron.temperature: the nearest is perceptron.D", []string{"run", "--preset", "perceptron-hebb", "--set", "perceptron.temperature=1"}},
		{"there is no key graph.size: the nearest is graph.sides", []string{"run", "--set", "graph.size=[8, 8]"}},
		{"there is no key lewis.states in this model: it is of signals; use model = \"signals\", or a preset of it", []string{"run", "--preset", "codes-policy", "--set", "lewis.states=3"}},
		{"there is no key era[2].steps in this model: it is of tnn and of sorn", []string{"run", "--preset", "signals-urns", "--set", "era[2].steps=3"}},
		{"other.toml:2: there is no key lewis in this model: it is of signals", []string{"run", "other.toml"}},
		{"there is no key lewis.state: ", []string{"run", "--preset", "signals-urns", "--set", "lewis.state=3"}},
		{"there is no key foo; docs/config.md lists the keys, and `tnn-gpu presets NAME` prints those of a preset", []string{"run", "--set", "foo=1"}},
		{"there is no key edge.frobnicate; docs/config.md", []string{"run", "--set", "edge.frobnicate=1"}},
		{"there is no flag --prec: the nearest is --precision; see", []string{"run", "--prec", "single"}},
		{"there is no flag -o; see", []string{"run", "-o", "x"}},
		{"there is no flag --output: the nearest is --out; see", []string{"run", "--output", "x"}},
		{"there is no flag --model; see `tnn-gpu run --help`", []string{"run", "--model", "hopfield"}},
		{"there is no preset \"xor\"; `tnn-gpu presets` lists all", []string{"run", "--preset", "xor"}},
		{"there is no key edge.levels: the nearest is group[0].levels", []string{"run", "--set", "edge.levels=1"}},
	} {
		tnnGPU(t, dir, c.args...).want(t, codeUsage, c.says)
	}
	fedWith(t, dir, scanText, "run", "-").want(t, codeUsage, "standard input:1: base is a key of a scan's file")
	sameTree(t, before, dir)
}

// TestWhatThePresetGives: where a setting makes a value of the preset useless, the sentence
// says whose value that is and where it can be changed; of a value of one's own it does not.
func TestWhatThePresetGives(t *testing.T) {
	for _, c := range []struct {
		args   []string
		preset string
	}{
		{[]string{"scan", "--preset", "hopfield-thermal", "--set", "recall.corruption=random"}, "hopfield-thermal"},
		{[]string{"scan", "--preset", "hopfield-dense", "--set", "network.rule=hebb", "--over", "patterns.count=10"}, "hopfield-dense"},
		{[]string{"scan", "--preset", "hopfield-capacity", "--over", "patterns.count=10,20"}, "hopfield-capacity"},
		{[]string{"run", "--preset", "perceptron-alphatron", "--set", "perceptron.rule=hebb"}, "perceptron-alphatron"},
		{[]string{"run", "--preset", "relaxed", "--set", "network.rule=hylton2020"}, "relaxed"},
		{[]string{"run", "--set", "graph.kind=file"}, config.DefaultPreset},
		{[]string{"run", "--preset", "relaxed", "--set", "network.rule=hylton2020", "--set", "network.relaxations=9"}, ""},
		{[]string{"run", "--set", "group[0].levels=1"}, ""},
	} {
		r := tnnGPU(t, t.TempDir(), c.args...).want(t, codeUsage)
		hint := "the preset " + c.preset + " gives it: `tnn-gpu presets " + c.preset + " > FILE`"
		if c.preset == "" {
			hint = "the preset"
		}
		if strings.Contains(r.errs, hint) != (c.preset != "") {
			t.Errorf("%q: %s", c.args, r.errs)
		}
	}
}
