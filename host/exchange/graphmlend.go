package exchange

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// end resolves what only the whole file shows: keys and nodes that come late, and
// defaults.
func (d *document) end() error {
	if d.graphs == 0 {
		return errors.New("it has 0 graphs, and must have one")
	}
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
	d.useLabels()
	if d.oneWay > 0 {
		d.note("its directed edges, %d of %d, act both ways here", d.oneWay, len(d.edges))
	}
	if len(d.left) > 0 {
		d.note("what it says of edges besides their weights is left out: %s", short(strings.Join(d.left, ", ")))
	}
	if d.ports {
		d.note("the ports of its nodes are left out")
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

// sayDefault gives an attribute to all nodes that have none.
func (d *document) sayDefault(a attribute) error {
	at, found := d.numbers[inLine(a.name)]
	given := make([]bool, len(d.names))
	for _, s := range d.said {
		if found && s.attribute == at {
			given[s.node] = true
		}
	}
	for i := range given {
		if !given[i] {
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

// useLabels calls nodes by their attribute name where the file made up their ids.
func (d *document) useLabels() {
	order := numbersOf(d.names, "n", 0)
	if order == nil || len(d.labels) != len(d.names) {
		return
	}
	seen := make(map[string]bool, len(d.labels))
	for _, label := range d.labels {
		if label == "" || seen[label] {
			return
		}
		seen[label] = true
	}
	d.renumber(order)
	names := make([]string, len(d.names))
	for i, place := range order {
		names[place] = d.labels[int32(i)]
	}
	d.names = names
}
