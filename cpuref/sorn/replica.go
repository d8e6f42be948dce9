package sorn

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// sharing has threads do parts of some work: parallel.Team.Share or alone.
type sharing func(size, grain int, do func(thread, from, to int))

// replica is one network with all that a step takes.
type replica[F fmath.Float] struct {
	spec           *sorn.Spec
	key            [2]uint32
	c              sorn.Constants[F]
	rates          []F // target rates by unit; nil where they are alike
	n, m           int
	source         *sorn.Source[F]
	share          sharing
	controls       *sorn.Controls
	vectors        bool  // see hasVectors
	reachE, reachI [33]F // of noise

	// The state.
	ee, ei, ie             columns[F]
	te, ti                 []F
	x, xBefore, y, yBefore []uint8
	task                   []int32

	// What follows from it.
	parts            []part
	dense            []F                 // Wie row after row, where it has all weights,
	sparse           rows                // or else its rows
	excitation       []F                 // of excitatory units by the states now,
	inhibition       []F                 // likewise
	answering        []F                 // and that of inhibitory units
	activeE, activeI []int32             // units that are active now,
	nextE, nextI     []int32             // and after the step
	xNext, yNext, r  []uint8             // states after the step
	input            []F                 // from outside, by excitatory unit
	driven           []int32             // units that have some
	births           []sorn.Birth        // of the step,
	born             map[sorn.Birth]bool // likewise
	dropped          int                 // births without a place
	regime           sorn.Regime
	t                uint32
	given            *sorn.Given
	tallies          []tally // by thread
	scratch          []F
	outgoing         []F // sums of outgoing weights, where scaling mixes

	units, answers, columns, rules, finish func(thread, from, to int)
}

// part is a range of excitatory units, which one thread at a time cares for, and the
// synapses of these units.
type part struct {
	from, to int
	ee, ei   rows
}

// tally counts what happens in a step.
type tally struct {
	counts [sorn.Counts]int
	_      [8]int // apart from those of other threads
}

func newReplica[F fmath.Float](net *sorn.Network, index int, key [2]uint32, share sharing) *replica[F] {
	s := net.SpecOf(index)
	t := &s.Sorn
	r := &replica[F]{
		spec: s, key: key, c: sorn.ConstantsOf[F](t), rates: sorn.Targets[F](t, key), n: t.NE, m: t.M(), source: sorn.NewSource[F](net, index, key), share: share,
		born: make(map[sorn.Birth]bool),
	}
	r.ee.largest, r.ei.largest = r.c.Largest, r.c.Largest
	r.vectors = hasVectors[F]()
	r.ee.vectors, r.ei.vectors = r.vectors, r.vectors
	r.reachE, r.reachI = reachOf(r.c.NoiseE), reachOf(r.c.NoiseI)
	r.units, r.answers, r.columns, r.rules, r.finish = r.doUnits, r.doAnswers, r.doColumns, r.doRules, r.doFinish
	return r
}

// bind goes on with replica i of a state, on so many threads.
func (r *replica[F]) bind(s *state.State, i, threads int) {
	bits := func(name string, n int) []uint8 { return s.Array(name).Bits[i*n:][:n] }
	r.ee.bind(s, sorn.FromEE, sorn.WeightEE, i, r.n)
	r.ei.bind(s, sorn.FromEI, sorn.WeightEI, i, r.n)
	r.ie.bind(s, sorn.FromIE, sorn.WeightIE, i, r.m)
	r.te, r.ti = state.Values[F](s.Array(sorn.TeField))[i*r.n:][:r.n], state.Values[F](s.Array(sorn.TiField))[i*r.m:][:r.m]
	r.x, r.xBefore, r.y, r.yBefore = bits(sorn.XField, r.n), bits(sorn.XBefore, r.n), bits(sorn.YField, r.m), bits(sorn.YBefore, r.m)
	r.task = s.Array(sorn.TaskName).Ints[i*sorn.TaskItems:][:sorn.TaskItems]
	r.excitation, r.inhibition, r.answering, r.input, r.driven = make([]F, r.n), make([]F, r.n), make([]F, r.m), make([]F, r.n), r.driven[:0]
	r.xNext, r.yNext, r.r = make([]uint8, r.n), make([]uint8, r.m), make([]uint8, r.n)
	r.tallies, r.scratch, r.regime = make([]tally, threads), make([]F, r.n), sorn.Regime{}
	r.bindParts(max(1, min(threads, r.n/grain)))
	r.bindAnswers()
	r.adopt()
}

