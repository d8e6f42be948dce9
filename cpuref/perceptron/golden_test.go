package perceptron

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptrongolden"
	"tnn-gpu/host/state"
)

const goldens = "../../testdata/perceptron/"

// Both files of vectors in both precisions. In single precision the order of
// docs/perceptron.md section 2 stays within 1e-6, and the heat of a step, which is
// the difference of two totals here, within 1e-5.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		file      string
		precision state.Precision
		within    float64
	}{
		{"trajectories.json.gz", state.Double, 1e-12},
		{"seeded.json.gz", state.Double, 1e-12},
		{"trajectories.json.gz", state.Single, 1e-5},
		{"seeded.json.gz", state.Single, 1e-6},
	} {
		golden, err := perceptrongolden.Open(goldens + test.file)
		if err != nil {
			t.Fatal(err)
		}
		open := func(net *perceptron.Network, keys []uint64) (backend.Backend, error) {
			return New(net, backend.Options{Precision: test.precision, Seeds: keys, Threads: 2})
		}
		w, err := golden.(perceptrongolden.Replayer).Replay(open, test.within)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s, %s precision: %s", test.file, test.precision, &w)
		if w.Times > 1 {
			t.Errorf("%s in %s precision: %s", test.file, test.precision, &w)
		}
	}
}
