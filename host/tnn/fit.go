package tnn

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
)

// What follows checks how many nodes and edges there are and whether they fit.

// sites is the number of nodes, external ones included; 0 where a file says it.
func (s *Spec) sites() int64 {
	if len(s.Graph.Sides) == 0 {
		return 0
	}
	n := int64(1)
	for _, side := range s.Graph.Sides {
		n *= int64(side)
	}
	return n
}

// external is the number of external nodes.
func (s *Spec) external() int64 {
	var n int64
	for _, e := range s.Externals {
		n += int64(e.Size())
	}
	return n
}

func (s *Spec) checkExternals() error {
	var nodes int64
	named := make(map[any]string)
	for i, e := range s.Externals {
		key := fmt.Sprintf("external[%d]", i)
		if err := s.checkExternal(key, e); err != nil {
			return err
		}
		nodes += int64(e.Size())
		if n := s.sites(); n > 0 && nodes >= n {
			size, value, less := key+".pairs", e.Pairs, "pairs"
			if e.Count > 0 {
				size, value, less = key+".count", e.Count, "of them"
			}
			return model.BadKey(size, value, fmt.Sprintf("with it there are %d external nodes, and the lattice has %d sites; use fewer %s or longer graph.sides", nodes, n, less))
		}
		if err := s.checkNodes(key, e, named); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) checkExternal(key string, e ExternalSpec) error {
	return firstOf(
		func() error { return e.checkSize(key) },
		func() error { return s.checkConnectionCount(key, e.Connections) },
		func() error { return e.checkWave(key) },
		func() error {
			if e.Polarity == 1 || e.Polarity == -1 {
				return nil
			}
			return model.BadKey(key+".polarity", e.Polarity, "use 1 or -1")
		},
		func() error { return model.OneOf(key+".sublattice", e.Sublattice, Even, Odd) },
		func() error {
			if w := math.Abs(e.Weight); w >= smallestReal && w <= largestReal {
				return nil
			}
			return model.BadKey(key+".weight", e.Weight, fmt.Sprintf("use a number of magnitude %g to %g, such as 160", smallestReal, largestReal))
		},
	)
}

func checkPeriods(key string, periods []int) error {
	if len(periods) == 0 {
		return model.BadKey(key, nil, "give the steps of a period, such as [100], one for each era, the last of which holds on")
	}
	for _, p := range periods {
		if p < 1 || p > maxPeriod {
			return model.BadKey(key, periods, fmt.Sprintf("every period must be from 1 to %d steps", maxPeriod))
		}
	}
	return nil
}

// checkNodes checks sites that are named; named holds those of other tables.
func (s *Spec) checkNodes(key string, e ExternalSpec, named map[any]string) error {
	key += ".nodes"
	switch first := s.Externals[0]; {
	case len(e.Nodes) == 0 && s.Graph.Kind == FromFile:
		return model.BadKey(key, nil, "a graph of kind file does not place external nodes, so name the single nodes, or two for each pair")
	case (len(e.Nodes) == 0) != (len(first.Nodes) == 0):
		return model.BadKey(key, e.Nodes, "name the nodes of every [[external]] or of none")
	case len(e.Nodes) == 0:
		return nil
	case len(e.Nodes) != e.Size() && e.Count > 0:
		return model.BadKey(key, e.Nodes, fmt.Sprintf("name each of the single nodes, which are %d", e.Count))
	case len(e.Nodes) != e.Size():
		return model.BadKey(key, e.Nodes, fmt.Sprintf("name two nodes for each pair, which makes %d", e.Size()))
	}
	lattice := graph.Lattice{Sides: s.Graph.Sides}
	for i, id := range e.Nodes {
		here := fmt.Sprintf("%s[%d]", key, i)
		if err := s.checkNode(here, id); err != nil {
			return err
		}
		if other, taken := named[id]; taken {
			return model.BadKey(here, id, fmt.Sprintf("%s names this node too", other))
		}
		named[id] = here
		ofPair := " of the pair"
		if e.Count > 0 {
			ofPair = ""
		}
		number, isNumber := id.(int64)
		if want := parityOf(e, i); s.Graph.Bipartite && isNumber && lattice.Parity(int(number)) != want {
			return model.BadKey(here, id, fmt.Sprintf("this node%s must be on an %s site, and %d is on an %s one", ofPair, parityName(want), id, parityName(1-want)))
		}
	}
	return nil
}

// checkNode checks the number or the name of a node, as far as that is possible before a
// graph is read.
func (s *Spec) checkNode(key string, node any) error {
	n := s.sites()
	switch id := node.(type) {
	case int64:
		if id < 0 || n > 0 && id >= n || id >= MaxNodes {
			return model.BadKey(key, id, fmt.Sprintf("nodes are numbered from 0 to %d", lastNode(n)))
		}
		return nil
	case string:
		if s.Graph.Kind == FromFile && n == 0 {
			return nil
		}
		return model.BadKey(key, id, "nodes have names where a graph is read from a file and put on no lattice: use their numbers")
	}
	return model.BadKey(key, node, "use the number of a node, or its name in quotes")
}

func lastNode(sites int64) int64 {
	if sites == 0 {
		return MaxNodes - 1
	}
	return sites - 1
}

// parityOf is the sublattice of the i-th node of a table, 0 for even: first and
// second nodes of pairs alternate.
func parityOf(e ExternalSpec, i int) int {
	parity := i % 2
	if e.Count > 0 {
		parity = 0
	}
	if e.Sublattice == Odd {
		parity = 1 - parity
	}
	return parity
}

func parityName(parity int) Sublattice { return [...]Sublattice{Even, Odd}[parity] }

// checkSize checks the counts of groups against the nodes there are, and the
// number of edges.
func (s *Spec) checkSize() error {
	if n := s.sites(); n > 0 {
		if err := s.checkCounts(n); err != nil {
			return err
		}
	} else if err := s.checkOneRest(); err != nil {
		return err
	}
	if _, edges := s.Estimate(); edges > MaxEdges {
		return model.BadKey("graph.sides", s.Graph.Sides, fmt.Sprintf("this would make %d edges, and %d can be numbered; use shorter sides or fewer connections", edges, int64(MaxEdges)))
	}
	return nil
}

// checkCounts checks that the groups share out all nodes that are not external. Where some
// choose theirs, drawGroups tells.
func (s *Spec) checkCounts(nodes int64) error {
	if err := s.checkOneRest(); err != nil {
		return err
	}
	network, rest := nodes-s.external(), -1
	left := network
	for i, g := range s.Groups {
		key := fmt.Sprintf("group[%d].count", i)
		if g.Count == 0 {
			rest = i
		}
		if int64(g.Count) > left {
			return model.BadKey(key, g.Count, fmt.Sprintf("only %d of the %d network nodes are left for it", left, network))
		}
		left -= int64(g.Count)
	}
	switch {
	case slices.ContainsFunc(s.Groups, GroupSpec.chooses):
		return nil
	case rest >= 0 && left == 0:
		return model.BadKey(fmt.Sprintf("group[%d].count", rest), 0, fmt.Sprintf("it takes what is left of the %d network nodes, and the other groups leave none", network))
	case rest < 0 && left > 0:
		last := len(s.Groups) - 1
		return model.BadKey(fmt.Sprintf("group[%d].count", last), s.Groups[last].Count, fmt.Sprintf("%d of the %d network nodes are in no group; use 0 for one group to take them", left, network))
	}
	return nil
}

// checkOneRest checks that at most one group takes what is left.
func (s *Spec) checkOneRest() error {
	rest := -1
	for i, g := range s.Groups {
		if g.Count != 0 || g.chooses() {
			continue
		}
		if rest >= 0 {
			return model.BadKey(fmt.Sprintf("group[%d].count", i), 0, fmt.Sprintf("only one group can take the nodes that are left, and group[%d] does already", rest))
		}
		rest = i
	}
	return nil
}
