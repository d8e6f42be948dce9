package exchange

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// gmlSample is what NetworkX 2.8 writes of a graph whose nodes and edges have attributes.
const gmlSample = `graph [
  name "my graph"
  node [
    id 0
    label "Ada"
    club "Mr. &#34;Hi&#34; &#38; &#233;"
    age 30
    pos 1.0
    pos 2.0
    d [
      x [ y 1 ]
    ]
  ]
  node [
    id 1
    label "Bob"
    ok 1
    age 1.5E+1
  ]
  node [
    id 2
    label "7"
    code "007"
    nothing ""
  ]
  edge [
    source 0
    target 1
    weight 0.5
    kind "road"
    n 1.E+20
  ]
  edge [
    source 1
    target 2
    weight -1
  ]
]
`

// gexfSample is what NetworkX 2.8 writes of nearly the same.
const gexfSample = `<?xml version='1.0' encoding='utf-8'?>
<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.gexf.net/1.2draft http://www.gexf.net/1.2draft/gexf.xsd" version="1.2">
  <meta lastmodifieddate="2026-11-28"><creator>NetworkX 2.8.8</creator></meta>
  <graph defaultedgetype="undirected" mode="static" name="my graph">
    <attributes mode="static" class="edge">
      <attribute id="0" title="kind" type="string" />
      <attribute id="6" title="n" type="double" />
    </attributes>
    <attributes mode="static" class="node">
      <attribute id="0" title="club" type="string" />
      <attribute id="1" title="age" type="long" />
      <attribute id="2" title="ok" type="boolean" />
      <attribute id="3" title="code" type="string"><default>none</default></attribute>
    </attributes>
    <nodes>
      <node id="Ada" label="Ada"><attvalues>
          <attvalue for="0" value="Mr. &quot;Hi&quot; &amp; é" /><attvalue for="1" value="30" />
      </attvalues></node>
      <node id="Bob" label="Bob"><attvalues><attvalue for="2" value="true" /><attvalue for="1" value="15" /></attvalues></node>
      <node id="7" label="7"><attvalues><attvalue for="3" value="007" /></attvalues></node>
    </nodes>
    <edges>
      <edge source="Ada" target="Bob" id="0" weight="0.5"><attvalues><attvalue for="0" value="road" /><attvalue for="6" value="1e+20" /></attvalues></edge>
      <edge source="Bob" target="7" id="1" weight="-1" />
    </edges>
  </graph>
</gexf>
`

