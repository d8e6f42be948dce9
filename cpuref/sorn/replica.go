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
	spec   *sorn.Spec
	key    [2]uint32
	c      sorn.Constants[F]
	rates  []F // target rates by unit; nil where they are alike
	n, m   int
	source *sorn.Source[F]
	share  sharing

	// The state.
	ee, ei, ie              columns[F]
	te, ti                  []F
	x, xBefore, y, yBefore  []uint8
	task                    []int32
	rows                    []F // Wie row after row, where it is dense
	recurrent               []F // drive from the states now, by excitatory unit
	inhibitory              []F // likewise, by inhibitory unit
	input                   []F // from outside, by excitatory unit
	driven                  []int32
	xNext, yNext, r, change []uint8
	changes                 [4][4]F    // of stdp, by the code of the unit and that of the other
	signs                   [4][4]int8 // their signs
	births                  []sorn.Birth
	born                    map[sorn.Birth]bool
	regime                  sorn.Regime
	t                       uint32
	given                   *sorn.Given
	tallies                 []tally // by thread
	scratch                 []F
	outgoing                []F // sums of outgoing weights, where scaling mixes
	dropped                 int

	units, answers, columns, rules, finish func(thread, from, to int)
}

// tally counts what happens in a step.
type tally struct {
	counts [sorn.Counts]int
	_      [8]int // apart from those of other threads
}

// columns are the synapses of units, ascending by presynaptic unit.
type columns[F fmath.Float] struct {
	room    int
	from    []int32
	w       []F
	size    []int32
	settled []bool // the limits and scaling leave the weights as they are
	sum     []F    // of the weights
	squares []F
}

// bind takes the slots of replica i from a state.
func (c *columns[F]) bind(s *state.State, from, weight string, i, units, room int) {
	length := units * room
	*c = columns[F]{
		room: room, from: s.Array(from).Ints[i*length:][:length], w: state.Values[F](s.Array(weight))[i*length:][:length],
		size: make([]int32, units), settled: make([]bool, units), sum: make([]F, units), squares: make([]F, units),
	}
	for u := range units {
		at := u * room
		for c.size[u] < int32(room) && c.from[at+int(c.size[u])] != sorn.Free {
			c.size[u]++
		}
		c.measure(u)
	}
}

// measure adds up the weights of a unit, and their squares.
func (c *columns[F]) measure(u int) {
	at := u * c.room
	sum, squares := F(0), F(0)
	for _, w := range c.w[at : at+int(c.size[u])] {
		sum += w
		squares += F(w * w)
	}
	c.sum[u], c.squares[u] = sum, squares
}

func newReplica[F fmath.Float](net *sorn.Network, s *sorn.Spec, key [2]uint32, share sharing) *replica[F] {
	t := &s.Sorn
	r := &replica[F]{
		spec: s, key: key, c: sorn.ConstantsOf[F](t), rates: sorn.Targets[F](t, key), n: t.NE, m: t.M(), source: sorn.NewSource[F](s, key), share: share,
		born: make(map[sorn.Birth]bool),
	}
	r.ee.room, r.ei.room, r.ie.room = net.RoomEE, net.RoomEI, net.RoomIE
	for was := range 2 {
		for now := range 2 {
			for otherWas := range 2 {
				for otherNow := range 2 {
					sign := now*otherWas - was*otherNow
					r.signs[was|now<<1][otherWas|otherNow<<1] = int8(sign)
					r.changes[was|now<<1][otherWas|otherNow<<1] = F(sign) * r.c.STDP
				}
			}
		}
	}
	r.units, r.answers, r.columns, r.rules, r.finish = r.doUnits, r.doAnswers, r.doColumns, r.doRules, r.doFinish
	return r
}

