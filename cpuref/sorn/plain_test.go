package sorn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

// plain is docs/sorn.md section 2 as it stands there: whole matrices, every weight in
// every step, nothing skipped.
type plain[F fmath.Float] struct {
	spec       *sorn.Spec
	c          sorn.Constants[F]
	rates      []F
	key        [2]uint32
	source     *sorn.Source[F]
	task       []int32
	n, m       int
	ee, ei, ie matrix[F]
	te, ti     []F
	x, xBefore []uint8
	y, yBefore []uint8
	r          []uint8
	input      []F
	sums       []float64
}

// matrix has a row for each presynaptic unit.
type matrix[F fmath.Float] struct {
	rows, columns int
	w             []F
	has           []bool // there is a synapse
}

func (m *matrix[F]) at(j, i int) int { return j*m.columns + i }

// column is the sum of a column, and that of the squares.
func (m *matrix[F]) column(i int) (sum, squares F) {
	for j := range m.rows {
		w := m.w[m.at(j, i)]
		sum += w
		squares += F(w * w)
	}
	return sum, squares
}

func (m *matrix[F]) count() (n int) {
	for _, has := range m.has {
		if has {
			n++
		}
	}
	return n
}

// empty is how many columns have no synapse.
func (m *matrix[F]) empty() (n int) {
	for i := range m.columns {
		if !m.anyIn(i) {
			n++
		}
	}
	return n
}

func (m *matrix[F]) anyIn(i int) bool {
	for j := range m.rows {
		if m.has[m.at(j, i)] {
			return true
		}
	}
	return false
}

// limit holds the limits of a weight, and counts.
func (p *plain[F]) limit(m *matrix[F], at int, floor F, pruned int) {
	switch v := m.w[at]; {
	case !m.has[at]:
	case !(v > 0) && floor == 0 && p.spec.Sorn.Prune:
		m.w[at], m.has[at] = 0, false
		p.sums[pruned]++
	case !(v > 0):
		m.w[at] = floor
	case v > p.c.Largest:
		m.w[at] = p.c.Largest
		p.sums[sorn.SumClipped]++
	}
}

// newPlain begins where a network begins.
func newPlain[F fmath.Float](net *sorn.Network, seed uint64, s *state.State) *plain[F] {
	t := &net.Spec.Sorn
	key := rng.Key(seed)
	p := &plain[F]{
		spec: net.Spec, c: sorn.ConstantsOf[F](t), rates: sorn.Targets[F](t, key), key: key, source: sorn.NewSource[F](net, 0, key), task: make([]int32, sorn.TaskItems),
		n: t.NE, m: t.M(), te: slices.Clone(state.Values[F](s.Array(sorn.TeField))), ti: state.Values[F](s.Array(sorn.TiField)),
		r: make([]uint8, t.NE),
	}
	bits := func(name string) []uint8 { return slices.Clone(s.Array(name).Bits) }
	p.x, p.xBefore, p.y, p.yBefore = bits(sorn.XField), bits(sorn.XBefore), bits(sorn.YField), bits(sorn.YBefore)
	p.ee, p.ei, p.ie = matrixOf[F](s, sorn.FromEE, sorn.WeightEE, p.n, p.n), matrixOf[F](s, sorn.FromEI, sorn.WeightEI, p.m, p.n), matrixOf[F](s, sorn.FromIE, sorn.WeightIE, p.n, p.m)
	return p
}

func matrixOf[F fmath.Float](s *state.State, from, weight string, rows, columns int) matrix[F] {
	m := matrix[F]{rows, columns, make([]F, rows*columns), make([]bool, rows*columns)}
	slots, w := s.Array(from).Ints, state.Values[F](s.Array(weight))
	room := len(slots) / columns
	for at, j := range slots {
		if j != sorn.Free {
			m.w[m.at(int(j), at/room)], m.has[m.at(int(j), at/room)] = w[at], true
		}
	}
	return m
}

// noise is that of a unit.
func (p *plain[F]) noise(purpose rng.Purpose, i int, deviation F, t uint32) F {
	if deviation == 0 {
		return 0
	}
	x0, x1, x2, x3 := rng.Draw(uint32(i/4), 0, t, purpose, p.key)
	return F(deviation * sorn.Normals[F](x0, x1, x2, x3)[i%4])
}

func (p *plain[F]) fires(v F) uint8 {
	if v > 0 || v == 0 && p.spec.Sorn.SpikeAtZero {
		return 1
	}
	return 0
}

// heard is what a unit hears from others, ascending.
func heard[F fmath.Float](m *matrix[F], i int, x []uint8) (d F) {
	for j, now := range x {
		d += F(m.w[m.at(j, i)] * F(now))
	}
	return d
}