// bindParts shares the excitatory units out.
func (r *replica[F]) bindParts(parts int) {
	r.parts = make([]part, parts)
	for k := range r.parts {
		p := &r.parts[k]
		p.from, p.to = r.n*k/parts, r.n*(k+1)/parts
		p.ee, p.ei = r.ee.rows(p.from, p.to, r.n), r.ei.rows(p.from, p.to, r.m)
	}
}

// bindAnswers lays Wie out row after row, where inhibitory units hear all others, and
// else finds its rows.
func (r *replica[F]) bindAnswers() {
	r.dense, r.sparse = nil, nil
	for _, size := range r.ie.size {
		if int(size) != r.n {
			r.sparse = r.ie.rows(0, r.m, r.n)
			return
		}
	}
	r.dense = make([]F, r.n*r.m)
	for k := range r.m {
		for j := range r.n {
			r.dense[j*r.m+k] = r.ie.w[k*r.ie.room+j]
		}
	}
}

// adopt goes on from states that were not those of the step before.
func (r *replica[F]) adopt() {
	copy(r.xNext, r.x)
	copy(r.yNext, r.y)
	r.nextE, r.nextI = active(r.nextE, r.xNext), active(r.nextI, r.yNext)
	for k := range r.parts {
		r.drive(&r.parts[k])
	}
	r.advance()
}

// active lists the units that are, ascending, in place of others.
func active(into []int32, x []uint8) []int32 {
	into = into[:0]
	for j, now := range x {
		if now != 0 {
			into = append(into, int32(j))
		}
	}
	return into
}

// advance makes the units that are active after the step those that are active now.
func (r *replica[F]) advance() {
	r.activeE, r.nextE = r.nextE, r.activeE
	r.activeI, r.nextI = r.nextI, r.activeI
}

// drive computes the recurrent drive of the units of a part from the states after the
// step. Device twin: sorn_drive.
func (r *replica[F]) drive(p *part) {
	clear(r.excitation[p.from:p.to])
	clear(r.inhibition[p.from:p.to])
	r.ee.drive(p.ee, r.nextE, r.excitation)
	r.ei.drive(p.ei, r.nextI, r.inhibition)
}

// grain is how many units are worth a thread.
const grain = 256

// step makes step t (docs/sorn.md section 2) and fills in its sums.
func (r *replica[F]) step(t int64, given *sorn.Given, fed, row []float64) {
	r.t, r.given = uint32(t), given
	clear(r.tallies)
	r.enter(t)
	r.hear(fed)
	if r.spec.Sorn.Inhibition == sorn.Old {
		r.share(r.blocks(r.m), grain, r.answers)
	}
	r.share(r.blocks(r.n), grain, r.units)
	r.nextE = active(r.nextE, r.xNext)
	if r.spec.Sorn.Inhibition == sorn.New {
		r.share(r.blocks(r.m), grain, r.answers)
	}
	r.nextI = active(r.nextI, r.yNext)
	r.conceive()
	if r.c.Mix > 0 && r.regime.SS {
		r.share(len(r.parts), 1, r.rules)
		r.addOutgoing()
		r.share(len(r.parts), 1, r.finish)
	} else {
		r.share(len(r.parts), 1, r.columns)
	}
	r.advance()
	copy(r.xBefore, r.x)
	copy(r.x, r.xNext)
	copy(r.yBefore, r.y)
	copy(r.y, r.yNext)
	r.sums(row)
}

