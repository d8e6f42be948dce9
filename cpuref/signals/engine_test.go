package signals

import (
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/signals/signalstest"
	"tnn-gpu/host/state"
)

func open(net model.Network, o backend.Options) (backend.Backend, error) {
	return New(net.(*signals.Network), o)
}

// What every backend of every model must do.
func TestSuite(t *testing.T) {
	backendtest.Run(t, open, backendtest.Both, signalstest.SuiteSteps, signalstest.Suite()...)
}

// Populations of one key differ by their numbers, and threads change nothing.
func TestNumbers(t *testing.T) {
	for _, c := range signalstest.Cases() {
		keys := []uint64{7, 7, 7, 7, 7}
		advance := func(net *signals.Network, keys []uint64, threads int) *state.State {
			b := backendtest.Opened(t, open, net, backend.Options{Seeds: keys, Threads: threads})
			backendtest.Advance(t, b, 150)
			return backendtest.Moment(t, b)
		}
		all := advance(c.Network, keys, 1)
		if d := backendtest.Differ(c.Network, all, advance(c.Network, keys, 3)); d != "" {
			t.Errorf("%s: threads: %s", c.Name, d)
		}
		one := c.Network.Numbered([]int{3}).(*signals.Network)
		alone := advance(one, keys[:1], 1)
		for i := range alone.Arrays {
			a, of := &alone.Arrays[i], &all.Arrays[i]
			same := true
			for k := range a.Len() {
				if math.Float64bits(a.At(k)) != math.Float64bits(of.At(3*a.Len()+k)) {
					t.Fatalf("%s: value %d of %s of population 3 is %v alone, %v among others", c.Name, k, a.Name, a.At(k), of.At(3*a.Len()+k))
				}
				same = same && of.At(3*a.Len()+k) == of.At(2*a.Len()+k)
			}
			if same && a.Len() > 1 {
				t.Errorf("%s: populations 2 and 3 have the same %s", c.Name, a.Name)
			}
		}
	}
}
