//go:build opencl && cgo

package gpu

import (
	"errors"
	"fmt"

	gpucodes "tnn-gpu/gpu/codes"
	"tnn-gpu/gpu/device"
	gpuhopfield "tnn-gpu/gpu/hopfield"
	gpuperceptron "tnn-gpu/gpu/perceptron"
	gpusignals "tnn-gpu/gpu/signals"
	gpusorn "tnn-gpu/gpu/sorn"
	gputnn "tnn-gpu/gpu/tnn"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/tnn"
)

const built = true

// New opens a network of any model on an OpenCL device, at step 0. Device is as in
// device.Open; a device without double precision refuses it.
func New(net model.Network, o backend.Options) (backend.Backend, error) {
	d, err := device.Open(o.Device)
	if err != nil {
		return nil, err
	}
	d.Tell(o.Waiting)
	b, err := newOn(d, net, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

// newOn opens a network on a device. A new model is entered here.
func newOn(d *device.Device, net model.Network, o backend.Options) (backend.Backend, error) {
	switch n := net.(type) {
	case *tnn.Network:
		return gputnn.New(d, n, o)
	case *perceptron.Network:
		return gpuperceptron.New(d, n, o)
	case *hopfield.Network:
		return gpuhopfield.New(d, n, o)
	case *codes.Codes:
		return gpucodes.New(d, n, o)
	case *signals.Network:
		return gpusignals.New(d, n, o)
	case *sorn.Network:
		return gpusorn.New(d, n, o)
	}
	return nil, fmt.Errorf("OpenCL devices cannot compute the model %s: use --backend cpu", net.Describe().Name)
}

// NewStream opens a device to measure what it can move: device.NewStream.
func NewStream(selector string, elements int, factor float32) (Stream, error) {
	return device.NewStream(selector, elements, factor)
}

// trialOf is what New asks of the driver; a new model is entered here.
func trialOf(net model.Network, o backend.Options) (*device.Trial, error) {
	switch n := net.(type) {
	case *tnn.Network:
		return gputnn.Trial(n, o)
	case *perceptron.Network:
		return gpuperceptron.Trial(n, o)
	case *hopfield.Network:
		return gpuhopfield.Trial(n, o)
	case *codes.Codes:
		return gpucodes.Trial(n, o)
	case *signals.Network:
		return gpusignals.Trial(n, o)
	case *sorn.Network:
		return gpusorn.Trial(n, o)
	}
	return device.NewTrial(o, func(device.Info) (*device.TrialProgram, error) { return nil, nil })
}
