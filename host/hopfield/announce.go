package hopfield

import (
	"errors"
	"fmt"
	"strings"

	"tnn-gpu/host/model"
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
	text := fmt.Sprintf("%d, load %.4g", p, float64(p)/float64(n.N))
	switch {
	case s.Letters > 0:
		return text + fmt.Sprintf(", letters of %d x %d units", s.Letters, s.Letters)
	case len(s.Files) > 0:
		return text + ", from " + strings.Join(s.Files, ", ")
	case s.Prototypes > 0:
		return text + fmt.Sprintf(", copies of %d prototypes", s.Prototypes)
	}
	return text + ", random"
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
	return text + fmt.Sprintf(", from pattern %d with %s of %g", r.Trial%n.patterns(n.Spec), r.Corruption, r.Fraction)
}

// Sites implements model.Sited.
func (n *Network) Sites() model.Sites {
	return model.Sites{Space: Unit, Count: n.N, Sides: n.Sides, Bipartite: n.Graph != nil && n.Graph.Bipartite}
}

// Region implements model.Sited.
func (n *Network) Region(from, to []int) ([]int, error) {
	if n.Sides == nil {
		return nil, errors.New("the units of this network have no places")
	}
	if len(from) != len(n.Sides) {
		return nil, fmt.Errorf("a box of this network has %d dimensions", len(n.Sides))
	}
	sites := []int{0}
	for d, side := range n.Sides {
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
