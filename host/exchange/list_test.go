package exchange

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/text"
)

// summary is a network in one line: nodes, edges with weights, states, names.
func summary(n *Import) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:", n.Graph.Nodes)
	for i, e := range n.Graph.Edges {
		fmt.Fprintf(&b, " %d-%d", e.A, e.B)
		if n.Weights != nil {
			fmt.Fprintf(&b, "=%v", n.Weights[i])
		}
	}
	if n.States != nil {
		fmt.Fprintf(&b, " states %v", n.States)
	}
	if n.Names != nil {
		fmt.Fprintf(&b, " names %s", strings.Join(n.Names, "|"))
	}
	return b.String()
}

// readAny reads a text as a file of some extension.
func readAny(contents, extension string) (*Import, error) {
	return named("x" + extension)(readText(strings.NewReader(contents), extension, Options{}))
}

// reading is a file of a program, and what it is: a summary, or what the sentence
// says that refuses it.
type reading struct{ text, want string }

func checkReadings(t *testing.T, extension string, readings map[string]reading) {
	t.Helper()
	for name, c := range readings {
		n, err := readAny(c.text, extension)
		refused, says := strings.CutPrefix(c.want, "refused: ")
		switch {
		case says && err == nil:
			t.Errorf("%s: it is read as %s; want an error with %q", name, summary(n), refused)
		case says && !strings.Contains(err.Error(), refused), !says && err != nil:
			t.Errorf("%s: %v; want %q", name, err, c.want)
		case err == nil && summary(n) != c.want:
			t.Errorf("%s: %s\nwant %s", name, summary(n), c.want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%s: the sentence has several lines: %q", name, err)
		}
	}
}

// TestListsOfTheWorld: edge lists as programs and people write them.
func TestListsOfTheWorld(t *testing.T) {
	checkReadings(t, ".txt", map[string]reading{
		"bare":                           {"0 1\n2 1", "3: 0-1 2-1"},
		"all there can be":               {"# by hand\n\n# nodes 6\r\n 1\t0  -2.5 # left\n4 4 1e-3\n4 4 0\n", "6: 1-0=-2.5 4-4=0.001 4-4=0"},
		"no edges":                       {"# nodes 3\n", "3:"},
		"a comment on nodes":             {"# nodes are people\n0 1\n", "2: 0-1"},
		"a comment on a state":           {"# state of Maine\n0 1\n", "2: 0-1"},
		"a comment on a node":            {"# node numbers follow\n0 1\n", "2: 0-1"},
		"percent":                        {"% by Octave\n0 1\n", "2: 0-1"},
		"commas":                         {"0,1,0.5\n1,2,0.25\n", "3: 0-1=0.5 1-2=0.25"},
		"commas and spaces":              {"0, 1, 0.5\n1, 2, 0.25\n", "3: 0-1=0.5 1-2=0.25"},
		"a comma at the end":             {"0,1,\n1,2,\n", "3: 0-1 1-2"},
		"semicolons":                     {"0;1;0.5", "2: 0-1=0.5"},
		"decimal commas":                 {"0;1;0,5\n1;2;-1,25\n", "3: 0-1=0.5 1-2=-1.25"},
		"tabs":                           {"0\t1\t0.5\n1\t2\t2\n", "3: 0-1=0.5 1-2=2"},
		"tabs and spaces":                {"0\t1\n1 2\n2\t\t0\n", "3: 0-1 1-2 2-0"},
		"tabs and a comment":             {"0\t1\t# one\n1\t2 # two\n", "3: 0-1 1-2"},
		"names with spaces, tabs":        {"Ada L\tBob\t1\nBob\tC D\t2\n", "3: 0-1=1 1-2=2 names Ada L|Bob|C D"},
		"names in quotation marks":       {"\"Ada L\" Bob\nBob \"C \"\"D\"\"\"\n", "3: 0-1 1-2 names Ada L|Bob|C \"D\""},
		"names with commas":              {"\"L, Ada\",Bob,0.5\n", "2: 0-1=0.5 names L, Ada|Bob"},
		"a name with #, commas":          {"C#,F#\n", "2: 0-1 names C#|F#"},
		"Excel's separator":              {"sep=;\r\n0;1\r\n1;2\r\n", "3: 0-1 1-2"},
		"carriage returns":               {"0 1\r1 2\r", "3: 0-1 1-2"},
		"a byte order mark":              {"\xef\xbb\xbf0 1\n1 2\n", "3: 0-1 1-2"},
		"UTF-16":                         {"\xff\xfe0\x00 \x001\x00\n\x001\x00 \x002\x00", "3: 0-1 1-2"},
		"UTF-16, a mark each line":       {"\xff\xfe0\x00 \x001\x00\n\x00\xff\xfe1\x00 \x002\x00", "3: 0-1 1-2"},
		"Latin-1":                        {"M\xfcller Jos\xe9\n", "2: 0-1 names Müller|José"},
		"savetxt":                        {"0.000000000000000000e+00 1.000000000000000000e+00\n1.000000000000000000e+00 2.000000000000000000e+00\n", "3: 0-1 1-2"},
		"savetxt with weights":           {"0.0e+00 1.0e+00 -2.5e-01\n", "2: 0-1=-0.25"},
		"MATLAB's save -ascii":           {"   0.0000000e+00   1.0000000e+00\n   1.0000000e+00   2.0000000e+00\n", "3: 0-1 1-2"},
		"names":                          {"a b\nb c\n", "3: 0-1 1-2 names a|b|c"},
		"ids from 1":                     {"1 2\n2 3\n3 4\n4 1\n", "4: 0-1 1-2 2-3 3-0 names 1|2|3|4"},
		"ids from 1 with a gap":          {"1 2\n2 4\n", "4: 0-1 1-3 names 1|2|3|4"},
		"ids from 5":                     {"5 6\n", "7: 5-6"},
		"both directions":                {"0 1\n1 0\n1 2\n", "3: 0-1 1-2"},
		"both directions, weights":       {"0 1 0.5\n1 2 1\n1 0 0.5\n2 1 1\n", "3: 0-1=0.5 1-2=1"},
		"self-loops":                     {"0 0\n0 0\n0 1\n", "2: 0-0 0-0 0-1"},
		"NetworkX":                       {"0 1 {}\n1 2 {}\n", "3: 0-1 1-2"},
		"NetworkX, weights":              {"0 1 {'weight': 0.5, 'label': 'a, b}'}\n1 2 {'x': [1, 2], 'weight': -2}\n", "3: 0-1=0.5 1-2=-2"},
		"NetworkX, weights of NumPy 2":   {"0 1 {'weight': np.float64(0.5)}\n", "2: 0-1=0.5"},
		"NetworkX, commas":               {"0, 1, {'weight': 0.5}\n1, 2, {'weight': 1}\n", "3: 0-1=0.5 1-2=1"},
		"NetworkX, names":                {"Ada Bob {}\nBob C {}\n", "3: 0-1 1-2 names Ada|Bob|C"},
		"Gephi":                          {"Source,Target,Type,Id,Label,timeset,Weight\n0,1,Undirected,0,,,0.5\n1,2,Undirected,1,,,1.0\n", "3: 0-1=0.5 1-2=1"},
		"Gephi, one edge":                {"Source,Target,Weight\n0,1,0.5\n", "2: 0-1=0.5"},
		"Gephi, semicolons":              {"Source;Target;Weight\nAda;Bob;0.5\n", "2: 0-1=0.5 names Ada|Bob"},
		"pandas":                         {",source,target,weight\n0,0,1,0.5\n1,1,2,0.25\n", "3: 0-1=0.5 1-2=0.25"},
		"pandas, tabs":                   {"\tsource\ttarget\tweight\n0\t0\t1\t0.5\n1\t1\t2\t0.25\n", "3: 0-1=0.5 1-2=0.25"},
		"pandas, names, tabs":            {"source\ttarget\nAda L\tBob X\n", "2: 0-1 names Ada L|Bob X"},
		"pandas, another column":         {"source,target,color,weight\n0,1,red,0.5\n", "2: 0-1=0.5"},
		"R's write.csv":                  {"\"\",\"from\",\"to\",\"weight\"\n\"1\",\"a\",\"b\",0.5\n\"2\",\"b\",\"c\",1\n", "3: 0-1=0.5 1-2=1 names a|b|c"},
		"R's write.table":                {"\"V1\" \"V2\"\n\"1\" 1 2\n\"2\" 2 3\n", "3: 0-1 1-2 names 1|2|3"},
		"R's write.table, known words":   {"\"from\" \"to\" \"weight\"\n\"1\" \"a\" \"b\" 2\n", "2: 0-1=2 names a|b"},
		"R without row names":            {"\"V1\" \"V2\"\n0 1\n1 2\n", "3: 0-1 1-2"},
		"MATLAB's writetable":            {"EndNodes_1,EndNodes_2,Weight\n1,2,0.5\n2,3,1\n", "3: 0-1=0.5 1-2=1 names 1|2|3"},
		"a header of letters":            {"x,y\n0,1\n1,2\n", "3: 0-1 1-2"},
		"a header of letters, weights":   {"i j w\n0 1 2\n", "2: 0-1=2"},
		"a header over names":            {"a b weight\nx y 2\ny z 3\n", "3: 0-1=2 1-2=3 names x|y|z"},
		"SNAP":                           {"# Undirected graph: ../x.txt\n# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n", "3: 0-1 1-2"},
		"SNAP, numbers left out":         {"# Directed graph: x\n# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n3466\t937\n3466\t5233\n", "3: 1-0 1-2 names 937|3466|5233"},
		"SNAP, nodes without edges":      {"# Nodes: 5 Edges: 1\n0\t1\n", "5: 0-1"},
		"KONECT":                         {"% sym unweighted\n% 2 3 3\n1 2\n2 3\n", "3: 0-1 1-2 names 1|2|3"},
		"KONECT, more nodes":             {"% asym positive\n% 2 4 4\n1 2 5\n2 3 1\n", "4: 0-1=5 1-2=1 names 1|2|3|4"},
		"KONECT, times":                  {"% sym weighted\n1 2 0.5 1082008561\n2 3 1 1082008562\n", "3: 0-1=0.5 1-2=1 names 1|2|3"},
		"KONECT, a tab":                  {"% sym unweighted\n1 2\t1\n2 3\t1\n", "3: 0-1=1 1-2=1 names 1|2|3"},
		"Gset":                           {"4 3\n1 2 1\n2 3 -1\n3 4 1\n", "4: 0-1=1 1-2=-1 2-3=1 names 1|2|3|4"},
		"Gset, a node without edges":     {"5 2\n1 2 1\n2 4 -1\n", "5: 0-1=1 1-3=-1 names 1|2|3|4|5"},
		"a size, from 0":                 {"3 2\n0 1 1\n1 2 1\n", "3: 0-1=1 1-2=1"},
		"a matrix without a banner":      {"3 3 2\n1 2\n2 3\n", "3: 0-1 1-2 names 1|2|3"},
		"names of nodes":                 {"# nodes 3\n# node Ada\n# node \"B C\"\n# node 3\nAda \"B C\" 1\n", "3: 0-1=1 names Ada|B C|3"},
		"states":                         {"0 1\n# state 0 0.5\n# state 1 -1\n", "2: 0-1 states [0.5 -1]"},
		"states from 1":                  {"1 2\n# state 1 0.5\n# state 2 -1\n", "2: 0-1 states [0.5 -1] names 1|2"},
		"states of names":                {"# state a 0.5\n# state b -1\na b\n", "2: 0-1 states [0.5 -1] names a|b"},
		"three lines that are no matrix": {"0 1 1\n1 2 0\n2 0 0\n", "3: 0-1=1 1-2=0 2-0=0"},
	})
}

// TestListsRefused has the sentences of lists that are none, or that can be read in
// two ways.
func TestListsRefused(t *testing.T) {
	checkReadings(t, ".txt", map[string]reading{
		"nothing":                        {"", "refused: x.txt:1: the file ends without an edge"},
		"a comment":                      {"# just this\n", "refused: x.txt:2: the file ends without an edge"},
		"a header":                       {"Source,Target\n", "refused: the file ends without an edge"},
		"one field":                      {"0 1\n2\n", "refused: x.txt:2: this line has 1 field; an edge is `a b` or `a b weight`"},
		"four fields":                    {"0 1 2 3\n", "refused: x.txt:1: this line has 4 fields; an edge is"},
		"a word among numbers":           {"0 1\n\n1 x\n", "refused: x.txt:3: node \"x\" is no integer"},
		"a word after a number":          {"0 one\n", "refused: x.txt:1: node \"one\" is no integer"},
		"a number among names":           {"a b\nb 1\n", "refused: x.txt:2: node \"1\" is a number"},
		"negative":                       {"-1 2\n", "refused: x.txt:1: node -1: nodes are numbered from 0 on"},
		"no integer":                     {"1.5 2\n", "refused: node \"1.5\" is no integer"},
		"infinite":                       {"inf 1\n", "refused: node \"1\" is a number"},
		"after infinity":                 {"0 1\ninf 1\n", "refused: x.txt:2: node \"inf\" is no integer"},
		"too large":                      {"0 1000000000000000000\n", "refused: x.txt:1: node 1000000000000000000 is beyond"},
		"much too large":                 {"0 18446744073709551616000000000\n", "refused: node 18446744073709551616000000000 is beyond"},
		"1e400":                          {"0 1e400\n", "refused: node 1e400 is beyond"},
		"the first that is too large":    {"0 2147483647\n", "refused: it has nodes up to 2147483647"},
		"more than it says":              {"# nodes 3\n0 3\n", "refused: x.txt:2: node \"3\" is no integer from 0 on and below 3"},
		"none and one":                   {"# nodes 0\n0 0\n", "refused: x.txt:2: node \"0\""},
		"no number of nodes":             {"# nodes 3x\n", "refused: the number of nodes is \"3x\""},
		"a negative number of nodes":     {"# nodes -3\n", "refused: the number of nodes is \"-3\""},
		"too many nodes":                 {"# nodes 2147483648\n", "refused: the number of nodes is \"2147483648\""},
		"twice":                          {"# nodes 3\n# nodes 3\n", "refused: x.txt:2: `# nodes 3` must come once"},
		"late":                           {"0 1\n# nodes 3\n", "refused: x.txt:2: `# nodes 3` must come once, and before the first edge"},
		"weight x":                       {"0 1 x\n", "refused: weight \"x\" is no finite number"},
		"weight NaN":                     {"0 1 NaN\n", "refused: weight \"NaN\" is no finite number"},
		"weight -inf":                    {"0 1 -inf\n", "refused: weight \"-inf\" is no finite number"},
		"weight 1e999":                   {"0 1 1e999\n", "refused: weight \"1e999\" is no finite number"},
		"no weight":                      {"# x\n0 1 1\n1 2\n", "refused: x.txt:3: either all edges have a weight or none, and line 2 does otherwise"},
		"a weight":                       {"0 1\n1 2 3\n", "refused: x.txt:2: either all edges have a weight or none, and line 1 does otherwise"},
		"no weight of NetworkX":          {"0 1 {'weight': 1}\n1 2 {}\n", "refused: x.txt:2: either all edges"},
		"a weight that is near":          {"0 1 {'weights': 1}\n", "refused: an attribute \"weights\""},
		"a dictionary that has no end":   {"0 1 {'weight: 1}\n", "refused: a dictionary of NetworkX cannot be read"},
		"twice an edge":                  {"0 1\n\n1 2\n0 1\n1 2\n", "refused: x.txt:4: nodes 0 and 1 have an edge already, on line 1"},
		"twice an edge with a weight":    {"5 6 1\n5 6 1\n", "refused: x.txt:2: nodes 5 and 6 have an edge already, on line 1"},
		"two weights":                    {"0 1 1\n1 0 2\n", "refused: x.txt:2: nodes 1 and 0 have an edge already, on line 1, which has another weight"},
		"three times an edge":            {"0 1\n1 0\n0 1\n", "refused: x.txt:3: nodes 0 and 1 have an edge already"},
		"twice an edge of names":         {"a b\na b\n", "refused: nodes a and b have an edge already"},
		"a long line":                    {"0 1\n" + strings.Repeat("1", 1<<21), "refused: x.txt:2: the line cannot be read"},
		"a quotation mark":               {"\"a b\n", "refused: a quotation mark has no end"},
		"decimal commas without a sign":  {"0 1 0,5\n", "refused: more than one number"},
		"commas and spaces mixed":        {"0,1 5\n", "refused: is no integer from 0 on"},
		"a column that is near":          {"source,target,weights\n0,1,2\n", "refused: the column \"weights\""},
		"an unknown column":              {"x,y,z\n0,1,2\n", "refused: the column \"z\" is neither"},
		"a table of nodes":               {"Id,Label\n0,Ada\n", "refused: it is a table of nodes"},
		"KONECT's two kinds":             {"% bip unweighted\n1 1\n", "refused: bipartite"},
		"a size and too few edges":       {"800 19176\n1 2 1\n2 3 1\n", "refused: the file is cut off"},
		"a size, or an edge":             {"3 2\n1 2\n2 3\n", "refused: x.txt:1: the line `3 2` can be an edge"},
		"a size of a matrix, or an edge": {"3 3 2\n1 2 1\n2 3 1\n", "refused: x.txt:1: the line `3 3 2` can be an edge"},
		"a matrix of three, or edges":    {"0 1 1\n1 0 1\n1 1 0\n", "refused: it can be the matrix of 3 nodes"},
		"a matrix":                       {"0 1 0 1\n1 0 1 0\n0 1 0 1\n1 0 1 0\n", "refused: this line has 4 fields"},
		"Graphviz":                       {"graph {\n 0 -- 1\n}\n", "refused: Graphviz"},
		"Graphviz, directed":             {"digraph G {\n 0 -> 1\n}\n", "refused: Graphviz"},
		"JSON":                           {"{\"nodes\": []}\n", "refused: it is JSON"},
		"UCINET":                         {"DL n=3 format=edgelist1\ndata:\n1 2\n", "refused: UCINET"},
		"DIMACS":                         {"c x\np edge 3 2\ne 1 2\ne 2 3\n", "refused: DIMACS"},
		"HTML":                           {"<!DOCTYPE html><html><body>404</body></html>", "refused: its root element is <html>"},
		"HDF5":                           {"\x89HDF\r\n\x1a\n\x00\x00", "refused: HDF5"},
		"MATLAB":                         {"MATLAB 5.0 MAT-file, Platform: GLNXA64", "refused: .mat file of MATLAB"},
		"bytes":                          {"\x01\x02\x00\x03", "refused: it is no text"},
		"no state":                       {"0 1\n# state 0 0.5\n", "refused: x.txt: 1 of 2 nodes have a state"},
		"a state of no node":             {"0 1\n# state 2 0.5\n", "refused: x.txt:2: there is no node \"2\""},
		"a state of no name":             {"# node a\n# node b\n# state c 1\na b\n", "refused: x.txt:3: there is no node \"c\""},
		"a state of 1.5":                 {"0 1\n# state 0 1.5\n", "refused: x.txt:2: the state \"1.5\" is no number from -1 to 1"},
		"a state of nan":                 {"0 1\n# state 0 nan\n", "refused: x.txt:2: the state \"nan\""},
		"a name of no node":              {"# node a\na b\n", "refused: no line `# node` names node \"b\""},
		"a name twice":                   {"# node a\n# node a\n", "refused: there are two nodes \"a\""},
		"fewer names than it says":       {"# nodes 3\na b\n", "refused: it says that it has 3 nodes, and names 2"},
	})
	for extension, c := range map[string]reading{
		".lgl":     {"# a\nb 0.5\n", "an adjacency list of LGL"},
		".metis":   {"2 1\n2\n1\n", "an adjacency list"},
		".mtx":     {"1 2\n", "%%MatrixMarket"},
		".dot":     {"Version 1\n", "it is called .dot"},
		".graphml": {"0 1\n", "it has 0 graphs"},
	} {
		checkReadings(t, extension, map[string]reading{extension: {c.text, "refused: " + c.want}})
	}
	broken := errors.New("broken")
	if _, err := ReadList(iotest.ErrReader(broken), "x", Options{}); !errors.Is(err, broken) {
		t.Errorf("error %v does not wrap that of the reader", err)
	}
}

// TestNotes: what is understood in a way that not all expect is told.
func TestNotes(t *testing.T) {
	for contents, want := range map[string]string{
		"0 1\n1 0\n":                           "1 edge that it has in both directions, with the same weight, was taken once",
		"0 1\n1 0\n1 2\n2 1\n":                 "2 edges that it has in both directions, with the same weight, were taken once",
		"M\xfcller Jos\xe9\n":                  "its names are no UTF-8, and were read as Latin-1",
		"# Nodes: 2 Edges: 9\n0 1\n":           "a comment of it says that it has 9 edges, and it has 1 lines of them",
		"% sym unweighted\n% 3 2 2\n1 2\n":     "a comment of it says that it has 3 edges, and it has 1 lines of them",
		"0 1\n":                                "",
		"# state of the art, 2 of 3\n0 1\n1 2": "",
	} {
		n, err := readAny(contents, ".txt")
		if err != nil {
			t.Errorf("%q: %v", contents, err)
			continue
		}
		if got := strings.Join(n.Notes, "; "); got != want {
			t.Errorf("%q: %q; want %q", contents, got, want)
		}
	}
}

// TestLatticeHasNumbers: on a lattice the nodes of a list are sites, also where the
// first one has no edge.
func TestLatticeHasNumbers(t *testing.T) {
	n, err := named("x")(readText(strings.NewReader("1 2\n2 3\n"), ".txt", Options{Lattice: true}))
	if err != nil || summary(n) != "4: 1-2 2-3" {
		t.Errorf("%v, %v", n, err)
	}
}

// TestMemoryIsCounted: whatever the format, what would take more than there is ends
// in a sentence.
func TestMemoryIsCounted(t *testing.T) {
	const limit = 1 << 20
	many := func(head, format, tail string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range 40000 {
			fmt.Fprintf(&b, format, i, i+1)
		}
		return b.String() + tail
	}
	for name, contents := range map[string]string{
		"list":          many("", "%d %d\n", ""),
		"list of names": many("", "n%d n%d\n", ""),
		"loops":         strings.Repeat("0 0\n", 40000),
		"states":        "0 1\n" + many("", "# state %[1]d 0\n", ""),
		"Matrix Market": many("%%MatrixMarket matrix coordinate pattern general\n40002 40002 40000\n", "%[2]d %[2]d\n", ""),
		"Pajek":         many("*Vertices 40002\n*Edges\n", "%[2]d %[2]d\n", ""),
		"Pajek labels":  many("*Vertices 40002\n", "%[2]d \"v%d\"\n", ""),
		"GraphML":       many("<graphml><graph>", `<edge source="%d" target="%d"/>`, "</graph></graphml>"),
		"GraphML keys":  many("<graphml><graph><node id=\"0\"/>", `<edge source="0" target="0"><data key="k%d">%d</data></edge>`, "</graph></graphml>"),
	} {
		_, err := readText(text.NewReader(strings.NewReader(contents)), "", Options{Memory: limit})
		if err == nil || !strings.Contains(err.Error(), "for which the 1 MB of memory that this process can have do not suffice") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadList: what is read once comes back from what is written of it, and no
// input does worse than an error that names the file.
func FuzzReadList(f *testing.F) {
	for _, seed := range []string{
		"# nodes 3\n0 1 2.5\n2 2 -1 # loop\n", "0 1\n\n#\n1 2\n", "a b\nb \"c d\"\n", "Source;Target;Weight\n1;2;0,5\n",
		"0 1 {'weight': 0.5}\n", "% sym unweighted\n% 2 3 3\n1 2\n2 3\n", "4 3\n1 2 1\n2 3 -1\n3 4 1\n",
		"# node a\n# node b\n# state a 1\n# state b 0\na b\n", "%%MatrixMarket matrix coordinate real symmetric\n3 3 1\n2 1 0.5\n",
		"*Vertices 2\n1 \"a\"\n2 \"b\"\n*Edges\n1 2 1\n", "# Nodes: 2 Edges: 1\n5\t9\n", "\xff\xfe0\x00 \x001\x00", "# nodes 2147483647\n# state 5 1\n", "#x\n# GMT 2026\n#\na b c\nb\n",
		"source,target,kind\n0,1,a\n1,0,b\n", "0 1 {'weight': 2, 'kind': 'a\\'b'}\n# edge-attribute kind 0 x\n", gmlSample, gexfSample,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, contents string) {
		n, err := named("f")(readText(strings.NewReader(contents), ".txt", Options{Memory: 1 << 24}))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("error %v does not name the file", err)
			}
			return
		}
		wellFormed(t, n)
		if n.Graph.Nodes > 1000 {
			return
		}
		roundTrip(t, n)
	})
}

