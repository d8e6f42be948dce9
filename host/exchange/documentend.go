package exchange

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// end resolves what only the whole file shows: keys and nodes that come late, and
// defaults.
func (d *document) end() error {
	for _, v := range d.later {
		a, known := d.keys[v.Key]
		if lower := strings.ToLower(v.Key); !known && (lower == "weight" || lower == "state") {
			return at(v.line, "the data of %s has the key %q, and no element <key> says what that is", d.called(v), v.Key)
		}
		if err := d.give(v, a); err != nil {
			return err
		}
	}
	for i, place := range d.order {
		if place < 0 {
			return at(int(d.mentions[i]), "an edge ends at %q, and there is no such node", short(d.names[i]))
		}
	}
	if err := d.applyDefaults(); err != nil {
		return err
	}
	for r, err := range d.near {
		if err != nil && !d.has(role(r)) {
			return err
		}
	}
	d.inOrder()
	if err := d.useLabels(); err != nil {
		return err
	}
	if d.oneWay > 0 {
		d.note("its directed edges, %d of %d, act both ways here", d.oneWay, len(d.edges))
	}
	if len(d.left) > 0 {
		d.note("what it says of other things than nodes and edges is left out: %s", short(strings.Join(d.left, ", ")))
	}
	return nil
}

func (d *document) has(r role) bool {
	for _, a := range d.keys {
		if a.role == r {
			return true
		}
	}
	return false
}

// applyDefaults gives the default of an attribute to all that have no value.
func (d *document) applyDefaults() error {
	for _, id := range slices.Sorted(maps.Keys(d.keys)) {
		a := d.keys[id]
		if a.initial == nil {
			continue
		}
		v, err := finite(*a.initial)
		if err != nil && (a.role == weightRole || a.role == stateRole) {
			return fmt.Errorf("the default of %s is %w", a.name, err)
		}
		switch a.role {
		case otherRole:
			if err := d.sayDefault(a); err != nil {
				return err
			}
		case weightRole:
			for i := range d.edges {
				if d.weights == nil || math.IsNaN(d.weights[i]) {
					d.weigh(i, v)
				}
			}
		case stateRole:
			if math.Abs(v) > 1 {
				return fmt.Errorf("the default of state is %v, and must be from -1 to 1", v)
			}
			given := make([]bool, len(d.names))
			for _, s := range d.states {
				given[s.node] = true
			}
			for i := range given {
				if !given[i] {
					if err := d.state(int64(i), v, 0); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// sayDefault gives an attribute to all nodes, or edges, that have none.
func (d *document) sayDefault(a attribute) error {
	if a.edges {
		for i, given := range d.ofEdges.given(a.name, len(d.edges)) {
			if !given {
				d.sayEdge(i, a.name, *a.initial)
			}
		}
	}
	if !a.nodes {
		return nil
	}
	for i, given := range d.ofNodes.given(a.name, len(d.names)) {
		if !given {
			if err := d.say(int64(i), a.name, *a.initial); err != nil {
				return err
			}
		}
	}
	return nil
}

// inOrder numbers nodes in the order of their elements.
func (d *document) inOrder() {
	d.renumber(d.order)
	names := make([]string, len(d.names))
	labels := make(map[int32]string, len(d.labels))
	for i, place := range d.order {
		names[place] = d.names[i]
		if label, found := d.labels[int32(i)]; found {
			labels[place] = label
		}
	}
	d.names, d.labels = names, labels
}

// useLabels calls nodes by their labels where each has one of its own, and the format says
// that this is how they are called, or the ids were made up by igraph. Other labels are
// an attribute.
func (d *document) useLabels() error {
	order := numbersOf(d.names, "n", 0)
	if d.labelsDiffer() && (d.labelled || order != nil) {
		names := make([]string, len(d.names))
		for i := range names {
			place := int32(i)
			if order != nil {
				place = order[i]
			}
			names[place] = d.labels[int32(i)]
		}
		if order != nil {
			d.renumber(order)
		}
		d.names = names
		return nil
	}
	if _, has := d.ofNodes.numbers["label"]; has {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(d.labels)) {
		if label := d.labels[id]; label != d.names[id] {
			if err := d.say(int64(id), "label", label); err != nil {
				return err
			}
		}
	}
	return nil
}

// labelsDiffer tells whether each node has a label of its own.
func (d *document) labelsDiffer() bool {
	seen := make(map[string]bool, len(d.labels))
	for _, label := range d.labels {
		if label == "" || seen[label] {
			return false
		}
		seen[label] = true
	}
	return len(d.labels) == len(d.names)
}
