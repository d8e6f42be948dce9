package exchange

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/memory"
)

// gather collects the nodes and edges of a file. All formats end here, so that
// what holds for one holds for all: who is which node, that no pair of nodes has
// two edges, that either all edges have a weight or none, and what it may take of
// memory.
type gather struct {
	options Options

	edges    []graph.Edge
	weights  []float64 // by edge, NaN where it has none; nil where none has
	weighted int       // edges that have one
	lines    []uint32  // by edge, for messages; 0 where there are none
	twice    []double  // that were left out, ascending

	// Nodes either are numbers, or have names and are numbered as they come.
	named             bool
	names             []string
	ids               map[string]int32
	smallest, largest int64 // of the numbers; largest is -1 before the first

	declared int64 // number of nodes as the file says it; -1: it does not
	base     int64 // the first number: 0 or 1, or -1 where the file shows it
	compact  bool  // numbers are names where they are as many as there are nodes

	ofNodes, ofEdges sayings // an edge is called by its place in edges

	states []stated
	fill   bool  // nodes without a state start at 0
	taken  int64 // bytes
	asked  int64 // of them when the limit was last asked for
	notes  []string
}

// stated is the state that the file gives a node.
type stated struct {
	node  int64
	value float64
	line  int
}

func newGather(o Options) *gather {
	return &gather{options: o, smallest: math.MaxInt64, largest: -1, declared: -1, base: -1}
}

func (g *gather) note(format string, args ...any) {
	g.notes = append(g.notes, fmt.Sprintf(format, args...))
}

// measure is after how many bytes the limit of memory is asked for again.
const measure = 8 << 20

// What an edge and a node with a name take, at the time that a slice of them is
// copied to a larger one, and a node without edges in tables.
const (
	edgeBytes  = 50
	nodeBytes  = 120
	stateBytes = 60
)

// take counts memory before it is taken.
func (g *gather) take(bytes int64) error {
	g.taken += bytes
	if g.options.Memory > 0 && g.taken >= g.asked+measure {
		// Threads that came since then have taken address space.
		g.asked, g.options.Memory = g.taken, min(g.options.Memory, max(1, memory.Limit()))
	}
	if g.options.Memory > 0 && g.taken > g.options.Memory {
		return fmt.Errorf("it has %s and more, for which the %d MB of memory that this process can have do not suffice",
			many(len(g.edges), "edge", "edges"), g.options.Memory>>20)
	}
	return nil
}

// number notes that a node is called by a number, which the file writes as text.
func (g *gather) number(id int64, text []byte) error {
	switch {
	case id < 0:
		return fmt.Errorf("node %s: nodes are numbered from 0 on", short(string(text)))
	case id > graph.MaxNodes:
		return fmt.Errorf("node %s is beyond the largest number there can be, %d; all nodes from 0 on take part, with edges or without: give such nodes names, with a letter before the number", short(string(text)), graph.MaxNodes-1)
	}
	g.smallest, g.largest = min(g.smallest, id), max(g.largest, id)
	return nil
}

// node gives the number of a node by its name.
func (g *gather) node(name string) (id int32, isNew bool, err error) {
	if id, found := g.ids[name]; found {
		return id, false, nil
	}
	if len(g.names) == graph.MaxNodes {
		return 0, false, fmt.Errorf("it has more than %d nodes", graph.MaxNodes)
	}
	if err := g.take(nodeBytes + int64(len(name))); err != nil {
		return 0, false, err
	}
	if g.ids == nil {
		g.ids = make(map[string]int32)
	}
	id = int32(len(g.names))
	g.ids[name] = id
	g.names = append(g.names, name)
	return id, true, nil
}

// edge adds one, of the numbers that the file or node gave.
func (g *gather) edge(a, b int64, line int) error {
	if err := g.take(edgeBytes); err != nil {
		return err
	}
	g.edges = append(g.edges, graph.Edge{A: int32(a), B: int32(b)})
	g.lines = append(g.lines, uint32(min(line, math.MaxUint32)))
	if g.weights != nil {
		g.weights = append(g.weights, math.NaN())
	}
	return nil
}

// weigh gives an edge its weight.
func (g *gather) weigh(edge int, weight float64) {
	if g.weights == nil {
		g.weights = make([]float64, len(g.edges), cap(g.edges))
		for i := range g.weights {
			g.weights[i] = math.NaN()
		}
	}
	g.weights[edge] = weight
	g.weighted++
}

