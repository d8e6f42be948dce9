package exchange

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// document collects nodes and edges that have ids and attributes: those of GraphML, GEXF
// and GML.
type document struct {
	*gather
	line     func() int           // that is being read
	keys     map[string]attribute // by id
	later    []datum              // whose key is not there yet
	directed bool                 // the default of edges
	labelled bool                 // nodes are called by their labels, if each has its own
	order    []int32              // by node in the order of mention, its place among <node> elements; -1: none yet
	nodes    int32                // <node> elements
	mentions []int32              // by node, the line of its first mention
	labels   map[int32]string
	oneWay   int             // edges
	left     []string        // what the file says of other things
	near     [nameRole]error // by role, of an attribute that may be meant to have it
}

// attribute is what a key stands for.
type attribute struct {
	role    role
	name    string
	initial *string // default
	nodes   bool    // it is one of nodes
	edges   bool    // it is one of edges
}

// role of an attribute.
type role byte

const (
	noRole role = iota
	weightRole
	stateRole
	nameRole
	otherRole // an attribute that is kept
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

func newDocument(o Options, line func() int) *document {
	d := &document{gather: newGather(o), line: line, keys: make(map[string]attribute), labels: make(map[int32]string)}
	d.named, d.fill = true, true
	return d
}

// locate adds the line to an error that has none.
func (d *document) locate(err error) error {
	var located *lineError
	if errors.As(err, &located) {
		return err
	}
	return &lineError{d.line(), err}
}

// declare says what an attribute of nodes, of edges or of both is called, whether its
// values are texts, and what those have that do not say it.
func (d *document) declare(id, name string, nodes, edges, textual bool, initial *string) error {
	if _, twice := d.keys[id]; twice {
		return fmt.Errorf("there are two keys %q", short(id))
	}
	a := attribute{name: name, initial: initial, nodes: nodes, edges: edges}
	lower := strings.ToLower(strings.TrimSpace(name))
	switch {
	case edges && lower == "weight":
		a.role = weightRole
	case nodes && lower == "state":
		a.role = stateRole
	case nodes && lower == "name" && !d.labelled:
		a.role = nameRole
	case nodes || edges:
		a.role = otherRole
		if textual && edges {
			d.ofEdges.areTexts(name)
		}
		if textual && nodes && lower != externalName {
			d.ofNodes.areTexts(name)
		}
	}
	switch {
	case a.role != noRole && a.role != otherRole:
	case edges && nearName(lower, "weight"):
		d.near[weightRole] = nearError("edges", name, "weight")
	case nodes && nearName(lower, "state"):
		d.near[stateRole] = nearError("nodes", name, "state")
	}
	if err := d.checkRole(a); err != nil {
		return err
	}
	d.keys[id] = a
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
		d.order, d.mentions = append(d.order, -1), append(d.mentions, int32(min(d.line(), math.MaxInt32)))
	}
	return id, err
}

// addNode adds a node; its label is empty where it has none.
func (d *document) addNode(name, label string, all []data) error {
	id, err := d.mention(name)
	if err != nil {
		return err
	}
	if d.order[id] >= 0 {
		return fmt.Errorf("there are two nodes %q", short(name))
	}
	d.order[id] = d.nodes
	d.nodes++
	if label != "" {
		if err := d.label(id, label); err != nil {
			return err
		}
	}
	return d.addData(int(id), false, all)
}

func (d *document) label(id int32, label string) error {
	d.labels[id] = inLine(label)
	return d.take(nodeBytes + int64(len(label)))
}

func (d *document) addEdge(source, target string, directed bool, all []data) error {
	a, err := d.mention(source)
	if err != nil {
		return err
	}
	b, err := d.mention(target)
	if err != nil {
		return err
	}
	if directed {
		d.oneWay++
	}
	if err := d.edge(int64(a), int64(b), d.line()); err != nil {
		return err
	}
	return d.addData(len(d.edges)-1, true, all)
}

// addData keeps the values of an item that have a role, or may get one.
func (d *document) addData(item int, isEdge bool, all []data) error {
	var seen [otherRole]bool
	for _, x := range all {
		a, known := d.keys[x.Key]
		v := datum{item, isEdge, x, d.line()}
		switch {
		case !known:
			if err := d.take(int64(96 + len(x.Key) + len(x.Text))); err != nil {
				return err
			}
			d.later = append(d.later, v)
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
	case r == nameRole && !v.isEdge:
		return d.label(int32(v.item), v.Text)
	case v.isEdge && r != weightRole && r != noRole: // of a key for all, perhaps
		d.sayEdge(v.item, a.name, v.Text)
	case r == otherRole:
		return d.say(int64(v.item), a.name, v.Text)
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
