//go:build opencl && cgo

package sorn

import (
	"errors"
	"math"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *sorn.Network, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine runs all replicas of a network on a device in one precision. It implements
// backend.Backend.
type engine[F float32 | float64] struct {
	backend.Fields
	device  *device.Device
	net     *sorn.Network // with the room that the state has
	opened  *sorn.Network
	options backend.Options
	step    int64
	items   int // work-items of a work-group
	wide    bool
	note    string
	failed  error // what left steps half made

	regime  sorn.Regime
	tables  []*sorn.Table // by replica
	sources []*sorn.Source[F]
	task    []int32        // by replica
	arrays  device.Buffers // of the state
	buffers device.Buffers // everything else
	sizes   map[string]int // values of buffers that grow
	room    uint32         // births of a step that there is room for

	made  *kernels    // draws are made on the device
	taken *kernels    // draws are in buffers; nil before they are first given
	given *sorn.Given // draws of the next step; nil where the device makes them
	fed   []float64   // inputs of the next steps

	controls sorn.Controls
}

// kernels of one program.
type kernels struct{ steps, part, sum *device.Kernel }

func newEngine[F float32 | float64](d *device.Device, net *sorn.Network, o backend.Options) (*engine[F], error) {
	s, err := net.Start(o.Precision, o.Seeds)
	if err != nil {
		return nil, err
	}
	e := &engine[F]{
		Fields: backend.NewFields(net), device: d, net: net.With(s), opened: net, options: o, items: itemsOn(d.Info(), o.WorkGroup), wide: wideOn(d.Info(), net, len(o.Seeds)),
		arrays: device.Buffers{}, buffers: device.Buffers{}, sizes: map[string]int{},
	}
	for r, key := range o.Seeds {
		spec := net.SpecOf(r)
		e.tables = append(e.tables, &spec.Sorn)
		e.sources = append(e.sources, sorn.NewSource[F](net, r, rng.Key(key)))
		e.room = max(e.room, uint32(math.Ceil(spec.Sorn.Births())), leastBirths)
	}
	if err := e.allocate(); err != nil {
		return nil, err
	}
	if err := e.upload(); err != nil {
		return nil, err
	}
	if e.made, err = e.build(false); err != nil {
		return nil, err
	}
	return e, e.write(s)
}

// itemsOn is the size of work-groups: on a processor a work-item for all, as there
// work-items are a loop that waiting breaks up.
func itemsOn(info device.Info, asked int) int {
	items := 256
	switch {
	case asked != 0:
		items = asked
	case info.Kind == "cpu":
		items = 1
	}
	return min(items, max(1, info.MaxWorkGroup))
}

// wideOn tells whether many work-groups share a replica, so that each part of a step is
// a launch; else a work-group makes many steps of its replica in one launch.
func wideOn(info device.Info, net *sorn.Network, replicas int) bool {
	return net.Spec.Sorn.NE > 4096 && replicas < int(info.ComputeUnits)
}

// build compiles the kernels and binds their arguments. Where a kernel takes smaller
// work-groups, all get them.
func (e *engine[F]) build(given bool) (*kernels, error) {
	program, err := e.device.Build(header(e.options.Precision, e.items, given).Source(), "")
	if err != nil {
		return nil, err
	}
	k, args := &kernels{}, e.arguments()
	for _, of := range []struct {
		name   string
		kernel **device.Kernel
	}{{"sorn_steps", &k.steps}, {"sorn_part", &k.part}, {"sorn_sum", &k.sum}} {
		if *of.kernel, err = program.BoundKernel(of.name, args); err != nil {
			return nil, err
		}
		if most := (*of.kernel).MaxWorkGroup(); most < e.items {
			e.items = most
			e.note = device.SmallGroups(most)
			return e.build(given)
		}
	}
	return k, nil
}

// arguments are those of all kernels: buffers are called as their parameters are.
func (e *engine[F]) arguments() device.Args {
	t := &e.net.Spec.Sorn
	args := device.Args{
		"n": uint32(t.NE), "m": uint32(t.M()), "room_ee": uint32(e.net.RoomEE), "room_ei": uint32(e.net.RoomEI), "room_ie": uint32(e.net.RoomIE),
		"room_births": e.room, "rules": uint32(0), "replicas": uint32(len(e.options.Seeds)),
		"t": uint32(0), "steps": uint32(0), "at": uint32(0), "part": uint32(0),
	}
	args.AddBuffers(e.arrays)
	args.AddBuffers(e.buffers)
	return args
}

// leastBirths is how many births of a step there is room for in any case: those that are
// given need not be few.
const leastBirths = 64

// batch is the number of steps whose inputs are sent before the host reads sums.
const batch = 128

func (e *engine[F]) allocate() error {
	t := &e.net.Spec.Sorn
	replicas, bytes := len(e.options.Seeds), e.options.Precision.Bytes()
	n, m := replicas*t.NE, replicas*t.M()
	if err := e.arrays.AllocFields(e.device, e.net.Describe().Fields, e.options.Precision, replicas, e.net.Length); err != nil {
		return err
	}
	for _, b := range []struct {
		name          string
		values, bytes int
	}{
		{"ee_size", n, 4}, {"ei_size", n, 4}, {"ie_size", m, 4}, {"ee_settled", n, 1}, {"ei_settled", n, 1}, {"rows", 4 * n, bytes}, {"recurrent", n, bytes},
		{"input", n, bytes}, {"outgoing", n, bytes}, {"x_next", n, 1}, {"y_next", m, 1}, {sorn.RField, n, 1}, {"change", n, 1},
		{"births_i", replicas * int(e.room), 4}, {"births_j", replicas * int(e.room), 4}, {"counts", replicas * sorn.Counts, 4}, {"full", 2 * replicas, 4}, {"made", replicas, 4},
		{"scratch", 2 * reals * n, bytes}, {"in_first", batch*replicas + 1, 4}, {"in_unit", 1, 4}, {"in_value", 1, bytes}, {"born", batch * replicas, 4},
		{"given_e", t.NE, bytes}, {"given_i", t.M(), bytes}, {"row_counts", batch * replicas * sorn.Counts, 4}, {"row_reals", batch * replicas * reals, bytes},
	} {
		if err := e.buffers.Alloc(e.device, b.name, uint64(b.values*b.bytes)); err != nil {
			return err
		}
		e.sizes[b.name] = b.values
	}
	return device.Fill(e.buffers[sorn.RField], 0, n, uint8(0))
}

// upload sends what follows from the specifications and the keys.
func (e *engine[F]) upload() error {
	var silent, active, numbers []F
	var choices []uint32
	bit := func(b bool) uint32 {
		if b {
			return 1
		}
		return 0
	}
	for r, t := range e.tables {
		key := rng.Key(e.options.Seeds[r])
		numbers = append(numbers, device.Words[F](constantsOf[F](t))...)
		choices = append(choices, device.Words[uint32](choice{
			Key0: key[0], Key1: key[1], SpikeAtZero: bit(t.SpikeAtZero), Clamp: bit(t.Clamp), Prune: bit(t.Prune),
			NewInhibition: bit(t.Inhibition == sorn.New), EIScaling: bit(t.EIScaling),
		})...)
		rates := sorn.Targets[F](t, key)
		for i := range t.NE {
			h := F(t.Target())
			if rates != nil {
				h = rates[i]
			}
			s, a := sorn.Steps(t, h)
			silent, active = append(silent, s), append(active, a)
		}
	}
	return errors.Join(device.Send(e.device, e.buffers, "silent", silent), device.Send(e.device, e.buffers, "active", active),
		device.Send(e.device, e.buffers, "constants", numbers), device.Send(e.device, e.buffers, "choices", choices))
}

// Give implements backend.Given: sorn.Network.GivenOf has the draws.
func (e *engine[F]) Give(draws map[rng.Purpose][]float64) error {
	given, err := e.net.GivenOf(draws)
	if err != nil {
		return err
	}
	if e.taken == nil {
		if e.taken, err = e.build(true); err != nil {
			return err
		}
	}
	e.given = given
	return nil
}

// Feed implements backend.Feeder.
func (e *engine[F]) Feed(inputs []float64) (err error) {
	e.fed, err = e.net.Fed(e.fed, inputs)
	return err
}

// Control implements backend.Backend, with the controls of sorn.Controls.
func (e *engine[F]) Control(name string, value float64) error {
	rest, err := e.controls.Set(name, value)
	if err != nil {
		return err
	}
	e.regime = sorn.Regime{}
	if !rest {
		return nil
	}
	for _, name := range []string{sorn.XField, sorn.XBefore, sorn.YField, sorn.YBefore} {
		f, _ := sorn.FieldOf(name)
		if err := device.Fill(e.arrays[name], 0, len(e.options.Seeds)*e.net.Length(f.Space), uint8(0)); err != nil {
			return err
		}
	}
	return e.begin()
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	if e.failed != nil {
		return nil, e.failed
	}
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	s.Step = e.step
	if err := e.arrays.ReadState(s); err != nil {
		return nil, err
	}
	copy(s.Array(sorn.TaskName).Ints, e.task)
	return s, nil
}

// SetState implements backend.Backend.
func (e *engine[F]) SetState(s *state.State) error {
	if err := e.net.CheckState(s, e.options.Precision, len(e.options.Seeds)); err != nil {
		return err
	}
	if err := e.fit(e.opened.With(s)); err != nil {
		e.failed = err
		return err
	}
	return e.write(e.net.Copy(s))
}

// write sends a whole state.
func (e *engine[F]) write(s *state.State) error {
	e.step, e.regime, e.failed, e.fed = s.Step, sorn.Regime{}, nil, nil
	e.task = append(e.task[:0], s.Array(sorn.TaskName).Ints...)
	if err := e.arrays.WriteState(s); err != nil {
		return err
	}
	if err := device.Fill(e.buffers["made"], 0, len(e.options.Seeds), uint32(0)); err != nil {
		return err
	}
	return e.begin()
}

// begin has the device find what follows from the state.
func (e *engine[F]) begin() error {
	return errors.Join(e.launch(e.made, begin), e.launch(e.made, drive))
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if e.failed != nil {
		return nil, e.failed
	}
	into = into.Reuse(f, e.options.Precision, len(e.options.Seeds)*e.net.Length(f.Space))
	switch {
	case name == sorn.TaskName:
		copy(into.Ints, e.task)
		return into, nil
	case f.Derived:
		return into, device.ReadArray(e.buffers[name], into)
	}
	return into, device.ReadArray(e.arrays[name], into)
}

// Describe implements backend.Backend.
func (e *engine[F]) Describe() backend.Description {
	return e.device.Describe(e.options.Precision, e.note)
}

// Profile implements backend.Profiler.
func (e *engine[F]) Profile() ([]backend.KernelTime, error) { return e.device.Profile() }

// Close implements backend.Backend.
func (e *engine[F]) Close() error { return e.device.Close() }

func constantsOf[F float32 | float64](t *sorn.Table) constants[F] {
	c := sorn.ConstantsOf[F](t)
	return constants[F]{c.STDP, c.Weaken, c.Strengthen, c.Largest, c.Floor, c.Born, c.TeMin, c.TeMax, c.NoiseE, c.NoiseI, c.Mix, c.Rest}
}
