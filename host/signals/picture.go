package signals

import (
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Sites implements model.Sited: the table of the speaker is a picture, states against
// signals, or the values of the first attribute against those of the second.
func (n *Network) Sites() model.Sites {
	s := model.Sites{Space: Input, Sides: []int{n.Spec.Attributes.Values, n.Spec.Attributes.Values}}
	if n.Spec.Signals.Game == LewisGame {
		s = model.Sites{Space: Cell, Sides: []int{n.Spec.Lewis.States, n.Spec.Lewis.Signals}}
	}
	s.Count = s.Sides[0] * s.Sides[1]
	return s
}

// Region implements model.Sited.
func (n *Network) Region(from, to []int) ([]int, error) {
	sides := n.Sites().Sides
	if len(from) != 2 || len(to) != 2 || to[0] > sides[0] || to[1] > sides[1] {
		return nil, fmt.Errorf("a box of the table is within 0:%d, 0:%d", sides[0], sides[1])
	}
	var sites []int
	for row := from[0]; row < to[0]; row++ {
		for column := from[1]; column < to[1]; column++ {
			sites = append(sites, row*sides[1]+column)
		}
	}
	return sites, nil
}

// shades of a replica's table, from -1 to 1: the shares of signals in the speaker's urns,
// or the numbers of the likeliest messages.
func (n *Network) shades(s *state.State, replica int) []float64 {
	var out []float64
	if n.Spec.Signals.Game == LewisGame {
		speaker, _ := n.Urns(s, replica)
		for _, share := range proportions(speaker, n.Spec.Lewis.Signals) {
			out = append(out, 2*share-1)
		}
		return out
	}
	symbols := n.Spec.Attributes.Symbols
	messages := n.messages(s, replica)
	for m := 0; m < len(messages); m += 2 {
		number := float64(messages[m]*symbols + messages[m+1])
		out = append(out, 2*number/float64(symbols*symbols-1)-1)
	}
	return out
}
