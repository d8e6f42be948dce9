package exchange

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/text"
)

// ReadGraphML reads the nodes and edges of GraphML (http://graphml.graphdrawing.org)
// with the attributes state and weight, in any case of letters, and their defaults.
// Nodes are called by their ids, or where these are n0, n1, ... and each has an
// attribute name of its own, as igraph writes them, by that. Directed edges act both
// ways; ports are left out; hyperedges, nested graphs and several graphs are
// refused. Errors begin with name and line.
func ReadGraphML(r io.Reader, name string, o Options) (*Import, error) {
	return named(name)(readGraphML(text.NewReader(r), o))
}

// document is as much of GraphML as is read, one element at a time.
type document struct {
	*gather
	in       *xml.Decoder
	keys     map[string]attribute // by id
	later    []datum              // whose key is not there yet
	graphs   int
	directed bool    // the default of edges
	order    []int32 // by node in the order of mention, its place among <node> elements; -1: none yet
	nodes    int32   // <node> elements
	mentions []int32 // by node, the line of its first mention
	labels   map[int32]string
	oneWay   int // edges
	ports    bool
	left     []string        // attributes of edges that are left out
	near     [nameRole]error // by role, of an attribute that may be meant to have it
}

// attribute is what a key stands for.
type attribute struct {
	role    role
	name    string
	initial *string // default
}

// role of an attribute.
type role byte

const (
	noRole role = iota
	weightRole
	stateRole
	nameRole
	otherRole // an attribute of nodes that is kept
)

// datum is the value of an attribute of a node or of an edge.
type datum struct {
	item   int
	isEdge bool
	data
	line int
}

type data struct {
	Key  string `xml:"key,attr"`
	Text string `xml:",chardata"`
}

