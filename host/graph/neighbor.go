package graph

import (
	"fmt"
	"tnn-gpu/host/cores"
)

// Stencil is the neighbourhood that all nodes of a neighbor graph share: slot k
// of a node holds the node at its coordinates plus Offsets[k], modulo the
// sides.
//
// Offsets are in ascending lexicographic order, so that the opposite of slot k
// is slot len(Offsets)-1-k. With h = len(Offsets)/2, slot k >= h of node i is
// edge i*h + k-h of Graph.Edges; slot k < h is the edge of the opposite slot of
// the node found there.
type Stencil struct {
	Offsets [][3]int // one step for each side; 0 where there is no side
}

// Opposite is the slot that leads back: the negative of Offsets[k].
func (s *Stencil) Opposite(k int) int { return len(s.Offsets) - 1 - k }

// joinNeighbors makes the edges of a neighbor graph. Reach is a function of the
// number of connections; two nodes are joined where both reach the other.
func joinNeighbors(r *request) ([]Edge, *Stencil, error) {
	reaches, err := r.reaches()
	if err != nil {
		return nil, nil, err
	}
	widest, alike := 0, true
	for _, reach := range reaches {
		widest = max(widest, int(reach))
		alike = alike && reach == reaches[0]
	}
	offsets := stencilOffsets(len(r.lattice.Sides), widest, r.bipartite)
	n := newNeighborhood(r, offsets[len(offsets)/2:])
	if !alike {
		n.reach = reaches
	}
	edges := listEdges(n.rows(), r.looped, n.write)
	if len(edges) != r.lattice.Sites()*len(n.half) {
		return edges, nil, nil
	}
	return edges, &Stencil{Offsets: offsets}, nil
}

// reaches turns the connections of every node into its reach.
func (r *request) reaches() ([]int32, error) {
	reaches := make([]int32, len(r.want))
	for id, want := range r.want {
		if id > 0 && want == r.want[id-1] {
			reaches[id] = reaches[id-1]
			continue
		}
		reach, err := reachOf(r.lattice, r.bipartite, int(want))
		if err != nil {
			return nil, fmt.Errorf("node %d cannot have its neighbors: %w", id, err)
		}
		reaches[id] = int32(reach)
	}
	return reaches, nil
}

// CheckConnections says what keeps every site of a lattice from having so many connections in
// a graph of a kind. No graph is built for it.
func (l Lattice) CheckConnections(kind Kind, bipartite bool, connections int) error {
	if kind == Neighbor {
		_, err := reachOf(l, bipartite, connections)
		return err
	}
	others := l.Sites() - 1
	if bipartite {
		others = l.Sites() / 2
	}
	if connections > others {
		return fmt.Errorf("a site of the lattice %v has %d others to be joined to", l, others)
	}
	return nil
}

// reachOf is the reach that gives a node this many connections: the number of
// sites at distances 1..reach, or 1,3,..,reach where bipartite.
func reachOf(l Lattice, bipartite bool, connections int) (int, error) {
	side := l.Sides[0]
	for _, s := range l.Sides {
		side = min(side, s)
	}
	reach, below, sites := 0, 0, 0
	for next := 1; sites < connections; next++ {
		if bipartite && next%2 == 0 {
			continue
		}
		if 2*next+1 > side { // some offset and its opposite would be one site
			return 0, fmt.Errorf("the lattice %v is too small for %d connections: its shortest side allows %d (reach %d)",
				l, connections, sites, reach)
		}
		below, reach = sites, next
		sites += shellSize(len(l.Sides), next)
	}
	if sites != connections {
		return 0, fmt.Errorf("%d connections are none that a reach gives in %d dimensions: the nearest are %d and %d",
			connections, len(l.Sides), below, sites)
	}
	return reach, nil
}

// shellSize is the number of sites at distance d >= 1 on an endless lattice.
func shellSize(dimensions, d int) int {
	switch dimensions {
	case 1:
		return 2
	case 2:
		return 4 * d
	default:
		return 4*d*d + 2
	}
}

// stencilOffsets lists the vectors of length 1..reach, or 1,3,..,reach, in
// ascending lexicographic order.
func stencilOffsets(dimensions, reach int, bipartite bool) [][3]int {
	var bound point // largest step along each side
	for k := range dimensions {
		bound[k] = reach
	}
	var offsets [][3]int
	for x := -bound[0]; x <= bound[0]; x++ {
		for y := -bound[1]; y <= bound[1]; y++ {
			for z := -bound[2]; z <= bound[2]; z++ {
				o := point{x, y, z}
				d := o.norm()
				if d >= 1 && d <= reach && (!bipartite || d%2 == 1) {
					offsets = append(offsets, o)
				}
			}
		}
	}
	return offsets
}

// neighborhood writes the edges of a neighbor graph, row by row of the lattice.
// A row runs along the last side.
type neighborhood struct {
	torus    torus
	axis     int // the last side
	half     [][3]int
	norm     []int32 // by half
	external []bool  // nil: none
	reach    []int32 // nil: all nodes reach all of half
}

func newNeighborhood(r *request, half [][3]int) *neighborhood {
	n := &neighborhood{torus: r.lattice.torus(), axis: len(r.lattice.Sides) - 1, half: half, external: r.external}
	for _, o := range half {
		n.norm = append(n.norm, int32(point(o).norm()))
	}
	return n
}

func (n *neighborhood) rows() int { return n.torus.sites() / n.torus[n.axis] }

// write writes the edges of some rows to out, or counts them if out is nil.
func (n *neighborhood) write(rows cores.Range, out []Edge) int {
	width := n.torus[n.axis]
	all := n.reach == nil && n.external == nil
	if all && out == nil {
		return (rows.To - rows.From) * width * len(n.half)
	}
	count := 0
	starts := make([]int, len(n.half)) // first site of the row that an offset leads to
	for row := rows.From; row < rows.To; row++ {
		origin := n.torus.at(row * width)
		for k, o := range n.half {
			o[n.axis] = 0
			starts[k] = n.torus.id(n.torus.add(origin, o))
		}
		for x := range width {
			a := row*width + x
			for k, start := range starts {
				b := start + wrap(x+n.half[k][n.axis], width)
				if !all && !n.joined(a, b, n.norm[k]) {
					continue
				}
				if out != nil {
					out[count] = Edge{int32(a), int32(b)}
				}
				count++
			}
		}
	}
	return count
}

// joined says whether two nodes at distance d both reach the other and are not
// both external.
func (n *neighborhood) joined(a, b int, d int32) bool {
	if n.external != nil && n.external[a] && n.external[b] {
		return false
	}
	return n.reach == nil || (n.reach[a] >= d && n.reach[b] >= d)
}
