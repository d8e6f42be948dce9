//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNoFileHoldsUp: a named pipe that nobody writes to, and a device without an end, in
// the place of every file that a command reads, are refused and not waited for.
func TestNoFileHoldsUp(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "list.json": "[]", "binary": "\x00\x01\x02", "none.json": "{"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(10*time.Minute, func() { panic("a file holds the test up") })
	defer late.Stop()
	for _, command := range [][]string{
		{"run"}, {"compare"}, {"feed"}, {"scan"}, {"scan", "--out", "s"}, {"verify"}, {"run", "--set", `graph.kind="file"`, "--set"}, {"plot"}, {"resume"}, {"check"}, {"inspect"}, {"stats"}, {"export"}, {"scan", "status"}, {"run", "--from"},
	} {
		for _, file := range []string{"pipe", "/dev/zero"} {
			last := file
			if command[len(command)-1] == "--set" {
				last = "graph.file=" + file
			}
			r := tnnGPU(t, dir, append(command, last)...)
			if r.code != codeUsage || strings.Count(r.errs, "\n") != 1 {
				t.Errorf("%v %s: exit code %d, %.300s", command, file, r.code, r.errs)
			}
		}
	}
	for _, c := range [][]string{
		{"scan", "empty", "empty is empty: a scan is a file with axes"}, {"scan", "binary", "this is no scan"},
		{"verify", "list.json", "it has a JSON array where an object"}, {"verify", "none.json", "it is no JSON"}, {"verify", "empty", "it is no JSON"},
	} {
		tnnGPU(t, dir, c[0], c[1]).want(t, codeUsage, c[2])
	}
}
