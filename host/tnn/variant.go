package tnn

import (
	"errors"
	"fmt"
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

// changedWeights are the keys of weights of external nodes that eras change.
func (s *Spec) changedWeights() []string {
	courses, err := s.courses()
	if err != nil {
		return nil // Validate tells
	}
	var out []string
	for _, c := range courses {
		if !isOfNetwork(c.Key) {
			out = append(out, c.Key)
		}
	}
	return out
}

var errVariant = errors.New("replicas share one network: sweep levels, threshold or inverse_temperature of a group, or inverse_temperature, size_mass, change_mass or bound of the edges")

// BranchOf implements model.Branched: eras may differ, too. Whether another seed of the
// graph gives another graph is for its sum to tell.
func (s *Spec) BranchOf(other any) error {
	base, ok := other.(*Spec)
	if !ok {
		return errBranch
	}
	alike := *s
	alike.Eras, alike.Graph.Seed = base.Eras, base.Graph.Seed
	if alike.VariantOf(base) != nil {
		return errBranch
	}
	for _, key := range base.changedWeights() {
		if !slices.Contains(s.changedWeights(), key) {
			return fmt.Errorf("the eras of the other run change %s, and its checkpoint has the value of that time: say in the eras of this one what it is", key)
		}
	}
	return nil
}

var errBranch = errors.New("change levels, threshold or inverse_temperature of a group, inverse_temperature, size_mass, change_mass or bound of the edges, eras, the seed, or what is recorded")

// SpecOf is the specification of a replica.
func (n *Network) SpecOf(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}