func (r *replica[F]) blocks(units int) int { return (units + 3) / 4 }

// enter takes up the regime of step t.
func (r *replica[F]) enter(t int64) {
	if t < r.regime.First || t > r.regime.Last || r.regime.First == 0 {
		r.regime = r.controls.Regime(r.spec, t)
		clear(r.ee.settled)
		clear(r.ei.settled)
		clear(r.ee.within)
		clear(r.ei.within)
	}
	if !r.regime.Shuffle || t != r.regime.First {
		return
	}
	excitatory, inhibitory := sorn.Shuffle(r.key, r.t, r.n, r.m)
	for _, move := range []struct {
		bits []uint8
		from []int
	}{{r.x, excitatory}, {r.xBefore, excitatory}, {r.y, inhibitory}, {r.yBefore, inhibitory}} {
		old := append([]uint8(nil), move.bits...)
		for i, j := range move.from {
			move.bits[i] = old[j]
		}
	}
	r.adopt()
}

// hear takes the inputs of the step.
func (r *replica[F]) hear(fed []float64) {
	for _, u := range r.driven {
		r.input[u] = 0
	}
	var units []int32
	var drive []F
	switch {
	case r.given != nil:
		units, drive = r.source.Given(r.given.Input)
	case fed != nil && r.regime.Input:
		units, drive = r.source.Given(fed)
	default:
		units, drive = r.source.Next(r.t, r.regime, r.task, r.x)
	}
	r.driven = append(r.driven[:0], units...)
	for k, u := range units {
		r.input[u] = drive[k]
	}
}

// fires tells whether a unit is active that is so far above its threshold. Device twin:
// sorn_fires.
func (r *replica[F]) fires(above F) uint8 {
	if above > 0 || above == 0 && r.spec.Sorn.SpikeAtZero {
		return 1
	}
	return 0
}

// doUnits decides on the excitatory units of blocks. Device twin: sorn_units.
func (r *replica[F]) doUnits(thread, from, to int) {
	count := &r.tallies[thread].counts
	for block := from; block < to; block++ {
		z := r.noise(block, rng.SornNoiseE)
		for i := 4 * block; i < min(4*block+4, r.n); i++ {
			d := r.excitation[i] - r.inhibition[i]
			now, decided := r.decided(&z, i&3, d, r.te[i])
			alone := now
			if !decided || r.input[i] != 0 {
				d += z.lane(i & 3)
				alone, now = r.fires(d-r.te[i]), r.fires((d+r.input[i])-r.te[i])
			}
			r.r[i], r.xNext[i] = alone, now
			count[sorn.SumActiveR] += int(alone)
			count[sorn.SumActiveE] += int(now)
			count[sorn.SumFlips] += int(r.x[i] ^ now)
		}
	}
}

// doAnswers decides on the inhibitory units of blocks. Device twin: sorn_answers.
func (r *replica[F]) doAnswers(thread, from, to int) {
	count := &r.tallies[thread].counts
	r.excite(4*from, min(4*to, r.m))
	for block := from; block < to; block++ {
		z := r.noise(block, rng.SornNoiseI)
		for k := 4 * block; k < min(4*block+4, r.m); k++ {
			now, decided := r.decided(&z, k&3, r.answering[k], r.ti[k])
			if !decided {
				now = r.fires((r.answering[k] + z.lane(k&3)) - r.ti[k])
			}
			r.yNext[k] = now
			count[sorn.SumActiveI] += int(now)
		}
	}
}

