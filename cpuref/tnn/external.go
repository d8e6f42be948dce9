package tnn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// drive sets the external nodes for a step (docs/model.md section 6). Told is what
// follows from neither seed nor polarity, by external node. Noise with a
// correlation time is fresh where it begins. Device twin: tnn_drive_node in kernels.cl.
func (r *replica[F]) drive(mode tnn.Mode, step int64, era int, k uint32, told []tnn.Told, fresh bool) {
	for i, pos := range r.net.Layout.External {
		x := &r.net.Externals[i]
		word := rng.Philox([4]uint32{uint32(x.ID), 0, k, uint32(rng.External)}, r.key)
		if told != nil && told[i].Weight == told[i].Weight {
			r.setWeights(pos, F(told[i].Weight))
		}
		s := F(0)
		switch mode {
		case tnn.Driven:
			s = r.wave(x, r.state[pos], step, era, k, fresh)
			if told != nil && told[i].State == told[i].State {
				s = F(told[i].State)
			}
		case tnn.Noise:
			s = -1
			if word[0]>>31 == 1 {
				s = 1
			}
		case tnn.Reflect:
			s = r.reflect(pos, rng.Uniform[F](word[0]))
		}
		r.state[pos] = s
	}
}

// setWeights gives the edges of an external node a weight.
func (r *replica[F]) setWeights(pos int32, w F) {
	row, degree := r.halfEdges(pos)
	for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
		r.weight[r.weightOf[h]] = w
	}
}

// wave is the next state of an external node that is driven, whose state is s. Device
// twin: tnn_wave.
func (r *replica[F]) wave(x *tnn.External, s F, step int64, era int, k uint32, fresh bool) F {
	if x.Wave == tnn.WaveNoise {
		word := rng.Philox([4]uint32{uint32(x.ID), 0, k, uint32(rng.ExternalNoise)}, r.key)
		z := rng.Normal[F](word[0], word[1])
		next := F(F(x.Amplitude) * z)
		if !fresh {
			next = F(F(x.Decay())*s) + F(F(x.Kick())*z)
		}
		return min(max(next, -1), 1)
	}
	s = F(x.Polarity)
	if period := int64(x.Period(era)); 2*((step-1)%period) >= period {
		s = -s
	}
	return s
}

// reflect samples -1 or 1 by the squared sum of both ends' contributions.
func (r *replica[F]) reflect(pos int32, u F) F {
	var minus, plus F // energies
	row, degree := r.halfEdges(pos)
	for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		w := r.weight[r.weightOf[h]]
		a, b := F(w*(r.state[n]-1)), F(w*(r.state[n]+1))
		minus += F(a * a)
		plus += F(b * b)
	}
	lowest := lesser(minus, plus)
	atMinus, atPlus := fmath.Exp(lowest-minus), fmath.Exp(lowest-plus)
	if F(u*(atMinus+atPlus)) <= atMinus {
		return -1
	}
	return 1
}

// solved counts the external nodes whose neighbours all have the opposite sign.
// Device twin: tnn_is_solved in kernels.cl.
func (r *replica[F]) solved() float64 {
	count := 0.0
	for _, pos := range r.net.Layout.External {
		row, degree := r.halfEdges(pos)
		all := 1.0
		for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
			n := r.neighbour[h]
			if !(F(r.state[pos]*r.state[n]) < 0) {
				all = 0
			}
		}
		count += all
	}
	return count
}
