package sorn

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
)

func open(n model.Network, o backend.Options) (backend.Backend, error) {
	return New(n.(*sorn.Network), o)
}

func cases() []backendtest.Case {
	return slices.Concat(sorntest.Presets(5), sorntest.Presets(60), sorntest.Variants())
}

// TestSuite has every preset and every key do what is asked of every backend.
func TestSuite(t *testing.T) {
	backendtest.Run(t, open, backendtest.Both, sorntest.SuiteSteps, cases()...)
}

// TestThreads: their number changes no bit, whether they share a network of several parts or have one
// each.
func TestThreads(t *testing.T) {
	one := func(threads int) backend.Open {
		return func(n model.Network, o backend.Options) (backend.Backend, error) {
			o.Threads = threads
			return open(n, o)
		}
	}
	for _, c := range slices.Concat(sorntest.Presets(333), sorntest.Presets(600), sorntest.Presets(2000)[:1]) {
		for _, seeds := range [][]uint64{{7}, {7, 8, 9, 10}} {
			if c.Net.(*sorn.Network).Spec.Sorn.NE == 2000 && len(seeds) > 1 {
				continue
			}
			o := backend.Options{Precision: state.Single, Seeds: seeds}
			a, b := backendtest.Opened(t, one(1), c.Net, o), backendtest.Opened(t, one(3), c.Net, o)
			backendtest.Agree(t, c.Net, a, b, 3, 12)
		}
	}
}

// check holds the invariants of docs/sorn.md section 13 between two steps.
type check struct {
	backendtest.T
	net    *sorn.Network
	spec   *sorn.Spec
	before *state.State
	within float64
}

func (c *check) step(b backend.Backend, step int64) []float64 {
	sums, err := b.Advance(1)
	if err != nil {
		c.Fatal(err)
	}
	after, err := b.State()
	if err != nil {
		c.Fatal(err)
	}
	if err := c.net.CheckState(after, after.Precision, 1); err != nil {
		c.Fatalf("step %d: %v", step, err)
	}
	regime := c.spec.RegimeAt(step)
	c.weights(after, regime, step)
	c.limits(after, regime, step)
	c.counts(sums, after, step)
	c.untouched(after, regime, step)
	c.before = after
	return sums
}

// weights: those that are there are positive and below the limit, and scaled columns add
// up to 1.
func (c *check) weights(s *state.State, regime sorn.Regime, step int64) {
	t := &c.spec.Sorn
	for _, m := range []struct {
		from, weight string
		room         int
		scaled       bool
	}{{sorn.FromEE, sorn.WeightEE, c.net.With(s).RoomEE, regime.SS && t.ScalingMix == 0}, {sorn.FromEI, sorn.WeightEI, c.net.RoomEI, regime.SS && t.EIScaling}} {
		from, w := s.Array(m.from).Ints, s.Array(m.weight)
		for u := range t.NE {
			sum, size := 0.0, 0
			for at := u * m.room; at < (u+1)*m.room && from[at] != sorn.Free; at++ {
				v := w.At(at)
				if !(v > 0 || v == 0 && !t.Prune) || v > 1+c.within && t.ScalingMix == 0 {
					c.Fatalf("step %d: weight %v in %s of unit %d", step, v, m.weight, u)
				}
				sum += v
				size++
			}
			if m.scaled && size > 0 && sum > 0 && math.Abs(sum-1) > c.within {
				c.Fatalf("step %d: weights in %s of unit %d add up to %v", step, m.weight, u, sum)
			}
		}
	}
}

// limits: where nothing is scaled, only a synapse that was born in the step may have more
// than w_max.
func (c *check) limits(s *state.State, regime sorn.Regime, step int64) {
	t := &c.spec.Sorn
	if regime.SS || !regime.STDP {
		return
	}
	from, before := s.Array(sorn.FromEE).Ints, c.before.Array(sorn.FromEE).Ints
	room, was := c.net.With(s).RoomEE, c.net.With(c.before).RoomEE
	for at, j := range from {
		first := at / room * was
		if j != sorn.Free && s.Array(sorn.WeightEE).At(at) > t.WMax+c.within && slices.Contains(before[first:first+was], j) {
			c.Fatalf("step %d: unit %d has a weight of %v from unit %d, and had that synapse before", step, at/room, s.Array(sorn.WeightEE).At(at), j)
		}
	}
}

// counts: what the step says that it did is what it did.
func (c *check) counts(sums []float64, after *state.State, step int64) {
	present := func(s *state.State, field string) (n float64) {
		for _, j := range s.Array(field).Ints {
			if j != sorn.Free {
				n++
			}
		}
		return n
	}
	ee, ei := present(c.before, sorn.FromEE), present(c.before, sorn.FromEI)
	if sums[sorn.SumEE] != ee || sums[sorn.SumEI] != ei {
		c.Errorf("step %d: %v and %v synapses are told, and there were %v and %v", step, sums[sorn.SumEE], sums[sorn.SumEI], ee, ei)
	}
	if want := ee + sums[sorn.SumBorn] - sums[sorn.SumPrunedEE]; present(after, sorn.FromEE) != want {
		c.Errorf("step %d: %v synapses ee, not %v", step, present(after, sorn.FromEE), want)
	}
	if want := ei - sums[sorn.SumPrunedEI]; present(after, sorn.FromEI) != want {
		c.Errorf("step %d: %v synapses ei, not %v", step, present(after, sorn.FromEI), want)
	}
	active := 0.0
	for _, x := range after.Array(sorn.XField).Bits {
		active += float64(x)
	}
	if sums[sorn.SumActiveE] != active {
		c.Errorf("step %d: %v units are told to be active, and %v are", step, sums[sorn.SumActiveE], active)
	}
	if most := math.Ceil(c.spec.Sorn.Births()); sums[sorn.SumBorn]+sums[sorn.SumDropped] > most {
		c.Errorf("step %d: %v births of at most %v", step, sums[sorn.SumBorn], most)
	}
}

