package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestCommandsOfPagesAreThere: every command and flag that a page shows, in a block or
// within a line, is one of the program.
func TestCommandsOfPagesAreThere(t *testing.T) {
	app := (&program{out: io.Discard, errs: io.Discard}).app()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	commands, flags := 0, 0
	for _, file := range append(files, "../../README.md", "../../CHANGELOG.md", "../../python/README.md") {
		page := string(read(t, file))
		code := regexp.MustCompile("(?s)```.*?\n(.*?)```|`([^`\n]+)`").FindAllStringSubmatch(page, -1)
		for _, c := range code {
			for line := range strings.Lines(strings.ReplaceAll(c[1]+c[2], "\\\n", " ")) {
				for _, text := range commandsOf(line) {
					commands++
					flags += checkCommand(t, app, filepath.Base(file), text)
				}
			}
		}
	}
	if commands < 150 || flags < 250 {
		t.Errorf("only %d commands with %d flags are found", commands, flags)
	}
}

// commandsOf are the commands of the program in a line of a shell, without what is quoted.
func commandsOf(line string) (out []string) {
	line = regexp.MustCompile(`'[^']*'|"[^"]*"`).ReplaceAllString(line, "QUOTED")
	for _, part := range regexp.MustCompile(`[|;&>#]|\$\(`).Split(line, -1) {
		if _, text, found := strings.Cut(" "+part, " tnn-gpu "); found {
			out = append(out, text)
		}
	}
	return out
}

// checkCommand tells of words that the program does not know, and counts flags.
func checkCommand(t *testing.T, app *cli.App, file, text string) (flags int) {
	t.Helper()
	words := strings.Fields(text)
	if len(words) == 0 || !regexp.MustCompile(`^[a-z]+$`).MatchString(words[0]) {
		return 0 // such as --version, or FILE
	}
	command := app.Command(words[0])
	if command == nil {
		if words[0] != "help" {
			t.Errorf("%s: there is no command in `tnn-gpu %s`", file, text)
		}
		return 0
	}
	if len(words) > 1 {
		if inner := command.Command(words[1]); inner != nil {
			command = inner
		}
	}
	for _, word := range words[1:] {
		m := regexp.MustCompile(`^--?([a-z][a-z-]*)`).FindStringSubmatch(word)
		if m == nil || word == "-" {
			continue
		}
		flags++
		if !slices.ContainsFunc(command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), m[1]) }) && m[1] != "help" && m[1] != "h" {
			t.Errorf("%s: there is no flag %s in `tnn-gpu %s`", file, word, text)
		}
	}
	return flags
}

// TestJupyterPage runs what docs/jupyter.md shows of the program: a run apart from the
// notebook, which opens its folder.
func TestJupyterPage(t *testing.T) {
	dir := t.TempDir()
	packages, err := filepath.Abs("../../python")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", packages)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	page := regexp.MustCompile(`&\n`).ReplaceAll(read(t, "../../docs/jupyter.md"), []byte("&\nwait\n")) // a reader does something else meanwhile
	printed := runKinds(t, dir, page, "sh|python")
	if want := "finished 2000 "; len(printed) != 2 || !strings.HasPrefix(printed[1], want) {
		t.Errorf("it prints %q, want %q", printed, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "driven", "steps.csv")); err != nil {
		t.Error(err)
	}
}
