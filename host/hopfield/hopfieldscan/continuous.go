package hopfieldscan

import (
	"math"
	"slices"

	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

func continuousColumns() []model.Column {
	return []model.Column{
		{Name: "success", Title: "success", Unit: "1", Doc: "share of retrievals whose signs end with an overlap of 0.95 or more"},
		{Name: "one_update", Title: "success of one update", Unit: "1", Doc: "the same after a single update"},
		{Name: "m_final", Title: "final overlap", Unit: "1", Doc: "of the real state with the pattern, z.xi/N, at the end"},
		{Name: "updates", Title: "updates", Unit: "updates", Doc: "until the state moves by less than 1e-9 a unit"},
		{Name: "rise", Title: "largest rise of the energy", Unit: "1", Doc: "in an update, which theory has at 0"},
	}
}

// mostUpdates of a retrieval, and the move a unit at which it ends.
const (
	mostUpdates = 1000
	leastMove   = 1e-9
)

// continuous retrieves real states from the starts of the recalls.
func continuous(n *network) []float64 {
	m := &hopfield.Modern[float64]{Beta: n.spec.Network.Beta}
	if m.Beta == 0 {
		m.Beta = 1
	}
	for _, p := range n.memory.Patterns {
		m.Patterns = append(m.Patterns, reals(p, n.n))
	}
	var all [5][]float64
	for i := range n.recalls {
		one := retrieve(m, reals(n.recalls[i].start, n.n), m.Patterns[n.recalls[i].target])
		for k, v := range one {
			all[k] = append(all[k], v)
		}
	}
	out := make([]float64, len(all))
	for k, values := range all {
		out[k] = stats.Mean(values).Mean
	}
	out[4] = slices.Max(all[4])
	return out
}

func retrieve(m *hopfield.Modern[float64], z, target []float64) [5]float64 {
	var first, rise float64
	updates, last := 0, math.Inf(1)
	for move := math.Inf(1); move > leastMove && updates < mostUpdates; updates++ {
		next, energy := m.Recall(z)
		rise, last = max(rise, energy-last), energy
		move = 0
		for i, v := range next {
			move = max(move, math.Abs(v-z[i]))
		}
		if z = next; updates == 0 {
			first = recalled(z, target)
		}
	}
	overlap := 0.0
	for i, v := range z {
		overlap += v * target[i] / float64(len(z))
	}
	return [5]float64{recalled(z, target), first, overlap, float64(updates), rise}
}

// recalled is 1 where the signs of a state have an overlap of 0.95 or more with a pattern.
func recalled(z, target []float64) float64 {
	agree := 0
	for i, v := range z {
		if v*target[i] > 0 {
			agree++
		}
	}
	if 2*float64(agree)/float64(len(z))-1 >= 0.95 {
		return 1
	}
	return 0
}

// reals are the values of n units.
func reals(p hopfield.Pattern, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(p.Sign(i))
	}
	return out
}
