//go:build opencl && cgo

package tnn

import (
	"errors"
	"maps"
	"math"
	"slices"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

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
	if n.lattice != nil {
		id, neighbour, weightOf = nil, nil, nil
	}
	var segments []uint32
	for i, seg := range l.Segments {
		record := segmentRecord{First: uint32(seg.First), Slices: uint32(seg.Slices), Group: uint32(seg.Group), WorkGroup: uint32(n.firstGroup[i])}
		segments = append(segments, device.Words[uint32](record)...)
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

// externalTables lists the external nodes with their half-edges, as tnn_drive
// in kernels.cl takes them.
func (n *engine[F]) externalTables() (nodes, ends []int32, edges []uint32) {
	l, degree := n.net.Layout, n.externalDegree()
	for i, pos := range l.External {
		record := externalRecord{Position: pos, ID: l.ID[pos], Polarity: int32(n.net.Externals[i].Polarity)}
		nodes = append(nodes, device.Words[int32](record)...)
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
	parameters := n.parametersAt(0, 1)
	n.stride = uint32(len(parameters) / len(n.options.Seeds))
	if n.net.IsChanged() {
		parameters = slices.Repeat(parameters, batch)
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
		upload(n.device, "waves", n.waveTable(), &n.waves),
		upload(n.device, "told states", n.untold(), &n.told),
		n.forceExternals(),
	)
}

// waveTable lists how external nodes are driven.
func (n *engine[F]) waveTable() []F {
	var table []F
	for _, x := range n.net.Externals {
		var record waveRecord[F]
		if x.Wave == tnn.WaveNoise {
			record = waveRecord[F]{Decay: F(x.Decay()), Kick: F(x.Kick()), Amplitude: F(x.Amplitude)}
		}
		table = append(table, record.Decay, record.Kick, record.Amplitude)
	}
	return table
}

// parametersAt are rows of parameters, of steps from t on: those of edges and groups,
// replica by replica.
func (n *engine[F]) parametersAt(t int64, steps int) []F {
	var out []F
	for i := range steps {
		for r := range n.options.Seeds {
			spec := n.controls.SpecAt(n.net, t+int64(i), r)
			out = append(out, device.Words[F](tnn.EdgeParametersOf[F](spec.Edge))...)
			for _, g := range spec.Groups {
				out = append(out, device.Words[F](tnn.NodeParametersOf[F](g))...)
			}
		}
	}
	return out
}

// untold is a batch in which the host tells nothing.
func (n *engine[F]) untold() []F {
	rows := make([]F, batch*len(n.net.Externals)*len(device.Words[F](toldRecord[F]{})))
	for i := range rows {
		rows[i] = F(math.NaN())
	}
	return rows
}

// tell sends what the host tells of a batch: parameters that eras change, and what
// external nodes are told.
func (n *engine[F]) tell(steps int) error {
	if n.net.IsChanged() {
		if err := device.Write(n.layout.parameters, 0, n.parametersAt(n.step+1, steps)); err != nil {
			return err
		}
	}
	if !n.driven.IsTold() {
		return nil
	}
	row := make([]tnn.Told, len(n.net.Externals))
	var rows []F
	for i := range steps {
		if err := n.driven.Row(row, n.step+int64(i)+1); err != nil {
			return err
		}
		for _, v := range row {
			rows = append(rows, device.Words[F](toldRecord[F]{State: F(v.State), Weight: F(v.Weight)})...)
		}
	}
	return device.Write(n.told, 0, rows)
}

// parameterRow is the row of parameters of the i-th step of a batch.
func (n *engine[F]) parameterRow(i int) uint32 {
	if n.net.IsChanged() {
		return uint32(i)
	}
	return 0
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
		{"sums", sums, &n.sums}, {"solved", batch * replicas * 4, &n.solved}, {"program", batch * uint64(len(device.Words[uint32](programRecord{}))) * 4, &n.program}, {"watched", 0, &n.watched},
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

// networkArguments are NETWORK_ARGUMENTS of kernels.cl.
func (n *engine[F]) networkArguments() device.Args {
	l, b := n.net.Layout, &n.layout
	return device.Args{
		"id": b.id, "active": b.active, "rows": b.rows, "neighbour": b.neighbour, "weight_of": b.weightOf, "segments": b.segments,
		"parameters": b.parameters, "parameter_stride": n.stride, "parameter_row": uint32(0), "keys": n.keys,
		"state": n.field("state"), "energy": n.field("energy"),
		"node0": n.field("dissipation", "adapted_state"), "node1": n.field("transport", "offered_state"),
		"node2": n.field("quality_numerator"), "node3": n.field("quality_denominator"),
		"charge0": n.field("charge0"), "memory0": n.field("memory0"), "potential0": n.field("potential0"),
		"charge1": n.field("charge1"), "memory1": n.field("memory1"), "potential1": n.field("potential1"),
		"weight": n.field("weight"), "watched": n.watched, "partial": b.partial,
		"positions": uint32(l.Positions), "half_edges": uint64(l.HalfEdges()), "weights": uint64(l.Weights), "groups": uint32(n.groups),
	}
}

// externalArguments are EXTERNAL_ARGUMENTS of kernels.cl.
func (n *engine[F]) externalArguments() device.Args {
	b := &n.layout
	return device.Args{"nodes": b.externals, "ends": b.ends, "edges": b.edges, "degree": uint32(n.externalDegree()),
		"period": n.periods, "wave": n.waves, "told": n.told, "forced": n.forced, "externals": uint32(len(n.net.Externals))}
}

// with joins arguments.
func with(all ...device.Args) device.Args {
	out := device.Args{}
	for _, args := range all {
		maps.Copy(out, args)
	}
	return out
}

// sweepArguments are all of tnn_sweep_segment.
func (n *engine[F]) sweepArguments(segment int, k, flags uint32) device.Args {
	return with(n.networkArguments(), device.Args{"segment": uint32(segment), "k": k, "flags": flags})
}

// runArguments are all of tnn_run_steps.
func (n *engine[F]) runArguments(steps int, t int64) device.Args {
	return with(n.networkArguments(), n.externalArguments(), device.Args{"program": n.program, "steps": uint32(steps), "t": uint64(t),
		"sweeps": uint32(n.net.Spec.Sweeps()), "segment_count": uint32(len(n.net.Layout.Segments)), "sums": n.sums, "solved": n.solved})
}

// arguments are those that the kernels are bound to at first.
func (n *engine[F]) arguments() map[string]device.Args {
	l, b := n.net.Layout, &n.layout
	if n.small {
		return map[string]device.Args{"tnn_run_steps": n.runArguments(0, 0)}
	}
	return map[string]device.Args{
		"tnn_sweep_segment": n.sweepArguments(0, 0, 0),
		"add_partials": {"partial": b.partial, "scratch": b.scratch, "groups": uint32(n.groups), "first_group": uint32(0),
			"count": uint32(0), "sums": n.sums, "at": uint64(0), "replica_stride": uint32(len(l.Segments) * tnn.NodeSums)},
		"tnn_drive": with(n.externalArguments(), device.Args{"keys": n.keys, "state": n.field("state"), "weight": n.field("weight"),
			"positions": uint32(l.Positions), "weights": uint64(l.Weights), "mode": uint32(0), "era": uint32(0), "t": uint64(1), "k": uint32(0), "fresh": uint32(0), "at": uint32(0)}),
		"tnn_count_solved": {"nodes": b.externals, "ends": b.ends, "degree": uint32(n.externalDegree()), "externals": uint32(len(n.net.Externals)),
			"state": n.field("state"), "positions": uint32(l.Positions), "solved": n.solved, "at": uint32(0)},
	}
}

func (n *engine[F]) bind() error {
	kernels := n.kernels()
	for name, args := range n.arguments() {
		if err := (*kernels[name]).Bind(args); err != nil {
			return err
		}
	}
	return nil
}
