package tnn

import "tnn-gpu/host/state"

// Fields lists the arrays of a network under a rule: first the state, then what is
// derived for recorders.
//
// A half-edge keeps its compartments in two slots (docs/model.md section 11).
// hylton2020: slot 0 for charge that came over a positive weight, slot 1 over a
// negative one; the sign of the charge tells which of the two compartments of
// the slot is occupied. hylton2019: slot 0 for positive charge, slot 1 for
// negative; the sign of the potential tells the sign of the weight.
func Fields(rule Rule) []state.Field {
	if rule == Hylton2019 {
		return fields2019()
	}
	return fields2020()
}

func fields2020() []state.Field {
	return []state.Field{
		{Name: "state", Unit: "1", Space: state.Node, Limits: signs(), Doc: "potential of the node, from -1 to 1"},
		{Name: "energy", Unit: "kT", Space: state.Node, Doc: "energy of the node's last sampled state"},
		{Name: "dissipation", Unit: "kT", Space: state.Node, Doc: "of the node's last equilibration"},
		{Name: "transport", Unit: "kT", Space: state.Node, Doc: "of the node's last equilibration"},
		{Name: "quality_numerator", Unit: "1", Space: state.Node, Doc: "of the node's last equilibration"},
		{Name: "quality_denominator", Unit: "1", Space: state.Node, Doc: "of the node's last equilibration"},
		{Name: "charge0", Unit: "1", Space: state.HalfEdge, Doc: "charge received over a positive weight"},
		{Name: "memory0", Unit: "1", Space: state.HalfEdge, Doc: "weight when charge0 last changed"},
		{Name: "potential0", Unit: "1", Space: state.HalfEdge, Doc: "accumulated potential of charge0"},
		{Name: "charge1", Unit: "1", Space: state.HalfEdge, Doc: "charge received over a negative weight"},
		{Name: "memory1", Unit: "1", Space: state.HalfEdge, Doc: "weight when charge1 last changed"},
		{Name: "potential1", Unit: "1", Space: state.HalfEdge, Doc: "accumulated potential of charge1"},
		{Name: "weight", Unit: "1", Space: state.Edge, Doc: "capacity of the edge to carry charge"},
		{Name: "entropy", Unit: "1", Space: state.Node, Derived: true, Limits: share(), Doc: "entropy of the node's last sample, relative to that of its levels"},
		{Name: "fluctuating", Unit: "1", Space: state.Node, Derived: true, Limits: share(), Doc: "1 where the energy changed by more than the threshold"},
	}
}

func fields2019() []state.Field {
	return []state.Field{
		{Name: "state", Unit: "1", Space: state.Node, Limits: signs(), Doc: "potential of the node, from -1 to 1"},
		{Name: "energy", Unit: "kT", Space: state.Node, Doc: "energy of the node's last adapting visit, above that of the state -1 or 1"},
		{Name: "adapted_state", Unit: "1", Space: state.Node, Limits: signs(), Doc: "state at the node's last adapting visit"},
		{Name: "offered_state", Unit: "1", Space: state.Node, Limits: signs(), Doc: "state when the last relaxation sweep began, for external nodes that predict"},
		{Name: "charge0", Unit: "1", Space: state.HalfEdge, Doc: "positive charge"},
		{Name: "potential0", Unit: "1", Space: state.HalfEdge, Doc: "accumulated potential of charge0"},
		{Name: "charge1", Unit: "1", Space: state.HalfEdge, Doc: "negative charge"},
		{Name: "potential1", Unit: "1", Space: state.HalfEdge, Doc: "accumulated potential of charge1"},
		{Name: "weight", Unit: "1", Space: state.Edge, Doc: "capacity of the edge to carry charge"},
		{Name: "entropy", Unit: "1", Space: state.Node, Derived: true, Limits: share(), Doc: "entropy of the node's last sample, relative to that of its levels"},
		{Name: "dissipation", Unit: "kT", Space: state.Node, Derived: true, Doc: "of the node's last adapting visit"},
		{Name: "transport", Unit: "kT", Space: state.Node, Derived: true, Doc: "of the node's last adapting visit"},
	}
}

func signs() *[2]float64 { return &[2]float64{-1, 1} }

func share() *[2]float64 { return &[2]float64{0, 1} }
