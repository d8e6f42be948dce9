package main

import (
	"fmt"
	"strings"

	"tnn-gpu/gpu"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// network is what a configuration describes, ready to be opened on a backend.
type network struct {
	config    *config.Config
	spec      *tnn.Spec
	net       *tnn.Network
	model     *tnn.Network
	precision state.Precision
	seeds     []uint64 // by replica
	sweep     *model.Sweep
	drivers   *gpu.Drivers
	waiting   func(words string) // backend.Options.Waiting
}

// buildNetwork makes the network of a configuration.
func buildNetwork(c *config.Config) (*network, error) {
	n, err := newNetwork(c)
	if err != nil {
		return nil, err
	}
	return n, n.build()
}

// newNetwork is a network that is not built yet, and for which there is memory.
func newNetwork(c *config.Config) (*network, error) {
	spec, ok := c.Spec.(*tnn.Spec)
	if !ok {
		return nil, badUsage("model %q cannot be run by this program", c.Model)
	}
	precision, err := state.ParsePrecision(c.Run.Precision)
	if err != nil {
		return nil, usageError{err}
	}
	n := &network{config: c, spec: spec, precision: precision}
	// Replica r has the noise that a run with seed + r would have.
	for r := range c.Run.Replicas {
		n.seeds = append(n.seeds, c.Run.Seed+uint64(r))
	}
	return n, n.checkMemory("this machine", machineMemory(), spec.Bytes(precision, c.Run.Replicas))
}

func (n *network) build() error {
	var err error
	if n.net, err = tnn.Build(n.spec, n.config.Run.Seed); err != nil {
		return n.config.Locate(err)
	}
	var variants []model.Spec
	if variants, n.sweep, err = n.config.Variants(); err != nil {
		return n.config.Locate(err)
	}
	for _, v := range variants {
		n.net.Variants = append(n.net.Variants, v.(*tnn.Spec))
	}
	n.model = n.net
	return nil
}

// use takes a network that is built, with the keys of its replicas.
func (n *network) use(built model.Network, keys []uint64) {
	n.net = built.(*tnn.Network)
	n.model, n.seeds = n.net, keys
}

// fit is the number of replicas that there is memory for, on the machine and on the
// device that is asked for.
func (n *network) fit() (int, error) {
	if err := n.checkDevice(); err != nil {
		return 0, err
	}
	onHost, onDevice := n.spec.Need(n.precision, 1)
	host, device := n.spec.Need(n.precision, 2)
	most := fitting(machineMemory(), onHost, host-onHost)
	if selector, asked := n.askedDevice(); asked {
		info, err := gpu.Find(selector)
		if err != nil {
			return 0, deviceError{err}
		}
		most = min(most, fitting(int64(info.GlobalMemory), onDevice, device-onDevice))
	}
	return most, nil
}

// fitting is how many replicas fit a memory, of which the first needs more than each
// of the others. Half of the memory is left to a backend's buffers and to others.
func fitting(memory, first, other int64) int {
	const most = 1 << 20
	if memory <= 0 || other <= 0 {
		return most
	}
	return int(min(most, 1+max(0, memory/2-first)/other))
}

// askedDevice is the OpenCL device that the configuration asks for, if it does; one
// that is named is asked for.
func (n *network) askedDevice() (selector string, asked bool) {
	r := n.config.Run
	return r.Device, r.Backend == "opencl" || r.Backend == "auto" && r.Device != ""
}

// checkDevice refuses a device that is asked for and absent, or too small for the
// network.
func (n *network) checkDevice() error {
	selector, asked := n.askedDevice()
	if !asked {
		return nil
	}
	info, err := n.drivers.Find(selector)
	if err != nil {
		return deviceError{err}
	}
	return n.checkDeviceMemory(info)
}

// checkDeviceMemory refuses a network that cannot fit a device.
func (n *network) checkDeviceMemory(info gpu.Info) error {
	return n.checkMemory(info.Name, int64(info.GlobalMemory), n.spec.DeviceBytes(n.precision, n.config.Run.Replicas))
}

// checkMemory refuses a network that cannot fit, before memory is taken for it. A
// graph that is read from a file is not known yet.
func (n *network) checkMemory(where string, memory, need int64) error {
	if memory <= 0 || need <= memory {
		return nil
	}
	nodes, _ := n.spec.Estimate()
	fit := int64(float64(nodes) * float64(memory) / float64(need))
	return n.config.Locate(&tnn.SpecError{Key: "graph.sides", Value: n.spec.Graph.Sides, Valid: fmt.Sprintf(
		"the network takes at least %s, and %s has %s, where about %s fit; use shorter sides, fewer connections or replicas, or single precision",
		bytesText(need), where, bytesText(memory), count(fit, "node"))})
}

// describe lists what a run is going to compute, by topic.
func (n *network) describe() [][2]string {
	lines := [][2]string{{"network", n.describeGraph()}}
	for i, g := range n.spec.Groups {
		lines = append(lines, [2]string{"group", describeGroup(g, n.groupSize(i))})
	}
	for _, e := range n.spec.Externals {
		lines = append(lines, [2]string{"external", fmt.Sprintf("%s of nodes, weight %g, periods %s", count(int64(e.Pairs), "pair"), e.Weight, numbers(e.Periods))})
	}
	if r := n.net.Report; r != nil && r.Missing > 0 {
		lines = append(lines, [2]string{"not placed", fmt.Sprintf("%d of the %d half-edges that were asked for; %s fewer connections than asked for", r.Missing, r.Wanted, verb(int64(r.Short), "node", "has", "have"))})
	}
	lines = append(lines, [2]string{"schedule", n.schedule()})
	return append(lines, [2]string{"run", n.describeRun()})
}

func (n *network) describeGraph() string {
	spec, c := n.spec, n.net.Counts()
	kind := string(spec.Graph.Kind)
	if len(spec.Graph.Sides) > 0 {
		kind += " " + n.net.Graph.Lattice.String()
	}
	if spec.Graph.Bipartite {
		kind += " bipartite"
	}
	text := fmt.Sprintf("%s, %s: %s, %s", spec.Network.Rule, kind, count(int64(n.net.Graph.Nodes), "node"), count(int64(len(n.net.Graph.Edges)), "edge"))
	if c.SelfLoops > 0 {
		text += fmt.Sprintf(" (%s)", count(int64(c.SelfLoops), "self-loop"))
	}
	return text + ", " + count(int64(c.External), "external node")
}

func describeGroup(g tnn.GroupSpec, size int64) string {
	text := count(size, "node")
	if g.Name != "" {
		text = g.Name + ": " + text
	}
	if g.Connections > 0 {
		text += ", " + count(int64(g.Connections), "connection")
	}
	if g.SelfLoops > 0 {
		text += ", " + count(int64(g.SelfLoops), "self-loop")
	}
	return fmt.Sprintf("%s, %d levels, inverse temperature %g, threshold %g", text, g.Levels, g.InverseTemperature, g.Threshold)
}

// groupSize counts the network nodes of a group.
func (n *network) groupSize(group int) int64 {
	if n.net.Group == nil {
		return int64(n.net.Counts().Nodes)
	}
	var size int64
	for id, g := range n.net.Group {
		if int(g) == group && n.net.IsNetwork(int32(id)) {
			size++
		}
	}
	return size
}

// schedule in words, for the user and the metadata of a run.
func (n *network) schedule() string {
	kind := "checkerboard"
	if len(n.net.Schedule) > 2 {
		kind = "greedy colouring"
	}
	return fmt.Sprintf("%s of %s, %s a step", kind, count(int64(len(n.net.Schedule)), "colour set"), count(int64(n.spec.Sweeps()), "sweep"))
}

func (n *network) describeRun() string {
	r := n.config.Run
	text := fmt.Sprintf("%s in %s, epochs of %d; seed %d, %s, %s precision",
		count(n.config.Spec.Steps(), "step"), count(int64(len(n.spec.Eras)), "era"), r.Epoch, r.Seed, count(int64(r.Replicas), "replica"), n.precision)
	if r.Sweep != "" {
		text += ", sweep " + r.Sweep
	}
	return text
}

// era is a stretch of a run, for the table.
type era struct {
	first int64 // step
	text  string
}

// eras of the run; nil where there is only one.
func (n *network) eras() []era {
	all := n.spec.Eras
	if len(all) == 1 {
		return nil
	}
	var out []era
	first := int64(1)
	for i, e := range all {
		text := fmt.Sprintf("era %d of %d, from step %d: weights are fixed", i+1, len(all), first)
		if e.Adapt {
			text = fmt.Sprintf("era %d of %d, from step %d: weights adapt", i+1, len(all), first)
		}
		if len(n.net.Externals) > 0 {
			text += ", external nodes " + string(e.Mode)
			if e.Predict {
				text += " with predict"
			}
		}
		out = append(out, era{first, text})
		first += int64(e.Steps)
	}
	return out
}

func verb(n int64, noun, one, many string) string {
	if n == 1 {
		return count(n, noun) + " " + one
	}
	return count(n, noun) + " " + many
}

func numbers(v []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(v)), ", "), "[]")
}

// bytesText is a size in the unit that suits it.
func bytesText(n int64) string {
	value, unit := float64(n), "B"
	for _, larger := range []string{"kB", "MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	return fmt.Sprintf("%.3g %s", value, unit)
}
