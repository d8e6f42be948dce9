package exchange

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteGraphML writes GraphML (http://graphml.graphdrawing.org): nodes by their
// names, with state, coordinates on the lattice and further attributes; edges with
// their weights and attributes.
func (x *Export) WriteGraphML(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, xml.Header, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`, "\n")
	attributes := x.attributes()
	for i, a := range attributes {
		fmt.Fprintf(out, ` <key id="n%d" for="node" attr.name="%s" attr.type="%s"/>`+"\n", i, escaped(a.Name), typeOf(&a))
	}
	for i, a := range x.EdgeAttributes {
		fmt.Fprintf(out, ` <key id="e%d" for="edge" attr.name="%s" attr.type="%s"/>`+"\n", i, escaped(a.Name), typeOf(&a))
	}
	fmt.Fprint(out, ` <key id="external" for="node" attr.name="external" attr.type="boolean"/>`, "\n",
		` <key id="weight" for="edge" attr.name="weight" attr.type="double"/>`, "\n", ` <graph edgedefault="undirected">`, "\n")
	for id := range x.Graph.Nodes {
		fmt.Fprintf(out, `  <node id="%s">`, escaped(x.name(id)))
		for i, a := range attributes {
			if text := a.Text(id); text != "" {
				fmt.Fprintf(out, `<data key="n%d">%s</data>`, i, escaped(text))
			}
		}
		fmt.Fprintf(out, `<data key="external">%t</data></node>`+"\n", x.isExternal(id))
	}
	for i, e := range x.Graph.Edges {
		fmt.Fprintf(out, `  <edge id="e%d" source="%s" target="%s"><data key="weight">%s</data>`, i, escaped(x.name(int(e.A))), escaped(x.name(int(e.B))), number(x.Weights[i]))
		for k, a := range x.EdgeAttributes {
			if text := a.Text(i); text != "" {
				fmt.Fprintf(out, `<data key="e%d">%s</data>`, k, escaped(text))
			}
		}
		fmt.Fprint(out, "</edge>\n")
	}
	fmt.Fprint(out, " </graph>\n</graphml>\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the GraphML cannot be written: %w", err)
	}
	return nil
}

// attributes are the state, the coordinates on a lattice as x, y and z, results of the
// run, and those that the file of the graph gives.
func (x *Export) attributes() []Attribute {
	out := []Attribute{{Name: "state", Values: x.States}}
	sides := x.Graph.Lattice.Sides
	for d := range sides {
		a := Attribute{Name: string("xyz"[d]), Values: make([]float64, x.Graph.Nodes)}
		for id := range a.Values {
			// The last coordinate of a lattice runs fastest, and is x.
			a.Values[id] = float64(x.Graph.Lattice.Coordinates(id)[len(sides)-1-d])
		}
		out = append(out, a)
	}
	return slices.Concat(out, x.Results, x.Attributes)
}

func (x *Export) isExternal(id int) bool {
	_, found := slices.BinarySearch(x.External, int32(id))
	return found
}

// escaped is a text as the value of an attribute of XML.
func escaped(name string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(name)) // a Builder takes all
	return out.String()
}
