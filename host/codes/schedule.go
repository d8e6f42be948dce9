package codes

import (
	"math"

	"tnn-gpu/host/fmath"
)

// Constants of a population: made in double precision and rounded once.
type Constants[F fmath.Float] struct {
	Strength F // sigma of awgn, sigma/sqrt(2) of laplace, else the probability p of a flip
	Slope    F // 1 - 2p
	Burst    F // probability that a word is hit
	Keep     F // 1 - eta
	Rest     F // eta/2
	Kept     F // sqrt(1 - s^2)
	Spread   F // s
	Score    F // sqrt(1 - s^2)/s
}

// ConstantsOf rounds the constants of a specification, at some strength of the noise.
func ConstantsOf[F fmath.Float](t *Table, noise float64) Constants[F] {
	strength := noise
	switch t.Channel {
	case AWGN:
		strength = t.Sigma(noise)
	case Laplace:
		strength = t.Sigma(noise) / math.Sqrt2
	}
	kept := math.Sqrt(1 - float64(t.Exploration*t.Exploration))
	return Constants[F]{
		Strength: F(strength), Slope: F(1 - float64(2*noise)), Burst: F(t.Burst),
		Keep: F(1 - t.Eta), Rest: F(t.Eta / 2),
		Kept: F(kept), Spread: F(t.Exploration), Score: F(kept / t.Exploration),
	}
}

// Pace is what changes from update to update.
type Pace[F fmath.Float] struct {
	Temperature F
	Transmitter Stride[F]
	Receiver    Stride[F]
}

// Stride is how far Adam goes in an update: the rate, and what its moments, which begin
// with 0, are short of their means. A rate of 0 is no update: it is the other's turn.
type Stride[F fmath.Float] struct{ Rate, Mean, Square F }

// Turn is how many updates transmitter and receiver make in a row where they take turns.
const Turn = 10

// Moments of Adam: what an update keeps of the mean of gradients and of their squares.
const (
	KeepMean   = 0.9
	KeepSquare = 0.999
	Epsilon    = 1e-8 // beside the root of the mean square
	// Least is the magnitude below which gradients are 0, and LeastMoment that of
	// moments, so that no result is a subnormal number, which devices may flush to 0.
	Least       = 1e-15
	LeastMoment = 1e-30
)

// PaceAt is that of update t = 1, 2, .. of a specification (docs/codes.md section 3).
func PaceAt[F fmath.Float](t *Table, update int64) Pace[F] {
	planned := float64(t.Planned())
	temperature := t.Anneal * math.Max(0, 1-float64(update)/float64(0.8*planned))
	slow := 1.0
	if t.Receiver == Network && float64(update) > float64(0.8*planned) {
		slow = 0.1
	}
	transmitter := t.TransmitterRate
	if transmitter == 0 {
		transmitter = t.Rate
	}
	p := Pace[F]{Temperature: F(temperature)}
	if t.Transmitter != Free {
		p.Transmitter, p.Receiver = strideAt[F](float64(transmitter*slow), update), strideAt[F](float64(t.Rate*slow), update)
		return p
	}
	// The receiver begins; turns done by each, and the part of one that goes on.
	rounds, at := (update-1)/(2*Turn), (update-1)%(2*Turn)
	if at < Turn {
		p.Receiver = strideAt[F](float64(t.Rate*slow), rounds*Turn+at+1)
	} else {
		p.Transmitter = strideAt[F](float64(transmitter*slow), rounds*Turn+at-Turn+1)
	}
	return p
}

func strideAt[F fmath.Float](rate float64, number int64) Stride[F] {
	return Stride[F]{F(rate), F(1 - power(KeepMean, number)), F(1 - power(KeepSquare, number))}
}

// power multiplies in one order on every machine.
func power(base float64, exponent int64) float64 {
	product := 1.0
	for ; exponent > 0; exponent /= 2 {
		if exponent%2 == 1 {
			product = float64(product * base)
		}
		base = float64(base * base)
	}
	return product
}

// Adam moves a weight along a gradient g (Kingma and Ba, arXiv:1412.6980), whose moments
// it keeps. Device twin: codes_adam.
func Adam[F fmath.Float](weight, mean, square *F, g F, s *Stride[F]) {
	g = sizable(g, Least)
	*mean = sizable(F(F(KeepMean)*(*mean))+F(F(1-KeepMean)*g), LeastMoment)
	*square = sizable(F(F(KeepSquare)*(*square))+F(F(1-KeepSquare)*F(g*g)), LeastMoment)
	root := fmath.Sqrt(F(*square/s.Square)) + F(Epsilon)
	*weight -= F(F(s.Rate*F(*mean/s.Mean)) / root)
}

// sizable is x, or 0 where it is smaller than least. Device twin: codes_sizable.
func sizable[F fmath.Float](x, least F) F {
	if x < least && x > -least {
		return 0
	}
	return x
}

// Sizable is x, or 0 where its magnitude is below Least squared, which nothing would
// notice.
func Sizable[F fmath.Float](x F) F { return sizable(x, F(LeastMoment)) }
