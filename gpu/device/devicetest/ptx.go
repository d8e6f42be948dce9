//go:build opencl && cgo

package devicetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/internal/ptx"
)

// ByPTX has every later launch on a device carried out as an NVIDIA GPU would, in place of
// the driver, which then compiles no kernel: the instructions that clang makes of a program
// for such GPUs change the buffers. So a network whose steps are compared with those of
// the reference shows what such a GPU would compute. A launch that leaves the size of its
// work-groups to the driver, as a probe does, is the driver's.
func ByPTX(t testing.TB, d *device.Device) *PTX {
	t.Helper()
	Tool(t, "clang")
	p := &PTX{modules: map[string]string{}, kernels: map[entry]*ptx.Kernel{}, Launches: map[string][]*ptx.Counts{}}
	d.CarryOut(p.launch)
	return p
}

// PTX carries out the launches of a device.
type PTX struct {
	Launches map[string][]*ptx.Counts // what each took so far, by the name of its kernel

	modules map[string]string // by source
	kernels map[entry]*ptx.Kernel
}

// entry is a kernel of a source.
type entry struct{ source, name string }

// launch executes a launch on copies of its buffers, and writes back those that changed.
func (p *PTX) launch(l device.Launch, enqueue func() error) error {
	if l.Local == nil {
		return enqueue()
	}
	name := l.Kernel.Name()
	before, after, counts, err := p.execute(l)
	if err != nil {
		return fmt.Errorf("kernel %s as PTX: %w", name, err)
	}
	p.Launches[name] = append(p.Launches[name], counts)
	for b, data := range after {
		if bytes.Equal(before[b], data) {
			continue
		}
		if err := device.Write(b, 0, data); err != nil {
			return err
		}
	}
	return nil
}

// execute gives what buffers had before a launch and have after it.
func (p *PTX) execute(l device.Launch) (before, after map[*device.Buffer][]byte, counts *ptx.Counts, err error) {
	kernel, err := p.kernel(entry{l.Kernel.Source(), l.Kernel.Name()})
	if err != nil {
		return nil, nil, nil, err
	}
	before, after = map[*device.Buffer][]byte{}, map[*device.Buffer][]byte{}
	var memory ptx.Memory
	addresses := map[*device.Buffer]uint64{}
	var values []uint64
	for _, q := range l.Kernel.Parameters() {
		b, is := l.Args[q.Name].(*device.Buffer)
		if !is {
			v, err := bitsOf(l.Args[q.Name])
			if err != nil {
				return nil, nil, nil, fmt.Errorf("argument %s: %w", q.Name, err)
			}
			values = append(values, v)
			continue
		}
		if before[b] == nil {
			data := make([]byte, b.Size())
			if err := device.Read(b, 0, data); err != nil {
				return nil, nil, nil, err
			}
			before[b], after[b] = data, bytes.Clone(data)
			addresses[b] = memory.Add(after[b])
		}
		values = append(values, addresses[b])
	}
	groups := [3]int{1, 1, 1}
	for i, n := range l.Global {
		if i > 0 && l.Local[i] != 1 {
			return nil, nil, nil, errors.New("its work-groups have more than one dimension")
		}
		groups[i] = n / l.Local[i]
	}
	counts, err = kernel.Launch(&memory, values, groups, l.Local[0])
	return before, after, counts, err
}

// kernel compiles and reads a kernel, once.
func (p *PTX) kernel(e entry) (k *ptx.Kernel, err error) {
	if p.kernels[e] != nil {
		return p.kernels[e], nil
	}
	if p.modules[e.source] == "" {
		if p.modules[e.source], err = ptx.Compile(e.source); err != nil {
			return nil, err
		}
	}
	p.kernels[e], err = ptx.Parse(p.modules[e.source], e.name)
	return p.kernels[e], err
}

// bitsOf are those of a number that is an argument.
func bitsOf(arg any) (uint64, error) {
	switch v := arg.(type) {
	case int32:
		return uint64(uint32(v)), nil
	case uint32:
		return uint64(v), nil
	case int64:
		return uint64(v), nil
	case uint64:
		return v, nil
	case float32:
		return uint64(math.Float32bits(v)), nil
	case float64:
		return math.Float64bits(v), nil
	}
	return 0, fmt.Errorf("a value of type %T is not known to package ptx", arg)
}
