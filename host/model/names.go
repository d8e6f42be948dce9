package model

import (
	"fmt"
	"strconv"
	"strings"

	"tnn-gpu/host/state"
)

// Named is a network whose nodes have names besides their numbers.
type Named interface {
	// Names are those of the nodes, by number, each once; nil where they are called
	// by their numbers.
	Names() []string
}

// Names call the nodes of a network. Users give names and are shown names; the
// program, and arrays in files, go by numbers.
type Names struct {
	names   []string // nil: they are called by their numbers
	count   int
	numbers map[string]int // by name
	digits  bool           // some name is a number
}

// NamesOf are those of the nodes of a network, or of its sites where it has no nodes.
func NamesOf(n Network) *Names {
	d := n.Describe()
	space, found := d.Space(state.Node)
	if named, ok := n.(Named); ok {
		return NewNames(named.Names(), space.Len())
	}
	if sited, ok := n.(Sited); ok && !found {
		return NewNames(nil, sited.Sites().Count)
	}
	return NewNames(nil, space.Len())
}

// NewNames are some names, or where they are nil those of a number of nodes.
func NewNames(names []string, count int) *Names {
	n := &Names{names: names, count: count}
	if names == nil {
		return n
	}
	n.numbers = make(map[string]int, len(names))
	for i, name := range names {
		n.numbers[name] = i
		if _, err := strconv.Atoi(name); err == nil {
			n.digits = true
		}
	}
	return n
}

// All are the names by number; nil where nodes are called by their numbers.
func (n *Names) All() []string { return n.names }

// Of is what a node is called.
func (n *Names) Of(id int) string {
	if n.names == nil || id < 0 || id >= len(n.names) {
		return strconv.Itoa(id)
	}
	return n.names[id]
}

// Find gives the number of the node that is called so. Where no name is a number,
// numbers will do as well.
func (n *Names) Find(text string) (int, error) {
	if id, found := n.numbers[text]; found {
		return id, nil
	}
	id, err := strconv.ParseUint(text, 10, 31)
	if err == nil && !n.digits && int(id) < n.count {
		return int(id), nil
	}
	if n.count == 0 {
		return 0, fmt.Errorf("there is no node %q", text)
	}
	return 0, fmt.Errorf("there is no node %s; the run has nodes %s to %s", text, n.Of(0), n.Of(n.count-1))
}

// FindPair gives the numbers of two nodes whose names have a separator between. A
// name may have it in itself.
func (n *Names) FindPair(text, separator string) (a, b int, err error) {
	err = fmt.Errorf("%q are no two nodes: write them as in 3%s4", text, separator)
	for i := 0; ; {
		k := strings.Index(text[i:], separator)
		if k < 0 {
			return 0, 0, err
		}
		first, second := strings.TrimSpace(text[:i+k]), strings.TrimSpace(text[i+k+len(separator):])
		i += k + len(separator)
		a, errA := n.Find(first)
		b, errB := n.Find(second)
		switch {
		case errA == nil && errB == nil:
			return a, b, nil
		case errA == nil:
			err = errB
		case second != "":
			err = errA
		}
	}
}
