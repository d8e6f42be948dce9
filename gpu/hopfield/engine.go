//go:build opencl && cgo

package hopfield

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *hopfield.Network, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine recalls in all replicas of a network on a device in one precision. It implements
// backend.Backend.
type engine[F float32 | float64] struct {
	device   *device.Device
	net      *hopfield.Network
	options  backend.Options
	step     int64
	layout   *layout
	memories []*hopfield.Memory // by replica
	choices  choices
	batch    int // sweeps between two reads
	note     string

	backend.Fields
	arrays  device.Buffers  // of the state
	buffers device.Buffers  // everything else, called as the parameters of kernels are
	made    *kernels        // draws are made on the device
	given   *kernels        // draws are in buffers; nil before they are first given
	next    *hopfield.Given // draws of the next sweep; nil where the device makes them
}

// kernels of one program.
type kernels struct{ orders, begin, fields, recall *device.Kernel }

func newEngine[F float32 | float64](d *device.Device, net *hopfield.Network, o backend.Options) (*engine[F], error) {
	e := &engine[F]{device: d, net: net, options: o, Fields: backend.NewFields(net), arrays: device.Buffers{}, buffers: device.Buffers{}}
	for r, key := range o.Seeds {
		m, err := net.Memory(net.Of(r), key)
		if err != nil {
			return nil, err
		}
		e.memories = append(e.memories, m)
	}
	e.choices = choicesOf(net, e.memories[0], o.Precision, itemsOn(d.Info(), o.WorkGroup))
	if err := e.upload(); err != nil {
		return nil, err
	}
	var err error
	if e.made, err = e.build(); err != nil {
		return nil, err
	}
	return e, e.SetState(net.StartState(o.Precision, o.Seeds, e.memories))
}

// itemsOn is the size of work-groups: on a processor a work-item for all, as there
// work-items are a loop that waiting breaks up; else what the device takes and has local
// memory for, up to 128 or the size that is asked for.
func itemsOn(info device.Info, asked int) int {
	items := 128
	switch {
	case asked != 0:
		items = min(asked, 1024)
	case info.Kind == "cpu":
		items = 1
	}
	items = min(items, max(1, info.MaxWorkGroup))
	for items > 1 && uint64(items*localBytes+64) > info.LocalMemory {
		items /= 2
	}
	return items
}

// localBytes is what a work-item takes of local memory: three sums of 64 bits.
const localBytes = 24

// build compiles the kernels and binds their arguments. Where a kernel takes smaller
// work-groups, all get them.
func (e *engine[F]) build() (*kernels, error) {
	program, err := e.device.Build(header(e.choices).Source(), "")
	if err != nil {
		return nil, err
	}
	k, args := &kernels{}, e.arguments()
	for _, of := range []struct {
		name   string
		kernel **device.Kernel
	}{{"hopfield_orders", &k.orders}, {"hopfield_begin", &k.begin}, {"hopfield_fields", &k.fields}, {"hopfield_recall", &k.recall}} {
		kernel, err := program.BoundKernel(of.name, args)
		if err != nil {
			return nil, err
		}
		if most := kernel.MaxWorkGroup(); most < e.choices.items {
			e.choices.items = most
			e.note = device.SmallGroups(most)
			return e.build()
		}
		*of.kernel = kernel
	}
	return k, nil
}

// arguments are those of all kernels.
func (e *engine[F]) arguments() device.Args {
	all := device.Args{
		"n": uint32(e.net.N), "orders": uint32(max(1, e.layout.orders)), "count": uint32(e.net.N), "t": uint32(0), "sweeps": uint32(0),
		"seen_stride": uint64(e.layout.overlaps), "state": e.arrays[hopfield.StateField], "periods": e.arrays[hopfield.PeriodField],
		"ended": e.arrays[hopfield.EndedField], "before": e.arrays[hopfield.BeforeField],
	}
	all.AddBuffers(e.buffers)
	return all
}

// perReplica launches a kernel with a work-group for each replica.
func (e *engine[F]) perReplica(k *device.Kernel) error {
	return k.LaunchGroups(nil, e.choices.items, len(e.options.Seeds))
}

// Advance implements backend.Backend.
func (e *engine[F]) Advance(steps int) ([]float64, error) {
	width := len(e.options.Seeds) * hopfield.Sums
	rows := make([]float64, 0, steps*width)
	for steps > 0 {
		now := min(steps, e.batch)
		if e.next != nil {
			now = 1
		}
		more, err := e.sweeps(now)
		if err != nil {
			return nil, fmt.Errorf("sweeps %d to %d failed: %w", e.step+1, e.step+int64(now), err)
		}
		e.next = nil
		e.step += int64(now)
		steps -= now
		rows = append(rows, more...)
	}
	return rows, nil
}

