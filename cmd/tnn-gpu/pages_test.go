package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updatePages = flag.Bool("update-pages", false, "write the numbers of docs/parameters.md anew")

// TestParametersPage runs the commands of docs/parameters.md: they print the numbers that
// the page has.
func TestParametersPage(t *testing.T) {
	t.Parallel()
	path := "../../docs/parameters.md"
	page := string(read(t, path))
	dir, bin := t.TempDir(), t.TempDir()
	python, err := exec.LookPath(numPy(t))
	if err == nil {
		err = os.WriteFile(filepath.Join(bin, "python3"), []byte("#!/bin/sh\nexec "+python+" \"$@\"\n"), 0o755)
	}
	packages, errPath := filepath.Abs("../../python")
	if err != nil || errPath != nil {
		t.Fatal(err, errPath)
	}
	env := append(inPath(t), "PYTHONPATH="+packages, "PYTHONDONTWRITEBYTECODE=1")
	for i, v := range env {
		if path, isPath := strings.CutPrefix(v, "PATH="); isPath {
			env[i] = "PATH=" + bin + ":" + path
		}
	}
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```\n(\n```text\n(.*?)^```\n)?").FindAllStringSubmatch(page, -1)
	tables := 0
	for _, b := range blocks {
		c := exec.Command("sh", "-eu", "-c", b[1])
		c.Dir, c.Env, c.Stderr = dir, env, os.Stderr
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s%v: %s", b[1], err, out)
		}
		if b[2] == "" {
			continue
		}
		tables++
		_, printed, _ := strings.Cut(string(out), "\n") // the scan's folder stands above
		if *updatePages {
			page = strings.Replace(page, b[0], strings.TrimSuffix(b[0], b[2])+"\n```text\n"+printed+"```\n", 1)
		} else if printed != b[3] {
			t.Errorf("%sprints\n%s\nand the page has\n%s", b[1], printed, b[3])
		}
	}
	if tables < 10 {
		t.Errorf("the page has %d tables", tables)
	}
	if *updatePages {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFirstCommands runs what the pages of codes and signals begin with, and holds what is said of
// it: a code that is learned is Hamming's, and none is without annealing.
func TestFirstCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"codes", "signals"} {
		if blocks := len(runBlocks(t, dir, read(t, "../../docs", name+".md"))); blocks != 1 {
			t.Errorf("%s: %d blocks are found", name, blocks)
		}
	}
	for _, name := range []string{"hamming/codebook.csv", "learning.svg", "cooling/points.png", "urns/overview.png", "language/overview.png"} {
		if len(read(t, dir, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	column := func(name, column string) []string {
		rows, err := csv.NewReader(bytes.NewReader(read(t, dir, name))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.Index(rows[0], column)
		if at < 0 {
			t.Fatalf("%s has %q", name, rows[0])
		}
		var out []string
		for _, row := range rows[1:] {
			out = append(out, row[at])
		}
		return out
	}
	distances, perfect := column("hamming/steps.csv", "distance"), column("hamming/steps.csv", "perfect")
	if last := len(perfect) - 1; distances[last] != "3" || perfect[last] != "1" {
		t.Errorf("the code has the distance %s, perfect = %s", distances[last], perfect[last])
	}
	if shares := column("cooling/points.csv", "perfect"); len(shares) != 3 || shares[0] != "0" || shares[2] != "1" {
		t.Errorf("the shares of perfect codes are %q", shares)
	}
}

// TestTroubleIsAsItIsSaid: what docs/faq.md says that one sees is what the program says.
func TestTroubleIsAsItIsSaid(t *testing.T) {
	var source strings.Builder
	for _, folder := range []string{"../../cmd", "../../host", "../../gpu"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				source.Write(read(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, trouble, _ := strings.Cut(string(read(t, "../../docs/faq.md")), "## Trouble")
	quoted := 0
	for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(trouble, -1) {
		for _, words := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(row[1], -1) {
			quoted++
			if text := words[1]; text != "no space left on device" && !strings.Contains(source.String(), text) {
				t.Errorf("the program does not say %q", text)
			}
		}
	}
	if quoted < 8 {
		t.Errorf("the page quotes %d sentences", quoted)
	}
}

// TestGlossaryKnowsItsWords: keys and columns of the glossary are there.
func TestGlossaryKnowsItsWords(t *testing.T) {
	page, _, _ := strings.Cut(string(read(t, "../../docs/glossary.md")), "## The program")
	known := string(read(t, "../../docs/config.md")) + string(read(t, "../../docs/model.md"))
	checked := 0
	for _, word := range regexp.MustCompile("`([a-z_0-9]+(?:\\[0\\])?)\\.?([a-z_0-9]*)`").FindAllStringSubmatch(page, -1) {
		name := word[1]
		if word[2] != "" {
			name = word[2]
		}
		checked++
		if !strings.Contains(known, "`"+name+"`") {
			t.Errorf("nothing is called %s", word[0])
		}
	}
	if checked < 20 {
		t.Errorf("%d words are checked", checked)
	}
}
