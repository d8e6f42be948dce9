package web

import (
	"slices"
)

// mostEdges is the largest number of edges of a node that a page shows.
const mostEdges = 256

// Node is what a page shows of one node.
type Node struct {
	ID       int32   `json:"id"`
	Step     int64   `json:"step"`
	External bool    `json:"external"`
	Values   []value `json:"values"`
	Degree   int     `json:"degree"` // a self-loop counts once
	Edges    []edge  `json:"edges"`  // the first ones
}

type value struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Value decimal `json:"value"`
}

type edge struct {
	To     int32     `json:"to"`
	Values []decimal `json:"values"` // of the fields of edges
}

// incident is an edge of a node.
type incident struct{ edge, to int32 }

// inspector finds the edges of a node. It remembers those of the last one.
type inspector struct {
	node  int32
	known bool
	found []incident
}

// findEdges visits all edges: a table by node would take more memory than the network.
func (i *inspector) findEdges(node int32, edges int, ends func(int) (a, b int32)) {
	if i.known && i.node == node {
		return
	}
	*i = inspector{node: node, known: true}
	for e := range edges {
		a, b := ends(e)
		i.visit(e, a, b)
	}
}

// visit takes an edge if it is one of the node's.
func (i *inspector) visit(e int, a, b int32) {
	switch i.node {
	case a:
		i.found = append(i.found, incident{int32(e), b})
	case b:
		i.found = append(i.found, incident{int32(e), a})
	}
}

// nodeOf begins the description of a node, and lists the edges that it has.
func nodeOf(id int32, step int64, edges []incident) (*Node, []incident) {
	n := &Node{ID: id, Step: step, Degree: len(edges)}
	edges = edges[:min(len(edges), mostEdges)]
	n.Edges = make([]edge, len(edges))
	for k, e := range edges {
		n.Edges[k].To = e.to
	}
	return n, edges
}

// inspect describes a node of a live run from the newest copies. It is nil where there
// are none.
func (l *Live) inspect(i *inspector, node int32, replica int) *Node {
	l.mu.Lock()
	from := l.taken.inspected
	l.mu.Unlock()
	if from == nil || node < 0 || int(node) >= len(l.orders[l.network.space].places) {
		return nil
	}
	order, links := l.edges(), l.network.links
	i.findEdges(node, links.Count, links.Ends)
	out, edges := nodeOf(node, from.Step, i.found)
	out.External = l.isExternal(node)
	for _, f := range l.network.about.Fields {
		a := from.Array(f.Name)
		if a == nil {
			continue
		}
		base := a.First(replica, len(l.network.Seeds))
		switch a.Space {
		case l.network.space:
			out.Values = append(out.Values, value{a.Name, a.Unit, decimal(a.At(base + int(l.orders[l.network.space].places[node])))})
		case links.Space:
			for k, e := range edges {
				out.Edges[k].Values = append(out.Edges[k].Values, decimal(a.At(base+int(order[e.edge]))))
			}
		}
	}
	return out
}

func (l *Live) isExternal(node int32) bool {
	_, found := slices.BinarySearch(l.network.external, node)
	return found
}
