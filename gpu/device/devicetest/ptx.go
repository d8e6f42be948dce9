//go:build opencl && cgo

package devicetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"testing"

	"tnn-gpu/gpu/device"
	"tnn-gpu/gpu/internal/ptx"
)

// CheckPTX has every later launch on a device also executed as an NVIDIA GPU would, and
// fails the test where a buffer then differs: the instructions that clang makes of a
// source for such GPUs, in work-groups of so many work-items, on copies of the buffers.
// The source is that of the device's program, but for the size of work-groups. Launches
// name the size of their work-groups, as the copies have as many groups.
func CheckPTX(t testing.TB, d *device.Device, source string, items int) *PTX {
	t.Helper()
	if _, err := exec.LookPath("clang"); err != nil && os.Getenv("TNN_REQUIRE_OPENCL") != "1" {
		t.Skip(err)
	}
	module, err := ptx.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	p := &PTX{t: t, source: source, module: module, items: items, kernels: map[string]*ptx.Kernel{}, Launches: map[string]int{}}
	d.SeeLaunches(p.launch)
	return p
}

// PTX is a program that is executed beside that of a device.
type PTX struct {
	Launches map[string]int // so far, by kernel

	t              testing.TB
	source, module string
	items          int
	kernels        map[string]*ptx.Kernel
}

// launch executes a launch on copies of its buffers, has the device carry it out, and
// compares both.
func (p *PTX) launch(l device.Launch, enqueue func() error) error {
	name := l.Kernel.Name()
	p.Launches[name]++
	copies, err := p.execute(name, l)
	if err != nil {
		return fmt.Errorf("kernel %s as PTX: %w", name, err)
	}
	if err := enqueue(); err != nil {
		return err
	}
	for b, have := range copies {
		want, err := contents(b)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want) {
			p.t.Errorf("launch %d of kernel %s: buffer %s differs from what PTX leaves there", p.Launches[name], name, b.Name())
		}
	}
	return nil
}

func (p *PTX) execute(name string, l device.Launch) (copies map[*device.Buffer][]byte, err error) {
	kernel := p.kernels[name]
	if kernel == nil {
		if kernel, err = ptx.Parse(p.module, name); err != nil {
			return nil, err
		}
		p.kernels[name] = kernel
	}
	parameters, err := device.Parameters(p.source, name)
	if err != nil {
		return nil, err
	}
	copies = map[*device.Buffer][]byte{}
	var memory ptx.Memory
	addresses := map[*device.Buffer]uint64{}
	var values []uint64
	for _, q := range parameters {
		b, is := l.Args[q.Name].(*device.Buffer)
		if !is {
			v, err := bitsOf(l.Args[q.Name])
			if err != nil {
				return nil, fmt.Errorf("argument %s: %w", q.Name, err)
			}
			values = append(values, v)
			continue
		}
		if copies[b] == nil {
			if copies[b], err = contents(b); err != nil {
				return nil, err
			}
			addresses[b] = memory.Add(copies[b])
		}
		values = append(values, addresses[b])
	}
	groups := [3]int{1, 1, 1}
	for i, n := range l.Global {
		if l.Local == nil || i > 0 && l.Local[i] != 1 {
			return nil, errors.New("its work-groups have no size, or more than one dimension")
		}
		groups[i] = n / l.Local[i]
	}
	_, err = kernel.Launch(&memory, values, groups, p.items)
	return copies, err
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

func contents(b *device.Buffer) ([]byte, error) {
	data := make([]byte, b.Size())
	return data, device.Read(b, 0, data)
}
