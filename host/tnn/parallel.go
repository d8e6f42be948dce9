package tnn

import "tnn-gpu/host/cores"

// grain is the number of items below which a goroutine is not worth starting.
const grain = 1 << 12

// parallel calls f for ranges that together are 0..n-1, on all cores. What f
// does must not depend on where they are cut.
func parallel(n int, f func(from, to int)) {
	all := cores.Ranges(n, grain)
	cores.Each(len(all), func(i int) { f(all[i].From, all[i].To) })
}
