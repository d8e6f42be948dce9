//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/jgillich/go-opencl/cl"
)

// Kernel is one entry of a program, with its arguments.
type Kernel struct {
	device    *Device
	name      string
	kernel    *cl.Kernel
	handle    kernelHandle
	workGroup uint64 // largest work-group on this device, in work-items
	local     uint64 // local memory of a work-group, in bytes
	args      []bound
}

// bound is what an argument was set to. The driver need not keep a buffer alive
// that is set as an argument, so the kernel does.
type bound struct {
	size   uint64  // in bytes; 0 before the argument is set
	buffer *Buffer // nil for a number
}

// Name is the kernel's name in the source.
func (k *Kernel) Name() string { return k.name }

// MaxWorkGroup is the largest number of work-items that one work-group of this
// kernel can have.
func (k *Kernel) MaxWorkGroup() int { return int(k.workGroup) }

// LocalMemory is what a work-group takes of it, in bytes.
func (k *Kernel) LocalMemory() uint64 { return k.local }

// Bind sets all arguments, in the order of the source: a [*Buffer] of this
// device for a global pointer, int32, uint32, int64, uint64, float32 or float64
// for a number of the same width, [2]uint32 for a uint2. The kernel keeps the
// buffers alive.
func (k *Kernel) Bind(args ...any) error {
	if len(args) != len(k.args) {
		return fmt.Errorf("kernel %s has %d arguments, not %d", k.name, len(k.args), len(args))
	}
	for i, arg := range args {
		if err := k.Set(i, arg); err != nil {
			return err
		}
	}
	return nil
}

// Set sets argument number index, from 0, and leaves the others as they are. Its
// value is of a type that Bind takes.
func (k *Kernel) Set(index int, arg any) error {
	if index < 0 || index >= len(k.args) {
		return fmt.Errorf("kernel %s has %d arguments, so none of index %d", k.name, len(k.args), index)
	}
	var b bound
	var value unsafe.Pointer
	switch v := arg.(type) {
	case *Buffer:
		if err := v.usableOn(k.device); err != nil {
			return fmt.Errorf("argument %d of kernel %s: %w", index, k.name, err)
		}
		memory := handle(v.memory, "clMem")
		b, value = bound{uint64(unsafe.Sizeof(memory)), v}, unsafe.Pointer(&memory)
	case int32:
		b.size, value = 4, unsafe.Pointer(&v)
	case uint32:
		b.size, value = 4, unsafe.Pointer(&v)
	case int64:
		b.size, value = 8, unsafe.Pointer(&v)
	case uint64:
		b.size, value = 8, unsafe.Pointer(&v)
	case [2]uint32:
		b.size, value = 8, unsafe.Pointer(&v)
	case float32:
		b.size, value = 4, unsafe.Pointer(&v)
	case float64:
		b.size, value = 8, unsafe.Pointer(&v)
	default:
		return fmt.Errorf("argument %d of kernel %s: a value of type %T cannot be passed to a kernel", index, k.name, arg)
	}
	err := k.device.call("clSetKernelArg", k.name, func() error {
		return k.kernel.SetArgUnsafe(index, int(b.size), value)
	})
	if err != nil {
		return fmt.Errorf("argument %d of kernel %s: %w", index, k.name, err)
	}
	k.args[index] = b
	return nil
}

// SetFrom sets consecutive arguments, from number first on.
func (k *Kernel) SetFrom(first int, args ...any) error {
	for i, arg := range args {
		if err := k.Set(first+i, arg); err != nil {
			return err
		}
	}
	return nil
}

// Launch enqueues the kernel over global work-items in one to three dimensions,
// in work-groups of local work-items, whose sizes must divide the global ones; a
// nil local leaves them to the driver. It does not wait.
func (k *Kernel) Launch(global, local []int) error {
	if err := k.check(global, local); err != nil {
		return fmt.Errorf("kernel %s cannot be launched over %v work-items in groups of %v: %w", k.name, global, local, err)
	}
	d := k.device
	if d.profile != nil {
		return d.profile.launch(k, global, local)
	}
	g, l := [3]int{1, 1, 1}, [3]int{}
	copy(g[:], global)
	if local != nil {
		l = [3]int{1, 1, 1}
		copy(l[:], local)
	}
	err := d.call("clEnqueueNDRangeKernel", k.name, func() error {
		return enqueue(d.handle, k.handle, len(global), g, l)
	})
	runtime.KeepAlive(k)
	return err
}

// check finds what drivers differ in: some take it, some crash.
func (k *Kernel) check(global, local []int) error {
	if len(global) < 1 || len(global) > len(k.device.maxItems) || (local != nil && len(local) != len(global)) {
		return fmt.Errorf("both sizes need the same number of dimensions, 1 to %d", len(k.device.maxItems))
	}
	group := uint64(1)
	for i, n := range global {
		if n < 1 {
			return errors.New("every size must be at least 1")
		}
		if local == nil {
			continue
		}
		switch l := local[i]; {
		case l < 1 || n%l != 0:
			return errors.New("every local size must divide the global one")
		case uint64(l) > k.device.maxItems[i]:
			return fmt.Errorf("the device takes at most %d in dimension %d", k.device.maxItems[i], i)
		default:
			group *= uint64(l)
		}
	}
	if group > k.workGroup {
		return fmt.Errorf("a work-group of this kernel has at most %d work-items", k.workGroup)
	}
	if k.local > k.device.info.LocalMemory {
		return fmt.Errorf("it takes %d bytes of local memory, the device has %d", k.local, k.device.info.LocalMemory)
	}
	return k.checkArgs()
}

func (k *Kernel) checkArgs() error {
	var total uint64
	for i, a := range k.args {
		if a.size == 0 {
			return fmt.Errorf("argument %d is not bound", i)
		}
		total += a.size
		if a.buffer == nil {
			continue
		}
		if err := a.buffer.usableOn(k.device); err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
	}
	if total > k.device.maxParameters {
		return fmt.Errorf("its arguments take %d bytes, the device allows %d", total, k.device.maxParameters)
	}
	return nil
}
