package tnn

import (
	"tnn-gpu/cpuref/tnn/internal/vector"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// replica is one copy of the network: views into the state's arrays, in the
// order of the layout.
type replica[F fmath.Float] struct {
	net   *tnn.Network
	key   [2]uint32
	nodes []tnn.NodeParameters[F] // by group
	fixed []ladder[F]             // by group, hylton2019
	edge  plasticity[F]

	id, neighbour []int32
	weightOf      []uint32
	active        []uint32

	state, energy                        []F
	dissipation, transport               []F // hylton2020
	qualityNumerator, qualityDenominator []F // hylton2020
	adapted, offered                     []F // hylton2019
	charge0, memory0, potential0         []F
	charge1, memory1, potential1         []F
	weight                               []F
	watched                              watched[F]
	partial                              [tnn.NodeSums][]F // by slice
	stays                                []vector.Stay     // of vector forms of hylton2019
}

// watched holds the derived fields that are asked for; the others are nil.
type watched[F fmath.Float] struct {
	entropy, fluctuating, dissipation, transport []F
}

// sweep is what is the same for all visits of a replica's segment in one sweep.
type sweep[F fmath.Float] struct {
	k        uint32
	adapt    bool // weights may change
	adapting bool // the adapting sweep of hylton2019
	known    bool // a relaxing sweep that follows another one, which found stays
	predict  bool
	node     *tnn.NodeParameters[F]
	states   *ladder[F] // hylton2019
	edge     *plasticity[F]
}

func newReplica[F fmath.Float](net *tnn.Network, spec *tnn.Spec, key [2]uint32) *replica[F] {
	l := net.Layout
	r := &replica[F]{net: net, key: key, id: l.ID, neighbour: l.Neighbour, weightOf: l.Weight, active: l.Active}
	for _, g := range spec.Groups {
		if spec.Network.Rule == tnn.Hylton2019 {
			r.fixed = append(r.fixed, ladderOf[F](g.Levels))
		}
	}
	if len(r.fixed) > 0 && VectorForm() != backend.NoForm {
		r.stays = make([]vector.Stay, len(l.Neighbour)/vector.LeastLanes)
	}
	r.nodes = make([]tnn.NodeParameters[F], len(spec.Groups))
	r.follow(spec)
	for i := range r.partial {
		r.partial[i] = make([]F, len(l.Active))
	}
	return r
}

// follow takes the parameters of a specification.
func (r *replica[F]) follow(spec *tnn.Spec) {
	for i, g := range spec.Groups {
		r.nodes[i] = tnn.NodeParametersOf[F](g)
	}
	r.edge = plasticity[F]{tnn.EdgeParametersOf[F](spec.Edge), spec.Edge.Kind, spec.Edge.Noise}
}

// bind points the views at replica i of the arrays. A field that the rule lacks
// stays nil.
func (r *replica[F]) bind(s *state.State, i int) {
	for name, view := range map[string]*[]F{
		"state": &r.state, "energy": &r.energy, "dissipation": &r.dissipation, "transport": &r.transport,
		"quality_numerator": &r.qualityNumerator, "quality_denominator": &r.qualityDenominator,
		"adapted_state": &r.adapted, "offered_state": &r.offered,
		"charge0": &r.charge0, "memory0": &r.memory0, "potential0": &r.potential0,
		"charge1": &r.charge1, "memory1": &r.memory1, "potential1": &r.potential1, "weight": &r.weight,
	} {
		if a := s.Array(name); a != nil {
			n := r.net.Length(a.Space)
			*view = state.Values[F](a)[i*n : (i+1)*n]
		}
	}
}

// halfEdges finds those of the node at a position: the first one, from which each is
// tnn.Lanes from the next, and their number.
func (r *replica[F]) halfEdges(pos int32) (row, degree int) {
	slice := int(pos) / tnn.Lanes
	row, degree = int(r.net.Layout.Rows[slice])*tnn.Lanes+int(pos)%tnn.Lanes, r.net.Layout.Slots(slice)
	for degree > 0 && r.neighbour[row+(degree-1)*tnn.Lanes] < 0 {
		degree-- // other nodes of the slice have more
	}
	return row, degree
}

// input is the voltage that node n offers to a node whose state is own.
func (r *replica[F]) input(s *sweep[F], n int32, own F) F {
	v := r.state[n]
	if s.predict && !r.isActive(n) && !(F(v*own) < 0) {
		return 0
	}
	return v
}

// isActive tells network nodes from external ones.
func (r *replica[F]) isActive(n int32) bool {
	return r.active[n/tnn.Lanes]>>(n%tnn.Lanes)&1 == 1
}
