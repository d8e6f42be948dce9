//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/jgillich/go-opencl/cl"
)

// Device is an opened OpenCL device with one in-order queue. Close it after use.
type Device struct {
	info    Info
	device  *cl.Device
	context *cl.Context
	common  *common
	queue   *cl.CommandQueue
	handle  queueHandle
	options string // every program is built with them

	maxItems      []uint64 // largest local size in each dimension
	maxParameters uint64   // bytes of all arguments of a kernel

	owned   []releaser // queues and kernels, as they were made
	buffers map[*Buffer]struct{}
	used    uint64   // bytes of all buffers
	profile *profile // nil unless profiling
	closed  bool
	waits   waits

	// mostItems, 0 but in tests, bounds the work-groups of all kernels.
	mostItems int

	// fault, nil but in tests, sees every driver call first and can refuse it.
	fault func(call string) error

	// carryOut, nil but in tests, sees every launch and has it carried out.
	carryOut func(l Launch, enqueue func() error) error
}

// common is what devices have in common that were opened one from another, beside their
// context.
type common struct {
	users    atomic.Int32
	programs memory[*cl.Program] // by options and source
	verdicts memory[verdict]     // of probes, in the same way
}

// memory keeps what takes long to make.
type memory[V any] struct {
	mutex sync.Mutex
	known map[string]V
}

// get gives what is known under a key, or else makes it.
func (m *memory[V]) get(key string, make func() (V, error)) (V, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	v, is := m.known[key]
	if is {
		return v, nil
	}
	v, err := make()
	if err == nil {
		m.known[key] = v
	}
	return v, err
}

func newCommon() *common {
	return &common{programs: memory[*cl.Program]{known: map[string]*cl.Program{}}, verdicts: memory[verdict]{known: map[string]verdict{}}}
}

type releaser interface{ Release() }

var errClosed = errors.New("the device is closed")

// List gives every device of every platform, in the drivers' order. Platforms
// without a device are left out. Where nothing remains the error wraps [ErrNoDevice].
func List() ([]Info, error) {
	infos, _, err := listAll()
	return infos, err
}

func listAll() ([]Info, []*cl.Device, error) {
	if err := library(); err != nil {
		return nil, nil, err
	}
	platforms, err := cl.GetPlatforms()
	if err != nil {
		err = &Error{Call: "clGetPlatformIDs", Err: err}
	}
	var infos []Info
	var devices []*cl.Device
	for _, p := range platforms {
		i, d, e := listPlatform(p)
		infos, devices = append(infos, i...), append(devices, d...)
		err = errors.Join(err, e)
	}
	if len(infos) == 0 {
		_, none := choose(nil, "")
		if runtime.GOOS == "linux" {
			none = fmt.Errorf("%w; %s", none, installed())
		}
		if err != nil {
			none = fmt.Errorf("%w; %w", none, err)
		}
		return nil, nil, none
	}
	for i := range infos {
		infos[i].Index = i
	}
	// One broken driver does not take the devices of the others away.
	return infos, devices, nil
}

func listPlatform(p *cl.Platform) ([]Info, []*cl.Device, error) {
	name, err := platformName(p)
	if err != nil {
		return nil, nil, &Error{Call: "clGetPlatformInfo", Err: err}
	}
	devices, err := cl.GetDevices(p, cl.DeviceTypeAll)
	if errors.Is(err, cl.ErrDeviceNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, &Error{Call: "clGetDeviceIDs", Device: name, Err: err}
	}
	infos := make([]Info, len(devices))
	for i, d := range devices {
		if infos[i], err = describe(d); err != nil {
			return nil, nil, err
		}
		infos[i].Platform = name
	}
	return infos, devices, nil
}

// Open opens the device that selector names: "" takes the first GPU, else
// the first device of another kind; a number is an index into List; any other
// text is part of one platform's or device's name, in any case. Nothing that
// fits, or more than one device, is an error that wraps [ErrNoDevice] and lists
// the choice.
func Open(selector string) (*Device, error) {
	infos, devices, err := listAll()
	if err != nil {
		return nil, err
	}
	info, err := choose(infos, selector)
	if err != nil {
		return nil, err
	}
	return openOne(info, devices[info.Index])
}

