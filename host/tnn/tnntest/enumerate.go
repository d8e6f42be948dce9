package tnntest

import (
	"math"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/tnn"
)

// system is a handful of nodes whose weights never change, few enough that the
// probability of every state can be written down. What follows computes it from
// docs/model.md alone, in the plainest way.
type system struct {
	name        string
	rule        tnn.Rule
	relaxations int
	group       tnn.GroupSpec
	mode        tnn.Mode
	steps       int // that the test makes

	known map[charges]*charges
}

// The nodes of every system.
const (
	networkNodes  = 4
	externalNodes = 2
	systemNodes   = networkNodes + externalNodes // the external ones are the last
	systemEdges   = 8
)

// visits is the order in which every system visits its nodes: sets of nodes that
// share no edge.
var visits = graph.Schedule{{0}, {1, 3}, {2}}

// joints joins the nodes of every system: a ring with a chord, a self-loop and
// two external nodes. The weights are such that no number of levels is near the
// next, which rounding could tip it over to.
var joints = [systemEdges]graph.Edge{{A: 0, B: 1}, {A: 1, B: 2}, {A: 2, B: 3}, {A: 0, B: 3}, {A: 0, B: 2}, {A: 1, B: 1}, {A: 0, B: 4}, {A: 5, B: 2}}

var capacities = [systemEdges]float64{0.8137, -0.6291, 0.7043, -0.9177, 0.5231, -0.4319, 1.3127, 1.3127}

// configuration is all that the future of a system depends on. Where the charges
// are alike, so are the pointers.
type configuration struct {
	state  [systemNodes]float64
	charge *charges
}

// charges are of the two ends of each edge, positive and negative; hylton2020
// keeps none without adaptation.
type charges [systemEdges][2][2]float64

// keep finds the pointer to charges.
func (s *system) keep(q charges) *charges {
	if s.known == nil {
		s.known = map[charges]*charges{}
	}
	if s.known[q] == nil {
		s.known[q] = &q
	}
	return s.known[q]
}

// law is a probability for each configuration.
type law map[configuration]float64

// outcome is a state and its probability.
type outcome struct{ x, p float64 }

// start is the law before the first step (docs/model.md section 8).
func (s *system) start() law {
	d := law{configuration{charge: s.keep(charges{})}: 1}
	if s.rule == tnn.Hylton2019 {
		for i := range networkNodes {
			d = d.branch(i, func(*configuration) []outcome { return uniform(fixedLevels(s.group.Levels)) })
		}
		return d
	}
	noise := *s
	noise.mode = tnn.Noise
	return noise.sweep(noise.drive(d), s.sample2020)
}

// step is the law one step later.
func (s *system) step(d law) law {
	d = s.drive(d)
	if s.rule == tnn.Hylton2020 {
		return s.sweep(d, s.sample2020)
	}
	for range s.relaxations {
		d = s.sweep(d, s.sample2019)
	}
	for _, set := range visits {
		for _, i := range set {
			d = s.adapt(d, int(i))
		}
	}
	return d
}

func (s *system) sweep(d law, sample func(c *configuration, i int) []outcome) law {
	for _, set := range visits {
		for _, i := range set {
			d = d.branch(int(i), func(c *configuration) []outcome { return sample(c, int(i)) })
		}
	}
	return d
}

// branch draws the state of node i.
func (d law) branch(i int, sample func(*configuration) []outcome) law {
	next := law{}
	for c, p := range d {
		for _, o := range sample(&c) {
			to := c
			to.state[i] = o.x
			next[to] += p * o.p
		}
	}
	return next
}

func uniform(xs []float64) []outcome {
	var os []outcome
	for _, x := range xs {
		os = append(os, outcome{x, 1 / float64(len(xs))})
	}
	return os
}

// fixedLevels are the states of hylton2019.
func fixedLevels(n int) []float64 {
	var xs []float64
	for l := range n {
		xs = append(xs, -1+2*float64(l)/float64(n-1))
	}
	return xs
}

// drive gives the external nodes their states (docs/model.md section 6).
func (s *system) drive(d law) law {
	for i := networkNodes; i < systemNodes; i++ {
		d = d.branch(i, func(c *configuration) []outcome {
			if s.mode == tnn.Reflect {
				energy := func(x float64) float64 {
					e := 0.0
					for _, h := range halves(i) {
						e += math.Pow(capacities[h.edge]*(c.state[h.other]+x), 2)
					}
					return e
				}
				return boltzmann([]float64{-1, 1}, energy)
			}
			return uniform([]float64{-1, 1})
		})
	}
	return d
}

