package tnnbench

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// TestModel has its bytes added up by hand.
func TestModel(t *testing.T) {
	for _, c := range []struct {
		what        string
		rule        tnn.Rule
		relaxations int
		precision   state.Precision
		tables      bool
		activity    Activity
		connections int
		want        float64
	}{
		// 5 values of state and energy, 4 held; for a half-edge a weight and 4 of charges.
		{"nothing equilibrates", tnn.Hylton2020, 0, state.Single, false, Activity{Nodes: 0, Sectors: 0}, 4, 4 * (5 + 4 + 4*5)},
		// 4 held and, for a half-edge, a weight, 6 of slots and 2 potentials read on top.
		{"everything equilibrates", tnn.Hylton2020, 0, state.Single, false, Activity{Nodes: 1, Sectors: 1}, 4, 4 * (5 + 8 + 4*(5+9))},
		{"half of the sectors", tnn.Hylton2020, 0, state.Single, false, Activity{Nodes: 0.1, Sectors: 0.5}, 16, 4 * (5 + 6 + 16*(5+4.5))},
		{"double precision", tnn.Hylton2020, 0, state.Double, false, Activity{Nodes: 0, Sectors: 0}, 4, 8 * (5 + 4 + 4*5)},
		{"tables", tnn.Hylton2020, 0, state.Single, true, Activity{Nodes: 0, Sectors: 0}, 4, 4*(5+4+4*5) + 4 + 4*8},
		{"adapting sweeps alone", tnn.Hylton2019, 0, state.Single, false, Activity{Nodes: 1, Sectors: 1}, 4, 4 * (7 + 4*10)},
		{"as many relaxing ones", tnn.Hylton2019, 1, state.Single, false, Activity{Nodes: 1, Sectors: 1}, 4, 4 * (7 + 4*10 + 4 + 4*5) / 2},
	} {
		spec := Spec(c.rule, 8, 4)
		spec.Network.Relaxations = c.relaxations
		if got := Model(spec, c.precision, c.tables, c.activity).Bytes(float64(c.connections)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: an update takes %v bytes, not %v", c.what, got, c.want)
		}
	}
}

// TestActivityCount has two replicas of two slices, in sectors of eight, with
// padding at the end of the second one.
func TestActivityCount(t *testing.T) {
	l := &tnn.Layout{Positions: 64, Active: []uint32{0xffffffff, 0x00000fff}}
	field := func(set map[int]float64) *state.Array {
		a := state.NewArray(state.Field{}, state.Single, 128)
		for i, v := range set {
			a.Set(i, v)
		}
		return &a
	}
	// Nodes 3 and 5, in one sector, and 64+40 equilibrate; 4 fluctuates; what is at
	// 60 is padding.
	states := field(map[int]float64{3: 1, 4: 1, 5: -0.5, 60: 1, 64 + 40: 0.1})
	fluctuating := field(map[int]float64{4: 1})
	var c activityCount
	c.add(l, fluctuating, states, 8)
	if diff := cmp.Diff(activityCount{nodes: 88, activeNodes: 3, sectors: 12, activeSectors: 2}, c, cmp.AllowUnexported(activityCount{})); diff != "" {
		t.Errorf("counted are (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Activity{Nodes: 3. / 88, Sectors: 2. / 12}, c.activity()); diff != "" {
		t.Error(diff)
	}
	if (&activityCount{}).activity() != (Activity{}) {
		t.Error("a network without nodes is active")
	}
}