// step makes step t, and leaves its sums.
func (p *plain[F]) step(t int64) {
	regime := p.spec.RegimeAt(t)
	p.sums = make([]float64, sorn.Sums)
	if regime.Shuffle && t == regime.First {
		excitatory, inhibitory := sorn.Shuffle(p.key, uint32(t), p.n, p.m)
		for _, of := range []struct {
			bits []uint8
			from []int
		}{{p.x, excitatory}, {p.xBefore, excitatory}, {p.y, inhibitory}, {p.yBefore, inhibitory}} {
			old := slices.Clone(of.bits)
			for i, j := range of.from {
				of.bits[i] = old[j]
			}
		}
	}
	p.input = make([]F, p.n)
	units, drive := p.source.Next(uint32(t), regime, p.task, p.x)
	for k, u := range units {
		p.input[u] = drive[k]
	}
	x, y := make([]uint8, p.n), make([]uint8, p.m)
	for i := range x {
		d := (heard(&p.ee, i, p.x) - heard(&p.ei, i, p.y)) + p.noise(rng.SornNoiseE, i, p.c.NoiseE, uint32(t))
		p.r[i], x[i] = p.fires(d-p.te[i]), p.fires((d+p.input[i])-p.te[i])
	}
	answered := p.x
	if p.spec.Sorn.Inhibition == sorn.New {
		answered = x
	}
	for k := range y {
		y[k] = p.fires((heard(&p.ie, k, answered) + p.noise(rng.SornNoiseI, k, p.c.NoiseI, uint32(t))) - p.ti[k])
	}
	p.sums[sorn.SumEE], p.sums[sorn.SumEI] = float64(p.ee.count()), float64(p.ei.count())
	p.rules(regime, uint32(t), x)
	for i, now := range x {
		p.sums[sorn.SumActiveE] += float64(now)
		p.sums[sorn.SumActiveR] += float64(p.r[i])
		p.sums[sorn.SumFlips] += math.Abs(float64(now) - float64(p.x[i]))
	}
	for _, now := range y {
		p.sums[sorn.SumActiveI] += float64(now)
	}
	p.xBefore, p.x, p.yBefore, p.y = p.x, x, p.y, y
	p.add()
}

// rules changes the network.
func (p *plain[F]) rules(regime sorn.Regime, t uint32, x []uint8) {
	if regime.STDP {
		for at := range p.ee.w {
			j, i := at/p.n, at%p.n
			switch both := int(x[i]&p.x[j]) - int(p.x[i]&x[j]); {
			case p.ee.has[at] && both > 0:
				p.ee.w[at] += p.c.STDP
				p.sums[sorn.SumPotentiated]++
			case p.ee.has[at] && both < 0:
				p.ee.w[at] -= p.c.STDP
				p.sums[sorn.SumDepressed]++
			}
			p.limit(&p.ee, at, 0, sorn.SumPrunedEE)
		}
	}
	if regime.IP {
		for i := range p.te {
			silent, active := p.c.Silent, p.c.Active
			if p.rates != nil {
				silent, active = sorn.Steps(&p.spec.Sorn, p.rates[i])
			}
			if x[i] != 0 {
				silent = active
			}
			if p.te[i] += silent; p.spec.Sorn.Clamp {
				p.te[i] = min(max(p.te[i], p.c.TeMin), p.c.TeMax)
			}
		}
	}
	if regime.SP {
		p.births(t)
	}
	if regime.ISTDP {
		for at := range p.ei.w {
			if k, i := at/p.n, at%p.n; p.ei.has[at] && p.y[k] != 0 {
				less := p.c.Weaken
				if x[i] != 0 {
					less = p.c.Strengthen
				}
				p.ei.w[at] -= less
			}
			p.limit(&p.ei, at, p.c.Floor, sorn.SumPrunedEI)
		}
	}
	if regime.SS {
		if p.c.Mix > 0 {
			p.mix()
		} else {
			p.ee.scale()
		}
		if p.spec.Sorn.EIScaling {
			p.ei.scale()
		}
	}
}

func (p *plain[F]) births(t uint32) {
	for e := range sorn.FirstBirths(p.key, p.spec.Sorn.Births(), t) {
		placed := false
		for a := 0; a < sorn.MaxAttempts && !placed; a++ {
			j, i := sorn.BirthPlace(p.key, uint32(e), uint32(a), t, p.n)
			if at := p.ee.at(int(j), int(i)); !p.ee.has[at] {
				p.ee.has[at], p.ee.w[at], placed = true, p.c.Born, true
			}
		}
		if placed {
			p.sums[sorn.SumBorn]++
		} else {
			p.sums[sorn.SumDropped]++
		}
	}
}