// bind goes on with replica i of a state.
func (r *replica[F]) bind(s *state.State, i, threads int) {
	bits := func(name string, n int) []uint8 { return s.Array(name).Bits[i*n:][:n] }
	r.ee.bind(s, sorn.FromEE, sorn.WeightEE, i, r.n, r.ee.room)
	r.ei.bind(s, sorn.FromEI, sorn.WeightEI, i, r.n, r.ei.room)
	r.ie.bind(s, sorn.FromIE, sorn.WeightIE, i, r.m, r.ie.room)
	r.te, r.ti = state.Values[F](s.Array(sorn.TeField))[i*r.n:][:r.n], state.Values[F](s.Array(sorn.TiField))[i*r.m:][:r.m]
	r.x, r.xBefore, r.y, r.yBefore = bits(sorn.XField, r.n), bits(sorn.XBefore, r.n), bits(sorn.YField, r.m), bits(sorn.YBefore, r.m)
	r.task = s.Array(sorn.TaskName).Ints[i*sorn.TaskItems:][:sorn.TaskItems]
	r.recurrent, r.inhibitory, r.input, r.driven = make([]F, r.n), make([]F, r.m), make([]F, r.n), r.driven[:0]
	r.xNext, r.yNext, r.r, r.change = make([]uint8, r.n), make([]uint8, r.m), make([]uint8, r.n), make([]uint8, r.n)
	r.tallies, r.scratch, r.regime = make([]tally, threads), make([]F, r.n), sorn.Regime{}
	r.bindRows()
	copy(r.xNext, r.x)
	copy(r.yNext, r.y)
	r.drive()
}

// bindRows lays Wie out row after row, where inhibitory units hear all others.
func (r *replica[F]) bindRows() {
	r.rows = nil
	for _, size := range r.ie.size {
		if int(size) != r.n {
			return
		}
	}
	r.rows = make([]F, r.n*r.m)
	for k := range r.m {
		for j := range r.n {
			r.rows[j*r.m+k] = r.ie.w[k*r.ie.room+j]
		}
	}
}

// drive computes the recurrent drive of all units anew, from xNext and yNext.
func (r *replica[F]) drive() {
	for i := range r.n {
		r.driveUnit(i)
	}
}

// driveUnit adds what the synapses of an excitatory unit give it, in ascending order
// (docs/sorn.md section 8). Device twin: sorn_drive.
func (r *replica[F]) driveUnit(i int) {
	r.recurrent[i] = r.ee.active(i, r.xNext) - r.ei.active(i, r.yNext)
}

// active adds up the weights of a unit from units that are active.
func (c *columns[F]) active(i int, x []uint8) F {
	at, sum := i*c.room, F(0)
	from := c.from[at : at+int(c.size[i])]
	w := c.w[at:][:len(from)]
	for s, j := range from {
		if x[j] != 0 {
			sum += w[s]
		}
	}
	return sum
}

// grain is how many units are worth a thread.
const grain = 256

// step makes step t (docs/sorn.md section 2) and fills in its sums. An error leaves the
// state as it was.
func (r *replica[F]) step(t int64, given *sorn.Given, fed, row []float64) error {
	r.t, r.given = uint32(t), given
	clear(r.tallies)
	r.enter(t)
	r.hear(fed)
	if r.spec.Sorn.Inhibition == sorn.Old {
		r.share(r.blocks(r.m), grain, r.answers)
	}
	r.share(r.blocks(r.n), grain, r.units)
	if r.spec.Sorn.Inhibition == sorn.New {
		r.share(r.blocks(r.m), grain, r.answers)
	}
	if err := r.conceive(); err != nil {
		return err
	}
	if r.c.Mix > 0 && r.regime.SS {
		r.share(r.n, grain, r.rules)
		r.addOutgoing()
		r.share(r.n, grain, r.finish)
	} else {
		r.share(r.n, grain, r.columns)
	}
	copy(r.xBefore, r.x)
	copy(r.x, r.xNext)
	copy(r.yBefore, r.y)
	copy(r.y, r.yNext)
	r.sums(row)
	return nil
}

func (r *replica[F]) blocks(units int) int { return (units + 3) / 4 }

// enter takes up the regime of step t.
func (r *replica[F]) enter(t int64) {
	if t < r.regime.First || t > r.regime.Last || r.regime.First == 0 {
		r.regime = r.spec.RegimeAt(t)
		clear(r.ee.settled)
		clear(r.ei.settled)
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
	copy(r.xNext, r.x)
	copy(r.yNext, r.y)
	r.drive()
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
		units, drive = r.source.Next(r.t, r.regime, r.task)
	}
	r.driven = append(r.driven[:0], units...)
	for k, u := range units {
		r.input[u] = drive[k]
	}
}

