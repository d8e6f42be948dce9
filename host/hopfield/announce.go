package hopfield

import (
	"fmt"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	s := n.Spec
	lines := [][2]string{
		{"network", fmt.Sprintf("%s, %s graph: %d units", n.ruleText(), s.Graph.Kind, n.N)},
		{"patterns", n.patternsText()},
		{"recall", n.recallText()},
	}
	if s.Network.Damage > 0 {
		lines = append(lines, [2]string{"damage", fmt.Sprintf("a share of %g of the couplings is lost", s.Network.Damage)})
	}
	return lines
}

func (n *Network) ruleText() string {
	switch s := n.Spec.Network; s.Rule {
	case Polynomial:
		return fmt.Sprintf("polynomial of degree %d", s.Degree)
	case Exponential:
		return fmt.Sprintf("exponential, beta %g", s.Beta)
	default:
		return string(s.Rule)
	}
}

func (n *Network) patternsText() string {
	p, s := n.patterns(n.Spec), n.Spec.Patterns
	said := fmt.Sprintf("%d, load %.4g", p, float64(p)/float64(n.N))
	switch {
	case s.Letters > 0:
		return said + fmt.Sprintf(", letters of %d x %d units", s.Letters, s.Letters)
	case len(s.Files) > 0:
		return said + ", from " + strings.Join(s.Files, ", ")
	case s.Prototypes > 0:
		return said + fmt.Sprintf(", copies of %s", text.Count(s.Prototypes, "prototype"))
	}
	return said + ", random"
}

func (n *Network) recallText() string {
	r := n.Spec.Recall
	text := string(r.Update)
	if r.Update == Blocks {
		text = fmt.Sprintf("%d blocks a sweep, an approximation", r.Blocks)
	}
	if r.Temperature > 0 {
		text += fmt.Sprintf(", %s at T = %g", r.Method, r.Temperature)
	} else {
		text += ", T = 0"
	}
	if r.Start != "" {
		return text + ", from the start of " + r.Start
	}
	if r.State != "" {
		return text + ", from the start " + r.State
	}
	return text + fmt.Sprintf(", from pattern %s with %s of %g", n.patternName(r.Trial%n.patterns(n.Spec)), r.Corruption, r.Fraction)
}

// patternName is the number of a pattern, and of a letter what it is.
func (n *Network) patternName(number int) string {
	if n.Spec.Patterns.Letters > 0 {
		return fmt.Sprintf("%d, %c", number, 'A'+number)
	}
	return fmt.Sprint(number)
}

// Sites implements model.Sited.
func (n *Network) Sites() model.Sites {
	return model.Sites{Space: Unit, Count: n.N, Sides: n.sides(), Bipartite: n.Graph != nil && n.Graph.Bipartite, Field: StateField}
}

// sides of what pictures show: units without places are a line.
func (n *Network) sides() []int {
	if n.Sides == nil {
		return []int{n.N}
	}
	return n.Sides
}

// Region implements model.Sited.
func (n *Network) Region(from, to []int) ([]int, error) {
	sides := n.sides()
	if len(from) != len(sides) {
		return nil, fmt.Errorf("a box of this network has %d dimensions", len(sides))
	}
	sites := []int{0}
	for d, side := range sides {
		if to[d] > side {
			return nil, fmt.Errorf("the box ends at %d, and the side has %d units", to[d], side)
		}
		var next []int
		for _, base := range sites {
			for x := from[d]; x < to[d]; x++ {
				next = append(next, base*side+x)
			}
		}
		sites = next
	}
	return sites, nil
}
