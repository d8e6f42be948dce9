package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// findTool finds a program that is in a Debian package. A test without it is skipped, but
// not in CI.
func findTool(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("TNN_REQUIRE_OPENCL") == "1" {
		t.Fatalf("%v; install the Debian package %s", err, debian)
	}
	t.Skip(err)
	return ""
}

// TestCompletion asks each shell what it offers, with what the program prints for it.
func TestCompletion(t *testing.T) {
	asks := map[string]func(line string) string{
		"bash": func(line string) string {
			return "COMP_WORDS=(" + line + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tnn_gpu; printf '%s\\n' \"${COMPREPLY[@]}\""
		},
		"zsh": func(line string) string {
			return "COMP_WORDS=(" + line + "); setopt ksharrays; COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tnn_gpu; print -l -- ${COMPREPLY[@]}"
		},
		"fish": func(line string) string { return "complete -C " + fishQuoted(strings.ReplaceAll(line, "''", "")) },
	}
	lines := []struct{ line, has, hasNot string }{
		{"tnn-gpu re", "resume", "run"},
		{"tnn-gpu run --no", "--nodes", "--overwrite"},
		{"tnn-gpu run --preset hopfield-g", "hopfield-glyphs", "driven"},
		{"tnn-gpu scan --preset perceptron-qu", "perceptron-quick", "driven"},
		{"tnn-gpu run --backend o", "opencl", "cpu"},
		{"tnn-gpu presets iso", "isolated4", "driven"},
		{"tnn-gpu scan mer", "merge", "status"},
		{"tnn-gpu scan merge --pa", "--partial", "--paused"},
		{"tnn-gpu plot r --format s", "svg", "png"},
		{"tnn-gpu video r --format a", "apng", "mp4"},
		{"tnn-gpu export r --format g", "graphml", "csv"},
		{"tnn-gpu stats r --of mom", "moments", "series"},
		{"tnn-gpu bench --series hopf", "hopfield-sync", "sorn"},
		{"tnn-gpu bench --backend a", "all", "auto"},
		{"tnn-gpu run --preset hopfield-", "hopfield-glyphs", "hopfield-capacity"}, // which is a scan
		{"tnn-gpu scan --preset hopfield-", "hopfield-capacity", "driven"},
		{"tnn-gpu completion f", "fish", "bash"},
		{"tnn-gpu help ''", "resume", "afile"},
		{"tnn-gpu help sc", "scan", "afile"},
		{"tnn-gpu help scan ''", "merge", "afile"},
		{"tnn-gpu --", "--help", "afile"},
		{"tnn-gpu --v", "--version", "--help"},
		{"tnn-gpu he", "help", "afile"},
		{"tnn-gpu run --he", "--help", "afile"},
		{"tnn-gpu scan merge --he", "--help", "afile"},
		{"tnn-gpu plot a", "afile", "plot"},
		{"tnn-gpu scan merge a", "afile", "merge"},
		{"tnn-gpu scan a", "afile", "merge"},
		{"tnn-gpu plot tw", "two words", "two"},
		{"tnn-gpu completion ''", "fish", "afile"},
		{"tnn-gpu presets ''", "driven", "afile"},
		{"tnn-gpu devices --", "--json", "afile"},
	}
	joined := map[string][]struct{ line, has, hasNot string }{
		"bash": {{"tnn-gpu run --preset = hopfield-g", "hopfield-glyphs", "driven"}, {"tnn-gpu run --precision =", "single", "auto"}, {"tnn-gpu plot --format=s", "--format=svg", "svg"}},
		"zsh":  {{"tnn-gpu run --preset=hopfield-g", "--preset=hopfield-glyphs", "hopfield-glyphs"}},
		"fish": {{"tnn-gpu run --preset=hopfield-g", "--preset=hopfield-glyphs", "driven"}},
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			path := findTool(t, name, name)
			dir := t.TempDir()
			for _, file := range []string{"afile", "two words"} {
				if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			script := tnnGPU(t, dir, "completion", name).want(t, codeDone).out
			if name == "zsh" {
				script = "autoload -U compinit && compinit -D -u\n" + script
			}
			lines := append(lines, joined[name]...)
			for _, l := range lines { // in one shell, as each takes a while to begin
				script += "\n" + ask(l.line) + "; echo ----"
			}
			c := exec.Command(path, "-c", script)
			c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir)
			out, err := c.Output()
			answers := strings.Split(string(out), "----\n")
			if err != nil || len(answers) != len(lines)+1 {
				t.Fatalf("%d answers to %d lines, %v", len(answers)-1, len(lines), err)
			}
			for i, l := range lines {
				var offered []string
				for line := range strings.Lines(answers[i]) {
					word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
					offered = append(offered, word)
				}
				// zsh leaves out what does not begin like the word only afterwards.
				if !slices.Contains(offered, l.has) || (name != "zsh" || l.hasNot == "afile") && slices.Contains(offered, l.hasNot) {
					t.Errorf("%q is offered %q; want %s and not %s", l.line, offered, l.has, l.hasNot)
				}
			}
		})
	}
	tnnGPU(t, t.TempDir(), "completion", "tcsh").want(t, codeUsage, `completion knows bash, zsh and fish, and not "tcsh"`)
}

