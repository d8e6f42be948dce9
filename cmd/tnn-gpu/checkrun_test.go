package main

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
)

// inside runs the program in the process of the test, which is quicker.
func inside(t *testing.T, system files.System, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{out: &out, errs: &errs, began: time.Now(), files: system}
	r := result{code: p.run(context.Background(), args)}
	r.out, r.errs = out.String(), errs.String()
	return r
}

// TestCheckFindsDamage damages each file of a run in several ways, and changes nothing.
func TestCheckFindsDamage(t *testing.T) {
	dir := t.TempDir()
	withGraph(t, dir)
	tnnGPU(t, dir, "run", "c.toml", "--steps", "20", "--checkpoint", "8", "--record", "state,weight", "--every", "3", "--nodes", "1,2,3", "--watch", "state[1]",
		"--set", "record.overview=true", "--out", "out").want(t, codeDone)
	run := filepath.Join(dir, "out")
	rewriteWith := func(name, text string) {
		rewrite(t, filepath.Join(run, name), func([]byte) []byte { return []byte(text) })
	}
	if err := os.WriteFile(filepath.Join(run, "commands.csv"), []byte("step,command,name,value\n3,pause,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := inside(t, files.OS{}, "check", run).want(t, codeDone, "is whole: ")
	whole := tree(t, run)
	for name, content := range whole {
		if name == "." || name == "recordings" || name == "lock" {
			continue
		}
		if !strings.Contains(r.out, name) {
			t.Errorf("nothing is said of %s:\n%s", name, r.out)
		}
		middle := []byte(content)
		middle[len(middle)/2] ^= 1
		for kind, text := range map[string]string{"cut": content[:len(content)*2/3], "empty": "", "flipped": string(middle), "longer": content + "\nxx"} {
			// The file that holds the sums is looked at and not compared; a row of a command
			// that is cut was never carried out.
			if name == "commands.csv" || kind == "flipped" && name == "run.json" || kind == "longer" && name == "overview.png" {
				continue
			}
			rewriteWith(name, text)
			before := tree(t, run)
			r := inside(t, files.OS{}, "check", run)
			if r.code != codeFailed || !strings.Contains(r.out, "FAIL") || !strings.Contains(r.errs, "not whole") {
				t.Errorf("%s, %s: exit code %d\n%s%s", name, kind, r.code, r.out, r.errs)
			}
			if words := regexp.MustCompile(`EOF|zip:|png:|parse error|strconv`).FindString(r.out); words != "" {
				t.Errorf("%s, %s: it says %q:\n%s", name, kind, words, r.out)
			}
			sameTree(t, before, run)
		}
		if err := os.Remove(filepath.Join(run, name)); err != nil {
			t.Fatal(err)
		}
		optional := name == "overview.png" || name == "commands.csv" || strings.HasPrefix(name, "checkpoint-")
		if r := inside(t, files.OS{}, "check", run); r.code == codeDone && !optional {
			t.Errorf("without %s it is whole:\n%s", name, r.out)
		}
		rewriteAll(t, run, whole)
	}
	inside(t, files.OS{}, "check", run).want(t, codeDone)
	inside(t, files.OS{}, "check", dir).want(t, codeUsage, "is not the folder of a run")
	inside(t, files.OS{}, "check").want(t, codeUsage)
}

// rewriteAll puts the files of a folder back as they were.
func rewriteAll(t *testing.T, run string, whole map[string]string) {
	t.Helper()
	for name, content := range whole {
		if info, err := os.Lstat(filepath.Join(run, name)); err == nil && info.IsDir() {
			continue
		}
		if err := os.WriteFile(filepath.Join(run, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMetadataMissing: check and resume say the same of a run without run.json.
func TestMetadataMissing(t *testing.T) {
	run := filepath.Join(t.TempDir(), "run")
	inside(t, filestest.Quick{}, "run", "--preset", "isolated4", "--backend", "cpu", "--steps", "5", "--no-overview", "--out", run).want(t, codeDone)
	before := tree(t, run)
	for _, more := range []string{"", "+5"} {
		if err := os.Remove(filepath.Join(run, "run.json")); err != nil {
			t.Fatal(err)
		}
		inside(t, filestest.Quick{}, "check", run).want(t, codeFailed, "1 file is not whole", "it is missing, and `tnn-gpu resume` makes it anew")
		inside(t, filestest.Quick{}, "resume", run, "--backend", "cpu", "--steps", cmp.Or(more, "5")).want(t, codeDone, "There is no run.json in "+run+": it is made anew")
		inside(t, filestest.Quick{}, "check", run).want(t, codeDone)
		if more == "" {
			delete(before, "run.json")
			for name, content := range before {
				if got := tree(t, run)[name]; got != content {
					t.Errorf("%s has changed", name)
				}
			}
		}
	}
}
