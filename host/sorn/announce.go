package sorn

import (
	"fmt"
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// Phases implements model.Phased.
func (n *Network) Phases() []model.Phase {
	var out []model.Phase
	first := int64(1)
	for i, e := range n.Spec.Eras {
		r := n.Spec.RegimeAt(first)
		works := ""
		for _, rule := range []struct {
			name Rule
			on   bool
		}{{STDP, r.STDP}, {IP, r.IP}, {SP, r.SP}, {ISTDP, r.ISTDP}, {SS, r.SS}} {
			if rule.on {
				works += " " + string(rule.name)
			}
		}
		if works == "" {
			works = " none"
		}
		text := fmt.Sprintf("era %d of %d, from step %d: %s, rules:%s", i+1, len(n.Spec.Eras), first, e.Phase, works)
		if !e.Input {
			text += ", no input"
		}
		if e.Shuffle {
			text += ", states shuffled"
		}
		out = append(out, model.Phase{First: first, Text: text})
		first += int64(e.Steps)
	}
	return out
}

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	t := &n.Spec.Sorn
	lines := [][2]string{
		{"network", fmt.Sprintf("%d excitatory and %d inhibitory units", t.NE, t.M())},
		{"input", n.inputText()},
	}
	target := fmt.Sprintf("%.4g", t.Target())
	if t.TargetRate == 0 {
		target += " = 2 nu/ne, as sorn.target_rate is not set"
		if math.Abs(t.Target()-0.1) > 1e-12 {
			target += "; the usual rate is 0.1"
		}
	}
	return append(lines, [2]string{"target rate", target})
}

func (n *Network) inputText() string {
	in := &n.Spec.Input
	said := string(in.Kind)
	switch in.Kind {
	case Zero:
		return "none"
	case Words, Markov:
		said += fmt.Sprintf(" of %d", len(in.Words))
	case Gaussian:
		said += fmt.Sprintf(", mean %g, standard deviation %g", in.Mean, in.SD)
	case File:
		said += " " + in.File
		if n.more > 0 {
			said += fmt.Sprintf(", which has %s more than the run has steps", text.Count(n.more, "row"))
		}
	case Text:
		said += fmt.Sprintf(" %s of %s", in.File, text.Count(len(in.text.letters), "letter"))
	case Strong:
		return said + fmt.Sprintf(", %s", text.Count(in.Units, "unit"))
	}
	said += fmt.Sprintf(", %s", text.Count(n.Spec.Channels(), "channel"))
	if in.PoolSize > 0 {
		said += fmt.Sprintf(" to pools of %s", text.Count(in.PoolSize, "unit"))
	}
	if in.Readout != "" {
		said += ", each symbol as " + in.Readout + " predicts it"
	}
	return said
}
