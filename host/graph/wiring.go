package graph

import (
	"slices"

	"tnn-gpu/host/cores"
	"tnn-gpu/host/rng"
)

// joinAtRandom makes the edges of a random, gaussian or exponential graph.
//
// Every node has one stub for each connection it wants. A stub, in random
// order, draws a partner by the law, no matter whether that one has a stub
// left. If it has not, it drops one of its edges for the new one, and the node
// that lost the edge draws in its turn. So every edge was drawn from all
// partners alike, not from those that happened to be free, and those dropped
// are no particular ones: the law holds to the last stub. After this first pass
// a few stubs are left far apart; settle brings them together. What still bends
// the law is that no two nodes are joined twice: by about one part in as many
// as there are likely partners for each connection.
func joinAtRandom(r *request, o Options) ([]Edge, error) {
	l, err := newLaw(r, o)
	if err != nil {
		return nil, err
	}
	w := newWiring(r, l, o.Seed)
	if r.external != nil {
		if err := w.claimRealms(r.external, o.Separation); err != nil {
			return nil, err
		}
	}
	for _, u := range w.shuffledStubs() {
		if w.free(int(u)) > 0 {
			w.walk(int(u))
		}
	}
	w.settle()
	return w.edges(r.looped), nil
}

// wiring is a graph in the making.
type wiring struct {
	torus     torus
	bipartite bool
	law       law
	places    []place
	peers     []int32 // of all nodes; those of one are in no order
	realm     []int32 // see claimRealms; nil: no external nodes
	border    bool    // edges from one realm to another are allowed
	fits      func(u, x int) bool
	draws     rng.Stream // order of the stubs, and partners
	drops     rng.Stream // which edges are dropped
}

func newWiring(r *request, l law, seed uint64) *wiring {
	nodes := len(r.want)
	w := &wiring{
		torus:     r.lattice.torus(),
		bipartite: r.bipartite,
		law:       l,
		places:    make([]place, nodes),
		draws:     rng.NewStream(rng.Key(seed), rng.GraphStubs, 0),
		drops:     rng.NewStream(rng.Key(seed), rng.GraphRewire, 0),
	}
	w.fits = w.fitsOutside
	end := int64(0)
	for id, stubs := range r.placeable(&w.draws) {
		w.places[id] = place{start: end, stubs: stubs}
		end += int64(stubs)
	}
	w.peers = make([]int32, end)
	return w
}

// place is where the peers of a node are. It is one thing in memory because the
// draws go all over the lattice.
type place struct {
	start         int64
	stubs, degree int32 // there is room for so many, and there are so many
}

func (w *wiring) nodes() int { return len(w.places) }

func (w *wiring) peersOf(u int) []int32 {
	p := &w.places[u]
	return w.peers[p.start : p.start+int64(p.degree)]
}

// free is the number of stubs that a node has left.
func (w *wiring) free(u int) int {
	return int(w.places[u].stubs - w.places[u].degree)
}

func (w *wiring) joined(a, b int) bool {
	if w.places[a].degree > w.places[b].degree {
		a, b = b, a
	}
	return slices.Contains(w.peersOf(a), int32(b))
}

func (w *wiring) join(a, b int) {
	w.add(a, b)
	w.add(b, a)
}

func (w *wiring) add(a, b int) {
	p := &w.places[a]
	w.peers[p.start+int64(p.degree)] = int32(b)
	p.degree++
}

func (w *wiring) part(a, b int) {
	w.remove(a, b)
	w.remove(b, a)
}

func (w *wiring) remove(a, b int) {
	peers := w.peersOf(a)
	peers[slices.Index(peers, int32(b))] = peers[len(peers)-1]
	w.places[a].degree--
}

// edges lists the edges with A < B, sorted by (A, B).
func (w *wiring) edges(spare int64) []Edge {
	return listEdges(w.nodes(), spare, func(nodes cores.Range, out []Edge) int {
		count := 0
		for u := nodes.From; u < nodes.To; u++ {
			peers := w.peersOf(u)
			if out == nil {
				slices.Sort(peers)
			}
			for _, v := range peers {
				if int(v) < u {
					continue
				}
				if out != nil {
					out[count] = Edge{int32(u), v}
				}
				count++
			}
		}
		return count
	})
}
