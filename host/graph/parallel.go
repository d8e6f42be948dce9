package graph

import "tnn-gpu/host/cores"

// listEdges makes the edge list that write produces part by part, with room
// for spare more: a first round counts, a second one writes every part where
// those before it end. write returns the number of edges and gets nil in the
// first round.
func listEdges(n int, spare int64, write func(p cores.Range, out []Edge) int) []Edge {
	all := cores.Ranges(n, 1)
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
