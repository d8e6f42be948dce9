// Package codestest has populations by which backends are compared. Only tests import it.
package codestest

import (
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/codes"
)

// Case is a small population of a kind.
type Case struct {
	Name    string
	Network *codes.Codes
}

// Cases are populations of each channel, each way to learn and each receiver, most with
// sizes that are no powers of two.
func Cases() []Case {
	var out []Case
	add := func(name string, change func(t *codes.Table)) {
		s := codes.Defaults()
		t := &s.Codes
		t.K, t.N, t.Hidden, t.Copies, t.Updates, t.Evaluate = 2, 3, 5, 3, 40, nil
		change(t)
		if err := s.Validate(); err != nil {
			panic(name + ": " + err.Error())
		}
		out = append(out, Case{name, &codes.Codes{Spec: s}})
	}
	real := func(channel codes.Channel, transmitter codes.Transmitter) func(t *codes.Table) {
		return func(t *codes.Table) {
			t.Channel, t.Transmitter, t.Receiver, t.TrainAt, t.Anneal, t.Copies = channel, transmitter, codes.Network, 3, 0, 7
		}
	}
	add("backprop", real(codes.AWGN, codes.Backprop))
	add("free", real(codes.AWGN, codes.Free))
	add("laplace", real(codes.Laplace, codes.Free))
	for _, transmitter := range []codes.Transmitter{codes.Relaxed, codes.Straight, codes.Dithered, codes.Policy} {
		add(string(transmitter), func(t *codes.Table) { t.Transmitter, t.Receiver, t.TransmitterRate = transmitter, codes.Network, 0.02 })
	}
	add("counts", func(t *codes.Table) {})
	add("counts of five uses", func(t *codes.Table) { t.N, t.K, t.Copies = 5, 3, 2 })
	add("bursts", func(t *codes.Table) { t.Channel, t.N, t.Burst, t.BurstLength = codes.Bursts, 9, 0.5, 4 })
	add("exact", func(t *codes.Table) { t.Transmitter, t.Receiver = codes.Exact, codes.Posterior })
	add("exact of six uses", func(t *codes.Table) { t.Transmitter, t.Receiver, t.N, t.K = codes.Exact, codes.Posterior, 6, 3 })
	add("one bit, one use", func(t *codes.Table) { t.K, t.N = 1, 1 })
	add("eights", func(t *codes.Table) { // which processors compute side by side
		t.Transmitter, t.Receiver, t.K, t.N, t.Hidden, t.Copies = codes.Dithered, codes.Network, 3, 4, 16, 2
	})
	return out
}

// SuiteSteps is how many steps most parts of the suite of backends make.
const SuiteSteps = 24

// Suite is all cases, for the suite of backends.
func Suite() []backendtest.Case {
	var out []backendtest.Case
	for _, c := range Cases() {
		out = append(out, backendtest.Case{Name: c.Name, Net: c.Network})
	}
	return out
}

// Varied has four replicas that differ in keys that can be swept.
func Varied() *codes.Codes {
	net := &codes.Codes{}
	for i := range 4 {
		s := codes.Defaults()
		t := &s.Codes
		t.K, t.N, t.Hidden, t.Copies, t.Updates, t.Evaluate = 2, 3, 5, 3, 40, nil // of the sizes of "counts"
		t.Rate, t.Anneal = 0.01*float64(1+i%2), 0.02*float64(1+i%2)
		t.TrainAt, t.Eta = 0.1+0.02*float64(i), 0.01*float64(1+i)
		net.Variants = append(net.Variants, s)
	}
	net.Spec = net.Variants[0]
	return net
}
