package codes

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/model"
)

// Limits of a specification.
const (
	MaxK       = 8
	MaxN       = 16
	MaxOutputs = 10 // n of receivers that count, and of the exact transmitter
	MaxHidden  = 1024
	MaxCopies  = 1 << 12
	MaxUpdates = math.MaxInt32
	// LeastFlip is the smallest probability of a flip while learning: likelihoods of n
	// uses stay ordinary numbers in single precision.
	LeastFlip = 1e-3
)

// Validate implements model.Spec.
func (s *Spec) Validate() error {
	t := &s.Codes
	return model.FirstError(t.checkNames(), t.checkSizes(), t.checkReals(), t.checkTogether(), t.checkEvaluation())
}

func (t *Table) checkNames() error {
	return model.FirstError(
		model.OneOf("codes.channel", t.Channel, AWGN, Laplace, BSC, Bursts),
		model.OneOf("codes.transmitter", t.Transmitter, Transmitters()...),
		model.OneOf("codes.receiver", t.Receiver, Network, Counts, Posterior),
	)
}

func (t *Table) checkSizes() error {
	return model.FirstError(
		model.Within("codes.k", t.K, 1, MaxK, "bits of a message"),
		model.Within("codes.n", t.N, 1, MaxN, "uses of the channel"),
		model.Within("codes.hidden", t.Hidden, 1, MaxHidden, "units of the network"),
		model.Within("codes.copies", t.Copies, 1, MaxCopies, "times that each message is sent"),
		model.Within("codes.burst_length", t.BurstLength, 1, MaxN, "uses in a row"),
		long("codes.updates", t.Updates, 1),
		long("codes.schedule", t.Schedule, 0),
		model.Within("codes.blocks", t.Blocks, 1, math.MaxInt32, "messages"),
	)
}

func long(key string, value, least int64) error {
	if value >= least && value <= MaxUpdates {
		return nil
	}
	return model.BadKey(key, value, fmt.Sprintf("use a whole number from %d to %d (updates)", least, MaxUpdates))
}

func (t *Table) checkReals() error {
	err := model.FirstError(
		model.Between("codes.eta", t.Eta, 0, 1, "the part that an update forgets"),
		model.Between("codes.burst", t.Burst, 0, 1, "a probability"),
		model.Between("codes.rate", t.Rate, 1e-9, 10, "of learning"),
		model.Between("codes.transmitter_rate", t.TransmitterRate, 0, 10, "of learning, 0 taking codes.rate"),
		model.Between("codes.anneal", t.Anneal, 0, 1000, "a temperature"),
		model.Between("codes.exploration", t.Exploration, 1e-3, 0.999, "the part of a codeword that is noise"),
		t.checkNoise("codes.train_at", t.TrainAt),
	)
	switch {
	case err != nil:
		return err
	case t.Channel.Binary() && t.TrainAt < LeastFlip:
		return model.BadKey("codes.train_at", t.TrainAt, fmt.Sprintf("use a probability from %g to 0.5: nothing is learned of flips that hardly ever come", LeastFlip))
	case t.TransmitterRate != 0 && t.TransmitterRate < 1e-9:
		return model.BadKey("codes.transmitter_rate", t.TransmitterRate, "use 0, or a number from 1e-09 to 10")
	case t.Eta == 0 && t.Receiver == Counts:
		return model.BadKey("codes.eta", t.Eta, "use a number above 0, to 1: counts that forget nothing cannot follow a code that changes")
	}
	return nil
}

// checkNoise refuses what is no strength of the channel's noise.
func (t *Table) checkNoise(key string, value float64) error {
	if t.Channel.Binary() {
		return model.Between(key, value, 0, 0.5, "the probability of a flip")
	}
	return model.Between(key, value, -40, 40, "Eb/N0 in dB")
}

