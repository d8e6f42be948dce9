package exchange

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/npy"
)

// TestMatrixMarketAndPajek: both count from 1, and Pajek has labels.
func TestMatrixMarketAndPajek(t *testing.T) {
	const mm = "%%MatrixMarket matrix coordinate "
	checkReadings(t, ".txt", map[string]reading{
		"real, symmetric":    {mm + "real symmetric\n% a comment\n3 3 2\n2 1 0.5\n3 2 -0.25\n", "3: 1-0=0.5 2-1=-0.25 names 1|2|3"},
		"pattern":            {mm + "pattern symmetric\n3 3 2\n2 1\n3 3\n", "3: 1-0 2-2 names 1|2|3"},
		"integer, general":   {mm + "integer general\n2 2 2\n1 2 3\n2 1 3\n", "2: 0-1=3 names 1|2"},
		"capital letters":    {"%%MatrixMarket MATRIX Coordinate Real Symmetric\n\n2 2 1\n2 1 1e-1\n", "2: 1-0=0.1 names 1|2"},
		"a mark":             {"\xef\xbb\xbf" + mm + "pattern general\n2 2 1\n1 2\n", "2: 0-1 names 1|2"},
		"not equal":          {mm + "real general\n2 2 2\n1 2 3\n2 1 4\n", "refused: has another weight"},
		"complex":            {mm + "complex general\n2 2 1\n1 2 3 1\n", "refused: `matrix coordinate complex general`"},
		"skew-symmetric":     {mm + "real skew-symmetric\n2 2 1\n2 1 3\n", "refused: skew-symmetric"},
		"dense":              {"%%MatrixMarket matrix array real general\n2 2\n0\n1\n1\n0\n", "refused: `matrix array real general`"},
		"no square":          {mm + "real general\n2 3 1\n1 3 1\n", "refused: 2 rows and 3 columns"},
		"cut off":            {mm + "real general\n2 2 2\n1 2 1\n", "refused: ends after 1: it is cut off"},
		"too many":           {mm + "pattern general\n3 3 1\n1 2\n2 3\n", "refused: ends after 2"},
		"outside":            {mm + "pattern general\n2 2 1\n1 3\n", "refused: x.txt:3: \"3\" is no row or column"},
		"from 0":             {mm + "pattern general\n2 2 1\n0 1\n", "refused: \"0\" is no row or column"},
		"no size":            {mm + "pattern general\n", "refused: it is cut off"},
		"a huge size":        {mm + "pattern general\n1000000000000000000 1000000000000000000 1\n1 2\n", "refused: rows and 1 entries"},
		"NaN":                {mm + "real general\n2 2 1\n1 2 nan\n", "refused: weight \"nan\""},
		"Pajek":              {"*Vertices 3\n1 \"a\"\n2 \"b\"\n3 \"c\"\n*Edges\n1 2 1\n2 3 1\n", "3: 0-1=1 1-2=1 names a|b|c"},
		"Pajek of NetworkX":  {"*vertices 2\n1 0 0.0 0.0 ellipse\n2 1 0.0 0.0 ellipse\n*edges\n1 2 0.5\n", "2: 0-1=0.5"},
		"Pajek, no labels":   {"*Import x\r\n*Vertices 4\r\n*Arcs\r\n1 2\r\n2 1\r\n", "4: 0-1 names 1|2|3|4"},
		"Pajek, some labels": {"*Vertices 3\n1 \"a\"\n*Edges\n1 2\n", "3: 0-1 names 1|2|3"},
		"Pajek, same labels": {"*Vertices 2\n1 \"a\"\n2 \"a\"\n*Edges\n1 2\n", "2: 0-1 names 1|2"},
		"Pajek, looks":       {"% x\n*Vertices 2\n1 \"a b\" 0.1 0.2 0.5 ic Red\n2 \"#\"\n*Arcs :1 \"rel\"\n1 2 2.5 c Blue\n", "2: 0-1=2.5 names a b|#"},
		"Pajek, fans":        {"*Vertices 4\n*Edgeslist\n1 2 3\n*Arcslist\n4 1\n", "4: 0-1 0-2 3-0 names 1|2|3|4"},
		"Pajek, a matrix":    {"*Vertices 2\n*Matrix\n0 1\n1 0\n", "refused: matrix"},
		"Pajek, no vertices": {"*Edges\n1 2\n", "refused: \"1\" is no vertex"},
		"Pajek, outside":     {"*Vertices 2\n*Edges\n1 3\n", "refused: x.txt:3: \"3\" is no vertex"},
		"Pajek, two":         {"*Vertices 2\n*Edges\n1 2\n*Vertices 2\n", "refused: several networks"},
		"Pajek, a weight":    {"*Vertices 3\n*Edges\n1 2 1\n2 3\n", "refused: 1 of 2 edges have a weight"},
		"Pajek, a number":    {"*Vertices x\n", "refused: the number of nodes is \"x\""},
	})
}

