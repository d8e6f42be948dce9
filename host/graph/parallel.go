package graph

import (
	"runtime"
	"sync"
)

// part is the range from..to-1 of a larger one.
type part struct{ from, to int }

// parts cuts 0..n-1 into consecutive parts, about one for each processor. What
// is done with them must not depend on where the cuts fall.
func parts(n int) []part {
	all := make([]part, max(1, min(n, runtime.GOMAXPROCS(0))))
	for i := range all {
		all[i] = part{n * i / len(all), n * (i + 1) / len(all)}
	}
	return all
}

// atOnce calls f for every part at the same time.
func atOnce(all []part, f func(i int, p part)) {
	var done sync.WaitGroup
	for i, p := range all {
		done.Go(func() { f(i, p) })
	}
	done.Wait()
}

// listEdges makes the edge list that write produces part by part, with room
// for spare more: a first round counts, a second one writes every part where
// those before it end. write returns the number of edges and gets nil in the
// first round.
func listEdges(n int, spare int64, write func(p part, out []Edge) int) []Edge {
	all := parts(n)
	ends := make([]int, len(all)+1)
	atOnce(all, func(i int, p part) { ends[i+1] = write(p, nil) })
	for i := range all {
		ends[i+1] += ends[i]
	}
	size := ends[len(all)]
	edges := make([]Edge, size, int64(size)+spare)
	atOnce(all, func(i int, p part) { write(p, edges[ends[i]:ends[i+1]]) })
	return edges
}
