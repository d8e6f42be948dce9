package sorn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// Constants of the rules, each made once in the precision of the run (docs/sorn.md
// section 8).
type Constants[F fmath.Float] struct {
	STDP       F // eta_stdp
	Silent     F // change of the threshold of a unit that is silent: eta_ip (0 - h)
	Active     F // and of one that is active: eta_ip (1 - h)
	Weaken     F // istdp takes this from a weight where the unit is silent: eta_inhib
	Strengthen F // and this, which is negative, where it is active
	Largest    F // w_max
	Floor      F // of inhibitory weights; 0: none
	Born       F // weight at birth
	TeMin      F
	TeMax      F
	NoiseE     F // standard deviations; 0 without noise
	NoiseI     F
	Mix        F // part of scaling that is by incoming and outgoing weights
	Rest       F // 1 - mix
}

// ConstantsOf rounds the constants of a specification.
func ConstantsOf[F fmath.Float](t *Table) Constants[F] {
	c := Constants[F]{
		STDP: F(t.EtaSTDP), Weaken: F(t.EtaInhib), Largest: F(t.WMax), Floor: F(t.InhibitionFloor), Born: F(t.SPWeight),
		TeMin: F(t.TeMin), TeMax: F(t.TeMax), Mix: F(t.ScalingMix),
	}
	c.Rest = 1 - c.Mix
	c.Silent, c.Active = Steps(t, F(t.Target()))
	c.Strengthen = F(F(t.EtaInhib) * (1 - (1 + 1/F(t.MuIP))))
	if t.Noise {
		c.NoiseE, c.NoiseI = F(t.NoiseSDE), F(t.NoiseSDI)
	}
	return c
}

// Steps are the two changes of a threshold at a target rate.
func Steps[F fmath.Float](t *Table, h F) (silent, active F) {
	eta := F(t.EtaIP)
	return F(eta * (0 - h)), F(eta * (1 - h))
}

// Targets are the target rates of all units; nil where they are alike.
func Targets[F fmath.Float](t *Table, key [2]uint32) []F {
	if t.SigmaIP == 0 {
		return nil
	}
	out := make([]F, t.NE)
	for i := range out {
		word := wordAt(key, rng.SornTarget, uint32(i), 0)
		out[i] = F(t.Target()) + F(F(t.SigmaIP)*(F(2*rng.Uniform[F](word))-1))
	}
	return out
}
