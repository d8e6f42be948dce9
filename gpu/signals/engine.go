//go:build opencl && cgo

package signals

import (
	"errors"
	"fmt"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *signals.Network, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine runs all populations of a network on a device in one precision. It implements
// backend.Backend.
type engine[F float32 | float64] struct {
	device  *device.Device
	net     *signals.Network
	options backend.Options
	step    int64
	items   int // work-items of a work-group
	note    string

	backend.Fields
	arrays  device.Buffers // of the state
	buffers device.Buffers // everything else
	kernel  *device.Kernel // that makes steps
}

func newEngine[F float32 | float64](d *device.Device, net *signals.Network, o backend.Options) (*engine[F], error) {
	e := &engine[F]{
		device: d, net: net, options: o, items: itemsOn(net.Spec, d.Info(), o.WorkGroup),
		Fields: backend.NewFields(net), arrays: device.Buffers{}, buffers: device.Buffers{},
	}
	for _, prepare := range []func() error{e.allocate, e.upload, e.build} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	return e, e.arrays.WriteState(net.Start(o.Precision, o.Seeds))
}

// itemsOn is the size of work-groups. On a processor it is one work-item, as there
// work-items are a loop that waiting breaks up. On a GPU populations of urns, a work-item
// each, are spread over all units, so their groups are small.
func itemsOn(s *signals.Spec, info device.Info, asked int) int {
	items := 64
	switch {
	case asked != 0:
		items = min(asked, 1024)
	case info.Kind == "cpu":
		items = 1
	case s.Signals.Game == signals.LewisGame:
		items = 32
	}
	return min(items, max(1, info.MaxWorkGroup))
}

// kernelOf is the name of the kernel that makes the steps of a game.
func kernelOf(s *signals.Spec) string {
	if s.Signals.Game == signals.LewisGame {
		return "signals_urns"
	}
	return "signals_update"
}

// groups is the number of work-groups of a launch for so many populations.
func groups(s *signals.Spec, items, replicas int) int {
	if s.Signals.Game == signals.LewisGame {
		return (replicas + items - 1) / items
	}
	return replicas
}

func (e *engine[F]) allocate() error {
	s, replicas := e.net.Spec, len(e.options.Seeds)
	if err := e.arrays.AllocFields(e.device, e.net.Describe().Fields, e.options.Precision, replicas, s.Length); err != nil {
		return err
	}
	a := &s.Attributes
	size, batch := uint64(e.options.Precision.Bytes()), uint64(replicas*a.Batch)
	if s.Signals.Game == signals.LewisGame {
		batch = 0
	}
	for name, bytes := range map[string]uint64{
		"sampled": 3 * 4 * batch, "rewards": size * batch,
		signals.SpeakerTerms: 0, signals.SpeakerTable: 0, signals.ListenerTerms: 0, signals.ListenerTable: 0, // of agents that lack them
		"said": 2 * size * batch * uint64(a.Symbols), "named": 2 * size * batch * uint64(a.Values),
	} {
		if err := e.buffers.Alloc(e.device, name, bytes); err != nil {
			return err
		}
	}
	return nil
}

// upload sends what follows from the specifications and the keys.
func (e *engine[F]) upload() error {
	var infos []uint32
	var weights, inputs []int32
	var rates []F
	for r, key := range e.options.Seeds {
		of := recordOf(e.net, r, key)
		infos = append(infos, device.Words[uint32](of)...)
		s := e.net.Of(r)
		if s.Signals.Game == signals.LewisGame {
			weights = append(weights, s.Lewis.StateWeights()...)
			continue
		}
		rates = append(rates, device.Words[F](signals.RatesOf[F](&s.Attributes))...)
		own := make([]int32, s.Length(signals.Input))
		for k, input := range e.net.TrainedInputs([2]uint32{of.Key0, of.Key1}, r) {
			own[k] = int32(input)
		}
		inputs = append(inputs, own...)
	}
	return errors.Join(device.Send(e.device, e.buffers, "infos", infos), device.Send(e.device, e.buffers, "weights", weights),
		device.Send(e.device, e.buffers, "rates", rates), device.Send(e.device, e.buffers, "inputs", inputs))
}

// build compiles the kernel and binds its arguments. Where it takes smaller work-groups,
// it gets them.
func (e *engine[F]) build() error {
	s := e.net.Spec
	program, err := e.device.Build(header(s, e.options.Precision, e.items).Source(), "")
	if err != nil {
		return err
	}
	args := device.Args{
		"replicas": uint32(len(e.options.Seeds)), "states": uint32(s.Lewis.States), "signals": uint32(s.Lewis.Signals), "listeners": uint32(s.Lewis.Listeners),
		"values": uint32(s.Attributes.Values), "symbols": uint32(s.Attributes.Symbols), "batch": uint32(s.Attributes.Batch),
		"first": uint32(0), "plays": uint32(0), "updates": uint32(0),
	}
	args.AddBuffers(e.buffers)
	args.AddBuffers(e.arrays)
	if e.kernel, err = program.BoundKernel(kernelOf(s), args); err != nil {
		return err
	}
	if most := e.kernel.MaxWorkGroup(); most < e.items {
		e.items = most
		e.note = device.SmallGroups(most)
		return e.build()
	}
	return nil
}

// batch is the number of steps of a launch.
const batch = 1 << 14

// Skip implements backend.Skipper.
func (e *engine[F]) Skip(n int) error {
	count := "updates"
	if e.net.Spec.Signals.Game == signals.LewisGame {
		count = "plays"
	}
	for n > 0 {
		now := min(n, batch)
		err := e.kernel.LaunchGroups(device.Args{"first": uint32(e.step + 1), count: uint32(now)}, e.items, groups(e.net.Spec, e.items, len(e.options.Seeds)))
		if err = errors.Join(err, e.device.Finish()); err != nil {
			return fmt.Errorf("steps %d to %d failed: %w", e.step+1, e.step+int64(now), err)
		}
		e.step += int64(now)
		n -= now
	}
	return nil
}

// Advance implements backend.Backend. The state of a step with a row is measured on the
// host.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.options.Seeds) * len(e.net.Describe().Sums)
	return backend.AdvanceByRows(e, e.net, e.step, n, width, func(row []float64) error {
		s, err := e.State()
		if err == nil {
			e.net.MeasureAll(row, s, e.options.Seeds)
		}
		return err
	})
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
	e.step = s.Step
	return e.arrays.WriteState(s)
}