// sweeps makes a batch of them, and gives their sums.
func (e *engine[F]) sweeps(n int) ([]float64, error) {
	k, args := e.made, device.Args{"t": uint32(e.step + 1), "sweeps": uint32(n), "count": uint32(e.net.N)}
	switch {
	case e.next != nil:
		k = e.given
		if !e.choices.together { // which takes all units
			args["count"] = uint32(len(e.next.Order))
		}
		err := errors.Join(device.Write(e.buffers["order"], 0, signed(e.next.Order)), device.Write(e.buffers["drawn"], 0, e.next.Words))
		if err != nil {
			return nil, err
		}
	case e.layout.orders > 0:
		groups := (n*e.layout.orders + e.choices.items - 1) / e.choices.items
		err := k.orders.LaunchGroups(device.Args{"t": args["t"], "sweeps": args["sweeps"]}, e.choices.items, groups)
		if err != nil {
			return nil, err
		}
	}
	if err := k.recall.LaunchGroups(args, e.choices.items, len(e.options.Seeds)); err != nil {
		return nil, err
	}
	sums, err := e.readSums(n)
	if err == nil && e.next != nil && e.layout.orders == 0 {
		err = device.Write(e.buffers["order"], 0, e.layout.scheduled) // the given order stood there
	}
	return sums, err
}

func signed(order []int32) []uint32 {
	out := make([]uint32, len(order))
	for i, v := range order {
		out[i] = uint32(v)
	}
	return out
}

// readSums turns the integers of a batch into the sums of the model.
func (e *engine[F]) readSums(n int) ([]float64, error) {
	replicas := len(e.options.Seeds)
	raw := make([]int64, n*replicas*hopfield.Sums)
	seen := make([]int32, 0)
	if e.memories[0].Dense() {
		seen = make([]int32, n*e.layout.overlaps)
	}
	err := errors.Join(device.Read(e.buffers["sums"], 0, raw), device.Read(e.buffers["seen"], 0, seen), e.device.Finish())
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(raw))
	for at := 0; at < len(raw); at += hopfield.Sums {
		r := at / hopfield.Sums % replicas
		m, in, row := e.memories[r], raw[at:], out[at:]
		var overlaps []int32
		if len(seen) > 0 {
			first := at/hopfield.Sums/replicas*e.layout.overlaps + e.layout.overlapAt[r]
			overlaps = seen[first:][:len(m.Patterns)]
		}
		row[hopfield.SumFlips] = float64(in[hopfield.SumFlips])
		row[hopfield.SumEnergy] = m.EnergyOf(in[hopfield.SumEnergy]-e.layout.diagonal[r], overlaps)
		row[hopfield.SumOverlap] = float64(in[hopfield.SumOverlap]) / float64(e.net.N)
		row[hopfield.SumBest] = float64(in[hopfield.SumBest]) / float64(e.net.N)
		row[hopfield.SumBestPattern] = float64(in[hopfield.SumBestPattern])
		row[hopfield.SumField] = math.Abs(float64(in[hopfield.SumField])) * m.Unit
		row[hopfield.SumPeriod] = float64(in[hopfield.SumPeriod])
	}
	return out, nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	s.Step = e.step
	return s, e.arrays.ReadState(s)
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.options.Precision, len(e.options.Seeds)); err != nil {
		return err
	}
	if err := e.arrays.WriteState(s); err != nil {
		return err
	}
	if err := device.Write(e.buffers["infos"], 0, e.layout.aim(s.Array(hopfield.TargetField).Ints)); err != nil {
		return err
	}
	e.step = s.Step
	return e.perReplica(e.made.begin)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if !f.Derived {
		into = into.Reuse(f, e.options.Precision, int(e.arrays[name].Size())/f.Bytes(e.options.Precision))
		return into, device.ReadArray(e.arrays[name], into)
	}
	values := make([]int64, len(e.options.Seeds)*e.net.N)
	if err := errors.Join(e.perReplica(e.made.fields), device.Read(e.buffers["out"], 0, values)); err != nil {
		return nil, err
	}
	a := into.Reuse(f, e.options.Precision, len(values))
	for i, v := range values {
		a.Set(i, float64(v)*e.memories[i/e.net.N].Unit)
	}
	return a, nil
}

// Control implements backend.Backend.
func (e *engine[F]) Control(name string, value float64) error {
	s, err := e.State()
	if err == nil {
		err = e.net.Control(s, name, value)
	}
	if err != nil {
		return err
	}
	return e.SetState(s)
}

// Give implements backend.Given: hopfield.GivenOf has the draws.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) error {
	g, err := hopfield.GivenOf(draws, e.net)
	if err != nil {
		return err
	}
	if g.Lost != nil {
		if err := e.lose(g.Lost); err != nil {
			return err
		}
	}
	if e.given == nil {
		e.choices.given = true
		e.given, err = e.build()
		e.choices.given = false
		if err != nil {
			return err
		}
	}
	e.next = g
	return nil
}

// lose takes couplings away in all replicas.
func (e *engine[F]) lose(lost [][2]int) error {
	done := map[uint32]bool{}
	for r, m := range e.memories {
		e.memories[r] = m.Without(lost)
		number := e.layout.records[r].Memory
		if done[number] {
			continue
		}
		done[number] = true
		if err := device.Write(e.buffers["couplings"], int(number)*e.net.N*e.net.N, e.memories[r].Couplings.W); err != nil {
			return err
		}
	}
	return e.perReplica(e.made.begin)
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	return e.device.Describe(e.options.Precision, e.note)
}

// Profile implements backend.Profiler.
func (e *engine[F]) Profile() ([]backend.KernelTime, error) { return e.device.Profile() }

// Close implements backend.Backend.
func (e *engine[F]) Close() error { return e.device.Close() }
