package tnn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// compartment of a half-edge that has charge in it.
type compartment struct {
	Name      string  `json:"name"`
	Charge    float64 `json:"charge"`
	Potential float64 `json:"potential"`
	Memory    float64 `json:"remembered_weight,omitempty"`
}

// halfEdge is an edge as a node has it.
type halfEdge struct {
	Edge         int           `json:"edge"`
	Node         int32         `json:"node"` // at the other end
	Name         string        `json:"name,omitempty"`
	Weight       float64       `json:"weight"`
	Compartments []compartment `json:"compartments"`
}

// Inspect implements model.Inspected, for nodes and edges.
func (n *Network) Inspect(s state.Space, item int, values model.Values) (*model.Inspection, error) {
	switch s {
	case state.Node:
		return n.inspectNode(item, values)
	case state.Edge:
		return n.inspectEdge(item, values)
	}
	return &model.Inspection{}, nil
}

func (n *Network) inspectNode(id int, values model.Values) (*model.Inspection, error) {
	out := &model.Inspection{Kind: "external", Idle: true}
	if n.IsNetwork(int32(id)) {
		out.Kind, out.Idle = "network", false
		name := n.groupName(id)
		out.Facts = append(out.Facts, model.Fact{Name: "group", Value: name, Text: name})
	}
	if len(n.Graph.Lattice.Sides) > 0 {
		at := n.Graph.Lattice.Coordinates(id)
		out.Facts = append(out.Facts, model.Fact{Name: "coordinates", Value: at, Text: numbers(at)})
	}
	out.Facts = append(out.Facts, saidOf(n.attributes, id)...)
	var edges, ends []int
	for k, e := range n.Graph.Edges {
		switch int32(id) {
		case e.A:
			edges, ends = append(edges, k), append(ends, 0)
		case e.B:
			edges, ends = append(edges, k), append(ends, 1)
		}
	}
	return out, n.addHalfEdges(out, "edges", "edges", edges, ends, values)
}

// saidOf is what the file of the graph says of a node or an edge.
func saidOf(all []exchange.Attribute, item int) (out []model.Fact) {
	for _, a := range all {
		if text := a.Text(item); text != "" {
			out = append(out, model.Fact{Name: a.Name, Value: text, Text: text})
		}
	}
	return out
}

func (n *Network) inspectEdge(k int, values model.Values) (*model.Inspection, error) {
	e := n.Graph.Edges[k]
	out := &model.Inspection{Kind: "plastic"}
	if !n.IsNetwork(e.A) || !n.IsNetwork(e.B) || n.Spec.Edge.Kind == Fixed {
		out.Kind = "fixed"
	}
	out.Facts = saidOf(n.edgeAttributes, k)
	ends := []int{0, 1}
	if e.A == e.B {
		ends = ends[:1]
	}
	return out, n.addHalfEdges(out, "ends", "as its ends have it", []int{k, k}[:len(ends)], ends, values)
}

// groupName is the name of a node's group, or its number.
func (n *Network) groupName(id int) string {
	group := n.group(int32(id))
	if name := n.Spec.Groups[group].Name; name != "" {
		return name
	}
	return strconv.Itoa(group)
}

// addHalfEdges adds a table of some edges as one of their ends has them.
func (n *Network) addHalfEdges(out *model.Inspection, name, title string, edges, ends []int, values model.Values) error {
	if values == nil || len(edges) == 0 {
		return nil
	}
	list, err := n.halfEdgesOf(edges, ends, values)
	t := model.Table{Name: name, Title: title, Value: list, Head: []string{"edge", "to node", "weight", "compartments: charge, potential"}}
	for _, e := range list {
		var parts []string
		for _, c := range e.Compartments {
			parts = append(parts, fmt.Sprintf("%s: %.4g, %.4g", c.Name, c.Charge, c.Potential))
		}
		t.Lines = append(t.Lines, []string{strconv.Itoa(e.Edge), n.name(e.Node), fmt.Sprintf("%.6g", e.Weight), strings.Join(parts, "; ")})
	}
	out.Tables = append(out.Tables, t)
	return err
}

func (n *Network) halfEdgesOf(edges, ends []int, values model.Values) ([]halfEdge, error) {
	weight, err := values("weight")
	if err != nil {
		return nil, err
	}
	out := make([]halfEdge, len(edges))
	for k, e := range edges {
		nodes := [2]int32{n.Graph.Edges[e].A, n.Graph.Edges[e].B}
		out[k] = halfEdge{Edge: e, Node: nodes[1-ends[k]], Weight: weight[e]}
		if n.names != nil {
			out[k].Name = n.name(out[k].Node)
		}
	}
	remembers := n.Spec.Network.Rule == Hylton2020
	for _, slot := range []string{"0", "1"} {
		charge, err := values("charge" + slot)
		if err != nil {
			return nil, err
		}
		potential, err := values("potential" + slot)
		if err != nil {
			return nil, err
		}
		memory := charge // not looked at
		if remembers {
			if memory, err = values("memory" + slot); err != nil {
				return nil, err
			}
		}
		for k, e := range edges {
			at := 2*e + ends[k]
			if charge[at] == 0 {
				continue
			}
			c := compartment{Charge: charge[at], Potential: potential[at]}
			if remembers {
				c.Memory = memory[at]
			}
			c.Name = compartmentName(slot, c, remembers)
			out[k].Compartments = append(out[k].Compartments, c)
		}
	}
	return out, nil
}

// compartmentName is the signs of charge and weight. In hylton2020, which remembers
// weights, a slot is for one sign of the weight; in hylton2019 for one sign of the
// charge, and the weight has the sign of charge times potential.
func compartmentName(slot string, c compartment, remembers bool) string {
	positive := slot == "0"
	if !remembers {
		positive = math.Signbit(c.Charge) == math.Signbit(c.Potential)
	}
	name := "+"
	if c.Charge < 0 {
		name = "-"
	}
	if positive {
		return name + "+"
	}
	return name + "-"
}

// Export implements model.Exported.
func (n *Network) Export(values model.Values) (*exchange.Export, error) {
	x := &exchange.Export{Import: exchange.Import{Graph: n.Graph, Names: n.names, Attributes: n.Attributes(state.Node), EdgeAttributes: n.edgeAttributes}}
	if len(n.Externals) > 0 {
		x.Attributes = x.Attributes[1:] // its polarities: files of graphs tell external nodes as true or false
	}
	for _, e := range n.Externals {
		x.External = append(x.External, e.ID)
	}
	var err error
	if x.States, err = values("state"); err != nil {
		return nil, err
	}
	if x.Weights, err = values("weight"); err != nil {
		return nil, err
	}
	energy, err := values("energy")
	x.Results = []exchange.Attribute{{Name: "energy", Values: energy}}
	return x, err
}
