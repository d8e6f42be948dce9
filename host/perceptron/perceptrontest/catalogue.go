// Package perceptrontest has perceptrons for tests of backends.
package perceptrontest

import (
	"fmt"

	"tnn-gpu/host/perceptron"
)

// Case is a network for tests, small enough for every backend.
type Case struct {
	Name    string
	Network *perceptron.Network
	Keys    []uint64 // of the replicas
}

// rules are all rules, with the powers of section 7.
func rules() []perceptron.Table {
	return []perceptron.Table{
		{Rule: perceptron.Hebb}, {Rule: perceptron.Perceptron}, {Rule: perceptron.AdaTron},
		{Rule: perceptron.AlphaTron, Alpha: 0.25}, {Rule: perceptron.AlphaTron, Alpha: 0.5},
		{Rule: perceptron.AlphaTron, Alpha: 1}, {Rule: perceptron.AlphaTron, Alpha: 2},
	}
}

// Cases have even and odd sizes around those of quads, blocks and stripes, few
// examples and many, every rule and noise, teacher, start and supply, heat at every
// step and at some, and students that diverge.
func Cases() []Case {
	var cases []Case
	add := func(n, b int, change func(t *perceptron.Table)) {
		cases = append(cases, newCase(n, b, change))
	}
	plain := func(*perceptron.Table) {}
	add(2, 1, plain)
	add(21, 3, func(t *perceptron.Table) { t.HeatEvery = 1 })
	add(33, 1, func(t *perceptron.Table) { t.Teacher, t.Start = perceptron.PlusMinus, perceptron.Zero })
	add(128, 4, func(t *perceptron.Table) { t.Swirl, t.HeatEvery = 0.7, 1 })
	add(130, 65, func(t *perceptron.Table) { t.Swirl, t.HeatEvery = -0.3, 3 })
	add(257, 30, func(t *perceptron.Table) { t.Examples, t.P = perceptron.Stored, 70 })
	add(300, 7, func(t *perceptron.Table) { t.Ramp = 0.3 })
	add(4099, 30, plain)
	add(200, 130, func(t *perceptron.Table) { t.HeatEvery = 2 })
	// More examples, and more blocks of components, than a work-group has at hand.
	add(21, 1030, func(t *perceptron.Table) { t.HeatEvery = 1 })
	add(33000, 1, plain)
	return cases
}

// newCase has two realisations of a student of each rule and noise.
func newCase(n, b int, change func(t *perceptron.Table)) Case {
	c := Case{Name: fmt.Sprintf("n=%d,B=%d", n, b)}
	for realisation := range uint32(2) {
		for _, rule := range rules() {
			for _, noise := range []perceptron.Noise{perceptron.Sqrt2, perceptron.Literal2} {
				s := perceptron.Defaults()
				t := &s.Perceptron
				t.N, t.B, t.Dt, t.Time, t.AverageFrom, t.HeatEvery = n, b, 0.01, 0.4, 0, 10
				t.Rule, t.Alpha, t.Noise = rule.Rule, rule.Alpha, noise
				change(t)
				c.Network = orFirst(c.Network, s)
				c.Network.Variants = append(c.Network.Variants, s)
				c.Keys = append(c.Keys, perceptron.RealisationKey(11, realisation))
			}
		}
	}
	return c
}

func orFirst(n *perceptron.Network, s *perceptron.Spec) *perceptron.Network {
	if n == nil {
		return &perceptron.Network{Spec: s}
	}
	return n
}
