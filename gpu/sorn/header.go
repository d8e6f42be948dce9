package sorn

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// The rules at work in a step, as bits.
const (
	withSTDP uint32 = 1 << iota
	withIP
	withISTDP
	withSS
)

// The parts of a step, in order. The first two follow a state. Columns is rules and
// finish in one, where nothing is to be done between them.
const (
	begin uint32 = iota
	drive
	hear
	units
	answers
	births
	columns
	rules
	outgoing
	finish
	commit
)

// choice is what a replica's kernels choose by.
type choice struct{ Key0, Key1, SpikeAtZero, Clamp, Prune, NewInhibition, EIScaling uint32 }

// reals is how many sums of a step are reals, in the order of kernels: thresholds, the
// least, the largest, weights ee, squared weights ee and ei.
const reals = sorn.Sums - sorn.Counts

// constants are what kernels know a replica's sorn.Constants by.
type constants[F float32 | float64] struct {
	STDPRate, Weaken, Strengthen, Largest, Floor, Born, TeMin, TeMax, NoiseE, NoiseI, Mix, Rest F
}

// header comes before kernels.cl in a program whose work-groups have so many work-items.
// given is whether the draws of a step are not made there.
func header(precision state.Precision, items int, given bool) *device.Header {
	h := device.NewHeader(precision, 1)
	h.Define("SORN", true)
	h.Define("SORN_ITEMS", items)
	h.Define("SORN_GIVEN", given)
	h.Define("SORN_FREE", "(-1)")
	h.Define("SORN_MAX_ATTEMPTS", uint32(sorn.MaxAttempts))
	h.Define("SORN_STDP", withSTDP)
	h.Define("SORN_IP", withIP)
	h.Define("SORN_ISTDP", withISTDP)
	h.Define("SORN_SS", withSS)
	h.Define("SORN_COUNTS", sorn.Counts)
	h.Define("SORN_REALS", reals)
	for _, d := range []struct {
		name string
		sum  int
	}{
		{"ACTIVE_E", sorn.SumActiveE}, {"ACTIVE_I", sorn.SumActiveI}, {"ACTIVE_R", sorn.SumActiveR}, {"EE", sorn.SumEE}, {"EI", sorn.SumEI}, {"BORN", sorn.SumBorn},
		{"DROPPED", sorn.SumDropped}, {"PRUNED_EE", sorn.SumPrunedEE}, {"PRUNED_EI", sorn.SumPrunedEI}, {"CLIPPED", sorn.SumClipped}, {"EMPTY_EE", sorn.SumEmptyEE},
		{"EMPTY_EI", sorn.SumEmptyEI}, {"POTENTIATED", sorn.SumPotentiated}, {"DEPRESSED", sorn.SumDepressed}, {"FLIPS", sorn.SumFlips},
	} {
		h.Define("SORN_SUM_"+d.name, d.sum)
	}
	for part, name := range []string{begin: "BEGIN", drive: "DRIVE", hear: "HEAR", units: "UNITS", answers: "ANSWERS", births: "BIRTHS", columns: "COLUMNS", rules: "RULES",
		outgoing: "OUTGOING", finish: "FINISH", commit: "COMMIT"} {
		h.Define("SORN_PART_"+name, uint32(part))
	}
	h.Define("PURPOSE_SORN_NOISE_E", uint32(rng.SornNoiseE))
	h.Define("PURPOSE_SORN_NOISE_I", uint32(rng.SornNoiseI))
	h.Define("PURPOSE_SORN_POSITION", uint32(rng.SornPosition))
	h.Record("SORN", constants[float32]{})
	h.Record("SORN_CHOICE", choice{})
	return h
}
