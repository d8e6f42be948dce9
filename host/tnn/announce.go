package tnn

import (
	"fmt"
	"path/filepath"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/text"
)

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	lines := [][2]string{{"network", n.describeGraph()}}
	for _, text := range n.origin() {
		lines = append(lines, [2]string{"file", text})
	}
	for i, g := range n.Spec.Groups {
		lines = append(lines, [2]string{"group", describeGroup(g, n.groupSize(i))})
	}
	for _, e := range n.Spec.Externals {
		lines = append(lines, [2]string{"external", e.describe()})
	}
	for _, text := range n.remarks {
		lines = append(lines, [2]string{"series", text})
	}
	if r := n.Report; r != nil && r.Missing > 0 {
		have := "have"
		if r.Short == 1 {
			have = "has"
		}
		lines = append(lines, [2]string{"not placed", fmt.Sprintf("%d of the %d half-edges that were asked for; %s %s fewer connections than asked for", r.Missing, r.Wanted, text.Count(int(r.Short), "node"), have)})
	}
	return append(lines, [2]string{"schedule", n.scheduleText()})
}

// origin says what was taken from the file of the graph, if it is of one, and how
// it was understood.
func (n *Network) origin() []string {
	if n.Spec.Graph.Kind != FromFile {
		return nil
	}
	weights, states := 0, 0
	if n.Weights != nil {
		weights = n.counts.Plastic
	}
	if n.States != nil {
		states = n.counts.Nodes
	}
	out := []string{fmt.Sprintf("%s and %s of %s are the start", text.CountOrNo(weights, "weight"), text.CountOrNo(states, "state"), filepath.Base(n.Spec.Graph.File))}
	if last := len(n.names) - 1; last >= 0 {
		out = append(out, fmt.Sprintf("its nodes are called %q to %q, in all that takes and tells nodes; arrays in files go by numbers from 0 on, and nodes.csv has both", n.names[0], n.names[last]))
	}
	joined := make([]bool, n.Graph.Nodes)
	for _, e := range n.Graph.Edges {
		joined[e.A], joined[e.B] = true, true
	}
	alone := 0
	for _, found := range joined {
		if !found {
			alone++
		}
	}
	switch {
	case alone == 1:
		out = append(out, fmt.Sprintf("1 of its %d nodes has no edge, and takes part in all means", n.Graph.Nodes))
	case alone > 1:
		out = append(out, fmt.Sprintf("%d of its %d nodes have no edges, and take part in all means", alone, n.Graph.Nodes))
	}
	return append(out, n.notes...)
}

func (n *Network) describeGraph() string {
	spec, c := n.Spec, n.counts
	kind := string(spec.Graph.Kind)
	if len(spec.Graph.Sides) > 0 {
		kind += " " + n.Graph.Lattice.String()
	}
	if spec.Graph.Bipartite {
		kind += " bipartite"
	}
	words := fmt.Sprintf("%s, %s: %s, %s", spec.Network.Rule, kind, text.Count(n.Graph.Nodes, "node"), text.Count(len(n.Graph.Edges), "edge"))
	if c.SelfLoops > 0 {
		words += fmt.Sprintf(" (%s)", text.Count(c.SelfLoops, "self-loop"))
	}
	if c.External == 0 {
		return words + ", no external nodes"
	}
	return words + ", " + text.Count(c.External, "external node")
}

func describeGroup(g GroupSpec, size int) string {
	words := text.Count(size, "node")
	if g.Name != "" {
		words = g.Name + ": " + words
	}
	if choice := g.choice(); choice != "" {
		words += " (" + choice + ")"
	}
	if g.Connections > 0 {
		words += ", " + text.Count(g.Connections, "connection")
	}
	if g.SelfLoops > 0 {
		words += ", " + text.Count(g.SelfLoops, "self-loop")
	}
	return fmt.Sprintf("%s, %d levels, inverse temperature %g, threshold %g", words, g.Levels, g.InverseTemperature, g.Threshold)
}

// groupSize counts the network nodes of a group.
func (n *Network) groupSize(group int) int {
	if n.Group == nil {
		return n.counts.Nodes
	}
	size := 0
	for id, g := range n.Group {
		if int(g) == group && n.IsNetwork(int32(id)) {
			size++
		}
	}
	return size
}

// scheduleText is the schedule in words.
func (n *Network) scheduleText() string {
	kind := "checkerboard"
	if len(n.Schedule) > 2 {
		kind = "greedy colouring"
	}
	return fmt.Sprintf("%s of %s, %s a step", kind, text.Count(len(n.Schedule), "colour set"), text.Count(n.Spec.Sweeps(), "sweep"))
}

// Phases implements model.Phased: they are the eras.
func (n *Network) Phases() []model.Phase {
	all := n.Spec.Eras
	var out []model.Phase
	first := int64(1)
	for i, e := range all {
		weights := "are fixed"
		if e.Adapt {
			weights = "adapt"
		}
		text := fmt.Sprintf("era %d of %d, from step %d: weights %s", i+1, len(all), first, weights)
		if len(n.Externals) > 0 {
			text += ", external nodes " + string(e.Mode)
			if e.Predict {
				text += " with predict"
			}
		}
		for _, change := range e.Change {
			text += ", " + change
		}
		p := model.Phase{First: first, Text: text}
		if !e.Adapt && n.Spec.Network.Rule == Hylton2020 { // no node equilibrates
			p.Held = []string{"dissipation", "transport", "quality"}
		}
		out = append(out, p)
		first += int64(e.Steps)
	}
	return out
}

func numbers(v []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(v)), ", "), "[]")
}
