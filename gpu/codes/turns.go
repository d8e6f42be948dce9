//go:build opencl && cgo

package codes

import "tnn-gpu/host/codes"

// Turns bounds how many turns the loops of a work-item make in a launch, which on a device
// where they may end early has one update. That a loop ends is a turn, too; loops over the
// levels of a sum are unrolled.
func (e *engine[F]) Turns() int {
	t := e.table
	n, messages, samples, entries, outputs := t.N+1, t.Messages()+1, t.Batch(), t.Messages()*t.N, 1<<t.N
	own := func(values int) int { return (values+e.items-1)/e.items + 1 }
	all := 2*entries + 3*own(entries) + 16
	if t.Transmitter == codes.Exact {
		return all + own(outputs)*(messages*(n+2)) + outputs + own(entries)*(outputs+1)
	}
	learn := 10*n + 11*(n+3) // a word of noise, of ten rounds, is of two numbers or more
	if t.Receiver == codes.Network {
		hidden := t.Hidden + 1
		learn += hidden*(n+messages+1) + messages*(hidden+3) + n*(hidden+1)
		all += own(t.Weights()) * (samples + 1)
	} else {
		learn += n + messages
		all += own(t.Messages()) * (outputs + 1 + (t.Copies+1)*(n+1))
	}
	return all + own(samples)*learn + samples + own(entries)*2*(t.Copies+1)
}
