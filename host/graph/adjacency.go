package graph

import "fmt"

// adjacency lists the peers of every node, in the order of the edges,
// self-loops apart.
type adjacency struct {
	starts []int64 // where the peers of a node start; they end where the next start
	peers  []int32
}

func newAdjacency(g *Graph) adjacency {
	// starts[id+1] first counts the peers of id, then says where to put the
	// next one, and so ends as the start of id+1.
	starts := make([]int64, g.Nodes+2)
	for _, e := range g.Edges {
		if e.A != e.B {
			starts[e.A+2]++
			starts[e.B+2]++
		}
	}
	for id := range g.Nodes {
		starts[id+2] += starts[id+1]
	}
	a := adjacency{starts: starts, peers: make([]int32, starts[g.Nodes+1])}
	for _, e := range g.Edges {
		if e.A != e.B {
			a.peers[starts[e.A+1]] = e.B
			starts[e.A+1]++
			a.peers[starts[e.B+1]] = e.A
			starts[e.B+1]++
		}
	}
	return a
}

func (a adjacency) of(id int32) []int32 {
	return a.peers[a.starts[id]:a.starts[id+1]]
}

// Hops is the number of hops from a node to every node: -1 where there is no
// way, or none of at most limit hops. A negative limit is none.
func Hops(g *Graph, from, limit int) []int32 {
	hops := make([]int32, g.Nodes)
	for id := range hops {
		hops[id] = -1
	}
	hops[from] = 0
	peers := newAdjacency(g)
	for queue := []int32{int32(from)}; len(queue) > 0; queue = queue[1:] {
		id := queue[0]
		if limit >= 0 && int(hops[id]) >= limit {
			break
		}
		for _, x := range peers.of(id) {
			if hops[x] < 0 {
				hops[x] = hops[id] + 1
				queue = append(queue, x)
			}
		}
	}
	return hops
}

// CheckSeparation is an error naming two external nodes if any two are fewer
// than separation hops apart. It takes about separation/2 rounds
// over the edges.
func CheckSeparation(g *Graph, external func(id int) bool, separation int) error {
	// Each node is given to the external node nearest to it. Two of them are
	// nearer than separation only if some edge joins what is theirs and the way
	// by that edge is.
	owner := make([]int32, g.Nodes)
	hops := make([]int32, g.Nodes)
	for id := range owner {
		owner[id] = nobody
		if external(id) {
			owner[id] = int32(id)
		}
	}
	for round := int32(0); int(round) < (separation+1)/2; round++ {
		grown := false
		for _, e := range g.Edges {
			a, b := owner[e.A], owner[e.B]
			switch {
			case a >= 0 && b >= 0 && a != b:
				if way := hops[e.A] + 1 + hops[e.B]; int(way) < separation {
					return fmt.Errorf("external nodes %d and %d are joined by %d hops: they must be at least %d hops apart", a, b, way, separation)
				}
			case a >= 0 && b < 0 && hops[e.A] == round:
				owner[e.B], hops[e.B], grown = a, round+1, true
			case b >= 0 && a < 0 && hops[e.B] == round:
				owner[e.A], hops[e.A], grown = b, round+1, true
			}
		}
		if !grown {
			break
		}
	}
	return nil
}
