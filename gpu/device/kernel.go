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
	source    string // of its program
	name      string
	kernel    *cl.Kernel
	handle    kernelHandle
	workGroup uint64 // largest work-group on this device, in work-items
	local     uint64 // local memory of a work-group, in bytes
	private   uint64 // private memory of a work-item, in bytes

	parameters []Parameter
	index      map[string]int // of parameters, by name
	args       []bound        // by index
}

// bound is what an argument was set to. The driver need not keep a buffer alive
// that is set as an argument, so the kernel does.
type bound struct {
	size   uint64  // in bytes; 0 before the argument is set
	buffer *Buffer // nil for a number
	value  any     // what was set
}

// Name is the kernel's name in the source.
func (k *Kernel) Name() string { return k.name }

// Source is that of the kernel's program.
func (k *Kernel) Source() string { return k.source }

// Parameters are those of the kernel, in order, which nobody may change.
func (k *Kernel) Parameters() []Parameter { return k.parameters }

// MaxWorkGroup is the largest number of work-items that one work-group of this
// kernel can have.
func (k *Kernel) MaxWorkGroup() int { return int(k.workGroup) }

// LocalMemory is what a work-group takes of it, in bytes.
func (k *Kernel) LocalMemory() uint64 { return k.local }

// PrivateMemory is what a work-item takes of it, in bytes: what has no register, where
// the driver knows.
func (k *Kernel) PrivateMemory() uint64 { return k.private }

// Args are arguments of a kernel by the names of its parameters: a [*Buffer] of the
// kernel's device for a global pointer, int32, uint32, int64, uint64, float32 or float64
// for a number of the same type, [2]uint32 for a uint2.
type Args map[string]any

// Bind sets all arguments. The kernel keeps the buffers alive.
func (k *Kernel) Bind(args Args) error {
	for _, p := range k.parameters {
		if _, ok := args[p.Name]; !ok {
			return fmt.Errorf("argument %s of kernel %s is missing", p.Name, k.name)
		}
	}
	for name, arg := range args {
		if err := k.Set(name, arg); err != nil {
			return err
		}
	}
	return nil
}

// Set sets one argument, and leaves the others as they are.
func (k *Kernel) Set(name string, arg any) error {
	index, ok := k.index[name]
	if !ok {
		return fmt.Errorf("kernel %s has no argument %s", k.name, name)
	}
	if !fits(arg, k.parameters[index].Type) {
		return fmt.Errorf("argument %s of kernel %s has type %s: a value of type %T cannot be passed for it", name, k.name, k.parameters[index].Type, arg)
	}
	b := bound{value: arg}
	var value unsafe.Pointer
	switch v := arg.(type) {
	case *Buffer:
		if err := v.usableOn(k.device); err != nil {
			return fmt.Errorf("argument %s of kernel %s: %w", name, k.name, err)
		}
		memory := handle(v.memory, "clMem")
		b.size, b.buffer, value = uint64(unsafe.Sizeof(memory)), v, unsafe.Pointer(&memory)
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
	}
	err := k.device.call("clSetKernelArg", k.name, func() error {
		return k.kernel.SetArgUnsafe(index, int(b.size), value)
	})
	if err != nil {
		return fmt.Errorf("argument %s of kernel %s: %w", name, k.name, err)
	}
	k.args[index] = b
	return nil
}

// fits tells whether a value can be passed for a parameter of that type.
func fits(arg any, parameter string) bool {
	switch arg.(type) {
	case *Buffer:
		return parameter == "pointer"
	case int32:
		return parameter == "int"
	case uint32:
		return parameter == "uint"
	case int64:
		return parameter == "long"
	case uint64:
		return parameter == "ulong"
	case [2]uint32:
		return parameter == "uint2"
	case float32:
		return parameter == "float"
	case float64:
		return parameter == "double"
	}
	return false
}

// Launch enqueues the kernel over global work-items in one to three dimensions,
// in work-groups of local work-items, whose sizes must divide the global ones; a
// nil local leaves them to the driver. It does not wait.
func (k *Kernel) Launch(global, local []int) error {
	if err := k.check(global, local); err != nil {
		return fmt.Errorf("kernel %s cannot be launched over %v work-items in groups of %v: %w", k.name, global, local, err)
	}
	if see := k.device.carryOut; see != nil {
		return see(k.launch(global, local), func() error { return k.enqueue(global, local) })
	}
	return k.enqueue(global, local)
}

// launch describes a launch.
func (k *Kernel) launch(global, local []int) Launch {
	args := Args{}
	for i, p := range k.parameters {
		args[p.Name] = k.args[i].value
	}
	return Launch{k, args, global, local}
}

func (k *Kernel) enqueue(global, local []int) error {
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
			return fmt.Errorf("argument %s is not bound", k.parameters[i].Name)
		}
		total += a.size
		if a.buffer == nil {
			continue
		}
		if err := a.buffer.usableOn(k.device); err != nil {
			return fmt.Errorf("argument %s: %w", k.parameters[i].Name, err)
		}
	}
	if total > k.device.maxParameters {
		return fmt.Errorf("its arguments take %d bytes, the device allows %d", total, k.device.maxParameters)
	}
	return nil
}