// Field implements backend.Backend.
func (e *engine[F]) Field(name string, into *state.Array) (*state.Array, error) {
	f, err := e.Find(name)
	if err != nil {
		return nil, err
	}
	if f.Derived {
		s, err := e.State()
		if err != nil {
			return nil, err
		}
		return e.net.Derive(f, s, e.options.Seeds, into), nil
	}
	into = into.Reuse(f, e.options.Precision, len(e.options.Seeds)*e.net.Spec.Length(f.Space))
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

// recordOf is that of a replica with a key.
func recordOf(net *signals.Network, replica int, key uint64) record {
	s, k := net.Of(replica), rng.Key(key)
	r := record{Key0: k[0], Key1: k[1], Population: net.Population(replica)}
	if s.Signals.Game == signals.LewisGame {
		noise, forget := signals.Share(s.Lewis.Noise), signals.Share(s.Lewis.Forget)
		r.Punish = uint32(s.Lewis.Punish)
		r.NoiseLow, r.NoiseHigh = uint32(noise), uint32(noise>>32)
		r.ForgetLow, r.ForgetHigh = uint32(forget), uint32(forget>>32)
		return r
	}
	r.Trained = uint32(len(net.TrainedInputs(k, replica)))
	if s.Attributes.Reward == signals.Act {
		r.Act = 1
	}
	return r
}
