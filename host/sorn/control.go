package sorn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// The controls besides those that are called as a rule.
const (
	plasticityControl = "plasticity"
	inputControl      = "input"
	restControl       = "rest"
)

// Controls are what a user changed while a run goes on; both backends keep one.
type Controls struct{ on map[string]bool }

// switches are the controls that a page has: those of rules that are not frozen.
func (n *Network) switches() []model.Control {
	out := []model.Control{{Name: plasticityControl, Title: "plasticity"}}
	for _, r := range Rules() {
		if !has(n.Spec.Sorn.Freeze, r) {
			out = append(out, model.Control{Name: string(r), Title: string(r)})
		}
	}
	if n.Spec.Input.Kind != Zero {
		out = append(out, model.Control{Name: inputControl, Title: "input"})
	}
	return out
}

// Set applies a control: plasticity, a rule and input are 0 or 1, and NaN returns to what
// the eras have. It tells whether the states of all units are to become 0, which is what
// rest does.
func (c *Controls) Set(name string, value float64) (rest bool, err error) {
	switch {
	case name == restControl:
		if value != 1 {
			return false, fmt.Errorf("the network is put to rest by the value 1, not by %v", value)
		}
		return true, nil
	case name != plasticityControl && name != inputControl && !slices.Contains(Rules(), Rule(name)):
		return false, model.UnknownControl("control %q is not known; use plasticity, stdp, ip, sp, istdp, ss, input or rest", name)
	case math.IsNaN(value):
		delete(c.on, name)
		return false, nil
	case value != 0 && value != 1:
		return false, fmt.Errorf("%s is switched on by 1 and off by 0, not by %v", name, value)
	}
	if c.on == nil {
		c.on = map[string]bool{}
	}
	c.on[name] = value == 1
	return false, nil
}

// CheckControl implements model.Controlled.
func (n *Network) CheckControl(name string, value float64) error {
	_, err := new(Controls).Set(name, value)
	return err
}

// Regime is that of a step under the controls.
func (c *Controls) Regime(s *Spec, step int64) Regime {
	r := s.RegimeAt(step)
	if len(c.on) == 0 {
		return r
	}
	era := s.eraAt(step)
	plastic := c.has(plasticityControl, !era.Phase.Is(Training))
	for _, rule := range Rules() {
		works := c.has(string(rule), !has(s.Sorn.Freeze, rule) && !has(era.Freeze, rule))
		*r.rule(rule) = plastic && works
	}
	r.Input = c.has(inputControl, r.Input)
	return r
}

// has is a switch where it was used, or else what the eras have.
func (c *Controls) has(name string, otherwise bool) bool {
	if on, used := c.on[name]; used {
		return on
	}
	return otherwise
}

// Rest makes the states of all units 0.
func (n *Network) Rest(s *state.State) {
	for _, name := range []string{XField, XBefore, YField, YBefore} {
		clear(s.Array(name).Bits)
	}
}

// Command implements model.Commanded: the package's phases and freeze lists.
func (n *Network) Command(name string, words []string) ([]state.Control, error) {
	switch name {
	case "phase":
		for value, phase := range []Phase{Training, Plasticity} {
			if len(words) == 1 && phase.Is(Phase(words[0])) {
				return []state.Control{{Name: plasticityControl, Value: float64(value)}}, nil
			}
		}
		return nil, fmt.Errorf("use !phase plasticity or !phase training")
	case "freeze":
		var frozen []Rule
		for _, w := range words {
			rule := Rule(strings.ToLower(w))
			if !has(Rules(), rule) {
				return nil, fmt.Errorf("%q is no rule; rules are stdp, ip, sp, istdp and ss", w)
			}
			frozen = append(frozen, rule)
		}
		var out []state.Control
		for _, rule := range Rules() {
			value := math.NaN()
			if has(frozen, rule) {
				value = 0
			}
			out = append(out, state.Control{Name: string(rule), Value: value})
		}
		return out, nil
	case "rest":
		if len(words) > 0 {
			return nil, fmt.Errorf("!rest takes no words")
		}
		return []state.Control{{Name: restControl, Value: 1}}, nil
	}
	return nil, nil
}

// Commands implements model.Commanded.
func (n *Network) Commands() []string { return []string{"!phase PHASE", "!freeze RULES", "!rest"} }
