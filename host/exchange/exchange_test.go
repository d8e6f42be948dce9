package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tnn-gpu/host/graph"
)

// sample is a network with a self-loop, a lattice and an external node.
func sample() *Export {
	return &Export{
		Import: Import{
			Graph: &graph.Graph{
				Nodes: 6, Lattice: graph.Lattice{Sides: []int{2, 3}},
				Edges: []graph.Edge{{A: 0, B: 1}, {A: 4, B: 1}, {A: 5, B: 5}, {A: 5, B: 5}, {A: 2, B: 0}},
			},
			Weights:  []float64{0.1, -1e-300, 3, 2.5, 160},
			States:   []float64{1, -1, 1. / 3, 0, -0.5, 0.1},
			External: []int32{0},
			Attributes: []Attribute{
				{Name: "layer", Values: []float64{1, 2, math.NaN(), 4, 5, -0.5}},
				{Name: "kind & colour", Texts: []string{"a <hub>", "", "12", `"quoted", word`, "Zürich", "x"}},
				{Name: "code", Texts: []string{"007", "1", "", "", "nan", ""}},
			},
			EdgeAttributes: []Attribute{
				{Name: "length", Values: []float64{1e-300, 2, math.NaN(), 4, -0.5}},
				{Name: "kind & colour", Texts: []string{"a <road>", "", "12", `"quoted", word`, "Zürich"}},
			},
		},
		Results: []Attribute{{Name: "energy", Values: []float64{0, 1e9, -2, 3, 4, 5}}},
	}
}

// same compares what is read with what was written; no format carries a lattice.
func same(want, got *Import) string {
	plain := *want
	plain.Graph = &graph.Graph{Nodes: want.Graph.Nodes, Edges: want.Graph.Edges}
	return cmp.Diff(&plain, got, cmpopts.EquateNaNs())
}

func TestRoundTrips(t *testing.T) {
	x := sample()
	var text bytes.Buffer
	if err := x.WriteGraphML(&text); err != nil {
		t.Fatal(err)
	}
	got, err := ReadGraphML(&text, "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	// A lattice is no part of a graph: its coordinates are attributes.
	got.Attributes = slices.DeleteFunc(got.Attributes, func(a Attribute) bool { return slices.Contains([]string{"x", "y", "energy"}, a.Name) })
	if d := same(&x.Import, got); d != "" {
		t.Errorf("GraphML (-want +is):\n%s", d)
	}
	text.Reset()
	if err := x.WriteEdgeList(&text); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadList(&text, "x", Options{}); err != nil {
		t.Fatal(err)
	}
	if d := same(&x.Import, got); d != "" {
		t.Errorf("edge list (-want +is):\n%s", d)
	}
}

// TestRoundTripsOfAnyNumbers: weights and states keep all of their bits.
func TestRoundTripsOfAnyNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &Export{Import: Import{Graph: &graph.Graph{Nodes: rapid.IntRange(1, 20).Draw(t, "nodes")}}}
		for id := range x.Graph.Nodes {
			x.States = append(x.States, rapid.Float64Range(-1, 1).Draw(t, "state"))
			if id > 0 {
				x.Graph.Edges = append(x.Graph.Edges, graph.Edge{A: int32(id), B: int32(rapid.IntRange(0, id).Draw(t, "peer"))})
				x.Weights = append(x.Weights, rapid.Float64Range(-1e300, 1e300).Draw(t, "weight"))
			}
		}
		var ml, list bytes.Buffer
		if x.WriteGraphML(&ml) != nil || x.WriteEdgeList(&list) != nil {
			t.Fatal("it cannot be written")
		}
		fromML, err := ReadGraphML(&ml, "x", Options{})
		if err != nil {
			t.Fatal(err)
		}
		fromList, err := ReadList(&list, "x", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := same(&x.Import, fromML); d != "" {
			t.Errorf("GraphML (-want +is):\n%s", d)
		}
		if d := same(&x.Import, fromList); d != "" {
			t.Errorf("edge list (-want +is):\n%s", d)
		}
	})
}

func TestTables(t *testing.T) {
	var nodes, edges strings.Builder
	if err := sample().WriteNodes(&nodes); err != nil {
		t.Fatal(err)
	}
	if err := sample().WriteEdges(&edges); err != nil {
		t.Fatal(err)
	}
	if line := strings.Split(nodes.String(), "\n"); line[0] != "Id,external,state,x,y,energy,layer,kind & colour,code" || line[5] != "4,false,-0.5,1,1,4,5,Zürich,nan" || len(line) != 8 {
		t.Errorf("nodes:\n%s", &nodes)
	}
	if line := strings.Split(edges.String(), "\n"); line[0] != "Source,Target,Type,Weight,length,kind & colour" || line[2] != "4,1,Undirected,-1e-300,2," || len(line) != 7 {
		t.Errorf("edges:\n%s", &edges)
	}
}

