// Package cores shares work among the cores of the machine.
package cores

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls a function with 0, 1, ... n-1, on all cores, and returns when all calls have. Which
// core a number falls to is not fixed, so what a call computes must not depend on others.
func Each(n int, do func(i int)) {
	EachOf(Workers(n), n, func(_, i int) { do(i) })
}

// EachOf is Each for calls that need room of their own: no two calls at a time have the same
// of so many workers.
func EachOf(workers, n int, do func(worker, i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(worker, i)
			}
		})
	}
	wait.Wait()
}

// Range is the numbers From..To-1.
type Range struct{ From, To int }

// Ranges cuts 0..n-1 into consecutive ranges, one for each core, or fewer of grain numbers at
// least. What is done with them must not depend on where the cuts fall.
func Ranges(n, grain int) []Range {
	all := make([]Range, max(1, Workers(n/grain)))
	for i := range all {
		all[i] = Range{n * i / len(all), n * (i + 1) / len(all)}
	}
	return all
}

// Workers is how many calls run at a time. It may change in the course of a program.
func Workers(n int) int { return min(runtime.GOMAXPROCS(0), n) }
