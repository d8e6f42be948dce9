package signals

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/signals/signalstest"
	"tnn-gpu/host/state"
)

// newTestAgents is a population of each kind of agents in double precision, whose terms
// are large enough that probabilities differ.
func newTestAgents(c signalstest.Case) (*agents[float64], *state.State) {
	s := c.Network.Start(state.Double, []uint64{7})
	for _, name := range []string{signals.SpeakerTerms, signals.SpeakerTable, signals.ListenerTerms, signals.ListenerTable} {
		if a := s.Array(name); a != nil {
			for i := range a.Len() {
				a.Set(i, 6*a.At(i))
			}
		}
	}
	for i := range s.Array(signals.Expected).Len() {
		s.Array(signals.Expected).Set(i, 0.1+0.05*float64(i%5))
	}
	g := newAgents[float64](c.Network, 0, 7)
	g.bind(s)
	return g, s
}

// terms are those of both agents in one list, and what puts such a list into their place.
func terms(g *agents[float64]) (list []float64, put func(list []float64)) {
	parts := [][]float64{g.pair.A, g.pair.K, g.pair.B, g.pair.G}
	for _, p := range parts {
		list = append(list, p...)
	}
	return list, func(list []float64) {
		for _, p := range parts {
			list = list[copy(p, list):]
		}
	}
}

// logarithms of the softmax of logits.
func logarithms(z []float64) []float64 {
	sum := 0.0
	for _, x := range z {
		sum += math.Exp(x)
	}
	out := make([]float64, len(z))
	for k, x := range z {
		out[k] = x - math.Log(sum)
	}
	return out
}

// climbed is what an update climbs, with the messages and advantages of its plays as they
// were: of the speaker advantage times the logarithm of the probability of each symbol,
// and lambda times the entropy; of the listener the logarithm of the probability of the
// truth.
func climbed(g *agents[float64], plays []sample[float64], expected []float64) float64 {
	sum, z, y := 0.0, make([]float64, g.game.Symbols), make([]float64, g.game.Values)
	for _, s := range plays {
		truth := [2]int{s.input / g.game.Values, s.input % g.game.Values}
		for position, symbol := range s.message {
			g.pair.Speak(z, position, truth[0], truth[1])
			l := logarithms(z)
			sum += (s.reward - expected[s.input]) * l[symbol]
			for _, q := range l {
				sum -= g.game.Entropy * math.Exp(q) * q
			}
		}
		for attribute, value := range truth {
			g.pair.Listen(y, attribute, s.message[0], s.message[1])
			sum += logarithms(y)[value]
		}
	}
	return sum
}

// An update goes by the rate along the gradient of what it climbs, by central
// differences, in every term of speakers and listeners of all kinds.
func TestGradients(t *testing.T) {
	for _, c := range signalstest.Cases() {
		if c.Network.Spec.Signals.Game != signals.AttributesGame {
			continue
		}
		g, _ := newTestAgents(c)
		before, put := terms(g)
		expected := append([]float64{}, g.pair.Expected...)
		g.advance(1)
		after, _ := terms(g)
		plays := g.samples
		want := fd.Gradient(nil, func(x []float64) float64 {
			put(x)
			return climbed(g, plays, expected)
		}, before, &fd.Settings{Formula: fd.Central, Step: 1e-5})
		moved := 0
		for k := range want {
			have := (after[k] - before[k]) / g.game.Rate
			if !(math.Abs(have-want[k]) < 1e-7) {
				t.Fatalf("%s: term %d goes by %v, the gradient is %v", c.Name, k, have, want[k])
			}
			if want[k] != 0 {
				moved++
			}
		}
		if moved < len(want)/3 {
			t.Errorf("%s: of %d terms %d have a gradient", c.Name, len(want), moved)
		}
	}
}

