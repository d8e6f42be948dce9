package perceptron

import (
	"math"

	"tnn-gpu/host/fmath"
)

// Constants of a step (docs/perceptron.md section 2): made in double precision
// and rounded once.
type Constants[F fmath.Float] struct {
	Decay F // a = 1 - k dt
	Drive F // e = nut sqrt(n) dt / B
	Kick  F // z = sqrt(2 D dt)
	Scale F // r = 1/sqrt(n)
	Swirl F // kappa dt
	Alpha F
	// Of the force itself, which heat needs: k, nut sqrt(n) / B, kappa.
	Pull, Push, Turn F
	Blown            F // the least |w|^2 of a student that has diverged
}

// ConstantsOf rounds the constants of a specification.
func ConstantsOf[F fmath.Float](t *Table) Constants[F] {
	root := math.Sqrt(float64(t.N))
	return Constants[F]{
		Decay: F(1 - float64(t.K*t.Dt)),
		Drive: F(t.Nut * root * t.Dt / float64(t.B)),
		Kick:  F(math.Sqrt(2 * t.Temperature() * t.Dt)),
		Scale: F(1 / root),
		Swirl: F(t.Swirl * t.Dt),
		Alpha: F(t.Power()),
		Pull:  F(t.K),
		Push:  F(t.Nut * root / float64(t.B)),
		Turn:  F(t.Swirl),
		Blown: F(BlowUp * float64(t.N)),
	}
}

// RampAt is the part of the learning rate that is there in step t: it grows linearly
// over the time of the ramp, and is taken at the middle of the step.
func RampAt[F fmath.Float](t *Table, step int64) F {
	return F(part(t.Ramp, float64((float64(step)-0.5)*t.Dt)))
}

// PartAt is the part of the learning rate that is there at a time.
func (t *Table) PartAt(time float64) float64 { return part(t.Ramp, time) }

// part of the learning rate that is there at a time.
func part(ramp, time float64) float64 {
	if time >= ramp {
		return 1
	}
	return time / ramp
}

// Share is f of docs/perceptron.md section 1: what an example whose label is
// positive or not contributes, in units of nu, at an activation. Wrong means
// label times activation is not above 0. Device twin: perceptron_share.
func (c *Constants[F]) Share(rule Rule, positive bool, activation F) F {
	wrong := !(activation > 0)
	if !positive {
		wrong = !(activation < 0)
	}
	size := activation
	if size < 0 {
		size = -size
	}
	switch {
	case rule == Hebb:
		return 1
	case rule == AdaTron && wrong:
		return size
	case rule == Perceptron && wrong || rule == AlphaTron && wrong:
		return 1
	case rule == AlphaTron:
		return fmath.Exp(F(c.Alpha * fmath.Log(size)))
	}
	return 0
}
