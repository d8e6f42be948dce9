package tnn

import (
	"math"
	"unsafe"

	"golang.org/x/sys/cpu"

	"tnn-gpu/cpuref/tnn/internal/vector"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// fastest makes the fastest visitors in single precision for a network.
func fastest(net *tnn.Network, threads int) []visitor[float32] {
	// The instructions that gather and scatter take signed indices.
	if !hasVectors() || net.Layout.Weights > math.MaxInt32 {
		return scalars[float32](net, threads)
	}
	rows := vectorRows(net.Layout)
	visitors := make([]visitor[float32], threads)
	for t := range visitors {
		visitors[t] = newVectors(net, rows)
	}
	return visitors
}

// hasVectors tells whether the processor has the instructions of package vector.
func hasVectors() bool { return cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasPOPCNT }

// vectors visits a slice at a time, by package vector.
type vectors struct {
	rows    []vector.Row
	network vector.Network
	sweep   vector.Sweep
	frame   vector.Frame
	batch   batch
}

// batch is the memory of a vector.Batch.
type batch struct {
	i, j, twice           []uint32
	w, err, again, square []float32
}

func newVectors(net *tnn.Network, rows []vector.Row) *vectors {
	slots := mostSlots(net.Layout)
	n := (slots + 1) * tnn.Lanes
	words, reals := make([]uint32, 3*n), make([]float32, 4*n)
	v := &vectors{rows: rows, batch: batch{
		i: words[:n], j: words[n : 2*n], twice: words[2*n:],
		w: reals[:n], err: reals[n : 2*n], again: reals[2*n : 3*n], square: reals[3*n:],
	}}
	v.frame.Running = unsafe.SliceData(make([][2]vector.Reals, (mostFixed(net)+1)/2))
	v.frame.Slot = unsafe.SliceData(make([]vector.Slot, slots))
	v.frame.Batch = vector.Batch{
		I: &v.batch.i[0], J: &v.batch.j[0], Twice: &v.batch.twice[0],
		W: &v.batch.w[0], Error: &v.batch.err[0], Again: &v.batch.again[0], Square: &v.batch.square[0],
	}
	return v
}

func (v *vectors) grain() int { return 32 }

// visit implements visitor.
func (v *vectors) visit(r *replica[float32], s sweep[float32], first, from, to int) {
	v.network, v.sweep = v.networkOf(r), vectorSweep(&s)
	if s.adapting {
		v.network.Basis = v.network.Offered
	}
	f := &v.frame
	for slice := from; slice < to; slice++ {
		at := first + slice
		f.First, f.Row, f.Slots = int64(at*tnn.Lanes), r.net.Layout.Rows[at]*tnn.Lanes, int64(r.net.Layout.Slots(at))
		f.Mine = [2]uint32{r.active[at] & 0xffff, r.active[at] >> 16}
		if !v.visitSlice(r, &s) {
			continue
		}
		for q := range r.partial {
			r.partial[q][slice] = f.Totals[q]
		}
		v.watch(r, at)
	}
}

// visitSlice visits the slice that the frame is at. It tells whether the sweep is
// recorded, and not a relaxing one.
func (v *vectors) visitSlice(r *replica[float32], s *sweep[float32]) (recorded bool) {
	n, w, f := &v.network, &v.sweep, &v.frame
	if s.states == nil {
		vector.Charge2020(n, w, f)
		vector.Sample2020(n, w, f)
		vector.Equilibrate2020(n, w, f)
	} else {
		vector.Charge2019(n, w, f)
		vector.Sample2019(n, w, f)
		if !s.adapting {
			return false
		}
		vector.Relax2019(n, w, f)
	}
	if s.edge.kind == tnn.Real1 && s.edge.noise {
		vector.Change(n, w, f)
	} else {
		v.change(r, s)
	}
	vector.Finish(n, w, f)
	return true
}

// change gives the weights of the batch their new values, whatever their kind and
// noise; vector.Change is its form for the usual ones.
func (v *vectors) change(r *replica[float32], s *sweep[float32]) {
	b := &v.batch
	for n := range v.frame.Count {
		x0, x1, x2, x3 := rng.Draw(b.i[n], b.j[n], s.k, rng.WeightNoise, r.key)
		b.w[n] = s.edge.change(b.w[n], b.err[n], b.square[n], x0, x1)
		if b.twice[n] != 0 {
			b.w[n] = s.edge.change(b.w[n], b.again[n], b.square[n], x2, x3)
		}
	}
}

// watch keeps the derived fields that are asked for.
func (v *vectors) watch(r *replica[float32], at int) {
	for _, w := range []struct {
		field []float32
		sum   tnn.Sum
	}{{r.watched.entropy, tnn.SumEntropy}, {r.watched.fluctuating, tnn.SumFluctuating},
		{r.watched.dissipation, tnn.SumDissipation}, {r.watched.transport, tnn.SumTransport}} {
		if w.field != nil {
			copy(w.field[at*tnn.Lanes:], v.frame.Sums[w.sum][:])
		}
	}
}

func (v *vectors) networkOf(r *replica[float32]) vector.Network {
	n := vector.Network{
		ID: unsafe.SliceData(r.id), Neighbour: unsafe.SliceData(r.neighbour),
		WeightOf: unsafe.SliceData(r.weightOf), Active: unsafe.SliceData(r.active),
		Rows:  unsafe.SliceData(v.rows),
		State: unsafe.SliceData(r.state), Energy: unsafe.SliceData(r.energy),
		Basis: unsafe.SliceData(r.state), Adapted: unsafe.SliceData(r.adapted), Offered: unsafe.SliceData(r.offered),
		Dissipation: unsafe.SliceData(r.dissipation), Transport: unsafe.SliceData(r.transport),
		QualityNumerator: unsafe.SliceData(r.qualityNumerator), QualityDenominator: unsafe.SliceData(r.qualityDenominator),
		Charge0: unsafe.SliceData(r.charge0), Memory0: unsafe.SliceData(r.memory0), Potential0: unsafe.SliceData(r.potential0),
		Charge1: unsafe.SliceData(r.charge1), Memory1: unsafe.SliceData(r.memory1), Potential1: unsafe.SliceData(r.potential1),
		Weight: unsafe.SliceData(r.weight),
	}
	key := r.key
	for round := range n.Keys {
		n.Keys[round] = key
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
	return n
}

func vectorSweep(s *sweep[float32]) vector.Sweep {
	flag := func(set bool) uint32 {
		if set {
			return math.MaxUint32
		}
		return 0
	}
	w := vector.Sweep{
		Number: s.k, Adapt: flag(s.adapt), Plastic: flag(s.edge.kind != tnn.Fixed),
		Predict: flag(s.predict), Adapting: flag(s.adapting),
		Levels: s.node.Levels, Temperature: s.node.Temperature, Four: s.node.Four,
		Threshold: s.node.Threshold, LogLevels: s.node.LogLevels, Cut: s.node.Cut,
		G: s.edge.G, SizeMass: s.edge.SizeMass, M: s.edge.M, TwoM: s.edge.TwoM,
		Deviation: s.edge.Deviation, Bound: s.edge.Bound,
	}
	if s.states != nil {
		for side, cubes := range [][]float32{s.states.below, s.states.above} {
			w.Fixed[side], w.Cubes[side] = int64(len(cubes)), unsafe.SliceData(cubes)
		}
	}
	return w
}
