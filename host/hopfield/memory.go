package hopfield

import (
	"fmt"
	"math"

	"tnn-gpu/host/model"
)

// Rule is how patterns are stored.
type Rule string

// The storage rules of docs/hopfield.md sections 2 and 8.
const (
	Hebb           Rule = "hebb"
	StorkeyRule    Rule = "storkey"
	ProjectionRule Rule = "projection"
	FlowRule       Rule = "mpf"
	Polynomial     Rule = "polynomial"
	Exponential    Rule = "exponential"
	Sequence       Rule = "sequence"
)

// Memory is one network with what it has stored. All its fields are integers, in
// multiples of Unit.
type Memory struct {
	N        int
	Patterns []Pattern
	Columns  []Pattern // by unit, its values in all patterns; nil where no field follows from them
	Rule     Rule

	// Couplings of the rules that have a matrix; nil where fields follow from the
	// overlaps with the patterns.
	Couplings *Integers
	Diagonal  int64 // the sum of those of units to themselves, of which energies have none
	// Plain says that Couplings are Hebb's as they were stored, without thresholds.
	Plain bool
	// Sparse couplings of Hebb's rule on a graph; else nil.
	Sparse *Sparse
	// Table of the exponential rule: exp(-2 beta d) in multiples of 2^-36.
	Table []int64
	// Degree of the polynomial rule.
	Degree int
	// Unit of fields and of energies.
	Unit float64
}

// NewMatrixMemory has the couplings of a matrix.
func NewMatrixMemory(rule Rule, patterns []Pattern, couplings *Integers) *Memory {
	return &Memory{N: couplings.N, Patterns: patterns, Rule: rule, Couplings: couplings, Diagonal: couplings.diagonal(), Unit: couplings.Unit()}
}

// NewHebbMemory has Hebb's couplings as a matrix, as they were stored.
func NewHebbMemory(patterns []Pattern, n int) *Memory {
	m := NewMatrixMemory(Hebb, patterns, &Integers{N: n, W: HebbCounts(patterns, n), Hebb: true})
	m.Plain, m.Columns = true, Transposed(patterns, n)
	return m
}

// NewOverlapMemory is Hebb's or the sequence rule without a matrix: fields follow
// from the overlaps with the patterns.
func NewOverlapMemory(rule Rule, patterns []Pattern, n int) *Memory {
	return &Memory{N: n, Patterns: patterns, Columns: Transposed(patterns, n), Rule: rule, Unit: 1 / float64(n)}
}

// NewPolynomialMemory is a dense memory with F(x) = x^degree.
func NewPolynomialMemory(patterns []Pattern, n, degree int) *Memory {
	return &Memory{N: n, Patterns: patterns, Columns: Transposed(patterns, n), Rule: Polynomial, Degree: degree, Unit: 1}
}

// NewExponentialMemory is a dense memory with F(x) = exp(beta x).
func NewExponentialMemory(patterns []Pattern, n int, beta float64) *Memory {
	return &Memory{N: n, Patterns: patterns, Columns: Transposed(patterns, n), Rule: Exponential, Table: ExponentialTable(n, beta), Unit: math.Ldexp(1, -36)}
}

// checkFields refuses what gives p patterns and n units fields that integers do not hold.
func (s *Spec) checkFields(n, p int) error {
	patterns, units := int64(p), int64(n)
	switch net, g := s.Network, s.Graph; {
	case net.Rule == Polynomial && !polynomialFits(p, n, net.Degree):
		return model.BadKey("network.degree", net.Degree, fmt.Sprintf("fields of %d patterns and %d units can pass 63 bits; use a lower one, or fewer patterns or units", p, n))
	case net.Rule == Exponential && p >= 1<<27:
		return s.badCount("fields can pass 63 bits, and the rule exponential takes fewer than 2^27 patterns")
	case g.Kind != Complete && patterns*int64(g.Connections) > math.MaxInt32:
		return s.badCount(fmt.Sprintf("fields of units with %d connections can pass 31 bits; use fewer patterns or connections", g.Connections))
	case net.Rule != Hebb || !s.hasMatrix() || len(net.Thresholds) > 0 || patterns*(units-1) <= math.MaxInt32:
		return nil
	case net.Damage > 0 || net.Clip:
		return s.badCount(fmt.Sprintf("fields of %d units can pass 31 bits; use fewer patterns", n))
	default:
		return model.BadKey("network.matrix", net.Matrix, fmt.Sprintf("fields of %d patterns and %d units can pass 31 bits; use network.matrix=false, or fewer patterns", p, n))
	}
}

// polynomialFits tells whether P 2 degree N^(degree-1) < 2^63, which bounds fields.
func polynomialFits(p, n, degree int) bool {
	return math.Log2(float64(p))+math.Log2(float64(2*degree))+float64(degree-1)*math.Log2(float64(n)) < 63
}

// Energy of a state, and the field of smallest magnitude, from the fields of units.
// Energies are sums of integers, multiplied once: E = -1/2 sum w_ij s_i s_j +
// sum theta_i s_i without the diagonal, and -sum F(N m)/F(N) over patterns in dense
// memories.
// With the sequence rule, which has no energy, it is -1/2 sum h_i s_i.
func (m *Memory) Energy(s Pattern, field func(i int) int64) (energy float64, least int64) {
	twice := int64(0)
	least = math.MaxInt64
	for i := range m.N {
		h := field(i)
		if max(h, -h) < max(least, -least) {
			least = h
		}
		x := int64(s.Sign(i))
		twice += h * x
	}
	if c := m.Couplings; c != nil {
		twice -= m.Diagonal
		for i, v := range c.Threshold {
			twice -= int64(v) * int64(s.Sign(i))
		}
	}
	if !m.Dense() {
		return m.EnergyOf(twice, nil), least
	}
	overlaps := make([]int32, len(m.Patterns))
	for mu, p := range m.Patterns {
		overlaps[mu] = p.Overlap(s, m.N)
	}
	return m.EnergyOf(0, overlaps), least
}

// Dense tells whether the energy follows from overlaps with the patterns.
func (m *Memory) Dense() bool { return m.Rule == Polynomial || m.Rule == Exponential }

// EnergyOf is the energy from twice = -2 E in multiples of the unit, or of a dense memory
// from the overlaps with the patterns, times N.
func (m *Memory) EnergyOf(twice int64, overlaps []int32) float64 {
	if !m.Dense() {
		return -float64(twice) * m.Unit / 2
	}
	sum := 0.0
	for _, overlap := range overlaps {
		if m.Rule == Polynomial {
			sum += m.relativePower(overlap)
		} else {
			sum += float64(float64(m.Table[(int32(m.N)-overlap)/2]) * m.Unit)
		}
	}
	return -sum
}

// Odds is what an integer field is multiplied by for the logarithm of a unit's odds of +1 at
// a temperature: 2 h/T in the memory's unit, as the energies of its two values differ by 2 h.
// Of a polynomial memory they differ by the field, and are counted in F(N).
func (m *Memory) Odds(temperature float64) float64 {
	if m.Rule == Polynomial {
		return m.relativePower(1) / temperature
	}
	return 2 * m.Unit / temperature
}

// relativePower is (overlap/N)^degree.
func (m *Memory) relativePower(overlap int32) float64 {
	x, result := float64(overlap)/float64(m.N), 1.0
	for range m.Degree {
		result *= x
	}
	return result
}