// excite computes the drive of the inhibitory units from one up to another by the states
// that they answer to. Dense weights are added row after row, which is the same order,
// and eight rows at a time.
func (r *replica[F]) excite(from, to int) {
	drive, active := r.answering[from:to], r.activeE
	if r.spec.Sorn.Inhibition == sorn.New {
		active = r.nextE
	}
	clear(drive)
	if r.dense == nil {
		for _, j := range active {
			row := r.sparse[j]
			for at := r.sparse.find(j, from); at < len(row) && int(row[at].unit) < to; at++ {
				r.answering[row[at].unit] += r.ie.w[int(row[at].unit)*r.ie.room+int(row[at].slot)]
			}
		}
		return
	}
	if r.vectors {
		done := addRows(drive, r.dense[from:], r.m, active)
		from, drive = from+done, drive[done:]
	}
	n := len(drive)
	if n == 0 {
		return
	}
	row := func(j int32) []F { return r.dense[int(j)*r.m+from:] }
	for ; len(active) >= 8; active = active[8:] {
		s, t, u, v := row(active[0])[:n], row(active[1])[:n], row(active[2])[:n], row(active[3])[:n]
		w, x, y, z := row(active[4])[:n], row(active[5])[:n], row(active[6])[:n], row(active[7])[:n]
		for k := range n {
			drive[k] = (((((((drive[k] + s[k]) + t[k]) + u[k]) + v[k]) + w[k]) + x[k]) + y[k]) + z[k]
		}
	}
	for _, j := range active {
		for k, w := range row(j)[:n] {
			drive[k] += w
		}
	}
}

// conceive chooses the synapses that are born in the step, where no two units are joined
// after stdp (docs/sorn.md section 7). Device twin: sorn_births.
func (r *replica[F]) conceive() {
	r.births, r.dropped = r.births[:0], 0
	switch {
	case r.given != nil:
		r.births = append(r.births, r.given.Births...)
	case r.regime.SP:
		r.choose()
	}
	r.makeRoom()
}

// choose draws the synapses that are born.
func (r *replica[F]) choose() {
	clear(r.born)
	for e := range sorn.FirstBirths(r.key, r.spec.Sorn.Births(), r.t) {
		if b, found := r.place(uint32(e)); found {
			r.births = append(r.births, b)
			r.born[b] = true
		} else {
			r.dropped++
		}
	}
	sorn.SortBirths(r.births)
}

// place finds a place for birth e.
func (r *replica[F]) place(e uint32) (sorn.Birth, bool) {
	for a := range uint32(sorn.MaxAttempts) {
		j, i := sorn.BirthPlace(r.key, e, a, r.t, r.n)
		b := sorn.Birth{I: i, J: j}
		if !r.joined(b) && !r.born[b] {
			return b, true
		}
	}
	return sorn.Birth{}, false
}

// joined tells whether there is a synapse at a place after stdp. Device twin:
// sorn_joined.
func (r *replica[F]) joined(b sorn.Birth) bool {
	from, w := r.ee.column(int(b.I))
	for s, j := range from {
		if j == b.J {
			return r.stays(b, w[s])
		}
	}
	return false
}

// stays tells whether a synapse of some weight is there after stdp.
func (r *replica[F]) stays(b sorn.Birth, w F) bool {
	if !r.regime.STDP || !r.spec.Sorn.Prune {
		return true
	}
	switch int(r.xNext[b.I]&r.x[b.J]) - int(r.x[b.I]&r.xNext[b.J]) {
	case 1:
		w += r.c.STDP
	case -1:
		w -= r.c.STDP
	}
	return w > 0
}

// makeRoom gives units more slots where one has none for its births. Device twin:
// sorn_births.
func (r *replica[F]) makeRoom() {
	room := r.ee.room
	for k := 0; k < len(r.births); {
		i, first := r.births[k].I, k
		for k < len(r.births) && r.births[k].I == i {
			k++
		}
		size := k - first
		from, w := r.ee.column(int(i))
		for s, j := range from {
			if r.stays(sorn.Birth{I: i, J: j}, w[s]) {
				size++
			}
		}
		room = sorn.MoreRoom(room, size, r.n)
	}
	if room > r.ee.room {
		r.ee.grow(room)
	}
}