// TestGMLAndGEXF: names, weights and all attributes of NetworkX' files are kept.
func TestGMLAndGEXF(t *testing.T) {
	nan := math.NaN()
	edges := []Attribute{{Name: "kind", Texts: []string{"road", ""}}, {Name: "n", Values: []float64{1e20, nan}}}
	for name, test := range map[string]struct {
		text  string
		nodes []Attribute
		notes []string
	}{
		"GML": {gmlSample, []Attribute{
			{Name: "club", Texts: []string{`Mr. "Hi" & é`, "", ""}}, {Name: "age", Values: []float64{30, 15, nan}}, {Name: "pos", Texts: []string{"1.0, 2.0", "", ""}},
			{Name: "ok", Values: []float64{nan, 1, nan}}, {Name: "code", Texts: []string{"", "", "007"}},
		}, []string{"what it says of other things than nodes and edges is left out: name, d"}},
		"GEXF": {gexfSample, []Attribute{
			{Name: "club", Texts: []string{`Mr. "Hi" & é`, "", ""}}, {Name: "age", Values: []float64{30, 15, nan}},
			{Name: "ok", Texts: []string{"", "true", ""}}, {Name: "code", Texts: []string{"none", "none", "007"}},
		}, []string{"what it says of other things than nodes and edges is left out: name"}},
	} {
		checkReadings(t, ".txt", map[string]reading{name: {test.text, "3: 0-1=0.5 1-2=-1 names Ada|Bob|7"}})
		read := ReadGML
		if name == "GEXF" {
			read = ReadGraphML
		}
		n, err := read(strings.NewReader(test.text), "x", Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(test.nodes, n.Attributes, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s: attributes of nodes (-want +is):\n%s", name, d)
		}
		if d := cmp.Diff(edges, n.EdgeAttributes, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s: attributes of edges (-want +is):\n%s", name, d)
		}
		if !slices.Equal(n.Notes, test.notes) {
			t.Errorf("%s: notes are %q", name, n.Notes)
		}
	}
}

// TestGMLOfOthers: what else programs write, and each sentence of what is refused.
func TestGMLOfOthers(t *testing.T) {
	node := "node [ id 0 ] node [ id 1 ] "
	checkReadings(t, ".gml", map[string]reading{
		"igraph":            {"Creator \"igraph version 0.9.9 Sat Nov 28\"\nVersion 1\ngraph\n[\n  directed 0\n  node\n  [\n    id 0\n    name \"Ada\"\n  ]\n  node\n  [\n    id 1\n    name \"Bob\"\n  ]\n  edge\n  [\n    source 1\n    target 0\n    weight 0.25\n  ]\n]\n", "2: 1-0=0.25 names Ada|Bob"},
		"Newman":            {"Creator \"Mark Newman on Fri Jul 21 12:39:27 2006\"\ngraph\n[\n  node\n  [\n    id 1\n  ]\n  node\n  [\n    id 2\n  ]\n  edge\n  [\n    source 2\n    target 1\n  ]\n]\n", "2: 1-0 names 1|2"},
		"comments":          {"# made by hand\n# twice\ngraph [ # here\n" + node + "edge [ source 0 target 1 ] ]", "2: 0-1"},
		"numbers":           {"graph [ node [ id 0 label \"1\" ] node [ id 1 label \"0\" ] edge [ source 0 target 0 ] ]", "2: 1-1"},
		"one label twice":   {"graph [ node [ id 5 label \"A\" ] node [ id 3 label \"A\" ] edge [ source 5 target 3 ] ]", "2: 0-1 names 5|3"},
		"states":            {"graph [ node [ id 0 state 0.5 ] node [ id 1 state -1 ] ]", "2: states [0.5 -1]"},
		"brackets":          {"graph[node[id 0 label\"a[b]\"]node[id 1 label\"c\"]edge[source 0 target 1]]", "2: 0-1 names a[b]|c"},
		"both directions":   {"graph [ directed 1 " + node + "edge [ source 0 target 1 ] edge [ source 1 target 0 ] ]", "2: 0-1"},
		"edges first":       {"graph [ edge [ source 0 target 1 ] " + node + "]", "2: 0-1"},
		"no graph":          {"Version 1\n", "refused: it has 0 graphs"},
		"nothing":           {"", "refused: it has 0 graphs"},
		"two graphs":        {"graph [ ] graph [ ]", "refused: it has 2 graphs"},
		"nested":            {"graph [ graph [ ] ]", "refused: nested"},
		"nested in a node":  {"graph [ node [ id 0 graph [ ] ] ]", "refused: nested"},
		"no such node":      {"graph [\n" + node + "\nedge [ source 0\ntarget 7 ] ]", `refused: x.gml:4: an edge ends at "7", and there is no such node`},
		"no id":             {"graph [ node [ label \"a\" ] ]", "refused: a node has no id"},
		"no target":         {"graph [ " + node + "edge [ source 0 ] ]", "refused: no source or target"},
		"an id twice":       {"graph [ node [ id 0 ] node [ id 0 ] ]", `refused: two nodes "0"`},
		"two ids":           {"graph [ node [ id 0 id 1 ] ]", "refused: two entries id"},
		"two edges":         {"graph [ multigraph 1 " + node + "edge [ source 0 target 1 key 0 ] edge [ source 0 target 1 key 1 ] ]", "refused: have an edge already"},
		"two weights":       {"graph [ " + node + "edge [ source 0 target 1 weight 1 weight 2 ] ]", `refused: edge weight is "1, 2": it is no finite number`},
		"a near weight":     {"graph [ " + node + "edge [ source 0 target 1 Weights 1 ] ]", `refused: an attribute "Weights"`},
		"a weight of one":   {"graph [ " + node + "edge [ source 0 target 1 weight 1 ] edge [ source 0 target 0 ] ]", "refused: 1 of 2 edges have a weight"},
		"a state of 2":      {"graph [ node [ id 0 state 2 ] ]", "refused: must be from -1 to 1"},
		"cut off":           {gmlSample[:strings.Index(gmlSample, "edge [")], "refused: it is cut off"},
		"cut off in a text": {"graph [ node [ id 0 label \"a", "refused: quotation mark has no end"},
		"no value":          {"graph [ node [ id ] ]", "refused: x.gml:1: the key id of GML has no value"},
		"no key":            {"graph [ [ ] ]", `refused: here is no key but "["`},
		"a text for a key":  {"graph [ \"x\" 1 ]", `refused: here is no key but "x"`},
		"an end too many":   {"graph [ ] ]", `refused: here is no key but "]"`},
		"a long word":       {"graph [ name " + strings.Repeat("x", 1<<21) + " ]", "refused: longer than"},
		"a tower":           {"graph [ x " + strings.Repeat("[ x ", 100000), "refused: it is cut off"},
	})
}

// TestGEXFOfOthers: what Gephi writes, and each sentence of what is refused.
func TestGEXFOfOthers(t *testing.T) {
	gexf := func(graph, nodes, edges string) string {
		return `<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"><graph ` + graph + `><nodes>` + nodes + `</nodes><edges>` + edges + `</edges></graph></gexf>`
	}
	nodes := `<node id="0" label="Ada"><viz:position x="1.5" y="-2" z="0"/><viz:color r="1"/></node><node id="1" label="Bob"/>`
	checkReadings(t, ".gexf", map[string]reading{
		"Gephi":           {gexf(`defaultedgetype="directed"`, nodes, `<edge id="0" source="1" target="0" weight="2.0" label="knows"/>`), "2: 1-0=2 names Ada|Bob"},
		"a weight of one": {gexf("", nodes, `<edge source="1" target="0" weight="2.0"/><edge source="1" target="1"/>`), "2: 1-0=2 1-1=1 names Ada|Bob"},
		"no labels":       {gexf("", `<node id="0"/><node id="1"/>`, `<edge source="1" target="0"/>`), "2: 1-0"},
		"no ids":          {gexf("", `<node label="0"/>`, ""), "refused: a node has no id"},
		"dynamic":         {gexf(`mode="dynamic"`, nodes, ""), "refused: its graph is dynamic"},
		"nodes in a node": {gexf("", `<node id="0"><nodes><node id="1"/></nodes></node>`, ""), "refused: nested"},
		"a parent":        {gexf("", `<node id="0"/><node id="1" pid="0"/>`, ""), "refused: nested"},
		"two graphs":      {strings.Replace(gexf("", nodes, ""), "</gexf>", "<graph/></gexf>", 1), "refused: it has 2 graphs"},
		"no graph":        {"<gexf/>", "refused: it has 0 graphs"},
		"two weights":     {gexf(`><attributes class="edge"><attribute id="w" title="Weight" type="float"/></attributes`, nodes, `<edge source="1" target="0" weight="2"><attvalues><attvalue for="w" value="3"/></attvalues></edge>`), "refused: can both be the weight"},
		"a text":          {gexf("", nodes, `<edge source="1" target="0" weight="two"/>`), `refused: edge weight is "two"`},
	})
	n, err := ReadGraphML(strings.NewReader(gexf("", nodes, `<edge source="1" target="0" label="knows" kind="x"/>`)), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	want := []Attribute{{Name: "x", Values: []float64{1.5, nan}}, {Name: "y", Values: []float64{-2, nan}}, {Name: "z", Values: []float64{0, nan}}}
	if d := cmp.Diff(want, n.Attributes, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("attributes of nodes (-want +is):\n%s", d)
	}
	want = []Attribute{{Name: "label", Texts: []string{"knows"}}, {Name: "kind", Texts: []string{"x"}}}
	if d := cmp.Diff(want, n.EdgeAttributes); d != "" {
		t.Errorf("attributes of edges (-want +is):\n%s", d)
	}
}

func FuzzGML(f *testing.F) {
	f.Add([]byte(gmlSample))
	f.Add([]byte("graph [ directed 1 node [ id 0 name \"a\" graphics [ x 1 ] ] edge [ source 0 target 0 weight 3 ] ]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := ReadGML(strings.NewReader(string(text)), "x", Options{})
		if err == nil {
			wellFormed(t, n)
		}
	})
}
