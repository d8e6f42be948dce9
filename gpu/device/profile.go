//go:build opencl && cgo

package device

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jgillich/go-opencl/cl"

	"tnn-gpu/host/backend"
)

// profile adds up the device's own times of every launch.
type profile struct {
	device  *Device
	times   map[string]*backend.KernelTime
	pending []launched
	begun   time.Time
	doubted error // the first timestamp that cannot be true
}

type launched struct {
	kernel string
	event  *cl.Event
}

// maxPending bounds the events that wait to be read, as each holds driver memory.
const maxPending = 4096

// leastLatency is less than any driver takes from a launch to its end. Drivers
// that do not measure answer with smaller numbers.
const leastLatency = 50 * time.Nanosecond

// StartProfile measures every launch from now on, at the cost of an event each.
// It waits for the queue.
func (d *Device) StartProfile() error {
	if err := d.Finish(); err != nil {
		return err
	}
	if err := d.openQueue(cl.CommandQueueProfilingEnable); err != nil {
		return err
	}
	d.profile = &profile{device: d, times: map[string]*backend.KernelTime{}, begun: time.Now()}
	return nil
}

// Profile waits for the queue and returns what each kernel took since
// StartProfile, the longest first. Timestamps that cannot be true are an error:
// there are drivers that make them up.
func (d *Device) Profile() ([]backend.KernelTime, error) {
	if d.profile == nil {
		return nil, errors.New("nothing was measured, as StartProfile was not called")
	}
	if err := d.Finish(); err != nil {
		return nil, err
	}
	elapsed := time.Since(d.profile.begun)
	if d.profile.doubted != nil {
		return nil, d.profile.doubted
	}
	var list []backend.KernelTime
	var sum time.Duration
	for _, t := range d.profile.times {
		list = append(list, *t)
		sum += t.Total
	}
	if sum > elapsed {
		return nil, fmt.Errorf("the times of %s cannot be believed: one launch after the other, they add up to %v in %v", d.info.Name, sum, elapsed)
	}
	slices.SortFunc(list, func(a, b backend.KernelTime) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Kernel, b.Kernel))
	})
	return list, nil
}

func (p *profile) launch(k *Kernel, global, local []int) error {
	d := p.device
	var event *cl.Event
	err := d.call("clEnqueueNDRangeKernel", k.name, func() (err error) {
		event, err = d.queue.EnqueueNDRangeKernel(k.kernel, nil, global, local, nil)
		return err
	})
	if err != nil {
		return err
	}
	p.pending = append(p.pending, launched{k.name, event})
	if len(p.pending) < maxPending {
		return nil
	}
	return d.Finish()
}

// collect reads the events of a finished queue. Without a profile there are none.
func (p *profile) collect() error {
	if p == nil {
		return nil
	}
	var failed error
	for _, l := range p.pending {
		var stamps [4]int64
		err := p.device.call("clGetEventProfilingInfo", l.kernel, func() (err error) {
			stamps, err = timestamps(l.event)
			return err
		})
		l.event.Release()
		failed = errors.Join(failed, err)
		if err == nil {
			p.add(l.kernel, stamps)
		}
	}
	p.pending = p.pending[:0]
	return failed
}

// timestamps are when a launch was queued, submitted, begun and ended, in
// nanoseconds of the device's clock.
func timestamps(e *cl.Event) (t [4]int64, err error) {
	for i, info := range []cl.ProfilingInfo{cl.ProfilingInfoCommandQueued, cl.ProfilingInfoCommandSubmit, cl.ProfilingInfoCommandStart, cl.ProfilingInfoCommandEnd} {
		if t[i], err = e.GetEventProfilingInfo(info); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (p *profile) add(kernel string, t [4]int64) {
	if !believable(t) && p.doubted == nil {
		p.doubted = fmt.Errorf("the times of %s cannot be believed: a launch of kernel %s was queued, submitted, begun and ended at %v ns", p.device.info.Name, kernel, t)
	}
	sum := p.times[kernel]
	if sum == nil {
		sum = &backend.KernelTime{Kernel: kernel}
		p.times[kernel] = sum
	}
	sum.Launches++
	sum.Total += time.Duration(t[3] - t[2])
}

func believable(t [4]int64) bool {
	queued, begun, ended := t[0], t[2], t[3]
	return queued <= begun && begun <= ended && time.Duration(ended-queued) >= leastLatency
}
