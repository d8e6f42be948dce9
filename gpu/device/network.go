//go:build opencl && cgo

package device

import (
	"fmt"
	"reflect"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
)

// What follows is what the backends of all models need of a device.

// OpenNetwork opens a network by the function of its precision. The device is probed
// first, and its profile starts after the probe, which no profile is to contain. A device
// without double precision refuses it, and so does one that may end the network's loops
// early ([Info].Turns).
func OpenNetwork[N any, S, D backend.Backend](
	d *Device, net N, o backend.Options, single func(*Device, N, backend.Options) (S, error), double func(*Device, N, backend.Options) (D, error),
) (backend.Backend, error) {
	err := d.Probe(o.Precision)
	if err == nil && o.Profile {
		err = d.StartProfile()
	}
	if err != nil {
		return nil, err
	}
	if o.Precision == state.Double {
		return opened(d, double, net, o)
	}
	return opened(d, single, net, o)
}

// opened is a backend that was opened without an error, or nil and the error.
func opened[N any, B backend.Backend](d *Device, open func(*Device, N, backend.Options) (B, error), net N, o backend.Options) (backend.Backend, error) {
	var b B
	if _, is := any(b).(bounded); !is && d.info.Turns > 0 {
		return nil, d.tooFewTurns()
	}
	b, err := open(d, net, o)
	if err != nil {
		return nil, err
	}
	if x, is := any(b).(bounded); is && d.info.Turns > 0 && x.Turns() > d.info.Turns {
		return nil, d.tooFewTurns()
	}
	return b, nil
}

// bounded is a backend that knows how many turns the loops of a work-item make in a launch
// at most. Others make any number.
type bounded interface{ Turns() int }

func (d *Device) tooFewTurns() error {
	return fmt.Errorf("%w: %s ends the loops of a work-item after %d turns together, and this network may need more; take another device",
		ErrTurns, d.info.Name, d.info.Turns)
}

// Describe describes the backend of a network in a precision. A note, which may be
// empty, gives way to the reason for which the device is not strict.
func (d *Device) Describe(p state.Precision, note string) backend.Description {
	verdict := d.info.Verdict(p)
	b := backend.Description{Backend: "opencl", Device: d.info.Name, Driver: d.info.Platform + " " + d.info.Driver,
		Precision: p, Strict: verdict == Strict, Note: note, Bytes: int64(d.used)}
	if !b.Strict {
		b.Note = verdict
	}
	return b
}

// SmallGroups is the note of a backend whose kernels do not take the work-groups that
// were meant for them.
func SmallGroups(items int) string {
	return fmt.Sprintf("work-groups of %d work-items: its kernels take no larger ones", items)
}

// Buffers are buffers by name.
type Buffers map[string]*Buffer

// Alloc adds a buffer of so many bytes.
func (b Buffers) Alloc(d *Device, name string, size uint64) (err error) {
	b[name], err = d.Alloc(name, size)
	return err
}

// AllocFields adds a buffer for each field that is not derived, for so many replicas of
// length(space) values each.
func (b Buffers) AllocFields(d *Device, fields []state.Field, p state.Precision, replicas int, length func(state.Space) int) error {
	for _, f := range fields {
		if f.Derived {
			continue
		}
		if err := b.Alloc(d, f.Name, uint64(f.Copies(replicas)*length(f.Space)*f.Bytes(p))); err != nil {
			return err
		}
	}
	return nil
}

// Send adds a buffer that holds data.
func Send[T Element](d *Device, b Buffers, name string, data []T) error {
	if err := b.Alloc(d, name, SizeOf(data)); err != nil {
		return err
	}
	return Write(b[name], 0, data)
}

// ReadState reads each array of a state from the buffer of its field.
func (b Buffers) ReadState(s *state.State) error {
	for i := range s.Arrays {
		if err := ReadArray(b[s.Arrays[i].Name], &s.Arrays[i]); err != nil {
			return err
		}
	}
	return nil
}

// WriteState writes each array of a state into the buffer of its field.
func (b Buffers) WriteState(s *state.State) error {
	for i := range s.Arrays {
		if err := writeArray(b[s.Arrays[i].Name], &s.Arrays[i]); err != nil {
			return err
		}
	}
	return nil
}

// ReadArray reads an array from the beginning of a buffer.
func ReadArray(b *Buffer, a *state.Array) error {
	switch {
	case a.Kind == state.Int:
		return Read(b, 0, a.Ints)
	case a.Kind == state.Bit:
		return Read(b, 0, a.Bits)
	case a.Precision() == state.Double:
		return Read(b, 0, a.Double)
	}
	return Read(b, 0, a.Single)
}

func writeArray(b *Buffer, a *state.Array) error {
	switch {
	case a.Kind == state.Int:
		return Write(b, 0, a.Ints)
	case a.Kind == state.Bit:
		return Write(b, 0, a.Bits)
	case a.Precision() == state.Double:
		return Write(b, 0, a.Double)
	}
	return Write(b, 0, a.Single)
}

// BoundKernel finds a kernel and binds its parameters to the arguments of their names.
// All may hold arguments of other kernels, too.
func (p *Program) BoundKernel(name string, all Args) (*Kernel, error) {
	k, err := p.Kernel(name)
	if err != nil {
		return nil, err
	}
	own := Args{}
	for _, parameter := range k.parameters {
		if arg, ok := all[parameter.Name]; ok {
			own[parameter.Name] = arg
		}
	}
	return k, k.Bind(own)
}

// AddBuffers adds buffers as the arguments of their names.
func (a Args) AddBuffers(b Buffers) {
	for name, buffer := range b {
		a[name] = buffer
	}
}

// LaunchGroups sets arguments, then enqueues the kernel over so many work-groups in each
// dimension, of so many work-items in the first.
func (k *Kernel) LaunchGroups(args Args, items int, groups ...int) error {
	for name, value := range args {
		if err := k.Set(name, value); err != nil {
			return err
		}
	}
	return k.Launch(sizes(items, groups))
}

// NewTrialGroups tries what LaunchGroups launches.
func NewTrialGroups(kernel string, items int, groups ...int) TrialLaunch {
	global, local := sizes(items, groups)
	return NewTrialLaunch(kernel, global, local)
}

// sizes are the numbers of work-items of a launch, and of a work-group.
func sizes(items int, groups []int) (global, local []int) {
	for i, n := range groups {
		of := 1
		if i == 0 {
			of = items
		}
		global, local = append(global, n*of), append(local, of)
	}
	return global, local
}

// NewTrial tries on the device of a network what plan gives for it. Whether its driver ends loops
// early is not known before it is probed, so that there is a plan for either.
func NewTrial(o backend.Options, plan func(Info) (*TrialProgram, error)) (*Trial, error) {
	info, err := Find(o.Device)
	if err != nil {
		return nil, err
	}
	t := &Trial{Selector: &o.Device, Precisions: []state.Precision{o.Precision}}
	if t.Program, err = plan(info); err != nil {
		return nil, err
	}
	info.Turns = manyTurns // that there is a bound counts, not which
	bounded, err := plan(info)
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(bounded, t.Program) {
		t.Bounded = bounded
	}
	return t, nil
}
