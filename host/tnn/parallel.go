package tnn

import (
	"runtime"
	"sync"
)

// grain is the number of items below which a goroutine is not worth starting.
const grain = 1 << 12

// parallel calls f for ranges that together are 0..n-1, at the same time. What f
// does must not depend on where they are cut.
func parallel(n int, f func(from, to int)) {
	parts := max(1, min(runtime.GOMAXPROCS(0), n/grain))
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() { f(n*i/parts, n*(i+1)/parts) })
	}
	wait.Wait()
}
