package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fedWith runs feed, or a command that goes on with such a run, with some input.
func fedWith(t *testing.T, dir, input string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	c := command(t, dir, args...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &errs
	return finish(t, c.Run(), &out, &errs)
}

// inputLines are those of steps first to last, for two external nodes.
func inputLines(first, last int) string {
	var text strings.Builder
	for step := first; step <= last; step++ {
		fmt.Fprintf(&text, "%v %v\n", math.Sin(float64(step)), math.Cos(float64(step)))
	}
	return text.String()
}

// fedConfig writes the configuration of a network of two external nodes.
func fedConfig(t *testing.T, dir, name, wave string) {
	t.Helper()
	r := tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone)
	text := strings.Replace(r.out, "sides = [30, 30]", "sides = [8, 8]", 1) +
		"\n[[external]]\ncount = 2\nconnections = 4\nweight = 3.0\n" + wave + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFeed: each line is a step and has an answer, bad ones change nothing, and the run
// is that of the same inputs from a file, also if it is gone on with.
func TestFeed(t *testing.T) {
	dir := t.TempDir()
	fedConfig(t, dir, "fed.toml", `wave = "feed"`)
	args := []string{"feed", "fed.toml", "--backend", "cpu", "--no-overview", "--checkpoint", "10"}
	r := fedWith(t, dir, inputLines(1, 25), append(args, "--out", "whole", "--answer", "state[external]")...).want(t, codeDone)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if len(lines) != 25 || !near(lines[24], math.Sin(25), math.Cos(25)) {
		t.Fatalf("25 lines of inputs have the answers %q", lines)
	}
	if !strings.Contains(r.errs, "fed step by step") {
		t.Errorf("standard error has %q", r.errs)
	}

	// Lines that cannot be used, in between.
	mixed := inputLines(1, 7) + "1\n2 0\nhello\n0 NaN\n!dance\n!external:5 x\n" + inputLines(8, 12) + "!save\n!quit\nnever read\n"
	r = fedWith(t, dir, mixed, append(args, "--out", "parts", "--answer", "energy")...).want(t, codeDone)
	for _, says := range []string{"error: there is 1 number, and a step takes 2", "is 2: use a number from -1 to 1", `error: "hello" is no number`, "use a finite number", "error: use !NAME VALUE", "\nok\n"} {
		if !strings.Contains(r.out, says) {
			t.Errorf("the answers have no %q:\n%s", says, r.out)
		}
	}
	if n := strings.Count(r.out, "\n"); n != 12+6+1 {
		t.Errorf("there are %d answers:\n%s", n, r.out)
	}
	r = fedWith(t, dir, inputLines(13, 25), "resume", "parts", "--backend", "cpu", "--answer", "energy").want(t, codeDone)
	if n := strings.Count(r.out, "\n"); n != 13 {
		t.Errorf("13 lines of inputs have %d answers:\n%s", n, r.out)
	}
	for _, name := range []string{"inputs.csv", "steps.csv"} {
		if !bytes.Equal(read(t, dir, "whole", name), read(t, dir, "parts", name)) {
			t.Errorf("%s of the run that was gone on with is another", name)
		}
	}
	tnnGPU(t, dir, "check", "parts").want(t, codeDone, "inputs.csv")

	// The same rows from a file.
	fedConfig(t, dir, "file.toml", "wave = \"series\"\nseries = \"whole/inputs.csv\"")
	tnnGPU(t, dir, "run", "file.toml", "--backend", "cpu", "--no-overview", "--steps", "25", "--out", "file").want(t, codeDone)
	if !bytes.Equal(read(t, dir, "whole", "steps.csv"), read(t, dir, "file", "steps.csv")) {
		t.Error("the same inputs from a file give another run")
	}
	tnnGPU(t, dir, "run", "fed.toml").want(t, codeUsage, "the network takes 2 inputs at each step: use `tnn-gpu feed`")
	fedWith(t, dir, "", "feed", "--preset", "isolated4").want(t, codeUsage, "give at least one [[external]]")
	fedWith(t, dir, "", "feed", "--preset", "driven", "--set", "external[0].periods=[5]").want(t, codeUsage, "external[0].periods is set to [5], which has no effect, as the external nodes are fed")
	fedWith(t, dir, "", append(args, "--answer", "speed")...).want(t, codeUsage, `"speed" is no quantity and no field: use one of the quantities energy, `, "; or of the fields state, energy, ")
	fedWith(t, dir, inputLines(26, 30), "feed", "--from", "whole@17", "--backend", "cpu", "--no-overview", "--steps", "+3", "--out", "branch", "--answer", "energy").want(t, codeDone)
	if left := strings.Count(string(read(t, dir, "branch", "inputs.csv")), "\n"); left != 1+3 {
		t.Errorf("the run from step 17 has %d lines of inputs", left)
	}
}

// TestFeedControls: a switch takes on and off in several words and nothing else, and what
// a control cannot be is answered by what it takes.
func TestFeedControls(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 5000)
	short := strings.Repeat("x", 60) + "..."
	for model, test := range map[string]struct {
		args  []string
		lines [][2]string // what is said, and what the answer begins with
	}{
		"tnn": {[]string{"--preset", "driven"}, [][2]string{
			{"!adapt 7", "error: adapt cannot be set to 7: adapt is switched on by 1 and off by 0"},
			{"!adapt 0.5", "error: adapt cannot be set to 0.5"},
			{"!adapt maybe", "error: !adapt takes on or off, true or false, 1 or 0, or nan for what the configuration has, not \"maybe\""},
			{"!adapt off", "ok"}, {"!adapt TRUE", "ok"}, {"!adapt 1", "ok"}, {"!adapt nan", "ok"},
			{long, "error: \"" + short + "\" is no number"},
			{"!adapt " + long, "error: !adapt takes on or off, true or false, 1 or 0, or nan for what the configuration has, not \"" + short + "\""},
			{"!" + long + " 1", "error: xxx"}, {"!" + long + " x", "error: control \"xxx"},
			{"!phase x", `error: control "phase" is not known; use adapt, external:ID or a key that eras change`},
			{"!quit now", "error: !quit takes no words"},
			{"!phase 1", "error: phase cannot be set to 1: control \"phase\" is not known"},
			{"!edge.inverse_temperature on", "error: !edge.inverse_temperature takes a number, or nan for what the configuration has, not \"on\""},
			{"!edge.inverse_temperature inf", "error: edge.inverse_temperature cannot be set to +Inf; use a finite value"},
			{"!edge.inverse_temperature -1", "error: edge.inverse_temperature cannot be set to -1"},
			{"!edge.inverse_temperature 2", "ok"}, {"!edge.inverse_temperature NaN", "ok"},
		}},
		"sorn": {[]string{"--preset", "sorn-0.3", "--set", "sorn.ne=60", "--set", "sorn.target_rate=0.1"}, [][2]string{
			{"!stdp 7", "error: stdp cannot be set to 7: stdp is switched on by 1 and off by 0"},
			{"!stdp yes", "error: !stdp takes on or off, true or false, 1 or 0, or nan for what the configuration has, not \"yes\""},
			{"!stdp off", "ok"}, {"!stdp nan", "ok"}, {"!rest nan", "error: "}, {"!freeze " + long, "error: \"xxx"}, {"!adapt on", `error: control "adapt" is not known; use plasticity, `},
		}},
	} {
		t.Run(model, func(t *testing.T) {
			var lines strings.Builder
			for _, line := range test.lines {
				lines.WriteString(line[0] + "\n")
			}
			args := append([]string{"feed", "--backend", "cpu", "--no-overview", "--out", model}, test.args...)
			answers := strings.Split(fedWith(t, dir, lines.String(), args...).want(t, codeDone).out, "\n")
			if len(answers) != len(test.lines)+1 {
				t.Fatalf("%d lines have %d answers: %q", len(test.lines), len(answers)-1, answers)
			}
			for i, line := range test.lines {
				if !strings.HasPrefix(answers[i], line[1]) || len(answers[i]) > 420 {
					t.Errorf("%.40s is answered by %q, want %q", line[0], answers[i], line[1])
				}
			}
		})
	}
}

