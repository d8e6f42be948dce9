package graph

// patience is the number of steps of a walk in the first pass. When it runs out
// about one node in as many has a stub left, and settle is quicker.
const patience = 256

// walk joins a stub of u, or of the node at the end of a chain of dropped
// edges, to a node that has a stub left.
func (w *wiring) walk(u int) {
	for range patience {
		x, ok := w.partner(u)
		if !ok {
			return
		}
		if w.free(x) > 0 {
			w.join(u, x)
			return
		}
		if w.law.uniform() {
			continue // a node with a stub left is as good a partner as any
		}
		if y, ok := w.anyPeer(x); ok {
			u = w.takeOver(u, x, y)
		}
	}
}

// partner is a node, with a stub left or not, that u may be joined to.
func (w *wiring) partner(u int) (int, bool) {
	return w.law.partner(u, w.fits, w.peersOf(u), &w.draws)
}

// takeOver joins u to x in place of y, which is then the one with a stub left.
func (w *wiring) takeOver(u, x, y int) int {
	w.part(x, y)
	w.join(u, x)
	return y
}

// anyPeer is a peer that x can drop, each as likely as the other; false if it
// can drop none.
func (w *wiring) anyPeer(x int) (int, bool) {
	peers := w.peersOf(x)
	first := w.drops.IntN(len(peers))
	for i := range peers {
		y := int(peers[(first+i)%len(peers)])
		if !w.isClosed(y) {
			return y, true
		}
	}
	return 0, false
}

// settle joins the stubs that are left when nearly all nodes are full, in
// pairs: each with the next one in the order of ids, on the other sublattice
// where bipartite.
func (w *wiring) settle() {
	left := w.nodesWithStubs()
	others := left[1]
	if !w.bipartite {
		others = left[0]
	}
	// Far more than is ever needed, unless the wanted connections cannot be had.
	steps := 1<<14 + 4*w.nodes() + len(w.peers)
	for _, u := range left[0] {
		for w.free(u) > 0 {
			for len(others) > 0 && (others[0] == u || w.free(others[0]) == 0) {
				others = others[1:]
			}
			v := u // a node with two stubs can only be joined by way of others
			if len(others) > 0 {
				v = others[0]
			} else if w.bipartite || w.free(u) < 2 {
				return
			}
			if !w.lead(u, v, &steps) {
				break
			}
		}
	}
}

// nodesWithStubs are the nodes with a stub left, ascending, by sublattice.
func (w *wiring) nodesWithStubs() (left [2][]int) {
	for u := range w.nodes() {
		if w.free(u) == 0 {
			continue
		}
		side := 0
		if w.bipartite {
			side = w.torus.at(u).parity()
		}
		left[side] = append(left[side], u)
	}
	return left
}

// lead joins a stub of u to one of v, or to another that it finds on the way.
// While the two are far apart it takes only steps that lead nearer: an edge is
// as likely dropped for its length as taken up for it, so this does not bend
// the law. Once they are near the chain wanders as ever, and they are joined
// with the probability of the law.
func (w *wiring) lead(u, v int, steps *int) bool {
	for ; *steps > 0; *steps-- {
		x, ok := w.partner(u)
		if !ok {
			return false
		}
		if w.free(x) > 0 {
			w.join(u, x)
			return true
		}
		y, ok := w.anyPeer(x)
		if !ok || w.law.far(u, v) && w.distance(y, v) > w.distance(u, v) {
			continue
		}
		u = w.takeOver(u, x, y)
		if u != v && w.fits(u, v) && w.draws.Float64() < w.law.likely(u, v) {
			w.join(u, v)
			return true
		}
	}
	return false
}

func (w *wiring) distance(a, b int) int {
	return w.torus.distance(w.torus.at(a), w.torus.at(b))
}
