package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// eachFlag calls a function with each flag of each command, and the words that name the command.
func eachFlag(app *cli.App, do func(c *cli.Command, words []string, f cli.Flag)) {
	for _, command := range app.Commands {
		for _, c := range append(command.Subcommands, command) {
			words := []string{command.Name}
			if c != command {
				words = append(words, c.Name)
			}
			for _, f := range c.Flags {
				do(c, slices.Clip(words), f)
			}
		}
	}
}

// TestFlagsOnce: no command takes the last of two values in silence; flags of lists are
// repeated.
func TestFlagsOnce(t *testing.T) {
	var p program
	app := p.app()
	lists := map[string]bool{}
	eachFlag(app, func(c *cli.Command, words []string, f cli.Flag) {
		name := f.Names()[0]
		one, two, value := []string{"--" + name}, []string{"--" + name}, ""
		if takesNext(c, "--"+name) {
			one, two, value = append(one, "1=1"), append(two, "2=2"), ", as \"1=1\" and as \"2=2\""
		}
		_, list := f.(*cli.StringSliceFlag)
		lists[name] = lists[name] || list
		err := parseLine(app, append(append(append(words, one...), "word"), two...)).flagsOnce()
		if want := "--" + name + " is given twice" + value + ": give it once"; list && err != nil || !list && (err == nil || err.Error() != want || exitCode(err) != codeUsage) {
			t.Errorf("%v --%s: %v", words, name, err)
		}
		if err := parseLine(app, append(append(append(words, one...), "--"), two...)).flagsOnce(); err != nil {
			t.Errorf("%v --%s --: %v", words, name, err)
		}
	})
	for _, name := range []string{"set", "sweep", "over", "on", "embed"} {
		if !lists[name] {
			t.Errorf("--%s is no flag of a list", name)
		}
	}
}