// TestAdjacencyLists of NetworkX, told by how they begin or what they are called.
func TestAdjacencyLists(t *testing.T) {
	const head = "#x.py\n# GMT Sat Nov 28 04:00:00 2026\n# \n"
	checkReadings(t, ".txt", map[string]reading{
		"numbers":          {head + "0 1 2\n1\n2 3\n3\n", "4: 0-1 0-2 2-3"},
		"names":            {head + "Ada Bob Cy\nBob Cy # a friend\nCy\nDee\n", "4: 0-1 0-2 1-2 names Ada|Bob|Cy|Dee"},
		"a loop":           {head + "0 0 1\n1\n", "2: 0-0 0-1"},
		"both directions":  {head + "0 1\n1 0\n", "2: 0-1"},
		"numbers from 5":   {head + "5 6\n6\n", "2: 0-1 names 5|6"},
		"an edge twice":    {head + "0 1 1\n1\n", "refused: x.txt:4: nodes 0 and 1 have an edge already"},
		"several lines":    {head + "0 1\n1 {}\n1 0\n", "refused: a multiline adjacency list"},
		"several, weights": {head + "0 1\n1 {'weight': 2}\n1 0\n", "refused: a multiline adjacency list"},
		"nothing":          {head, "refused: it has no node"},
	})
	checkReadings(t, ".adjlist", map[string]reading{"by its name": {"a b c\nb\n", "3: 0-1 0-2 names a|b|c"}})
}

