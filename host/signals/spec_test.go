package signals_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
)

// Every impossible value is a sentence about its key.
func TestBadValues(t *testing.T) {
	for key, changes := range map[string][]func(s *signals.Spec){
		"signals.game":        {func(s *signals.Spec) { s.Signals.Game = "chess" }},
		"lewis.states":        {func(s *signals.Spec) { s.Lewis.States = 0 }, func(s *signals.Spec) { s.Lewis.States = 257 }, func(s *signals.Spec) { attributes(s); s.Lewis.States = 4 }},
		"lewis.signals":       {func(s *signals.Spec) { s.Lewis.Signals = 0 }, func(s *signals.Spec) { s.Lewis.Signals = 1 << 20 }},
		"lewis.plays":         {func(s *signals.Spec) { s.Lewis.Plays = 0 }, func(s *signals.Spec) { s.Lewis.Plays = 1 << 31 }, func(s *signals.Spec) { attributes(s); s.Lewis.Plays++ }},
		"lewis.weights":       {func(s *signals.Spec) { s.Lewis.Weights = []int{1, 2} }, func(s *signals.Spec) { s.Lewis.Weights = []int{1, 0, 1} }, func(s *signals.Spec) { s.Lewis.Weights = []int{1, 1, 1 << 20} }, func(s *signals.Spec) { s.Lewis.Weights = []int{} }},
		"lewis.punish":        {func(s *signals.Spec) { s.Lewis.Punish = -1 }},
		"lewis.forget":        {func(s *signals.Spec) { s.Lewis.Forget = 1.1 }, func(s *signals.Spec) { s.Lewis.Forget = math.NaN() }},
		"lewis.noise":         {func(s *signals.Spec) { s.Lewis.Noise = -0.1 }, func(s *signals.Spec) { s.Lewis.Noise, s.Lewis.Signals = 0.1, 1 }},
		"lewis.listeners":     {func(s *signals.Spec) { s.Lewis.Listeners = 0 }},
		"attributes.values":   {func(s *signals.Spec) { attributes(s); s.Attributes.Values = 1 }, func(s *signals.Spec) { s.Attributes.Values = 6 }},
		"attributes.symbols":  {func(s *signals.Spec) { attributes(s); s.Attributes.Symbols = 65 }},
		"attributes.agents":   {func(s *signals.Spec) { attributes(s); s.Attributes.Agents = "additive/" }, func(s *signals.Spec) { attributes(s); s.Attributes.Agents = "gru" }},
		"attributes.held_out": {func(s *signals.Spec) { attributes(s); s.Attributes.HeldOut = 0.8 }, func(s *signals.Spec) { attributes(s); s.Attributes.HeldOut = -1 }},
		"attributes.updates":  {func(s *signals.Spec) { attributes(s); s.Attributes.Updates = 0 }},
		"attributes.batch":    {func(s *signals.Spec) { attributes(s); s.Attributes.Batch = 1025 }},
		"attributes.rate":     {func(s *signals.Spec) { attributes(s); s.Attributes.Rate = math.Inf(1) }},
		"attributes.baseline": {func(s *signals.Spec) { attributes(s); s.Attributes.Baseline = 2 }},
		"attributes.entropy":  {func(s *signals.Spec) { attributes(s); s.Attributes.Entropy = -1 }},
		"attributes.reward":   {func(s *signals.Spec) { attributes(s); s.Attributes.Reward = "money" }},
	} {
		for i, change := range changes {
			s := signals.Defaults()
			change(s)
			var at interface{ ConfigKey() string }
			if err := s.Validate(); !errors.As(err, &at) || at.ConfigKey() != key || !strings.Contains(err.Error(), ": ") {
				t.Errorf("%s, value %d: %v", key, i, err)
			}
		}
	}
}

func attributes(s *signals.Spec) { s.Signals.Game = signals.AttributesGame }

// What is possible is not refused.
func TestGoodValues(t *testing.T) {
	for i, change := range []func(s *signals.Spec){
		func(*signals.Spec) {}, attributes,
		func(s *signals.Spec) { s.Lewis.States, s.Lewis.Signals, s.Lewis.Listeners = 1, 1, 3 },
		func(s *signals.Spec) { s.Lewis.Plays = signals.MaxPlays },
		func(s *signals.Spec) { attributes(s); s.Attributes.HeldOut = 17.0 / 25 },
		func(s *signals.Spec) { attributes(s); s.Attributes.Agents = "both/table" },
		func(s *signals.Spec) { attributes(s); s.Attributes.HeldOut = 0 },
	} {
		s := signals.Defaults()
		change(s)
		if err := s.Validate(); err != nil {
			t.Errorf("value %d: %v", i, err)
		}
	}
	for _, p := range signals.Presets() {
		if err := p.Spec.Validate(); err != nil {
			t.Errorf("preset %s: %v", p.Name, err)
		}
	}
}

// Populations run side by side where their arrays are alike.
func TestVariants(t *testing.T) {
	base, other := signals.Defaults(), signals.Defaults()
	other.Lewis.Punish, other.Lewis.Noise, other.Lewis.Forget, other.Lewis.Weights = 1, 0.1, 0.2, []int{1, 2, 3}
	if err := other.VariantOf(base); err != nil {
		t.Error(err)
	}
	other.Lewis.States = 4
	if other.VariantOf(base) == nil {
		t.Error("another number of states runs beside")
	}
	attributes(base)
	other = signals.Defaults()
	attributes(other)
	other.Attributes.Rate, other.Attributes.Entropy = 0.2, 0.3
	if err := other.VariantOf(base); err != nil {
		t.Error(err)
	}
	other.Attributes.HeldOut = 0
	if other.VariantOf(base) == nil {
		t.Error("another share that is held out, which has other columns, runs beside")
	}
}

// Rows are at steps of two digits and zeros after them.
func TestRows(t *testing.T) {
	net := &signals.Network{Spec: signals.Defaults()}
	for step, want := range map[int64]int64{0: 1, 1: 2, 98: 99, 99: 100, 100: 110, 105: 110, 110: 120, 990: 1000, 1000: 1100, 1e6: 11e5, 12345678: 13000000} {
		if got := net.NextRow(step); got != want {
			t.Errorf("after step %d comes a row at %d, not %d", step, got, want)
		}
	}
}

// Need is the size of the state at least.
func TestNeed(t *testing.T) {
	for _, p := range signals.Presets() {
		built, err := p.Spec.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		bytes := int64(0)
		s := built.NewState(1, 3)
		for i := range s.Arrays {
			bytes += int64(s.Arrays[i].Len() * s.Arrays[i].Bytes(1))
		}
		if host, device := p.Spec.Need(1, 3); host < bytes || device < bytes || device > 4*bytes+1<<16 {
			t.Errorf("%s needs %d and %d bytes, and its state has %d", p.Name, host, device, bytes)
		}
	}
}

var _ model.Numbered = (*signals.Network)(nil)
