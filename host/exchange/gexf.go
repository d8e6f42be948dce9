package exchange

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// gexfElement reads what begins with a token in GEXF (https://gexf.net), as Gephi and
// NetworkX write it: nodes with labels, attributes and positions; edges with weights,
// which are 1 where others have one, labels, kinds and attributes. Dynamic graphs and
// nodes in nodes are refused.
func (d *xmlReader) gexfElement(depth int, start xml.StartElement) (inside bool, err error) {
	name := start.Name.Local
	switch {
	case depth == 1 && name == "graph":
		for _, a := range start.Attr {
			switch {
			case a.Name.Local == "mode" && a.Value == "dynamic":
				return false, errors.New("its graph is dynamic, that is nodes, edges or what they are change with time, and here they stay: export what there is at one time")
			case a.Name.Local == "defaultedgetype":
				d.directed = a.Value == "directed"
			case a.Name.Local == "name" && a.Value != "":
				d.left = append(d.left, "name")
			}
		}
		return true, d.beginGraph()
	case depth == 2 && (name == "nodes" || name == "edges"):
		return true, nil
	case depth == 2 && name == "attributes":
		return false, d.gexfAttributes(start)
	case depth == 3 && name == "node":
		return false, d.gexfNode(start)
	case depth == 3 && name == "edge":
		return false, d.gexfEdge(start)
	}
	return false, notGraphML(d.in.Skip())
}

// Attributes of nodes and of edges may have the same ids.
const (
	ofNode = "node "
	ofEdge = "edge "
)

func (d *xmlReader) gexfAttributes(start xml.StartElement) error {
	var all struct {
		Class      string `xml:"class,attr"`
		Attributes []struct {
			ID      string  `xml:"id,attr"`
			Title   string  `xml:"title,attr"`
			Type    string  `xml:"type,attr"`
			Default *string `xml:"default"`
		} `xml:"attribute"`
	}
	if err := d.in.DecodeElement(&all, &start); err != nil {
		return notGraphML(err)
	}
	prefix, isEdge := ofNode, all.Class == "edge"
	if isEdge {
		prefix = ofEdge
	}
	for _, a := range all.Attributes {
		textual := !slices.Contains([]string{"integer", "long", "float", "double", "boolean", "short", "byte"}, strings.ToLower(a.Type))
		if err := d.declare(prefix+a.ID, a.Title, !isEdge, isEdge, textual, a.Default); err != nil {
			return err
		}
	}
	return nil
}

// gexfValue is that of an attribute, which version 1.1 calls id.
type gexfValue struct {
	For   string `xml:"for,attr"`
	ID    string `xml:"id,attr"`
	Value string `xml:"value,attr"`
}

func dataOf(prefix string, values []gexfValue) []data {
	var out []data
	for _, v := range values {
		if v.For == "" {
			v.For = v.ID
		}
		out = append(out, data{prefix + v.For, v.Value})
	}
	return out
}

func (d *xmlReader) gexfNode(start xml.StartElement) error {
	var node struct {
		ID       string      `xml:"id,attr"`
		Label    string      `xml:"label,attr"`
		Parent   string      `xml:"pid,attr"`
		Values   []gexfValue `xml:"attvalues>attvalue"`
		Parents  []struct{}  `xml:"parents"`
		Nodes    []struct{}  `xml:"nodes"`
		Position struct {
			X string `xml:"x,attr"`
			Y string `xml:"y,attr"`
			Z string `xml:"z,attr"`
		} `xml:"position"`
	}
	if err := d.in.DecodeElement(&node, &start); err != nil {
		return notGraphML(err)
	}
	if len(node.Nodes) > 0 || len(node.Parents) > 0 || node.Parent != "" {
		return fmt.Errorf("node %q has nodes in it, or is in another one: graphs that are nested are not read", short(node.ID))
	}
	all := dataOf(ofNode, node.Values)
	for _, axis := range []pair{{"x", node.Position.X}, {"y", node.Position.Y}, {"z", node.Position.Z}} {
		if err := d.addOwn(&all, false, axis.name, axis.text); err != nil {
			return err
		}
	}
	return d.addNode(node.ID, node.Label, all)
}

func (d *xmlReader) gexfEdge(start xml.StartElement) error {
	var edge struct {
		Source string      `xml:"source,attr"`
		Target string      `xml:"target,attr"`
		Type   string      `xml:"type,attr"`
		Weight string      `xml:"weight,attr"`
		Label  string      `xml:"label,attr"`
		Kind   string      `xml:"kind,attr"`
		Values []gexfValue `xml:"attvalues>attvalue"`
	}
	if err := d.in.DecodeElement(&edge, &start); err != nil {
		return notGraphML(err)
	}
	all := dataOf(ofEdge, edge.Values)
	for _, own := range []pair{{"weight", edge.Weight}, {"label", edge.Label}, {"kind", edge.Kind}} {
		if err := d.addOwn(&all, true, own.name, own.text); err != nil {
			return err
		}
	}
	directed := edge.Type == "directed" || edge.Type == "mutual" || edge.Type == "" && d.directed
	return d.addEdge(edge.Source, edge.Target, directed, all)
}

// addOwn adds what the format itself says of a node or an edge.
func (d *xmlReader) addOwn(all *[]data, isEdge bool, name, text string) error {
	if text == "" {
		return nil
	}
	key := "own " + ofNode + name
	if isEdge {
		key = "own " + ofEdge + name
	}
	if _, known := d.keys[key]; !known {
		if err := d.declare(key, name, !isEdge, isEdge, false, nil); err != nil {
			return err
		}
	}
	*all = append(*all, data{key, text})
	return nil
}

// weighRest gives the weight 1 to edges without one, where others have one.
func (d *xmlReader) weighRest() {
	if n := len(d.edges) - d.weighted; d.weighted > 0 && n > 0 {
		d.note("%s, and GEXF means 1 by that", many(n, "edge has no weight", "edges have no weight"))
		for i, w := range d.weights {
			if math.IsNaN(w) {
				d.weigh(i, 1)
			}
		}
	}
}
