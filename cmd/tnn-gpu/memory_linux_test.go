package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/bench"
)

// TestTooLittleMemory: what would not fit the memory that the process may have ends
// in a sentence and exit code 2, and never in Go's words and a stack.
func TestTooLittleMemory(t *testing.T) {
	if err := exec.Command("sh", "-c", "ulimit -v 2000000").Run(); err != nil {
		t.Skip("no limit can be set: ", err)
	}
	dir := t.TempDir()
	create := func(name string, fill func(w *bufio.Writer) error) {
		t.Helper()
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriter(f)
		if err := fill(w); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s string) func(w *bufio.Writer) error {
		return func(w *bufio.Writer) error { _, err := io.Copy(w, strings.NewReader(s)); return err }
	}
	create("c.toml", text(fileRun))
	create("huge.txt", text("0 1\n1 2000000000\n"))
	create("large.txt", text("0 1\n1 40000000\n"))
	create("beyond.txt", text("0 1000000000000000000\n"))
	create("nodes.txt", text("# nodes 2000000000\n0 1\n"))
	create("huge.net", text("*Vertices 2000000000\n*Edges\n1 2\n"))
	create("huge.mtx", text("%%MatrixMarket matrix coordinate pattern symmetric\n2000000000 2000000000 1\n2 1\n"))
	create("bomb.txt.gz", packed("", strings.Repeat("0 0\n", 1<<18), 30))
	create("line.txt.gz", packed("", strings.Repeat("0", 1<<20), 20))
	create("bomb.graphml.gz", packed("<graphml><graph><node id=\"", strings.Repeat("0", 1<<20), 20))
	create("bomb.npz", func(w *bufio.Writer) error {
		z := zip.NewWriter(w)
		for _, name := range []string{"a.npy", "b.npy"} {
			const items = 1 << 25
			header := fmt.Sprintf("{'descr': '|i1', 'fortran_order': False, 'shape': (%d,), }\n", items)
			in, err := z.Create(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(in, "\x93NUMPY\x01\x00%c%c%s", len(header)%256, len(header)/256, header)
			zeros := make([]byte, 1<<20)
			for range items / len(zeros) {
				if _, err := in.Write(zeros); err != nil {
					return err
				}
			}
		}
		return z.Close()
	})
	for _, c := range []struct {
		file, says string
		args       []string
	}{
		{"huge.txt", "with 2000000001 nodes", nil},
		{"large.txt", "with 40000001 nodes", nil},
		{"beyond.txt", "node 1000000000000000000 is beyond", nil},
		{"nodes.txt", "with 2000000000 nodes", nil},
		{"huge.net", "do not suffice", nil},
		{"huge.mtx", "do not suffice", nil},
		{"bomb.txt.gz", "do not suffice", nil},
		{"line.txt.gz", "line", nil},
		{"bomb.graphml.gz", "MB without an element", nil},
		{"bomb.npz", "33554432 values", nil},
		{"", "the network takes at least", []string{"run", "--preset", "isolated", "--backend", "cpu", "--replicas", "1000000", "--out", "r"}},
		{"", "the network takes at least", []string{"run", "--preset", "isolated4", "--backend", "cpu", "--set", "graph.sides=[4, 4]", "--replicas", "1000000", "--out", "r"}},
	} {
		args := c.args
		if c.file != "" {
			args = []string{"run", "c.toml", "--set", "graph.file=" + c.file, "--out", "r"}
		}
		r := limited(t, dir, "ulimit -v 2000000", args...)
		r.want(t, codeUsage, c.says)
		if strings.Count(r.errs, "\n") != 1 {
			t.Errorf("%s %v: more than a sentence:\n%.2000s", c.file, c.args, r.errs)
		}
		if _, err := os.Stat(filepath.Join(dir, "r")); err == nil {
			t.Errorf("%s %v: there is a run folder", c.file, c.args)
		}
	}
}

// TestSharedMemoryIsCountedOnce: replicas that recall from the same network need its
// couplings once, before it is built as afterwards. Here they are 10 MB and 4 MB, and each
// replica's own would not fit.
func TestSharedMemoryIsCountedOnce(t *testing.T) {
	if err := exec.Command("sh", "-c", "ulimit -v 3000000").Run(); err != nil {
		t.Skip("no limit can be set: ", err)
	}
	dir := t.TempDir()
	temperatures := make([]string, 100)
	for i := range temperatures {
		temperatures[i] = fmt.Sprintf("%g", 0.01*float64(i+1))
	}
	const matrix = "network.matrix=true"
	drawn := []string{"run", "--preset", "hopfield-recall", "--backend", "cpu", "--no-overview", "--steps", "1", "--set", matrix, "--set", "network.units=1600", "--set", "patterns.count=3"}
	limited(t, dir, "ulimit -v 3000000", append(drawn, "--sweep", "recall.temperature="+strings.Join(temperatures, ","), "--out", "swept")...).want(t, codeDone, "100 replicas")
	limited(t, dir, "ulimit -v 3000000", append(drawn, "--replicas", "100", "--out", "own")...).want(t, codeUsage, "the network takes at least")
	limited(t, dir, "ulimit -v 3000000", "run", "--preset", "hopfield-glyphs", "--set", matrix, "--backend", "cpu", "--no-overview", "--steps", "1", "--replicas", "250", "--out", "given").want(t, codeDone, "250 replicas")
}

// TestBenchOfTooMuch: bench says what does not fit before it measures anything, as run does.
func TestBenchOfTooMuch(t *testing.T) {
	if err := exec.Command("sh", "-c", "ulimit -v 4000000").Run(); err != nil {
		t.Skip("no limit can be set: ", err)
	}
	dir := t.TempDir()
	for _, args := range [][]string{
		{"--series", "sorn", "--size", "10000000"}, {"--series", "codes-backprop", "--replicas", "1048576"}, {"--size", "30000", "--connections", "4"},
		{"--series", "hopfield-storkey", "--size", "1000000"}, {"--series", "hopfield-recall", "--size", "100000"}, {"--series", "perceptron", "--students", "1000000"},
		{"--series", "signals-urns", "--size", "100", "--replicas", "1048576"},
	} {
		r := limited(t, dir, "ulimit -v 4000000", append([]string{"bench", "--backend", "cpu"}, args...)...)
		r.want(t, codeUsage, "the network takes at least", "this process can have")
		if strings.Count(r.errs, "\n") != 1 {
			t.Errorf("%v: more than a sentence:\n%.2000s", args, r.errs)
		}
	}
	// What fits beside it is measured.
	r := limited(t, dir, "ulimit -v 4000000", "bench", "--backend", "cpu", "--size", "30000,8", "--connections", "4", "--seconds", "0.001", "--json")
	r.want(t, codeDone, "size 30000, connections 4, single precision is not possible: the network takes at least", "it is left out")
	var results []bench.Result
	if err := json.Unmarshal([]byte(r.out), &results); err != nil || len(results) != 1 {
		t.Errorf("%d results, not one: %v", len(results), err)
	}
}

// packed writes a beginning, and a text many times, by gzip.
func packed(begin, text string, times int) func(w *bufio.Writer) error {
	return func(w *bufio.Writer) error {
		z := gzip.NewWriter(w)
		if _, err := io.WriteString(z, begin); err != nil {
			return err
		}
		for range times {
			if _, err := io.WriteString(z, text); err != nil {
				return err
			}
		}
		return z.Close()
	}
}

// limited runs the program after a command of the shell.
func limited(t *testing.T, dir, before string, args ...string) result {
	t.Helper()
	c := command(t, dir, args...)
	shell := exec.Command("sh", append([]string{"-c", before + `; exec "$@"`, "sh", c.Path}, c.Args[1:]...)...)
	shell.Env, shell.Dir = c.Env, c.Dir
	var out, errs bytes.Buffer
	shell.Stdout, shell.Stderr = &out, &errs
	return finish(t, shell.Run(), &out, &errs)
}
