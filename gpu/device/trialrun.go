//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"

	"tnn-gpu/host/state"
)

// mostTried is the number of work-items up to which a launch is tried. PoCL compiles a
// kernel for each local size, and once more for 65,536 work-items or more.
const mostTried = 1 << 17

// triedMemory is the size of the one buffer that all kernels get: a work-item may look
// at what belongs to its place.
const triedMemory = 1 << 22

// NewTrialLaunch tries a launch that has these arguments in earnest.
func NewTrialLaunch(kernel string, global, local []int, args []any) TrialLaunch {
	t := TrialLaunch{Kernel: kernel, Local: local}
	for i, n := range global {
		unit := local[i]
		t.Global = append(t.Global, min(n, (mostTried+unit-1)/unit*unit))
	}
	for _, arg := range args {
		size := 8
		switch arg.(type) {
		case *Buffer:
			size = 0
		case int32, uint32, float32:
			size = 4
		}
		t.Arguments = append(t.Arguments, size)
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
	for _, p := range t.Precisions {
		if p == state.Single || d.info.Double {
			err = errors.Join(err, d.Probe(p))
		}
	}
	if t.Program != nil {
		err = errors.Join(err, d.try(t.Program))
	}
	err = errors.Join(err, d.Close())
	if !t.Stream {
		return err
	}
	s, failed := NewStream(*t.Selector, mostTried, 1)
	if failed != nil {
		return errors.Join(err, failed)
	}
	return errors.Join(err, s.Run(1), s.Close())
}

// try builds a program and launches its kernels over nothing.
func (d *Device) try(t *TrialProgram) error {
	program, err := d.Build(t.Source, t.Options)
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
		args, err := l.zeros(memory)
		if err == nil {
			err = k.Bind(args...)
		}
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

func (l *TrialLaunch) zeros(memory *Buffer) ([]any, error) {
	var args []any
	for _, size := range l.Arguments {
		switch size {
		case 0:
			args = append(args, memory)
		case 4:
			args = append(args, uint32(0))
		case 8:
			args = append(args, uint64(0))
		default:
			return nil, fmt.Errorf("kernel %s is tried with an argument of %d bytes", l.Kernel, size)
		}
	}
	return args, nil
}

// Described is a device that is not opened: it answers what follows from its
// description alone, such as its width and its options.
func Described(info Info) *Device { return &Device{info: info} }