// noise is that of a block of four units. Device twin: sorn_noise.
func (r *replica[F]) noise(block int, purpose rng.Purpose, deviation F, given []float64) [4]F {
	var z [4]F
	switch {
	case r.given != nil:
		for k := 4 * block; k < min(4*block+4, len(given)); k++ {
			z[k-4*block] = F(given[k])
		}
	case deviation > 0:
		x0, x1, x2, x3 := rng.Draw(uint32(block), 0, r.t, purpose, r.key)
		z = sorn.Normals[F](x0, x1, x2, x3)
		for k := range z {
			z[k] = F(deviation * z[k])
		}
	}
	return z
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
	var noise []float64
	if r.given != nil {
		noise = r.given.NoiseE
	}
	for block := from; block < to; block++ {
		z := r.noise(block, rng.SornNoiseE, r.c.NoiseE, noise)
		for i := 4 * block; i < min(4*block+4, r.n); i++ {
			d := r.recurrent[i] + z[i-4*block]
			alone, now := r.fires(d-r.te[i]), r.fires((d+r.input[i])-r.te[i])
			r.r[i], r.xNext[i], r.change[i] = alone, now, r.x[i]|now<<1
			count[sorn.SumActiveR] += int(alone)
			count[sorn.SumActiveE] += int(now)
			count[sorn.SumFlips] += int(r.x[i] ^ now)
		}
	}
}

// doAnswers decides on the inhibitory units of blocks. Device twin: sorn_answers.
func (r *replica[F]) doAnswers(thread, from, to int) {
	count := &r.tallies[thread].counts
	var noise []float64
	if r.given != nil {
		noise = r.given.NoiseI
	}
	r.excite(4*from, min(4*to, r.m))
	for block := from; block < to; block++ {
		z := r.noise(block, rng.SornNoiseI, r.c.NoiseI, noise)
		for k := 4 * block; k < min(4*block+4, r.m); k++ {
			r.yNext[k] = r.fires((r.inhibitory[k] + z[k-4*block]) - r.ti[k])
			count[sorn.SumActiveI] += int(r.yNext[k])
		}
	}
}

// excite computes the drive of the inhibitory units from one up to another. Dense
// weights are added row after row, which is the same order.
func (r *replica[F]) excite(from, to int) {
	x := r.x
	if r.spec.Sorn.Inhibition == sorn.New {
		x = r.xNext
	}
	drive := r.inhibitory[from:to]
	clear(drive)
	if r.rows == nil {
		for k := range drive {
			drive[k] = r.ie.active(from+k, x)
		}
		return
	}
	for j, active := range x {
		if active != 0 {
			for k, w := range r.rows[j*r.m+from : j*r.m+to] {
				drive[k] += w
			}
		}
	}
}

// conceive chooses the synapses that are born in the step, where no two units are joined
// after stdp (docs/sorn.md section 7). Device twin: sorn_births.
func (r *replica[F]) conceive() error {
	r.births, r.dropped = r.births[:0], 0
	if r.given != nil {
		r.births = append(r.births, r.given.Births...)
		return r.haveRoom()
	}
	if !r.regime.SP {
		return nil
	}
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
	return r.haveRoom()
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
	at := int(b.I) * r.ee.room
	for s := at; s < at+int(r.ee.size[b.I]); s++ {
		if r.ee.from[s] == b.J {
			return r.stays(b.I, s)
		}
	}
	return false
}

// stays tells whether the synapse of a unit in a slot is there after stdp.
func (r *replica[F]) stays(i int32, slot int) bool {
	if !r.regime.STDP || !r.spec.Sorn.Prune {
		return true
	}
	return r.ee.w[slot]+r.changes[r.change[i]][r.change[r.ee.from[slot]]] > 0
}

// haveRoom says which unit has no room for its births.
func (r *replica[F]) haveRoom() error {
	for k := 0; k < len(r.births); {
		i, first := r.births[k].I, k
		for k < len(r.births) && r.births[k].I == i {
			k++
		}
		size, at := k-first, int(i)*r.ee.room
		for s := at; s < at+int(r.ee.size[i]); s++ {
			if r.stays(i, s) {
				size++
			}
		}
		if size > r.ee.room {
			return sorn.NoRoom(i, r.ee.room)
		}
	}
	return nil
}
