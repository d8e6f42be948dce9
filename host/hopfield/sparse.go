package hopfield

import "slices"

// Sparse are the integer couplings of Hebb's rule on a graph, in units of 1/N: those of
// unit i are From[i] up to From[i+1], to the units To, ascending.
type Sparse struct {
	From []int32
	To   []int32
	W    []int32
}

// storeOnGraph is Hebb's rule between the units that the graph joins.
func (n *Network) storeOnGraph(patterns []Pattern, s *Spec, w Draws) *Memory {
	type coupling struct{ to, w int32 }
	rows := make([][]coupling, n.N)
	columns := Transposed(patterns, n.N)
	for _, e := range n.Graph.Edges {
		if e.A == e.B || s.Network.Damage > 0 && !w.Survives(int(e.A), int(e.B), s.Network.Damage) {
			continue
		}
		value := columns[e.A].Overlap(columns[e.B], len(patterns))
		if s.Network.Clip {
			value = min(max(value, -1), 1)
		}
		rows[e.A] = append(rows[e.A], coupling{e.B, value})
		rows[e.B] = append(rows[e.B], coupling{e.A, value})
	}
	out := &Sparse{From: make([]int32, n.N+1)}
	for i, row := range rows {
		slices.SortFunc(row, func(a, b coupling) int { return int(a.to - b.to) })
		for _, c := range row {
			out.To, out.W = append(out.To, c.to), append(out.W, c.w)
		}
		out.From[i+1] = int32(len(out.To))
	}
	return &Memory{N: n.N, Patterns: patterns, Rule: Hebb, Sparse: out, Unit: 1 / float64(n.N)}
}
