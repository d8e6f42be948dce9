package graph

import "tnn-gpu/host/cores"

// part is the range from..to-1 of a larger one.
type part struct{ from, to int }

// parts cuts 0..n-1 into consecutive parts, about one for each processor. What
// is done with them must not depend on where the cuts fall.
func parts(n int) []part {
	all := make([]part, max(1, cores.Workers(n)))
	for i := range all {
		all[i] = part{n * i / len(all), n * (i + 1) / len(all)}
	}
	return all
}

// listEdges makes the edge list that write produces part by part, with room
// for spare more: a first round counts, a second one writes every part where
// those before it end. write returns the number of edges and gets nil in the
// first round.
func listEdges(n int, spare int64, write func(p part, out []Edge) int) []Edge {
	all := parts(n)
	ends := make([]int, len(all)+1)
	cores.Each(len(all), func(i int) { ends[i+1] = write(all[i], nil) })
	for i := range all {
		ends[i+1] += ends[i]
	}
	size := ends[len(all)]
	edges := make([]Edge, size, int64(size)+spare)
	cores.Each(len(all), func(i int) { write(all[i], edges[ends[i]:ends[i+1]]) })
	return edges
}