func readGraphML(r io.Reader, o Options) (*Import, error) {
	d := &document{gather: newGather(o), keys: make(map[string]attribute), labels: make(map[int32]string)}
	d.named, d.fill, d.textual = true, true, make(map[string]bool)
	d.in = xml.NewDecoder(&elements{in: r})
	d.in.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		out, err := text.Named(label, in)
		if err != nil {
			return nil, fmt.Errorf("its encoding %q is not known: save it in UTF-8", label)
		}
		return out, nil
	}
	if err := d.read(); err != nil {
		var located *lineError
		if !errors.As(err, &located) {
			line, _ := d.in.InputPos()
			err = &lineError{line, err}
		}
		return nil, err
	}
	if err := d.end(); err != nil {
		return nil, err
	}
	return d.finish()
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
func (d *document) read() error {
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
func (d *document) element(depth int, start xml.StartElement) (inside bool, err error) {
	name := start.Name.Local
	switch {
	case depth == 0 && name == "graphml":
		return true, nil
	case depth == 0:
		return false, fmt.Errorf("its root element is <%s>, and that of GraphML is <graphml>: export GraphML, or a list of edges (%s)", short(name), expected)
	case depth == 1 && name == "key":
		return false, d.key(start)
	case depth == 1 && name == "graph":
		if d.graphs++; d.graphs > 1 {
			return false, fmt.Errorf("it has %d graphs, and must have one", d.graphs)
		}
		for _, a := range start.Attr {
			d.directed = d.directed || a.Name.Local == "edgedefault" && a.Value == "directed"
		}
		return true, nil
	case depth == 2 && name == "node":
		return false, d.addNode(start)
	case depth == 2 && name == "edge":
		return false, d.addEdge(start)
	case depth == 2 && name == "hyperedge":
		return false, errors.New("it has hyperedges, and an edge joins two nodes here")
	case depth == 2 && name == "graph":
		return false, errors.New("it has a graph in its graph: graphs that are nested are not read")
	}
	return false, notGraphML(d.in.Skip())
}

func notGraphML(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("it is no GraphML: %w", err)
}

func (d *document) key(start xml.StartElement) error {
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
	if _, twice := d.keys[k.ID]; twice {
		return fmt.Errorf("there are two keys %q", short(k.ID))
	}
	a := attribute{name: *k.Name, initial: k.Default}
	lower := strings.ToLower(strings.TrimSpace(*k.Name))
	nodes, edges := k.For == "node" || k.For == "all" || k.For == "", k.For == "edge" || k.For == "all" || k.For == ""
	switch {
	case edges && lower == "weight":
		a.role = weightRole
	case nodes && lower == "state":
		a.role = stateRole
	case nodes && lower == "name":
		a.role = nameRole
	case nodes:
		a.role = otherRole
		if k.Type == "string" && lower != externalName {
			d.textual[inLine(a.name)] = true
		}
	}
	switch {
	case a.role != noRole && a.role != otherRole:
	case edges && nearName(lower, "weight"):
		d.near[weightRole] = nearError("edges", *k.Name, "weight")
	case nodes && nearName(lower, "state"):
		d.near[stateRole] = nearError("nodes", *k.Name, "state")
	}
	if err := d.checkRole(a); err != nil {
		return err
	}
	d.keys[k.ID] = a
	return nil
}

// checkRole refuses a second attribute for a role, unless it is the same one: for
// values of each type NetworkX has a key of its own.
func (d *document) checkRole(a attribute) error {
	if a.role == noRole || a.role == otherRole {
		return nil
	}
	for _, other := range d.keys {
		switch {
		case other.role != a.role:
		case other.name != a.name:
			return fmt.Errorf("its attributes %q and %q can both be the %s: take one of them out", short(other.name), short(a.name), strings.ToLower(a.name))
		case other.initial != nil && a.initial != nil:
			return fmt.Errorf("its attribute %q has two defaults", a.name)
		}
	}
	return nil
}

// mention gives the number of a node, whose element may come later.
func (d *document) mention(name string) (int32, error) {
	if name == "" {
		return 0, errors.New("a node has no id, or an edge no source or target")
	}
	id, isNew, err := d.node(name)
	if isNew {
		line, _ := d.in.InputPos()
		d.order, d.mentions = append(d.order, -1), append(d.mentions, int32(min(line, math.MaxInt32)))
	}
	return id, err
}

func (d *document) addNode(start xml.StartElement) error {
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
	id, err := d.mention(node.ID)
	if err != nil {
		return err
	}
	if d.order[id] >= 0 {
		return fmt.Errorf("there are two nodes %q", short(node.ID))
	}
	d.order[id] = d.nodes
	d.nodes++
	return d.addData(int(id), false, node.Data)
}

func (d *document) addEdge(start xml.StartElement) error {
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
	a, err := d.mention(edge.Source)
	if err != nil {
		return err
	}
	b, err := d.mention(edge.Target)
	if err != nil {
		return err
	}
	d.ports = d.ports || edge.From != "" || edge.To != ""
	if directed := edge.Directed == "true" || edge.Directed == "1"; directed || edge.Directed == "" && d.directed {
		d.oneWay++
	}
	line, _ := d.in.InputPos()
	if err := d.edge(int64(a), int64(b), line); err != nil {
		return err
	}
	return d.addData(len(d.edges)-1, true, edge.Data)
}

// addData keeps the values of an item that have a role, or may get one.
func (d *document) addData(item int, isEdge bool, all []data) error {
	line, _ := d.in.InputPos()
	var seen [otherRole]bool
	for _, x := range all {
		a, known := d.keys[x.Key]
		v := datum{item, isEdge, x, line}
		switch {
		case !known:
			if err := d.take(int64(96 + len(x.Key) + len(x.Text))); err != nil {
				return err
			}
			d.later = append(d.later, v)
			continue
		case isEdge && (a.role == noRole || a.role == otherRole):
			if name := inLine(a.name); !slices.Contains(d.left, name) {
				d.left = append(d.left, name)
			}
			continue
		case a.role == noRole:
			continue
		case a.role == otherRole:
			// of which there are several
		case seen[a.role]:
			return fmt.Errorf("it gives %s the attribute %s twice", d.called(v), a.name)
		default:
			seen[a.role] = true
		}
		if err := d.give(v, a); err != nil {
			return err
		}
	}
	return nil
}

// called says which node or edge a value is of.
func (d *document) called(v datum) string {
	if !v.isEdge {
		return fmt.Sprintf("node %q", short(d.names[v.item]))
	}
	e := d.edges[v.item]
	return fmt.Sprintf("the edge from %q to %q", short(d.names[e.A]), short(d.names[e.B]))
}

// give gives a node or an edge a value.
func (d *document) give(v datum, a attribute) error {
	r := a.role
	switch {
	case r == otherRole && !v.isEdge:
		return d.say(int64(v.item), a.name, v.Text)
	case r == nameRole && !v.isEdge:
		d.labels[int32(v.item)] = strings.TrimSpace(v.Text)
		return d.take(nodeBytes + int64(len(v.Text)))
	case r == weightRole && v.isEdge:
		weight, err := finite(v.Text)
		if err != nil {
			return at(v.line, "edge weight is %w", err)
		}
		d.weigh(v.item, weight)
	case r == stateRole && !v.isEdge:
		state, err := finite(v.Text)
		if err != nil {
			return at(v.line, "node state is %w", err)
		}
		if math.Abs(state) > 1 {
			return at(v.line, "the state of %s is %v, and must be from -1 to 1", d.called(v), state)
		}
		return d.state(int64(v.item), state, v.line)
	}
	return nil
}