// boltzmann gives the states the probabilities of their energies.
func boltzmann(xs []float64, energy func(float64) float64) []outcome {
	lowest, z := math.Inf(1), 0.0
	for _, x := range xs {
		lowest = min(lowest, energy(x))
	}
	var os []outcome
	for _, x := range xs {
		o := outcome{x, math.Exp(lowest - energy(x))}
		z += o.p
		os = append(os, o)
	}
	for i := range os {
		os[i].p /= z
	}
	return os
}

// end is one end of an edge: which, and the node at the other end.
type end struct{ edge, side, other int }

// halves are the ends of edges at node i; a self-loop has one.
func halves(i int) []end {
	var hs []end
	for e, edge := range joints {
		if int(edge.A) == i {
			hs = append(hs, end{e, 0, int(edge.B)})
		} else if int(edge.B) == i {
			hs = append(hs, end{e, 1, int(edge.A)})
		}
	}
	return hs
}

// sample2020 is docs/model.md section 2 steps 1 to 6, where nothing was charged
// before.
func (s *system) sample2020(c *configuration, i int) []outcome {
	var charge, weight [2][2]float64 // sums, by [charge < 0][weight < 0]
	for _, h := range halves(i) {
		w := capacities[h.edge]
		if q := c.state[h.other] * w; q != 0 {
			charge[negative(q)][negative(w)] += q
			weight[negative(q)][negative(w)] += w
		}
	}
	f, t, levels := s.group.InverseTemperature, s.group.Threshold, float64(s.group.Levels)
	depthMinus := -4 * f * (charge[0][0]*weight[1][1] + charge[1][1]*weight[0][0])
	depthPlus := 4 * f * math.Abs(charge[0][1]*weight[1][0]+charge[1][0]*weight[0][1])
	nMinus, nPlus := max(1, math.Floor(depthMinus/t)), max(1, math.Floor(depthPlus/t))
	var aMinus, aPlus float64
	if nMinus > nPlus {
		aMinus = max(0, nMinus-levels)
		aPlus = min(aMinus, nPlus)
	} else {
		aPlus = max(0, nPlus-levels)
		aMinus = min(aPlus, nMinus)
	}
	var xs []float64
	for j := nMinus; j >= aMinus+1; j-- {
		xs = append(xs, -j/nMinus)
	}
	if aMinus == 0 || aPlus == 0 {
		xs = append(xs, 0)
	}
	for j := aPlus + 1; j <= nPlus; j++ {
		xs = append(xs, j/nPlus)
	}
	return boltzmann(xs, func(x float64) float64 {
		if x < 0 {
			return -depthMinus * -x
		}
		return -depthPlus * x
	})
}

func negative(x float64) int {
	if x < 0 {
		return 1
	}
	return 0
}

// charged2019 is the charges of node i's ends of edges after their inputs.
func charged2019(c *configuration, i int) charges {
	after := *c.charge
	for _, h := range halves(i) {
		w := capacities[h.edge]
		q := c.state[h.other] * w
		held := &after[h.edge][h.side]
		held[negative(q)] = max(-math.Abs(w), min(math.Abs(w), held[negative(q)]+q))
	}
	return after
}

// sample2019 is the draw of docs/model.md section 3.
func (s *system) sample2019(c *configuration, i int) []outcome {
	after := charged2019(c, i)
	var charge, weight [2][2]float64 // sums, by [charge < 0][weight < 0]
	for _, h := range halves(i) {
		w := capacities[h.edge]
		for sign, q := range after[h.edge][h.side] {
			if q != 0 {
				charge[sign][negative(w)] += q
				weight[sign][negative(w)] += w
			}
		}
	}
	f := s.group.InverseTemperature
	uMinus := charge[0][0]*weight[1][1] + charge[1][1]*weight[0][0]
	uPlus := charge[0][1]*weight[1][0] + charge[1][0]*weight[0][1]
	return boltzmann(fixedLevels(s.group.Levels), func(x float64) float64 {
		if x < 0 {
			return -4 * f * math.Abs(uMinus) * math.Pow(-x, 3)
		}
		return -4 * f * uPlus * x * x * x
	})
}

// adapt is an adapting visit of node i without adaptation: charges stay, but
// those of the pair that the state connects are multiplied by 1 - |x|.
func (s *system) adapt(d law, i int) law {
	next := law{}
	for c, p := range d {
		after := charged2019(&c, i)
		for _, o := range s.sample2019(&c, i) {
			to, left := c, after
			to.state[i] = o.x
			for _, h := range halves(i) {
				for sign := range 2 {
					// x < 0 connects ++ and --, x > 0 connects +- and -+.
					if same := sign == negative(capacities[h.edge]); same == (o.x < 0) {
						left[h.edge][h.side][sign] *= 1 - math.Abs(o.x)
					}
				}
			}
			to.charge = s.keep(left)
			next[to] += p * o.p
		}
	}
	return next
}
