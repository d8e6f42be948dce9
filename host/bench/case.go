// Package bench measures how fast a backend makes steps, beside what its device's
// memory could move. It holds the model of bytes, the measuring loop and the
// table; docs/performance.md explains the figures.
package bench

import (
	"fmt"

	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Case is a network to be measured: a preset on a lattice of Size x Size nodes.
type Case struct {
	Rule        tnn.Rule        `json:"rule"`
	Size        int             `json:"size"`
	Connections int             `json:"connections"`
	Precision   state.Precision `json:"precision"`
	Replicas    int             `json:"replicas"`
}

func (c Case) String() string {
	text := fmt.Sprintf("%s, %dx%d nodes with %d connections, %s precision", c.Rule, c.Size, c.Size, c.Connections, c.Precision)
	if c.Replicas > 1 {
		text += fmt.Sprintf(", %d replicas", c.Replicas)
	}
	return text
}

// Spec is the network on its own, as the presets isolated4 and relaxed have it.
func (c Case) Spec() *tnn.Spec {
	name := "isolated4"
	if c.Rule == tnn.Hylton2019 {
		name = "relaxed"
	}
	var spec *tnn.Spec
	for _, p := range tnn.Presets() {
		if p.Name == name {
			spec = p.Spec
		}
	}
	spec.Graph.Sides = []int{c.Size, c.Size}
	spec.Groups[0].Connections = c.Connections
	spec.Eras[0].Steps = tnn.MaxSweeps / 1024 // no measurement comes to its end
	return spec
}

// Seeds are those of the replicas.
func (c Case) Seeds() []uint64 {
	seeds := make([]uint64, c.Replicas)
	for i := range seeds {
		seeds[i] = uint64(i + 1)
	}
	return seeds
}

// Updates is the number of visits of nodes in a step, of all replicas.
func (c Case) Updates() int64 {
	return int64(c.Size) * int64(c.Size) * int64(c.Replicas) * int64(c.Spec().Sweeps())
}
