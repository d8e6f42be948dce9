package hopfield

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// form is where fields come from.
type form int

const (
	matrix form = iota
	sparse
	hebb
	polynomial
	exponential
	sequence
)

// record is what kernels know of a replica: numbers, and where its part of an array begins.
type record struct {
	Memory, Patterns, PatternAt, ColumnAt, CouplingAt, OverlapAt uint32
	OrderAt, Update, First, BlockCount                           uint32
	Trial, Target, Metropolis, Key0, Key1                        uint32
}

// orderRecord is an order that replicas share.
type orderRecord struct{ Key0, Key1, Independent uint32 }

// choices are what a program is built for.
type choices struct {
	precision state.Precision
	items     int // work-items of a work-group
	form      form
	degree    int
	together  bool // units decide in parts, from the same fields
	given     bool // draws of a sweep are not made on the device
}

// header comes before kernels.cl in a program.
func header(c choices) *device.Header {
	h := device.NewHeader(c.precision, 1)
	h.Define("HOPFIELD", true)
	h.Define("HOPFIELD_ITEMS", c.items)
	h.Define("HOPFIELD_TOGETHER", c.together)
	h.Define("HOPFIELD_GIVEN", c.given)
	h.Define("HOPFIELD_DEGREE", c.degree)
	for i, name := range []string{"MATRIX", "SPARSE", "HEBB", "POLYNOMIAL", "EXPONENTIAL", "SEQUENCE"} {
		h.Define("HOPFIELD_"+name, i)
	}
	h.Define("HOPFIELD_FORM", int(c.form))
	for i, name := range []string{"ASYNC", "CYCLIC", "IID", "SYNC", "COLOURS", "BLOCKS"} { // as updates number them
		h.Define("HOPFIELD_"+name, i)
	}
	for i, name := range []string{"FLIPS", "ENERGY", "OVERLAP", "BEST", "BEST_PATTERN", "FIELD", "PERIOD"} { // as hopfield numbers its sums
		h.Define("HOPFIELD_SUM_"+name, i)
	}
	h.Define("HOPFIELD_SUMS", hopfield.Sums)
	h.Define("PURPOSE_HOPFIELD_ORDER", uint32(rng.HopfieldOrder))
	h.Define("PURPOSE_HOPFIELD_RECALL", uint32(rng.HopfieldRecall))
	h.Record("HOPFIELD", record{})
	h.Record("HOPFIELD_ORDER", orderRecord{})
	return h
}
