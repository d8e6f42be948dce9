package experiment

import (
	"bytes"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// TestTable has means, errors, theory and outcomes that not every trial has.
func TestTable(t *testing.T) {
	f, p := newFolder(t), newPlan(2, 3)
	work(t, f, p, &fake{atOnce: 1}, All())
	theories := []Theory{{Outcome: "mass", Of: func(model.Spec, float64) float64 { return 0.25 }}}
	table, err := f.Merge(p, theories, false)
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := math.Sin(49), math.Sin(56), math.Sin(63)
	mean := (a + b + c) / 3
	deviation := math.Sqrt(((a-mean)*(a-mean) + (b-mean)*(b-mean) + (c-mean)*(c-mean)) / 2 / 3)
	row := table.Rows[0]
	if e := row.Estimates[0]; math.Abs(e.Mean-mean) > 1e-12 || math.Abs(e.Error-deviation) > 1e-12 || e.N != 3 {
		t.Errorf("mass is %+v, want %v %v", e, mean, deviation)
	}
	if e := row.Estimates[1]; e.Mean != 1 || e.N != 1 || !math.IsNaN(e.Error) {
		t.Errorf("blow is %+v", e)
	}
	lines := strings.Split(read(t, f, PointsName), "\n")
	if lines[0] != "x,rule,n,mass,mass_error,mass_theory,mass_z,blow,blow_error,blow_n" {
		t.Errorf("the head is %s", lines[0])
	}
	if cells := strings.Split(lines[1], ","); cells[5] != "0.25" || cells[6] != cell(stats.Normal((row.Estimates[0].Mean-0.25)/row.Estimates[0].Error, 2)) || cells[8] != "" || cells[9] != "1" {
		t.Errorf("the first row is %s", lines[1])
	}
	alone, err := f.Table(newPlan(2, 1), nil, false)
	if err != nil || alone.Rows[0].Estimates[0].Error != 0.5 {
		t.Errorf("the error of a single trial is %v, %v", alone.Rows[0].Estimates[0], err)
	}
}

// TestExactResults: what differs from theory by rounding alone is not many standard errors
// away, though its error is as small.
func TestExactResults(t *testing.T) {
	for _, test := range []struct{ mean, error, theory, want float64 }{
		{0.1 + 0.2, 1e-17, 0.3, 0}, {0.3, 0, 0.3, 0}, {0.31, 0.005, 0.3, 2}, {1e-15, 5e-16, 0, 2},
		{0, 0, 3e-6, math.NaN()}, // no trial has an error, which says nothing against a rare one
	} {
		if have := distance(stats.Estimate{Mean: test.mean, Error: test.error, N: 1}, test.theory, 0); !(math.Abs(have-test.want) <= 1e-9) && !(math.IsNaN(have) && math.IsNaN(test.want)) {
			t.Errorf("%+v: %v", test, have)
		}
	}
}

// TestRareEvents: of a rate the number of events that theory expects says how far a mean may
// be from it, where trials with none or one say less.
func TestRareEvents(t *testing.T) {
	for _, test := range []struct {
		e                     stats.Estimate
		theory, chances, want float64
	}{
		// 20 trials of 1000: 4 are expected, and 1, none and 10 are there.
		{stats.Estimate{Mean: 1.0 / 20000, Error: 1.0 / 20000, N: 20}, 4.0 / 20000, 1000, -1.5},
		{stats.Estimate{Mean: 0, Error: 0, N: 20}, 4.0 / 20000, 1000, -2},
		{stats.Estimate{Mean: 10.0 / 20000, Error: 2.5 / 20000, N: 20}, 4.0 / 20000, 1000, 2.21},
		{stats.Estimate{Mean: 4.0 / 1000, Error: math.NaN(), N: 1}, 4.0 / 1000, 1000, 0},
		{stats.Estimate{Mean: 0, Error: math.NaN(), N: 1}, 4.0 / 1000, 1000, -2},
		{stats.Estimate{Mean: 0, Error: 0, N: 20}, 0, 1000, 0},
		{stats.Estimate{Mean: math.NaN(), Error: math.NaN()}, 0.1, 1000, math.NaN()},
	} {
		if have := distance(test.e, test.theory, test.chances); !(math.Abs(have-test.want) <= 0.01) && !(math.IsNaN(have) && math.IsNaN(test.want)) {
			t.Errorf("%+v: %v", test, have)
		}
	}
}

// TestLimits: theory of a limit is told without a distance from it.
func TestLimits(t *testing.T) {
	half := Theory{Of: func(model.Spec, float64) float64 { return 0.5 }}
	e := stats.Estimate{Mean: 0.6, Error: 0.05, N: 1}
	if value, away := half.at(nil, 0, e); value != 0.5 || math.Abs(away-2) > 1e-9 {
		t.Errorf("%v, %v errors away", value, away)
	}
	half.Limit = true
	if value, away := half.at(nil, 0, e); value != 0.5 || !math.IsNaN(away) {
		t.Errorf("of a limit %v, %v errors away", value, away)
	}
}

// TestFewTrials: the error of two trials is worth little, so that their mean may be 39 of it away.
func TestFewTrials(t *testing.T) {
	for _, test := range []struct {
		trials    int
		low, high float64
	}{{2, 2, 2.5}, {3, 3, 3.5}, {20, 8.5, 9.2}, {100000, 38.5, 39}} {
		for _, sign := range []float64{-1, 1} {
			if have := sign * distance(stats.Estimate{Mean: 1 + 0.39*sign, Error: 0.01, N: test.trials}, 1, 0); !(have > test.low && have < test.high) {
				t.Errorf("39 standard errors of %d trials are %v", test.trials, have)
			}
		}
	}
}

// TestManyTrials: a table of eight times the trials takes about eight times the memory, not
// its square.
func TestManyTrials(t *testing.T) {
	taken := func(trials int) float64 {
		f, p := newFolder(t), newPlan(1, trials)
		work(t, f, p, &fake{atOnce: 1}, All())
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := f.WriteTrials(p, io.Discard); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if few, many := taken(500), taken(4000); many > 16*few {
		t.Errorf("500 trials take %.0f bytes, 4000 %.0f", few, many)
	}
}

// TestPlaces: a row for each point and place.
func TestPlaces(t *testing.T) {
	f, p := newFolder(t), newPlan(2, 2)
	r := fakeAlong{&fake{atOnce: 1, places: []float64{0.5, 10}}}
	work(t, f, p, r, All())
	theories := []Theory{{Outcome: "mass", Of: func(_ model.Spec, place float64) float64 { return place }}}
	table, err := f.Merge(p, theories, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 4 || table.Rows[1].Place != 10 || table.Rows[1].Theory[0] != 10 || table.Along.Name != "time" {
		t.Errorf("%+v", table)
	}
	if d := table.Rows[1].Estimates[0].Mean - table.Rows[0].Estimates[0].Mean; math.Abs(d-9.5) > 1e-12 {
		t.Errorf("the places differ by %v", d)
	}
	head, _, _ := strings.Cut(read(t, f, TrialsName), "\n")
	if head != "x,rule,trial,seed,time,mass,blow" {
		t.Errorf("the head is %s", head)
	}
}

// TestDifferences: noise that both points have drops out.
func TestDifferences(t *testing.T) {
	f, p := newFolder(t), newPlan(4, 5)
	for i := range p.Points { // ada is hebb plus 3
		if p.Points[i].Values[1].Text == "ada" {
			p.Points[i].Values[0].Number += 3
		}
	}
	work(t, f, p, &fake{atOnce: 1}, All())
	table, err := f.Table(p, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	d, err := table.Differences(p, "rule", "hebb")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 4 || lines[0] != "x,rule,n,mass_difference,mass_difference_error,blow_difference,blow_difference_error" {
		t.Fatalf("the differences are\n%s", b.String())
	}
	values, err := parseCells(strings.Split(lines[1], ",")[2:])
	if err != nil || values[0] != 5 || math.Abs(values[1]-3) > 1e-12 || values[2] > 1e-12 {
		t.Errorf("the first difference is %s, %v", lines[1], err)
	}
	for _, bad := range [][2]string{{"speed", "1"}, {"rule", "none"}} {
		if _, err := table.Differences(p, bad[0], bad[1]); err == nil {
			t.Errorf("differences to %v are possible", bad)
		}
	}
	p.Points[0].Seed++
	if _, err := table.Differences(p, "rule", "hebb"); err == nil {
		t.Error("trials of different seeds are taken for pairs")
	}
}

// TestSeedsOfTrials: the seed beside a trial is that of its run, where there is one.
func TestSeedsOfTrials(t *testing.T) {
	f, p := newFolder(t), newPlan(1, 3)
	work(t, f, p, &fake{atOnce: 3}, All())
	for spec, want := range map[model.Spec][]string{seeded{}: {"7", "8", "9"}, keyed{}: {"7", "7", "7"}} {
		p.Points[0].Spec = spec
		if _, err := f.Merge(p, nil, false); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range strings.Split(strings.TrimSpace(read(t, f, TrialsName)), "\n")[1:] {
			got = append(got, strings.Split(row, ",")[3])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T: %s", spec, diff)
		}
	}
}

// keyed has replicas that no run has alone.
type keyed struct{ model.Spec }

func (keyed) Key(seed uint64, replica, _ int) uint64 { return seed<<32 + uint64(replica) }
