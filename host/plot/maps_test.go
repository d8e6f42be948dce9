package plot_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/results"
	"tnn-gpu/host/results/resultstest"
)

// TestMapsOfRuns: colours over the step and a swept key, and over keys of configurations.
func TestMapsOfRuns(t *testing.T) {
	swept := run(t, "isolated4", "run.replicas=4", "run.sweep=edge.inverse_temperature=20,80")
	page, err := plot.Observables([]*results.Run{swept}, plot.Options{X: "step", Y: "edge.inverse_temperature", Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := swept.Table("steps.csv")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, v := range table.Column("order") {
		if table.Column("step")[i] == 7 && table.Column("edge.inverse_temperature")[i] == 80 {
			sum += v / 2
		}
	}
	p := page.Panels[0]
	if got := p.Map.At(7, 80); p.X != "step" || p.Y != "edge.inverse_temperature" || math.Abs(got-sum) > 1e-12 {
		t.Errorf("axes %s and %s; order at step 7 of 80 is %g, want %g", p.X, p.Y, got, sum)
	}
	written(t, page, "svg")
	upwards, err := plot.Observables([]*results.Run{swept}, plot.Options{X: "edge.inverse_temperature", Y: "step", Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	if u := upwards.Panels[0]; u.X != p.Y || u.Y != p.X || upwards.Title != page.Title || !(math.Abs(u.Map.At(80, 7)-sum) < 1e-12) {
		t.Errorf("%q with axes %s and %s; order at step 7 of 80 is %g, want %g", upwards.Title, u.X, u.Y, u.Map.At(80, 7), sum)
	}
	written(t, upwards, "svg")
	var runs []*results.Run
	for _, f := range []string{"1", "2"} {
		for _, g := range []string{"20", "80"} {
			runs = append(runs, run(t, "isolated4", "group[0].inverse_temperature="+f, "edge.inverse_temperature="+g))
		}
	}
	page, err = plot.Observables(runs, plot.Options{X: "group[0].inverse_temperature", Y: "edge.inverse_temperature", Quantities: []string{"energy"}})
	if err != nil {
		t.Fatal(err)
	}
	epochs, err := runs[3].Table("epochs.csv")
	if err != nil {
		t.Fatal(err)
	}
	energies := epochs.Column("energy")
	if got, want := page.Panels[0].Map.At(2, 80), energies[len(energies)-1]; got != want {
		t.Errorf("energy at f = 2, g = 80 is %g, want %g", got, want)
	}
	page, err = plot.Observables(runs[:2], plot.Options{X: "edge.inverse_temperature", Y: "step", Quantities: []string{"energy"}})
	if err != nil || math.IsNaN(page.Panels[0].Map.At(80, 7)) {
		t.Errorf("two runs against the step: %v", err)
	}
	for _, o := range []plot.Options{{X: "step", Y: "edge.noise"}, {X: "step", Y: "step"}, {X: "energy", Y: "step"}, {X: "nothing", Y: "step"}, {X: "step", Y: "edge.size_mass"}, {X: "step", Y: "nothing"}, {X: "edge.inverse_temperature", Y: "edge.inverse_temperature"}} {
		if _, err := plot.Observables(runs, o); err == nil {
			t.Errorf("%+v: there is no error", o)
		}
	}
}

// TestMapOfNoRows: a run that is shorter than record.steps_every has no row of a step.
func TestMapOfNoRows(t *testing.T) {
	const key = "edge.inverse_temperature"
	swept := run(t, "isolated4", "run.replicas=2", "run.sweep="+key+"=20,80", "record.steps_every=50")
	o := plot.Options{X: "step", Y: key}
	if _, err := plot.Observables([]*results.Run{swept}, o); err == nil || !strings.HasPrefix(err.Error(), "the runs have no rows to draw: ") {
		t.Errorf("no rows: %v", err)
	}
	for _, o := range []plot.Options{{X: "step", Y: key, Quantities: []string{"order"}}, {X: "step", Quantities: []string{"order"}}, {X: "step", Quantities: []string{"energies"}}, {X: "energy", Quantities: []string{"order"}}} {
		if _, err := plot.Observables([]*results.Run{swept}, o); err == nil || !strings.HasPrefix(err.Error(), "the runs have no rows to draw: ") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []plot.Options{{X: "step", Y: key, Quantities: []string{"nothing"}}, {X: "step", Quantities: []string{"nothing"}}, {X: "nothing"}} {
		if _, err := plot.Observables([]*results.Run{swept}, o); err == nil || !strings.Contains(err.Error(), "order") {
			t.Errorf("%+v does not say what there is: %v", o, err)
		}
	}
	page, err := plot.Observables([]*results.Run{swept}, plot.Options{X: "step"})
	if err != nil || len(page.Panels) == 0 {
		t.Errorf("no histograms: %v", err)
	}
}

// TestMapOfLengths: runs of different lengths share the columns of a map.
func TestMapOfLengths(t *testing.T) {
	const key = "edge.inverse_temperature"
	runs := []*results.Run{run(t, "isolated4", key+"=20", "era[0].steps=1200"), run(t, "isolated4", key+"=80", "era[0].steps=700")}
	page, err := plot.Observables(runs, plot.Options{X: "step", Y: key, Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, y := range []float64{20, 80} {
		table, err := runs[i].Table("steps.csv")
		if err != nil {
			t.Fatal(err)
		}
		steps, order := table.Column("step"), table.Column("order")
		for from := 0; from < len(order); from += 3 {
			part := order[from:min(from+3, len(order))]
			want := 0.0
			for _, v := range part {
				want += v / float64(len(part))
			}
			if got := page.Panels[0].Map.At(steps[from], y); !(math.Abs(got-want) < 1e-12) {
				t.Fatalf("%s = %g, step %g: %g, want %g", key, y, steps[from], got, want)
			}
		}
	}
}

// TestRowsOfOtherSteps: in maps and means of runs with rows of different steps each column
// is of all runs, and each mean is of one step.
func TestRowsOfOtherSteps(t *testing.T) {
	const key = "edge.inverse_temperature"
	var runs []*results.Run
	for i, every := range []string{"2", "3", "1"} {
		runs = append(runs, run(t, "isolated4", key+"="+[]string{"20", "80", "80"}[i], "record.steps_every="+every, "run.seed="+every, "era[0].steps="+[]string{"31", "20", "31"}[i]))
	}
	at := func(r *results.Run, step float64) float64 {
		table, err := r.Table("steps.csv")
		if err != nil {
			t.Fatal(err)
		}
		return table.Column("order")[slices.Index(table.Column("step"), step)]
	}
	page, err := plot.Observables(runs[:2], plot.Options{X: "step", Y: key, Quantities: []string{"order"}})
	if err != nil {
		t.Fatal(err)
	}
	for step := 1.0; step <= 31; step++ {
		shared, alone := math.Mod(step, 6) == 0 && step < 19, step > 18 && math.Mod(step, 2) == 0
		for i, y := range []float64{20, 80} {
			got := page.Panels[0].Map.At(step, y)
			if want := shared || alone && i == 0; want == math.IsNaN(got) {
				t.Fatalf("step %g of %g is %g", step, y, got)
			} else if want && got != at(runs[i], step) {
				t.Errorf("step %g of %g is %g, want %g", step, y, got, at(runs[i], step))
			}
		}
	}
	page, err = plot.Observables(runs, plot.Options{X: "step", Quantities: []string{"order"}, Mean: true})
	if err != nil {
		t.Fatal(err)
	}
	c := page.Panels[0].Curves[0]
	if want := []float64{6, 12, 18}; !slices.Equal(c.X, want) {
		t.Fatalf("means of steps %v, want %v", c.X, want)
	}
	for k, step := range c.X {
		if want := (at(runs[0], step) + at(runs[1], step) + at(runs[2], step)) / 3; math.Abs(c.Y[k]-want) > 1e-12 {
			t.Errorf("mean of step %g is %g, want %g", step, c.Y[k], want)
		}
	}
	apart := []*results.Run{run(t, "isolated4", "record.steps_every=20", key+"=20"), run(t, "isolated4", "record.steps_every=29", key+"=80")}
	for _, o := range []plot.Options{{X: "step", Mean: true}, {X: "step", Mean: true, Quantities: []string{"order"}}} {
		if _, err := plot.Observables(apart, o); err == nil || !strings.Contains(err.Error(), "one record.steps_every") {
			t.Errorf("rows that are never of one step: %v", err)
		}
	}
}

// TestMapOfRunsOfTwoModels: they have no quantity in common.
func TestMapOfRunsOfTwoModels(t *testing.T) {
	runs := []*results.Run{run(t, "isolated4"), resultstest.Make(t, cpuref.New, "perceptron-hebb", nil, "perceptron.n=50", "perceptron.time=0.1", "perceptron.average_from=0", "run.seed=2")}
	_, err := plot.Observables(runs, plot.Options{X: "step", Y: "run.seed", Quantities: []string{"order"}})
	if want := `there is no map of "order"; the runs have none in common`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestMapWithMean: runs that are averaged still differ in the key of the map.
func TestMapWithMean(t *testing.T) {
	const key = "edge.inverse_temperature"
	runs := []*results.Run{run(t, "isolated4", key+"=20"), run(t, "isolated4", key+"=80"), run(t, "isolated4", key+"=80", "run.seed=7")}
	page, err := plot.Observables(runs, plot.Options{X: "step", Y: key, Quantities: []string{"order"}, Mean: true})
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for _, r := range runs[1:] {
		table, err := r.Table("steps.csv")
		if err != nil {
			t.Fatal(err)
		}
		want += table.Column("order")[6] / 2
	}
	if got := page.Panels[0].Map.At(7, 80); !(math.Abs(got-want) < 1e-12) {
		t.Errorf("order at step 7 of 80 is %g, want %g", got, want)
	}
}
