//go:build opencl && cgo

package tnn

import (
	"errors"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *tnn.Network, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine runs all replicas of a network on a device in one precision. It
// implements backend.Backend.
type engine[F float32 | float64] struct {
	device   *device.Device
	net      *tnn.Network
	options  backend.Options
	step     int64
	controls tnn.Controls
	flags    uint32 // of watched fields

	fields  map[string]*device.Buffer // of the state
	layout  layoutBuffers
	watched *device.Buffer
	sums    *device.Buffer // of a batch: by step, replica, segment, sum
	solved  *device.Buffer // of a batch: by step, replica
	forced  *device.Buffer // states that external nodes are held at
	periods *device.Buffer
	waves   *device.Buffer
	told    *device.Buffer // of a batch: by step, external node; see Drive
	driven  *tnn.Drive
	keys    *device.Buffer

	program *device.Buffer // of a batch: by step, what tnn_run_steps needs to know

	choices
	runKernel                                         *device.Kernel // where small
	sweepKernel, addKernel, driveKernel, solvedKernel *device.Kernel // where not

	items      int    // work-items of a work-group
	groups     int    // work-groups of all segments
	firstGroup []int  // by segment
	stride     uint32 // of a replica's parameters
	note       string // what is remarkable about the choices
	log        string // of the compiler
}

// layoutBuffers hold what never changes. The tables of half-edges are empty where
// arithmetic takes their place.
type layoutBuffers struct {
	id, active, rows, neighbour, weightOf, segments, parameters, partial, scratch *device.Buffer
	externals, ends, edges                                                        *device.Buffer // see tnn_drive in kernels.cl
}

// batch is the number of steps whose sums stay on the device before the host
// reads them.
const batch = 256

// mostKept is the number of half-edges of a node up to which a processor keeps
// them from pass to pass; with more they would not stay in its nearest cache.
const mostKept = 64

// watches orders the derived fields of a rule as the watched values are.
func watches(rule tnn.Rule) []string {
	if rule == tnn.Hylton2019 {
		return []string{"entropy", "dissipation", "transport"}
	}
	return []string{"entropy", "fluctuating"}
}

// planEngine is an engine of which nothing is on the device yet.
func planEngine[F float32 | float64](d *device.Device, net *tnn.Network, o backend.Options) (*engine[F], error) {
	n := &engine[F]{device: d, net: net, options: o, fields: map[string]*device.Buffer{}}
	n.driven = tnn.NewDrive(net, &n.controls)
	n.choose()
	return n, n.chooseGroup()
}

func newEngine[F float32 | float64](d *device.Device, net *tnn.Network, o backend.Options) (*engine[F], error) {
	n, err := planEngine[F](d, net, o)
	if err != nil {
		return nil, err
	}
	return n, n.prepare()
}

// prepare puts a planned engine on the device, at step 0.
func (n *engine[F]) prepare() error {
	for _, do := range []func() error{n.build, n.uploadLayout, n.uploadParameters, n.allocate, n.bind, n.start} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// choose makes all choices but that of the work-group.
func (n *engine[F]) choose() {
	spec, width, slots := n.net.Spec, n.device.Width(n.options.Precision), n.net.Layout.MostSlots()
	n.choices = choices{
		rule: spec.Network.Rule, kind: spec.Edge.Kind, noise: spec.Edge.Noise,
		externals: len(n.net.Externals) > 0, loops: n.net.Counts().SelfLoops > 0,
		small: n.isSmall(), lattice: latticeOf(n.net),
	}
	if width > 1 && slots <= mostKept {
		n.keep = slots
		if n.lattice == nil {
			n.keep = mostKept // graphs from tables share programs, which take seconds to compile
		}
	}
	if width == 1 && slots <= mostShared && spec.Network.Rule == tnn.Hylton2020 {
		n.share = mostShared
	}
}

// source is the program for all choices.
func (n *engine[F]) source() string {
	h := n.device.Header(n.options.Precision)
	n.define(h)
	return h.Source()
}

// compile builds the kernels for all choices.
func (n *engine[F]) compile() error {
	program, err := n.device.Build(n.source(), "")
	if err != nil {
		return err
	}
	n.log = program.Log()
	for name, kernel := range n.kernels() {
		if *kernel, err = program.Kernel(name); err != nil {
			return err
		}
	}
	return nil
}

// kernels are those that the engine launches.
func (n *engine[F]) kernels() map[string]**device.Kernel {
	if n.small {
		return map[string]**device.Kernel{"tnn_run_steps": &n.runKernel}
	}
	return map[string]**device.Kernel{"tnn_sweep_segment": &n.sweepKernel, "add_partials": &n.addKernel,
		"tnn_drive": &n.driveKernel, "tnn_count_solved": &n.solvedKernel}
}

// smallNetwork is the number of positions up to which one work-group makes many
// steps in one launch.
const smallNetwork = 4096

// isSmall tells whether launches would take longer than what they launch. One
// work-group to a replica leaves a processor's other cores idle, unless there are
// replicas enough. Where a driver ends loops, launches are of one sweep.
func (n *engine[F]) isSmall() bool {
	info := n.device.Info()
	return info.Turns == 0 && n.net.Layout.Positions <= smallNetwork && (info.Kind != "cpu" || len(n.options.Seeds) >= info.ComputeUnits)
}

// start sets the start of docs/model.md section 8, array by array: the host need
// not have room for all of them.
func (n *engine[F]) start() error {
	for _, f := range tnn.Fields(n.net.Spec.Network.Rule) {
		if f.Derived {
			continue
		}
		b := n.fields[f.Name]
		err := device.Fill(b, 0, len(n.options.Seeds)*n.net.Length(f.Space), F(0))
		if a := n.net.StartArray(f, n.options.Precision, n.options.Seeds); a != nil {
			err = device.Write(b, 0, state.Values[F](a))
		}
		if err != nil {
			return err
		}
	}
	if n.net.Spec.Network.Rule != tnn.Hylton2020 {
		return nil
	}
	if n.small {
		return n.launchRun(0, []programRecord{{Mode: modeNumber(tnn.Noise)}})
	}
	return errors.Join(n.drive(tnn.Noise, 0, 0, 0, 0), n.sweep(0, 0))
}

// latticeOf gives nil where the network needs the tables.
func latticeOf(net *tnn.Network) *lattice {
	if !net.Regular() {
		return nil
	}
	g := net.Graph
	l := &lattice{sides: [3]int{1, 1, 1}, count: g.Nodes / 2, oddFirst: net.Layout.Segments[1].First * tnn.Lanes}
	unused := 3 - len(g.Lattice.Sides)
	copy(l.sides[unused:], g.Lattice.Sides)
	for _, o := range g.Stencil.Offsets {
		var shift [3]int
		for i, side := range g.Lattice.Sides {
			shift[unused+i] = (int(o[i]) + side) % side
		}
		l.offsets = append(l.offsets, shift)
	}
	return l
}