// TestFeedOfSORN feeds a network of another model; what comes from a line is what the
// answer of the step has, and a scan of such networks is refused before it computes.
func TestFeedOfSORN(t *testing.T) {
	dir := t.TempDir()
	args := []string{"feed", "--preset", "sorn-0.3", "--set", "sorn.ne=40", "--set", "sorn.nu=3", "--backend", "cpu", "--no-overview", "--out", "fed", "--answer", "rate_e,x"}
	strong := "0 0 0\n1000 1000 1000\n1000 0 1000\n1 2\n!quit\n"
	r := fedWith(t, dir, strong, args...).want(t, codeDone)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[3], "error: there are 2 numbers, and a step takes 3") {
		t.Fatalf("the answers are %q", lines)
	}
	for i, want := range []string{"", "1 1 1", "1"} {
		if x := strings.Fields(lines[i]); len(x) != 41 || !strings.HasPrefix(strings.Join(x[1:], " "), want) {
			t.Errorf("line %d is answered %q; driven units are active", i+1, lines[i])
		}
	}
	pools := []string{"feed", "--preset", "sorn-0.3", "--set", "input.pool_size=2", "--backend", "cpu", "--no-overview", "--out", "pools"} // of the channels that are fed
	fedWith(t, dir, "!quit\n", pools...).want(t, codeDone)
	args[len(args)-3] = "saved"
	saved := fedWith(t, dir, "!save begin.npz\n1000 0 0\n!save a state.npz\n0 0 0\n!save a state.npz\n!save nowhere/state.npz\n!save state.npz\n!quit\n", args...).want(t, codeDone)
	lines = strings.Split(strings.TrimSpace(saved.out), "\n")[1:]
	if begin := arraysOf(t, filepath.Join(dir, "begin.npz"), "step", "x"); begin["step"].Values[0] != 0 || slices.Contains(begin["x"].Values, 1) {
		t.Errorf("the state before the first line is that of step %v", begin["step"].Values)
	}
	if len(lines) != 6 || lines[1] != "ok a state.npz" || !strings.HasPrefix(lines[3], "error: ") || !strings.Contains(lines[3], "exists") || !strings.HasPrefix(lines[4], "error: ") || lines[5] != "ok state.npz" {
		t.Fatalf("the answers are %q", lines)
	}
	if !bytes.Equal(read(t, dir, "state.npz"), read(t, dir, "saved", "final.npz")) {
		t.Error("the state that is saved last is not that of final.npz")
	}
	tnnGPU(t, dir, "run", "--preset", "sorn-0.3", "--set", "sorn.ne=40", "--set", "sorn.nu=3", "--set", "sorn.state=a state.npz", "--steps", "1", "--backend", "cpu", "--no-overview", "--out", "again").want(t, codeDone)
	if x := arraysOf(t, filepath.Join(dir, "again", "final.npz"), "x_before")["x_before"].Values; strings.Join(strings.Fields(lines[0])[1:], " ") != strings.Trim(fmt.Sprint(x), "[]") {
		t.Errorf("the run begins with %v, and the answer before it was saved is %q", x, lines[0])
	}
	tnnGPU(t, dir, "scan", "--preset", "sorn-0.3", "--set", "input.kind=fed", "--set", "sorn.nu=3", "--over", "sorn.ne=40,50", "--trials", "2", "--out", "scanned").
		want(t, codeUsage, "the network waits for inputs at each step, and a scan has none")
	if _, err := os.Stat(filepath.Join(dir, "scanned")); err == nil {
		t.Error("a scan that is refused has left a folder")
	}
}

