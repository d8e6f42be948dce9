package signals

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Pair are the speaker and the listener of a population: parts of a state. Arrays that
// their kinds do not have are nil.
type Pair[F fmath.Float] struct {
	Values, Symbols int
	A               []F // [position][attribute][value][symbol]
	K               []F // [position][first value][second value][symbol]
	B               []F // [attribute][position][symbol][value]
	G               []F // [attribute][symbol 0][symbol 1][value]
	Expected        []F // [first value][second value]
}

// PairOf are the agents of a replica in a state.
func PairOf[F fmath.Float](n *Network, s *state.State, replica int) Pair[F] {
	part := func(name string) []F {
		a := s.Array(name)
		if a == nil {
			return nil
		}
		each := a.Len() / s.Replicas
		return state.Values[F](a)[replica*each : (replica+1)*each]
	}
	t := &n.Spec.Attributes
	return Pair[F]{t.Values, t.Symbols, part(SpeakerTerms), part(SpeakerTable), part(ListenerTerms), part(ListenerTable), part(Expected)}
}

// Rates are the numbers of an update, rounded once.
type Rates[F fmath.Float] struct {
	Rate, Baseline, Entropy F
	Smallest                F // probability of which a logarithm is taken, which keeps it finite
}

// RatesOf are those of a specification.
func RatesOf[F fmath.Float](a *AttributesTable) Rates[F] {
	return Rates[F]{F(a.Rate), F(a.Baseline), F(a.Entropy), 1e-37}
}

// Speak gives the logits of the symbols at a position for an input. Device twin:
// signals_speak.
func (p *Pair[F]) Speak(z []F, position, first, second int) {
	i, v := p.Values, p.Symbols
	for k := range z {
		sum := F(0)
		if p.A != nil {
			sum = p.A[(2*position*i+first)*v+k] + p.A[((2*position+1)*i+second)*v+k]
		}
		if p.K != nil {
			sum += p.K[((position*i+first)*i+second)*v+k]
		}
		z[k] = sum
	}
}

// Listen gives the logits of the values of an attribute after a message. Device twin:
// signals_listen.
func (p *Pair[F]) Listen(y []F, attribute, symbol0, symbol1 int) {
	i, v := p.Values, p.Symbols
	for k := range y {
		sum := F(0)
		if p.B != nil {
			sum = p.B[(2*attribute*v+symbol0)*i+k] + p.B[((2*attribute+1)*v+symbol1)*i+k]
		}
		if p.G != nil {
			sum += p.G[((attribute*v+symbol0)*v+symbol1)*i+k]
		}
		y[k] = sum
	}
}

