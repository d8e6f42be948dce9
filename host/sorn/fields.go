package sorn

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

func fields() []state.Field {
	bit := &[2]float64{0, 1}
	return []state.Field{
		{Name: FromEE, Unit: "1", Doc: "presynaptic excitatory units of a unit's synapses, ascending; -1 in free slots", Space: SynapseEE, Kind: state.Int},
		{Name: WeightEE, Unit: "drive", Doc: "weights of these synapses", Space: SynapseEE},
		{Name: FromEI, Unit: "1", Doc: "presynaptic inhibitory units of an excitatory unit's synapses, ascending; -1 in free slots", Space: SynapseEI, Kind: state.Int},
		{Name: WeightEI, Unit: "drive", Doc: "weights of these synapses", Space: SynapseEI},
		{Name: FromIE, Unit: "1", Doc: "presynaptic excitatory units of an inhibitory unit's synapses, ascending; -1 in free slots", Space: SynapseIE, Kind: state.Int},
		{Name: WeightIE, Unit: "drive", Doc: "weights of these synapses", Space: SynapseIE},
		{Name: TeField, Unit: "drive", Doc: "thresholds of excitatory units", Space: Excitatory},
		{Name: TiField, Unit: "drive", Doc: "thresholds of inhibitory units", Space: Inhibitory},
		{Name: XBefore, Unit: "1", Doc: "states of excitatory units one step ago", Space: Excitatory, Kind: state.Bit, Limits: bit},
		{Name: XField, Unit: "1", Doc: "states of excitatory units", Space: Excitatory, Kind: state.Bit, Limits: bit},
		{Name: YBefore, Unit: "1", Doc: "states of inhibitory units one step ago", Space: Inhibitory, Kind: state.Bit, Limits: bit},
		{Name: YField, Unit: "1", Doc: "states of inhibitory units", Space: Inhibitory, Kind: state.Bit, Limits: bit},
		{Name: TaskName, Unit: "1", Doc: "of the stream of symbols: 1 + the word, letters of it that were read, steps without input that are left, 1 + the symbol of the last step", Space: Task, Kind: state.Int},
		{Name: RField, Unit: "1", Doc: "states that excitatory units would have without input", Space: Excitatory, Kind: state.Bit, Derived: true, Limits: bit},
	}
}

// FieldOf finds a field by its name.
func FieldOf(name string) (state.Field, bool) {
	for _, f := range fields() {
		if f.Name == name {
			return f, true
		}
	}
	return state.Field{}, false
}

// distributions are histograms of weights and thresholds.
func distributions() []model.Distribution {
	present := func(out []float64, of model.Part) []float64 {
		base := of.From.First(of.Replica, of.Replicas)
		for i := of.First; i < of.Last; i++ {
			if w := of.From.At(base + i); w != 0 {
				out = append(out, w)
			}
		}
		return out
	}
	return []model.Distribution{
		{Column: model.Column{Name: "weights", Title: "E-E weight", Unit: "drive", Doc: "weights of synapses between excitatory units"}, From: WeightEE, Width: 0.02, Values: present},
		{Column: model.Column{Name: "inhibition", Title: "I-E weight", Unit: "drive", Doc: "weights of synapses from inhibitory units"}, From: WeightEI, Width: 0.02, Values: present},
	}
}

// computed are arrays of the Python package: states of two steps and, where they are of a
// size to look at, matrices. final.npz has them, so that a run can begin there.
func (n *Network) computed() []model.Computed {
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	states := []model.Computed{
		history("X", "excitatory", HistoryE, XBefore, XField),
		history("Y", "inhibitory", HistoryI, YBefore, YField),
	}
	if N > 2048 {
		return states
	}
	matrix := func(name, doc string, space state.Space, from, weight string, rows, columns int) model.Computed {
		f := state.Field{Name: name, Unit: "drive", Doc: doc, Space: space, Derived: true}
		return model.Computed{Field: f, From: []string{from, weight}, Final: true, Values: func(a []*state.Array, replicas int) state.Array {
			return dense(f, a[0], a[1], rows, columns, replicas)
		}}
	}
	return append(states,
		matrix("Wee", "weights between excitatory units: row the presynaptic unit, column the postsynaptic one, 0 for no synapse", MatrixEE, FromEE, WeightEE, N, N),
		matrix("Wei", "weights from inhibitory units (rows) to excitatory ones (columns)", MatrixEI, FromEI, WeightEI, M, N),
		matrix("Wie", "weights from excitatory units (rows) to inhibitory ones (columns)", MatrixIE, FromIE, WeightIE, N, M),
	)
}

// history are states one step ago and now, side by side.
func history(name, units string, space state.Space, before, now string) model.Computed {
	f := state.Field{Name: name, Unit: "1", Doc: "states of " + units + " units: one step ago, and now", Space: space, Kind: state.Bit, Derived: true, Limits: &[2]float64{0, 1}}
	return model.Computed{Field: f, From: []string{before, now}, Final: true, Values: func(a []*state.Array, _ int) state.Array {
		out := state.Array{Field: f, Bits: make([]uint8, 0, 2*a[0].Len())}
		for i, was := range a[0].Bits {
			out.Bits = append(out.Bits, was, a[1].Bits[i])
		}
		return out
	}}
}

// dense writes columns as a matrix.
func dense(f state.Field, from, weight *state.Array, rows, columns, replicas int) state.Array {
	room := from.Len() / (replicas * columns)
	out := state.NewArray(f, weight.Precision(), replicas*rows*columns)
	for r := range replicas {
		for i := range columns {
			for s := (r*columns + i) * room; s < (r*columns+i+1)*room && from.Ints[s] != Free; s++ {
				out.Set((r*rows+int(from.Ints[s]))*columns+i, weight.At(s))
			}
		}
	}
	return out
}