// TestAttributesOfEdges: tables and dictionaries keep what they say of edges.
func TestAttributesOfEdges(t *testing.T) {
	nan := math.NaN()
	for name, test := range map[string]struct {
		text string
		want []Attribute
	}{
		"pandas": {"source,target,Colour,length\n0,1,red,\n1,2,,2.5\n", []Attribute{{Name: "Colour", Texts: []string{"red", ""}}, {Name: "length", Values: []float64{nan, 2.5}}}},
		"R": {"\"from\" \"to\" \"weight\" \"kind\" \"km\"\n\"1\" \"Ada\" \"Bob\" 0.5 \"NA\" NA\n\"2\" \"Bob\" \"Cy\" 2 \"b c\" 7\n",
			[]Attribute{{Name: "kind", Texts: []string{"NA", "b c"}}, {Name: "km", Values: []float64{nan, 7}}}},
		"write.csv2":      {"\"\";\"from\";\"to\";\"km\"\n\"1\";0;1;0,5\n\"2\";1;2;3\n", []Attribute{{Name: "km", Values: []float64{0.5, 3}}}},
		"Gephi":           {"Source,Target,Type,Id,Label,timeset,Weight\n0,1,Undirected,0,road,,1.0\n1,2,Undirected,1,,,1.0\n", []Attribute{{Name: "Label", Texts: []string{"road", ""}}}},
		"another type":    {"source,target,type\n0,1,road\n", []Attribute{{Name: "type", Texts: []string{"road"}}}},
		"NetworkX":        {"0 1 {'weight': 0.5, 'kind': \"it's\", 'n': np.float64(1.5), 'x': None}\n1 2 {'kind': 'a \\'b\\' \\x07\\u00e9\\\\', 'weight': 1}\n", []Attribute{{Name: "kind", Texts: []string{"it's", `a 'b'  é\`}}, {Name: "n", Values: []float64{1.5, nan}}}},
		"another weight":  {"0 1 {'edge_weight': 3, 'weight': 0.5}\n", []Attribute{{Name: "edge_weight", Values: []float64{3}}}},
		"of this program": {"0 1\n1 2\n# edge-attribute kind 1 \"a b\"\n# edge-attribute kind 2 x\n# edge-attribute kind\n", []Attribute{{Name: "kind", Texts: []string{"", "a b"}}}},
		"in both directions": {"source,target,a,b,c\n0,1,x,,1\n0,2,y,,2\n1,0,z,q,1\n2,3,w,r,4\n", []Attribute{
			{Name: "a", Texts: []string{"x", "y", "w"}}, {Name: "b", Texts: []string{"q", "", "r"}}, {Name: "c", Values: []float64{1, 2, 4}}}},
	} {
		n, err := ReadList(strings.NewReader(test.text), "x", Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(test.want, n.EdgeAttributes, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s (-want +is):\n%s", name, d)
		}
		if differ := name == "in both directions"; differ != slices.ContainsFunc(n.Notes, func(s string) bool { return strings.Contains(s, "1 attribute has another value the second time") }) {
			t.Errorf("%s: notes are %q", name, n.Notes)
		}
	}
}

// TestAttributesOfManyEdges are left out where memory does not suffice for them.
func TestAttributesOfManyEdges(t *testing.T) {
	var text strings.Builder
	text.WriteString("source,target,label\n")
	for i := range 300000 {
		fmt.Fprintf(&text, "%d,%d,%d\n", i, i+1, i)
	}
	n, err := ReadList(strings.NewReader(text.String()), "x", Options{Memory: 30 << 20})
	if err != nil || n.EdgeAttributes != nil || len(n.Notes) != 1 || !strings.Contains(n.Notes[0], "left out") || len(n.Graph.Edges) != 300000 {
		t.Fatalf("%v; %d edges, attributes %v, notes %q", err, len(n.Graph.Edges), n.EdgeAttributes != nil, n.Notes)
	}
}
