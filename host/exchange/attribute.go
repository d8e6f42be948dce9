package exchange

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Attribute is a property of every node: numbers, or texts.
type Attribute struct {
	Name   string
	Doc    string    // one line; may be empty
	Values []float64 // by node, NaN where it has none; nil where they are Texts
	Texts  []string  // by node, empty where it has none
}

// Text is the value of a node as it is written; empty where it has none.
func (a *Attribute) Text(id int) string {
	switch {
	case a.Texts != nil:
		return a.Texts[id]
	case math.IsNaN(a.Values[id]):
		return ""
	}
	return number(a.Values[id])
}

// Lengthen adds nodes that have none, up to a number of all nodes.
func (a *Attribute) Lengthen(nodes int) {
	if a.Texts != nil {
		a.Texts = append(a.Texts, make([]string, nodes-len(a.Texts))...)
		return
	}
	for len(a.Values) < nodes {
		a.Values = append(a.Values, math.NaN())
	}
}

// newAttribute has numbers where all texts that are not empty are finite ones, and the
// file does not say that they are texts.
func newAttribute(name string, texts []string, textual bool) Attribute {
	if textual {
		return Attribute{Name: name, Texts: texts}
	}
	values := make([]float64, len(texts))
	for i, text := range texts {
		if text == "" {
			values[i] = math.NaN()
			continue
		}
		v, err := finite(text)
		if err != nil {
			return Attribute{Name: name, Texts: texts}
		}
		values[i] = v
	}
	return Attribute{Name: name, Values: values}
}

// externalName is the attribute that tells external nodes from network nodes: its
// polarity, or true, and 0 or false.
const externalName = "external"

// externalOf are the nodes that an attribute says are external, if it says that.
func externalOf(a *Attribute) (external []int32, found bool) {
	if a.Name != externalName {
		return nil, false
	}
	for id := range max(len(a.Values), len(a.Texts)) {
		switch strings.ToLower(a.Text(id)) { // Python writes True
		case "true", "1", "-1":
			external = append(external, int32(id))
		case "", "false", "0":
		default:
			return nil, false
		}
	}
	return external, true
}

// setAttributes takes external nodes out of the attributes, and leaves out those that
// have no name, or one that means something else in a file.
func (n *Import) setAttributes(all []Attribute) {
	for _, a := range all {
		external, found := externalOf(&a)
		switch {
		case found:
			n.External = external
		case a.Name == "" || slices.Contains([]string{"state", "weight", "name", "id"}, strings.ToLower(a.Name)):
		default:
			n.Attributes = append(n.Attributes, a)
		}
	}
}

// said is the value of an attribute that the file gives a node.
type said struct {
	node      int64
	attribute int // its number
	text      string
}

// saidBytes is what a value takes, besides its text.
const saidBytes = 64

// say gives a node the value of an attribute. Control characters become spaces, so that
// a value stands on one line.
func (g *gather) say(node int64, attribute, text string) error {
	attribute = inLine(attribute)
	at, found := g.numbers[attribute]
	if !found {
		if g.numbers == nil {
			g.numbers = make(map[string]int)
		}
		at = len(g.attributes)
		g.numbers[attribute] = at
		g.attributes = append(g.attributes, attribute)
	}
	g.said = append(g.said, said{node, at, inLine(text)})
	return g.take(saidBytes + int64(len(text)))
}

// unfit are characters that no line and no attribute of XML can hold.
func unfit(r rune) bool { return unicode.IsControl(r) || r == '\ufffe' || r == '\uffff' }

// inLine is a text that can stand on a line.
func inLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unfit(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd")))
}

// giveAttributes makes the attributes of what was said.
func (g *gather) giveAttributes(n *Import) error {
	if err := g.take(int64(len(g.attributes)) * 24 * int64(n.Graph.Nodes)); err != nil {
		return err
	}
	texts := make([][]string, len(g.attributes))
	for i := range texts {
		texts[i] = make([]string, n.Graph.Nodes)
	}
	for _, s := range g.said {
		if s.node >= 0 && s.node < int64(n.Graph.Nodes) {
			texts[s.attribute][s.node] = s.text
		}
	}
	var all []Attribute
	for i, name := range g.attributes {
		if slices.ContainsFunc(texts[i], func(text string) bool { return text != "" }) {
			all = append(all, newAttribute(name, texts[i], g.textual[name]))
		}
	}
	n.setAttributes(all)
	return nil
}

// typeOf is that of an attribute in GraphML.
func typeOf(a *Attribute) string {
	if a.Texts != nil {
		return "string"
	}
	return "double"
}
