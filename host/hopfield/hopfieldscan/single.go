package hopfieldscan

import (
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

func recallColumns() []model.Column {
	return []model.Column{
		{Name: "target", Title: "target", Unit: "1", Doc: "number of the pattern that is to be recalled"},
		{Name: "class", Title: "class of the end", Unit: "1", Doc: "0 a pattern, 1 the negative of one, 2 a mixture of three, 3 anything else"},
		{Name: "m_start", Title: "first overlap", Unit: "1", Doc: "of the start with the target"},
		{Name: "m_final", Title: "final overlap", Unit: "1", Doc: "of the end with the target"},
		{Name: "e_start", Title: "first energy", Unit: "1", Doc: "of the start"},
		{Name: "e_final", Title: "final energy", Unit: "1", Doc: "of the end"},
		{Name: "sweeps", Title: "sweeps", Unit: "sweeps", Doc: "with a change"},
		{Name: "flips", Title: "flips", Unit: "units", Doc: "of all sweeps"},
		{Name: "steady", Title: "steady", Unit: "1", Doc: "1 in a fixed point"},
	}
}

// single tells of recalls one by one. Where a network has several, of their means.
func single(n *network) []float64 {
	return []float64{
		n.mean(func(r *recall) float64 { return float64(r.target) }),
		n.mean(func(r *recall) float64 { return float64(n.class(r.final)) }),
		n.mean(func(r *recall) float64 { return overlapOf(r.start, n.memory.Patterns[r.target], n.n) }),
		n.mean(func(r *recall) float64 { return r.overlap }),
		n.mean(func(r *recall) float64 { return n.energy(r, atStart) }), n.mean(func(r *recall) float64 { return r.energy }),
		n.mean(func(r *recall) float64 { return float64(r.sweeps) }), n.mean(func(r *recall) float64 { return r.flips }),
		n.share(func(r *recall) bool { return r.period == 1 }),
	}
}

func overlapOf(a, b hopfield.Pattern, n int) float64 { return float64(a.Overlap(b, n)) / float64(n) }
