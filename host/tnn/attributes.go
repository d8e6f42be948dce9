package tnn

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Attributes implements model.Attributed: which nodes are external, the groups where
// there are several, and what the file of the graph says of nodes and of edges.
func (n *Network) Attributes(of state.Space) []exchange.Attribute {
	var out []exchange.Attribute
	switch of {
	case state.Node:
	case state.Edge:
		return n.edgeAttributes
	default:
		return nil
	}
	if len(n.Externals) > 0 {
		polarity := make([]float64, n.Graph.Nodes)
		for _, x := range n.Externals {
			polarity[x.ID] = float64(x.Polarity)
		}
		out = append(out, exchange.Attribute{Name: "external", Doc: "polarity of an external node, 1 or -1; 0 for a network node", Values: polarity})
	}
	if len(n.Spec.Groups) > 1 {
		names := make([]string, n.Graph.Nodes)
		for id := range names {
			if n.IsNetwork(int32(id)) {
				names[id] = n.groupName(id)
			}
		}
		out = append(out, exchange.Attribute{Name: "group", Doc: "name of the group of a network node, or its number", Texts: names})
	}
	return append(out, n.attributes...)
}

// keep takes what the file of a graph says of nodes and edges. What outputs have of their
// own is not kept, such as fields of another run's end.
func (b *builder) keep(from *exchange.Import) {
	b.said = from.Attributes
	own := []string{"node", "a", "b", "step", "external"} // of files for nodes
	if len(b.Graph.Sides) > 0 {
		own = append(own, "x", "y", "z")
	}
	if len(b.Groups) > 1 {
		own = append(own, "group")
	}
	b.attributes = b.kept("nodes", from.Attributes, own)
	own = []string{"edge", "a", "b", "a_name", "b_name"} // of the table of edges
	for _, a := range b.attributes {
		if name, ofEdge := strings.CutPrefix(a.Name, exchange.EdgePrefix); ofEdge {
			own = append(own, name) // of arrays
		}
	}
	b.edgeAttributes = b.kept("edges", from.EdgeAttributes, own)
}

// kept are the attributes of nodes, or of edges, that outputs can have beside their own.
func (b *builder) kept(of string, all []exchange.Attribute, own []string) (kept []exchange.Attribute) {
	var out, names []string
	for _, a := range all {
		field := slices.ContainsFunc(slices.Concat(fields2020(), fields2019()), func(f state.Field) bool { return f.Name == a.Name })
		switch {
		case field, slices.Contains(own, a.Name):
			out = append(out, a.Name)
		default:
			a.Doc = "of the file of the graph"
			kept, names = append(kept, a), append(names, a.Name)
		}
	}
	if len(out) > 0 {
		b.notes = append(b.notes, fmt.Sprintf("what it says of %s of %s is not kept, as outputs have values of their own", model.List(out), of))
	}
	if len(names) > 0 {
		b.notes = append(b.notes, fmt.Sprintf("what it says of %s is kept in all outputs: %s", of, model.List(names)))
	}
	return kept
}

// mostNamed is how many nodes a note names.
const mostNamed = 20

// wasExternal says what becomes of nodes that the file says are external: those that no
// [[external]] names are network nodes.
func (b *builder) wasExternal() error {
	names := model.NewNames(b.names, b.graph.Nodes)
	var lost []string
	for _, id := range b.marked {
		if !b.isExternal(int(id)) {
			lost = append(lost, names.Of(int(id)))
		}
	}
	all, n, more := len(b.marked), len(lost), ""
	if n > mostNamed {
		lost, more = lost[:mostNamed], fmt.Sprintf(" and %d more", n-mostNamed)
	}
	said := ""
	switch {
	case all == 0:
		return nil
	case n == 0:
		said = fmt.Sprintf("its %s %s external here, too", text.Count(all, "external node"), text.IsOrAre(all))
	case all == 1:
		said = "its external node is a network node here: "
	case n == all:
		said = fmt.Sprintf("its %d external nodes are network nodes here: ", all)
	default:
		said = fmt.Sprintf("%d of its %d external nodes %s not external here: ", n, all, text.IsOrAre(n))
	}
	if n > 0 {
		said += strings.Join(lost, ", ") + more + "; weights of their edges adapt from what they were on. An [[external]] with such nodes keeps them external"
	}
	b.notes = append(b.notes, said)
	return nil
}
