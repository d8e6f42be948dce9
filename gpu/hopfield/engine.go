//go:build opencl && cgo

package hopfield

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *hopfield.Network, o backend.Options) (backend.Backend, error) {
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

	buffers map[string]*device.Buffer // called as the parameters of kernels are
	made    *kernels                  // draws are made on the device
	given   *kernels                  // draws are in buffers; nil before they are first given
	next    *hopfield.Given           // draws of the next sweep; nil where the device makes them
}

// kernels of one program.
type kernels struct{ orders, begin, fields, recall *device.Kernel }

func newEngine[F float32 | float64](d *device.Device, net *hopfield.Network, o backend.Options) (*engine[F], error) {
	e := &engine[F]{device: d, net: net, options: o, buffers: map[string]*device.Buffer{}}
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
	return e, e.SetState(e.start())
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

// start is the state before the first sweep.
func (e *engine[F]) start() *state.State {
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	for r, key := range e.options.Seeds {
		p, _ := e.net.StartOf(e.net.Of(r), e.memories[r], key)
		for _, name := range []string{hopfield.StateField, hopfield.BeforeField} {
			if a := s.Array(name); a != nil {
				for i := range e.net.N {
					a.Ints[r*e.net.N+i] = p.Sign(i)
				}
			}
		}
	}
	return s
}

// build compiles the kernels and binds their arguments. Where a kernel takes smaller
// work-groups, all get them.
func (e *engine[F]) build() (*kernels, error) {
	source := header(e.choices).Source()
	program, err := e.device.Build(source, "")
	if err != nil {
		return nil, err
	}
	k := &kernels{}
	for _, of := range []struct {
		name   string
		kernel **device.Kernel
	}{{"hopfield_orders", &k.orders}, {"hopfield_begin", &k.begin}, {"hopfield_fields", &k.fields}, {"hopfield_recall", &k.recall}} {
		kernel, err := program.Kernel(of.name)
		if err != nil {
			return nil, err
		}
		if most := kernel.MaxWorkGroup(); of.kernel != &k.orders && most < e.choices.items {
			e.choices.items = most
			e.note = fmt.Sprintf("work-groups of %d work-items: its kernels take no larger ones", most)
			return e.build()
		}
		args := device.Args{
			"n": uint32(e.net.N), "orders": uint32(max(1, e.layout.orders)), "count": uint32(e.net.N), "t": uint32(0), "sweeps": uint32(0),
			"seen_stride": uint64(e.layout.overlaps),
		}
		for name, b := range e.buffers {
			args[name] = b
		}
		parameters, err := device.Parameters(source, of.name)
		if err != nil {
			return nil, err
		}
		bound := device.Args{}
		for _, p := range parameters {
			bound[p.Name] = args[p.Name]
		}
		if err := kernel.Bind(bound); err != nil {
			return nil, err
		}
		*of.kernel = kernel
	}
	return k, nil
}

// perReplica launches a kernel with a work-group for each replica.
func (e *engine[F]) perReplica(k *device.Kernel) error {
	return k.Launch([]int{len(e.options.Seeds) * e.choices.items}, []int{e.choices.items})
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
		err := errors.Join(writeIf(e.buffers["order"], signed(e.next.Order)), writeIf(e.buffers["drawn"], e.next.Words))
		if err != nil {
			return nil, err
		}
	case e.layout.orders > 0:
		err := errors.Join(k.orders.Set("t", args["t"]), k.orders.Launch([]int{n * e.layout.orders}, nil))
		if err != nil {
			return nil, err
		}
	}
	for name, value := range args {
		if err := k.recall.Set(name, value); err != nil {
			return nil, err
		}
	}
	if err := e.perReplica(k.recall); err != nil {
		return nil, err
	}
	sums, err := e.readSums(n)
	if err == nil && e.next != nil && e.layout.orders == 0 {
		err = writeIf(e.buffers["order"], e.layout.scheduled) // the given order stood there
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

func writeIf[T device.Element](b *device.Buffer, data []T) error {
	if len(data) == 0 {
		return nil
	}
	return device.Write(b, 0, data)
}

// readSums turns the integers of a batch into the sums of the model.
func (e *engine[F]) readSums(n int) ([]float64, error) {
	replicas := len(e.options.Seeds)
	raw := make([]int64, n*replicas*hopfield.Sums)
	seen := make([]int32, 0)
	if e.memories[0].Dense() {
		seen = make([]int32, n*e.layout.overlaps)
	}
	err := errors.Join(device.Read(e.buffers["sums"], 0, raw), readIf(e.buffers["seen"], seen), e.device.Finish())
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

func readIf[T device.Element](b *device.Buffer, data []T) error {
	if len(data) == 0 {
		return nil
	}
	return device.Read(b, 0, data)
}

// stateBuffers are the fields of the state by the parameters that hold them.
var stateBuffers = []struct{ field, buffer string }{
	{hopfield.StateField, "state"}, {hopfield.PeriodField, "periods"}, {hopfield.EndedField, "ended"}, {hopfield.BeforeField, "before"},
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	s.Step = e.step
	for _, of := range stateBuffers {
		if a := s.Array(of.field); a != nil {
			if err := device.Read(e.buffers[of.buffer], 0, a.Ints); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.options.Precision, len(e.options.Seeds)); err != nil {
		return err
	}
	for _, of := range stateBuffers {
		if a := s.Array(of.field); a != nil {
			if err := device.Write(e.buffers[of.buffer], 0, a.Ints); err != nil {
				return err
			}
		}
	}
	e.step = s.Step
	return e.perReplica(e.made.begin)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	if name != hopfield.FieldField {
		s, err := e.State()
		if err != nil {
			return nil, err
		}
		if a := s.Array(name); a != nil {
			return a, nil
		}
		return nil, fmt.Errorf("%w: %q", backend.ErrUnknownField, name)
	}
	values := make([]int64, len(e.options.Seeds)*e.net.N)
	if err := errors.Join(e.perReplica(e.made.fields), device.Read(e.buffers["out"], 0, values)); err != nil {
		return nil, err
	}
	d := e.net.Describe()
	f, _ := d.Field(name)
	a := into.Reuse(f, e.options.Precision, len(values))
	for i, v := range values {
		a.Set(i, float64(v)*e.memories[i/e.net.N].Unit)
	}
	return a, nil
}

// Watch implements backend.Backend. Fields of units are computed when they are asked for.
func (e *engine[F]) Watch(derived ...string) error {
	for _, name := range derived {
		if name != hopfield.FieldField {
			return fmt.Errorf("%w: %q", backend.ErrUnknownField, name)
		}
	}
	return nil
}

// Control implements backend.Backend.
func (e *engine[F]) Control(name string, _ float64) error {
	return fmt.Errorf("%w: %q", model.ErrUnknownControl, name)
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
	info := e.device.Info()
	verdict := info.Verdict(e.options.Precision)
	d := backend.Description{Backend: "opencl", Device: info.Name, Driver: info.Driver, Precision: e.options.Precision, Strict: verdict == device.Strict, Bytes: int64(e.device.Used())}
	if d.Note = e.note; !d.Strict {
		d.Note = verdict
	}
	return d
}

// Profile implements backend.Profiler.
func (e *engine[F]) Profile() ([]backend.KernelTime, error) { return e.device.Profile() }

// Close implements backend.Backend.
func (e *engine[F]) Close() error { return e.device.Close() }