// What speakers take for a gradient is, in the mean over plays, that of the expected
// reward, whether the reward is a probability or that of a drawn act.
func TestScoresAreGradients(t *testing.T) {
	for _, c := range signalstest.Cases() {
		if c.Name != "table" && c.Name != "both" {
			continue
		}
		spec := *c.Network.Spec
		spec.Attributes.Entropy = 0
		c.Network = &signals.Network{Spec: &spec}
		g, s := newTestAgents(c)
		before, put := terms(g)
		speaker := len(g.pair.A) + len(g.pair.K)
		const updates = 4000
		sums, squares := make([]float64, speaker), make([]float64, speaker)
		for t := range uint32(updates) {
			for b := range g.samples {
				g.play(&g.samples[b], uint32(b), t+1)
				g.add(&g.samples[b])
			}
			for k, x := range append(append([]float64{}, g.gradient.A...), g.gradient.K...) {
				sums[k] += x
				squares[k] += x * x
			}
			clear(g.gradient.A)
			clear(g.gradient.K)
		}
		row := make([]float64, len(c.Network.Describe().Sums))
		want := fd.Gradient(nil, func(x []float64) float64 {
			put(append(append([]float64{}, x...), before[speaker:]...))
			c.Network.Measure(row, s, 0, 7)
			return row[0]
		}, before[:speaker], &fd.Settings{Formula: fd.Central, Step: 1e-5})
		worst := 0.0
		for k := range want {
			mean := sums[k] / updates
			deviation := math.Sqrt((squares[k]/updates - mean*mean) / updates)
			expected := want[k] * float64(len(g.samples))
			if deviation == 0 && math.Abs(expected) < 1e-9 {
				continue // a term of inputs that are held out
			}
			worst = math.Max(worst, math.Abs(mean-expected)/deviation)
		}
		t.Logf("%s: largest z of %d is %.2f", c.Name, speaker, worst)
		if !(worst < 4.5) {
			t.Errorf("%s: a derivative is %.1f standard errors from that of the expected reward", c.Name, worst)
		}
	}
}

// In the mean over plays the urns go as the replicator says: the share of a kind of balls
// by Drift over the balls of its urn and one.
func TestUrnsDriftAsReplicator(t *testing.T) {
	spec := signals.Defaults()
	l := &spec.Lewis
	l.Weights = []int{3, 1, 2}
	net := &signals.Network{Spec: spec}
	start := net.Start(state.Single, []uint64{5})
	speaker, listener := net.Urns(start, 0)
	copy(speaker, []int32{5, 2, 3, 1, 8, 1, 3, 3, 4})
	copy(listener, []int32{7, 1, 2, 2, 2, 6, 1, 5, 4})
	const balls, plays = 10, 200000
	shares := func(of []int32) (out []float64) {
		for _, b := range of {
			out = append(out, float64(b)/balls)
		}
		return out
	}
	wantSpeaker, wantListener := l.Drift(shares(speaker), shares(listener))
	u := newUrns(net, 0, 5)
	sums, squares := make([]float64, 18), make([]float64, 18)
	for t := range uint32(plays) {
		now := start.Clone()
		u.bind(now)
		u.advance(t + 1)
		for array, pair := range [][2][]int32{{u.speaker, speaker}, {u.listener, listener}} {
			for row := range 3 {
				total := int32(0)
				for _, b := range pair[0][3*row:][:3] {
					total += b
				}
				for k := 3 * row; k < 3*row+3; k++ {
					d := (float64(pair[0][k])/float64(total) - float64(pair[1][k])/balls) * (balls + 1)
					sums[9*array+k] += d
					squares[9*array+k] += d * d
				}
			}
		}
	}
	for k, want := range append(wantSpeaker, wantListener...) {
		mean := sums[k] / plays
		deviation := math.Sqrt((squares[k]/plays - mean*mean) / plays)
		if !(math.Abs(mean-want) < 4.5*deviation) {
			t.Errorf("kind %d goes by %.5f(%.5f), and by %.5f in the mean-field limit", k, mean, deviation, want)
		}
	}
}
