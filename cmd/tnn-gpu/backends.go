package main

import (
	"errors"
	"fmt"
	"math"
	"time"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// opened is a backend that holds a network, and why it was taken.
type opened struct {
	backend.Backend
	why string // empty where the user asked for it
}

// open puts a network on the backend that its configuration asks for.
func (n *setup) open(threads int) (*opened, error) {
	if threads < 0 {
		return nil, badUsage("--threads is %d: use 0, for all cores, or more", threads)
	}
	if selector, asked := n.askedDevice(); asked {
		return n.onDevice(selector, "")
	}
	if n.config.Run.Backend == "cpu" {
		return n.onCPU(threads, "")
	}
	return n.auto(threads)
}

func (n *setup) onCPU(threads int, why string) (*opened, error) {
	b, err := cpuref.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds, Threads: threads})
	if err != nil {
		return nil, err
	}
	return &opened{b, why}, nil
}

func (n *setup) onDevice(selector, why string) (*opened, error) {
	b, err := n.drivers.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds, Device: selector, Waiting: n.waiting})
	switch {
	case errors.Is(err, gpu.ErrMemory):
		return nil, usageError{err}
	case err != nil:
		return nil, deviceError{err}
	}
	return &opened{b, why}, nil
}

// opening is about what it takes to open a device. For a run that the processor makes
// in that time none is asked.
const opening = time.Second

// auto takes what is done first: the processor, or an OpenCL device, which has to be
// opened, a GPU if there is one.
func (n *setup) auto(threads int) (*opened, error) {
	t, err := n.tryOut(threads)
	if err != nil {
		return nil, err
	}
	var here pace
	if t != nil {
		if here, err = t.on(cpuref.New, ""); err != nil {
			return nil, err
		}
		if here.run < opening {
			return n.onCPU(threads, fmt.Sprintf("it takes the processor %s, no longer than a device takes to be opened", about(here.run)))
		}
	}
	list, err := n.drivers.Devices()
	switch {
	case errors.Is(err, gpu.ErrNotBuilt):
		return n.onCPU(threads, err.Error())
	case err != nil:
		return n.onCPU(threads, "there is no OpenCL device that can be used: "+err.Error())
	}
	for _, gpus := range []bool{true, false} {
		for _, info := range list {
			if (info.Kind == "gpu") == gpus && (info.Double || n.precision != state.Double) {
				return n.faster(t, here, info, threads)
			}
		}
	}
	return n.onCPU(threads, "no OpenCL device has double precision")
}

// faster takes a device or the processor, whose pace is known; t is nil where the
// model cannot be tried out.
func (n *setup) faster(t *trial, here pace, info gpu.Info, threads int) (*opened, error) {
	what, d := "it is a GPU", n.net.Describe()
	if info.Kind != "gpu" {
		what = "there is no GPU"
	}
	if t == nil {
		if info.Kind != "gpu" {
			return n.onCPU(threads, fmt.Sprintf("%s, and %s is not tried for the model %s", what, info.Name, d.Name))
		}
		return n.orCPU(info, threads, what)
	}
	there, err := t.on(n.drivers.New, fmt.Sprint(info.Index))
	if err != nil {
		return n.onCPU(threads, fmt.Sprintf("%s cannot be used: %v", info.Name, err))
	}
	if there.opening+there.run < here.run {
		return n.orCPU(info, threads, fmt.Sprintf("%s, and it makes %s %s a second where the processor makes %s", what, quantity(there.rate), d.Work, quantity(here.rate)))
	}
	if info.Kind == "gpu" {
		what = "it takes longer on the GPU"
	}
	return n.onCPU(threads, fmt.Sprintf("%s, and %s makes %s %s a second once it is open, which takes %s, where the processor makes %s",
		what, info.Name, quantity(there.rate), d.Work, about(there.opening), quantity(here.rate)))
}

// orCPU takes a device, or says why it cannot be used.
func (n *setup) orCPU(info gpu.Info, threads int, why string) (*opened, error) {
	var b *opened
	err := n.checkDeviceMemory(info)
	if err == nil {
		b, err = n.onDevice(fmt.Sprint(info.Index), why)
	}
	if err != nil {
		return n.onCPU(threads, fmt.Sprintf("%s cannot be used: %v", info.Name, err))
	}
	return b, nil
}

// trial is a network like the one that is to be computed, small enough to be opened
// at once.
type trial struct {
	net     model.Network
	options backend.Options
	updates float64 // of the run
}

// sampleUpdates is the number of updates of a step on which backends are tried out,
// replicas together, if the network has as many.
const sampleUpdates = 1 << 14

// tryOut makes a trial, nil if the model has no sample.
func (n *setup) tryOut(threads int) (*trial, error) {
	sampled, ok := n.config.Spec.(model.Sampled)
	if !ok {
		return nil, nil
	}
	updates := n.net.Describe().Updates
	net, err := sampled.Sample(min(updates, sampleUpdates)).Build(n.config.Run.Seed, nil)
	if err != nil {
		return nil, err
	}
	replicas := min(int64(len(n.seeds)), max(1, sampleUpdates/max(1, updates)))
	return &trial{
		net:     net,
		options: backend.Options{Precision: n.precision, Seeds: n.seeds[:replicas], Threads: threads, Waiting: n.waiting},
		updates: float64(updates) * float64(n.config.Spec.Steps()) * float64(len(n.seeds)),
	}, nil
}

// pace is how fast a backend is: in updates a second, and for the run.
type pace struct {
	rate         float64
	opening, run time.Duration
}

// measuring is how long a backend is measured.
const measuring = 30 * time.Millisecond

// on measures a backend. The first step may have to compile, and counts as opening.
func (t *trial) on(open backend.Open, device string) (p pace, err error) {
	o := t.options
	o.Device = device
	began := time.Now()
	b, err := open(t.net, o)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if _, err := b.Advance(1); err != nil {
		return p, err
	}
	p.opening = time.Since(began)
	began = time.Now()
	steps := 0
	for ; time.Since(began) < measuring; steps++ {
		if _, err := b.Advance(1); err != nil {
			return p, err
		}
	}
	p.rate = float64(steps) * float64(t.net.Describe().Updates) * float64(len(o.Seeds)) / time.Since(began).Seconds()
	p.run = time.Duration(min(t.updates/p.rate*float64(time.Second), math.MaxInt64/2))
	return p, nil
}

// about is a time in words, with one digit or two.
func about(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "less than 10ms"
	case d < time.Second:
		return "about " + d.Round(10*time.Millisecond).String()
	}
	return "about " + d.Round(100*time.Millisecond).String()
}