// state gives a node its state.
func (g *gather) state(node int64, value float64, line int) error {
	if err := g.take(stateBytes); err != nil {
		return err
	}
	g.states = append(g.states, stated{node, value, line})
	return nil
}

// at is an error about a line.
func at(line int, format string, args ...any) error {
	return &lineError{line, fmt.Errorf(format, args...)}
}

type lineError struct {
	line int
	error
}

func (e *lineError) Unwrap() error { return e.error }

// finish makes a network of what was collected.
func (g *gather) finish() (*Import, error) {
	if g.weighted > 0 && g.weighted < len(g.edges) {
		return nil, fmt.Errorf("%d of %d edges have a weight: either all must have one or none", g.weighted, len(g.edges))
	}
	n := &Import{Graph: &graph.Graph{}}
	if err := g.numberNodes(n); err != nil {
		return nil, err
	}
	if err := g.merge(n); err != nil {
		return nil, err
	}
	n.Graph.Edges, n.Weights = g.edges, g.weights
	if err := g.setStates(n); err != nil {
		return nil, err
	}
	if err := g.giveAttributes(n); err != nil {
		return nil, err
	}
	n.Notes = append(g.notes, n.Notes...)
	return n, nil
}

// numberNodes decides which node is which.
func (g *gather) numberNodes(n *Import) error {
	if g.named {
		return g.numberNames(n)
	}
	if g.compact && g.numberCompact(n) {
		return nil
	}
	nodes, base := g.declared, g.base
	if base < 0 {
		base = 0
		switch {
		case g.options.Lattice:
		case nodes < 0 && g.smallest == 1, nodes >= 0 && g.smallest > 0 && g.largest == nodes:
			base = 1
		}
	}
	if nodes < 0 {
		nodes = g.largest + 1 - base
	}
	if last := nodes - 1 + base; g.largest > last || g.largest >= 0 && g.smallest < base {
		return g.outOfRange(base, last)
	}
	if nodes > graph.MaxNodes {
		return fmt.Errorf("it has nodes up to %d, and %d is the largest number there can be", g.largest, graph.MaxNodes-1)
	}
	n.Graph.Nodes = int(nodes)
	if base == 0 {
		return nil
	}
	g.shift(base)
	if g.options.Lattice {
		g.note("nodes are numbered from 1 in it: node 1 is site 0 of the lattice")
		return nil
	}
	if err := g.take(nodes * 40); err != nil {
		return err
	}
	n.Names = make([]string, nodes)
	for i := range n.Names {
		n.Names[i] = strconv.Itoa(i + 1)
	}
	return nil
}

// outOfRange finds the first edge that ends at a node there is not.
func (g *gather) outOfRange(first, last int64) error {
	for i, e := range g.edges {
		for _, id := range []int32{e.A, e.B} {
			if int64(id) >= first && int64(id) <= last {
				continue
			}
			if g.lines[i] == 0 {
				return fmt.Errorf("edge %d ends at node %d, and nodes are numbered from %d to %d", i, id, first, last)
			}
			return at(int(g.lines[i]), "there is no node %d: the %s that the file says it has are numbered from %d to %d", id, many(last-first+1, "node", "nodes"), first, last)
		}
	}
	return fmt.Errorf("it has nodes %d to %d, and those that it says it has are numbered from %d to %d", g.smallest, g.largest, first, last)
}

func (g *gather) shift(base int64) {
	for i := range g.edges {
		g.edges[i].A -= int32(base)
		g.edges[i].B -= int32(base)
	}
	for i := range g.states {
		g.states[i].node -= base
	}
	for i := range g.ofNodes.all {
		g.ofNodes.all[i].item -= base
	}
}

// numberCompact takes numbers for names where there are exactly as many as there
// are nodes, as in the lists of SNAP, which leave numbers out.
func (g *gather) numberCompact(n *Import) bool {
	if g.take(g.declared*nodeBytes) != nil {
		return false
	}
	seen := make(map[int32]int32)
	for _, e := range g.edges {
		seen[e.A], seen[e.B] = 0, 0
		if int64(len(seen)) > g.declared {
			return false
		}
	}
	if int64(len(seen)) != g.declared || g.largest == g.declared-1 {
		return false
	}
	ids := make([]int32, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		seen[id] = int32(i)
		n.Names = append(n.Names, strconv.Itoa(int(id)))
	}
	for i, e := range g.edges {
		g.edges[i] = graph.Edge{A: seen[e.A], B: seen[e.B]}
	}
	kept := g.ofNodes.all[:0]
	for _, s := range g.ofNodes.all {
		if id, found := seen[int32(s.item)]; found {
			s.item = int64(id)
			kept = append(kept, s)
		}
	}
	n.Graph.Nodes, g.ofNodes.all = len(ids), kept
	return true
}

