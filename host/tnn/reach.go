package tnn

import (
	"fmt"
	"slices"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// checkConnections checks that nodes can have the connections that they ask for,
// and that the external nodes have room, as far as arithmetic tells.
func (s *Spec) checkConnections() error {
	if s.Graph.Kind == FromFile {
		return nil
	}
	return firstOf(func() error {
		for i, g := range s.Groups {
			if err := s.checkReach(fmt.Sprintf("group[%d].connections", i), g.Connections); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		for i, e := range s.Externals {
			if err := s.checkReach(fmt.Sprintf("external[%d].connections", i), e.Connections); err != nil {
				return err
			}
		}
		return nil
	}, s.checkRoom)
}

// checkReach checks the connections of a node on the lattice (docs/model.md
// section 9).
func (s *Spec) checkReach(key string, connections int) error {
	g := s.Graph
	if s.Graph.Kind != graph.Neighbor {
		others, which := s.sites()-1, "other sites"
		if g.Bipartite {
			others, which = s.sites()/2, "sites on the other sublattice"
		}
		if int64(connections) > others {
			return model.BadKey(key, connections, fmt.Sprintf("there are only %d %s to connect to", others, which))
		}
		return nil
	}
	reach, below, above := reachOf(len(g.Sides), g.Bipartite, connections)
	if above != connections {
		nearest := fmt.Sprintf("the nearest are %d and %d", below, above)
		if below == 0 {
			nearest = fmt.Sprintf("the least is %d", above)
		}
		lattice := "lattice"
		if g.Bipartite {
			lattice = "bipartite lattice"
		}
		return model.BadKey(key, connections, fmt.Sprintf("no reach gives a node of a %s of %s so many neighbours; %s", lattice, text.Count(len(g.Sides), "side"), nearest))
	}
	least := 2*reach + 1
	if g.Bipartite {
		least++
	}
	if slices.Min(g.Sides) < least {
		return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("neighbours of %s = %d are up to %d sites away, so every side must be %d or longer", key, connections, reach, least))
	}
	return nil
}

// reachOf is the least reach that gives a node at least so many connections,
// how many that is, and how many the reach before it gives.
func reachOf(dimensions int, bipartite bool, connections int) (reach, below, sites int) {
	step := 1
	if bipartite {
		step = 2
	}
	for reach = 1; ; reach += step {
		below = sites
		if sites += shell(dimensions, reach); sites >= connections {
			return reach, below, sites
		}
	}
}

// shell is the number of sites at distance d >= 1 on an endless lattice.
func shell(dimensions, d int) int {
	switch dimensions {
	case 1:
		return 2
	case 2:
		return 4 * d
	}
	return 4*d*d + 2
}

// checkRoom refuses external nodes that cannot fit however they are placed. What
// fits here may still not be found room for when the places are drawn.
func (s *Spec) checkRoom() error {
	nodes, each := s.external(), int64(1)
	if s.Graph.Kind == graph.Neighbor && nodes > 0 {
		each = s.territory()
	}
	if s.Graph.Kind != graph.Neighbor && s.Graph.Separation >= 3 {
		each, nodes = 1, 0
		for _, e := range s.Externals {
			nodes += int64(e.Size()) * int64(1+e.Connections)
		}
	}
	if most := s.sites() / each; nodes > most {
		return model.BadKey("graph.separation", s.Graph.Separation, fmt.Sprintf(
			"%s cannot all be so many hops apart on %d sites; use a smaller separation, fewer pairs or longer graph.sides", text.Count(int(s.external()), "external node"), s.sites()))
	}
	return nil
}

// territory is a number of sites of a neighbor graph that each external node has
// to itself: two of them are farther apart than what Separation-1 hops surely
// cover, so balls of half that radius do not overlap.
func (s *Spec) territory() int64 {
	g, dimensions := s.Graph, len(s.Graph.Sides)
	var reach, first int // of a hop, and of one from or to an external node
	for _, group := range s.Groups {
		r, _, _ := reachOf(dimensions, g.Bipartite, group.Connections)
		reach = max(reach, r)
	}
	for _, e := range s.Externals {
		r, _, _ := reachOf(dimensions, g.Bipartite, e.Connections)
		first = max(first, r)
	}
	first = min(first, reach)
	hops, covered := g.Separation-1, 0
	if g.Bipartite {
		hops-- // half of the distances take one more, as every hop changes the sublattice
	}
	switch {
	case hops == 1:
		covered = first
	case hops > 1:
		covered = 2*first + (hops-2)*reach
	}
	diameter := 0
	for _, side := range g.Sides {
		diameter += side / 2
	}
	if covered >= diameter {
		return s.sites()
	}
	radius := min(covered/2, (slices.Min(g.Sides)-1)/2)
	return ball(dimensions, int64(radius))
}

// ball is the number of sites at distances 0..r on an endless lattice.
func ball(dimensions int, r int64) int64 {
	switch dimensions {
	case 1:
		return 1 + 2*r
	case 2:
		return 1 + 2*r*(r+1)
	}
	return 1 + 2*r + 2*r*(r+1)*(2*r+1)/3
}
