package tnn

import (
	"errors"
	"reflect"
	"slices"
)

// VariantOf says why this specification and another, a *Spec, cannot be those of
// two replicas of one network: they may differ in levels, thresholds, temperatures,
// masses and bounds alone.
func (s *Spec) VariantOf(other any) error {
	base, ok := other.(*Spec)
	if !ok || len(base.Groups) != len(s.Groups) {
		return errVariant
	}
	same := *s
	same.Groups = slices.Clone(s.Groups)
	for i := range same.Groups {
		g, b := &same.Groups[i], &base.Groups[i]
		g.Levels, g.Threshold, g.InverseTemperature = b.Levels, b.Threshold, b.InverseTemperature
	}
	same.Edge = base.Edge
	same.Edge.Kind, same.Edge.Noise = s.Edge.Kind, s.Edge.Noise
	if !reflect.DeepEqual(&same, base) {
		return errVariant
	}
	return nil
}

var errVariant = errors.New("replicas share one network: sweep levels, threshold or inverse_temperature of a group, or inverse_temperature, size_mass, change_mass or bound of the edges")

// SpecOf is the specification of a replica.
func (n *Network) SpecOf(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}
