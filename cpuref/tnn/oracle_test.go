package tnn_test

import (
	"cmp"
	"math"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// The oracle is docs/model.md sections 2 to 8 as they are written: it stores all
// four compartments of every half-edge by edge and node id, and visits one node
// after another. Only the order in which floating-point numbers are added and
// multiplied is that of the reference, so that both must have equal bits.
type oracle[F fmath.Float] struct {
	net   *tnn.Network
	key   [2]uint32
	edge  tnn.EdgeParameters[F]
	group []tnn.NodeParameters[F]

	nodes  []oracleNode[F] // by id
	weight []F             // by edge
	seen   coverage

	values map[string]float64    // of keys that eras have changed
	ramps  map[string]oracleRamp // by key: the change that was begun last
}

type oracleNode[F fmath.Float] struct {
	external         bool
	state, energy    F
	adapted, offered F // hylton2019
	dissipation      F // hylton2020
	transport        F
	numerator        F
	denominator      F
	equilibrated     F // state of the last equilibration, or 0
	halves           []half[F]
	parameters       *tnn.NodeParameters[F]
}

// Compartments, by the signs of charge and weight.
const (
	plusPlus = iota
	plusMinus
	minusPlus
	minusMinus
	compartments
)

// compartmentOf an input is by the signs of charge and weight.
func compartmentOf[F fmath.Float](c, w F) int {
	switch {
	case c > 0 && w > 0:
		return plusPlus
	case c > 0:
		return plusMinus
	case w > 0:
		return minusPlus
	}
	return minusMinus
}

type compartment[F fmath.Float] struct{ q, m, p F }

type half[F fmath.Float] struct {
	at     int   // in the arrays of a backend
	edge   int   // of the graph
	other  int32 // the node at the other end
	noise  uint32
	stored [compartments]compartment[F]
}

// coverage counts what the storage in two slots has to cope with.
type coverage struct {
	occupied   int // half-edges with charge
	bothSlots  int // ... in two compartments
	otherSign  int // ... over another sign of the weight than the present one
	nodeVisits int
}

func newOracle[F fmath.Float](net *tnn.Network, seed uint64, start *state.State) *oracle[F] {
	o := &oracle[F]{net: net, key: rng.Key(seed), edge: tnn.EdgeParametersOf[F](net.Spec.Edge)}
	for _, g := range net.Spec.Groups {
		o.group = append(o.group, tnn.NodeParametersOf[F](g))
	}
	o.nodes = make([]oracleNode[F], net.Graph.Nodes)
	value := func(field string, at int) F {
		if a := start.Array(field); a != nil {
			return F(a.At(at))
		}
		return 0
	}
	for id := range o.nodes {
		n, at := &o.nodes[id], int(net.Layout.Position[id])
		n.external = !net.IsNetwork(int32(id))
		n.parameters = &o.group[0]
		if net.Group != nil {
			n.parameters = &o.group[net.Group[id]]
		}
		n.state, n.adapted = value("state", at), value("adapted_state", at)
		n.dissipation, n.transport = value("dissipation", at), value("transport", at)
		n.numerator, n.denominator = value("quality_numerator", at), value("quality_denominator", at)
	}
	at, loops := net.Order(state.HalfEdge), make([]uint32, net.Graph.Nodes)
	for i, e := range net.Graph.Edges {
		o.weight = append(o.weight, value("weight", int(net.Layout.EdgeWeight[i])))
		a, b := &o.nodes[e.A], &o.nodes[e.B]
		if e.A == e.B {
			a.halves = append(a.halves, half[F]{at: at[2*i], edge: i, other: e.A, noise: 0xffffffff - loops[e.A]})
			loops[e.A]++
			continue
		}
		a.halves = append(a.halves, half[F]{at: at[2*i], edge: i, other: e.B, noise: uint32(e.B)})
		b.halves = append(b.halves, half[F]{at: at[2*i+1], edge: i, other: e.A, noise: uint32(e.A)})
	}
	for i := range o.nodes { // sums run in the order of memory
		slices.SortFunc(o.nodes[i].halves, func(a, b half[F]) int { return cmp.Compare(a.at, b.at) })
	}
	if net.Spec.Network.Rule == tnn.Hylton2020 {
		o.drive(tnn.EraSpec{Mode: tnn.Noise}, 0, 0, 0)
		o.eachNode(func(id int) { o.visit2020(id, 0, tnn.EraSpec{}) })
	}
	return o
}

// eachNode calls visit for the network nodes in the order of the schedule.
func (o *oracle[F]) eachNode(visit func(id int)) {
	for _, set := range o.net.Schedule {
		for _, id := range set {
			visit(int(id))
		}
	}
}

// step makes step t.
func (o *oracle[F]) step(t int64) {
	era, index := o.net.Spec.Era(t)
	o.change(t)
	if o.net.Spec.Network.Rule == tnn.Hylton2020 {
		o.drive(era, t, index, uint32(t))
		o.eachNode(func(id int) { o.visit2020(id, uint32(t), era) })
		return
	}
	relaxations := int64(o.net.Spec.Network.Relaxations)
	first := (t - 1) * (relaxations + 1)
	o.drive(era, t, index, uint32(first+1))
	for c := int64(1); c <= relaxations; c++ {
		o.eachNode(func(id int) { o.relax(id, uint32(first+c), era) })
	}
	o.eachNode(func(id int) { o.adapt(id, uint32(first+relaxations+1), era) })
}

// drive is docs/model.md section 6.
func (o *oracle[F]) drive(era tnn.EraSpec, t int64, index int, k uint32) {
	for _, x := range o.net.Externals {
		n := &o.nodes[x.ID]
		word := rng.Philox([4]uint32{uint32(x.ID), 0, k, uint32(rng.External)}, o.key)[0]
		was := n.state
		n.state = 0
		switch era.Mode {
		case tnn.Driven:
			n.state = o.wave(x, was, t, index, k)
		case tnn.Noise:
			n.state = -1
			if word&0x80000000 != 0 {
				n.state = 1
			}
		case tnn.Reflect:
			n.state = o.reflect(n, rng.Uniform[F](word))
		}
	}
}

// wave is the state of an external node that is driven, whose state was another.
func (o *oracle[F]) wave(x tnn.External, was F, t int64, index int, k uint32) F {
	switch x.Wave {
	case tnn.Sine: // P A sin(2 pi ((t-1) mod period)/period), as a cosine a quarter later
		turn := float64((t-1)%int64(x.Period(index)))/float64(x.Period(index)) + 0.75
		return F(float64(x.Polarity) * float64(x.Amplitude*fmath.Cos2Pi(turn-math.Floor(turn))))
	case tnn.WaveNoise:
		words := rng.Philox([4]uint32{uint32(x.ID), 0, k, 129}, o.key)
		z := rng.Normal[F](words[0], words[1])
		keep := fmath.Exp(-1 / x.Correlation)
		next := F(F(keep)*was) + F(F(x.Amplitude*math.Sqrt(1-float64(keep*keep)))*z)
		if before, _ := o.net.Spec.Era(t - 1); t == 1 || before.Mode != tnn.Driven {
			next = F(F(x.Amplitude) * z)
		}
		return max(-1, min(1, next))
	}
	if period := int64(x.Period(index)); 2*((t-1)%period) >= period {
		return -F(x.Polarity)
	}
	return F(x.Polarity)
}

func (o *oracle[F]) reflect(n *oracleNode[F], u F) F {
	var energy [2]F // of -1, of 1
	for _, h := range n.halves {
		for i, s := range [2]F{-1, 1} {
			sum := F(o.weight[h.edge] * (o.nodes[h.other].state + s))
			energy[i] += F(sum * sum)
		}
	}
	lowest := min(energy[0], energy[1])
	minus, plus := fmath.Exp(lowest-energy[0]), fmath.Exp(lowest-energy[1])
	if F(u*(minus+plus)) <= minus {
		return -1
	}
	return 1
}

// input is the voltage that a half-edge of a node receives. own is the state by
// which external nodes predict.
func (o *oracle[F]) input(h *half[F], own F, era tnn.EraSpec) F {
	other := &o.nodes[h.other]
	if era.Predict && other.external && other.state*own >= 0 {
		return 0
	}
	return other.state
}

// visit2020 is docs/model.md section 2.
func (o *oracle[F]) visit2020(id int, k uint32, era tnn.EraSpec) {
	n := &o.nodes[id]
	o.seen.nodeVisits++
	tentative := o.charge2020(n, era)
	var q, w [compartments]F
	for _, c := range tentative {
		for x := range c {
			if c[x].q != 0 {
				q[x] += c[x].q
				w[x] += c[x].m
			}
		}
	}
	f := n.parameters.Four
	depthMinus := F(f * -(F(q[plusPlus]*w[minusMinus]) + F(q[minusMinus]*w[plusPlus])))
	depthPlus := F(f * (F(q[plusMinus]*w[minusPlus]) + F(q[minusPlus]*w[plusMinus])))
	word := rng.Philox([4]uint32{uint32(id), 0, k, uint32(rng.NodeState)}, o.key)[0]
	x := draw2020(depthMinus, depthPlus, rng.Uniform[F](word), n.parameters)
	energy := -F(depthPlus * x)
	if x < 0 {
		energy = F(depthMinus * x)
	}
	fluctuating := F(math.Abs(float64(energy-n.energy))) > n.parameters.Threshold
	n.energy = energy
	if !fluctuating && era.Adapt && x != 0 {
		o.equilibrate(n, id, k, x, tentative, &q, &w)
	}
	n.state = x
}

// charge2020 is steps 1 and, for the potentials, 9: the tentative copies.
func (o *oracle[F]) charge2020(n *oracleNode[F], era tnn.EraSpec) [][compartments]compartment[F] {
	tentative := make([][compartments]compartment[F], len(n.halves))
	for i := range n.halves {
		h := &n.halves[i]
		tentative[i] = h.stored
		v, w := o.input(h, n.state, era), o.weight[h.edge]
		input := F(v * w)
		if input == 0 {
			continue
		}
		c := &tentative[i][compartmentOf(input, w)]
		bound := max(w, -w)
		c.q = max(min(c.q+input, bound), -bound)
		c.m = w
		c.p = max(min(c.p+v, 1), -1)
	}
	return tentative
}

// equilibrate is step 9.
func (o *oracle[F]) equilibrate(n *oracleNode[F], id int, k uint32, x F, tentative [][compartments]compartment[F], q, w *[compartments]F) {
	a, b, sigma := plusPlus, minusMinus, F(1)
	if x > 0 {
		a, b, sigma = plusMinus, minusPlus, -1
	}
	size := max(x, -x)
	r1, r2 := q[a]-F(w[b]*x), q[b]-F(w[a]*x)
	t1, t2 := q[a]+F(w[b]*x), q[b]+F(w[a]*x)
	f := n.parameters.Temperature
	n.dissipation = F(f * (F(r1*r1) + F(r2*r2)))
	n.transport = F(f*(F(t1*t1)+F(t2*t2))) / 4
	n.numerator = max(t1, -t1) + max(t2, -t2)
	n.denominator = max(r1, -r1) + max(r2, -r2)

	var potential, square, members [compartments]F
	for i, c := range tentative {
		n.halves[i].stored = c
		for _, x := range [2]int{a, b} {
			if c[x].q != 0 {
				potential[x] += max(c[x].p, -c[x].p)
				square[x] += F(o.weight[n.halves[i].edge] * o.weight[n.halves[i].edge])
				members[x]++
			}
		}
	}
	d1, d2 := potential[a]+F(members[b]*size), potential[b]+F(members[a]*size)
	n.equilibrated = x
	if !(d1 > 0 && d2 > 0) {
		return
	}
	e1, e2 := -r1/(2*d1), -r2/(2*d2)
	w2 := (square[a] + square[b]) / (members[a] + members[b])
	updates := make([]int, len(n.halves))
	for _, pair := range [2]struct {
		x        int
		own, opp F
	}{{a, e1, e2}, {b, e2, e1}} {
		for i := range n.halves {
			c := &n.halves[i].stored[pair.x]
			if c.q == 0 {
				continue
			}
			pp, xx := F(c.p*c.p), F(x*x)
			err := F(sigma*(F(pair.own*pp)+F(pair.opp*xx))) / (pp + xx)
			o.changeWeight(&n.halves[i], id, k, err, w2, updates[i])
			updates[i]++
			*c = compartment[F]{}
		}
	}
}

// changeWeight is docs/model.md section 4, for an edge that this visit has
// changed so many times before.
func (o *oracle[F]) changeWeight(h *half[F], id int, k uint32, err, w2 F, before int) {
	kind := o.net.Spec.Edge.Kind
	if kind == tnn.Fixed || o.nodes[h.other].external {
		return
	}
	e, w := &o.edge, o.weight[h.edge]
	w += (F(e.G*err) - F(e.SizeMass*w)) / e.M
	if o.net.Spec.Edge.Noise {
		words := rng.Philox([4]uint32{uint32(id), h.noise, k, uint32(rng.WeightNoise)}, o.key)
		w /= fmath.Sqrt(1 + 1/F(e.TwoM*w2))
		if kind == tnn.Real1 {
			w += F(e.Deviation * rng.Normal[F](words[2*before], words[2*before+1]))
		} else {
			u := rng.Uniform[F](words[2*before])
			low, high := fmath.Erfc(F(e.RootM*(-e.Bound-w))), fmath.Erfc(F(e.RootM*(e.Bound-w)))
			w += fmath.ErfcInv(F((1-u)*low)+F(u*high)) / e.RootM
		}
	}
	o.weight[h.edge] = max(min(w, e.Bound), -e.Bound)
}
