package graph

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReadEdgeList(t *testing.T) {
	for _, c := range []struct {
		name, text string
		g          *Graph
		weights    []float64
	}{
		{"bare", "0 1\n2 1", &Graph{Nodes: 3, Edges: []Edge{{0, 1}, {2, 1}}}, nil},
		{"all there can be", "# made by hand\n\n# nodes 6\r\n 1\t0  -2.5 # left\n4 4 1e-3\n4 4 0\n",
			&Graph{Nodes: 6, Edges: []Edge{{1, 0}, {4, 4}, {4, 4}}}, []float64{-2.5, 1e-3, 0}},
		{"no edges", "# nodes 3\n", &Graph{Nodes: 3}, nil},
		{"a comment on nodes", "# nodes are people\n0 1\n", &Graph{Nodes: 2, Edges: []Edge{{0, 1}}}, nil},
		{"the last id", "0 2147483646\n", &Graph{Nodes: MaxNodes, Edges: []Edge{{0, MaxNodes - 1}}}, nil},
	} {
		g, weights, err := ReadEdgeList(strings.NewReader(c.text), "some.txt")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.g, g); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.weights, weights); diff != "" {
			t.Errorf("%s: weights (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestReadEdgeListErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "some.txt:1: the file ends without an edge"},
		{"# just this\n", "some.txt:2: the file ends without an edge"},
		{"0 1\n2\n", "some.txt:2: an edge is `a b` or `a b weight`, and this line has 1 fields"},
		{"0 1 2 3\n", "some.txt:1: an edge is"},
		{"0 1\n\n1 x\n", `some.txt:3: node "x" is no integer`},
		{"-1 2\n", `some.txt:1: node "-1" is no integer`},
		{"1.0 2\n", `node "1.0" is no integer`},
		{"0 2147483647\n", `node "2147483647" is no integer from 0 on and below 2147483647`},
		{"0 18446744073709551616\n", `node "18446744073709551616"`},
		{"# nodes 3\n0 3\n", `some.txt:2: node "3" is no integer from 0 on and below 3`},
		{"# nodes 0\n0 0\n", `some.txt:2: node "0"`},
		{"# nodes 3x\n", `the number of nodes is "3x"`},
		{"# nodes -3\n", `the number of nodes is "-3"`},
		{"# nodes 2147483648\n", `the number of nodes is "2147483648"`},
		{"# nodes 3\n# nodes 3\n", "some.txt:2: `# nodes 3` must come once"},
		{"0 1\n# nodes 3\n", "some.txt:2: `# nodes 3` must come once, and before the first edge"},
		{"0 1 x\n", `weight "x" is no finite number`},
		{"0 1 NaN\n", `weight "NaN" is no finite number`},
		{"0 1 -inf\n", `weight "-inf" is no finite number`},
		{"0 1 1e999\n", `weight "1e999" is no finite number`},
		{"# x\n0 1 1\n1 2\n", "some.txt:3: either all edges have a weight or none, and line 2 does otherwise"},
		{"0 1\n1 2 3\n", "some.txt:2: either all edges have a weight or none, and line 1 does otherwise"},
		{"0 1\n\n1 2\n1 0\n2 1\n", "some.txt:4: nodes 1 and 0 have an edge already, on line 1"},
		{"5 6 1\n5 6 1\n", "some.txt:2: nodes 5 and 6 have an edge already, on line 1"},
		{"0 1\n" + strings.Repeat("1", 1<<17), "some.txt:2: the line cannot be read"},
	} {
		_, _, err := ReadEdgeList(strings.NewReader(c.text), "some.txt")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: error %v, want one with %q", c.text, err, c.want)
		}
	}
	broken := errors.New("broken")
	if _, _, err := ReadEdgeList(iotest.ErrReader(broken), "some.txt"); !errors.Is(err, broken) {
		t.Errorf("error %v does not wrap that of the reader", err)
	}
}

func TestWriteEdgeList(t *testing.T) {
	g := &Graph{Nodes: 4, Edges: []Edge{{0, 1}, {2, 2}}}
	var out strings.Builder
	if err := WriteEdgeList(&out, g, []float64{0.1, -1e300}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("# nodes 4\n0 1 0.1\n2 2 -1e+300\n", out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, weights := range [][]float64{{1}, {1, math.NaN()}, {math.Inf(1), 1}} {
		if err := WriteEdgeList(&out, g, weights); err == nil {
			t.Errorf("weights %v are written", weights)
		}
	}
	if err := WriteEdgeList(failing{}, g, nil); !errors.Is(err, errFull) {
		t.Errorf("error %v does not wrap that of the writer", err)
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// What is read once comes back from what is written of it, and no input does
// worse than an error with the name and a line.
func FuzzReadEdgeList(f *testing.F) {
	f.Add("# nodes 3\n0 1 2.5\n2 2 -1 # loop\n")
	f.Add("0 1\n\n#\n1 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		g, weights, err := ReadEdgeList(strings.NewReader(text), "f")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("error %v does not name the file", err)
			}
			return
		}
		var out bytes.Buffer
		if err := WriteEdgeList(&out, g, weights); err != nil {
			t.Fatal(err)
		}
		again, weightsAgain, err := ReadEdgeList(&out, "f")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g, again) + cmp.Diff(weights, weightsAgain); diff != "" {
			t.Fatalf("(-read +read again):\n%s", diff)
		}
		if g.Nodes > 1000 {
			return
		}
		if err := DefaultSchedule(g, all).Validate(g, all); err != nil {
			t.Fatal(err)
		}
	})
}
