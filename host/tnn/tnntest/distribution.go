package tnntest

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// level of significance: the share of seeds with which a correct backend would
// fail a test. Seeds are fixed, so none does by chance.
const level = 1e-4

// Distributions compares sampled states with their enumerated probabilities: a
// chi-square test of the states of all nodes together, and one of every node's
// draws given what it saw. A law at an inverse temperature 10 % off must fail the
// same test.
func Distributions(t *testing.T, open backend.Open) {
	for i, s := range together() {
		s.run(t, open, i, "together", jointly)
	}
	for i, s := range byNode() {
		s.run(t, open, i, "by node", conditionally)
	}
}

// Draws compares the samples of Distributions on two backends bit by bit: what holds of
// those of one then holds of the other's.
func Draws(t *testing.T, one, other backend.Open) {
	for i, s := range append(together(), byNode()...) {
		s.run(t, one, i, "draws", func(t *testing.T, one backend.Open, s *system, p state.Precision) {
			net, o := s.copies(t, 1000), backend.Options{Precision: p, Seeds: []uint64{2}}
			backendtest.Agree(t, net, backendtest.Opened(t, one, net, o), backendtest.Opened(t, other, net, o), 1, int64(s.steps))
		})
	}
}

func together() []system {
	return []system{
		{name: "hylton2020, ternary", rule: tnn.Hylton2020, group: group(3, 1.7, 0.25), mode: tnn.Noise, steps: 3},
		{name: "hylton2020, ternary, reflecting", rule: tnn.Hylton2020, group: group(3, 1.5, 0.2), mode: tnn.Reflect, steps: 3},
		{name: "hylton2019, binary", rule: tnn.Hylton2019, relaxations: 2, group: group(2, 0, 0.4), mode: tnn.Noise, steps: 2},
		{name: "hylton2019, ternary, reflecting", rule: tnn.Hylton2019, relaxations: 1, group: group(3, 0, 0.5), mode: tnn.Reflect, steps: 1},
		{name: "hylton2019, 5 levels", rule: tnn.Hylton2019, relaxations: 3, group: group(5, 0, 0.7), mode: tnn.Noise, steps: 1},
	}
}

func byNode() []system {
	return []system{
		{name: "hylton2020, 10 levels", rule: tnn.Hylton2020, group: group(10, 0.1, 1), mode: tnn.Noise, steps: 4},
		{name: "hylton2020, 1000 levels", rule: tnn.Hylton2020, group: group(1000, 0.001, 0.3), mode: tnn.Noise, steps: 4},
		{name: "hylton2020, binary", rule: tnn.Hylton2020, group: group(2, 0.3, 1), mode: tnn.Noise, steps: 4},
	}
}

func group(levels int, threshold, f float64) tnn.GroupSpec {
	return tnn.GroupSpec{Levels: levels, Threshold: threshold, InverseTemperature: f}
}

// run tests the system on the graph of joints; the systems of a list take turns in
// precision.
func (s system) run(t *testing.T, open backend.Open, i int, kind string, test func(*testing.T, backend.Open, *system, state.Precision)) {
	p := [...]state.Precision{state.Single, state.Double}[i%2]
	t.Run(s.name+"/"+kind+"/"+p.String(), func(t *testing.T) { test(t, open, &s, p) })
}

// copies puts many copies of the system side by side, without edges in between.
func (s *system) copies(t *testing.T, count int) *tnn.Network {
	t.Helper()
	spec := lattice(s.rule, 0, false)
	spec.Graph.Kind, spec.Edge.Kind = tnn.FromFile, tnn.Fixed
	spec.Network.Relaxations = s.relaxations
	spec.Groups[0] = s.group
	spec.Eras[0].Mode, spec.Eras[0].Adapt = s.mode, false
	g := &graph.Graph{Nodes: count * systemNodes}
	schedule := make(graph.Schedule, len(visits))
	var weights []float64
	var externals []tnn.External
	for c := range count {
		base := int32(c * systemNodes)
		for i, e := range joints {
			g.Edges = append(g.Edges, graph.Edge{A: base + e.A, B: base + e.B})
			weights = append(weights, capacities[i])
		}
		for k, set := range visits {
			for _, id := range set {
				schedule[k] = append(schedule[k], base+id)
			}
		}
		for i := networkNodes; i < systemNodes; i++ {
			// The weight of an external node's edge is given with the node.
			externals = append(externals, tnn.External{ID: base + int32(i), Polarity: 1, Periods: []int{2}, Weight: capacities[systemEdges-1]})
		}
	}
	net, err := tnn.Assemble(spec, g, nil, externals, schedule)
	if err != nil {
		t.Fatal(err)
	}
	net.Weights = weights
	return net
}

// configurations reads the states of the copies.
func configurations(net *tnn.Network, s *state.State) []configuration {
	cs := make([]configuration, net.Graph.Nodes/systemNodes)
	states := s.Array("state")
	for id, at := range net.Layout.Position {
		cs[id/systemNodes].state[id%systemNodes] = states.At(int(at))
	}
	return cs
}