// TestTwice: a run that was not asked for is not begun.
func TestTwice(t *testing.T) {
	dir := t.TempDir()
	file := "base = \"isolated4\"\nset = [\"edge.bound=1\", \" edge.bound = 2\"]\n[[axis]]\nkey = \"edge.noise\"\nvalues = [true, false]\n"
	bad := "base = \"isolated4\"\nset = [\"edge.bounds.x=1\"]\n[[axis]]\nkey = \"edge.noise\"\nvalues = [true, false]\n"
	steps := "base = \"isolated4\"\nsteps = 20\nset = [\"era[0].steps=30\"]\n[[axis]]\nkey = \"edge.noise\"\nvalues = [true, false]\n"
	for name, text := range map[string]string{"scan.toml": file, "bad.toml": bad, "steps.toml": steps, "missing.toml": strings.Replace(bad, "edge.bounds.x=1", "edge.bound", 1), "swept.toml": "[run]\nreplicas = 2\nsweep = \"edge.bound=2,3\"\n[graph]\nsides = [4, 4]\n[[group]]\nconnections = 4\n[[era]]\nsteps = 20\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	for args, says := range map[string]string{
		"run|--steps|10|--steps=20":                                                 `--steps is given twice, as "10" and as "20": give it once`,
		"run|--steps|10|--steps|10":                                                 "--steps is given twice: give it once",
		"run|--quiet|--steps|3|--quiet":                                             "--quiet is given twice: give it once",
		"run|--set|edge.bound=1|--set|edge.bound = 2":                               "edge.bound is given twice, as 1 and as 2: a key has one value, so give it once",
		"run|--set|group[0].levels=5|--set|group=[{levels=3}]":                      "group[0].levels is set to 5, and then group to [{levels=3}]",
		"scan|--set=edge.bound=1|--over|run.seed=1,2|--set|edge.bound=2":            "edge.bound is given twice, as 1 and as 2",
		"scan|scan.toml":                                                            "scan.toml: set: edge.bound is given twice, as 1 and as 2",
		"scan|scan.toml|--trials|2|--trials|3":                                      "--trials is given twice",
		"plot|r|--size|80x60|--size|90x60":                                          "--size is given twice",
		"scan|merge|r|--partial|--partial":                                          "--partial is given twice",
		"resume|r|--steps|10|--steps|20":                                            "--steps is given twice",
		"run|--set|edge.bound=1|--sweep|edge.bound=2,3":                             "run.sweep deals values of edge.bound to the replicas, so that none has edge.bound=1, which --set gives: leave that out",
		"run|--set|run.sweep=edge.bound=1,2|--sweep|edge.bound=2,3":                 "there are both --sweep and --set run.sweep",
		"run|swept.toml|--set|edge.bound=1":                                         "none has edge.bound=1",
		"run|--set|edge={bound=1}|--sweep|edge.bound=2,3":                           "so that none has edge={bound=1}, which --set gives",
		"run|--set|group[00].levels=5":                                              `"group[00].levels" is not a key`,
		"run|--set|group[0].levels=5|--set|group[00].levels=3":                      `"group[00].levels" is not a key`,
		"scan|--over|group[0].levels=3,5|--set|group[00].levels=3":                  `"group[00].levels" is not a key`,
		"scan|--over|group[0].levels=3,5|--over|group[00].levels=3,5":               `"group[00].levels" is not a key`,
		"run|--sweep|group[00].levels=3,5":                                          `"group[00].levels" is not a key`,
		"scan|--over|edge.bound=3,5|--set|edge={bound=1}":                           "edge.bound is an axis of the scan, so that no point would have edge={bound=1}",
		"run|--set|edge={bound=1, noise=false}|--set|edge.bound=2":                  "edge.bound is given twice, by edge={bound=1, noise=false} and by edge.bound=2: give it once",
		"run|--set|era=[{steps=20}]|--set|era[0].steps=2":                           "era[0].steps is given twice, by era=[{steps=20}] and by era[0].steps=2: give it once",
		"run|--set|run={seed=3}|--seed|4":                                           "there are both --seed and --set run; use one of the two",
		"run|--set|era[0].steps=30|--steps|20":                                      "--steps has the run end after step 20, so that era[0].steps is not 30, which --set gives: leave one of the two out",
		"run|--set|era[0]={steps=30}|--steps|20":                                    "era[0] is a table",
		"run|--set|era=[{steps=10},{steps=9}]|--steps|8":                            "era[0].steps is not 10",
		"run|--preset|signals-urns|--set|lewis.plays=50|--steps|40":                 "so that lewis.plays is not 50, which --set gives",
		"run|--preset|hopfield-recall|--set|recall.max_sweeps=9|--steps|8":          "so that recall.max_sweeps is not 9",
		"scan|--over|edge.bound=1,2|--set|era[0].steps=30|--steps|20":               "steps is 20, and a run of so many steps has no era[0].steps = 30, which is set: leave one of the two out",
		"scan|steps.toml":                                                           "steps is 20, and a run of so many steps has no era[0].steps = 30",
		"scan|bad.toml":                                                             "bad.toml: set: there is no key edge.bounds.x",
		"scan|missing.toml":                                                         `missing.toml: set: "edge.bound" is not a setting`,
		"scan|bad.toml|--set|edge.boundd=1":                                         "bad.toml: set: ",
		"scan|steps.toml|--set|edge.boundd=1|--steps|20":                            "--set: there is no key edge.boundd",
		"run|--preset|hopfield-flow|--set|patterns.load=0.1|--set|patterns.count=5": "there are both patterns.load and patterns.count, and one would be passed over: give one of the two",
		"run|--preset|hopfield-flow|--set|patterns={load=0.1, count=5}":             "there are both patterns.count and patterns.load",
		"run|--quiet=false|--quiet":                                                 `--quiet is given twice, as "false" and as "true": give it once`,
		"run|--quiet|--quiet=true":                                                  "--quiet is given twice: give it once",
	} {
		tnnGPU(t, dir, strings.Split(args, "|")...).want(t, codeUsage, says)
	}
	sameTree(t, before, dir)
	// What is set within what is set before is not, where that has no such key: so a file's
	// keys are changed, too.
	tnnGPU(t, dir, "run", "swept.toml", "--set", "era=[{steps=2}]", "--set", "era[0].adapt=false", "--steps", "2", "--backend", "cpu", "--no-overview", "--out", "r").want(t, codeDone)
	// A length may be other words for what is set: a change goes on as it was, a default is written out.
	tnnGPU(t, dir, "run", "swept.toml", "--set", `era[0].change=["edge.inverse_temperature=20..80"]`, "--steps", "30", "--backend", "cpu", "--no-overview", "--out", "longer").want(t, codeDone)
	tnnGPU(t, dir, "run", "--preset", "codes-policy", "--set", "codes.schedule=0", "--steps", "3", "--backend", "cpu", "--no-overview", "--out", "codes").want(t, codeDone)
	if config := string(read(t, dir, "r", "config.toml")); !strings.Contains(config, "\nsteps = 2 ") {
		t.Errorf("the run has\n%s", config)
	}
}

