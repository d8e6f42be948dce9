package graph

import (
	"fmt"

	"tnn-gpu/host/rng"
)

// Placement says where external nodes are wanted (docs/model.md section 6).
type Placement struct {
	Kind       Kind
	Sides      []int
	Bipartite  bool
	Pairs      int    // of complementary external nodes
	Singles    [2]int // external nodes besides, on even and on odd sites
	Separation int    // hops between any two external nodes, at least
	Seed       uint64

	// Connections of a network node and of an external node, the largest
	// where they differ. Kind neighbor turns them into reach; the other kinds
	// do not look at them.
	Connections         int
	ExternalConnections int
}

// Pair is the sites of two complementary external nodes: one on either
// sublattice where bipartite, any two sites otherwise.
type Pair struct {
	Even, Odd int32
}

// placements is how often PlaceExternals starts afresh when the sites run out.
const placements = 8

// PlaceExternals chooses sites for pairs of external nodes at random, and after them
// for single ones, first those on even sites. In a neighbor graph the sites alone keep
// the nodes Separation hops apart, and where Separation is 2 or more also out of each
// other's reach. In the other kinds the sites are free to choose, and Build wires the
// graph so that the separation holds. It is an error if not all fit.
func PlaceExternals(p Placement) (pairs []Pair, singles [2][]int32, err error) {
	l := Lattice{Sides: p.Sides}
	if err := l.Validate(p.Bipartite); err != nil {
		return nil, singles, err
	}
	if p.Pairs < 0 || p.Singles[0] < 0 || p.Singles[1] < 0 {
		return nil, singles, fmt.Errorf("%d pairs of external nodes and %v single ones are wanted: it must be 0 or more", p.Pairs, p.Singles)
	}
	if p.Separation < 0 {
		return nil, singles, fmt.Errorf("the separation of external nodes is %d hops: it must be 0 or more", p.Separation)
	}
	zone, err := p.zone(l)
	if err != nil {
		return nil, singles, err
	}
	asked := p.Pairs
	// More than there are sites cannot fit, and their numbers could not be added.
	p.Pairs, p.Singles[0], p.Singles[1] = min(p.Pairs, l.Sites()), min(p.Singles[0], l.Sites()), min(p.Singles[1], l.Sites())
	wanted := 2*p.Pairs + p.Singles[0] + p.Singles[1]
	draws := rng.NewStream(rng.Key(p.Seed), rng.Placement, 0)
	best := 0
	for range placements {
		taken := p.take(newSites(l, p.Bipartite, zone), &draws)
		if len(taken) == wanted {
			for i := range p.Pairs {
				pairs = append(pairs, Pair{Even: taken[2*i], Odd: taken[2*i+1]})
			}
			rest := taken[2*p.Pairs:]
			return pairs, [2][]int32{rest[:p.Singles[0]], rest[p.Singles[0]:]}, nil
		}
		best = max(best, len(taken))
	}
	what, n, fit := "external nodes", wanted, best
	if wanted == 2*p.Pairs {
		what, n, fit = "pairs of external nodes", asked, best/2
	}
	return nil, singles, fmt.Errorf("of %d %s only %d fit on the lattice %v at least %d hops apart: "+
		"use fewer, a smaller separation or a larger lattice", n, what, fit, l, p.Separation)
}

// take draws sites as long as there are any: even and odd ones of pairs by turns, then
// single ones.
func (p *Placement) take(sites *sites, draws *rng.Stream) []int32 {
	var taken []int32
	for i := range 2*p.Pairs + p.Singles[0] + p.Singles[1] {
		parity := i % 2
		if single := i - 2*p.Pairs; single >= 0 {
			parity = 0
			if single >= p.Singles[0] {
				parity = 1
			}
		}
		site, ok := sites.take(parity, draws)
		if !ok {
			break
		}
		taken = append(taken, site)
	}
	return taken
}

// zone lists the vectors from an external node to the sites that are too near
// for another one, in a neighbor graph; in others that is its own site.
func (p *Placement) zone(l Lattice) ([]point, error) {
	zone := []point{{}}
	if p.Kind != Neighbor {
		return zone, nil
	}
	h := hopping{bipartite: p.Bipartite}
	var err error
	if h.reach, err = reachOf(l, p.Bipartite, p.Connections); err != nil {
		return nil, fmt.Errorf("network nodes cannot have their neighbors: %w", err)
	}
	if h.first, err = reachOf(l, p.Bipartite, p.ExternalConnections); err != nil {
		return nil, fmt.Errorf("external nodes cannot have their neighbors: %w", err)
	}
	h.first = min(h.first, h.reach)

	t := l.torus()
	var low, high point // each residue once
	for k, side := range t {
		widest := h.within(p.Separation, side)
		low[k], high[k] = -min(widest, (side-1)/2), min(widest, side/2)
	}
	for x := low[0]; x <= high[0]; x++ {
		for y := low[1]; y <= high[1]; y++ {
			for z := low[2]; z <= high[2]; z++ {
				v := point{x, y, z}
				if d := v.norm(); d > 0 && h.least(d) < p.Separation {
					zone = append(zone, v)
				}
			}
		}
	}
	return zone, nil
}

// hopping tells the hops between external nodes of a neighbor graph from their
// distance.
type hopping struct {
	first     int // longest hop from or to an external node
	reach     int // longest of the others
	bipartite bool
}

// least is the least number of hops that may do for a distance d >= 1 if first
// is not 0; it counts the direct one, which external nodes would have if they
// were none.
func (h hopping) least(d int) int {
	if d <= h.first && (!h.bipartite || d%2 == 1) {
		return 1
	}
	hops := 2
	if over := d - 2*h.first; over > 0 {
		hops += (over + h.reach - 1) / h.reach
	}
	if h.bipartite && hops%2 != d%2 { // every hop changes the sublattice
		hops++
	}
	return hops
}

// within is a distance, at most limit, beyond which least is not below hops.
func (h hopping) within(hops, limit int) int {
	if h.first == 0 || hops < 2 {
		return 0
	}
	if (limit-2*h.first)/h.reach+3 < hops {
		return limit
	}
	return min(limit, max(h.first, 2*h.first+(hops-3)*h.reach))
}

// sites hands out sites in random order, never one inside the zone of another.
type sites struct {
	torus   torus
	zone    []point
	order   [2][]int32 // sites not tried yet, by sublattice
	odd     int        // the sublattice of the second of a pair
	blocked []bool
}

func newSites(l Lattice, bipartite bool, zone []point) *sites {
	s := &sites{torus: l.torus(), zone: zone, blocked: make([]bool, l.Sites())}
	if bipartite {
		s.odd = 1
	}
	for id := range s.blocked {
		side := s.odd & l.Parity(id)
		s.order[side] = append(s.order[side], int32(id))
	}
	return s
}

// take is a site of the even (0) or odd (1) sublattice; false if there is none
// left.
func (s *sites) take(side int, draws *rng.Stream) (int32, bool) {
	order := &s.order[side&s.odd]
	for len(*order) > 0 {
		left := *order
		i, last := draws.IntN(len(left)), len(left)-1
		site := left[i]
		left[i] = left[last]
		*order = left[:last]
		if s.blocked[site] {
			continue
		}
		at := s.torus.at(int(site))
		for _, v := range s.zone {
			s.blocked[s.torus.id(s.torus.add(at, v))] = true
		}
		return site, true
	}
	return 0, false
}
