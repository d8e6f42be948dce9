package perceptron

import (
	"strings"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// What perceptron_learn does with the components of a student.
const (
	learn uint32 = iota
	heats
	measure
)

// header comes before kernels.cl in a program of perceptrons, whose work-groups have
// so many work-items, each of such a width. given is whether the draws of a step are
// not made there.
func header(precision state.Precision, width, items int, given bool) *device.Header {
	h := device.NewHeader(precision, width)
	h.Define("PERCEPTRON", true)
	h.Define("PERCEPTRON_LANES", perceptron.Lanes)
	h.Define("PERCEPTRON_BLOCK", perceptron.Block)
	h.Define("PERCEPTRON_ITEMS", items)
	h.Define("PERCEPTRON_GIVEN", given)
	h.Define("PERCEPTRON_LEARN", learn)
	h.Define("PERCEPTRON_HEATS", heats)
	h.Define("PERCEPTRON_MEASURE", measure)
	h.Define("PURPOSE_EXAMPLE", uint32(rng.Example))
	h.Define("PURPOSE_STORED_EXAMPLE", uint32(rng.StoredExample))
	h.Define("PURPOSE_PICK", uint32(rng.Pick))
	h.Define("PURPOSE_THERMAL", uint32(rng.Thermal))
	for i, rule := range perceptron.Rules() {
		h.Define("PERCEPTRON_RULE_"+strings.ToUpper(string(rule)), i)
	}
	h.Record("PERCEPTRON", perceptron.Constants[float32]{})
	return h
}
