// Package sorntest holds networks that the backends of self-organising recurrent
// networks are tested with.
package sorntest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// SuiteSteps is how many steps go through all eras of a catalogue's networks.
const SuiteSteps = 20

// Presets are those of the model with so many units, in eras so short that a few steps
// go through all of them.
func Presets(units int) []backendtest.Case {
	var out []backendtest.Case
	for _, p := range sorn.Presets() {
		Resize(p.Spec, units)
		out = append(out, backendtest.Case{Name: fmt.Sprintf("%s with %d units", p.Name, units), Net: Build(p.Spec)})
	}
	return out
}

// Resize gives a network so many units, and eras of 8 steps before the last.
func Resize(s *sorn.Spec, units int) {
	t := &s.Sorn
	t.NE, t.NU = units, min(t.NU, units)
	t.LambdaEE, t.LambdaEI, t.LambdaIE = min(t.LambdaEE, units/2), min(t.LambdaEI, units), min(t.LambdaIE, units)
	if t.TargetRate == 0 {
		t.TargetRate = 0.1
	}
	if s.Input.PoolSize > 0 && 10*s.Input.PoolSize > units {
		s.Input.PoolSize, s.Input.Overlap = min(3, units), true
	}
	for i := range len(s.Eras) - 1 {
		s.Eras[i].Steps = 8
	}
}

// Variants are small networks that each have something that no preset has.
func Variants() []backendtest.Case {
	change := func(name string, with func(s *sorn.Spec)) backendtest.Case {
		s := sorn.Defaults()
		Resize(s, 60)
		s.Input.Kind = sorn.Uniform
		with(s)
		return backendtest.Case{Name: name, Net: Build(s)}
	}
	return []backendtest.Case{
		change("fast rules", func(s *sorn.Spec) {
			s.Sorn.EtaSTDP, s.Sorn.EtaInhib, s.Sorn.EtaIP, s.Sorn.SPProb, s.Sorn.SPWeight = 0.1, 0.1, 0.05, 7.5, 0.05
		}),
		change("dense matrices", func(s *sorn.Spec) { s.Sorn.TypeEE, s.Sorn.TypeEI = sorn.Dense, sorn.Dense }),
		change("sparse Wie", func(s *sorn.Spec) { s.Sorn.TypeIE, s.Sorn.LambdaIE, s.Sorn.Degree = sorn.Sparse, 20, sorn.Binomial }),
		change("weights up to 0.2", func(s *sorn.Spec) { s.Sorn.WMax, s.Sorn.EtaSTDP = 0.2, 0.05 }),
		change("births above the largest weight", func(s *sorn.Spec) { s.Sorn.WMax, s.Sorn.SPWeight, s.Sorn.SPProb, s.Sorn.TeMin = 0.3, 0.9, 2, 0.9 }),
		change("the same without scaling", func(s *sorn.Spec) {
			s.Sorn.WMax, s.Sorn.SPWeight, s.Sorn.SPProb, s.Sorn.TeMin, s.Sorn.Freeze = 0.3, 0.9, 2, 0.9, []sorn.Rule{sorn.SS}
		}),
		change("no scaling", func(s *sorn.Spec) { s.Sorn.Freeze, s.Sorn.EtaSTDP = []sorn.Rule{sorn.SS}, 0.05 }),
		change("weights stay", func(s *sorn.Spec) { s.Sorn.Prune, s.Sorn.EtaSTDP, s.Sorn.EtaInhib = false, 0.1, 0.1 }),
		change("mixed scaling and births", func(s *sorn.Spec) { s.Sorn.ScalingMix, s.Sorn.SPProb, s.Sorn.EtaSTDP = 0.3, 2, 0.05 }),
		change("rates of their own", func(s *sorn.Spec) { s.Sorn.SigmaIP, s.Sorn.Clamp = 0.05, true }),
		change("new inhibition and strong input", func(s *sorn.Spec) {
			s.Sorn.Inhibition, s.Input.Kind, s.Input.Units = sorn.New, sorn.Strong, 4
		}),
		change("normal inputs into pools", func(s *sorn.Spec) {
			s.Input.Kind, s.Input.Mean, s.Input.PoolSize, s.Input.Overlap = sorn.Gaussian, 0.2, 7, true
		}),
		change("sentences with pauses", func(s *sorn.Spec) {
			s.Input.Kind, s.Input.Words, s.Input.Blank = sorn.Words, []string{"AB_C", "D", "EFA"}, 2
			s.Input.Transitions = []float64{0, 1, 0, 0.5, 0, 0.5, 0.25, 0.25, 0.5}
		}),
		change("a chain of symbols", func(s *sorn.Spec) {
			s.Input.Kind, s.Input.Words, s.Input.Transitions = sorn.Markov, []string{"A", "B"}, []float64{0.5, 0.5, 1, 0}
		}),
		change("labels", func(s *sorn.Spec) { s.Input.Kind, s.Input.Alphabet, s.Input.Units = sorn.OneHot, 6, 10 }),
		change("random symbols, then no input, shuffled and frozen", func(s *sorn.Spec) {
			s.Input.Kind, s.Input.Alphabet, s.Input.PoolSize = sorn.RandomSequence, 5, 4
			s.Eras = []sorn.EraSpec{
				{Steps: 7, Phase: "Plasticity", Input: true}, {Steps: 5, Phase: sorn.Plasticity, Freeze: []sorn.Rule{sorn.STDP, sorn.SP}, Shuffle: true},
				{Steps: 1000, Phase: "TRAINING", Input: true, Shuffle: true},
			}
		}),
	}
}

