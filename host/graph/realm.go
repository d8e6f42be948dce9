package graph

import "fmt"

// To keep external nodes at least s hops apart, each is given a realm: itself
// and all nodes within h = (s-1)/2 hops (rounded down). Realms are disjoint, a
// node inside one has edges to nodes of that realm only, and a node at its edge,
// h hops out, none to another realm if s is even. A way from one external node
// to another then takes h hops to leave the first realm and h to enter the
// second, with at least one hop between, or two if s is even: s in all.

// Values of wiring.realm other than the id of the external node.
const (
	nobody int32 = -1 // in no realm
	closed int32 = -2 // inside a realm, with all its edges, which stay
)

// claimRealms wires the inside of all realms, hop by hop from the external
// nodes. It is an error if an external node, or a node inside its realm, does
// not get all its connections.
func (w *wiring) claimRealms(external []bool, separation int) error {
	w.realm = make([]int32, w.nodes())
	var ring []int // the nodes of all realms that are so many hops out
	for u := range w.realm {
		w.realm[u] = nobody
		if external[u] {
			w.realm[u] = int32(u)
			ring = append(ring, u)
		}
	}
	wanted := len(ring)
	failed := make(map[int32]bool)
	w.fits = w.fitsInside
	var inside []int
	for hops := 0; hops < (separation-1)/2 && len(ring) > 0; hops++ {
		inside = append(inside, ring...)
		ring = w.claimRing(ring, failed)
	}
	if len(failed) > 0 {
		return fmt.Errorf("of %d external nodes at least %d hops apart only %d get all connections "+
			"on this lattice of %d sites: use fewer, a smaller separation or a larger lattice",
			wanted, separation, wanted-len(failed), w.nodes())
	}
	for _, u := range inside {
		w.realm[u] = closed
	}
	w.border = separation >= 3 && separation%2 == 1
	w.fits = w.fitsOutside
	return nil
}

// claimRing gives all nodes of a ring their connections, and their realms what
// those lead to. It returns the next ring.
func (w *wiring) claimRing(ring []int, failed map[int32]bool) (next []int) {
	for _, u := range ring {
		for w.free(u) > 0 {
			x, ok := w.partner(u)
			if !ok {
				failed[w.realm[u]] = true
				break
			}
			w.join(u, x)
			if w.realm[x] == nobody {
				w.realm[x] = w.realm[u]
				next = append(next, x)
			}
		}
	}
	return next
}

// fitsInside says whether u, inside a realm, may be joined to x.
func (w *wiring) fitsInside(u, x int) bool {
	return x != u && w.free(x) > 0 && (w.realm[x] == nobody || w.realm[x] == w.realm[u]) && !w.joined(u, x)
}

// fitsOutside says whether u, not inside a realm, may be joined to x, which may
// have no stub left but must have had one.
func (w *wiring) fitsOutside(u, x int) bool {
	return x != u && w.places[x].stubs > 0 && (w.realm == nil || w.neighborly(u, x)) && !w.joined(u, x)
}

// neighborly says whether the realms of u, which is not closed, and x allow an
// edge between the two.
func (w *wiring) neighborly(u, x int) bool {
	a, b := w.realm[u], w.realm[x]
	return b != closed && (a == nobody || b == nobody || a == b || w.border)
}

func (w *wiring) isClosed(u int) bool { return w.realm != nil && w.realm[u] == closed }