func near(line string, want ...float64) bool {
	for i, word := range strings.Fields(line) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil || math.Abs(v-want[i]) > 1e-6 {
			return false
		}
	}
	return true
}

// TestFeedLoop: an answer comes before the next line is written, and a run that is
// killed between two lines goes on with the same bits.
func TestFeedLoop(t *testing.T) {
	dir := t.TempDir()
	fedConfig(t, dir, "fed.toml", `wave = "feed"`)
	args := []string{"feed", "fed.toml", "--backend", "cpu", "--no-overview", "--checkpoint", "8", "--answer", "order,energy"}
	whole := fedWith(t, dir, inputLines(1, 30), append(args, "--out", "whole")...).want(t, codeDone)

	l := newLoop(t, dir, append(args, "--out", "killed")...)
	var got strings.Builder
	for step := 1; step <= 21; step++ {
		got.WriteString(l.ask(strings.TrimSuffix(inputLines(step, step), "\n")) + "\n")
	}
	_ = l.program.Process.Kill()
	_ = l.program.Wait()
	r := fedWith(t, dir, inputLines(22, 30), "resume", "killed", "--backend", "cpu", "--answer", "order,energy").want(t, codeDone)
	got.WriteString(r.out)
	if got.String() != whole.out {
		t.Errorf("the answers are\n%s\nwant\n%s", got.String(), whole.out)
	}
	if !bytes.Equal(read(t, dir, "whole", "steps.csv"), read(t, dir, "killed", "steps.csv")) {
		t.Error("the steps are others")
	}
}

