package graph

import (
	"slices"

	"tnn-gpu/host/rng"
)

// placeable is the number of connections of each node that can be had at all:
// no more than there are partners, and in all an even number, or as many on one
// sublattice as on the other where bipartite. What is too much is taken from
// nodes at random, lest the last ones in some order be left with nothing.
func (r *request) placeable(s *rng.Stream) []int32 {
	stubs := slices.Clone(r.want)
	r.cutToPartners(stubs)
	var sum [2]int64
	for id, n := range stubs {
		sum[r.sublattice(id)] += int64(n)
	}
	if r.bipartite {
		r.thin(stubs, 0, sum[0], sum[0]-sum[1], s)
		r.thin(stubs, 1, sum[1], sum[1]-sum[0], s)
	} else {
		r.thin(stubs, 0, sum[0], sum[0]%2, s)
	}
	return stubs
}

// sublattice is 0 or 1 where bipartite, and 0 otherwise.
func (r *request) sublattice(id int) int {
	if !r.bipartite {
		return 0
	}
	return r.lattice.Parity(id)
}

// cutToPartners leaves no node more stubs than there are nodes to join: those
// of the other sublattice where bipartite, not both external, not itself, and
// not wanting nothing.
func (r *request) cutToPartners(stubs []int32) {
	var all, external [2]int32
	for id, n := range stubs {
		if n == 0 {
			continue
		}
		all[r.sublattice(id)]++
		if r.isExternal(id) {
			external[r.sublattice(id)]++
		}
	}
	for id, n := range stubs {
		other := r.sublattice(id)
		if r.bipartite {
			other = 1 - other
		}
		partners := all[other]
		switch {
		case r.isExternal(id):
			partners -= external[other]
		case !r.bipartite:
			partners-- // itself
		}
		stubs[id] = max(0, min(n, partners))
	}
}

func (r *request) isExternal(id int) bool { return r.external != nil && r.external[id] }

// thin takes excess of the stubs that a sublattice has, all alike (selection
// sampling: Knuth, TAOCP 3.4.2, algorithm S).
func (r *request) thin(stubs []int32, sublattice int, have, excess int64, s *rng.Stream) {
	for id := 0; id < len(stubs) && excess > 0; id++ {
		if r.sublattice(id) != sublattice {
			continue
		}
		for range stubs[id] {
			if int64(s.IntN(int(have))) < excess {
				stubs[id]--
				excess--
			}
			have--
		}
	}
}

// rounds is how often shuffledStubs goes through the lattice.
const rounds = 32

// shuffledStubs names the owner of every stub in the order of their turns. Each
// stub is given a round at random, and a round goes through the nodes in order.
// That is as good as a random order, since the law asks nobody whether he has a
// stub left, and it keeps the work on nodes that are near in memory.
func (w *wiring) shuffledStubs() []int32 {
	owners := make([]int32, 0, len(w.peers))
	for u := range w.nodes() {
		for range w.free(u) {
			owners = append(owners, int32(u))
		}
	}
	var starts [rounds + 1]int
	round := make([]uint8, len(owners))
	for i := range round {
		round[i] = uint8(w.draws.Uint32() % rounds)
		starts[round[i]+1]++
	}
	for k := range rounds {
		starts[k+1] += starts[k]
	}
	turns := make([]int32, len(owners))
	for i, u := range owners {
		turns[starts[round[i]]] = u
		starts[round[i]]++
	}
	return turns
}
