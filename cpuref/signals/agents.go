package signals

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// agents is a population that names two attributes (docs/signals.md section 2).
type agents[F fmath.Float] struct {
	net        *signals.Network
	game       *signals.AttributesTable
	replica    int
	population uint32
	key        [2]uint32
	inputs     []int // that are trained
	rates      signals.Rates[F]

	pair     signals.Pair[F]
	samples  []sample[F]
	gradient signals.Pair[F] // A, K, B, G of what a batch adds
}

// sample is a play of a batch.
type sample[F fmath.Float] struct {
	input   int
	message [2]int
	reward  F
	said    [2][]F // by position: what it adds to the logits of symbols
	named   [2][]F // by attribute: what it adds to the logits of values
}

func newAgents[F fmath.Float](net *signals.Network, replica int, key uint64) *agents[F] {
	a := &net.Of(replica).Attributes
	g := &agents[F]{
		net: net, game: a, replica: replica, population: net.Population(replica), key: rng.Key(key),
		inputs: net.TrainedInputs(rng.Key(key), replica), rates: signals.RatesOf[F](a), samples: make([]sample[F], a.Batch),
	}
	for b := range g.samples {
		for k := range 2 {
			g.samples[b].said[k], g.samples[b].named[k] = make([]F, a.Symbols), make([]F, a.Values)
		}
	}
	return g
}

func (g *agents[F]) bind(s *state.State) {
	g.pair = signals.PairOf[F](g.net, s, g.replica)
	g.gradient = signals.Pair[F]{
		A: make([]F, len(g.pair.A)), K: make([]F, len(g.pair.K)),
		B: make([]F, len(g.pair.B)), G: make([]F, len(g.pair.G)),
	}
}

// advance makes update t. Device twin: signals_update.
func (g *agents[F]) advance(t uint32) {
	for b := range g.samples {
		g.play(&g.samples[b], uint32(b), t)
	}
	for b := range g.samples {
		g.add(&g.samples[b])
	}
	for _, of := range [][2][]F{{g.pair.A, g.gradient.A}, {g.pair.K, g.gradient.K}, {g.pair.B, g.gradient.B}, {g.pair.G, g.gradient.G}} {
		terms, gradient := of[0], of[1]
		for k, x := range gradient {
			terms[k] += F(g.rates.Rate * x)
			gradient[k] = 0
		}
	}
	for b := range g.samples {
		s := &g.samples[b]
		g.pair.Expected[s.input] += F(g.rates.Baseline * (s.reward - g.pair.Expected[s.input]))
	}
}

// play makes play b of update t: a message, the reward, and what both add to the
// logits. Device twin: signals_sample.
func (g *agents[F]) play(s *sample[F], b, t uint32) {
	x, x0, x1, _ := rng.Draw(g.population, b, t, rng.AttributePlay, g.key)
	s.input = g.inputs[int(uint64(x)*uint64(len(g.inputs))>>32)]
	truth := [2]int{s.input / g.pair.Values, s.input % g.pair.Values}
	for position, word := range [2]uint32{x0, x1} {
		p := s.said[position]
		g.pair.Speak(p, position, truth[0], truth[1])
		signals.Softmax(p)
		s.message[position] = signals.Sampled(p, word)
	}
	s.reward = 0
	var acts [2]uint32
	if g.game.Reward == signals.Act {
		acts[0], acts[1], _, _ = rng.Draw(g.population, b, t, rng.ListenerAct, g.key)
	}
	for attribute, value := range truth {
		y := s.named[attribute]
		g.pair.Listen(y, attribute, s.message[0], s.message[1])
		signals.Softmax(y)
		if g.game.Reward == signals.Probability {
			s.reward += F(0.5 * y[value])
		} else if signals.Sampled(y, acts[attribute]) == value {
			s.reward += 0.5
		}
		for k := range y {
			y[k] = -y[k]
		}
		y[value]++
	}
	advantage := s.reward - g.pair.Expected[s.input]
	for position := range 2 {
		g.score(s.said[position], s.message[position], advantage)
	}
}

// score turns the probabilities of symbols into what a play adds to their logits: the
// advantage times the score of the symbol that was sent, and lambda times the gradient
// of the entropy. Device twin: signals_score.
func (g *agents[F]) score(p []F, sent int, advantage F) {
	entropy := F(0)
	for _, q := range p {
		entropy -= F(q * fmath.Log(max(q, g.rates.Smallest)))
	}
	for k, q := range p {
		slope := F(-q * (fmath.Log(max(q, g.rates.Smallest)) + entropy))
		hit := F(0)
		if k == sent {
			hit = 1
		}
		p[k] = F(advantage*(hit-q)) + F(g.rates.Entropy*slope)
	}
}

// add adds a play to the gradient. Each of its numbers gets its plays in ascending
// order. Device twin: signals_learn.
func (g *agents[F]) add(s *sample[F]) {
	i, v := g.pair.Values, g.pair.Symbols
	first, second := s.input/i, s.input%i
	for position, d := range s.said {
		if g.pair.A != nil {
			addTo(g.gradient.A[(2*position*i+first)*v:], d)
			addTo(g.gradient.A[((2*position+1)*i+second)*v:], d)
		}
		if g.pair.K != nil {
			addTo(g.gradient.K[(position*i*i+s.input)*v:], d)
		}
	}
	for attribute, d := range s.named {
		if g.pair.B != nil {
			addTo(g.gradient.B[(2*attribute*v+s.message[0])*i:], d)
			addTo(g.gradient.B[((2*attribute+1)*v+s.message[1])*i:], d)
		}
		if g.pair.G != nil {
			addTo(g.gradient.G[((attribute*v+s.message[0])*v+s.message[1])*i:], d)
		}
	}
}

func addTo[F fmath.Float](to, d []F) {
	for k, x := range d {
		to[k] += x
	}
}
