//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/jgillich/go-opencl/cl"
)

// Buffer is memory on a device.
type Buffer struct {
	device *Device
	name   string
	size   uint64
	memory *cl.MemObject // nil after release
}

// Element is a number as device and host both store it.
type Element interface {
	~uint8 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~float32 | ~float64
}

// SizeOf is how many bytes data takes in a buffer.
func SizeOf[T Element](data []T) uint64 {
	var element T
	return uint64(len(data)) * uint64(unsafe.Sizeof(element))
}

// leastBuffer stands for an empty buffer, which OpenCL does not have.
const leastBuffer = 16

// Alloc reserves size bytes under a name that errors use. What they hold at
// first is undefined. A size that the device cannot have, alone or beside the
// buffers already there, is refused before the driver is asked, with an error
// that wraps [ErrMemory]. A buffer of no bytes is allowed.
func (d *Device) Alloc(name string, size uint64) (*Buffer, error) {
	if left := d.info.GlobalMemory - min(d.used, d.info.GlobalMemory); size > left || size > d.info.MaxAlloc {
		return nil, fmt.Errorf("%w: buffer %s takes %s, but %s has %s left of %s and gives at most %s at once; take a smaller network or another device",
			ErrMemory, name, bytes(size), d.info.Name, bytes(left), bytes(d.info.GlobalMemory), bytes(d.info.MaxAlloc))
	}
	b := &Buffer{device: d, name: name, size: size}
	err := d.call("clCreateBuffer", "", func() (err error) {
		b.memory, err = d.context.CreateEmptyBuffer(cl.MemReadWrite, int(max(size, leastBuffer)))
		return err
	})
	if errors.Is(err, cl.ErrMemObjectAllocationFailure) || errors.Is(err, cl.ErrOutOfResources) || errors.Is(err, cl.ErrOutOfHostMemory) {
		return nil, fmt.Errorf("%w: buffer %s takes %s: %w", ErrMemory, name, bytes(size), err)
	}
	if err != nil {
		return nil, fmt.Errorf("buffer %s of %s: %w", name, bytes(size), err)
	}
	d.buffers[b] = struct{}{}
	d.used += size
	return b, nil
}

func bytes(n uint64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// Name is what errors call the buffer.
func (b *Buffer) Name() string { return b.name }

// Size is the buffer's length in bytes.
func (b *Buffer) Size() uint64 { return b.size }

// Release waits for the queue, then gives the memory back. A kernel to which the
// buffer is bound must be given another one. Releasing twice is harmless.
func (b *Buffer) Release() error {
	if b.memory == nil {
		return nil
	}
	err := b.device.Finish()
	b.free()
	return err
}

func (b *Buffer) free() {
	b.memory.Release()
	b.memory = nil
	b.device.used -= b.size
	delete(b.device.buffers, b)
}

func (b *Buffer) usableOn(d *Device) error {
	switch {
	case b == nil:
		return errors.New("the buffer is nil")
	case b.memory == nil:
		return fmt.Errorf("buffer %s was released", b.name)
	case b.device != d:
		return fmt.Errorf("buffer %s belongs to another device", b.name)
	}
	return nil
}

// span checks that count elements of size bytes from element offset on lie in the
// buffer, and gives their place in bytes.
func (b *Buffer) span(offset, count int, size uintptr) (from, length int, err error) {
	if err := b.usableOn(b.device); err != nil {
		return 0, 0, err
	}
	elements := b.size / uint64(size)
	if offset < 0 || count < 0 || uint64(offset) > elements || uint64(count) > elements-uint64(offset) {
		return 0, 0, fmt.Errorf("elements %d to %d are not in buffer %s, which has %d of them", offset, offset+count, b.name, elements)
	}
	return offset * int(size), count * int(size), nil
}

// transfer is one of the binding's two calls, whose form is the same.
type transfer func(memory *cl.MemObject, blocking bool, offset, size int, data unsafe.Pointer, wait []*cl.Event) (*cl.Event, error)

// move copies between data and the buffer and waits for it, as the driver must
// not keep Go memory.
func move[T Element](b *Buffer, call string, offset int, data []T, enqueue func(*cl.CommandQueue) transfer) error {
	var element T
	from, length, err := b.span(offset, len(data), unsafe.Sizeof(element))
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	if length == 0 {
		return nil
	}
	d := b.device
	err = d.call(call, "", func() error {
		event, err := enqueue(d.queue)(b.memory, true, from, length, unsafe.Pointer(&data[0]), nil)
		event.Release()
		return err
	})
	runtime.KeepAlive(b)
	if err != nil {
		return fmt.Errorf("buffer %s: %w", b.name, err)
	}
	return nil
}

// Write copies data into the buffer, from its element offset on, counted in
// elements of data's type. It waits until all that was queued before is done too.
func Write[T Element](b *Buffer, offset int, data []T) error {
	return move(b, "clEnqueueWriteBuffer", offset, data, func(q *cl.CommandQueue) transfer { return q.EnqueueWriteBuffer })
}

// Read copies from the buffer, from its element offset on, counted in elements of
// data's type, until data is full. It waits until all that was queued before is
// done too.
func Read[T Element](b *Buffer, offset int, data []T) error {
	return move(b, "clEnqueueReadBuffer", offset, data, func(q *cl.CommandQueue) transfer { return q.EnqueueReadBuffer })
}

// Fill enqueues setting count elements, from element offset on, to value. It does
// not wait.
func Fill[T Element](b *Buffer, offset, count int, value T) error {
	size := unsafe.Sizeof(value)
	from, length, err := b.span(offset, count, size)
	if err != nil {
		return fmt.Errorf("clEnqueueFillBuffer: %w", err)
	}
	if length == 0 {
		return nil
	}
	d := b.device
	err = d.call("clEnqueueFillBuffer", "", func() error {
		event, err := d.queue.EnqueueFillBuffer(b.memory, unsafe.Pointer(&value), int(size), from, length, nil)
		event.Release()
		return err
	})
	runtime.KeepAlive(b)
	if err != nil {
		return fmt.Errorf("buffer %s: %w", b.name, err)
	}
	return nil
}
