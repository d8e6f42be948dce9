package tnn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
)

// Controls are what a user changed while a run goes on; both backends keep one.
type Controls struct {
	adapt    *bool
	external map[int32]float64
	numbers  map[string]float64 // by key, of what eras may change; NaN where it was taken back
}

// Set applies a control: "adapt" is 0 or 1, and NaN returns to the eras' own;
// "external:ID" holds an external node at a state in [-1, 1], NaN lets it go; a key that
// eras may change, such as "edge.inverse_temperature", has the value in all replicas, and
// NaN returns to that of the configuration and its eras.
func (c *Controls) Set(n *Network, name string, value float64) error {
	if name == "adapt" {
		if !math.IsNaN(value) && value != 0 && value != 1 {
			return fmt.Errorf("adapt is switched on by 1 and off by 0, not by %v", value)
		}
		if c.adapt = nil; !math.IsNaN(value) {
			on := value == 1
			c.adapt = &on
		}
		return nil
	}
	if n.Spec.number(name) != nil {
		return c.setNumber(n, name, value)
	}
	text, found := strings.CutPrefix(name, "external:")
	if !found {
		return model.UnknownControl("control %q is not known; use adapt, external:ID or a key that eras change", name)
	}
	id, err := strconv.Atoi(text)
	if err != nil || id < 0 || id >= n.Graph.Nodes || n.IsNetwork(int32(id)) {
		return model.UnknownControl("control %q does not name an external node", name)
	}
	if math.IsNaN(value) {
		delete(c.external, int32(id))
		return nil
	}
	if value < -1 || value > 1 {
		return fmt.Errorf("state %v of external node %d is out of range; use -1 to 1", value, id)
	}
	if c.external == nil {
		c.external = map[int32]float64{}
	}
	c.external[int32(id)] = value
	return nil
}

// CheckControl implements model.Controlled.
func (n *Network) CheckControl(name string, value float64) error {
	return new(Controls).Set(n, name, value)
}

// setNumber gives a key that eras may change a value.
func (c *Controls) setNumber(n *Network, key string, value float64) error {
	if n.isSwept(key) {
		return fmt.Errorf("replicas have different values of %s, which is swept", key)
	}
	for i := range max(1, len(n.Variants)) {
		if err := n.SpecOf(i).checkValue(key, value); err != nil && !math.IsNaN(value) {
			return err
		}
	}
	if c.numbers == nil {
		c.numbers = map[string]float64{}
	}
	c.numbers[key] = value
	return nil
}

// isSwept tells whether replicas differ in a number.
func (n *Network) isSwept(key string) bool {
	for i := range n.Variants {
		if *n.SpecOf(i).number(key) != *n.SpecOf(0).number(key) {
			return true
		}
	}
	return false
}

// number is the value of a key, given that of the configuration and its eras.
func (c *Controls) number(key string, own float64) float64 {
	if v, set := c.numbers[key]; set && !math.IsNaN(v) {
		return v
	}
	return own
}

// has tells whether a number was ever set.
func (c *Controls) has(key string) bool {
	_, set := c.numbers[key]
	return set
}

// Changes tells whether numbers of groups or edges change while the network runs.
func (c *Controls) Changes(n *Network) bool {
	for key := range c.numbers {
		if isOfNetwork(key) {
			return true
		}
	}
	return n.IsChanged()
}

// changesWeights tells whether weights of external nodes were ever set.
func (c *Controls) changesWeights() bool {
	for key := range c.numbers {
		if !isOfNetwork(key) {
			return true
		}
	}
	return false
}

// SpecAt is the specification of a replica with the numbers that groups and edges have
// at a step.
func (c *Controls) SpecAt(n *Network, step int64, replica int) *Spec {
	if !c.Changes(n) {
		return n.SpecOf(replica)
	}
	out := n.SpecAt(step, replica).apart()
	for key := range c.numbers {
		if isOfNetwork(key) {
			*out.number(key) = c.number(key, *out.number(key))
		}
	}
	return out
}

// AddChanged fills in the values of the keys that eras change, behind the Sums.
func (c *Controls) AddChanged(n *Network, sums []float64, step int64, replica int) {
	for i := range n.courses {
		key := n.courses[i].Key
		sums[int(Sums)+i] = c.number(key, n.courses[i].At(step, *n.SpecOf(replica).number(key)))
	}
}

// controls are those that a page has.
func (n *Network) controls() []model.Control {
	out := []model.Control{{Name: "adapt", Title: "Weights adapt"}}
	for _, key := range n.Spec.numbers() {
		if !n.isSwept(key) {
			out = append(out, model.Control{Name: key, Title: key, Number: true, Own: *n.Spec.number(key)})
		}
	}
	return out
}

// Adapt tells whether weights change in an era.
func (c *Controls) Adapt(e EraSpec) bool {
	if c.adapt != nil {
		return *c.adapt
	}
	return e.Adapt
}

// External gives the states by id at which external nodes are held.
func (c *Controls) External() map[int32]float64 { return c.external }
