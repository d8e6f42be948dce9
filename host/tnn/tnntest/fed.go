package tnntest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// fedSteps is how long the runs of Fed are: more than a device makes at once.
const fedSteps = 300

// Fed compares, in bits, runs of a network whose external nodes are driven by a series
// from a file, and by the same series fed in parts, with a state that is set between.
func Fed(t *testing.T, open backend.Open) {
	values := func(step, node int) float64 { return math.Sin(float64(step * (node + 2))) }
	var names, rows []string
	spec := groups(tnn.Hylton2020)
	spec.Eras = []tnn.EraSpec{{Steps: fedSteps, Adapt: true, Mode: tnn.Driven}}
	spec.Externals = []tnn.ExternalSpec{{Count: 2, Connections: 4, Polarity: 1, Sublattice: tnn.Odd, Weight: 3, Wave: tnn.Fed}}
	fed, err := tnn.Build(spec, graphSeed)
	if err != nil {
		t.Fatal(err)
	}
	inputs := fed.Describe().Inputs
	for _, in := range inputs {
		names = append(names, in.Name)
	}
	all := make([]float64, 0, 2*fedSteps)
	for step := range fedSteps {
		a, b := values(step, 0), values(step, 1)
		all = append(all, a, b)
		rows = append(rows, fmt.Sprintf("%d,%v,%v", step+1, a, b))
	}
	path := filepath.Join(t.TempDir(), "series.csv")
	if err := os.WriteFile(path, []byte("step,"+strings.Join(names, ",")+"\n"+strings.Join(rows, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	told := *spec
	told.Externals = []tnn.ExternalSpec{spec.Externals[0]}
	told.Externals[0].Wave, told.Externals[0].Series = tnn.Series, path
	series, err := tnn.Build(&told, graphSeed)
	if err != nil {
		t.Fatal(err)
	}
	o := backend.Options{Precision: state.Single, Seeds: []uint64{5, 6}}
	whole := start(t, open, series, o)
	sums, err := whole.Advance(fedSteps)
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, open, fed, o)
	feeder, takes := b.(backend.Feeder)
	if !takes {
		t.Fatalf("%T takes no inputs", b)
	}
	if _, err := b.Advance(1); err == nil {
		t.Error("a step without inputs is made")
	}
	if err := feeder.Feed([]float64{1}); err == nil {
		t.Error("half of the inputs of a step are taken")
	}
	var made []float64
	for _, n := range []int{1, 6, 270, 23} {
		more, err := feed(b, feeder, all[:2*n], n)
		if err != nil {
			t.Fatal(err)
		}
		made, all = append(made, more...), all[2*n:]
	}
	for i := range sums {
		if math.Float64bits(sums[i]) != math.Float64bits(made[i]) {
			t.Fatalf("sum %d is %v, and %v where the steps are fed", i, sums[i], made[i])
		}
	}
	want, errWant := whole.State()
	got, errGot := b.State()
	if d, err := state.Diff(want, got); errWant != nil || errGot != nil || err != nil || d != nil {
		t.Errorf("%v, %v, %v, %v", d, errWant, errGot, err)
	}
}

// feed gives inputs of some steps and makes them. Some that belong to no step are given
// before: to set the state forgets them.
func feed(b backend.Backend, feeder backend.Feeder, inputs []float64, steps int) ([]float64, error) {
	if err := feeder.Feed([]float64{0.5, 0.5}); err != nil {
		return nil, err
	}
	s, err := b.State()
	if err == nil {
		err = b.SetState(s)
	}
	if err == nil {
		err = feeder.Feed(inputs)
	}
	if err != nil {
		return nil, err
	}
	return b.Advance(steps)
}

func start(t *testing.T, open backend.Open, net *tnn.Network, o backend.Options) backend.Backend {
	t.Helper()
	b, err := open(net, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}
