package plot_test

import (
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/plot"
	"tnn-gpu/host/results"
)

// TestRunsAgainstAKey: runs that differ in a key are one curve against it, of their last
// epochs, beside the curve of a run that sweeps it; with a mean, runs of one value have a bar.
func TestRunsAgainstAKey(t *testing.T) {
	const key = "edge.inverse_temperature"
	hot, cold := run(t, "isolated4", key+"=20"), run(t, "isolated4", key+"=80")
	other := run(t, "isolated4", key+"=20", "run.seed=9")
	swept := run(t, "isolated4", "run.replicas=2", "run.sweep="+key+"=10,40")
	o := plot.Options{X: key, Quantities: []string{"order"}}
	page, err := plot.Observables([]*results.Run{cold, hot, swept}, o)
	if err != nil {
		t.Fatal(err)
	}
	curves := page.Panels[0].Curves
	if len(curves) != 2 || !slices.Equal(curves[0].X, []float64{20, 80}) || !slices.Equal(curves[1].X, []float64{10, 40}) || page.Colours[0] != "2 runs" {
		t.Fatalf("the curves are %+v of %q", curves, page.Colours)
	}
	epochs, err := hot.Table("epochs.csv")
	if err != nil {
		t.Fatal(err)
	}
	order := epochs.Column("order")
	if got := curves[0].Y[0]; got != order[len(order)-1] {
		t.Errorf("the order at 20 is %g, not that of the last epoch", got)
	}
	written(t, page, "svg")
	if page, err = plot.Observables([]*results.Run{hot, swept}, o); err != nil || page.Colours[0] != hot.Name {
		t.Errorf("one run beside a sweep is called %q, %v", page.Colours, err)
	}
	o.Mean = true
	if page, err = plot.Observables([]*results.Run{hot, other, cold}, o); err != nil {
		t.Fatal(err)
	}
	if c := page.Panels[0].Curves[0]; !slices.Equal(c.X, []float64{20, 80}) || !(c.Spread[0] > 0) {
		t.Errorf("the mean is %+v", c)
	}
}

// TestKeysAndQuantities: what cannot be an axis says why, and what to do.
func TestKeysAndQuantities(t *testing.T) {
	a, b := run(t, "isolated4"), run(t, "isolated4", "run.seed=9")
	swept := run(t, "isolated4", "run.replicas=2", "run.sweep=edge.inverse_temperature=10,40")
	for _, of := range []struct {
		runs []*results.Run
		o    plot.Options
		want string
	}{
		{[]*results.Run{a, b}, plot.Options{X: "edge.inverse_temperature"}, "all runs have edge.inverse_temperature = "},
		{[]*results.Run{a}, plot.Options{X: "edge.inverse_temperature"}, "the run has edge.inverse_temperature = "},
		{[]*results.Run{a, b}, plot.Options{X: "model"}, "the key model is no number"},
		{[]*results.Run{a, swept}, plot.Options{X: "run.seed"}, "add --y edge.inverse_temperature"},
		{[]*results.Run{a}, plot.Options{X: "nothing"}, "have a key of that name"},
		{[]*results.Run{a}, plot.Options{X: "energy", Y: "order"}, "use --x energy --quantity order"},
		{[]*results.Run{a}, plot.Options{X: "step", Y: "order"}, "use --x step --quantity order"},
		{[]*results.Run{swept}, plot.Options{X: "energy", Y: "edge.inverse_temperature"}, "leave --y edge.inverse_temperature out"},
		{[]*results.Run{a}, plot.Options{X: "energy", Y: "step"}, "leave --y step out"},
	} {
		if _, err := plot.Observables(of.runs, of.o); err == nil || !strings.Contains(err.Error(), of.want) {
			t.Errorf("%+v: %v, want %q", of.o, err, of.want)
		}
	}
}
