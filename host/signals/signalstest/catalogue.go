// Package signalstest has populations that backends are tested with.
package signalstest

import (
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/signals"
)

// Case is a network of populations.
type Case struct {
	Name    string
	Network *signals.Network
}

// Cases are games of every kind, with odd sizes. Each call makes new ones.
func Cases() []Case {
	lewis := func(change func(l *signals.LewisTable)) *signals.Spec {
		s := signals.Defaults()
		change(&s.Lewis)
		return s
	}
	attributes := func(change func(a *signals.AttributesTable)) *signals.Spec {
		s := signals.Defaults()
		s.Signals.Game = signals.AttributesGame
		s.Attributes.Values, s.Attributes.Symbols, s.Attributes.Batch = 3, 4, 7
		change(&s.Attributes)
		return s
	}
	specs := []struct {
		name string
		spec *signals.Spec
	}{
		{"lewis 3", lewis(func(*signals.LewisTable) {})},
		{"lewis 8", lewis(func(l *signals.LewisTable) { l.States, l.Signals = 8, 8 })},
		{"bottleneck", lewis(func(l *signals.LewisTable) { l.States, l.Signals = 5, 2 })},
		{"spare signals", lewis(func(l *signals.LewisTable) { l.States, l.Signals, l.Punish = 2, 7, 1 })},
		{"one signal", lewis(func(l *signals.LewisTable) { l.States, l.Signals, l.Weights = 2, 1, []int{3, 1} })},
		{"all variants", lewis(func(l *signals.LewisTable) {
			l.States, l.Signals, l.Weights, l.Punish, l.Forget, l.Noise, l.Listeners = 4, 3, []int{5, 2, 2, 1}, 2, 0.05, 0.1, 3
		})},
		{"additive", attributes(func(*signals.AttributesTable) {})},
		{"table", attributes(func(a *signals.AttributesTable) { a.Agents, a.Reward = signals.Table, signals.Act })},
		{"both", attributes(func(a *signals.AttributesTable) { a.Agents, a.HeldOut, a.Values, a.Symbols = signals.Both, 0, 5, 5 })},
		{"mixed", attributes(func(a *signals.AttributesTable) { a.Agents, a.Batch, a.Entropy = "table/additive", 65, 0 })},
	}
	var out []Case
	for _, s := range specs {
		out = append(out, Case{s.name, &signals.Network{Spec: s.spec}})
	}
	return out
}

// SuiteSteps is how many steps the suite of all models makes of a population.
const SuiteSteps = 24

// Suite are the networks for the suite of all models.
func Suite() []backendtest.Case {
	var out []backendtest.Case
	for _, c := range Cases() {
		out = append(out, backendtest.Case{Name: c.Name, Net: c.Network})
	}
	return out
}