// scale divides each column by its sum.
func (m *matrix[F]) scale() {
	for i := range m.columns {
		if sum, _ := m.column(i); sum > 0 {
			for j := range m.rows {
				m.w[m.at(j, i)] /= sum
			}
		}
	}
}

// mix scales by incoming and outgoing weights.
func (p *plain[F]) mix() {
	in, out := make([]F, p.n), make([]F, p.n)
	for j := range p.n {
		for i := range p.n {
			in[i] += p.ee.w[p.ee.at(j, i)]
			out[j] += p.ee.w[p.ee.at(j, i)]
		}
	}
	for at, w := range p.ee.w {
		if p.ee.has[at] {
			mean := F((max(in[at%p.n], 1e-6) + max(out[at/p.n], 1e-6)) / 2)
			p.ee.w[at] = F(p.c.Rest*w) + F(p.c.Mix*w)/mean
		}
	}
}

// add fills in the sums after the step.
func (p *plain[F]) add() {
	sums, ee, ei := make([]F, p.n), make([]F, p.n), make([]F, p.n)
	for i := range p.n {
		sums[i], ee[i] = p.ee.column(i)
		_, ei[i] = p.ei.column(i)
	}
	p.sums[sorn.SumEmptyEE], p.sums[sorn.SumEmptyEI] = float64(p.ee.empty()), float64(p.ei.empty())
	p.sums[sorn.SumTeMin], p.sums[sorn.SumTeMax] = float64(slices.Min(p.te)), float64(slices.Max(p.te))
	for sum, v := range map[int][]F{sorn.SumTe: slices.Clone(p.te), sorn.SumW: sums, sorn.SumSquaresEE: ee, sorn.SumSquaresEI: ei} {
		p.sums[sum] = float64(fmath.Total(v))
	}
}

// differ tells the first field of a backend that is not as it is here.
func (p *plain[F]) differ(s *state.State, r *state.Array, sums []float64) string {
	for k, v := range p.sums {
		if v != sums[k] {
			return fmt.Sprintf("sum %d is %v, want %v", k, sums[k], v)
		}
	}
	for _, of := range []struct {
		from, weight string
		m            *matrix[F]
	}{{sorn.FromEE, sorn.WeightEE, &p.ee}, {sorn.FromEI, sorn.WeightEI, &p.ei}, {sorn.FromIE, sorn.WeightIE, &p.ie}} {
		have := matrixOf[F](s, of.from, of.weight, of.m.rows, of.m.columns)
		for at, w := range of.m.w {
			if math.Float64bits(float64(have.w[at])) != math.Float64bits(float64(w)) || have.has[at] != of.m.has[at] {
				return fmt.Sprintf("%s from unit %d to %d is %v (%v), want %v (%v)", of.weight, at/of.m.columns, at%of.m.columns, have.w[at], have.has[at], w, of.m.has[at])
			}
		}
	}
	if !slices.Equal(state.Values[F](s.Array(sorn.TeField)), p.te) {
		return "thresholds differ"
	}
	for name, want := range map[string][]uint8{sorn.XField: p.x, sorn.XBefore: p.xBefore, sorn.YField: p.y, sorn.YBefore: p.yBefore} {
		if !slices.Equal(s.Array(name).Bits, want) {
			return name + " differs"
		}
	}
	for i, drive := range p.input {
		if r.Bits[i] != p.r[i] || drive == 0 && r.Bits[i] != p.x[i] {
			return fmt.Sprintf("r of unit %d is %d, want %d; its input is %v", i, r.Bits[i], p.r[i], drive)
		}
	}
	return ""
}

