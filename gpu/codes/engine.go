//go:build opencl && cgo

package codes

import (
	"errors"
	"fmt"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// New opens a network on a device, at step 0, and owns the device from then on, unless
// there is an error: a device without double precision refuses it.
func New(d *device.Device, net *codes.Codes, o backend.Options) (backend.Backend, error) {
	return device.OpenNetwork(d, net, o, newEngine[float32], newEngine[float64])
}

// engine has all replicas of a network learn on a device in one precision. It implements
// backend.Backend.
type engine[F float32 | float64] struct {
	device  *device.Device
	net     *codes.Codes
	table   *codes.Table // of what all replicas share
	options backend.Options
	step    int64
	items   int // work-items of a work-group
	note    string

	backend.Fields
	arrays  device.Buffers // of the state
	buffers device.Buffers // everything else
	kinds   []*codes.Table // of replicas whose paces differ
	learn   *device.Kernel
}

// batch is the number of updates of a launch at most, of one where a driver ends loops.
const batch = 50

func newEngine[F float32 | float64](d *device.Device, net *codes.Codes, o backend.Options) (*engine[F], error) {
	e := &engine[F]{
		device: d, net: net, table: &net.Spec.Codes, options: o, items: itemsOn(d.Info(), o.WorkGroup),
		Fields: backend.NewFields(net), arrays: device.Buffers{}, buffers: device.Buffers{},
	}
	for _, prepare := range []func() error{e.upload, e.allocate, e.build} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	return e, e.SetState(net.Start(o.Precision, o.Seeds))
}

// itemsOn is the size of work-groups that are asked for, or else as many as an update has
// use for; on a processor one, as there work-items are a loop that waiting breaks up, but
// where that would make more turns than its driver allows.
func itemsOn(info device.Info, asked int) int {
	if asked == 0 && info.Kind == "cpu" && info.Turns == 0 {
		asked = 1
	} else if asked == 0 {
		asked = most
	}
	return min(asked, most, max(1, info.MaxWorkGroup))
}

// upload sends what follows from the specifications and the keys.
func (e *engine[F]) upload() error {
	type rates struct{ anneal, rate, transmitter float64 }
	known := map[rates]uint32{}
	var constants []F
	var keys, kinds []uint32
	for r, key := range e.options.Seeds {
		t := &e.net.Of(r).Codes
		of := rates{t.Anneal, t.Rate, t.TransmitterRate}
		if _, found := known[of]; !found {
			known[of] = uint32(len(e.kinds))
			e.kinds = append(e.kinds, t)
		}
		k := rng.Key(key)
		kinds, keys = append(kinds, known[of]), append(keys, k[0], k[1])
		constants = append(constants, device.Words[F](codes.ConstantsOf[F](t, t.TrainAt))...)
	}
	return errors.Join(
		device.Send(e.device, e.buffers, "constants", constants),
		device.Send(e.device, e.buffers, "keys", keys),
		device.Send(e.device, e.buffers, "kinds", kinds),
	)
}

func (e *engine[F]) allocate() error {
	replicas, real := uint64(len(e.options.Seeds)), uint64(e.options.Precision.Bytes())
	err := e.arrays.AllocFields(e.device, e.net.Describe().Fields, e.options.Precision, len(e.options.Seeds), e.table.Length)
	if err != nil {
		return err
	}
	of, samples := heldBy(e.table), e.table.Batch()*e.table.N
	if e.table.Transmitter == codes.Exact {
		samples = 0
	}
	for name, values := range map[string]int{
		"gradient": e.table.Length(codes.EntrySpace), "received": samples, "path": samples,
		"units": of.units, "given_by": of.units, "logits": of.logits, "losses": of.losses,
	} {
		if err := e.buffers.Alloc(e.device, name, replicas*real*uint64(values)); err != nil {
			return err
		}
	}
	for _, name := range []string{codes.WeightsField, codes.MeanOf(codes.WeightsField), codes.SquareOf(codes.WeightsField), codes.CountsField} {
		if e.arrays[name] == nil { // a kernel takes it in any case
			if err := e.buffers.Alloc(e.device, name, 0); err != nil {
				return err
			}
		}
	}
	return e.buffers.Alloc(e.device, "paces", batch*uint64(len(e.kinds))*uint64(len(paceOf(codes.Pace[F]{})))*real)
}

// build compiles the kernel and binds its arguments.
func (e *engine[F]) build() error {
	program, err := e.device.Build(header(e.table, e.options.Precision, e.items).Source(), "")
	if err != nil {
		return err
	}
	args := device.Args{"all_kinds": uint32(len(e.kinds)), "t": uint32(0), "updates": uint32(0)}
	args.AddBuffers(e.buffers)
	args.AddBuffers(e.arrays)
	if e.learn, err = program.BoundKernel("codes_learn", args); err != nil {
		return err
	}
	if fewer := e.learn.MaxWorkGroup(); fewer < e.items {
		e.items, e.note = fewer, device.SmallGroups(fewer) // registers or a driver allow no more
		return e.build()
	}
	return nil
}

// paceOf is a pace as kernels have it.
func paceOf[F float32 | float64](p codes.Pace[F]) []F {
	return []F{p.Temperature, p.Transmitter.Rate, p.Transmitter.Mean, p.Transmitter.Square, p.Receiver.Rate, p.Receiver.Mean, p.Receiver.Square}
}

// Advance implements backend.Backend. Updates up to the next row are one launch, or a few;
// sums of updates without a row are 0.
func (e *engine[F]) Advance(n int) ([]float64, error) {
	width := len(e.options.Seeds) * codes.Sums
	rows := make([]float64, n*width)
	for first, end := e.step, e.step+int64(n); e.step < end; {
		row := e.net.NextRow(e.step)
		now := min(batch, row-e.step, end-e.step)
		if e.device.Info().Turns > 0 {
			now = 1
		}
		if err := e.enqueue(int(now)); err != nil {
			return nil, fmt.Errorf("updates %d to %d failed: %w", e.step+1, e.step+now, err)
		}
		e.step += now
		if e.step == row {
			if err := e.sums(rows[int(e.step-first-1)*width:][:width]); err != nil {
				return nil, fmt.Errorf("the sums of update %d cannot be read: %w", e.step, err)
			}
		}
	}
	return rows, nil
}

// enqueue launches some updates, and waits until their paces have been sent.
func (e *engine[F]) enqueue(updates int) error {
	var paces []F
	for u := range updates {
		for _, t := range e.kinds {
			paces = append(paces, paceOf(codes.PaceAt[F](t, e.step+int64(u)+1))...)
		}
	}
	if err := device.Write(e.buffers["paces"], 0, paces); err != nil {
		return err
	}
	return e.learn.LaunchGroups(device.Args{"t": uint32(e.step + 1), "updates": uint32(updates)}, e.items, len(e.options.Seeds))
}

// sums fills in those of the last update.
func (e *engine[F]) sums(into []float64) error {
	entries := e.table.Length(codes.EntrySpace)
	table, losses := make([]F, len(e.options.Seeds)*entries), make([]F, len(e.options.Seeds))
	err := errors.Join(device.Read(e.arrays[codes.TableField], 0, table), device.Read(e.arrays[codes.LossField], 0, losses))
	if err != nil {
		return err
	}
	for r, loss := range losses {
		codes.FillSums(&e.net.Of(r).Codes, into[r*codes.Sums:][:codes.Sums], table[r*entries:][:entries], loss, e.step)
	}
	return nil
}

// State implements backend.Backend.
func (e *engine[F]) State() (*state.State, error) {
	s := e.net.NewState(e.options.Precision, len(e.options.Seeds))
	s.Step = e.step
	if err := e.arrays.ReadState(s); err != nil {
		return nil, err
	}
	e.net.FillSymbols(s)
	return s, nil
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
	if name == codes.SymbolsField { // it follows from the table
		s, err := e.State()
		if err != nil {
			return nil, err
		}
		return s.Array(name).CopyTo(into), nil
	}
	into = into.Reuse(f, e.options.Precision, len(e.options.Seeds)*e.table.Length(f.Space))
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