// untouched: what no rule of the step is about keeps its bits, and a threshold moves by
// one of two steps.
func (c *check) untouched(after *state.State, regime sorn.Regime, step int64) {
	same := []string{sorn.FromIE, sorn.WeightIE, sorn.TiField}
	if !regime.Plastic() {
		same = append(same, sorn.FromEE, sorn.WeightEE, sorn.FromEI, sorn.WeightEI, sorn.TeField)
	}
	for _, name := range same {
		if !backendtest.Same(c.before.Array(name), after.Array(name)) {
			c.Errorf("step %d: field %s changed", step, name)
		}
	}
	t := &c.spec.Sorn
	if !regime.IP || t.Clamp || t.SigmaIP > 0 {
		return
	}
	for i := range t.NE {
		change := after.Array(sorn.TeField).At(i) - c.before.Array(sorn.TeField).At(i)
		want := -t.EtaIP * t.Target()
		if after.Array(sorn.XField).Bits[i] != 0 {
			want += t.EtaIP
		}
		if math.Abs(change-want) > c.within {
			c.Errorf("step %d: the threshold of unit %d moved by %v, not %v", step, i, change, want)
		}
	}
}

// TestIgnition: without noise and input version 0.3 of the package begins to fire when the
// least threshold has sunk below 0. Version 0.7 never does: thresholds sink to 0, which a
// drive of 0 is not above, and synapses are born all the while.
func TestIgnition(t *testing.T) {
	const steps = 1500
	for _, p := range sorn.Presets()[:2] {
		s := p.Spec
		s.Sorn.Noise = false
		for seed := range uint64(3) {
			b := backendtest.Opened(t, open, sorntest.Build(s), backend.Options{Precision: state.Double, Seeds: []uint64{seed}, Threads: 1})
			te := state.Values[float64](backendtest.Moment(t, b).Array(sorn.TeField))
			want := int(slices.Min(te)/(s.Sorn.EtaIP*s.Sorn.Target())) + 2
			sums := backendtest.Advance(t, b, steps)
			first, born := steps, 0.0
			for k := range steps {
				row := sums[k*sorn.Sums:][:sorn.Sums]
				if born += row[sorn.SumBorn]; row[sorn.SumActiveE] > 0 {
					first = min(first, k+1)
				}
			}
			last := sums[(steps-1)*sorn.Sums:]
			switch {
			case !s.Sorn.Clamp && first != want:
				t.Errorf("%s, seed %d: fires from step %d on, want %d", p.Name, seed, first, want)
			case s.Sorn.Clamp && (first < steps || last[sorn.SumTeMax] != 0 || born < 100):
				t.Errorf("%s, seed %d: fires from step %d on, the largest threshold is %v, %v synapses are born", p.Name, seed, first, last[sorn.SumTeMax], born)
			}
		}
	}
}

// TestFree: a network runs free.
func TestFree(t *testing.T) { sorntest.Free(t, open) }

// TestRoom: units get room for their synapses.
func TestRoom(t *testing.T) { sorntest.Room(t, open) }

// TestControls: a network that is steered is one whose eras say the same.
func TestControls(t *testing.T) { sorntest.Controls(t, open) }

// TestFed: a network that is fed makes the steps of one that draws the same inputs.
func TestFed(t *testing.T) { sorntest.Fed(t, open) }

// TestMillion: a network of 10^6 units fits, steps, and counts what there is.
func TestMillion(t *testing.T) {
	if !backendtest.Soak() {
		t.Skip("it takes a minute and 3 GB: make soak")
	}
	const units = 1_000_000
	s := sorn.Defaults()
	s.Sorn.NE, s.Sorn.TargetRate, s.Sorn.TypeIE = units, 0.1, sorn.Sparse
	if host, _ := s.Need(state.Single, 1); host > 4<<30 {
		t.Errorf("it needs %d bytes", host)
	}
	b := backendtest.Opened(t, open, sorntest.Build(s), backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	sums := backendtest.Advance(t, b, 3)[2*sorn.Sums:]
	x, err := b.Field(sorn.XField, nil)
	if err != nil {
		t.Fatal(err)
	}
	active := 0.0
	for _, bit := range x.Bits {
		active += float64(bit)
	}
	if active != sums[sorn.SumActiveE] || active == 0 || math.Abs(sums[sorn.SumEE]/units-19.5) > 0.1 {
		t.Errorf("%v units are active, and %v are told to be; %v synapses", active, sums[sorn.SumActiveE], sums[sorn.SumEE])
	}
}