// agreesWithPlain makes steps of both, and holds the invariants of each.
func agreesWithPlain[F fmath.Float](t backendtest.T, net *sorn.Network, seed uint64, steps int64, within float64) {
	t.Helper()
	b, err := open(net, backend.Options{Precision: state.PrecisionOf[F](), Seeds: []uint64{seed}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Watch(sorn.RField); err != nil {
		t.Fatal(err)
	}
	k := &check{T: t, net: net, spec: net.Spec, before: backendtest.Moment(t, b), within: within}
	p := newPlain[F](net, seed, k.before)
	for step := int64(1); step <= steps; step++ {
		sums := k.step(b, step)
		p.step(step)
		r, err := b.Field(sorn.RField, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := p.differ(k.before, r, sums); d != "" {
			t.Fatalf("step %d: %s", step, d)
		}
	}
}

// TestPlain: the engine, which keeps columns, leaves out what is silent and settled and
// draws no noise that decides nothing, has the bits of whole matrices.
func TestPlain(t *testing.T) {
	for _, c := range slices.Concat(cases(), []backendtest.Case{sorntest.LittleRoom()}, sorntest.Presets(333)) {
		t.Run(c.Name, func(t *testing.T) {
			net, steps := c.Net.(*sorn.Network), int64(60)
			if net.Spec.Sorn.NE > 100 {
				steps = 25
			}
			agreesWithPlain[float32](t, net, 3, steps, 1e-5)
			agreesWithPlain[float64](t, net, 3, steps, 1e-12)
		})
	}
}

// TestAnyNetwork: so does any network, under any rules, in any eras.
func TestAnyNetwork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySpec(t)
		net, err := s.Build(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		if rapid.Bool().Draw(t, "double") {
			agreesWithPlain[float64](t, net.(*sorn.Network), seed, 30, 1e-12)
		} else {
			agreesWithPlain[float32](t, net.(*sorn.Network), seed, 30, 1e-5)
		}
	})
}

// anySpec draws a specification of which weights of synapses that are born are not above
// the largest.
func anySpec(t *rapid.T) *sorn.Spec {
	whole := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	real := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
	yes := func(name string) bool { return rapid.Bool().Draw(t, name) }
	kind := func(name string) sorn.Type {
		return rapid.SampledFrom([]sorn.Type{sorn.Sparse, sorn.Dense}).Draw(t, name)
	}
	rules := func(name string) []sorn.Rule {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(sorn.Rules()), 0, 3, rapid.ID[sorn.Rule]).Draw(t, name)
	}
	s := sorn.Defaults()
	k := &s.Sorn
	k.NE = whole("ne", 5, 70)
	k.NU = whole("nu", 1, 5)
	k.TypeEE, k.TypeEI, k.TypeIE = kind("ee"), kind("ei"), kind("ie")
	k.LambdaEE, k.LambdaEI, k.LambdaIE = whole("lambda_ee", 1, k.NE-1), whole("lambda_ei", 1, k.NE), whole("lambda_ie", 1, k.NE)
	k.Degree = rapid.SampledFrom([]sorn.Degree{sorn.Normal, sorn.Binomial}).Draw(t, "degree")
	k.EtaSTDP, k.EtaInhib, k.EtaIP, k.MuIP = real("eta_stdp", 0, 0.2), real("eta_inhib", 0, 0.1), real("eta_ip", 0, 0.1), real("mu_ip", 0.05, 1)
	k.TargetRate = real("target_rate", 0.05, 0.5)
	if yes("own rates") {
		k.SigmaIP = 0.05
	}
	k.TeMax, k.TiMax, k.Clamp = real("te_max", 0.1, 1), real("ti_max", 0.1, 1), yes("clamp")
	k.Noise, k.NoiseSDE, k.NoiseSDI = yes("noise"), real("noise_sd_e", 0, 0.3), real("noise_sd_i", 0, 0.3)
	k.WMax = real("w_max", 0.1, 1)
	k.SPProb, k.SPWeight = real("sp_prob", 0, 12), real("sp_weight", 0.0001, k.WMax)
	k.Freeze = rules("freeze")
	k.Inhibition = rapid.SampledFrom([]sorn.Inhibition{sorn.Old, sorn.New}).Draw(t, "inhibition")
	k.SpikeAtZero, k.Prune, k.EIScaling = yes("spike_at_zero"), yes("prune"), yes("ei_scaling")
	if yes("floor") {
		k.InhibitionFloor = 0.001
	}
	k.InitialX, k.InitialY = real("initial_x", 0, 1), real("initial_y", 0, 1)
	if yes("mix") {
		k.ScalingMix = real("scaling_mix", 0, 1)
	}
	k.Room = rapid.SampledFrom([]int{0, k.NE - 1}).Draw(t, "room")
	s.Input.Kind = rapid.SampledFrom([]sorn.Kind{sorn.Zero, sorn.Uniform, sorn.Gaussian, sorn.Strong, sorn.RandomSequence}).Draw(t, "input")
	s.Input.Alphabet, s.Input.Units, s.Input.SD = 3, 2, 1
	s.Eras = []sorn.EraSpec{{Steps: whole("first", 1, 20), Phase: sorn.Plasticity, Input: yes("input of the first")}}
	for i := range whole("eras", 0, 2) {
		s.Eras = append(s.Eras, sorn.EraSpec{
			Steps: 8, Phase: rapid.SampledFrom([]sorn.Phase{sorn.Plasticity, sorn.Training}).Draw(t, fmt.Sprint("phase ", i)), Freeze: rules(fmt.Sprint("freeze ", i)),
			Input: yes(fmt.Sprint("input ", i)), Shuffle: yes(fmt.Sprint("shuffle ", i)),
		})
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}
