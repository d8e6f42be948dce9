//go:build opencl && cgo

package hopfield

import (
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/state"
)

// formOf is that of a memory.
func formOf(m *hopfield.Memory) form {
	switch {
	case m.Couplings != nil:
		return matrix
	case m.Sparse != nil:
		return sparse
	case m.Rule == hopfield.Polynomial:
		return polynomial
	case m.Rule == hopfield.Exponential:
		return exponential
	case m.Rule == hopfield.Sequence:
		return sequence
	}
	return hebb
}

// The ways to update that kernels tell apart. Orders of async and iid differ in how they
// are drawn only.
const (
	updateAsync uint32 = iota
	updateCyclic
	updateIID
	updateSync
	updateColours
	updateBlocks
)

var updates = map[hopfield.Update]uint32{
	hopfield.Async: updateAsync, hopfield.Cyclic: updateCyclic, hopfield.IID: updateIID,
	hopfield.Sync: updateSync, hopfield.Colours: updateColours, hopfield.Blocks: updateBlocks,
}

// choicesOf are those of a network of which a replica has this memory.
func choicesOf(net *hopfield.Network, m *hopfield.Memory, p state.Precision, items int) choices {
	return choices{precision: p, items: items, form: formOf(m), degree: m.Degree, together: together(net.Spec.Recall.Update)}
}

// together tells whether units decide in parts, from the same fields.
func together(update hopfield.Update) bool {
	return update == hopfield.Sync || update == hopfield.Blocks
}
