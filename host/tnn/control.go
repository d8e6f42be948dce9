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
}

// Set applies a control: "adapt" is 0 or 1, and NaN returns to the eras' own;
// "external:ID" holds an external node at a state in [-1, 1], NaN lets it go.
func (c *Controls) Set(n *Network, name string, value float64) error {
	if name == "adapt" {
		c.adapt = nil
		if !math.IsNaN(value) {
			on := value != 0
			c.adapt = &on
		}
		return nil
	}
	text, found := strings.CutPrefix(name, "external:")
	if !found {
		return fmt.Errorf("control %q is not known; use adapt or external:ID: %w", name, model.ErrUnknownControl)
	}
	id, err := strconv.Atoi(text)
	if err != nil || id < 0 || id >= n.Graph.Nodes || n.IsNetwork(int32(id)) {
		return fmt.Errorf("control %q does not name an external node: %w", name, model.ErrUnknownControl)
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

// Adapt tells whether weights change in an era.
func (c *Controls) Adapt(e EraSpec) bool {
	if c.adapt != nil {
		return *c.adapt
	}
	return e.Adapt
}

// External gives the states by id at which external nodes are held.
func (c *Controls) External() map[int32]float64 { return c.external }
