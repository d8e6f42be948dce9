package tnn

import (
	"math"
	"unsafe"

	"golang.org/x/sys/cpu"

	"tnn-gpu/cpuref/tnn/internal/vector"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tnn"
)

// forms are the vector forms that the processor can run, the fastest first. With
// GODEBUG=cpu.avx512f=off, cpu.avx2=off or both a processor seems to lack them.
func forms[F fmath.Float]() (able []vector.Form[F]) {
	add := func(single vector.Form[float32], double vector.Form[float64]) {
		if form, fits := any(single).(vector.Form[F]); fits {
			able = append(able, form)
		}
		if form, fits := any(double).(vector.Form[F]); fits {
			able = append(able, form)
		}
	}
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasPOPCNT
	if avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 {
		add(vector.AVX512Single(), vector.AVX512Double())
	}
	if avx2 {
		add(vector.AVX2Single(), vector.AVX2Double())
	}
	return able
}

// VectorForm is the name of the form that visits networks, backend.NoForm if the
// processor has no instructions for one.
func VectorForm() string {
	if able := forms[float32](); len(able) > 0 {
		return able[0].Name
	}
	return backend.NoForm
}

// fastest makes the fastest visitors for a network.
func fastest[F fmath.Float](net *tnn.Network, threads int) []visitor[F] {
	able := forms[F]()
	// The instructions that gather and scatter take signed indices.
	if len(able) == 0 || net.Layout.Weights > math.MaxInt32 {
		return scalars[F](net, threads)
	}
	return vectorized(able[0])(net, threads)
}

// vectorized makes visitors of a form.
func vectorized[F fmath.Float](form vector.Form[F]) func(net *tnn.Network, threads int) []visitor[F] {
	return func(net *tnn.Network, threads int) []visitor[F] {
		rows := vectorRows(net.Layout)
		visitors := make([]visitor[F], threads)
		for t := range visitors {
			visitors[t] = newVectors(form, net, rows)
		}
		return visitors
	}
}

// vectors visits a slice at a time, by a form of package vector.
type vectors[F fmath.Float] struct {
	stages  vector.Form[F]
	rows    []vector.Row
	network vector.Network[F]
	sweep   vector.Sweep[F]
	frame   vector.Frame[F]
	changed changed[F]
}

// changed is the memory of vector.Changes. Only each stride-th word counts.
type changed[F fmath.Float] struct {
	stride                int
	i, j, twice, at, to   []uint32
	w, err, again, square []F
}

func newVectors[F fmath.Float](stages vector.Form[F], net *tnn.Network, rows []vector.Row) *vectors[F] {
	slots := mostSlots(net.Layout)
	n, stride := (slots+1)*tnn.Lanes, int(unsafe.Sizeof(F(0)))/4
	words := func() []uint32 { return make([]uint32, n*stride) }
	reals := func() []F { return make([]F, n) }
	v := &vectors[F]{stages: stages, rows: rows, changed: changed[F]{
		stride: stride, i: words(), j: words(), twice: words(), at: words(), to: words(),
		w: reals(), err: reals(), again: reals(), square: reals(),
	}}
	b := &v.changed
	v.frame.Work = new(vector.Work[F])
	v.frame.Work.SetBits()
	v.frame.Running = unsafe.SliceData(make([][2]vector.Reals[F], (mostFixed(net)+1)/2))
	v.frame.Slot = unsafe.SliceData(make([]vector.Slot[F], slots))
	v.frame.Changes = vector.Changes[F]{
		I: &b.i[0], J: &b.j[0], Twice: &b.twice[0], At: &b.at[0], To: &b.to[0],
		W: &b.w[0], Error: &b.err[0], Again: &b.again[0], Square: &b.square[0],
	}
	return v
}

func (v *vectors[F]) grain() int { return 32 }

func (v *vectors[F]) form() string { return v.stages.Name }

// visit implements visitor.
func (v *vectors[F]) visit(r *replica[F], s sweep[F], from, to, next int) {
	v.setNetwork(r)
	v.setSweep(&s)
	if s.adapting {
		v.network.Basis = v.network.Offered
	}
	f := &v.frame
	for at := from; at < to; at++ {
		f.Here, f.Next, f.Mine = sliceOf(r.net.Layout, at), vector.Slice{}, r.active[at]
		if at+1 < to {
			f.Next = sliceOf(r.net.Layout, at+1)
		} else if next >= 0 {
			f.Next = sliceOf(r.net.Layout, next)
		}
		f.Ahead = (f.Next.Row - f.Here.Row) * int64(unsafe.Sizeof(F(0)))
		if !v.visitSlice(r, &s) {
			continue
		}
		for q := range r.partial {
			r.partial[q][at] = f.Work.Totals[q]
		}
		v.watch(r, at)
	}
}

func sliceOf(l *tnn.Layout, at int) vector.Slice {
	return vector.Slice{First: int64(at * tnn.Lanes), Row: l.Rows[at] * tnn.Lanes, Slots: int64(l.Slots(at))}
}

