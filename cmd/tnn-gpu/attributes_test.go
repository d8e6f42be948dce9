package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/exchange"
)

const clubText = `<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="club" attr.type="string"/><key id="d1" for="node" attr.name="age" attr.type="int"/>
<key id="d2" for="edge" attr.name="since" attr.type="int"/><key id="d3" for="edge" attr.name="club" attr.type="string"/>
<graph edgedefault="undirected">
<node id="Ada"><data key="d0">Officer</data><data key="d1">30</data></node><node id="Bob"><data key="d0">Mr. Hi</data></node>
<node id="Cy"><data key="d0">Mr. Hi</data><data key="d1">7</data></node><node id="Dee"/>
<edge source="Ada" target="Bob"/><edge source="Bob" target="Cy"><data key="d2">1977</data><data key="d3">chess, go</data></edge><edge source="Cy" target="Dee"/><edge source="Dee" target="Ada"/>
</graph></graphml>
`

const clubConfig = `model = "tnn"
[graph]
kind = "file"
file = "club.graphml"
[[group]]
name = "hi"
attribute = "club=Mr. Hi"
[[group]]
name = "others"
[[external]]
count = 1
nodes = ["Dee"]
weight = 5.0
periods = [4]
[[era]]
steps = 20
`

// TestAttributesReachEveryOutput: what a file calls nodes and says of them is in each
// output of a run, and of a run that starts from there.
func TestAttributesReachEveryOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"club.graphml": clubText, "club.toml": clubConfig} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tnnGPU(t, dir, "run", "club.toml", "--backend", "cpu", "--out", "club", "--record", "state", "--every", "1", "--watch", "state[external],state[Bob]").want(t, codeDone,
		"what it says of nodes is kept in all outputs: club and age", "what it says of edges is kept in all outputs: since and club", "hi: 2 nodes (club=Mr. Hi)")
	contains := func(what, text string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q:\n%s", what, want, text)
			}
		}
	}
	contains("nodes.csv", string(read(t, dir, "club", "nodes.csv")), "node,name,external,group,club,age\n", "0,Ada,0,others,Officer,30\n", "2,Cy,0,hi,Mr. Hi,7\n", "3,Dee,1,,,\n")
	contains("edges.csv", string(read(t, dir, "club", "edges.csv")), "edge,a,b,a_name,b_name,since,club\n", "0,0,1,Ada,Bob,,\n1,1,2,Bob,Cy,1977,\"chess, go\"\n")
	contains("run.json", string(read(t, dir, "club", "run.json")), `"name": "club"`, `"name": "edge_club"`, `"name": "edges.csv"`, `"dtype": "<U7"`, `"text": true`)
	contains("probes.csv", string(read(t, dir, "club", "probes.csv")), "step,state[Dee],state[Bob]\n")
	tnnGPU(t, dir, "check", "club").want(t, codeDone, "nodes.csv", "edges.csv")
	tnnGPU(t, dir, "stats", "club", "--of", "nodes").want(t, codeDone, "hi_state", "club=Officer_state")
	tnnGPU(t, dir, "inspect", "club", "--node", "Ada").want(t, codeDone, "club", "Officer", "age", "30")
	tnnGPU(t, dir, "inspect", "club", "--edge", "Bob,Cy").want(t, codeDone, "since", "1977", "chess, go")
	tnnGPU(t, dir, "export", "club", "--format", "csv", "--out", "club.csv").want(t, codeDone)
	contains("the table of nodes", string(read(t, dir, "club-nodes.csv")), "Id,external,state,energy,group,club,age\n", ",hi,Mr. Hi,7\n", "Dee,true,")
	contains("the table of edges", string(read(t, dir, "club-edges.csv")), "Source,Target,Type,Weight,since,club\n", ",1977,\"chess, go\"\n")
	tnnGPU(t, dir, "export", "club", "--out", "again.graphml").want(t, codeDone)
	tnnGPU(t, dir, "export", "club", "--format", "edgelist", "--out", "again.txt").want(t, codeDone)
	for _, start := range []string{"again.graphml", "again.txt", "club-edges.csv", filepath.Join("club", "final.npz")} {
		from, err := exchange.Read(filepath.Join(dir, start), exchange.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ofEdges := map[string]string{}
		for _, a := range from.EdgeAttributes {
			ofEdges[a.Name] = a.Text(1)
		}
		if len(ofEdges) != 2 || ofEdges["since"] != "1977" || ofEdges["club"] != "chess, go" {
			t.Errorf("%s: %v of edge 1", start, ofEdges)
		}
		if start == "club-edges.csv" { // which has nothing of nodes
			continue
		}
		said := map[string]string{}
		for _, a := range from.Attributes {
			said[a.Name] = a.Text(2)
		}
		if said["club"] != "Mr. Hi" || said["age"] != "7" || said["group"] != "hi" || len(from.External) != 1 || from.Names[2] != "Cy" {
			t.Errorf("%s: %v of node 2, external nodes %v, names %v", start, said, from.External, from.Names)
		}
		r := tnnGPU(t, dir, "run", "club.toml", "--backend", "cpu", "--set", "graph.file="+start, "--set", "external=[]", "--out", "from-"+filepath.Base(start))
		r.want(t, codeDone, "its external node is a network node here: Dee; weights of their edges adapt from what they were on", "hi: 2 nodes (club=Mr. Hi)")
		tnnGPU(t, dir, "run", "club.toml", "--backend", "cpu", "--set", "graph.file="+start, "--out", "kept-"+filepath.Base(start)).want(t, codeDone, "its 1 external node is external here, too")
	}
}