// numberNames leaves nodes as they come, but those that are called by numbers.
func (g *gather) numberNames(n *Import) error {
	if err := g.decodeNames(); err != nil {
		return err
	}
	n.Graph.Nodes, n.Names = len(g.names), g.names
	if g.declared >= 0 && g.declared != int64(len(g.names)) {
		return fmt.Errorf("it says that it has %s, and names %d", many(g.declared, "node", "nodes"), len(g.names))
	}
	for _, series := range []struct {
		prefix string
		first  uint64
	}{{"", 0}, {"n", 0}, {"", 1}} {
		order := numbersOf(g.names, series.prefix, series.first)
		if order == nil {
			continue
		}
		g.renumber(order)
		n.Names = make([]string, len(order))
		for i, name := range g.names {
			n.Names[order[i]] = name
		}
		if series.prefix == "" && series.first == 0 {
			n.Names = nil
		}
		break
	}
	return nil
}

// decodeNames takes names for Latin-1 where they cannot be UTF-8, and refuses those
// that no line and no attribute of XML can hold.
func (g *gather) decodeNames() error {
	if slices.ContainsFunc(g.names, func(name string) bool { return !utf8.ValidString(name) }) {
		for i, name := range g.names {
			g.names[i], _ = charmap.Windows1252.NewDecoder().String(name) // it decodes every byte
		}
		g.note("its names are no UTF-8, and were read as Latin-1")
	}
	for _, name := range g.names {
		if strings.ContainsFunc(name, unfit) {
			return fmt.Errorf("node %q has a control character in its name", short(name))
		}
	}
	return nil
}

// numbersOf are those that names are, less the first one; nil where they are not
// all of them, once each.
func numbersOf(names []string, prefix string, first uint64) []int32 {
	out := make([]int32, len(names))
	seen := make([]bool, len(names))
	for i, name := range names {
		if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
			return nil
		}
		v, err := strconv.ParseUint(name[len(prefix):], 10, 31)
		if err != nil || v < first || v-first >= uint64(len(seen)) || seen[v-first] || strconv.FormatUint(v, 10) != name[len(prefix):] {
			return nil
		}
		out[i], seen[v-first] = int32(v-first), true
	}
	return out
}

// renumber gives node i the number order[i].
func (g *gather) renumber(order []int32) {
	for i, e := range g.edges {
		g.edges[i] = graph.Edge{A: order[e.A], B: order[e.B]}
	}
	for i, s := range g.states {
		g.states[i].node = int64(order[s.node])
	}
	for i, s := range g.ofNodes.all {
		g.ofNodes.all[i].item = int64(order[s.item])
	}
}

// setStates gives the nodes their states.
func (g *gather) setStates(n *Import) error {
	if len(g.states) == 0 {
		return nil
	}
	nodes, given := n.Graph.Nodes, 0
	missing := func(given int) error {
		return fmt.Errorf("%d of %d nodes have a state: either all must have one or none", given, nodes)
	}
	for _, s := range g.states {
		if s.node < 0 || s.node >= int64(nodes) {
			return at(s.line, "there is no node %q; the graph has nodes %s to %s", strconv.FormatInt(s.node, 10), n.name(0), n.name(nodes-1))
		}
	}
	if len(g.states) < nodes && !g.fill {
		return missing(len(g.states))
	}
	if err := g.take(9 * int64(nodes)); err != nil {
		return err
	}
	states, seen := make([]float64, nodes), make([]bool, nodes)
	for _, s := range g.states {
		if !(math.Abs(s.value) <= 1) {
			return at(s.line, "the state of node %q is %v, and must be from -1 to 1", short(n.name(int(s.node))), s.value)
		}
		if !seen[s.node] {
			seen[s.node] = true
			given++
		}
		states[s.node] = s.value
	}
	if given < nodes {
		if !g.fill {
			return missing(given)
		}
		g.note("%d of its %s have a state, and the others start at 0", given, many(nodes, "node", "nodes"))
	}
	n.States = states
	return nil
}
