package hopfield

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Build implements model.Spec.
func (s *Spec) Build(seed uint64, variants []model.Spec) (model.Network, error) {
	n := &Network{Spec: s, N: s.Network.Units}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	if err := n.readPatterns(); err != nil {
		return nil, err
	}
	if err := n.buildGraph(seed); err != nil {
		return nil, err
	}
	for _, spec := range append([]*Spec{s}, n.Variants...) {
		if err := n.checkSize(spec); err != nil {
			return nil, err
		}
	}
	if n.Given == nil {
		return n, nil
	}
	for _, spec := range append([]*Spec{s}, n.Variants...) { // the couplings do not depend on keys
		if _, err := n.Memory(spec, 0); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// checkSize refuses what does not suit the size that files have.
func (n *Network) checkSize(s *Spec) error {
	r := s.Recall
	if r.Corruption == Occlude && len(n.Sides) < 2 {
		return model.BadKey("recall.corruption", r.Corruption, "what is occluded is an image, and the patterns are none; give graph.sides")
	}
	for _, i := range r.Clamped {
		if i >= n.N {
			return model.BadKey("recall.clamped", r.Clamped, fmt.Sprintf("the patterns have the units 0 to %d", n.N-1))
		}
	}
	if r.First >= n.N {
		return model.BadKey("recall.first", r.First, fmt.Sprintf("the patterns have the units 0 to %d", n.N-1))
	}
	return s.checkFields(n.N, n.patterns(s))
}

func (n *Network) buildGraph(seed uint64) error {
	g, sites := n.Spec.Graph, 1
	for _, side := range g.Sides {
		sites *= side
	}
	if len(g.Sides) > 0 && sites != n.N {
		return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("their product must be the number of units of the patterns, %d", n.N))
	}
	if len(g.Sides) > 0 {
		n.Sides = g.Sides
	}
	if g.Kind == Complete {
		return nil
	}
	if g.Seed != 0 {
		seed = g.Seed
	}
	var err error
	n.Graph, _, err = graph.Build(graph.Options{Kind: g.Kind, Sides: g.Sides, Bipartite: g.Bipartite, Scale: g.Scale, Seed: seed,
		Connections: func(int) int { return g.Connections }})
	if err != nil {
		return model.BadKey("graph.kind", g.Kind, err.Error())
	}
	n.Schedule = graph.DefaultSchedule(n.Graph, func(int) bool { return true })
	return nil
}

// patterns is P.
func (n *Network) patterns(s *Spec) int {
	if s.Patterns.Count == 0 && n.Given != nil {
		return len(n.Given)
	}
	return s.count(n.N)
}

// Recalls is how many recalls a scan makes of a network.
func (n *Network) Recalls() int {
	if trials := n.Spec.Recall.Trials; trials > 0 {
		return trials
	}
	return n.patterns(n.Spec)
}

// memoryKey tells memories apart: by the key of the noise and by what of the
// specification they depend on.
type memoryKey struct {
	key   uint64
	count int
	of    string // the rest of the specification
}

type built struct {
	once   sync.Once
	memory *Memory
	err    error
}

func (n *Network) memoryKey(s *Spec, key uint64) memoryKey {
	if n.Given != nil && s.Network.Damage == 0 {
		key = 0
	}
	return memoryKey{key, n.patterns(s), fmt.Sprint(s.Network, s.Patterns.Bias, s.Patterns.Prototypes, s.Patterns.Spread)}
}

// Inherit takes what replicas with these keys have stored from another network, as far as
// it has stored the same.
func (n *Network) Inherit(from *Network, keys []uint64) {
	if n.Graph != nil || from.Graph != nil || n.N != from.N || !slices.EqualFunc(n.Given, from.Given, Same) {
		return
	}
	for _, key := range keys {
		at := n.memoryKey(n.Spec, key)
		if m, stored := from.memories.Load(at); stored {
			n.memories.Store(at, m)
		}
	}
}

// Need implements model.Measured: replicas that have stored the same share it.
func (n *Network) Need(_ state.Precision, keys []uint64) (host, device int64) {
	memories := map[memoryKey]bool{}
	for i, key := range keys {
		s := n.Of(i)
		units, patterns := int64(n.N), int64(n.patterns(s))
		device += needToRecall(units, patterns)
		if at := n.memoryKey(s, key); !memories[at] {
			memories[at] = true
			device += s.needToStore(units, patterns)
			host += s.needToBuild(units, patterns)
		}
	}
	return host + device, device
}

// NeedOf implements model.Sharing. How many patterns files have is not known before they
// are read.
func (s *Spec) NeedOf(p state.Precision, keys []uint64, variants []model.Spec) (host, device int64) {
	units, patterns := s.Size()
	n := &Network{Spec: s, N: units}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	if s.given() {
		n.Given = make([]Pattern, patterns)
	}
	return n.Need(p, keys)
}

// Memory is what a replica with this specification and key has stored. Replicas that
// share both share it.
func (n *Network) Memory(s *Spec, key uint64) (*Memory, error) {
	b, _ := n.memories.LoadOrStore(n.memoryKey(s, key), &built{})
	m := b.(*built)
	m.once.Do(func() { m.memory, m.err = n.store(s, NewDraws(key)) })
	return m.memory, m.err
}

// stored are the patterns of a replica with this specification.
func (n *Network) stored(s *Spec, w Draws) []Pattern {
	out := make([]Pattern, n.patterns(s))
	for mu := range out {
		out[mu] = n.pattern(s, w, mu)
	}
	return out
}

// pattern is number mu of those.
func (n *Network) pattern(s *Spec, w Draws, mu int) Pattern {
	switch p := s.Patterns; {
	case n.Given != nil:
		return n.Given[mu]
	case p.Prototypes > 0:
		return w.ClusteredPattern(n.N, uint32(mu), uint32(mu%p.Prototypes), p.Spread)
	case p.Bias != 0.5:
		return w.BiasedPattern(n.N, uint32(mu), p.Bias)
	default:
		return w.Pattern(n.N, uint32(mu))
	}
}

func (n *Network) store(s *Spec, w Draws) (*Memory, error) {
	patterns, net := n.stored(s, w), s.Network
	switch net.Rule {
	case Polynomial:
		return NewPolynomialMemory(patterns, n.N, net.Degree), nil
	case Exponential:
		return NewExponentialMemory(patterns, n.N, net.Beta), nil
	case Sequence:
		return NewOverlapMemory(Sequence, patterns, n.N), nil
	case Hebb:
		if n.Graph != nil {
			return n.storeOnGraph(patterns, s, w), nil
		}
		if !net.needsMatrix() {
			return NewOverlapMemory(Hebb, patterns, n.N), nil
		}
		if len(net.Thresholds) == 0 {
			m := NewHebbMemory(patterns, n.N)
			m.Plain = net.Damage == 0 && !net.Clip
			n.alter(m.Couplings.W, s, w)
			return m, nil
		}
	}
	m, err := n.couplings(patterns, net)
	if err != nil {
		return nil, model.BadKey("network.rule", net.Rule, err.Error())
	}
	thresholds := net.Thresholds
	switch len(thresholds) {
	case n.N:
	case 0:
		thresholds = nil
	case 1:
		thresholds = slices.Repeat(thresholds, n.N)
	default:
		return nil, model.BadKey("network.thresholds", thresholds, fmt.Sprintf("give one for all units, or %d", n.N))
	}
	q, err := Quantise(m, thresholds)
	if err != nil {
		return nil, model.BadKey("network.rule", net.Rule, err.Error())
	}
	n.alter(q.W, s, w)
	return NewMatrixMemory(net.Rule, patterns, q), nil
}

// needsMatrix tells whether fields of Hebb's rule do not follow from overlaps.
func (s *NetworkSpec) needsMatrix() bool {
	return s.Matrix || s.Damage > 0 || s.Clip || len(s.Thresholds) > 0
}

func (n *Network) couplings(patterns []Pattern, s NetworkSpec) (*Matrix, error) {
	switch s.Rule {
	case StorkeyRule:
		return Storkey(patterns, n.N), nil
	case ProjectionRule:
		return Projection(patterns, n.N, s.Diagonal)
	case FlowRule:
		m, _ := Flow(patterns, n.N, s.Iterations)
		return m, nil
	case Hebb:
		m := NewMatrix(n.N)
		for i, v := range HebbCounts(patterns, n.N) {
			m.W[i] = float64(v) / float64(n.N)
		}
		return m, nil
	}
	return nil, fmt.Errorf("there is no storage rule %q", s.Rule)
}

// alter clips and damages integer couplings.
func (n *Network) alter(w []int32, s *Spec, draws Draws) {
	if s.Network.Clip {
		Clip(w)
	}
	if s.Network.Damage > 0 {
		draws.Damage(w, n.N, s.Network.Damage)
	}
}

// StartOf is the state with which a recall begins, and the number of the pattern that
// it is to recall.
func (n *Network) StartOf(s *Spec, m *Memory, key uint64) (start Pattern, target int) {
	r, w, trial := s.Recall, NewDraws(key), uint32(s.Recall.Trial)
	target = r.Trial % len(m.Patterns)
	if n.Start != nil {
		return n.Start.Clone(), target
	}
	start = m.Patterns[target].Clone()
	switch r.Corruption {
	case Noise:
		for i, flip := range w.Flips(n.N, r.Fraction, trial) {
			start[i] ^= flip
		}
	case Erase:
		fresh := w.RandomStart(n.N, trial)
		for _, i := range w.Subset(n.N, r.Fraction, trial) {
			start.Set(int(i), fresh.Up(int(i)))
		}
	case Occlude:
		n.occlude(start, r.Fraction, w, trial)
	case AnyStart:
		start = w.RandomStart(n.N, trial)
	default:
		for _, i := range w.Subset(n.N, r.Fraction, trial) {
			start.Flip(int(i))
		}
	}
	return start, target
}

// occlude makes a rectangle of an image -1. Its sides are those of the image times
// the root of the share; its corner is drawn.
func (n *Network) occlude(start Pattern, share float64, w Draws, trial uint32) {
	rows, columns := n.Sides[len(n.Sides)-2], n.Sides[len(n.Sides)-1]
	height := int(math.Round(float64(rows) * math.Sqrt(share)))
	width := int(math.Round(float64(columns) * math.Sqrt(share)))
	row, column := w.Corner(rows-height+1, columns-width+1, trial)
	for y := row; y < row+height; y++ {
		for x := column; x < column+width; x++ {
			start.Set(y*columns+x, false)
		}
	}
}
