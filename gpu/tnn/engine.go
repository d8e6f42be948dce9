//go:build opencl && cgo

package tnn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	tnngpu "tnn-gpu"
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// New opens a network on an OpenCL device, at step 0. Device is as in
// device.Open; a device without double precision refuses it.
func New(net *tnn.Network, o backend.Options) (backend.Backend, error) {
	d, err := device.Open(o.Device)
	if err != nil {
		return nil, err
	}
	d.Tell(o.Waiting)
	b, err := newOn(d, net, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

func newOn(d *device.Device, net *tnn.Network, o backend.Options) (backend.Backend, error) {
	if err := d.Probe(o.Precision); err != nil {
		return nil, err
	}
	if o.Profile { // not before, lest the probe be in it
		if err := d.StartProfile(); err != nil {
			return nil, err
		}
	}
	if o.Precision == state.Double {
		return newEngine[float64](d, net, o)
	}
	return newEngine[float32](d, net, o)
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
	keys    *device.Buffer

	program *device.Buffer // of a batch: by step, what run_steps needs to know

	small                                             bool           // one work-group of runKernel makes whole steps
	runKernel                                         *device.Kernel // where small
	sweepKernel, addKernel, driveKernel, solvedKernel *device.Kernel // where not

	lattice    string // definitions for neighbours by arithmetic, or ""
	group      int    // nodes per work-group
	items      int    // work-items of a work-group
	groups     int    // work-groups of all segments
	firstGroup []int  // by segment
}

// layoutBuffers hold what never changes. The tables of half-edges are empty where
// arithmetic takes their place.
type layoutBuffers struct {
	id, active, rows, neighbour, weightOf, segments, parameters, partial, scratch *device.Buffer
	externals, ends, edges                                                        *device.Buffer // see drive in kernels.cl
}

// batch is the number of steps whose sums stay on the device before the host
// reads them.
const batch = 256

// mostKept is the number of half-edges of a node up to which a processor keeps
// them from pass to pass; with more they would not stay in its nearest cache.
const mostKept = 64

// Flags of a sweep, as in kernels.cl.
const (
	sweepAdapt uint32 = 1 << iota
	sweepAdapting
	sweepPredict
)

// watches orders the derived fields of a rule as the watched values are.
func watches(rule tnn.Rule) []string {
	if rule == tnn.Hylton2019 {
		return []string{"entropy", "dissipation", "transport"}
	}
	return []string{"entropy", "fluctuating"}
}

// watchFlag is the flag of a sweep that leaves watched value i.
func watchFlag(i int) uint32 { return 8 << i }

// planEngine is an engine of which nothing is on the device yet.
func planEngine[F float32 | float64](d *device.Device, net *tnn.Network, o backend.Options) (*engine[F], error) {
	n := &engine[F]{device: d, net: net, options: o, fields: map[string]*device.Buffer{}}
	n.lattice, n.small = latticeOf(net), n.isSmall()
	return n, n.chooseGroup()
}

func newEngine[F float32 | float64](d *device.Device, net *tnn.Network, o backend.Options) (*engine[F], error) {
	n, err := planEngine[F](d, net, o)
	if err != nil {
		return nil, err
	}
	for _, prepare := range []func() error{n.build, n.uploadLayout, n.uploadParameters, n.allocate, n.bind, n.start} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// buildOptions are those of section 4 of kernels.cl.
func (n *engine[F]) buildOptions() string {
	options := fmt.Sprintf("%s -DGROUP=%d", n.device.RealOptions(n.options.Precision), n.group)
	if slots := n.net.Layout.MostSlots(); n.device.Width(n.options.Precision) > 1 && slots <= mostKept {
		options += fmt.Sprintf(" -DKEEP=%d", slots)
	}
	if n.shares() {
		options += fmt.Sprintf(" -DSHARE=%d", shared)
	}
	if len(n.net.Externals) > 0 {
		options += " -DEXTERNALS"
	}
	if n.net.Counts().SelfLoops > 0 {
		options += " -DSELF_LOOPS"
	}
	if n.net.Spec.Network.Rule == tnn.Hylton2019 {
		options += " -DRULE_2019"
	}
	switch n.net.Spec.Edge.Kind {
	case tnn.Fixed:
		options += " -DEDGE_FIXED"
	case tnn.Real2:
		options += " -DEDGE_REAL2"
	}
	if n.net.Spec.Edge.Noise {
		options += " -DEDGE_NOISE"
	}
	if n.small {
		options += " -DSMALL"
	}
	return options
}

// build compiles the kernels for this rule, edge kind and precision.
func (n *engine[F]) build() error {
	program, err := n.device.Build(n.lattice+tnngpu.KernelSource, n.buildOptions())
	if err != nil {
		return err
	}
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
		return map[string]**device.Kernel{"run_steps": &n.runKernel}
	}
	return map[string]**device.Kernel{"sweep_segment": &n.sweepKernel, "add_partials": &n.addKernel,
		"drive": &n.driveKernel, "count_solved": &n.solvedKernel}
}

// smallNetwork is the number of positions up to which one work-group makes many
// steps in one launch.
const smallNetwork = 4096

// isSmall tells whether launches would take longer than what they launch. One
// work-group to a replica leaves a processor's other cores idle, unless there are
// replicas enough.
func (n *engine[F]) isSmall() bool {
	info := n.device.Info()
	return n.net.Layout.Positions <= smallNetwork && (info.Kind != "cpu" || len(n.options.Seeds) >= info.ComputeUnits)
}

// upload makes a buffer that holds data.
func upload[T device.Element](d *device.Device, name string, data []T, into **device.Buffer) error {
	b, err := d.Alloc(name, device.SizeOf(data))
	if err != nil {
		return err
	}
	*into = b
	return device.Write(b, 0, data)
}

func (n *engine[F]) uploadLayout() error {
	l, b := n.net.Layout, &n.layout
	id, neighbour, weightOf := l.ID, l.Neighbour, l.Weight
	if n.lattice != "" {
		id, neighbour, weightOf = nil, nil, nil
	}
	var segments []uint32
	for i, seg := range l.Segments {
		segments = append(segments, uint32(seg.First), uint32(seg.Slices), uint32(seg.Group), uint32(n.firstGroup[i]))
	}
	nodes, ends, edges := n.externalTables()
	return errors.Join(
		upload(n.device, "id", id, &b.id),
		upload(n.device, "active", l.Active, &b.active),
		upload(n.device, "rows", l.Rows, &b.rows),
		upload(n.device, "neighbour", neighbour, &b.neighbour),
		upload(n.device, "weight_of", weightOf, &b.weightOf),
		upload(n.device, "segments", segments, &b.segments),
		upload(n.device, "external nodes", nodes, &b.externals),
		upload(n.device, "neighbours of external nodes", ends, &b.ends),
		upload(n.device, "weights of external nodes", edges, &b.edges),
	)
}

// externalTables lists the external nodes with their half-edges, as drive in
// kernels.cl takes them.
func (n *engine[F]) externalTables() (nodes, ends []int32, edges []uint32) {
	l, degree := n.net.Layout, n.externalDegree()
	for i, pos := range l.External {
		nodes = append(nodes, pos, l.ID[pos], int32(n.net.Externals[i].Polarity))
		slice := int(pos) / tnn.Lanes
		for slot := range degree {
			h := (l.Rows[slice]+int64(slot))*tnn.Lanes + int64(pos)%tnn.Lanes
			end, edge := int32(-1), uint32(0)
			if slot < l.Slots(slice) {
				end, edge = l.Neighbour[h], l.Weight[h]
			}
			ends, edges = append(ends, end), append(edges, edge)
		}
	}
	return nodes, ends, edges
}

// externalDegree is the room for half-edges that every external node has.
func (n *engine[F]) externalDegree() int {
	most := 0
	for _, pos := range n.net.Layout.External {
		most = max(most, n.net.Layout.Slots(int(pos)/tnn.Lanes))
	}
	return most
}

// uploadParameters sends what the specification says: constants of edges and
// groups, and the external nodes' periods.
func (n *engine[F]) uploadParameters() error {
	var parameters []F
	for r := range n.options.Seeds {
		spec := n.net.SpecOf(r)
		e := tnn.EdgeParametersOf[F](spec.Edge)
		parameters = append(parameters, e.G, e.SizeMass, e.M, e.TwoM, e.Deviation, e.RootM, e.Bound)
		for _, g := range spec.Groups {
			p := tnn.NodeParametersOf[F](g)
			parameters = append(parameters, p.Levels, p.Temperature, p.Four, p.Threshold, p.LogLevels, p.Cut)
		}
	}
	var keys []uint32
	for _, seed := range n.options.Seeds {
		key := rng.Key(seed)
		keys = append(keys, key[0], key[1])
	}
	var periods []int32
	for era := range n.net.Spec.Eras {
		for _, x := range n.net.Externals {
			periods = append(periods, int32(x.Period(era)))
		}
	}
	return errors.Join(
		upload(n.device, "parameters", parameters, &n.layout.parameters),
		upload(n.device, "keys", keys, &n.keys),
		upload(n.device, "periods", periods, &n.periods),
		n.forceExternals(),
	)
}

// forceExternals sends the states at which a user holds external nodes.
func (n *engine[F]) forceExternals() error {
	forced := make([]F, len(n.net.Externals))
	for i, x := range n.net.Externals {
		forced[i] = F(math.NaN())
		if v, held := n.controls.External()[x.ID]; held {
			forced[i] = F(v)
		}
	}
	if n.forced == nil {
		return upload(n.device, "forced", forced, &n.forced)
	}
	return device.Write(n.forced, 0, forced)
}

func (n *engine[F]) allocate() error {
	replicas, size := uint64(len(n.options.Seeds)), uint64(n.options.Precision.Bytes())
	sums := batch * replicas * uint64(len(n.net.Layout.Segments)) * uint64(tnn.NodeSums) * size
	partial := replicas * uint64(tnn.NodeSums) * uint64(n.groups) * size
	for _, want := range []struct {
		name  string
		bytes uint64
		into  **device.Buffer
	}{
		{"sums", sums, &n.sums}, {"solved", batch * replicas * 4, &n.solved}, {"program", batch * 12, &n.program}, {"watched", 0, &n.watched},
		{"partial sums", partial, &n.layout.partial}, {"scratch of sums", partial, &n.layout.scratch},
	} {
		var err error
		if *want.into, err = n.device.Alloc(want.name, want.bytes); err != nil {
			return err
		}
	}
	for _, f := range tnn.Fields(n.net.Spec.Network.Rule) {
		if f.Derived {
			continue
		}
		b, err := n.device.Alloc(f.Name, replicas*uint64(n.net.Length(f.Space))*size)
		if err != nil {
			return err
		}
		n.fields[f.Name] = b
	}
	return nil
}

// field is the buffer of a field, or an empty one where the rule lacks it.
func (n *engine[F]) field(names ...string) *device.Buffer {
	for _, name := range names {
		if b := n.fields[name]; b != nil {
			return b
		}
	}
	return n.fields["state"] // bound, never used
}

// Places of arguments that change from launch to launch.
const (
	argWatched    = 22 // of sweep_segment and run_steps
	argSegment    = 28 // of sweep_segment
	argSteps      = 36 // of run_steps
	argDriveMode  = 12
	argSolvedAt   = 7
	argAddSegment = 3
	argAddAt      = 6
)

// networkArguments are NETWORK_ARGUMENTS of kernels.cl.
func (n *engine[F]) networkArguments() []any {
	l, b := n.net.Layout, &n.layout
	return []any{b.id, b.active, b.rows, b.neighbour, b.weightOf, b.segments,
		b.parameters, uint32(7 + 6*len(n.net.Spec.Groups)), n.keys,
		n.field("state"), n.field("energy"), n.field("dissipation", "adapted_state"), n.field("transport", "offered_state"),
		n.field("quality_numerator"), n.field("quality_denominator"),
		n.field("charge0"), n.field("memory0"), n.field("potential0"), n.field("charge1"), n.field("memory1"), n.field("potential1"),
		n.field("weight"), n.watched, b.partial,
		uint32(l.Positions), uint64(l.HalfEdges()), uint64(l.Weights), uint32(n.groups)}
}

// externalArguments are EXTERNAL_ARGUMENTS of kernels.cl.
func (n *engine[F]) externalArguments() []any {
	b := &n.layout
	return []any{b.externals, b.ends, b.edges, uint32(n.externalDegree()), n.periods, n.forced, uint32(len(n.net.Externals))}
}

// sweepArguments are all of sweep_segment.
func (n *engine[F]) sweepArguments(segment int, k, flags uint32) []any {
	return append(n.networkArguments(), uint32(segment), k, flags)
}

// runArguments are all of run_steps.
func (n *engine[F]) runArguments(steps int, t int64) []any {
	return slices.Concat(n.networkArguments(), n.externalArguments(), []any{n.program, uint32(steps), uint64(t),
		uint32(n.net.Spec.Sweeps()), uint32(len(n.net.Layout.Segments)), n.sums, n.solved})
}

// arguments are those that the kernels are bound to at first.
func (n *engine[F]) arguments() map[string][]any {
	if n.small {
		return map[string][]any{"run_steps": n.runArguments(0, 0)}
	}
	l, b := n.net.Layout, &n.layout
	return map[string][]any{
		"sweep_segment": n.sweepArguments(0, 0, 0),
		"add_partials": {b.partial, b.scratch, uint32(n.groups), uint32(0), uint32(0), n.sums, uint64(0),
			uint32(len(l.Segments) * tnn.NodeSums)},
		"drive": append(n.externalArguments(), n.keys, n.field("state"), n.field("weight"),
			uint32(l.Positions), uint64(l.Weights), uint32(0), uint32(0), uint64(1), uint32(0)),
		"count_solved": {b.externals, b.ends, uint32(n.externalDegree()), uint32(len(n.net.Externals)), n.field("state"),
			uint32(l.Positions), n.solved, uint32(0)},
	}
}

func (n *engine[F]) bind() error {
	kernels := n.kernels()
	for name, args := range n.arguments() {
		if err := (*kernels[name]).Bind(args...); err != nil {
			return err
		}
	}
	return nil
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
		return n.launchRun(0, []uint32{modes(tnn.Noise), 0, 0})
	}
	return errors.Join(n.drive(tnn.Noise, 0, 0, 0), n.sweep(0, 0))
}
