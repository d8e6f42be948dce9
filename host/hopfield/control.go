package hopfield

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// The controls: flipPrefix and the number of a unit negates the unit in all replicas;
// targetControl chooses the pattern to be recalled.
const (
	flipPrefix    = "flip:"
	targetControl = "target"
)

// CheckControl implements model.Controlled.
func (n *Network) CheckControl(name string, value float64) error {
	if name == targetControl {
		count := n.fewestPatterns()
		if !math.IsNaN(value) && !(value >= 0 && value < float64(count) && value == math.Trunc(value)) {
			return fmt.Errorf("the target is the number of a pattern, from 0 to %d, not %v", count-1, value)
		}
		return nil
	}
	if !strings.HasPrefix(name, flipPrefix) {
		return model.UnknownControl("control %q is not known; use %s or %sUNIT", name, targetControl, flipPrefix)
	}
	if unit, err := flipped(name); err != nil || unit < 0 || unit >= n.N {
		return model.UnknownControl("control %q does not name a unit from 0 to %d", name, n.N-1)
	}
	if value != 1 {
		return fmt.Errorf("a unit is flipped by the value 1, not by %v", value)
	}
	return nil
}

// flipped is the unit that a control negates.
func flipped(name string) (int, error) { return strconv.Atoi(strings.TrimPrefix(name, flipPrefix)) }

// Control carries out a control on a state: all that controls do is part of it. NaN gives
// the target back that the configuration has.
func (n *Network) Control(s *state.State, name string, value float64) error {
	if err := n.CheckControl(name, value); err != nil {
		return err
	}
	if name == targetControl {
		n.aim(s, value)
		return nil
	}
	unit, err := flipped(name)
	if err != nil {
		return err
	}
	for r := range s.Replicas {
		s.Array(StateField).Ints[r*n.N+unit] *= -1
		s.Array(PeriodField).Ints[r], s.Array(EndedField).Ints[r] = 0, 0
	}
	return nil
}

// aim changes the target of all replicas.
func (n *Network) aim(s *state.State, value float64) {
	targets := s.Array(TargetField).Ints
	for r := range targets {
		targets[r] = int32(value)
		if math.IsNaN(value) {
			spec := n.Of(r)
			targets[r] = int32(spec.Recall.Trial % n.patterns(spec))
		}
	}
}

// fewestPatterns is the least number of patterns that a replica has.
func (n *Network) fewestPatterns() int {
	count := n.patterns(n.Spec)
	for _, v := range n.Variants {
		count = min(count, n.patterns(v))
	}
	return count
}
