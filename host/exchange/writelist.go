package exchange

import (
	"bufio"
	"fmt"
	"io"
	"math"
)

// WriteEdgeList writes a list for ReadList: the number of nodes, their names if
// they have any, a line for each edge with its weight, if there are weights, the
// states, if there are any: `# state 12 -0.5`, external nodes: `# external 12`, and
// attributes: `# attribute kind 12 hub`, and `# edge-attribute kind 3 road` of the
// fourth edge. All but edges are comments, which
// other programs skip. Numbers have the digits it takes to read the same back. A
// lattice is not written.
func (x *Export) WriteEdgeList(w io.Writer) error {
	if x.Weights != nil && len(x.Weights) != len(x.Graph.Edges) {
		return fmt.Errorf("an edge list of %d edges cannot have %d weights", len(x.Graph.Edges), len(x.Weights))
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# nodes %d\n", x.Graph.Nodes)
	for _, name := range x.Names {
		fmt.Fprintf(out, "# node %s\n", quote(name))
	}
	for i, e := range x.Graph.Edges {
		a, b := quote(x.name(int(e.A))), quote(x.name(int(e.B)))
		if x.Weights == nil {
			fmt.Fprintf(out, "%s %s\n", a, b)
			continue
		}
		if math.IsNaN(x.Weights[i]) || math.IsInf(x.Weights[i], 0) {
			return fmt.Errorf("the edge of nodes %s and %s has weight %v: only finite weights can be written", a, b, x.Weights[i])
		}
		fmt.Fprintf(out, "%s %s %s\n", a, b, number(x.Weights[i]))
	}
	for id, s := range x.States {
		fmt.Fprintf(out, "# state %s %s\n", quote(x.name(id)), number(s))
	}
	for _, id := range x.External {
		fmt.Fprintf(out, "# external %s\n", quote(x.name(int(id))))
	}
	for _, a := range x.Attributes {
		for id := range x.Graph.Nodes {
			if text := a.Text(id); text != "" {
				fmt.Fprintf(out, "# attribute %s %s %s\n", quote(a.Name), quote(x.name(id)), a.quoted(text))
			}
		}
	}
	for _, a := range x.EdgeAttributes {
		for i := range x.Graph.Edges {
			if text := a.Text(i); text != "" {
				fmt.Fprintf(out, "# %s %s %d %s\n", edgeAttribute, quote(a.Name), i, a.quoted(text))
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the edge list cannot be written: %w", err)
	}
	return nil
}

// quoted is a value as a comment has it: texts that look like numbers stand in quotation
// marks.
func (a *Attribute) quoted(text string) string {
	if a.Texts != nil && likeNumber(text) {
		return `"` + text + `"`
	}
	return quote(text)
}