// TestSeriesOfARun: the series is a file that the run rests on.
func TestSeriesOfARun(t *testing.T) {
	dir := t.TempDir()
	fedConfig(t, dir, "series.toml", "wave = \"series\"\nseries = \"my.csv\"")
	if err := os.WriteFile(filepath.Join(dir, "my.csv"), []byte(inputLines(1, 40)), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "series.toml", "--backend", "cpu", "--no-overview"}
	tnnGPU(t, dir, append(args, "--steps", "40", "--out", "whole", "--watch", "state[external]")...).want(t, codeDone)
	probes := strings.Split(string(read(t, dir, "whole", "probes.csv")), "\n")
	if cells := strings.Split(probes[7], ","); len(cells) != 3 || !near(strings.Join(cells[1:], " "), math.Sin(7), math.Cos(7)) && !near(strings.Join(cells[1:], " "), math.Cos(7), math.Sin(7)) {
		t.Errorf("the states of step 7 are %q", probes[7])
	}
	if text := string(read(t, dir, "whole", "run.json")); !strings.Contains(text, `"kept": "external-0.csv"`) {
		t.Errorf("run.json has no external-0.csv: %s", text)
	}
	// On from step 20, with the copy that the run has.
	tnnGPU(t, dir, append(args, "--steps", "20", "--out", "half", "--watch", "state[external]")...).want(t, codeDone)
	if err := os.Remove(filepath.Join(dir, "my.csv")); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "half", "--steps", "40", "--backend", "cpu").want(t, codeDone)
	for _, name := range []string{"steps.csv", "probes.csv", "final.npz"} {
		if !bytes.Equal(read(t, dir, "whole", name), read(t, dir, "half", name)) {
			t.Errorf("%s of the run that was gone on with is another", name)
		}
	}
	tnnGPU(t, dir, "resume", "half", "--steps", "41", "--backend", "cpu").want(t, codeUsage, "it has 40 rows, and the run has 41 steps")
	if err := os.WriteFile(filepath.Join(dir, "half", "external-0.csv"), []byte(inputLines(2, 41)), 0o644); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "half", "--steps", "+1", "--backend", "cpu").want(t, codeUsage, "put it back as it was")
}

// TestInputsPage runs what docs/inputs.md shows, with the configuration above it, and
// its Python where that is.
func TestInputsPage(t *testing.T) {
	t.Parallel()
	page := read(t, "../../docs/inputs.md")
	dir := t.TempDir()
	named := bytes.Replace(page, []byte("inputs.toml"), []byte("scan.toml"), 1)
	named = bytes.Replace(named, []byte("annealing.toml"), []byte("more.toml"), 1)
	if blocks := len(runBlocks(t, dir, named)); blocks < 5 {
		t.Fatalf("%d blocks are found", blocks)
	}
	if svg := read(t, dir, "loop2", "hysteresis.svg"); !bytes.Contains(svg, []byte("group[0].inverse_temperature")) {
		t.Error("the figure of the hysteresis does not name its axis")
	}
	if rows := bytes.Count(read(t, dir, "driven", "probes.csv"), []byte("\n")); rows != 201 {
		t.Errorf("probes.csv has %d lines", rows)
	}
	if rows := bytes.Count(read(t, dir, "loop", "inputs.csv"), []byte("\n")); rows != 3 {
		t.Errorf("inputs.csv has %d lines", rows)
	}
	sameResults(t, filepath.Join(dir, "waves"), filepath.Join(dir, "waves-again"))
	if text := read(t, dir, "branch", "run.json"); !bytes.Contains(text, []byte(`"step": 30`)) || !bytes.Contains(text, []byte("waves")) {
		t.Errorf("run.json of a branch does not tell where it comes from:\n%s", text)
	}
	for _, want := range []string{"1,were cold", "299,were cold", "350,1", "351,1", "300,2", "899,2"} {
		number, group, _ := strings.Cut(want, ",")
		if !regexp.MustCompile("(?m)^" + number + "," + group + ",").Match(read(t, dir, "attributes", "nodes.csv")) {
			t.Errorf("node %s is not in group %s", number, group)
		}
	}
	python := findTool(t, "python3", "python3")
	_, text, _ := bytes.Cut(page, []byte("```python\n"))
	text, _, _ = bytes.Cut(text, []byte("```"))
	c := exec.Command(python, "-c", string(text))
	c.Dir, c.Env = dir, inPath(t)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if rows := bytes.Count(read(t, dir, "steered", "inputs.csv"), []byte("\n")); rows != 21 {
		t.Errorf("inputs.csv of the loop has %d lines", rows)
	}
}
