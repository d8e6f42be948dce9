package exchange

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/npy"
)

// EdgePrefix begins the names of arrays with attributes of edges, as nodes may have some of
// the same name.
const EdgePrefix = "edge_"

// expectedArrays is the form of an archive.
const expectedArrays = "the arrays a and b have the two nodes of each edge, weight, if there is one, a value for each edge, and state one for each node, as numpy.savez(FILE, a=..., b=..., weight=..., state=...) writes them"

// readArchive reads the arrays a, b, weight and state of a run's final.npz, or of
// what others write like it. Only a and b must be there. Further arrays with a value for
// each node are attributes, and those with one for each edge are of edges, also where there
// are as many nodes if they begin with EdgePrefix; name is what nodes are called.
func readArchive(f npy.File, path string, o Options) (n *Import, err error) {
	archive, err := npy.NewArchive(f, path)
	if err != nil {
		return nil, err
	}
	names := archive.Names()
	if !slices.Contains(names, "a") || !slices.Contains(names, "b") {
		return nil, fmt.Errorf("it is an archive that has %q; %s", names[:min(len(names), 10)], expectedArrays)
	}
	p := &pairs{gather: newGather(o)}
	for name, to := range map[string]*[]float64{"a": &p.a, "b": &p.b, "weight": &p.w, "state": &p.s} {
		if !slices.Contains(names, name) {
			continue
		}
		if *to, err = p.readArray(archive, name); err != nil {
			return nil, err
		}
	}
	if err := p.join(); err != nil {
		return nil, err
	}
	n, err = p.finish()
	if err != nil {
		return nil, err
	}
	return n, p.describe(n, archive)
}

// describe reads the names of nodes and their attributes: arrays of numbers or texts with
// a value for each node.
func (p *pairs) describe(n *Import, archive *npy.Archive) error {
	var all, ofEdges []Attribute
	for _, name := range archive.Names() {
		if slices.Contains([]string{"a", "b", "weight", "state", "step"}, name) {
			continue
		}
		h, err := archive.Header(name)
		if err != nil || len(h.Shape) != 1 {
			continue // of something else
		}
		called, ofEdge := strings.CutPrefix(name, EdgePrefix)
		switch {
		case ofEdge && h.Shape[0] == int64(len(p.a)):
		case h.Shape[0] == int64(n.Graph.Nodes):
			called, ofEdge = name, false
		case h.Shape[0] == int64(len(p.a)):
			called, ofEdge = name, true
		default:
			continue
		}
		a := Attribute{Name: called}
		if h.IsText() {
			a.Texts, err = archive.ReadTexts(name, p.most())
		} else {
			var values *npy.Array
			if values, err = archive.Read(name, p.most()); err == nil {
				a.Values = values.Values
			}
		}
		if err == nil {
			err = p.take(h.Size())
		}
		if err != nil {
			return err
		}
		switch {
		case ofEdge:
			ofEdges = append(ofEdges, p.merged(a))
		case name == "name" && a.Texts != nil:
			if err := n.callBy(a.Texts); err != nil {
				return err
			}
		default:
			all = append(all, a)
		}
	}
	n.setAttributes(all)
	n.setEdgeAttributes(ofEdges)
	return nil
}

// merged is an attribute of the edges that are left where some were given twice.
func (p *pairs) merged(a Attribute) Attribute {
	isTwice := func(i int) bool {
		_, found := slices.BinarySearchFunc(p.twice, uint32(i), func(d double, i uint32) int { return cmp.Compare(d.second, i) })
		return found
	}
	if len(p.twice) > 0 {
		a.Values, a.Texts = without(a.Values, isTwice), without(a.Texts, isTwice)
	}
	return a
}

// without leaves out some of all values.
func without[V any](all []V, leave func(i int) bool) (out []V) {
	for i, v := range all {
		if !leave(i) {
			out = append(out, v)
		}
	}
	return out
}

// callBy gives nodes their names.
func (n *Import) callBy(names []string) error {
	seen := make(map[string]bool, len(names))
	for id, name := range names {
		if name == "" || seen[name] || strings.ContainsFunc(name, unfit) {
			return fmt.Errorf("its array name calls node %d %q: each node has a name of its own, on one line", id, short(name))
		}
		seen[name] = true
	}
	n.Names = names
	return nil
}