func (t *Table) checkTogether() error {
	real := t.Transmitter == Backprop || t.Transmitter == Free
	switch {
	case real && t.Channel.Binary():
		return model.BadKey("codes.transmitter", t.Transmitter, fmt.Sprintf("over %s signs are sent; use relaxed, straight, dithered, policy or exact", t.Channel))
	case !real && !t.Channel.Binary():
		return model.BadKey("codes.transmitter", t.Transmitter, fmt.Sprintf("over %s real numbers are sent; use backprop or free", t.Channel))
	case t.Transmitter == Exact && t.Channel != BSC:
		return model.BadKey("codes.transmitter", t.Transmitter, "its likelihoods are those of bsc; use another transmitter, or that channel")
	case (t.Transmitter == Exact) != (t.Receiver == Posterior):
		return model.BadKey("codes.receiver", t.Receiver, "the transmitter exact takes the receiver posterior, and no other does")
	case t.Receiver == Counts && t.Transmitter != Policy:
		return model.BadKey("codes.receiver", t.Receiver, fmt.Sprintf("no gradient goes through counts, which %s needs; use network, or the transmitter policy", t.Transmitter))
	case t.Receiver != Network && t.N > MaxOutputs:
		return model.BadKey("codes.n", t.N, fmt.Sprintf("a receiver that has a place for each output takes %d uses at most", MaxOutputs))
	case !t.Channel.Binary() && t.Anneal != 0:
		return model.BadKey("codes.anneal", t.Anneal, "only signs have a dither, so set it to 0")
	case (t.Transmitter == Policy || t.Transmitter == Free) && t.Copies < 2:
		return model.BadKey("codes.copies", t.Copies, fmt.Sprintf("%s compares copies of a message; use 2 or more", t.Transmitter))
	}
	return nil
}

// Unheeded implements model.Selective.
func (s *Spec) Unheeded(key string, _ model.Use) (why string) {
	t := &s.Codes
	switch {
	case key == "codes.hidden" && t.Receiver != Network:
		return fmt.Sprintf("the receiver %s has no such units", t.Receiver)
	case key == "codes.eta" && t.Receiver != Counts:
		return fmt.Sprintf("the receiver %s keeps no counts", t.Receiver)
	case key == "codes.copies" && t.Transmitter == Exact:
		return "the transmitter exact sends no messages while it learns"
	case key == "codes.exploration" && t.Transmitter != Free:
		return fmt.Sprintf("the transmitter %s does not perturb codewords", t.Transmitter)
	case key == "codes.rate" && t.TransmitterRate != 0 && t.Receiver != Network:
		return fmt.Sprintf("the transmitter has a rate of its own, and the receiver %s has none", t.Receiver)
	case (key == "codes.burst" || key == "codes.burst_length") && t.Channel != Bursts:
		return fmt.Sprintf("the channel %s has no bursts", t.Channel)
	case key == "codes.blocks" && t.Channel.Binary():
		return fmt.Sprintf("over %s block errors follow from all outputs, and no messages are sent for them", t.Channel)
	}
	return ""
}

func (t *Table) checkEvaluation() error {
	for _, point := range t.Evaluate {
		if err := t.checkNoise("codes.evaluate", point); err != nil {
			return err
		}
	}
	return model.EachOnce("codes.evaluate", t.Evaluate)
}

var errVariant = errors.New("replicas side by side have the same channel, sizes, transmitter, receiver and number of updates: sweep train_at, rate, transmitter_rate, anneal, eta, exploration or burst, or use `tnn-gpu scan`")

// VariantOf implements model.Spec.
func (s *Spec) VariantOf(base any) error {
	b, ok := base.(*Spec)
	if !ok {
		return errVariant
	}
	a, o := s.Codes, b.Codes
	if a.Channel != o.Channel || a.K != o.K || a.N != o.N || a.Transmitter != o.Transmitter || a.Receiver != o.Receiver || a.Hidden != o.Hidden ||
		a.Copies != o.Copies || a.BurstLength != o.BurstLength || a.Updates != o.Updates || a.Planned() != o.Planned() {
		return errVariant
	}
	return nil
}
