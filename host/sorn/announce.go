package sorn

import (
	"fmt"
	"math"

	"tnn-gpu/host/model"
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
	text := string(in.Kind)
	switch in.Kind {
	case Zero:
		return "none"
	case Words, Markov:
		text += fmt.Sprintf(" of %d", len(in.Words))
	case Gaussian:
		text += fmt.Sprintf(", mean %g, standard deviation %g", in.Mean, in.SD)
	case File:
		text += " " + in.File
		if n.more > 0 {
			text += fmt.Sprintf(", which has %d rows more than the run has steps", n.more)
		}
	case Text:
		text += fmt.Sprintf(" %s of %d letters", in.File, len(in.text.letters))
	case Strong:
		return text + fmt.Sprintf(", %d units", in.Units)
	}
	text += fmt.Sprintf(", %d channels", n.Spec.Channels())
	if in.PoolSize > 0 {
		text += fmt.Sprintf(" to pools of %d units", in.PoolSize)
	}
	if in.Readout != "" {
		text += ", each symbol as " + in.Readout + " predicts it"
	}
	return text
}
