//go:build opencl && cgo

package device

import (
	"errors"

	"tnn-gpu/host/state"
)

// mostTried is the number of work-items up to which a launch is tried. PoCL compiles a
// kernel for each local size, and once more for 65,536 work-items or more.
const mostTried = 1 << 17

// triedMemory is the size of the one buffer that all kernels get: a work-item may look
// at what belongs to its place.
const triedMemory = 1 << 22

// NewTrialLaunch tries a launch of that size in earnest.
func NewTrialLaunch(kernel string, global, local []int) TrialLaunch {
	t := TrialLaunch{Kernel: kernel, Local: local}
	for i, n := range global {
		unit := local[i]
		t.Global = append(t.Global, min(n, (mostTried+unit-1)/unit*unit))
	}
	return t
}

// Run makes the trial. That it returns is the answer; the error tells where it got to.
func (t *Trial) Run() error {
	if _, err := List(); err != nil || t.Selector == nil {
		return err
	}
	d, err := Open(*t.Selector)
	if err != nil {
		return err
	}
	err = errors.Join(t.on(d), d.Close())
	if !t.Stream {
		return err
	}
	s, failed := NewStream(*t.Selector, mostTried, 1)
	if failed != nil {
		return errors.Join(err, failed)
	}
	return errors.Join(err, s.Run(1), s.Close())
}

// on makes the part of the trial that is about an opened device.
func (t *Trial) on(d *Device) (err error) {
	for _, p := range t.Precisions {
		if p == state.Single || d.info.Double {
			err = errors.Join(err, d.Probe(p))
		}
	}
	program := t.Program
	if d.info.Turns > 0 && t.Bounded != nil {
		program = t.Bounded
	}
	if program == nil {
		return err
	}
	return errors.Join(err, d.try(program))
}

// try builds a program and launches its kernels over nothing.
func (d *Device) try(t *TrialProgram) error {
	program, err := d.Build(t.Source, "")
	if err != nil {
		return err
	}
	memory, err := d.Alloc("of the trial", triedMemory)
	if err != nil {
		return err
	}
	if err := Fill(memory, 0, triedMemory/4, uint32(0)); err != nil {
		return err
	}
	for _, l := range t.Launches {
		k, err := program.Kernel(l.Kernel)
		if err != nil {
			return err
		}
		err = k.Bind(k.zeros(memory))
		if err == nil {
			err = k.Launch(l.Global, l.Local)
		}
		if err == nil {
			err = d.Finish()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// zeros are arguments for a kernel: one buffer, and numbers that are zero.
func (k *Kernel) zeros(memory *Buffer) Args {
	args := Args{}
	for _, p := range k.parameters {
		for _, zero := range []any{memory, int32(0), uint32(0), int64(0), uint64(0), [2]uint32{}, float32(0), float64(0)} {
			if fits(zero, p.Type) {
				args[p.Name] = zero
				break
			}
		}
	}
	return args
}

// Described is a device that is not opened: it answers what follows from its
// description alone, such as its width and its options.
func Described(info Info) *Device { return &Device{info: info} }