// TestGraphMLAsItIs: what the definition allows and other programs write.
func TestGraphMLAsItIs(t *testing.T) {
	ml := func(keys, graph string) string {
		return `<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + keys + `<graph edgedefault="undirected">` + graph + `</graph></graphml>`
	}
	const (
		nodes  = `<node id="0"/><node id="1"/><node id="2"/>`
		edges  = `<edge source="0" target="1"/><edge source="1" target="2"/>`
		weight = `<key id="w" for="edge" attr.name="weight" attr.type="double"/>`
		heavy  = `<edge source="0" target="1"><data key="w">0.5</data></edge>`
	)
	key := func(name, inside string) string {
		return `<key id="w" for="edge" attr.name="` + name + `" attr.type="double">` + inside + `</key>`
	}
	checkReadings(t, ".graphml", map[string]reading{
		"plain":                     {ml("", nodes+edges), "3: 0-1 1-2"},
		"default weight":            {ml(key("weight", "<default>0.75</default>"), nodes+edges), "3: 0-1=0.75 1-2=0.75"},
		"default and own":           {ml(key("weight", "<default>0.75</default>"), nodes+heavy+`<edge source="1" target="2"/>`), "3: 0-1=0.5 1-2=0.75"},
		"default state":             {ml(`<key id="s" for="node" attr.name="state"><default>1</default></key>`, `<node id="0"><data key="s">-1</data></node><node id="1"/>`), "2: states [-1 1]"},
		"default for all":           {ml(`<key id="s" for="all" attr.name="weight"><default>2</default></key>`, nodes+edges), "3: 0-1=2 1-2=2"},
		"an empty default":          {ml(key("weight", "<default/>"), nodes+edges), "refused: the default of weight"},
		"a default that is none":    {ml(key("weight", "<default>x</default>"), nodes+edges), "refused: the default of weight is \"x\""},
		"a state out of bounds":     {ml(`<key id="s" for="node" attr.name="state"><default>2</default></key>`, nodes), "refused: the default of state is 2"},
		"keys after the graph":      {strings.Replace(ml("", nodes+heavy), "</graphml>", weight+"</graphml>", 1), "3: 0-1=0.5"},
		"edges before nodes":        {ml("", edges+nodes), "3: 0-1 1-2"},
		"names, edges before nodes": {ml("", `<edge source="b" target="a"/><node id="a"/><node id="b"/>`), "2: 1-0 names a|b"},
		"Weight":                    {ml(key("Weight", ""), nodes+heavy), "3: 0-1=0.5"},
		"a key without a name":      {ml(`<key id="weight" for="edge"/>`, nodes+`<edge source="0" target="1"><data key="weight">2</data></edge>`), "3: 0-1=2"},
		"a key for anything":        {ml(`<key id="w" attr.name="weight"/>`, nodes+heavy), "3: 0-1=0.5"},
		"a weight of nodes":         {ml(`<key id="w" for="node" attr.name="weight"/>`, `<node id="0"><data key="w">3</data></node>`), "1:"},
		"two types, as NetworkX":    {ml(weight+`<key id="v" for="edge" attr.name="weight" attr.type="long"/>`, nodes+heavy+`<edge source="1" target="2"><data key="v">2</data></edge>`), "3: 0-1=0.5 1-2=2"},
		"weights":                   {ml(key("weights", ""), nodes+heavy), "refused: its edges have an attribute \"weights\""},
		"edge_weight":               {ml(key("edge_weight", ""), nodes+heavy), "refused: call it weight if it is that"},
		"weigth":                    {ml(key("weigth", ""), nodes+heavy), "refused: \"weigth\""},
		"weight and edge_weight":    {ml(weight+`<key id="v" for="edge" attr.name="edge_weight"/>`, nodes+heavy), "3: 0-1=0.5"},
		"weight and Weight":         {ml(weight+`<key id="v" for="edge" attr.name="Weight"/>`, nodes+heavy), "refused: can both be the weight"},
		"States":                    {ml(`<key id="s" for="node" attr.name="States"/>`, nodes), "refused: its nodes have an attribute \"States\""},
		"states of the USA":         {ml(`<key id="s" for="node" attr.name="state" attr.type="string"/>`, `<node id="0"><data key="s">Ohio</data></node>`), "refused: node state is \"Ohio\""},
		"weight without a key":      {ml("", nodes+`<edge source="0" target="1"><data key="weight">2</data></edge>`), "refused: no element <key>"},
		"weight twice":              {ml(weight, nodes+`<edge source="0" target="1"><data key="w">2</data><data key="w">3</data></edge>`), "refused: twice"},
		"weight true":               {ml(weight, nodes+`<edge source="0" target="1"><data key="w">true</data></edge>`), "refused: edge weight is \"true\""},
		"weight INF":                {ml(weight, nodes+`<edge source="0" target="1"><data key="w">INF</data></edge>`), "refused: no finite number"},
		"a graph in a node":         {ml("", `<node id="a"><graph><node id="b"/></graph></node>`), "refused: nested"},
		"a graph in an edge":        {ml("", nodes+`<edge source="0" target="1"><graph/></edge>`), "refused: nested"},
		"a graph in the graph":      {ml("", nodes+`<graph/>`), "refused: nested"},
		"two graphs":                {strings.Replace(ml("", nodes), "</graphml>", "<graph/></graphml>", 1), "refused: it has 2 graphs"},
		"no graph":                  {`<graphml/>`, "refused: it has 0 graphs"},
		"ports":                     {ml(`<key id="s" for="node" attr.name="state"/>`, `<node id="0"><port name="N"><data key="s">1</data></port></node><node id="1"/><edge source="0" target="1" sourceport="N"/>`), "2: 0-1"},
		"hyperedges":                {ml("", nodes+`<hyperedge><endpoint node="0"/></hyperedge>`), "refused: hyperedges"},
		"GXL":                       {`<gxl><graph id="g"><node id="0"/></graph></gxl>`, "refused: its root element is <gxl>"},
		"a prefix":                  {`<g:graphml xmlns:g="x"><g:graph><g:node id="0"/></g:graph></g:graphml>`, "1:"},
		"directed":                  {strings.Replace(ml("", nodes+edges), "undirected", "directed", 1), "3: 0-1 1-2"},
		"directed, both ways":       {strings.Replace(ml("", nodes+edges+`<edge source="1" target="0"/>`), "undirected", "directed", 1), "3: 0-1 1-2"},
		"directed, two weights":     {ml(weight, nodes+heavy+`<edge source="1" target="0" directed="true"><data key="w">1</data></edge>`), "refused: which has another weight"},
		"us-ascii":                  {strings.Replace(ml("", nodes+edges), "UTF-8", "us-ascii", 1), "3: 0-1 1-2"},
		"ISO-8859-1":                {strings.Replace(ml("", "<node id=\"\xe9\"/>"), "UTF-8", "ISO-8859-1", 1), "1: names é"},
		"an unknown encoding":       {strings.Replace(ml("", nodes), "UTF-8", "klingon", 1), "refused: its encoding \"klingon\" is not known"},
		"igraph":                    {ml(`<key id="v_name" for="node" attr.name="name" attr.type="string"/>`, `<node id="n0"><data key="v_name">Ada</data></node><node id="n1"><data key="v_name">Bob</data></node><edge source="n0" target="n1"/>`), "2: 0-1 names Ada|Bob"},
		"igraph, same names":        {ml(`<key id="v_name" for="node" attr.name="name" attr.type="string"/>`, `<node id="n0"><data key="v_name">Ada</data></node><node id="n1"><data key="v_name">Ada</data></node>`), "2: names n0|n1"},
		"ids from 1, in disorder":   {ml("", `<node id="2"/><node id="1"/><edge source="2" target="1"/>`), "2: 1-0 names 1|2"},
		"no id":                     {ml("", `<node/>`), "refused: a node has no id"},
		"no target":                 {ml("", nodes+`<edge source="0"/>`), "refused: no source or target"},
		"a bomb":                    {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + ml("", `<node id="&b;"/>`), "refused: it is no GraphML"},
		"a tower":                   {strings.Repeat("<graphml>", 20000), "refused: it is no GraphML"},
		"cut off":                   {ml("", nodes)[:150], "refused: it is no GraphML"},
		"an unknown element":        {ml("<desc>x</desc>", "<desc/>"+nodes+"<locator/>"+edges), "3: 0-1 1-2"},
	})
}

// TestArraysOfOthers: arrays that users make, with ids that are checked.
func TestArraysOfOthers(t *testing.T) {
	folder := t.TempDir()
	array := func(name, dtype, shape string, fortran bool, values any) string {
		var b bytes.Buffer
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n", dtype, map[bool]string{true: "True", false: "False"}[fortran], shape)
		fmt.Fprintf(&b, "\x93NUMPY\x01\x00%c%c%s", len(header)%256, len(header)/256, header)
		if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		array("rows.npy", "<i8", "3, 2", false, []int64{0, 1, 1, 2, 2, 0}):       "3: 0-1 1-2 2-0",
		array("columns.npy", "<i8", "3, 2", true, []int64{0, 1, 2, 1, 2, 0}):     "3: 0-1 1-2 2-0",
		array("weights.npy", "<f8", "2, 3", false, []float64{1, 2, .5, 2, 3, 1}): "3: 0-1=0.5 1-2=1 names 1|2|3",
		array("half.npy", "<f8", "1, 2", false, []float64{0.5, 1}):               "refused: edge 0 ends at node 0.5",
		array("square.npy", "<u1", "2, 4", false, make([]uint8, 8)):              "refused: of shape [2 4]",
		array("huge.npy", "<i8", "1, 2", false, []int64{0, 1e18}):                "refused: edge 0 ends at node 1e+18",
		array("negative.npy", "<i8", "1, 2", false, []int64{0, -1}):              "refused: edge 0 ends at node -1",
	} {
		n, err := Read(path, Options{})
		refused, says := strings.CutPrefix(want, "refused: ")
		switch {
		case says && (err == nil || !strings.Contains(err.Error(), refused)), !says && err != nil:
			t.Errorf("%s: %v, want %q", path, err, want)
		case err == nil && summary(n) != want:
			t.Errorf("%s: %s, want %s", path, summary(n), want)
		}
	}
	// Ids from 1, as Julia has them, with a state for each node; no weights.
	path := final(t, []int32{1, 2}, []int32{2, 3}, []float32{1, 2}, []float32{1, 0, -1}, 1)
	if n, err := Read(path, Options{}); err != nil || summary(n) != "3: 0-1=1 1-2=2 states [1 0 -1] names 1|2|3" {
		t.Errorf("%v, %v", n, err)
	}
}

// TestWhatIsNoGraphFile ends at once, in a sentence; and what is packed is unpacked.
func TestWhatIsNoGraphFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("0 1\n1 2\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := Read(write("x.gz", packed.String()), Options{}); err != nil || summary(n) != "3: 0-1 1-2" {
		t.Errorf("gzip: %v, %v", n, err)
	}
	for path, says := range map[string]string{
		folder:                                   "no regular file",
		os.DevNull:                               "no regular file",
		filepath.Join(folder, "none"):            "no such file",
		write("empty", ""):                       "the file ends without an edge",
		write("empty.npz", ""):                   "no .npz file",
		write("empty.npy", ""):                   "no NumPy array",
		write("empty.graphml", ""):               "it has 0 graphs",
		write("half.gz", packed.String()[:20]):   "cannot be unpacked",
		write("cut.npz", "PK\x03\x04\x14\x00"):   "no .npz file",
		write("other.bz2", "BZh9 no such thing"): "cannot be unpacked",
	} {
		if n, err := Read(path, Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v; want %q", path, n, err, says)
		}
	}
}

// TestArraysOfEdges: those with a value for each edge are attributes of edges, where there
// are as many nodes by their names alone; edges in both directions keep the first one's.
func TestArraysOfEdges(t *testing.T) {
	read := func(edges, nodes int, a, b []int64, arrays map[string][]float64) *Import {
		t.Helper()
		path := filepath.Join(t.TempDir(), "x.npz")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z := npy.NewArchiveWriter(f)
		add := func(name, dtype string, values any, n int) {
			w, err := z.Add(name, dtype, []int64{int64(n)})
			if err == nil {
				err = binary.Write(w, binary.LittleEndian, values)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		add("a", "<i8", a, edges)
		add("b", "<i8", b, edges)
		for name, values := range arrays {
			add(name, "<f8", values, len(values))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		n, err := Read(path, Options{})
		if err != nil || n.Graph.Nodes != nodes {
			t.Fatalf("%v: %v", n, err)
		}
		return n
	}
	n := read(3, 4, []int64{0, 1, 1}, []int64{1, 0, 3}, map[string][]float64{"km": {1, 2, 3}, "age": {1, 2, 3, 4}, "other": {1, 2}})
	if d := cmp.Diff([]Attribute{{Name: "km", Values: []float64{1, 3}}}, n.EdgeAttributes); d != "" {
		t.Errorf("attributes of edges (-want +is):\n%s", d)
	}
	if d := cmp.Diff([]Attribute{{Name: "age", Values: []float64{1, 2, 3, 4}}}, n.Attributes); d != "" {
		t.Errorf("attributes of nodes (-want +is):\n%s", d)
	}
	n = read(2, 2, []int64{0, 1}, []int64{1, 1}, map[string][]float64{"edge_km": {5, 6}, "age": {7, 8}})
	if len(n.EdgeAttributes) != 1 || n.EdgeAttributes[0].Name != "km" || len(n.Attributes) != 1 || n.Attributes[0].Name != "age" {
		t.Errorf("as many nodes as edges: %v, %v", n.EdgeAttributes, n.Attributes)
	}
}
