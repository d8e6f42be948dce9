//go:build opencl && cgo

package device

import (
	"errors"

	"tnn-gpu/host/state"
)

// stream streams two arrays through a device.
type stream struct {
	device *Device
	kernel *Kernel
	a, b   *Buffer
	items  int
	group  int
}

// streamGroup is the work-group of the kernel stream, where it takes that many.
const streamGroup = 256

// NewStream opens a device, as Open does, to measure what it can move: a = a*factor + b
// over two arrays of float32, which hold ones at first, and whose number of elements is
// rounded up to whole work-groups.
func NewStream(selector string, elements int, factor float32) (Stream, error) {
	d, err := Open(selector)
	if err != nil {
		return nil, err
	}
	s := &stream{device: d}
	if err := s.prepare(elements, factor); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return s, nil
}

func (s *stream) prepare(elements int, factor float32) error {
	h := s.device.Header(state.Single)
	h.Define("STREAM", true)
	program, err := s.device.Build(h.Source(), "")
	if err != nil {
		return err
	}
	if s.kernel, err = program.Kernel("stream"); err != nil {
		return err
	}
	for s.group = streamGroup; s.group > s.kernel.MaxWorkGroup(); {
		s.group /= 2
	}
	width := s.device.Width(state.Single)
	s.items = (elements + width*s.group - 1) / (width * s.group) * s.group
	size := uint64(s.items * width * state.Single.Bytes())
	if s.a, err = s.device.Alloc("streamed", size); err != nil {
		return err
	}
	if s.b, err = s.device.Alloc("streamed in", size); err != nil {
		return err
	}
	return errors.Join(
		Fill(s.a, 0, s.items*width, float32(1)),
		Fill(s.b, 0, s.items*width, float32(1)),
		s.kernel.Bind(Args{"a": s.a, "b": s.b, "s": factor}),
	)
}

// Run implements Stream.
func (s *stream) Run(passes int) error {
	for range passes {
		if err := s.kernel.Launch([]int{s.items}, []int{s.group}); err != nil {
			return err
		}
	}
	return s.device.Finish()
}

// Bytes implements Stream.
func (s *stream) Bytes() int64 { return 3 * int64(s.a.Size()) }

// Close implements Stream.
func (s *stream) Close() error { return s.device.Close() }