// cell is a state of all nodes, rounded so that both precisions and the
// enumeration have the same.
type cell [systemNodes]int32

func cellOf(x [systemNodes]float64) (c cell) {
	for i := range x {
		c[i] = int32(math.Round(1e4 * x[i]))
	}
	return c
}

// jointly counts the copies in every state of all nodes after the last step.
func jointly(t *testing.T, open backend.Open, s *system, p state.Precision) {
	const count = 40000
	net := s.copies(t, count)
	b := backendtest.Opened(t, open, net, backend.Options{Precision: p, Seeds: []uint64{2}})
	backendtest.Advance(t, b, s.steps)
	observed := map[cell]float64{}
	for _, c := range configurations(net, backendtest.Moment(t, b)) {
		observed[cellOf(c.state)]++
	}
	test := func(s *system) float64 {
		d := s.start()
		for range s.steps {
			d = s.step(d)
		}
		expected := map[cell]float64{}
		for c, p := range d {
			expected[cellOf(c.state)] += count * p
		}
		return chiSquare(t, observed, expected)
	}
	judge(t, s, test)
}

// judge wants the law to stand a test and a wrong one not to.
func judge(t *testing.T, s *system, test func(*system) float64) {
	t.Helper()
	if p := test(s); p < level {
		t.Errorf("samples like these have a probability of %.2g", p)
	}
	wrong := *s
	wrong.group.InverseTemperature *= 1.1
	if p := test(&wrong); p > level {
		t.Errorf("the test does not see an inverse temperature that is 10 %% off (p = %.2g)", p)
	}
}

// chiSquare is the probability of counts as far from the expected ones or
// farther. Cells in which fewer than 5 are expected count as one. It is 0 where
// something happened that cannot.
func chiSquare[K comparable](t *testing.T, observed, expected map[K]float64) float64 {
	t.Helper()
	for k := range observed {
		if expected[k] == 0 {
			return 0
		}
	}
	var rest, restExpected, sum float64
	cells := 0
	for k, e := range expected {
		if e < 5 {
			rest += observed[k]
			restExpected += e
			continue
		}
		sum += (observed[k] - e) * (observed[k] - e) / e
		cells++
	}
	if restExpected >= 5 {
		sum += (rest - restExpected) * (rest - restExpected) / restExpected
		cells++
	}
	t.Logf("chi-square %.1f of %d cells, %.2g of the expectation in cells below 5", sum, cells, restExpected)
	return distuv.ChiSquared{K: float64(cells - 1)}.Survival(sum)
}

// conditionally looks at every draw given what the node saw. A draw of
// probability p at the cumulative probability F becomes F - p + p r with a
// uniform r; if the probabilities are right these values are uniform and
// independent, whatever was seen.
func conditionally(t *testing.T, open backend.Open, s *system, p state.Precision) {
	const count = 4000
	net := s.copies(t, count)
	b := backendtest.Opened(t, open, net, backend.Options{Precision: p, Seeds: []uint64{3}})
	moments := [][]configuration{configurations(net, backendtest.Moment(t, b))}
	for range s.steps {
		backendtest.Advance(t, b, 1)
		moments = append(moments, configurations(net, backendtest.Moment(t, b)))
	}
	judge(t, s, func(s *system) float64 {
		least, impossible := 1.0, 0
		r := rand.New(rand.NewPCG(1, 2))
		var counts [networkNodes]map[int]float64
		for i := range counts {
			counts[i] = map[int]float64{}
		}
		for step := range s.steps {
			for c, before := range moments[step] {
				after := moments[step+1][c]
				for i, os := range s.draws(before, after) {
					if u, possible := transform(os, after.state[i], r.Float64()); possible {
						counts[i][int(bins*u)]++
						continue
					}
					// Rounding may tip a number of levels over to the next.
					if impossible++; p == state.Double || impossible > s.steps*count/1000 {
						return 0
					}
				}
			}
		}
		for i := range counts {
			expected := map[int]float64{}
			for k := range bins {
				expected[k] = float64(s.steps*count) / bins
			}
			least = min(least, chiSquare(t, counts[i], expected))
		}
		return least * networkNodes // any of them could have been the least
	})
}

const bins = 64

// transform makes a uniform value of a draw; false if the draw is impossible.
func transform(os []outcome, x, r float64) (u float64, possible bool) {
	for _, o := range os {
		if math.Abs(o.x-x) < 1e-5 {
			return min(u+o.p*r, math.Nextafter(1, 0)), true
		}
		u += o.p
	}
	return 0, false
}

// draws gives the law of every network node's state in a step of hylton2020, given
// what it saw: the new states of the nodes visited before it and the old ones of
// the others.
func (s *system) draws(before, after configuration) (draws [networkNodes][]outcome) {
	seen := before
	copy(seen.state[networkNodes:], after.state[networkNodes:])
	for _, set := range visits {
		for _, i := range set {
			draws[i] = s.sample2020(&seen, int(i))
			seen.state[i] = after.state[i]
		}
	}
	return draws
}
