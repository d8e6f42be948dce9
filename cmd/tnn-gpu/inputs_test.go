package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ring is an edge list in which each node is joined to the one some places on.
func ring(apart int) []byte {
	list := []byte("# nodes 60\n")
	for i := range 60 {
		list = fmt.Appendf(list, "%d %d 0.1\n", i, (i+apart)%60)
	}
	return list
}

// withGraph makes a folder with a configuration and the list that it names.
func withGraph(t *testing.T, dir string) {
	t.Helper()
	config := "[run]\nbackend = \"cpu\"\n[record]\noverview = false\n[graph]\nkind = \"file\"\nfile = \"g.txt\"\n[[group]]\nlevels = 3\n[[era]]\nsteps = 100\n"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"c.toml": []byte(config), "g.txt": ring(1)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGraphFileChanges: a run goes on with the graph that it began with, wherever the
// folder is and whatever has become of the file.
func TestGraphFileChanges(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "here")
	withGraph(t, dir)
	tnnGPU(t, dir, "run", "c.toml", "--out", "whole").want(t, codeDone, "graph.file  "+filepath.Join(dir, "g.txt")+", kept in the folder as graph.txt")
	tnnGPU(t, dir, "run", "c.toml", "--steps", "50", "--out", "half").want(t, codeDone)
	tnnGPU(t, dir, "run", "c.toml", "--steps", "50", "--out", "edited").want(t, codeDone)
	if !bytes.Equal(read(t, dir, "half/graph.txt"), ring(1)) {
		t.Error("the copy is another file")
	}
	neighbours := tnnGPU(t, dir, "inspect", "whole", "--node", "0").out
	if err := os.WriteFile(filepath.Join(dir, "g.txt"), ring(7), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "half", "--steps", "100").want(t, codeDone, "g.txt is another file now than the one that this run was made from; it goes on with its own copy, ")
	sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "half"))
	if now := tnnGPU(t, dir, "inspect", "whole", "--node", "0").out; now != neighbours {
		t.Errorf("inspect shows\n%s\nand before\n%s", now, neighbours)
	}

	// The folder moves, and the file is gone.
	there := filepath.Join(filepath.Dir(dir), "there")
	if err := os.Rename(dir, there); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(there, "g.txt")); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, there, "run", "half/config.toml", "--steps", "100", "--out", "again").want(t, codeDone)
	sameResults(t, filepath.Join(there, "whole"), filepath.Join(there, "again"))
	tnnGPU(t, there, "resume", "half", "--steps", "110").want(t, codeDone)
	tnnGPU(t, there, "run", "--from", "half@60", "--out", "branch", "--steps", "110").want(t, codeDone)
	if !bytes.Equal(read(t, there, "half/final.npz"), read(t, there, "branch/final.npz")) || !bytes.Equal(ring(1), read(t, there, "branch/graph.txt")) {
		t.Error("the branch is of another network, or ends in another state")
	}
	tnnGPU(t, there, "export", "half", "--format", "edgelist").want(t, codeDone)
	tnnGPU(t, there, "resume", "--restart", "half", "--steps", "100").want(t, codeDone)
	sameResults(t, filepath.Join(there, "whole"), filepath.Join(there, "half"))

	// A copy that was changed is refused.
	for _, text := range [][]byte{ring(7), append(ring(1), '\n'), nil} {
		if err := os.WriteFile(filepath.Join(there, "edited/graph.txt"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		before := tree(t, filepath.Join(there, "edited"))
		for _, args := range [][]string{{"resume", "edited", "--steps", "100"}, {"inspect", "edited", "--node", "0"}, {"run", "--from", "edited", "--steps", "+1", "--out", "refused"}} {
			tnnGPU(t, there, args...).want(t, codeUsage, "graph.txt is not what graph.file of the run edited was: put it back as it was")
		}
		sameTree(t, before, filepath.Join(there, "edited"))
	}
}

// TestGraphOfCheckpoint: also where metadata are lost, a checkpoint knows its network.
func TestGraphOfCheckpoint(t *testing.T) {
	dir := t.TempDir()
	withGraph(t, dir)
	tnnGPU(t, dir, "run", "c.toml", "--steps", "50", "--out", "half").want(t, codeDone)
	if err := os.WriteFile(filepath.Join(dir, "half/graph.txt"), ring(7), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "half/run.json")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, filepath.Join(dir, "half"))
	tnnGPU(t, dir, "resume", "half", "--steps", "60").want(t, codeUsage, "the checkpoint is of another network")
	sameTree(t, before, filepath.Join(dir, "half"))
	if err := os.WriteFile(filepath.Join(dir, "half/graph.txt"), ring(1), 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "half", "--steps", "60").want(t, codeDone)
}

func TestEndingsOfKeptFiles(t *testing.T) {
	for path, want := range map[string]string{
		"/a/g.txt": ".txt", "g.txt.gz": ".txt.gz", "a.b/c": "", "g.GraphML": ".GraphML", "final.npz": ".npz", "x.tar.xz": ".tar.xz", "v1.2": ".2",
		"odd.t?t": "", strings.Repeat("x", 10) + "." + strings.Repeat("y", 40): "",
	} {
		if got := ending(path); got != want {
			t.Errorf("%s ends in %q, want %q", path, got, want)
		}
	}
}
