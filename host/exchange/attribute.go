package exchange

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Attribute is a property of every node, or of every edge: numbers, or texts.
type Attribute struct {
	Name   string
	Doc    string    // one line; may be empty
	Values []float64 // by node or edge, NaN where it has none; nil where they are Texts
	Texts  []string  // by node or edge, empty where it has none
}

// Len is the number of nodes, or of edges.
func (a *Attribute) Len() int { return max(len(a.Values), len(a.Texts)) }

// Text is the value of a node or edge as it is written; empty where it has none.
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

// newAttribute has numbers where all texts are finite ones, or say that there is none, and
// the file does not say that they are texts.
func newAttribute(name string, texts []string, textual bool) Attribute {
	if textual {
		return Attribute{Name: name, Texts: texts}
	}
	values := make([]float64, len(texts))
	for i, text := range texts {
		if text == "" || strings.EqualFold(text, "nan") {
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
	for id := range a.Len() {
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

// setAttributes takes external nodes out of the attributes of nodes, and leaves out those
// that have no name, or one that means something else in a file, with a word.
func (n *Import) setAttributes(all []Attribute) {
	for _, a := range all {
		external, found := externalOf(&a)
		switch {
		case found:
			n.External = external
		case a.Name == "":
		case slices.Contains([]string{"state", "weight", "name", "id"}, strings.ToLower(a.Name)):
			n.Notes = append(n.Notes, fmt.Sprintf("the attribute %q of nodes is left out, as this word means something else here", a.Name))
		default:
			n.Attributes = append(n.Attributes, a)
		}
	}
}

// setEdgeAttributes leaves out those that have no name or are the weight, and the column
// Type of Gephi, which tells directed edges.
func (n *Import) setEdgeAttributes(all []Attribute) {
	for _, a := range all {
		ofGephi := strings.EqualFold(a.Name, "type") && !slices.ContainsFunc(a.Texts, func(text string) bool {
			return !slices.Contains([]string{"", "directed", "undirected"}, strings.ToLower(text))
		})
		if a.Name != "" && !strings.EqualFold(a.Name, "weight") && !(ofGephi && a.Texts != nil) {
			n.EdgeAttributes = append(n.EdgeAttributes, a)
		}
	}
}

// sayings are what a file says of nodes, or of edges, besides what is needed.
type sayings struct {
	names   []string        // of attributes
	numbers map[string]int  // by name
	textual map[string]bool // by name: values are texts, also where all could be numbers
	all     []said
	bytes   int64
	tooMuch bool // for the memory there is; nothing is kept
}

// said is the value of an attribute that the file gives a node or an edge.
type said struct {
	item      int64
	attribute int // its number
	text      string
}

// saidBytes is what a value takes, besides its text.
const saidBytes = 64

// add keeps the value of an attribute of an item, and tells what it takes. Control
// characters become spaces, so that a value stands on one line.
func (s *sayings) add(item int64, attribute, text string) (bytes int64) {
	attribute = inLine(attribute)
	at, found := s.numbers[attribute]
	if !found {
		if s.numbers == nil {
			s.numbers = make(map[string]int)
		}
		at = len(s.names)
		s.numbers[attribute] = at
		s.names = append(s.names, attribute)
	}
	s.all = append(s.all, said{item, at, inLine(text)})
	bytes = saidBytes + int64(len(text))
	s.bytes += bytes
	return bytes
}

// areTexts notes that the values of an attribute are texts.
func (s *sayings) areTexts(attribute string) {
	if s.textual == nil {
		s.textual = make(map[string]bool)
	}
	s.textual[inLine(attribute)] = true
}

// given tells which items have an attribute.
func (s *sayings) given(attribute string, items int) []bool {
	at, found := s.numbers[inLine(attribute)]
	out := make([]bool, items)
	for _, x := range s.all {
		if found && x.attribute == at {
			out[x.item] = true
		}
	}
	return out
}

// say gives a node the value of an attribute.
func (g *gather) say(node int64, attribute, text string) error {
	return g.take(g.ofNodes.add(node, attribute, text))
}

// sayEdge gives an edge the value of an attribute. There may be many edges, and a run does
// not need what is said of them: where memory does not suffice it is left out.
func (g *gather) sayEdge(edge int, attribute, text string) {
	if s := &g.ofEdges; !s.tooMuch && g.take(s.add(int64(edge), attribute, text)) != nil {
		g.forgetEdges()
	}
}

func (g *gather) forgetEdges() {
	g.note("what it says of edges is left out, as it takes more memory than this process can have")
	g.taken -= g.ofEdges.bytes
	g.ofEdges = sayings{tooMuch: true}
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
	if err := g.take(g.ofNodes.tableBytes(n.Graph.Nodes)); err != nil {
		return err
	}
	nodes, _ := g.ofNodes.tabulate(n.Graph.Nodes)
	n.setAttributes(nodes)
	if g.take(g.ofEdges.tableBytes(len(g.edges))) != nil {
		g.forgetEdges()
	}
	edges, differ := g.ofEdges.tabulate(len(g.edges))
	n.setEdgeAttributes(edges)
	if differ > 0 {
		g.note("of edges that it has in both directions, %s another value the second time: the first is kept", many(differ, "attribute has", "attributes have"))
	}
	return nil
}

// tableBytes is what tabulate takes.
func (s *sayings) tableBytes(items int) int64 { return 24 * int64(len(s.names)) * int64(items) }

// tabulate has an attribute for each that says something, and tells how often what was said
// last differs from what was said before.
func (s *sayings) tabulate(items int) (out []Attribute, differ int) {
	texts := make([][]string, len(s.names))
	for i := range texts {
		texts[i] = make([]string, items)
	}
	for _, x := range s.all {
		if x.item < 0 || x.item >= int64(items) || x.text == "" {
			continue
		}
		of := &texts[x.attribute][x.item]
		if *of != "" && *of != x.text {
			differ++
		}
		*of = x.text
	}
	for i, name := range s.names {
		if slices.ContainsFunc(texts[i], func(text string) bool { return text != "" }) {
			out = append(out, newAttribute(name, texts[i], s.textual[name]))
		}
	}
	return out, differ
}

// typeOf is that of an attribute in GraphML.
func typeOf(a *Attribute) string {
	if a.Texts != nil {
		return "string"
	}
	return "double"
}