// Softmax turns logits into probabilities. Device twin: signals_softmax.
func Softmax[F fmath.Float](z []F) {
	largest := z[0]
	for _, x := range z[1:] {
		if x > largest {
			largest = x
		}
	}
	sum := F(0)
	for k, x := range z {
		z[k] = fmath.Exp(x - largest)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
}

// Sampled is the first index at which the running sum of probabilities exceeds a uniform
// number, or the last one. Device twin: signals_sampled.
func Sampled[F fmath.Float](p []F, word uint32) int {
	u, sum := rng.Uniform[F](word), F(0)
	for k, x := range p[:len(p)-1] {
		if sum += x; sum > u {
			return k
		}
	}
	return len(p) - 1
}

// likeliest is the first index of the largest logit.
func likeliest[F fmath.Float](z []F) int {
	best := 0
	for k, x := range z {
		if x > z[best] {
			best = k
		}
	}
	return best
}

// Messages are the likeliest messages of all inputs, two symbols each.
func (p *Pair[F]) Messages() []int {
	z := make([]F, p.Symbols)
	out := make([]int, 0, 2*p.Values*p.Values)
	for first := range p.Values {
		for second := range p.Values {
			for position := range 2 {
				p.Speak(z, position, first, second)
				out = append(out, likeliest(z))
			}
		}
	}
	return out
}

// Named tells of each input whether its message makes the listener name it rightly.
func (p *Pair[F]) Named(messages []int) []bool {
	y := make([]F, p.Values)
	out := make([]bool, p.Values*p.Values)
	for input := range out {
		right := true
		for attribute, truth := range [2]int{input / p.Values, input % p.Values} {
			p.Listen(y, attribute, messages[2*input], messages[2*input+1])
			right = right && likeliest(y) == truth
		}
		out[input] = right
	}
	return out
}

// reward is the expected reward of trained inputs, and the entropy of their symbols in
// bits.
func (p *Pair[F]) reward(trained []int) (reward, entropy float64) {
	i, v := p.Values, p.Symbols
	answers := make([]F, 2*v*v*i)
	for attribute := range 2 {
		for message := range v * v {
			y := answers[(attribute*v*v+message)*i:][:i]
			p.Listen(y, attribute, message/v, message%v)
			Softmax(y)
		}
	}
	said := [2][]F{make([]F, v), make([]F, v)}
	for _, input := range trained {
		first, second := input/i, input%i
		for position, z := range said {
			p.Speak(z, position, first, second)
			Softmax(z)
			for _, q := range z {
				if q > 0 {
					entropy -= float64(float64(q) * fmath.Log(float64(q)))
				}
			}
		}
		for message := range v * v {
			right := float64(answers[message*i+first]) + float64(answers[(v*v+message)*i+second])
			reward += float64(float64(said[0][message/v]) * float64(said[1][message%v]) * right)
		}
	}
	half := 1 / float64(2*len(trained))
	return reward * half, entropy * half * bitsPerNat
}

const bitsPerNat = 1.4426950408889634

// pairSums are the columns of a population.
func (n *Network) pairSums(sums []float64, trained []bool, reward, entropy float64, messages []int, named []bool) {
	a := &n.Spec.Attributes
	train, held := 0, 0
	for input, right := range named {
		switch {
		case right && trained[input]:
			train++
		case right:
			held++
		}
	}
	of := len(named) - a.held()
	perfect := 0.0
	if train == of {
		perfect = 1
	}
	row := append(make([]float64, 0, 7), reward, float64(train)/float64(of))
	if a.held() > 0 {
		row = append(row, float64(held)/float64(a.held()))
	}
	row = append(row, Similarity(messages, a.Values), Posdis(messages, a.Values), perfect, entropy)
	copy(sums, row)
}

// Trained tells of each input whether a population trains it. Inputs are visited in an
// order of the population's own, and held out unless a value would be left without one
// that is trained, until there are enough (section 2).
func (n *Network) Trained(key [2]uint32, replica int) []bool {
	a := &n.Of(replica).Attributes
	i := a.Values
	trained := make([]bool, i*i)
	rows, columns := make([]int, i), make([]int, i)
	for input := range trained {
		trained[input] = true
		rows[input/i]++
		columns[input%i]++
	}
	left := a.held()
	for _, input := range shuffled(i*i, key, n.Population(replica), rng.HeldOut) {
		if left == 0 {
			break
		}
		if row, column := &rows[input/i], &columns[input%i]; *row > 1 && *column > 1 {
			trained[input] = false
			*row--
			*column--
			left--
		}
	}
	return trained
}

// TrainedInputs lists the inputs that a population trains, ascending.
func (n *Network) TrainedInputs(key [2]uint32, replica int) []int {
	var out []int
	for input, is := range n.Trained(key, replica) {
		if is {
			out = append(out, input)
		}
	}
	return out
}

// shuffled is an order of n items: item k changes places with one of k, .., n-1, by
// word 0 of counter (number, k, 0).
func shuffled(n int, key [2]uint32, number uint32, purpose rng.Purpose) []int {
	order := make([]int, n)
	for k := range order {
		order[k] = k
	}
	for k := range n - 1 {
		x, _, _, _ := rng.Draw(number, uint32(k), 0, purpose, key)
		other := k + int(uint64(x)*uint64(n-k)>>32)
		order[k], order[other] = order[other], order[k]
	}
	return order
}

// startScale is the deviation of all terms at the start.
const startScale = 0.1

// Start is the state at step 0 of populations with these keys.
func (n *Network) Start(p state.Precision, keys []uint64) *state.State {
	s := n.NewState(p, len(keys))
	if n.Spec.Signals.Game == LewisGame {
		for _, name := range []string{SpeakerUrns, ListenerUrns} {
			balls := s.Array(name).Ints
			for i := range balls {
				balls[i] = 1
			}
		}
		return s
	}
	for array, name := range []string{SpeakerTerms, SpeakerTable, ListenerTerms, ListenerTable} {
		a := s.Array(name)
		if a == nil {
			continue
		}
		each := a.Len() / len(keys)
		for r, key := range keys {
			if p == state.Double {
				drawStart(state.Values[float64](a)[r*each:][:each], rng.Key(key), n.Population(r), uint32(array))
			} else {
				drawStart(state.Values[float32](a)[r*each:][:each], rng.Key(key), n.Population(r), uint32(array))
			}
		}
	}
	return s
}

func drawStart[F fmath.Float](terms []F, key [2]uint32, population, array uint32) {
	for i := range terms {
		x, y, _, _ := rng.Draw(population, uint32(i), array, rng.AgentStart, key)
		terms[i] = F(startScale * rng.Normal[F](x, y))
	}
}
