package hopfield

import (
	"runtime"
	"sync"
)

// forRows calls f for 0 to n-1 on all cores. What f computes may not depend on the
// order of the calls.
func forRows(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for first := range workers {
		wait.Go(func() {
			for i := first; i < n; i += workers {
				f(i)
			}
		})
	}
	wait.Wait()
}
