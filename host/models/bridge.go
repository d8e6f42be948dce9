package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codesscan"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
)

// What two models have to do with each other stands here, as their rooms do not know
// each other.

// codesKinds are the experiments with codes, and the bridge to Hopfield networks.
func codesKinds() []experiment.Kind {
	kinds := codesscan.Kinds()
	blocks := kinds[0]
	return append(kinds, experiment.Kind{
		Name: "codes-memories", Doc: "block errors of learned codes beside Hamming's code, decoded by associative memories",
		Besides: []experiment.Beside{
			{Outcome: "learned", Other: "hamming", Name: "Hamming (7,4)"}, {Outcome: "learned", Other: "quadratic", Name: "quadratic memory"},
			{Outcome: "learned", Other: "cubic", Name: "cubic memory"}, {Outcome: "learned", Other: "exponential", Name: "exponential memory"},
		},
		New: func(lab experiment.Lab, base model.Spec) (experiment.Runner, error) {
			t := &base.(*codes.Spec).Codes
			if t.Channel != codes.BSC || t.K != 4 || t.N != 7 {
				return nil, errors.New("codes beside Hamming's have k = 4 and n = 7, and its memories decode flips: use codes.channel = bsc")
			}
			learn, err := blocks.New(lab, base)
			return &memories{learn, lab, t.Evaluate}, err
		},
	})
}

func codesScans() []experiment.Preset {
	return append(codesscan.Presets(), experiment.Preset{
		Name: "codes-memories", Doc: "block error against p of learned codes, and of Hamming's code decoded by quadratic, cubic and exponential memories", File: `format = 1
base = "codes-policy"
experiment = "codes-memories"
set = ["codes.updates=30000", "codes.evaluate=[0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2]"]
seeds = { count = 10 }
figure = { x = "point", quantity = ["learned"] }

[[axis]]
key = "codes.anneal"
values = [0.045]
`})
}

// memories measures block errors of codes that learn, and of Hamming's code whose 16
// codewords an associative memory recalls from what is received.
type memories struct {
	learn  experiment.Runner
	lab    experiment.Lab
	points []float64
}

// Along implements experiment.Placed.
func (m *memories) Along() (model.Column, []float64) { return m.learn.(experiment.Placed).Along() }

// AtOnce implements experiment.Runner.
func (m *memories) AtOnce() int { return m.learn.AtOnce() }

// kinds of memories, by their outcomes.
var memoryKinds = []struct {
	name, doc string
	network   hopfield.NetworkSpec
}{
	{"quadratic", "decoded by a memory with F(x) = x^2, Hebb's rule", hopfield.NetworkSpec{Rule: hopfield.Polynomial, Degree: 2}},
	{"cubic", "decoded by a memory with F(x) = x^3", hopfield.NetworkSpec{Rule: hopfield.Polynomial, Degree: 3}},
	{"exponential", "decoded by a memory with F(x) = exp x", hopfield.NetworkSpec{Rule: hopfield.Exponential, Beta: 1}},
}

// Outcomes implements experiment.Runner.
func (m *memories) Outcomes() []model.Column {
	out := []model.Column{
		{Name: "learned", Title: "learned code", Unit: "1", Doc: "block error of the code that has learned, with its receiver"},
		{Name: "hamming", Title: "Hamming (7,4)", Unit: "1", Doc: "block error of Hamming's code at best decoding, which no code surpasses"},
	}
	for _, k := range memoryKinds {
		out = append(out, model.Column{Name: k.name, Title: k.name + " memory", Unit: "1", Doc: "block error of Hamming's code, " + k.doc})
	}
	return out
}

// Run implements experiment.Runner.
func (m *memories) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results, err := m.learn.Run(ctx, trials)
	if err != nil {
		return nil, err
	}
	columns := map[string]int{}
	for i, c := range m.learn.Outcomes() {
		columns[c.Name] = i
	}
	for r, t := range trials {
		var ends [][]int
		for _, k := range memoryKinds {
			to, err := m.recall(k.network, t)
			if err != nil {
				return nil, fmt.Errorf("%s memory: %w", k.name, err)
			}
			ends = append(ends, to)
		}
		var values []float64
		for i, p := range m.points {
			of := results[r].Values[i*len(columns):]
			values = append(values, of[columns["block_error"]], of[columns["hamming_soft"]])
			for _, to := range ends {
				values = append(values, errorOf(to, t.Spec, p))
			}
		}
		results[r] = experiment.Result{Values: values}
	}
	return results, nil
}

// errorOf is the block error where each output is decoded to a word.
func errorOf(to []int, spec model.Spec, p float64) float64 {
	likely, right, is := codes.Flips(&spec.(*codes.Spec).Codes, p), 0.0, map[int]bool{}
	for _, w := range codes.Hamming() {
		is[int(w)] = true
	}
	for y, w := range to {
		if is[w] {
			right += likely[y^w]
		}
	}
	return 1 - right/16
}

// recall gives the words in which recalls from all 2^7 outputs end.
func (m *memories) recall(network hopfield.NetworkSpec, t experiment.Trial) ([]int, error) {
	const n, outputs = 7, 1 << 7
	spec := hopfield.Defaults()
	spec.Network, spec.Recall.Sweeps = network, 50
	for _, w := range codes.Hamming() {
		spec.Patterns.Texts = append(spec.Patterns.Texts, signs(int(w), n))
	}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	net, err := spec.Build(t.Seed, nil)
	if err != nil {
		return nil, err
	}
	b, err := m.lab.Open(net, slices.Repeat([]uint64{spec.Key(t.Seed, t.Number, 1)}, outputs))
	if err != nil {
		return nil, err
	}
	defer b.Close()
	s, err := b.State()
	if err != nil {
		return nil, err
	}
	values := s.Array(hopfield.StateField)
	for i := range values.Len() {
		values.Set(i, float64(2*(i/n>>(i%n)&1)-1))
	}
	if err := b.SetState(s); err != nil {
		return nil, err
	}
	if _, err := b.Advance(spec.Recall.Sweeps); err != nil {
		return nil, err
	}
	if s, err = b.State(); err != nil {
		return nil, err
	}
	to := make([]int, outputs)
	for i, v := range s.Array(hopfield.StateField).Ints {
		if v > 0 {
			to[i/n] |= 1 << (i % n)
		}
	}
	return to, nil
}

// signs writes a word of n bits as a text of + and -.
func signs(word, n int) string {
	var b strings.Builder
	for j := range n {
		b.WriteByte("-+"[word>>j&1])
	}
	return b.String()
}
