package picture

import (
	"image/color"
	"math"
	"slices"
)

// Scene is what a picture needs to know of the network that it shows.
type Scene struct {
	Nodes int
	Sides []int // of the lattice; none for a graph without one
	// Sign is -1 for the odd sublattice of a bipartite lattice: its states are
	// shown negated, so that order shows as one colour. nil is all +1.
	Sign []int8
	// Signed says that states have a sign: the scale Signs tells it. Else they are a
	// picture, in Shades.
	Signed bool
	// External are the external nodes, ascending.
	External []External
	Edges    [][2]int32 // drawn where there is no lattice
}

// ScaleFor is the scale of a view whose longer side has about so many pixels, or fewer; 0,
// which chooses one, where there is no lattice.
func (n *Scene) ScaleFor(pixels int) float64 {
	sides := n.Sides
	switch len(sides) {
	case 0:
		return 0
	case 3: // of which a slice is shown
		sides = sides[1:]
	}
	most := slices.Max(sides)
	if most > pixels {
		return float64(pixels) / float64(most)
	}
	return float64(pixels / most)
}

// NewScene is a scene of nodes on a lattice, or of nodes alone where sides is nil.
func NewScene(nodes int, sides []int, bipartite bool) *Scene {
	out := &Scene{Nodes: nodes, Sides: sides}
	if !bipartite {
		return out
	}
	out.Sign = make([]int8, nodes)
	for id := range out.Sign {
		parity, rest := 0, id
		for d := len(sides) - 1; d >= 0; d-- {
			parity += rest % sides[d]
			rest /= sides[d]
		}
		out.Sign[id] = int8(1 - 2*(parity&1))
	}
	return out
}

// External is an external node and the nodes that it is joined with.
type External struct {
	ID         int32
	Neighbours []int32
}

// Restrict is the part of a network that some nodes are, numbered in their order,
// on a lattice of their own where sides are given. What an external node is joined
// with outside of it is forgotten.
func (n *Scene) Restrict(nodes []int, sides []int) *Scene {
	out := &Scene{Nodes: len(nodes), Sides: sides, Signed: n.Signed}
	number := make(map[int32]int32, len(nodes))
	for i, id := range nodes {
		number[int32(id)] = int32(i)
		if n.Sign != nil {
			out.Sign = append(out.Sign, n.Sign[id])
		}
	}
	for _, e := range n.External {
		at, found := number[e.ID]
		if !found {
			continue
		}
		kept := External{ID: at}
		for _, id := range e.Neighbours {
			if to, found := number[id]; found {
				kept.Neighbours = append(kept.Neighbours, to)
			}
		}
		out.External = append(out.External, kept)
	}
	for _, e := range n.Edges {
		a, found := number[e[0]]
		b, too := number[e[1]]
		if found && too {
			out.Edges = append(out.Edges, [2]int32{a, b})
		}
	}
	return out
}

// Painter turns values of a field into colours of nodes.
type Painter struct {
	Scene     *Scene
	State     bool    // values are states, of external nodes too
	Low, High float64 // of other fields: the ends of the colour scale
}

// Node is a node as it is drawn.
type Node struct {
	Colour color.RGBA
	Sign   byte // '+' or '-' of an external node, or 0
}

// Scale is the colour scale, and the values of its ends.
func (p *Painter) Scale() (low, high float64, s Scale) {
	switch {
	case !p.State:
		return p.Low, p.High, Values()
	case p.Scene.Signed:
		return -1, 1, Signs()
	}
	return -1, 1, Shades()
}

// Paint gives the look of every node.
func (p *Painter) Paint(values []float64) []Node {
	out := make([]Node, len(values))
	low, high, scale := p.Scale()
	for id, v := range values {
		if p.State && p.Scene.Sign != nil {
			v *= float64(p.Scene.Sign[id])
		}
		out[id].Colour = scale.At((v - low) / (high - low))
	}
	if p.State {
		for _, e := range p.Scene.External {
			out[e.ID] = externalNode(values, e)
		}
	}
	return out
}

// externalNode is how an external node is drawn: green when solved, yellow when not and purple when off,
// with the sign of its state.
func externalNode(values []float64, e External) Node {
	s := values[e.ID]
	if s == 0 || math.IsNaN(s) {
		return Node{Colour: offColour()}
	}
	n := Node{Colour: solvedColour(), Sign: '+'}
	if s < 0 {
		n.Sign = '-'
	}
	for _, id := range e.Neighbours {
		if !(s*values[id] < 0) {
			n.Colour = unsolvedColour()
		}
	}
	return n
}

// Extent chooses the ends of a colour scale for some values: 0 to 1 where all are in
// between, else what leaves a hundredth of the values out at either end.
func Extent(values []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(values))
	sorted = slices.DeleteFunc(sorted, math.IsNaN)
	if len(sorted) == 0 || sorted[0] >= 0 && sorted[len(sorted)-1] <= 1 {
		return 0, 1
	}
	low, high = sorted[len(sorted)/100], sorted[len(sorted)-1-len(sorted)/100]
	if low == high {
		return low - 1, high + 1
	}
	return low, high
}
