package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fileRun is a run of a graph that is read from a file.
const fileRun = "[run]\nbackend = \"cpu\"\n[record]\noverview = false\n[graph]\nkind = \"file\"\nfile = \"none\"\n[edge]\nkind = \"fixed\"\n[[group]]\nlevels = 3\n[[era]]\nsteps = 1\nadapt = false\n"

// TestNodesHaveNames: what a file calls its nodes is said at the start, taken by all
// that name nodes, and kept in what is written; the same chain in four forms.
func TestNodesHaveNames(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const graphML = `<graphml><key id="w" for="edge" attr.name="weight"/><graph edgedefault="undirected"><node id="N1"/><node id="N2"/><node id="N3"/><node id="N4"/>` +
		`<edge source="N1" target="N2"><data key="w">0.125</data></edge><edge source="N2" target="N3"><data key="w">0.25</data></edge><edge source="N3" target="N4"><data key="w">0.375</data></edge></graph></graphml>`
	write("c.toml", fileRun)
	write("one.txt", "1 2 0.125\n2 3 0.25\n3 4 0.375\n")
	write("one.graphml", strings.ReplaceAll(graphML, "N", ""))
	write("names.txt", "Ada-L B 0.125\nB \"C D\" 0.25\n\"C D\" E 0.375\n")
	write("zero.graphml", strings.NewReplacer("N1", "n0", "N2", "n1", "N3", "n2", "N4", "n3").Replace(graphML))
	for file, names := range map[string][4]string{
		"one.txt": {"1", "2", "3", "4"}, "one.graphml": {"1", "2", "3", "4"}, "names.txt": {"Ada-L", "B", "C D", "E"}, "zero.graphml": {"n0", "n1", "n2", "n3"},
	} {
		run := "r-" + file
		r := tnnGPU(t, dir, "run", "c.toml", "--set", "graph.file="+file, "--out", run, "--record", "state", "--every", "1",
			"--nodes", names[1]+","+names[3], "--watch", "state["+names[2]+"],weight["+names[1]+"-"+names[0]+"]")
		r.want(t, codeDone, `nodes are called "`+names[0]+`" to "`+names[3]+`"`, "3 weights and no states of "+file)
		if got := read(run + "/nodes.csv"); got != "node,name\n0,"+names[0]+"\n1,"+names[1]+"\n2,"+names[2]+"\n3,"+names[3]+"\n" {
			t.Errorf("%s: nodes.csv is %q", file, got)
		}
		first, second := names[0], names[1] // by number
		if got := read(run + "/probes.csv"); !strings.HasPrefix(got, "step,state["+names[2]+"],weight["+first+"-"+second+"]\n") || !strings.Contains(got, ",0.125\n") {
			t.Errorf("%s: probes.csv is %q", file, got)
		}
		tnnGPU(t, dir, "inspect", run, "--node", names[0]).want(t, codeDone, "node "+names[0]+", number 0", "0.125")
		tnnGPU(t, dir, "inspect", run, "--edge", names[3]+","+names[2]).want(t, codeDone, "0.375")
		tnnGPU(t, dir, "inspect", run, "--node", "none").want(t, codeUsage, "there is no node none; the run has nodes "+names[0]+" to "+names[3])
		for _, format := range []string{"edgelist", "graphml"} {
			again := format + "-of-" + strings.ReplaceAll(file, ".", "-")
			tnnGPU(t, dir, "export", run, "--format", format, "--out", again).want(t, codeDone, "4 nodes and 3 edges")
			tnnGPU(t, dir, "run", "c.toml", "--set", "graph.file="+again, "--out", "of-"+again).want(t, codeDone, `nodes are called "`+names[0]+`" to "`+names[3]+`"`)
			if a, b := read(run+"/nodes.csv"), read("of-"+again+"/nodes.csv"); a != b {
				t.Errorf("%s: nodes.csv is %q, and after %s %q", file, a, format, b)
			}
		}
		tnnGPU(t, dir, "export", run, "--format", "csv", "--out", "t").want(t, codeDone)
		if got := read("t-edges.csv"); !strings.Contains(got, "\n"+names[0]+","+names[1]+",Undirected,0.125\n") {
			t.Errorf("%s: the table of edges is %q", file, got)
		}
		if err := os.Remove(filepath.Join(dir, "t-edges.csv")); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, "t-nodes.csv")); err != nil {
			t.Fatal(err)
		}
	}
	// External nodes are named in the same way.
	external := "external=[{periods = [4], weight = 9, nodes = [1, 4]}]"
	r := tnnGPU(t, dir, "run", "c.toml", "--set", "graph.file=one.txt", "--set", external, "--out", "driven")
	r.want(t, codeDone, "2 external nodes")
	tnnGPU(t, dir, "inspect", "driven", "--node", "1").want(t, codeDone, "external node 1, number 0")
	tnnGPU(t, dir, "inspect", "driven", "--node", "2").want(t, codeDone, "network node 2, number 1")
	tnnGPU(t, dir, "run", "c.toml", "--set", "graph.file=one.txt", "--set", strings.Replace(external, "4]}", "0]}", 1), "--out", "none").
		want(t, codeUsage, "external[0].nodes[1] is 0: there is no node 0; the run has nodes 1 to 4")
}

// TestFilesAreTold: what is taken from the file of a graph is said at the start.
func TestFilesAreTold(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"c.toml":   fileRun,
		"gap.txt":  "0 2\n",
		"two.txt":  "0 5\n",
		"both.txt": "# state 0 1\n# state 1 -1\n0 1 2\n1 0 2\n",
		"base.graphml": `<graphml><key id="s" for="node" attr.name="State"><default>1</default></key><key id="w" for="edge" attr.name="WEIGHT"><default>0.75</default></key>` +
			`<graph edgedefault="directed"><node id="a"><data key="s">-1</data></node><node id="b"/><edge source="a" target="b"/></graph></graphml>`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for file, says := range map[string][]string{
		"gap.txt":      {"no weights and no states of gap.txt", "1 of its 3 nodes has no edge"},
		"two.txt":      {"4 of its 6 nodes have no edges"},
		"both.txt":     {"1 weight and 2 states of both.txt", "1 edge that it has in both directions"},
		"base.graphml": {"1 weight and 2 states of base.graphml", "directed"},
	} {
		tnnGPU(t, dir, "run", "c.toml", "--set", "graph.file="+file, "--out", "r-"+file).want(t, codeDone, says...)
	}
	tnnGPU(t, dir, "export", "r-base.graphml", "--format", "edgelist", "--out", "w.txt").want(t, codeDone)
	if text, err := os.ReadFile(filepath.Join(dir, "w.txt")); err != nil || !strings.Contains(string(text), "\na b 0.75\n# state a ") {
		t.Errorf("%q, %v", text, err)
	}
}
