package experiment

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"tnn-gpu/host/record"
	"tnn-gpu/host/stats"
)

// lines has for two rules a share that falls along x, with noise of each trial.
func lines(trials int, noise float64, random *rand.Rand) *Table {
	t := &Table{Keys: []string{"rule", "x"}, Outcomes: []record.Column{{Name: "share"}}}
	shift := make([]float64, trials)
	for i := range shift {
		shift[i] = noise * random.NormFloat64()
	}
	for k, rule := range []string{"late", "early", "never"} {
		for _, x := range []float64{3, 1, 2, 4} { // in any order
			var of []float64
			for trial := range trials {
				of = append(of, map[int]float64{0: 1.375 - 0.25*x, 1: 1.125 - 0.25*x, 2: 1}[k]+shift[trial])
			}
			row := Row{Values: []Value{{Text: rule}, {Text: fmt.Sprint(x), Number: x, IsNumber: true}}, Trials: trials, Results: [][]float64{of}}
			row.Estimates = []stats.Estimate{stats.Mean(of)}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// TestCrossings: a level is found between points, with the error that many tables of the
// same kind show; where it is not passed there is none.
func TestCrossings(t *testing.T) {
	known := []Crossing{{Name: "half", Outcome: "share", Key: "x", Level: 0.5}, {Name: "other", Outcome: "none", Key: "x"}, {Name: "flat", Outcome: "share", Key: "rule"}}
	random := rand.New(rand.NewPCG(1, 2))
	exact := lines(3, 0, random).Crossings(known)
	if len(exact) != 1 || len(exact[0].Rows) != 3 {
		t.Fatalf("%+v", exact)
	}
	for i, want := range []float64{3.5, 2.5, math.NaN()} {
		e := exact[0].Rows[i].Estimate
		if math.Abs(e.Mean-want) > 1e-12 || math.IsNaN(e.Mean) != math.IsNaN(want) || !(e.Error < 1e-12) && !math.IsNaN(want) || math.IsNaN(want) && !math.IsNaN(e.Error) {
			t.Errorf("%v: %+v, want %g", exact[0].Rows[i].Values, e, want)
		}
	}
	const tables = 400
	var values, errors []float64
	for range tables {
		e := lines(10, 0.03, random).Crossings(known)[0].Rows[1].Estimate
		values, errors = append(values, e.Mean), append(errors, e.Error)
	}
	spread, said := stats.Mean(values).Deviation(), stats.Mean(errors).Mean
	if math.Abs(said/spread-1) > 0.15 || math.Abs(spread-0.03/0.25/math.Sqrt(10)) > 0.006 {
		t.Errorf("crossings spread by %g, their errors say %g", spread, said)
	}
	if one := lines(1, 0, random).Crossings(known)[0].Rows[0].Estimate; one.Mean != 3.5 || !math.IsNaN(one.Error) {
		t.Errorf("of one trial: %+v", one)
	}
	var out bytes.Buffer
	table := lines(2, 0, random)
	if err := table.WriteCrossings(table.Crossings(known), &out); err != nil {
		t.Fatal(err)
	}
	if want := "crossing,rule,x,outcome,level,value,value_error\nhalf,late,,share,0.5,3.5,0\nhalf,early,,share,0.5,2.5,0\nhalf,never,,share,0.5,,\n"; out.String() != want {
		t.Errorf("crossings.csv is %q, want %q", out.String(), want)
	}
}