// TestOfferedValues: where a shell offers values of a flag, they are those which the command says
// to use instead of another one.
func TestOfferedValues(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, "run", "--preset", "isolated4", "--steps", "4", "--record", "state", "--every", "1", "--backend", "cpu", "--no-overview", "--out", "r").want(t, codeDone)
	besides := map[string][]string{
		"plot": {"r"}, "export": {"r"}, "video": {"r"}, "stats": {"r"}, "resume": {"r"}, "scan": {"--over", "edge.bound=1,2"},
		"stats --format": {"r", "--out", "figure"},
	}
	found := 0
	eachFlag((&program{}).app(), func(c *cli.Command, words []string, f cli.Flag) {
		flag := "--" + f.Names()[0]
		offered := valuesOf(c.Name, f.Names()[0])
		if offered == nil || len(words) != 1 || flag == "--preset" || flag == "--of" { // a run has some of the statistics
			return
		}
		found++
		args := besides[c.Name]
		if own, is := besides[c.Name+" "+flag]; is {
			args = own
		}
		r := tnnGPU(t, dir, slices.Concat(words, args, []string{flag, "nonesuch"})...).want(t, codeUsage, `"nonesuch"`)
		says := strings.ReplaceAll(strings.ReplaceAll(r.errs, ", or ", ", "), " or ", ", ")
		if use := strings.Join(offered, ", "); !strings.HasSuffix(says, "use "+use+"\n") && !strings.Contains(says, "use "+use+"; the preset ") && !strings.HasSuffix(says, "there are "+use+"\n") {
			t.Errorf("%s %s: the shell offers %q, and the command says: %s", c.Name, flag, offered, r.errs)
		}
	})
	if found < 14 {
		t.Errorf("%d flags have values that are offered", found)
	}
}

// TestRunFromStandardInput runs a configuration that another program prints.
func TestRunFromStandardInput(t *testing.T) {
	dir := t.TempDir()
	preset := tnnGPU(t, dir, "presets", "isolated4").want(t, codeDone).out
	for text, code := range map[string]int{preset: codeDone, "[grph]\n": codeUsage} {
		c := command(t, dir, "run", "-", "--steps", "2", "--no-overview", "--out", "r")
		c.Stdin = strings.NewReader(text)
		out, _ := c.CombinedOutput()
		if c.ProcessState.ExitCode() != code {
			t.Errorf("exit code %d, want %d: %s", c.ProcessState.ExitCode(), code, out)
		}
		if code == codeUsage && !strings.Contains(string(out), "standard input:1") {
			t.Errorf("it does not say where: %s", out)
		}
	}
	tnnGPU(t, dir, "check", "r").want(t, codeDone, "finished at step 2")
}

// TestAsUsual has what other programs understand.
func TestAsUsual(t *testing.T) {
	dir := t.TempDir()
	version := tnnGPU(t, dir, "version").want(t, codeDone).out
	if got := tnnGPU(t, dir, "--version").want(t, codeDone).out; got != version {
		t.Errorf("--version prints %q, and version %q", got, version)
	}
	for _, args := range [][]string{{"help"}, {"help", "run"}, {"help", "scan", "merge"}} {
		help := tnnGPU(t, dir, append(slices.Clone(args[1:]), "--help")...).want(t, codeDone).out
		if got := tnnGPU(t, dir, args...).want(t, codeDone).out; got != help || help == "" {
			t.Errorf("%q prints %q, and with --help %q", args, got, help)
		}
	}
	tnnGPU(t, dir, "help", "rnu").want(t, codeUsage, `there is no command "rnu"`)
}
