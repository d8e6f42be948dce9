package exchange

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
)

// WriteGraphML writes GraphML (http://graphml.graphdrawing.org): nodes by their
// ids, with state, coordinates on the lattice and further attributes; edges with
// their weights.
func (x *Export) WriteGraphML(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, xml.Header, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`, "\n")
	attributes := x.attributes()
	for i, a := range attributes {
		fmt.Fprintf(out, ` <key id="n%d" for="node" attr.name="%s" attr.type="double"/>`+"\n", i, a.Name)
	}
	fmt.Fprint(out, ` <key id="external" for="node" attr.name="external" attr.type="boolean"/>`, "\n",
		` <key id="weight" for="edge" attr.name="weight" attr.type="double"/>`, "\n", ` <graph edgedefault="undirected">`, "\n")
	for id := range x.Graph.Nodes {
		fmt.Fprintf(out, `  <node id="%d">`, id)
		for i, a := range attributes {
			fmt.Fprintf(out, `<data key="n%d">%s</data>`, i, number(a.Values[id]))
		}
		fmt.Fprintf(out, `<data key="external">%t</data></node>`+"\n", x.External[id])
	}
	for i, e := range x.Graph.Edges {
		fmt.Fprintf(out, `  <edge id="e%d" source="%d" target="%d"><data key="weight">%s</data></edge>`+"\n", i, e.A, e.B, number(x.Weights[i]))
	}
	fmt.Fprint(out, " </graph>\n</graphml>\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the GraphML cannot be written: %w", err)
	}
	return nil
}

// attributes are the state, the coordinates on a lattice as x, y and z, and those
// that are given.
func (x *Export) attributes() []Attribute {
	out := []Attribute{{"state", x.States}}
	sides := x.Graph.Lattice.Sides
	for d := range sides {
		a := Attribute{Name: string("xyz"[d]), Values: make([]float64, x.Graph.Nodes)}
		for id := range a.Values {
			// The last coordinate of a lattice runs fastest, and is x.
			a.Values[id] = float64(x.Graph.Lattice.Coordinates(id)[len(sides)-1-d])
		}
		out = append(out, a)
	}
	return append(out, x.Attributes...)
}

// document is as much of GraphML as is read, one element at a time.
type document struct {
	network *Network
	keys    map[string]string // kind and name of an attribute, by its key
	ids     map[string]int32  // of nodes, in the order of the file
	names   []string          // the other way round
	weights int               // edges that have one
}

type data struct {
	Key  string `xml:"key,attr"`
	Text string `xml:",chardata"`
}

// ReadGraphML reads the nodes and edges of a GraphML file, with the attributes
// state and weight where they are there. Nodes that are named 0 to N-1, with or
// without an n before it, have these numbers; others are numbered as they come.
func ReadGraphML(r io.Reader) (*Network, error) {
	d := &document{network: &Network{Graph: &graph.Graph{}}, keys: make(map[string]string), ids: make(map[string]int32)}
	in := xml.NewDecoder(r)
	graphs := 0
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no GraphML: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "graph" {
			graphs++
		}
		if err := d.element(in, start); err != nil {
			line, _ := in.InputPos()
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if graphs != 1 {
		return nil, fmt.Errorf("it has %d graphs, and must have one", graphs)
	}
	return d.finish()
}

func (d *document) element(in *xml.Decoder, start xml.StartElement) error {
	switch start.Name.Local {
	case "key":
		var key struct {
			ID   string `xml:"id,attr"`
			For  string `xml:"for,attr"`
			Name string `xml:"attr.name,attr"`
		}
		if err := in.DecodeElement(&key, &start); err != nil {
			return err
		}
		d.keys[key.ID] = key.For + " " + key.Name
	case "node":
		var node struct {
			ID   string `xml:"id,attr"`
			Data []data `xml:"data"`
		}
		if err := in.DecodeElement(&node, &start); err != nil {
			return err
		}
		return d.addNode(node.ID, node.Data)
	case "edge":
		var edge struct {
			Source string `xml:"source,attr"`
			Target string `xml:"target,attr"`
			Data   []data `xml:"data"`
		}
		if err := in.DecodeElement(&edge, &start); err != nil {
			return err
		}
		return d.addEdge(edge.Source, edge.Target, edge.Data)
	case "hyperedge":
		return errors.New("it has hyperedges, and an edge joins two nodes here")
	}
	return nil
}

// value finds an attribute of a node or an edge. A key for all is one for both.
func (d *document) value(kind, name string, in []data) (v float64, found bool, err error) {
	for _, x := range in {
		about := d.keys[x.Key]
		if about != kind+" "+name && about != "all "+name {
			continue
		}
		if v, err = finite(x.Text); err != nil {
			return 0, false, fmt.Errorf("%s %s is %w", kind, name, err)
		}
		found = true
	}
	return v, found, nil
}

func (d *document) addNode(name string, with []data) error {
	if _, twice := d.ids[name]; twice {
		return fmt.Errorf("there are two nodes %q", short(name))
	}
	if len(d.names) == graph.MaxNodes {
		return fmt.Errorf("it has more than %d nodes", graph.MaxNodes)
	}
	state, found, err := d.value("node", "state", with)
	if err != nil {
		return err
	}
	if math.Abs(state) > 1 {
		return fmt.Errorf("the state of node %q is %v, and must be from -1 to 1", short(name), state)
	}
	d.ids[name] = int32(len(d.names))
	d.names = append(d.names, name)
	n := d.network
	if found && n.States == nil {
		n.States = make([]float64, len(d.names)-1)
	}
	if n.States != nil {
		n.States = append(n.States, state) // 0 where it has none
	}
	return nil
}

func (d *document) addEdge(source, target string, with []data) error {
	a, found := d.ids[source]
	b, too := d.ids[target]
	if !found || !too {
		return fmt.Errorf("the edge from %q to %q has no such nodes before it", short(source), short(target))
	}
	weight, found, err := d.value("edge", "weight", with)
	if err != nil {
		return err
	}
	if found {
		d.weights++
	}
	n := d.network
	n.Graph.Edges = append(n.Graph.Edges, graph.Edge{A: a, B: b})
	n.Weights = append(n.Weights, weight)
	return nil
}

func (d *document) finish() (*Network, error) {
	n := d.network
	n.Graph.Nodes = len(d.names)
	switch d.weights {
	case 0:
		n.Weights = nil
	case len(n.Graph.Edges):
	default:
		return nil, fmt.Errorf("%d of %d edges have a weight: either all must have one or none", d.weights, len(n.Graph.Edges))
	}
	if number := d.numbers(); number != nil {
		n.renumber(number)
	}
	return n, n.check()
}

// numbers are those that the names of the nodes are; nil where they are not 0 to N-1.
func (d *document) numbers() []int32 {
	out := make([]int32, len(d.names))
	seen := make([]bool, len(d.names))
	for i, name := range d.names {
		v, err := strconv.ParseUint(strings.TrimPrefix(name, "n"), 10, 31)
		if err != nil || v >= uint64(len(seen)) || seen[v] {
			return nil
		}
		out[i], seen[v] = int32(v), true
	}
	return out
}

func (n *Network) renumber(number []int32) {
	for i, e := range n.Graph.Edges {
		n.Graph.Edges[i] = graph.Edge{A: number[e.A], B: number[e.B]}
	}
	if n.States == nil {
		return
	}
	states := make([]float64, len(n.States))
	for i, s := range n.States {
		states[number[i]] = s
	}
	n.States = states
}
