package codes

import (
	"math/bits"
	"strings"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// most is the number of work-items of a work-group, which has one population learn.
const most = 128

// pace is codes.Pace as kernels have it.
type pace struct{ Temperature, Rate, Mean, Square, ReceiverRate, ReceiverMean, ReceiverSquare struct{} }

// held is how many values a population holds in arrays that not all populations have.
type held struct{ units, logits, losses int }

func heldBy(t *codes.Table) held {
	switch {
	case t.Transmitter == codes.Exact:
		return held{0, t.Messages() << t.N, 1 << t.N}
	case t.Receiver == codes.Network:
		return held{t.Batch() * t.Hidden, t.Batch() * t.Messages(), t.Batch()}
	}
	return held{0, 0, t.Batch()}
}

// header comes before kernels.cl in a program of populations, whose work-groups have so
// many work-items.
func header(t *codes.Table, precision state.Precision, items int) *device.Header {
	h := device.NewHeader(precision, 1)
	h.Define("CODES", true)
	h.Define("CODES_ITEMS", items)
	h.Define("CODES_N", t.N)
	h.Define("CODES_MESSAGES", t.Messages())
	h.Define("CODES_COPIES", t.Copies)
	h.Define("CODES_HIDDEN", t.Hidden)
	h.Define("CODES_BURST_LENGTH", t.BurstLength)
	h.Define("CODES_LEVELS", bits.Len(uint(max(t.Batch(), 1<<t.N)))) // of the largest sum
	for i, c := range []codes.Channel{codes.AWGN, codes.Laplace, codes.BSC, codes.Bursts} {
		define(h, "CHANNEL", string(c), i, c == t.Channel)
	}
	for i, c := range codes.Transmitters() {
		define(h, "TRANSMITTER", string(c), i, c == t.Transmitter)
	}
	for i, c := range []codes.Receiver{codes.Network, codes.Counts, codes.Posterior} {
		define(h, "RECEIVER", string(c), i, c == t.Receiver)
	}
	of := heldBy(t)
	h.Define("CODES_HELD_WEIGHTS", t.Weights())
	h.Define("CODES_HELD_COUNTS", t.Counted())
	h.Define("CODES_HELD_UNITS", of.units)
	h.Define("CODES_HELD_LOGITS", of.logits)
	h.Define("CODES_HELD_LOSSES", of.losses)
	h.Define("PURPOSE_CODE_CHANNEL", uint32(rng.CodeChannel))
	h.Define("PURPOSE_CODE_EXPLORATION", uint32(rng.CodeExploration))
	h.Define("PURPOSE_CODE_DITHER", uint32(rng.CodeDither))
	h.Record("CODES", codes.Constants[float32]{})
	h.Record("CODES_PACE", pace{})
	return h
}

// define gives a number to one of several choices, and chooses it.
func define(h *device.Header, choice, name string, number int, chosen bool) {
	h.Define("CODES_"+strings.ToUpper(name), number)
	if chosen {
		h.Define("CODES_"+choice, "CODES_"+strings.ToUpper(name))
	}
}
