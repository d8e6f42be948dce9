//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jgillich/go-opencl/cl"
)

// Program is device code, compiled for one device.
type Program struct {
	device  *Device
	source  string
	program *cl.Program
}

// Build compiles OpenCL C 1.2 source. To options, such as "-D NAME=value", it
// adds those that the same-bits rule needs and the device has; an option that
// trades exactness for speed has no place among them. If the source does not
// compile, the error is an [*Error] that carries the compiler's log. What was built once
// on this device, or on one that it was opened from again, is not built again.
func (d *Device) Build(source, options string) (*Program, error) {
	if d.closed {
		return nil, errClosed
	}
	if options != "" {
		options = " " + options
	}
	options = d.options + options
	program, err := d.common.programs.get(options+"\n"+source, func() (*cl.Program, error) { return d.build(source, options) })
	if err != nil {
		return nil, err
	}
	return &Program{device: d, source: source, program: program}, nil
}

func (d *Device) build(source, options string) (p *cl.Program, err error) {
	err = d.call("clCreateProgramWithSource", "", func() (err error) {
		p, err = d.context.CreateProgramWithSource([]string{source})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = d.call("clBuildProgram", "", func() error {
		return p.BuildProgram([]*cl.Device{d.device}, options)
	})
	if err != nil {
		err = d.explainBuild(err, p)
		p.Release()
		return nil, err
	}
	return p, nil
}

// Log is what the compiler said of a program that it built.
func (p *Program) Log() string { return buildLog(p.program, p.device.device) }

// AddOptions has the compiler get further options for all programs from now on, as
// experiments need them.
func (d *Device) AddOptions(options string) { d.options += " " + options }

// explainBuild adds the whole log. The binding's own error is the log alone, cut.
func (d *Device) explainBuild(err error, p *cl.Program) error {
	var failed *Error
	var cut cl.BuildError
	if errors.As(err, &failed) && errors.As(err, &cut) {
		failed.Err = cl.ErrBuildProgramFailure
		failed.Log = buildLog(p, d.device)
	}
	return err
}

// Kernel finds the kernel of that name in the program.
func (p *Program) Kernel(name string) (*Kernel, error) {
	d := p.device
	k := &Kernel{device: d, source: p.source, name: name, index: map[string]int{}}
	err := d.call("clCreateKernel", name, func() (err error) {
		k.kernel, err = p.program.CreateKernel(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	d.owned = append(d.owned, k.kernel)
	k.handle = handleOf(k.kernel)
	var count int
	err = d.call("clGetKernelInfo", name, func() (err error) {
		count, err = k.kernel.NumArgs()
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := k.findParameters(count); err != nil {
		return nil, err
	}
	err = d.call("clGetKernelWorkGroupInfo", name, func() (err error) {
		k.workGroup, k.local, k.private, err = kernelLimits(k.kernel, d.device)
		return err
	})
	if err != nil {
		return nil, err
	}
	k.workGroup = min(k.workGroup, uint64(d.info.MaxWorkGroup))
	if d.mostItems > 0 {
		k.workGroup = min(k.workGroup, uint64(d.mostItems))
	}
	return k, nil
}

// findParameters names the parameters, of which the driver says how many there are.
func (k *Kernel) findParameters(count int) error {
	list, err := Parameters(k.source, k.name)
	if err != nil {
		return err
	}
	if len(list) != count {
		return fmt.Errorf("kernel %s has %d parameters, %d were found in its source", k.name, count, len(list))
	}
	double := strings.Contains(k.source, "#define REAL_IS_DOUBLE\n")
	for i, p := range list {
		k.index[p.Name] = i
		switch {
		case p.Type == "real" && double:
			list[i].Type = "double"
		case p.Type == "real":
			list[i].Type = "float"
		}
	}
	k.args, k.parameters = make([]bound, count), list
	return nil
}
