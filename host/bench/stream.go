package bench

import (
	"runtime"
	"sync"
)

// Stream streams in place through a device's memory: a[i] = a[i]*StreamFactor +
// b[i] over two arrays of float32, which is what a step does to its state. It is
// the yardstick of a step: no network is faster, byte for byte.
type Stream interface {
	// Run makes some passes over the arrays and waits for them.
	Run(passes int) error
	// Bytes is what one pass reads and writes: 12 for each element.
	Bytes() int64
	Close() error
}

// StreamFactor keeps the values of a stream finite: they tend to 2.
const StreamFactor = 0.5

// StreamElements of either array are far more than any cache holds.
const StreamElements = 64 << 20

// goStream streams on the processor.
type goStream struct {
	a, b    []float32
	threads int
}

// NewStream streams arrays of so many elements on the processor; 0 threads are
// all cores.
func NewStream(elements, threads int) Stream {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	s := &goStream{a: make([]float32, elements), b: make([]float32, elements), threads: threads}
	s.parallel(func(a, b []float32) {
		for i := range a {
			a[i], b[i] = 1, 1
		}
	})
	return s
}

// Run implements Stream.
func (s *goStream) Run(passes int) error {
	for range passes {
		s.parallel(pass)
	}
	return nil
}

func pass(a, b []float32) {
	b = b[:len(a)]
	for i := range a {
		a[i] = float32(a[i]*StreamFactor) + b[i]
	}
}

func (s *goStream) parallel(f func(a, b []float32)) {
	var wait sync.WaitGroup
	for t := range s.threads {
		from, to := t*len(s.a)/s.threads, (t+1)*len(s.a)/s.threads
		wait.Go(func() { f(s.a[from:to], s.b[from:to]) })
	}
	wait.Wait()
}

// Bytes implements Stream.
func (s *goStream) Bytes() int64 { return 12 * int64(len(s.a)) }

// Close implements Stream.
func (s *goStream) Close() error { return nil }
