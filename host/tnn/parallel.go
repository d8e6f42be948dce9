package tnn

import "tnn-gpu/host/cores"

// grain is the number of items below which a goroutine is not worth starting.
const grain = 1 << 12

// parallel calls f for ranges that together are 0..n-1, on all cores. What f
// does must not depend on where they are cut.
func parallel(n int, f func(from, to int)) {
	parts := max(1, cores.Workers(n/grain))
	cores.Each(parts, func(i int) { f(n*i/parts, n*(i+1)/parts) })
}
