package sorn

import "fmt"

// FedChannels is how many inputs each step is given; 0 where it makes them itself.
func (n *Network) FedChannels() int {
	if n.Spec.Input.Kind != Fed {
		return 0
	}
	return n.Spec.Channels()
}

// Fed adds inputs of steps to those that are waiting.
func (n *Network) Fed(waiting, inputs []float64) ([]float64, error) {
	channels := n.FedChannels()
	if channels == 0 || len(inputs)%channels != 0 {
		return waiting, fmt.Errorf("%d inputs are given, and a step takes %d", len(inputs), channels)
	}
	return append(waiting, inputs...), nil
}

// CheckFed says that too few inputs are waiting for a number of steps.
func (n *Network) CheckFed(waiting []float64, steps int) error {
	if need := steps * n.FedChannels(); len(waiting) < need {
		return fmt.Errorf("%d steps need %d inputs, and %d were given", steps, need, len(waiting))
	}
	return nil
}

// FedAt are the inputs of a step, counted from 0; nil where steps make their own.
func (n *Network) FedAt(waiting []float64, step int) []float64 {
	c := n.FedChannels()
	if c == 0 || len(waiting) < (step+1)*c {
		return nil
	}
	return waiting[step*c : (step+1)*c]
}

// SetFed implements model.Feedable: channels take inputs in place of those that the
// network makes itself. Pools stay.
func (s *Spec) SetFed() error {
	s.Input = InputSpec{Kind: Fed, PoolSize: s.Input.PoolSize, Overlap: s.Input.Overlap}
	return s.checkInput()
}

// IsFed implements model.Feedable.
func (s *Spec) IsFed() bool { return s.Input.Kind == Fed }