// graphML is a file with some keys, nodes and edges.
func graphML(inside string) string {
	return `<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="state" attr.type="double"/><key id="d1" for="edge" attr.name="weight" attr.type="double"/>
<graph edgedefault="undirected">` + inside + `</graph></graphml>`
}

// TestPythonWritesTrue: NetworkX writes what is external as True and False.
func TestPythonWritesTrue(t *testing.T) {
	n, err := ReadGraphML(strings.NewReader(`<graphml><key id="k" for="node" attr.name="external" attr.type="boolean"/><graph edgedefault="undirected">
<node id="a"><data key="k">False</data></node><node id="b"><data key="k">True</data></node><edge source="a" target="b"/></graph></graphml>`), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(n.External, []int32{1}) || len(n.Attributes) != 0 {
		t.Errorf("external nodes %v, attributes %v", n.External, n.Attributes)
	}
}

// TestDefaultsOfAttributes: they come in one order, and not over what nodes have.
func TestDefaultsOfAttributes(t *testing.T) {
	text := `<graphml>`
	for i := range 9 {
		text += fmt.Sprintf(`<key id="k%d" for="node" attr.name="a%d " attr.type="string"><default>d%d</default></key>`, i, i, i)
	}
	text += `<graph edgedefault="undirected"><node id="a"/><node id="b"><data key="k8">own</data></node><edge source="a" target="b"/></graph></graphml>`
	n, err := ReadGraphML(strings.NewReader(text), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Attribute{{Name: "a8", Texts: []string{"d8", "own"}}}
	for i := range 8 {
		of := fmt.Sprintf("d%d", i)
		want = append(want, Attribute{Name: fmt.Sprintf("a%d", i), Texts: []string{of, of}})
	}
	if d := cmp.Diff(want, n.Attributes); d != "" {
		t.Errorf("attributes (-want +is):\n%s", d)
	}
}

// TestAttributesThatMeanElse are left out with a word.
func TestAttributesThatMeanElse(t *testing.T) {
	n, err := ReadGraphML(strings.NewReader(`<graphml><key id="w" for="node" attr.name="weight"/><key id="i" for="node" attr.name="ID"/><graph edgedefault="undirected">
<node id="a"><data key="w">70</data><data key="i">x</data></node><node id="b"/><edge source="a" target="b"/></graph></graphml>`), "x", Options{})
	if err != nil || len(n.Attributes) != 0 || len(n.Notes) != 2 || !strings.Contains(n.Notes[0], `"weight" of nodes is left out`) || !strings.Contains(n.Notes[1], `"ID" of nodes`) {
		t.Errorf("%v; attributes %v, notes %q", err, n.Attributes, n.Notes)
	}
}

// TestLabelsThatAreNoNames are an attribute: some nodes share one, or the file has ids of
// its own.
func TestLabelsThatAreNoNames(t *testing.T) {
	for ids, want := range map[string][]string{"n0 n1": {"Smith", "Smith"}, "a b": {"Smith", "Jones"}} {
		id := strings.Fields(ids)
		text := fmt.Sprintf(`<graphml><key id="k" for="node" attr.name="name"/><graph edgedefault="undirected"><node id="%s"><data key="k">%s</data></node>
<node id="%s"><data key="k">%s</data></node><edge source="%s" target="%s"/></graph></graphml>`, id[0], want[0], id[1], want[1], id[0], id[1])
		n, err := ReadGraphML(strings.NewReader(text), "x", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Attribute{{Name: "label", Texts: want}}, n.Attributes); d != "" || n.Names[0] != id[0] {
			t.Errorf("%s: names %q, attributes (-want +is):\n%s", ids, n.Names, d)
		}
	}
}

// TestCompactNumbersKeepAttributes: of a list that leaves numbers out.
func TestCompactNumbersKeepAttributes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(path, []byte("# Nodes: 2 Edges: 1\n# attribute kind 900 hub\n# external 7\n7 900\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := Read(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Attribute{{Name: "kind", Texts: []string{"", "hub"}}}
	if d := cmp.Diff(want, n.Attributes); d != "" || !slices.Equal(n.External, []int32{0}) {
		t.Errorf("external nodes %v, attributes (-want +is):\n%s", n.External, d)
	}
}

// TestAttributesOfOthers: GraphML keeps what it says of nodes and edges, with defaults and
// types, and tells what it leaves out; so do coordinates of Pajek.
func TestAttributesOfOthers(t *testing.T) {
	text := `<graphml><key id="k" for="node" attr.name="kind" attr.type="string"><default>plain</default></key>
<key id="p" for="all" attr.name="code" attr.type="string"/><key id="q" for="node" attr.name="size" attr.type="double"/>
<key id="c" for="edge" attr.name="colour"><default>blue</default></key><key id="g" for="graph" attr.name="title"/><graph edgedefault="undirected">
<node id="b"><data key="k"> a
 hub </data><data key="p">007</data></node><node id="a"><data key="q">1e1</data></node>
<edge source="a" target="b"><data key="c">red</data><data key="p">x</data></edge><edge source="b" target="b"/></graph></graphml>`
	n, err := ReadGraphML(strings.NewReader(text), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Attribute{
		{Name: "kind", Texts: []string{"a  hub", "plain"}}, {Name: "code", Texts: []string{"007", ""}}, {Name: "size", Values: []float64{math.NaN(), 10}},
	}
	if d := cmp.Diff(want, n.Attributes, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("attributes (-want +is):\n%s", d)
	}
	want = []Attribute{{Name: "colour", Texts: []string{"red", "blue"}}, {Name: "code", Texts: []string{"x", ""}}}
	if d := cmp.Diff(want, n.EdgeAttributes); d != "" {
		t.Errorf("attributes of edges (-want +is):\n%s", d)
	}
	if len(n.Notes) != 1 || n.Notes[0] != "what it says of other things than nodes and edges is left out: title" {
		t.Errorf("notes are %q", n.Notes)
	}
	path := filepath.Join(t.TempDir(), "net")
	if err := os.WriteFile(path, []byte("*Vertices 2\n1 \"A\" 0.25 0.5 0 ic Red\n2 \"B\" 1 0.75 ellipse club \"Mr. Hi\"\n*Edges\n1 2 0.5 l \"a road\" km 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err = Read(path, Options{}); err != nil {
		t.Fatal(err)
	}
	want = []Attribute{{Name: "x", Values: []float64{0.25, 1}}, {Name: "y", Values: []float64{0.5, 0.75}}, {Name: "z", Values: []float64{0, math.NaN()}},
		{Name: "ic", Texts: []string{"Red", ""}}, {Name: "club", Texts: []string{"", "Mr. Hi"}}}
	if d := cmp.Diff(want, n.Attributes, cmpopts.EquateNaNs()); d != "" || n.Names[1] != "B" {
		t.Errorf("names %q, attributes (-want +is):\n%s", n.Names, d)
	}
	want = []Attribute{{Name: "label", Texts: []string{"a road"}}, {Name: "km", Values: []float64{7}}}
	if d := cmp.Diff(want, n.EdgeAttributes); d != "" {
		t.Errorf("attributes of edges (-want +is):\n%s", d)
	}
}

// TestGraphMLOfOthers: names of nodes, keys for all, no states, other attributes.
func TestGraphMLOfOthers(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want *Import
	}{
		"names": {
			graphML(`<node id="Ada"/><node id="Bob"><data key="d9">x</data></node><edge source="Bob" target="Ada"/>`),
			&Import{Graph: &graph.Graph{Nodes: 2, Edges: []graph.Edge{{A: 1, B: 0}}}, Names: []string{"Ada", "Bob"}},
		},
		"numbers in another order": {
			graphML(`<node id="n1"><data key="d0">0.5</data></node><node id="n0"/><edge source="n1" target="n0"><data key="d1"> 2 </data></edge>`),
			&Import{Graph: &graph.Graph{Nodes: 2, Edges: []graph.Edge{{A: 1, B: 0}}}, Weights: []float64{2}, States: []float64{0, 0.5},
				Names: []string{"n0", "n1"}, Notes: []string{"1 of its 2 nodes have a state, and the others start at 0"}},
		},
		"numbers with a gap": {
			graphML(`<node id="7"/><node id="900000000000"/>`),
			&Import{Graph: &graph.Graph{Nodes: 2}, Names: []string{"7", "900000000000"}},
		},
		"a key for all": {
			strings.Replace(graphML(`<node id="0"/><node id="1"/><edge source="0" target="1"><data key="d1">3</data></edge>`), `for="edge"`, `for="all"`, 1),
			&Import{Graph: &graph.Graph{Nodes: 2, Edges: []graph.Edge{{A: 0, B: 1}}}, Weights: []float64{3}},
		},
	} {
		got, err := ReadGraphML(strings.NewReader(test.text), "x", Options{})
		if d := cmp.Diff(test.want, got); err != nil || d != "" {
			t.Errorf("%s: %v (-want +is):\n%s", name, err, d)
		}
	}
}

// TestRefused has the sentence of every file that cannot be a start.
func TestRefused(t *testing.T) {
	two := `<node id="0"/><node id="1"/><node id="2"/>`
	for text, says := range map[string]string{
		"":                              "it has 0 graphs",
		"0 1\n":                         "it has 0 graphs",
		graphML(two) + "<":              "it is no GraphML",
		graphML(two + "<nod>"):          "it is no GraphML",
		graphML(two + `<node id="0"/>`): `two nodes "0"`,
		graphML(two + `<edge source="0" target="9"/>`):                                                           `x:3: an edge ends at "9", and there is no such node`,
		graphML(two + `<edge source="0" target="1"/><edge source="0" target="1"/>`):                              "x:3: nodes 0 and 1 have an edge already, on line 3",
		graphML(two + `<edge source="0" target="1"><data key="d1">NaN</data></edge>`):                            `edge weight is "NaN": it is no finite number`,
		graphML(two + `<node id="3"><data key="d0">2</data></node>`):                                             `the state of node "3" is 2`,
		graphML(two + `<hyperedge/>`):                                                                            "hyperedges",
		graphML(two + `<graph/>`):                                                                                "nested",
		graphML(two + `<edge source="0" target="1"><data key="d1">1</data></edge><edge source="1" target="2"/>`): "1 of 2 edges have a weight",
	} {
		if n, err := ReadGraphML(strings.NewReader(text), "x", Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is read as %v, %v; want %q", text, n, err, says)
		}
	}
	for text, says := range map[string]string{
		"0 1\n# state 0 0.5\n":                "x: 1 of 2 nodes have a state",
		"0 1\n# state 2 0.5\n":                `x:2: there is no node "2"`,
		"0 1\n# state 0 1.5\n":                `x:2: the state "1.5" is no number from -1 to 1`,
		"0 1\n# state 0 nan\n":                `x:2: the state "nan"`,
		"# nodes 2147483647\n# state 0 0.5\n": "1 of 2147483647 nodes",
		"0 one\n":                             "x:1: ",
	} {
		if n, err := ReadList(strings.NewReader(text), "x", Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is read as %v, %v; want %q", text, n, err, says)
		}
	}
}

// final writes an archive like that of a run.
func final(t *testing.T, a, b []int32, weight, state []float32, replicas int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "final.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	add := func(name, dtype string, n int, values any) {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		shape := fmt.Sprintf("%d,", n)
		if replicas > 1 && name == "state" {
			shape = fmt.Sprintf("%d, %d", replicas, n/replicas)
		}
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", dtype, shape)
		fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", len(header)%256, len(header)/256, header)
		if err := binary.Write(w, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
	}
	add("a", "<i4", len(a), a)
	add("b", "<i4", len(b), b)
	add("weight", "<f4", len(weight), weight)
	add("state", "<f4", len(state), state)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFinal(t *testing.T) {
	got, err := Read(final(t, []int32{0, 2}, []int32{1, 2}, []float32{0.5, -3}, []float32{1, 0, -1}, 1), Options{})
	want := &Import{Graph: &graph.Graph{Nodes: 3, Edges: []graph.Edge{{A: 0, B: 1}, {A: 2, B: 2}}}, Weights: []float64{0.5, -3}, States: []float64{1, 0, -1}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v (-want +is):\n%s", err, d)
	}
	for says, path := range map[string]string{
		"edge 0 ends at node 3":        final(t, []int32{3}, []int32{0}, []float32{1}, []float32{1, 0, 1}, 1),
		"edge 0 ends at node -1":       final(t, []int32{-1}, []int32{1}, []float32{1}, []float32{1, 0, 1}, 1),
		"have 1, 1 and 2 values":       final(t, []int32{0}, []int32{1}, []float32{1, 2}, []float32{1, 0, 1}, 1),
		"the state of node 1 is 4":     final(t, []int32{0}, []int32{1}, []float32{1}, []float32{1, 4, 1}, 1),
		"nodes 1 and 0 have two edges": final(t, []int32{1, 1}, []int32{0, 0}, []float32{1, 1}, []float32{1, 0}, 1),
		"tnn-gpu export --replica":     final(t, []int32{0}, []int32{1}, []float32{1}, []float32{1, 0, 1, 0}, 2),
		"no such file":                 "absent.npz",
	} {
		if n, err := Read(path, Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("it is read as %v, %v; want %q", n, err, says)
		}
	}
}

func FuzzGraphML(f *testing.F) {
	var text bytes.Buffer
	if err := sample().WriteGraphML(&text); err != nil {
		f.Fatal(err)
	}
	f.Add(text.Bytes())
	f.Add([]byte(graphML(`<node id="Ada"/><edge source="Ada" target="Ada"><data key="d1">3</data></edge>`)))
	f.Add([]byte(strings.Repeat("<graph>", 100)))
	f.Add([]byte(gexfSample))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := ReadGraphML(bytes.NewReader(text), "x", Options{})
		if err == nil {
			wellFormed(t, n)
		}
	})
}

// roundTrip checks that a network comes back from what is written of it.
func roundTrip(t *testing.T, n *Import) {
	t.Helper()
	x := &Export{Import: *n}
	want := *n
	want.Notes = nil
	var list strings.Builder
	if err := x.WriteEdgeList(&list); err != nil {
		t.Fatal(err)
	}
	got, err := ReadList(strings.NewReader(list.String()), "x", Options{})
	if err != nil {
		t.Fatalf("%v in %q", err, list.String())
	}
	if d := cmp.Diff(&want, got, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); d != "" {
		t.Errorf("list %q (-want +is):\n%s", list.String(), d)
	}
	if n.Weights == nil || n.States == nil {
		return
	}
	var ml strings.Builder
	if err := x.WriteGraphML(&ml); err != nil {
		t.Fatal(err)
	}
	if got, err = ReadGraphML(strings.NewReader(ml.String()), "x", Options{}); err != nil {
		t.Fatalf("%v in %q", err, ml.String())
	}
	if d := cmp.Diff(&want, got, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); d != "" {
		t.Errorf("GraphML %q (-want +is):\n%s", ml.String(), d)
	}
}

// TestNamesComeBack: names keep their order and all of their characters.
func TestNamesComeBack(t *testing.T) {
	for _, names := range [][]string{
		{"Bob", "Ada"}, {"source", "target"}, {"n1", "n2"}, {"1", "2"}, {"7", "3"}, {"a b", `c "d"`}, {"#", "%x"}, {"a,b", "c;d"},
		{" a", "b "}, {"{", "{}"}, {"<&>'", "é\u00a0ü"}, {"\ufeffa", "\u2003"}, {"nan", "inf"}, {"-1", "1e5"}, {"*Vertices", "%%MatrixMarket"}, {"graph", "["},
	} {
		roundTrip(t, &Import{
			Graph: &graph.Graph{Nodes: 2, Edges: []graph.Edge{{A: 1, B: 0}, {A: 1, B: 1}}}, Weights: []float64{0.5, 2},
			States: []float64{0.1, -0.2}, Names: names, External: []int32{1},
			Attributes: []Attribute{
				{Name: inLine(names[0]), Texts: []string{inLine("x " + names[1]), ""}}, {Name: inLine(names[1] + " 2"), Values: []float64{math.NaN(), -1e-300}},
			},
		})
	}
}

// wellFormed checks what whoever reads a network relies on.
func wellFormed(t *testing.T, n *Import) {
	for _, e := range n.Graph.Edges {
		if e.A < 0 || e.B < 0 || int(e.A) >= n.Graph.Nodes || int(e.B) >= n.Graph.Nodes {
			t.Errorf("an edge joins %d and %d of %d nodes", e.A, e.B, n.Graph.Nodes)
		}
	}
	if n.Weights != nil && len(n.Weights) != len(n.Graph.Edges) || n.States != nil && len(n.States) != n.Graph.Nodes {
		t.Errorf("%d weights and %d states", len(n.Weights), len(n.States))
	}
	for _, s := range n.States {
		if !(s >= -1 && s <= 1) {
			t.Errorf("a state is %v", s)
		}
	}
}

func BenchmarkReadList(b *testing.B) {
	x := &Export{Import: Import{Graph: &graph.Graph{Nodes: 250000}}}
	for i := range 500000 {
		x.Graph.Edges = append(x.Graph.Edges, graph.Edge{A: int32(i / 2), B: int32((i/2 + 1 + i%2*499) % x.Graph.Nodes)})
	}
	x.Weights = make([]float64, len(x.Graph.Edges))
	var text bytes.Buffer
	if err := x.WriteEdgeList(&text); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := ReadList(bytes.NewReader(text.Bytes()), "edges", Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
