package codes

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codestest"
	"tnn-gpu/host/state"
)

// learner is a population in the middle of an update, of which gradients are compared.
type learner struct {
	*population[float64]
	*scratch[float64]
	pace codes.Pace[float64]
	t    int64
}

func newLearner(net *codes.Codes, t int64) *learner {
	s := net.Start(state.Double, []uint64{7})
	table := &net.Spec.Codes
	l := &learner{newPopulation[float64](net.Spec, s, 0, 7), newScratch(table, newScalar[float64](table)), codes.PaceAt[float64](table, t), t}
	for k := range l.e {
		l.e[k] *= 6 // so that binary codewords are neither coins nor frozen
		if !table.Channel.Binary() {
			l.e[k] /= 6
		}
	}
	return l
}

// mean of the losses of all samples, where a table e is sent and weights receive. As if
// the table were at present p.e, the straight and the dithered transmitter send signs
// plus the change of what the gradient takes for them.
func (l *learner) mean(e, weights []float64) float64 {
	table := l.table
	n, messages := table.N, table.Messages()
	present, now := make([]float64, len(e)), make([]float64, len(e))
	codes.Symbols(table, present, l.e)
	p := *l.population
	p.e, p.weights = e, weights
	codes.Symbols(table, now, e)
	copy(l.x, now)
	net := codes.NetOf(table, weights)
	sum := 0.0
	for i := range table.Batch() {
		switch table.Transmitter {
		case codes.Straight, codes.Dithered:
			copy(l.x, present) // decides the signs
		}
		p.send(i, uint32(l.t), false, l.scratch)
		y := slices.Clone(l.received[i*n:][:n])
		for j := range y {
			k := i%messages*n + j
			switch table.Transmitter {
			case codes.Straight:
				y[j] += (e[k] - l.e[k]) * l.noise[j]
			case codes.Dithered:
				y[j] += (now[k] - present[k]) * l.noise[j]
			}
		}
		h, d := make([]float64, table.Hidden), make([]float64, messages)
		net.Forward(h, d, y)
		sum += codes.Losses(d, i%messages)
	}
	return sum / float64(table.Batch())
}

// entropy of the dither of a table.
func ditherEntropy(e []float64) float64 {
	s := 0.0
	for _, v := range e {
		for _, q := range []float64{(1 + math.Tanh(v)) / 2, (1 - math.Tanh(v)) / 2} {
			s -= q * math.Log(q)
		}
	}
	return s
}

func compare(t *testing.T, what string, have, want []float64) {
	t.Helper()
	for k := range want {
		if !(math.Abs(have[k]-want[k]) < 1e-7) {
			t.Errorf("%s: derivative %d is %v, by differences %v", what, k, have[k], want[k])
			return
		}
	}
}

// Gradients are those of the free energy, by central differences: through the channel,
// the norm and tanh, by weights, and of the entropy in closed form.
func TestGradients(t *testing.T) {
	settings := &fd.Settings{Formula: fd.Central, Step: 1e-5}
	for _, c := range codestest.Cases() {
		table := &c.Network.Spec.Codes
		if table.Receiver == codes.Counts {
			continue
		}
		l := newLearner(c.Network, 1)
		if table.Transmitter == codes.Exact {
			want := fd.Gradient(nil, func(e []float64) float64 {
				p := *l.population
				s := newScratch(table, newScalar[float64](table))
				codes.Symbols(table, s.x, e)
				p.loss = []float64{0}
				p.exact(s)
				return p.loss[0] - l.pace.Temperature*ditherEntropy(e)
			}, l.e, settings)
			compare(t, c.Name, l.step(), want)
			continue
		}
		wantWeights := fd.Gradient(nil, func(w []float64) float64 { return l.mean(l.e, w) }, l.population.weights, settings)
		wantTable := fd.Gradient(nil, func(e []float64) float64 {
			loss := l.mean(e, l.population.weights)
			if table.Channel.Binary() {
				loss -= l.pace.Temperature * ditherEntropy(e)
			}
			return loss
		}, l.e, settings)
		have := l.step()
		compare(t, c.Name+", weights", scaled(l.weightsMean), wantWeights)
		if table.Transmitter != codes.Free && table.Transmitter != codes.Policy {
			compare(t, c.Name+", table", have, wantTable)
		}
	}
}

// step makes the update, and gives the gradient by the table that it took.
func (l *learner) step() []float64 {
	l.update(l.t, l.scratch)
	return scaled(l.eMean)
}

func scaled(mean []float64) []float64 {
	out := slices.Clone(mean)
	for k := range out {
		out[k] /= 1 - codes.KeepMean
	}
	return out
}

// What the policy and the free transmitter take for a gradient, without looking into the
// channel, is that of the mean loss but for its noise, and for the factor 1 - 1/copies,
// as the mean that is subtracted has the sample itself in it.
func TestScoresAreGradients(t *testing.T) {
	for _, test := range []struct {
		name    string
		samples int
	}{{"policy", 20000}, {"free", 10000}} {
		var of codestest.Case
		for _, c := range codestest.Cases() {
			if c.Name == test.name {
				of = c
			}
		}
		table := of.Network.Spec.Codes
		table.Anneal, table.Copies = 0, 4
		if test.name == "free" {
			table.Exploration = 0.05 // the loss is smoothed over so much
		}
		net := &codes.Codes{Spec: &codes.Spec{Codes: table}}
		sums, squares := make([]float64, table.Messages()*table.N), make([]float64, table.Messages()*table.N)
		for i := range test.samples {
			l := newLearner(net, int64(codes.Turn+1+i/codes.Turn*2*codes.Turn+i%codes.Turn))
			for k, g := range l.step() {
				sums[k] += g
				squares[k] += g * g
			}
		}
		want := fd.Gradient(nil, func(e []float64) float64 { return expected(net, e) }, newLearner(net, 1).e, &fd.Settings{Formula: fd.Central, Step: 1e-4})
		worst := 0.0
		for k := range sums {
			mean := sums[k] / float64(test.samples)
			deviation := math.Sqrt((squares[k]/float64(test.samples) - mean*mean) / float64(test.samples))
			z := (mean - want[k]*(1-1/float64(table.Copies))) / deviation
			worst = math.Max(worst, math.Abs(z))
		}
		t.Log(test.name, "largest z of", len(sums), "is", fmt.Sprintf("%.2f", worst))
		if !(worst < 4.5) {
			t.Errorf("%s: a derivative is %.1f standard errors from that of the mean loss", test.name, worst)
		}
	}
}

// expected is the mean loss of a table: over all signs and flips, or over many draws of
// Gaussian noise, the same for every table.
func expected(net *codes.Codes, e []float64) float64 {
	l := newLearner(net, 1)
	table := l.table
	if !table.Channel.Binary() {
		sum := 0.0
		const draws = 1000
		for t := range int64(draws) {
			l.t = t + 1
			sum += l.mean(e, l.population.weights) / draws
		}
		return sum
	}
	n, messages, p := table.N, table.Messages(), table.TrainAt
	receiver := codes.NetOf(table, l.population.weights)
	h, d, sum := make([]float64, table.Hidden), make([]float64, messages), 0.0
	for m := range messages {
		for y := range 1 << n {
			likely, received := 1.0, make([]float64, n)
			for j := range n {
				received[j] = float64(2*(y>>j&1) - 1)
				likely *= (1 + (1-2*p)*math.Tanh(e[m*n+j])*received[j]) / 2
			}
			receiver.Forward(h, d, received)
			sum += likely * codes.Losses(d, m) / float64(messages)
		}
	}
	return sum
}
