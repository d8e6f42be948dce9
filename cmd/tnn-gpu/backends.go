package main

import (
	"errors"
	"fmt"
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
func (n *network) open(threads int) (*opened, error) {
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

func (n *network) onCPU(threads int, why string) (*opened, error) {
	b, err := cpuref.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds, Threads: threads})
	if err != nil {
		return nil, err
	}
	return &opened{b, why}, nil
}

func (n *network) onDevice(selector, why string) (*opened, error) {
	b, err := n.drivers.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds, Device: selector, Waiting: n.waiting})
	switch {
	case errors.Is(err, gpu.ErrMemory):
		return nil, usageError{err}
	case err != nil:
		return nil, deviceError{err}
	}
	return &opened{b, why}, nil
}

// smallRun is the number of updates of a whole run that a processor makes in
// about a second, so that looking for something faster is not worth the time.
const smallRun = 4_000_000

// auto takes a GPU, else another OpenCL device if it is faster, else the CPU.
func (n *network) auto(threads int) (*opened, error) {
	list, err := n.drivers.Devices()
	switch {
	case errors.Is(err, gpu.ErrNotBuilt):
		return n.onCPU(threads, err.Error())
	case err != nil:
		return n.onCPU(threads, "there is no OpenCL device that can be used: "+err.Error())
	}
	for _, info := range list {
		if info.Kind != "gpu" || n.precision == state.Double && !info.Double {
			continue
		}
		return n.orCPU(info, threads, "it is a GPU")
	}
	for _, info := range list {
		if n.precision == state.Double && !info.Double {
			continue
		}
		return n.faster(info, threads)
	}
	return n.onCPU(threads, "no OpenCL device has double precision")
}

// orCPU takes a device, or says why it cannot be used.
func (n *network) orCPU(info gpu.Info, threads int, why string) (*opened, error) {
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

// faster measures an OpenCL device that is no GPU against the CPU.
func (n *network) faster(info gpu.Info, threads int) (*opened, error) {
	d := n.net.Describe()
	updates := d.Updates * n.config.Spec.Steps() * int64(len(n.seeds))
	if updates < smallRun {
		return n.onCPU(threads, fmt.Sprintf("there is no GPU, and %s is not tried for as few as %d %s", info.Name, updates, d.Work))
	}
	sampled, ok := n.config.Spec.(model.Sampled)
	if !ok {
		return n.onCPU(threads, fmt.Sprintf("there is no GPU, and %s is not tried for the model %s", info.Name, d.Name))
	}
	onCPU, onDevice, err := n.measure(sampled.Sample(), info, threads)
	switch {
	case err != nil:
		return n.onCPU(threads, fmt.Sprintf("there is no GPU, and %s cannot be used: %v", info.Name, err))
	case onDevice > onCPU:
		return n.orCPU(info, threads, fmt.Sprintf("there is no GPU, and it makes %s %s a second where the program's own backend makes %s", quantity(onDevice), d.Work, quantity(onCPU)))
	}
	return n.onCPU(threads, fmt.Sprintf("there is no GPU, and %s makes %s %s a second where this backend makes %s", info.Name, quantity(onDevice), d.Work, quantity(onCPU)))
}

// measure finds the updates per second of both, for a network like this one that is
// small enough to be opened at once.
func (n *network) measure(sample model.Spec, info gpu.Info, threads int) (onCPU, onDevice float64, err error) {
	net, err := sample.Build(n.config.Run.Seed, nil)
	if err != nil {
		return 0, 0, err
	}
	updates := net.Describe().Updates
	o := backend.Options{Precision: n.precision, Seeds: n.seeds[:1], Threads: threads, Device: fmt.Sprint(info.Index), Waiting: n.waiting}
	reference, err := cpuref.New(net, o)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, reference.Close()) }()
	device, err := n.drivers.New(net, o)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, device.Close()) }()
	if onCPU, err = rate(reference, updates); err != nil {
		return 0, 0, err
	}
	onDevice, err = rate(device, updates)
	return onCPU, onDevice, err
}

// measuring is how long a backend is measured.
const measuring = 50 * time.Millisecond

// rate is the number of updates per second, after a first step that may have
// to compile.
func rate(b backend.Backend, updates int64) (float64, error) {
	if _, err := b.Advance(1); err != nil {
		return 0, err
	}
	began, steps := time.Now(), 0
	for time.Since(began) < measuring {
		if _, err := b.Advance(1); err != nil {
			return 0, err
		}
		steps++
	}
	return float64(int64(steps)*updates) / time.Since(began).Seconds(), nil
}
