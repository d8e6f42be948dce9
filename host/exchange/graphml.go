package exchange

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"tnn-gpu/host/text"
)

// ReadGraphML reads the nodes and edges of GraphML (http://graphml.graphdrawing.org)
// with the attributes state and weight, in any case of letters, and their defaults.
// Nodes are called by their ids, or where these are n0, n1, ... and each has an
// attribute name of its own, as igraph writes them, by that. Directed edges act both
// ways; ports are left out; hyperedges, nested graphs and several graphs are
// refused. GEXF is read, too. Errors begin with name and line.
func ReadGraphML(r io.Reader, name string, o Options) (*Import, error) {
	return named(name)(readGraphML(text.NewReader(r), o))
}

// xmlReader reads one element at a time, of GraphML or of GEXF.
type xmlReader struct {
	*document
	in     *xml.Decoder
	isGEXF bool
	graphs int
	ports  bool
}

func readGraphML(r io.Reader, o Options) (*Import, error) {
	d := &xmlReader{in: newDecoder(r)}
	d.document = newDocument(o, func() int { line, _ := d.in.InputPos(); return line })
	if err := d.read(); err != nil {
		return nil, d.locate(err)
	}
	if d.graphs == 0 {
		return nil, errors.New("it has 0 graphs, and must have one")
	}
	if d.isGEXF {
		d.weighRest()
	}
	if err := d.end(); err != nil {
		return nil, err
	}
	if d.ports {
		d.note("the ports of its nodes are left out")
	}
	return d.finish()
}

// newDecoder reads XML in any encoding, whose elements have a bounded size.
func newDecoder(r io.Reader) *xml.Decoder {
	in := xml.NewDecoder(&elements{in: r})
	in.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		out, err := text.Named(label, in)
		if err != nil {
			return nil, fmt.Errorf("its encoding %q is not known: save it in UTF-8", label)
		}
		return out, nil
	}
	return in
}

// elements bounds what an element can take of memory.
type elements struct {
	in    io.Reader
	count int
}

func (e *elements) Read(to []byte) (int, error) {
	n, err := e.in.Read(to)
	for _, c := range to[:n] {
		if e.count++; c == '<' {
			e.count = 0
		}
	}
	if e.count > 16*longestLine {
		return n, fmt.Errorf("it has %d MB without an element", e.count>>20)
	}
	return n, err
}

// read reads the elements of the root and of its graph.
func (d *xmlReader) read() error {
	depth := 0 // 1: in the root, 2: in the graph
	rooted := false
	for {
		token, err := d.in.Token()
		switch {
		case errors.Is(err, io.EOF) && rooted:
			return nil
		case errors.Is(err, io.EOF):
			return errors.New("it has 0 graphs, and no element at all: it is no GraphML")
		case err != nil:
			return notGraphML(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			rooted = true
			inside, err := d.element(depth, t)
			if err != nil {
				return err
			}
			if inside {
				depth++
			}
		}
	}
}

// element reads what begins with a token, and tells whether what is in it is to be
// read as well.
func (d *xmlReader) element(depth int, start xml.StartElement) (inside bool, err error) {
	name := start.Name.Local
	switch {
	case d.isGEXF:
		return d.gexfElement(depth, start)
	case depth == 0 && name == "graphml":
		return true, nil
	case depth == 0 && name == "gexf":
		d.isGEXF, d.labelled = true, true
		return true, nil
	case depth == 0:
		return false, fmt.Errorf("its root element is <%s>, and that of GraphML is <graphml>: export GraphML, or a list of edges (%s)", short(name), expected)
	case depth == 1 && name == "key":
		return false, d.readKey(start)
	case depth == 1 && name == "graph":
		if err := d.beginGraph(); err != nil {
			return false, err
		}
		for _, a := range start.Attr {
			d.directed = d.directed || a.Name.Local == "edgedefault" && a.Value == "directed"
		}
		return true, nil
	case depth == 2 && name == "node":
		return false, d.readNode(start)
	case depth == 2 && name == "edge":
		return false, d.readEdge(start)
	case depth == 2 && name == "hyperedge":
		return false, errors.New("it has hyperedges, and an edge joins two nodes here")
	case depth == 2 && name == "graph":
		return false, errors.New("it has a graph in its graph: graphs that are nested are not read")
	}
	return false, notGraphML(d.in.Skip())
}

// beginGraph counts graphs, of which there must be one.
func (d *xmlReader) beginGraph() error {
	if d.graphs++; d.graphs > 1 {
		return fmt.Errorf("it has %d graphs, and must have one", d.graphs)
	}
	return nil
}

func notGraphML(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("it is no GraphML: %w", err)
}

func (d *xmlReader) readKey(start xml.StartElement) error {
	var k struct {
		ID      string  `xml:"id,attr"`
		For     string  `xml:"for,attr"`
		Name    *string `xml:"attr.name,attr"`
		Type    string  `xml:"attr.type,attr"`
		Default *string `xml:"default"`
	}
	if err := d.in.DecodeElement(&k, &start); err != nil {
		return notGraphML(err)
	}
	if k.Name == nil {
		k.Name = &k.ID
	}
	if k.For == "graph" {
		d.left = append(d.left, inLine(*k.Name))
	}
	all := k.For == "all" || k.For == ""
	return d.declare(k.ID, *k.Name, k.For == "node" || all, k.For == "edge" || all, k.Type == "string", k.Default)
}

func (d *xmlReader) readNode(start xml.StartElement) error {
	var node struct {
		ID     string     `xml:"id,attr"`
		Data   []data     `xml:"data"`
		Graphs []struct{} `xml:"graph"`
	}
	if err := d.in.DecodeElement(&node, &start); err != nil {
		return notGraphML(err)
	}
	if len(node.Graphs) > 0 {
		return fmt.Errorf("node %q has a graph in it: graphs that are nested are not read", short(node.ID))
	}
	return d.addNode(node.ID, "", node.Data)
}

func (d *xmlReader) readEdge(start xml.StartElement) error {
	var edge struct {
		Source   string     `xml:"source,attr"`
		Target   string     `xml:"target,attr"`
		Directed string     `xml:"directed,attr"`
		From     string     `xml:"sourceport,attr"`
		To       string     `xml:"targetport,attr"`
		Data     []data     `xml:"data"`
		Graphs   []struct{} `xml:"graph"`
	}
	if err := d.in.DecodeElement(&edge, &start); err != nil {
		return notGraphML(err)
	}
	if len(edge.Graphs) > 0 {
		return fmt.Errorf("the edge from %q to %q has a graph in it: graphs that are nested are not read", short(edge.Source), short(edge.Target))
	}
	d.ports = d.ports || edge.From != "" || edge.To != ""
	directed := edge.Directed == "true" || edge.Directed == "1" || edge.Directed == "" && d.directed
	return d.addEdge(edge.Source, edge.Target, directed, edge.Data)
}