// Build makes the network of a specification that is valid.
func Build(s *sorn.Spec) *sorn.Network {
	if err := s.Validate(); err != nil {
		panic(err)
	}
	n, err := s.Build(0, nil)
	if err != nil {
		panic(err)
	}
	return n.(*sorn.Network)
}

// LittleRoom is a network whose units need more slots than they begin with.
func LittleRoom() backendtest.Case {
	s := sorn.Defaults()
	Resize(s, 60)
	s.Input.Kind = sorn.Uniform
	s.Sorn.Room, s.Sorn.SPProb, s.Sorn.EtaSTDP = 25, 20.5, 0.001
	return backendtest.Case{Name: "little room", Net: Build(s)}
}

// Free checks that a network which runs free is shown what its states predict: that a
// symbol is read from the states before the step, whatever batch the step is in. It gives
// the network.
func Free(t *testing.T, open backend.Open) *sorn.Network {
	const units, symbols, steps = 60, 4, 40
	random := rand.New(rand.NewPCG(8, 9))
	weights, rows := make([][symbols]float64, 1+units), "unit,A,B,C,D\n"
	for i := range weights {
		rows += fmt.Sprint(i - 1)
		for k := range weights[i] {
			weights[i][k] = random.NormFloat64()
			rows += fmt.Sprintf(",%v", weights[i][k])
		}
		rows += "\n"
	}
	s := sorn.Defaults()
	Resize(s, units)
	s.Input = sorn.InputSpec{Kind: sorn.Words, Words: []string{"ABC", "DB"}, Readout: filepath.Join(t.TempDir(), "readout.csv"), PoolSize: 5, Blank: 1}
	if err := os.WriteFile(s.Input.Readout, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	net := Build(s)
	o := backend.Options{Precision: state.Single, Seeds: []uint64{5, 6}}
	single, batch := backendtest.Opened(t, open, net, o), backendtest.Opened(t, open, net, o)
	shown := map[int32]bool{}
	for step := range steps {
		before := backendtest.Moment(t, single).Array(sorn.XField).Bits
		backendtest.Advance(t, single, 1)
		task := backendtest.Moment(t, single).Array(sorn.TaskName).Ints
		for r := range o.Seeds {
			best := make([]float64, symbols)
			for k := range best {
				best[k] = weights[0][k]
				for i := range units {
					best[k] += weights[1+i][k] * float64(before[r*units+i])
				}
			}
			want := int32(slices.Index(best, slices.Max(best))) + 1
			if have := task[(r+1)*sorn.TaskItems-1]; have != want {
				t.Errorf("step %d of replica %d: symbol %d, want %d", step+1, r, have, want)
			}
			shown[want] = true
		}
	}
	if len(shown) < 2 {
		t.Errorf("only %v are shown", shown)
	}
	backendtest.Advance(t, batch, steps)
	if d := backendtest.Differ(net, backendtest.Moment(t, single), backendtest.Moment(t, batch)); d != "" {
		t.Errorf("step by step against a batch: %s", d)
	}
	return net
}

// Room checks that units get more slots when their synapses need them, and that nothing
// else depends on when they do: on how steps are dealt out, or where a run went on.
func Room(t *testing.T, open backend.Open) {
	build := func(room int) *sorn.Network {
		s := sorn.Defaults()
		Resize(s, 300)
		s.Sorn.SPProb, s.Sorn.Room, s.Sorn.Noise = 80, room, true
		return Build(s)
	}
	const steps = 60
	little, enough := build(25), build(299)
	o := backend.Options{Precision: state.Double, Seeds: []uint64{1, 2, 3}}
	want, have, parts := backendtest.Opened(t, open, enough, o), backendtest.Opened(t, open, little, o), backendtest.Opened(t, open, little, o)
	rows := backendtest.Advance(t, want, steps)
	if d := backendtest.DifferRows(little, 0, len(o.Seeds), rows, backendtest.Advance(t, have, steps)); d != "" {
		t.Errorf("with little room: %s", d)
	}
	var dealt []float64
	for _, n := range []int{1, 11, 0, 18, steps - 30} {
		dealt = append(dealt, backendtest.Advance(t, parts, n)...)
		s := backendtest.Moment(t, parts)
		if err := little.CheckState(s, s.Precision, s.Replicas); err != nil {
			t.Fatal(err)
		}
		if err := parts.SetState(s); err != nil {
			t.Fatal(err)
		}
	}
	if d := backendtest.DifferRows(little, 0, len(o.Seeds), rows, dealt); d != "" {
		t.Errorf("with little room, and states that are set: %s", d)
	}
	s, again := backendtest.Moment(t, have), backendtest.Moment(t, parts)
	if d := backendtest.Differ(little, s, again); d != "" {
		t.Errorf("with little room, and states that are set: %s", d)
	}
	if grown := little.With(s); grown.RoomEE != 50 && grown.RoomEE != 100 && grown.RoomEE != 200 {
		t.Errorf("units have room for %d synapses", grown.RoomEE)
	}
	for r := range o.Seeds {
		if a, b := enough.ArraysOf(backendtest.Moment(t, want), r), little.ArraysOf(s, r); !reflect.DeepEqual(a, b) {
			t.Errorf("replica %d is another network", r)
		}
	}

	// A state with more room, or less, is one of the network, too.
	for _, to := range []backend.Backend{want, backendtest.Opened(t, open, little, o)} {
		if err := to.SetState(s); err != nil {
			t.Fatal(err)
		}
	}
	if d := backendtest.DifferRows(little, 0, len(o.Seeds), backendtest.Advance(t, have, 9), backendtest.Advance(t, want, 9)); d != "" {
		t.Errorf("after a state with less room: %s", d)
	}
}

// Fed checks that a backend that is fed what another network draws makes the same steps,
// and that it refuses to go on without inputs.
func Fed(t *testing.T, open backend.Open) {
	const seed, steps = 9, 40
	drawn, fed := sorn.Defaults(), sorn.Defaults()
	for spec, kind := range map[*sorn.Spec]sorn.Kind{drawn: sorn.Uniform, fed: sorn.Fed} {
		Resize(spec, 60)
		spec.Input.Kind = kind
	}
	o := backend.Options{Precision: state.Single, Seeds: []uint64{seed}}
	a, b := backendtest.Opened(t, open, Build(drawn), o), backendtest.Opened(t, open, Build(fed), o)
	feeder := b.(backend.Feeder)
	if _, err := b.Advance(1); err == nil {
		t.Error("a step was made without its inputs")
	}
	if feeder.Feed([]float64{1, 2, 3}) == nil {
		t.Error("three inputs were taken for ten channels")
	}
	if err := feeder.Feed(make([]float64, drawn.Sorn.NU)); err != nil {
		t.Fatal(err)
	}
	if err := b.SetState(backendtest.Moment(t, b)); err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for step := range uint32(steps) {
		var inputs []float64
		for c := range uint32(drawn.Sorn.NU) {
			x0, x1, x2, x3 := rng.Draw(c/4, 0, step+1, rng.SornInput, rng.Key(seed))
			inputs = append(inputs, rng.Uniform[float64]([]uint32{x0, x1, x2, x3}[c%4]))
			fmt.Fprintf(&rows, "%v ", inputs[c])
		}
		rows.WriteString("\n")
		if err := feeder.Feed(inputs); err != nil {
			t.Fatal(err)
		}
	}
	want := backendtest.Advance(t, a, steps)
	have := append(backendtest.Advance(t, b, 7), backendtest.Advance(t, b, steps-7)...)
	if d := backendtest.DifferRows(Build(fed), 0, 1, want, have); d != "" {
		t.Errorf("drawn against fed: %s", d)
	}
	if d := backendtest.Differ(Build(fed), backendtest.Moment(t, a), backendtest.Moment(t, b)); d != "" {
		t.Errorf("drawn against fed: %s", d)
	}
	if _, err := b.Advance(1); err == nil {
		t.Error("inputs of the step before were taken again")
	}

	// The same inputs from a file.
	file := sorn.Defaults()
	Resize(file, 60)
	file.Input.Kind, file.Input.File, file.Eras[0].Steps = sorn.File, filepath.Join(t.TempDir(), "inputs.csv"), steps
	if err := os.WriteFile(file.Input.File, []byte(rows.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	c := backendtest.Opened(t, open, Build(file), o)
	if d := backendtest.DifferRows(Build(fed), 0, 1, want, backendtest.Advance(t, c, steps)); d != "" {
		t.Errorf("drawn against a file: %s", d)
	}
	backendtest.Advance(t, c, 2) // beyond the file there is no input
}

// Controls checks that a backend makes the steps of a network that is configured as
// another is steered, and that a network at rest has no active unit.
func Controls(t *testing.T, open backend.Open) {
	spec := func(eras ...sorn.EraSpec) *sorn.Network {
		s := sorn.Defaults()
		Resize(s, 60)
		s.Input.Kind, s.Eras = sorn.Uniform, append(eras, sorn.EraSpec{Steps: 100, Phase: sorn.Plasticity, Input: true})
		return Build(s)
	}
	plain := spec()
	o := backend.Options{Precision: state.Single, Seeds: []uint64{3, 4}}
	want := backendtest.Opened(t, open, spec(
		sorn.EraSpec{Steps: 10, Phase: sorn.Plasticity, Input: true}, sorn.EraSpec{Steps: 10, Phase: sorn.Plasticity, Freeze: []sorn.Rule{sorn.STDP, sorn.IP}, Input: true},
		sorn.EraSpec{Steps: 10, Phase: sorn.Training, Freeze: []sorn.Rule{sorn.STDP}}), o)
	have := backendtest.Opened(t, open, plain, o)
	command := func(name string, words ...string) {
		t.Helper()
		controls, err := plain.Command(name, words)
		if err != nil || len(controls) == 0 {
			t.Fatalf("!%s %v: %v, %v", name, words, controls, err)
		}
		for _, c := range controls {
			if err := have.Control(c.Name, c.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	set := func(name string, value float64) {
		t.Helper()
		if err := have.Control(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for part, steer := range []func(){
		func() {},
		func() { command("freeze", "stdp", "IP") },
		func() { command("phase", "Training"); set("input", 0) },
		func() { command("freeze"); command("phase", "plasticity"); set("input", math.NaN()) },
	} {
		steer()
		if d := backendtest.DifferRows(plain, 0, 1, backendtest.Advance(t, want, 10), backendtest.Advance(t, have, 10)); d != "" {
			t.Errorf("part %d: %s", part, d)
		}
		if d := backendtest.Differ(plain, backendtest.Moment(t, want), backendtest.Moment(t, have)); d != "" {
			t.Errorf("part %d: %s", part, d)
		}
	}
	command("rest")
	s := backendtest.Moment(t, have)
	for _, name := range []string{sorn.XField, sorn.XBefore, sorn.YField, sorn.YBefore} {
		if slices.Contains(s.Array(name).Bits, 1) {
			t.Errorf("at rest, %s has active units", name)
		}
	}
	again := backendtest.Opened(t, open, plain, o)
	if err := again.SetState(s); err != nil {
		t.Fatal(err)
	}
	if d := backendtest.DifferRows(plain, 0, 1, backendtest.Advance(t, again, 5), backendtest.Advance(t, have, 5)); d != "" {
		t.Errorf("after a rest: %s", d)
	}
	for name, value := range map[string]float64{"stdp": 2, "rest": 0, "plasticity": 0.5} {
		if have.Control(name, value) == nil {
			t.Errorf("%s is set to %v", name, value)
		}
	}
	for name, words := range map[string][]string{"phase": {"sleep"}, "freeze": {"stpd"}, "rest": {"now"}} {
		if _, err := plain.Command(name, words); err == nil {
			t.Errorf("!%s %v is taken", name, words)
		}
	}
}
