package signals

import (
	"tnn-gpu/host/cores"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Measure computes the sums of a replica, whose key is given, in a state: the same for
// all backends, since it follows from the state alone.
func (n *Network) Measure(sums []float64, s *state.State, replica int, key uint64) {
	if n.Spec.Signals.Game == LewisGame {
		speaker, listener := n.Urns(s, replica)
		n.Of(replica).Lewis.urnSums(sums, speaker, listener, s.Array(Wins).Ints[replica], s.Step)
		return
	}
	trained := n.Trained(rng.Key(key), replica)
	if s.Precision == state.Double {
		measure[float64](n, sums, s, replica, trained)
	} else {
		measure[float32](n, sums, s, replica, trained)
	}
}

// MeasureAll computes the sums of all replicas, on all cores.
func (n *Network) MeasureAll(row []float64, s *state.State, keys []uint64) {
	each := len(row) / len(keys)
	cores.Each(len(keys), func(r int) { n.Measure(row[r*each:][:each], s, r, keys[r]) })
}

func measure[F fmath.Float](n *Network, sums []float64, s *state.State, replica int, trained []bool) {
	pair := PairOf[F](n, s, replica)
	var inputs []int
	for input, is := range trained {
		if is {
			inputs = append(inputs, input)
		}
	}
	reward, entropy := pair.reward(inputs)
	messages := pair.Messages()
	n.pairSums(sums, trained, reward, entropy, messages, pair.Named(messages))
}

// Urns are those of a replica in a state.
func (n *Network) Urns(s *state.State, replica int) (speaker, listener []int32) {
	each, of := n.Spec.Length(SpeakerBall), n.Spec.Length(ListenerBall)
	return s.Array(SpeakerUrns).Ints[replica*each:][:each], s.Array(ListenerUrns).Ints[replica*of:][:of]
}

// Derive computes a derived field of all replicas, which follows from the state, into an
// array that fits or a new one.
func (n *Network) Derive(f state.Field, s *state.State, keys []uint64, into *state.Array) *state.Array {
	each := n.Spec.Length(f.Space)
	a := into.Reuse(f, s.Precision, s.Replicas*each)
	sums := make([]float64, len(n.Spec.columns()))
	for r := range s.Replicas {
		switch f.Name {
		case SuccessField:
			n.Measure(sums, s, r, keys[r])
			success := sums[0]
			if n.Spec.Signals.Game == AttributesGame {
				success = sums[1]
			}
			a.Set(r, success)
		case MessageField:
			for k, symbol := range n.messages(s, r) {
				a.Set(r*each+k, float64(symbol))
			}
		case SaysField, CodeField:
			for k, shade := range n.shades(s, r) {
				a.Set(r*each+k, shade)
			}
		case TrainedField:
			for k, is := range n.Trained(rng.Key(keys[r]), r) {
				a.Set(r*each+k, 0)
				if is {
					a.Set(r*each+k, 1)
				}
			}
		}
	}
	return a
}

// messages are the likeliest messages of a replica in a state.
func (n *Network) messages(s *state.State, replica int) []int {
	if s.Precision == state.Double {
		pair := PairOf[float64](n, s, replica)
		return pair.Messages()
	}
	pair := PairOf[float32](n, s, replica)
	return pair.Messages()
}