func openOne(info Info, device *cl.Device) (*Device, error) {
	d := &Device{info: info, device: device, options: "-cl-std=CL1.2", common: newCommon(), buffers: map[*Buffer]struct{}{}, waits: newWaits()}
	rounds, err := roundsDivision(device)
	if err != nil {
		return nil, err
	}
	if rounds {
		d.options += " -cl-fp32-correctly-rounded-divide-sqrt"
	}
	if d.maxItems, d.maxParameters, err = launchLimits(device); err != nil {
		return nil, err
	}
	err = d.call("clCreateContext", "", func() (err error) {
		d.context, err = cl.CreateContext([]*cl.Device{device})
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.begin()
}

// Again opens the device once more, as it is described now, in the same context and with
// a queue of its own. What was built or probed is known; and a driver reads its library
// of functions once for a context, which takes PoCL longer than to compile a small kernel.
func (d *Device) Again() (*Device, error) {
	if d.closed {
		return nil, errClosed
	}
	again := &Device{info: d.info, device: d.device, context: d.context, common: d.common, options: d.options,
		maxItems: d.maxItems, maxParameters: d.maxParameters, buffers: map[*Buffer]struct{}{}, waits: newWaits()}
	return again.begin()
}

// begin opens the queue of a device that has its context.
func (d *Device) begin() (*Device, error) {
	d.count(1)
	if err := d.openQueue(0); err != nil {
		d.count(-1)
		return nil, err
	}
	return d, nil
}

// count notes that users of the context came or went. The last one takes it along.
func (d *Device) count(users int32) {
	if d.common.users.Add(users) > 0 {
		return
	}
	for _, p := range d.common.programs.known {
		p.Release()
	}
	d.context.Release()
}

func (d *Device) openQueue(properties cl.CommandQueueProperty) error {
	return d.call("clCreateCommandQueue", "", func() error {
		queue, err := d.context.CreateCommandQueue(d.device, properties)
		if err == nil {
			d.queue, d.handle = queue, queueHandleOf(queue)
			d.owned = append(d.owned, queue)
		}
		return err
	})
}

// Info describes the device.
func (d *Device) Info() Info { return d.info }

// Used is how many bytes all buffers take.
func (d *Device) Used() uint64 { return d.used }

// Pretend has the device described in another way, as tests need it: with other
// limits, of another kind, with other vectors.
func (d *Device) Pretend(change func(*Info)) { change(&d.info) }

// LimitKernels has compiled kernels take work-groups of at most so many work-items, as
// tests need it.
func (d *Device) LimitKernels(items int) { d.mostItems = items }

// Refuse has f see every call to the driver first, as tests need it. Its error takes the
// place of the call; a nil f refuses nothing.
func (d *Device) Refuse(f func(call string) error) { d.fault = f }

// Launch is a kernel that is enqueued over work-items.
type Launch struct {
	Kernel        *Kernel
	Args          Args
	Global, Local []int
}

// CarryOut has f carry out every launch, as tests need it; enqueue leaves it to the
// driver. With a nil f all are the driver's.
func (d *Device) CarryOut(f func(l Launch, enqueue func() error) error) { d.carryOut = f }

// call makes one call to the driver. It is the only way there: a test's fault
// comes in here, and an error gets the names that the driver leaves out.
func (d *Device) call(name, kernel string, f func() error) error {
	err := d.refusal(name)
	switch {
	case err != nil:
	case waitsIn(name):
		done := d.watch(name)
		err = f()
		done()
	default:
		err = f()
	}
	if name == "clEnqueueNDRangeKernel" {
		d.waits.launches, d.waits.last = d.waits.launches+1, kernel
	}
	runtime.KeepAlive(d)
	if err != nil {
		return &Error{Call: name, Kernel: kernel, Device: d.info.Name, Err: err}
	}
	return nil
}

func (d *Device) refusal(call string) error {
	switch {
	case d.closed:
		return errClosed
	case d.fault != nil:
		return d.fault(call)
	}
	return nil
}

// Flush has the device begin what is queued, without waiting for it.
func (d *Device) Flush() error {
	return d.call("clFlush", "", func() error { return flush(d.queue) })
}

// Finish waits until all that was queued is done.
func (d *Device) Finish() error {
	if err := d.call("clFinish", "", d.queue.Finish); err != nil {
		return err
	}
	return d.profile.collect()
}

// Close waits for the queue and frees all that was made from the device, which
// is unusable afterwards. Closing twice is harmless. The error is that of the
// work still queued; everything is freed all the same.
func (d *Device) Close() error {
	if d.closed {
		return nil
	}
	err := d.Finish()
	d.closed = true
	for b := range d.buffers {
		b.free()
	}
	for _, o := range slices.Backward(d.owned) {
		o.Release()
	}
	d.count(-1)
	if err != nil {
		return fmt.Errorf("the device was closed with work that failed: %w", err)
	}
	return nil
}