// TestAlternatives: the load of a network is heeded where it is set, also where a preset says how
// many patterns there are, and the other way round. The run's configuration has what is heeded
// alone. A file that has both is run, with a warning.
func TestAlternatives(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) result {
		return tnnGPU(t, dir, append(args, "--steps", "2", "--backend", "cpu", "--no-overview")...)
	}
	counted := run("run", "--preset", "hopfield-recall", "--set", "network.units=100", "--set", "patterns.count=5", "--out", "counted").want(t, codeDone, "patterns    5, ")
	if config := string(read(t, dir, "counted", "config.toml")); !strings.Contains(config, "\ncount = 5 ") || strings.Contains(config, "\nload = ") || strings.Contains(counted.errs, "passed over") {
		t.Errorf("warned %q, the run has\n%s", counted.errs, config)
	}
	tnnGPU(t, dir, "resume", "counted", "--steps", "3").want(t, codeDone)
	both := "format = 1\nmodel = \"hopfield\"\n[network]\nunits = 64\n[patterns]\ncount = 5\nload = 0.5\n"
	if err := os.WriteFile(filepath.Join(dir, "both.toml"), []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	const says = "Take note: patterns.load = 0.5 is passed over, since patterns.count is given."
	run("run", "both.toml", "--out", "both").want(t, codeDone, "patterns    5, ", says)
	tnnGPU(t, dir, "scan", "both.toml", "--over", "recall.fraction=0.1,0.2", "--steps", "2", "--backend", "cpu", "--out", "scan").want(t, codeDone, says)
	// Replicas and points with other loads heed those.
	for _, heeding := range []result{
		run("run", "both.toml", "--sweep", "patterns.load=0.1,0.2", "--out", "swept").want(t, codeDone),
		tnnGPU(t, dir, "scan", "both.toml", "--over", "patterns.load=0.1,0.2", "--steps", "2", "--backend", "cpu", "--out", "loads").want(t, codeDone),
	} {
		if strings.Contains(heeding.errs, "passed over") {
			t.Errorf("what is heeded is said to be passed over: %s", heeding.errs)
		}
	}
	if again := tnnGPU(t, dir, "resume", "both", "--steps", "3").want(t, codeDone); strings.Contains(again.errs, "passed over") {
		t.Errorf("the resumed run warns %q", again.errs)
	}
	for set, patterns := range map[string]string{"patterns.load=0.5": "patterns    32, ", "patterns.load=0": "patterns    64, ", "patterns.count=3": "patterns    3, "} {
		out := filepath.Base(strings.ReplaceAll(set, "=", "-"))
		tnnGPU(t, dir, "run", "--preset", "hopfield-flow", "--set", "network.units=64", "--set", "network.iterations=20", "--set", set, "--steps", "2", "--backend", "cpu", "--no-overview", "--out", out).want(t, codeDone, patterns)
		tnnGPU(t, dir, "resume", out, "--steps", "3").want(t, codeDone)
	}
}

// TestHelpComesFirst: who asks for help gets it, whatever else is wrong with the command line.
func TestHelpComesFirst(t *testing.T) {
	dir := t.TempDir()
	for _, args := range []string{"run|--steps|3|--steps|4|--help", "run||-h", "run|--bogus|--help", "run|--steps|--help", "run|--steps|-h", "run|--out|-h", "run|--set|foo=1|--set|foo=2|--help", "scan|statsu|--help", "help|run|--steps"} {
		tnnGPU(t, dir, strings.Split(args, "|")...).want(t, codeDone, "USAGE:", "--help, -h")
	}
	wantEmpty(t, dir)
	for _, args := range []string{"", "|--help", "help|", "|run"} {
		tnnGPU(t, dir, strings.Split(args, "|")...).want(t, codeUsage, "the name of the command is empty: is a variable not set that was to give it?")
	}
}

// TestEmptyArguments: what a variable of the shell was to give, and did not, is missed.
func TestEmptyArguments(t *testing.T) {
	dir := t.TempDir()
	for args, says := range map[string]string{
		"run|":                                   "an argument of `tnn-gpu run` is empty",
		"plot|r|":                                "an argument of `tnn-gpu plot` is empty",
		"scan|status|":                           "an argument of `tnn-gpu scan status` is empty",
		"run|--time-limit|":                      "--time-limit is empty",
		"run|--out=":                             "--out is empty: is a variable not set that was to give it?",
		"run|--check||--steps|3":                 "--check is empty",
		"run|--sweep|":                           "--sweep is empty",
		"scan|--preset||--over|a=1":              "--preset is empty",
		"run|--record|state|--every|1|--region|": "--region is empty",
		"run|--record|":                          "--record is empty",
		"run|--nodes=":                           "--nodes is empty",
		"run|--seed|":                            "--seed is empty",
		"stats|r|--of=":                          "--of is empty",
	} {
		tnnGPU(t, dir, strings.Split(args, "|")...).want(t, codeUsage, says)
	}
	wantEmpty(t, dir)
	// Of a file that names a device, none is asked for so.
	config := string(tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone).out)
	config = strings.Replace(strings.Replace(config, "sides = [30, 30]", "sides = [4, 4]", 1), "backend = ", "device = \"7\"\nbackend = ", 1)
	if err := os.WriteFile(filepath.Join(dir, "c.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "run", "c.toml", "--device", "", "--steps", "2", "--no-overview", "--out", "r").want(t, codeDone)
}
