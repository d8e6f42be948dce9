//go:build opencl && cgo

package sorn

import (
	"errors"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// grow gives a buffer room for data and sends it.
func grow[F float32 | float64, T device.Element](e *engine[F], name string, data []T) error {
	if len(data) <= e.sizes[name] {
		if len(data) == 0 {
			return nil
		}
		return device.Write(e.buffers[name], 0, data)
	}
	more := make([]T, 2*len(data))
	copy(more, data)
	old := e.buffers[name]
	if err := device.Send(e.device, e.buffers, name, more); err != nil {
		return err
	}
	e.sizes[name] = len(more)
	return errors.Join(e.rebind(name, e.buffers[name]), old.Release())
}

// rebind gives all kernels another argument.
func (e *engine[F]) rebind(name string, value any) error {
	for _, k := range []*kernels{e.made, e.taken} {
		if k == nil {
			continue
		}
		for _, kernel := range []*device.Kernel{k.steps, k.part, k.sum} {
			if err := kernel.Set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// full tells whether a unit has no room for its births, so that its replica waits.
func (e *engine[F]) full() (bool, error) {
	full := make([]int32, 2*len(e.options.Seeds))
	err := device.Read(e.buffers["full"], 0, full)
	for r := range e.options.Seeds {
		if full[2*r] != 0 {
			return true, err
		}
	}
	return false, err
}

// makeRoom gives units more slots, and those replicas that wait go on.
func (e *engine[F]) makeRoom() error {
	n := e.net.Spec.Sorn.NE
	old, net := e.slots(e.net), e.net.WithRoom(sorn.MoreRoom(e.net.RoomEE, e.net.RoomEE+1, n), 0, 0)
	if err := e.arrays.ReadState(old); err != nil {
		return err
	}
	grown := e.slots(net)
	for i := range old.Arrays {
		sorn.Spread(&old.Arrays[i], &grown.Arrays[i], len(e.options.Seeds)*n)
	}
	if err := e.fit(net); err != nil {
		return err
	}
	if err := e.arrays.WriteState(grown); err != nil {
		return err
	}
	return e.begin()
}

// slots are arrays for the excitatory synapses of a network.
func (e *engine[F]) slots(net *sorn.Network) *state.State {
	s := &state.State{Precision: e.options.Precision, Replicas: len(e.options.Seeds)}
	for _, name := range []string{sorn.FromEE, sorn.WeightEE} {
		f, _ := sorn.FieldOf(name)
		s.Add(f, s.Replicas*net.Length(f.Space))
	}
	return s
}

// fit gives synapses the slots that a network has for them. What was in those whose number
// changes is lost.
func (e *engine[F]) fit(net *sorn.Network) error {
	for _, of := range []struct {
		fields []string
		name   string
		room   int
		was    int
	}{
		{[]string{sorn.FromEE, sorn.WeightEE}, "room_ee", net.RoomEE, e.net.RoomEE},
		{[]string{sorn.FromEI, sorn.WeightEI}, "room_ei", net.RoomEI, e.net.RoomEI},
		{[]string{sorn.FromIE, sorn.WeightIE}, "room_ie", net.RoomIE, e.net.RoomIE},
	} {
		if of.room == of.was && e.failed == nil { // a fit that failed may have left other rooms
			continue
		}
		for _, name := range of.fields {
			f, _ := sorn.FieldOf(name)
			if err := e.arrays[name].Release(); err != nil {
				return err
			}
			size := len(e.options.Seeds) * net.Length(f.Space) * f.Bytes(e.options.Precision)
			fits, err := e.device.Alloc(name, uint64(size))
			if err != nil {
				return err // what is released can be released again
			}
			e.arrays[name] = fits
			if err := e.rebind(name, fits); err != nil {
				return err
			}
		}
		if err := e.rebind(of.name, uint32(of.room)); err != nil {
			return err
		}
	}
	e.net = net
	return nil
}