// visitSlice visits the slice that the frame is at. It tells whether the sweep is
// recorded, and not a relaxing one.
func (v *vectors[F]) visitSlice(r *replica[F], s *sweep[F]) (recorded bool) {
	n, w, f := &v.network, &v.sweep, &v.frame
	if s.states == nil {
		v.stages.Charge2020(n, w, f)
		v.stages.Sample2020(n, w, f)
		v.stages.Equilibrate2020(n, w, f)
	} else {
		v.stages.Charge2019(n, w, f)
		v.stages.Sample2019(n, w, f)
		if !s.adapting {
			return false
		}
		v.stages.Relax2019(n, w, f)
	}
	if s.edge.kind == tnn.Real1 && s.edge.noise {
		v.stages.Change(n, w, f)
	} else {
		v.change(r, s)
	}
	v.stages.Finish(n, w, f)
	return true
}

// change gives the weights in Changes their new values, whatever their kind and
// noise; stage Change is its form for the usual ones.
func (v *vectors[F]) change(r *replica[F], s *sweep[F]) {
	b := &v.changed
	for n := range v.frame.Count {
		word := n * int64(b.stride)
		x0, x1, x2, x3 := rng.Draw(b.i[word], b.j[word], s.k, rng.WeightNoise, r.key)
		b.w[n] = s.edge.change(b.w[n], b.err[n], b.square[n], x0, x1)
		if b.twice[word] != 0 {
			b.w[n] = s.edge.change(b.w[n], b.again[n], b.square[n], x2, x3)
		}
	}
}

// watch keeps the derived fields that are asked for.
func (v *vectors[F]) watch(r *replica[F], at int) {
	for _, w := range []struct {
		field []F
		sum   tnn.Sum
	}{{r.watched.entropy, tnn.SumEntropy}, {r.watched.fluctuating, tnn.SumFluctuating},
		{r.watched.dissipation, tnn.SumDissipation}, {r.watched.transport, tnn.SumTransport}} {
		if w.field != nil {
			copy(w.field[at*tnn.Lanes:], v.frame.Work.Sums[w.sum][:])
		}
	}
}

func (v *vectors[F]) setNetwork(r *replica[F]) {
	v.network = vector.Network[F]{
		ID: unsafe.SliceData(r.id), Neighbour: unsafe.SliceData(r.neighbour),
		WeightOf: unsafe.SliceData(r.weightOf), Active: unsafe.SliceData(r.active),
		Rows:  unsafe.SliceData(v.rows),
		State: unsafe.SliceData(r.state), Energy: unsafe.SliceData(r.energy),
		Basis: unsafe.SliceData(r.state), Adapted: unsafe.SliceData(r.adapted), Offered: unsafe.SliceData(r.offered),
		Dissipation: unsafe.SliceData(r.dissipation), Transport: unsafe.SliceData(r.transport),
		QualityNumerator: unsafe.SliceData(r.qualityNumerator), QualityDenominator: unsafe.SliceData(r.qualityDenominator),
		Charge0: unsafe.SliceData(r.charge0), Memory0: unsafe.SliceData(r.memory0), Potential0: unsafe.SliceData(r.potential0),
		Charge1: unsafe.SliceData(r.charge1), Memory1: unsafe.SliceData(r.memory1), Potential1: unsafe.SliceData(r.potential1),
		Weight: unsafe.SliceData(r.weight), Stays: unsafe.SliceData(r.stays),
	}
	key := r.key
	for round := range v.network.Keys {
		v.network.Keys[round] = [2]vector.All{vector.AllWords[F](key[0]), vector.AllWords[F](key[1])}
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
}

func (v *vectors[F]) setSweep(s *sweep[F]) {
	flag := func(set bool) (f vector.All) {
		if set {
			return vector.All{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}
		}
		return vector.All{}
	}
	real := vector.AllReals[F]
	v.sweep = vector.Sweep[F]{
		Number: vector.AllWords[F](s.k), Adapt: flag(s.adapt), Plastic: flag(s.edge.kind != tnn.Fixed),
		Predict: flag(s.predict)[0], Adapting: flag(s.adapting)[0], Known: flag(s.known)[0],
		Levels: real(s.node.Levels), Temperature: real(s.node.Temperature), Four: real(s.node.Four),
		Threshold: real(s.node.Threshold), LogLevels: real(s.node.LogLevels), Cut: real(s.node.Cut),
		G: real(s.edge.G), SizeMass: real(s.edge.SizeMass), M: real(s.edge.M), TwoM: real(s.edge.TwoM),
		Deviation: real(s.edge.Deviation), Bound: real(s.edge.Bound),
	}
	if s.states != nil {
		for side, cubes := range [][]F{s.states.below, s.states.above} {
			v.sweep.Fixed[side], v.sweep.Cubes[side] = int64(len(cubes)), unsafe.SliceData(cubes)
		}
	}
}
