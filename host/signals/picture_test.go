package signals_test

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// Shades of the tables: the shares of signals, and the messages of terms and of tables.
func TestShades(t *testing.T) {
	s := signals.Defaults()
	s.Lewis.States, s.Lewis.Signals = 2, 3
	net := &signals.Network{Spec: s}
	keys := []uint64{1, 1}
	start := net.Start(state.Single, keys)
	copy(start.Array(signals.SpeakerUrns).Ints, []int32{1, 2, 1, 8, 1, 1, 1, 1, 2})
	f, _ := findField(net, signals.SaysField)
	shades := net.Derive(f, start, keys, nil)
	for i, want := range []float64{-0.5, 0, -0.5, 0.6, -0.8, -0.8, -0.5, -0.5, 0} {
		if shades.At(i) != float64(float32(want)) {
			t.Errorf("shade %d is %v, want %v", i, shades.At(i), want)
		}
	}
	for _, agents := range []signals.Agents{signals.Additive, signals.Table, signals.Both} {
		s := signals.Defaults()
		attributes(s)
		s.Attributes.Agents, s.Attributes.Values, s.Attributes.Symbols, s.Attributes.HeldOut = agents, 2, 3, 0
		net := &signals.Network{Spec: s}
		start := net.Start(state.Double, keys)
		derived := func(name string) *state.Array {
			f, _ := findField(net, name)
			return net.Derive(f, start, keys, nil)
		}
		shades, messages := derived(signals.CodeField), derived(signals.MessageField)
		different := map[float64]bool{}
		for i := range 8 {
			want := (messages.At(2*i)*3+messages.At(2*i+1))/8*2 - 1
			different[want] = true
			if math.Abs(shades.At(i)-want) > 1e-12 {
				t.Errorf("%s: shade %d is %v, want %v", agents, i, shades.At(i), want)
			}
		}
		if len(different) < 2 {
			t.Errorf("%s: all messages are alike", agents)
		}
	}
}

func findField(net *signals.Network, name string) (state.Field, bool) {
	d := net.Describe()
	return d.Field(name)
}

// Boxes of the table.
func TestRegion(t *testing.T) {
	s := signals.Defaults()
	s.Lewis.States, s.Lewis.Signals = 2, 3
	net := &signals.Network{Spec: s}
	if sites, err := net.Region([]int{0, 1}, []int{2, 3}); err != nil || !slices.Equal(sites, []int{1, 2, 4, 5}) {
		t.Errorf("%v, %v", sites, err)
	}
	for _, box := range [][2][]int{{{0}, {1}}, {{0, 0}, {3, 3}}, {{0, 0}, {2, 4}}, {{0, 0, 0}, {1, 1, 1}}} {
		if _, err := net.Region(box[0], box[1]); err == nil {
			t.Errorf("there is a box %v", box)
		}
	}
	if sites := net.Sites(); sites.Count != 6 || !slices.Equal(sites.Sides, []int{2, 3}) {
		t.Errorf("%+v", sites)
	}
}
