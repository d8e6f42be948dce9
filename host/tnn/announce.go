package tnn

import (
	"fmt"
	"strings"

	"tnn-gpu/host/model"
)

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	lines := [][2]string{{"network", n.describeGraph()}}
	for i, g := range n.Spec.Groups {
		lines = append(lines, [2]string{"group", describeGroup(g, n.groupSize(i))})
	}
	for _, e := range n.Spec.Externals {
		lines = append(lines, [2]string{"external", fmt.Sprintf("%s of nodes, weight %g, periods %s", count(e.Pairs, "pair"), e.Weight, numbers(e.Periods))})
	}
	if r := n.Report; r != nil && r.Missing > 0 {
		have := "have"
		if r.Short == 1 {
			have = "has"
		}
		lines = append(lines, [2]string{"not placed", fmt.Sprintf("%d of the %d half-edges that were asked for; %s %s fewer connections than asked for", r.Missing, r.Wanted, count(int(r.Short), "node"), have)})
	}
	return append(lines, [2]string{"schedule", n.scheduleText()})
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
	text := fmt.Sprintf("%s, %s: %s, %s", spec.Network.Rule, kind, count(n.Graph.Nodes, "node"), count(len(n.Graph.Edges), "edge"))
	if c.SelfLoops > 0 {
		text += fmt.Sprintf(" (%s)", count(c.SelfLoops, "self-loop"))
	}
	if c.External == 0 {
		return text + ", no external nodes"
	}
	return text + ", " + count(c.External, "external node")
}

func describeGroup(g GroupSpec, size int) string {
	text := count(size, "node")
	if g.Name != "" {
		text = g.Name + ": " + text
	}
	if g.Connections > 0 {
		text += ", " + count(g.Connections, "connection")
	}
	if g.SelfLoops > 0 {
		text += ", " + count(g.SelfLoops, "self-loop")
	}
	return fmt.Sprintf("%s, %d levels, inverse temperature %g, threshold %g", text, g.Levels, g.InverseTemperature, g.Threshold)
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
	return fmt.Sprintf("%s of %s, %s a step", kind, count(len(n.Schedule), "colour set"), count(n.Spec.Sweeps(), "sweep"))
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
		out = append(out, model.Phase{First: first, Text: text})
		first += int64(e.Steps)
	}
	return out
}

func numbers(v []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(v)), ", "), "[]")
}