// pairs are the columns of a list of edges.
type pairs struct {
	*gather
	a, b []float64
	w, s []float64 // weights and states; nil where there are none
}

// readArray reads an array of one dimension, or that has one dimension longer than 1.
func (p *pairs) readArray(archive *npy.Archive, name string) ([]float64, error) {
	a, err := archive.Read(name, p.most())
	if err != nil {
		return nil, err
	}
	if err := p.take(int64(len(a.Values)) * 8); err != nil {
		return nil, err
	}
	longer := 0
	for _, side := range a.Shape {
		if side != 1 {
			longer++
		}
	}
	if longer > 1 && name == "state" || longer > 1 && name == "weight" {
		return nil, fmt.Errorf("it has %s of shape %v: a start is of one replica, which `tnn-gpu export --replica` takes out", name, a.Shape)
	}
	if longer > 1 {
		return nil, fmt.Errorf("it has %s of shape %v; %s", name, a.Shape, expectedArrays)
	}
	if a.Values == nil {
		a.Values = []float64{}
	}
	return a.Values, nil
}

// most is how many values an array can have. A slice that grows stands twice for a
// moment, the second time a quarter larger, and the first may not be swept yet.
func (p *pairs) most() int64 {
	if p.options.Memory > 0 {
		return min(math.MaxUint32, max(0, p.options.Memory-p.taken)/(3*8))
	}
	return math.MaxUint32
}

// readPairs reads a .npy file with a row `a b` or `a b weight` for each edge.
func readPairs(f npy.File, path string, o Options) (*Import, error) {
	p := &pairs{gather: newGather(o)}
	a, err := npy.ReadArray(f, path, p.most())
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 2 || a.Shape[1] != 2 && a.Shape[1] != 3 {
		return nil, fmt.Errorf("it is an array of shape %v: a list of edges has a row `a b` or `a b weight` for each, and is of shape [edges 2] or [edges 3]", a.Shape)
	}
	if err := p.take(16 * int64(len(a.Values))); err != nil {
		return nil, err
	}
	for i := 0; i < len(a.Values); i += int(a.Shape[1]) {
		p.a, p.b = append(p.a, a.Values[i]), append(p.b, a.Values[i+1])
		if a.Shape[1] == 3 {
			p.w = append(p.w, a.Values[i+2])
		}
	}
	if err := p.join(); err != nil {
		return nil, err
	}
	return p.finish()
}

// join makes the edges, and checks all values.
func (p *pairs) join() error {
	if len(p.a) != len(p.b) || p.w != nil && len(p.a) != len(p.w) {
		return fmt.Errorf("a, b and weight have %d, %d and %d values, and must have one for each edge", len(p.a), len(p.b), len(p.w))
	}
	if p.s != nil {
		p.declared = int64(len(p.s))
	}
	for i := range p.a {
		for _, id := range []float64{p.a[i], p.b[i]} {
			if !(id >= 0 && id <= graph.MaxNodes && id == math.Trunc(id)) {
				return fmt.Errorf("edge %d ends at node %v, and nodes are numbered from 0 on%s", i, id, p.upTo())
			}
			if err := p.number(int64(id), nil); err != nil {
				return err
			}
		}
		if err := p.edge(int64(p.a[i]), int64(p.b[i]), 0); err != nil {
			return err
		}
		if p.w == nil {
			continue
		}
		if math.IsNaN(p.w[i]) || math.IsInf(p.w[i], 0) {
			return fmt.Errorf("the weight of edge %d is %v: %w", i, p.w[i], errNotFinite)
		}
		p.weigh(i, p.w[i])
	}
	for id, s := range p.s {
		if !(math.Abs(s) <= 1) {
			return fmt.Errorf("the state of node %d is %v, and must be from -1 to 1", id, s)
		}
	}
	return nil
}

func (p *pairs) upTo() string {
	if p.declared < 0 {
		return ""
	}
	return fmt.Sprintf(" to %d", p.declared-1)
}

// finish adds the states, which stand in the order of the nodes.
func (p *pairs) finish() (*Import, error) {
	n, err := p.gather.finish()
	if err != nil {
		return nil, err
	}
	if p.s != nil && len(p.s) == n.Graph.Nodes {
		n.States = p.s
	}
	return n, nil
}
