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
	for name, text := range map[string]string{"scan.toml": file, "swept.toml": "[run]\nreplicas = 2\nsweep = \"edge.bound=2,3\"\n[graph]\nsides = [4, 4]\n[[group]]\nconnections = 4\n[[era]]\nsteps = 20\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, dir)
	for args, says := range map[string]string{
		"run|--steps|10|--steps=20":                                      `--steps is given twice, as "10" and as "20": give it once`,
		"run|--steps|10|--steps|10":                                      "--steps is given twice: give it once",
		"run|--quiet|--steps|3|--quiet":                                  "--quiet is given twice: give it once",
		"run|--set|edge.bound=1|--set|edge.bound = 2":                    "edge.bound is set to 1, and then edge.bound to 2, so that nothing would be left of the first: give one of the two",
		"run|--set|group[0].levels=5|--set|group=[{levels=3}]":           "group[0].levels is set to 5, and then group to [{levels=3}]",
		"scan|--set=edge.bound=1|--over|run.seed=1,2|--set|edge.bound=2": "edge.bound is set to 1",
		"scan|scan.toml":                                                 "scan.toml: set: edge.bound is set to 1, and then edge.bound to 2",
		"scan|scan.toml|--trials|2|--trials|3":                           "--trials is given twice",
		"plot|r|--size|80x60|--size|90x60":                               "--size is given twice",
		"scan|merge|r|--partial|--partial":                               "--partial is given twice",
		"resume|r|--steps|10|--steps|20":                                 "--steps is given twice",
		"run|--set|edge.bound=1|--sweep|edge.bound=2,3":                  "run.sweep deals values of edge.bound to the replicas, so that none has edge.bound=1, which --set gives: leave that out",
		"run|--set|run.sweep=edge.bound=1,2|--sweep|edge.bound=2,3":      "there are both --sweep and --set run.sweep",
		"run|swept.toml|--set|edge.bound=1":                              "none has edge.bound=1",
	} {
		tnnGPU(t, dir, strings.Split(args, "|")...).want(t, codeUsage, says)
	}
	sameTree(t, before, dir)
	// What is set within what is set before is not: so a file's keys are changed, too.
	tnnGPU(t, dir, "run", "swept.toml", "--set", "era=[{steps=20}]", "--set", "era[0].steps=2", "--backend", "cpu", "--no-overview", "--out", "r").want(t, codeDone)
	if config := string(read(t, dir, "r", "config.toml")); !strings.Contains(config, "\nsteps = 2 ") {
		t.Errorf("the run has\n%s", config)
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
