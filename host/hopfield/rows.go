package hopfield

import (
	"runtime"
	"sync"
)

// forRows calls f for 0 to n-1 on all cores. What f computes may not depend on the
// order of the calls.
func forRows(n int, f func(i int)) { forRowsWith(n, 0, func(i int, _ []float64) { f(i) }) }

// forRowsWith is forRows where each core has room of its own for some numbers, which may
// hold any.
func forRowsWith(n, size int, f func(i int, work []float64)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for first := range workers {
		wait.Go(func() {
			work := make([]float64, size)
			for i := first; i < n; i += workers {
				f(i, work)
			}
		})
	}
	wait.Wait()
}
