package analysis

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/model"
)

// rowsOf is a run of one replica with rows of some steps.
type rowsOf struct {
	Source
	steps  []int64
	values func(step int64) float64
}

func (r *rowsOf) Steps() ([]int64, error) { return r.steps, nil }

func (r *rowsOf) Column(string, int) ([]float64, error) {
	out := make([]float64, len(r.steps))
	for i, step := range r.steps {
		out[i] = r.values(step)
	}
	return out, nil
}

// noisy is a run of replicas, each with noise and a level of its own.
type noisy struct {
	rowsOf
	apart float64 // levels
}

func (r *noisy) Column(_ string, replica int) ([]float64, error) {
	random := rand.New(rand.NewPCG(uint64(replica), 3))
	out := make([]float64, len(r.steps))
	for i, step := range r.steps {
		out[i] = r.values(step) + r.apart*float64(replica) + random.NormFloat64()
	}
	return out, nil
}

// lookedAt are replicas of such a run.
func lookedAt(replicas int, values func(step int64) float64, steps ...int64) *Run {
	r := &Run{First: steps[0], Last: steps[len(steps)-1], From: &rowsOf{steps: steps, values: values}, quantities: []model.Column{{Name: "q", Unit: "1"}}}
	for k := range replicas {
		r.Replicas = append(r.Replicas, k)
	}
	return r
}

// every is the steps from one to another that are multiples of some.
func every(from, to, by int64) []int64 {
	var out []int64
	for step := from; step <= to; step += by {
		out = append(out, step)
	}
	return out
}

func valueOf(t *testing.T, r *Result, name string) Value {
	t.Helper()
	i := slices.IndexFunc(r.Values, func(v Value) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s: %+v", name, r)
	}
	return r.Values[i]
}

// TestSparserRows: where rows get sparser, means and deviations are those of the steps that
// rows stand for, and times and halves are of the last rows that are evenly spaced.
func TestSparserRows(t *testing.T) {
	late := func(step int64) float64 { // 0 in 4 steps, then 1 and 3 in turns
		if step <= 4 {
			return 0
		}
		return 2 - math.Pow(-1, float64(step/10))
	}
	r := lookedAt(1, late, append([]int64{1, 2, 3, 4}, every(10, 1000, 10)...)...)
	found, err := series(r)
	if err != nil {
		t.Fatal(err)
	}
	// Row 10 has the steps from 7 to 15, row 1000 those from 995 on.
	threes, ones := 8+49*10., 49*10+5.5
	mean := (3*threes + ones) / 1000
	if got := valueOf(t, found, "q"); math.Abs(got.Mean-mean) > 1e-12 || !math.IsNaN(got.Error) || got.N != 104 {
		t.Errorf("the mean is %+v, want %g", got.Estimate, mean)
	}
	square := (9*threes + ones) / 1000
	if got, want := valueOf(t, found, "q_deviation").Mean, math.Sqrt((square-mean*mean)*1000/999); math.Abs(got-want) > 1e-9 {
		t.Errorf("the deviation is %g, want %g", got, want)
	}
	if got := valueOf(t, found, "q_time").Mean; got != 5 { // half a row of 10 steps
		t.Errorf("the autocorrelation time is %g", got)
	}
	if len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "steps 10 to 1000, every 10 steps: `--first 10 --last 1000`") {
		t.Errorf("notes are %q", found.Notes)
	}
	for name, of := range map[string]func(*Run) (*Result, error){"spectra": spectra, "autocorrelation": autocorrelation, "bins": bins, "fano": fano} {
		if _, err := of(r); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "(--first 10 --last 1000)") {
			t.Errorf("%s of rows that get sparser: %v", name, err)
		}
	}
	r.First = 10
	if found, err = series(r); err != nil || len(found.Notes) > 0 || !(valueOf(t, found, "q").Error > 0) {
		t.Errorf("even rows: %+v, %v", found, err)
	}
	ended, err := series(lookedAt(1, late, append(every(10, 1000, 10), 1003)...))
	if err != nil || len(ended.Notes) != 1 || !strings.Contains(ended.Notes[0], "steps 10 to 1000") {
		t.Errorf("a last row that follows sooner: %+v, %v", ended, err)
	}
	if found, err = series(lookedAt(10, late, 1, 2, 4)); err != nil || valueOf(t, found, "q").Error != 0 {
		t.Errorf("ten replicas have an error: %+v, %v", found, err)
	}
}

// TestSumsTakeEachStep: what counts or adds up is refused where steps have no row.
func TestSumsTakeEachStep(t *testing.T) {
	ones := func(int64) float64 { return 1 }
	r := lookedAt(1, ones, every(5, 500, 5)...)
	for name, of := range map[string]func(*Run) (*Result, error){"fano": fano, "avalanches": avalanches} {
		if _, err := of(r); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "q is known every 5 steps, and each is needed") {
			t.Errorf("%s: %v", name, err)
		}
	}
	names := func(r *Run) (out []string, notes []string) {
		found, err := bins(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found.Tables[0].Columns {
			out = append(out, c.Name)
		}
		return out, found.Notes
	}
	if got, notes := names(r); slices.Contains(got, "sum") || !slices.Contains(got, "mean") || len(notes) != 1 || !strings.Contains(notes[0], "for sums each is needed") {
		t.Errorf("bins of thinned rows have %q: %q", got, notes)
	}
	if got, _ := names(lookedAt(1, ones, every(1, 500, 1)...)); !slices.Contains(got, "sum") {
		t.Errorf("bins of all steps have %q", got)
	}
}

// TestSettlingOfSparserRows: what is not stationary is found in the last rows that are
// evenly spaced, also before one that is there because the run ended; and where these are
// few it is not known.
func TestSettlingOfSparserRows(t *testing.T) {
	jump := func(step int64) float64 { // noise about 0, then about 100 from step 5,000 on
		v := math.Mod(float64(step)*0.6180339887, 1)
		if step >= 5000 {
			v += 100
		}
		return v
	}
	sparser := append(every(1, 999, 1), every(1000, 9000, 10)...)
	for _, test := range []struct {
		steps       []int64
		first, last int64
		names       int
		known       bool
	}{
		{sparser, 1000, 9000, 1, true},
		{slices.Concat(sparser, []int64{9003}), 1000, 9000, 1, true},
		{slices.Concat(sparser, every(10000, 12000, 1000)), 9000, 12000, 0, false},
		{append(every(10, 5000, 100), every(5100, 25000, 10)...), 5100, 25000, 0, true},
	} {
		found, err := Settling(lookedAt(1, jump, test.steps...))
		if err != nil {
			t.Fatal(err)
		}
		if found.First != test.first || found.Last != test.last || len(found.Moving)+len(found.Slow) != test.names || found.Known != test.known {
			t.Errorf("of %d rows it is found %+v, want steps %d to %d, %d names, known is %v", len(test.steps), found, test.first, test.last, test.names, test.known)
		}
	}
}

// TestJudged: long series are judged as short ones are, those of ten replicas by what the
// replicas do, and settings not at all; series and the end of a run say the same.
func TestJudged(t *testing.T) {
	level := func(int64) float64 { return 0 }
	wave := func(last int64) func(int64) float64 { // half a period: no mean is known
		return func(step int64) float64 { return 50 * math.Sin(math.Pi*(float64(step)-0.5)/float64(last)) }
	}
	slope := func(step int64) float64 { return float64(step) / 20 }
	for _, test := range []struct {
		name     string
		replicas int
		rows     int64
		values   func(int64) float64
		moving   int
		slow     int
		note     string // of series; "": none
	}{
		{"level", 1, 400, level, 0, 0, ""},
		{"slope", 1, 400, func(step int64) float64 { return float64(step) / 200 }, 1, 0, "q is not stationary"},
		{"slope in few rows", 1, 60, slope, 0, 0, "too few rows to tell what is stationary: 60 are evenly spaced, and it takes 100"},
		{"one row of replicas", 12, 1, slope, 0, 0, "too few rows to tell what is stationary: 1 is evenly spaced, and it takes two with 12 replicas"},
		{"long level", 1, 200_000, level, 0, 0, ""},
		{"long slope", 1, 100_000, func(step int64) float64 { return float64(step/50_001) / 5 }, 1, 0, "q is not stationary"},
		{"slow", 1, 1000, wave(1000), 0, 1, "too slow to tell whether stationary"},
		{"slow in blocks alone", 1, 4000, func(step int64) float64 { return wave(4000)(step) * 1.5 / 50 }, 0, 1, "means of blocks of rows are correlated over more than a twentieth of the steps: q"},
		{"slow, of replicas", 12, 1000, level, 0, 0, "errors, and what is stationary, are found from the replicas: q"},
		{"slope of replicas", 12, 60, slope, 1, 0, "q is not stationary"},
		{"level of replicas", 12, 60, level, 0, 0, "found from the replicas: q"},
	} {
		r := lookedAt(test.replicas, test.values, every(1, test.rows, 1)...)
		r.From = &noisy{rowsOf{steps: every(1, test.rows, 1), values: test.values}, 30}
		found, err := Settling(r)
		if err != nil || len(found.Moving) != test.moving || len(found.Slow) != test.slow {
			t.Errorf("%s: %+v, %v", test.name, found, err)
		}
		result, err := series(r)
		if err != nil || len(result.Notes) > 0 != (test.note != "") || test.note != "" && !strings.Contains(result.Notes[0], test.note) {
			t.Errorf("%s: series notes %q, %v", test.name, result.Notes, err)
		}
		r.quantities = []model.Column{{Name: "q", Set: true}}
		if found, err = Settling(r); err != nil || len(found.Moving)+len(found.Slow) > 0 {
			t.Errorf("%s: of a setting it is found %+v, %v", test.name, found, err)
		}
	}
}

// TestSeriesAndEndAgree: statistics call too slow, or not stationary, what the end of the run
// does.
func TestSeriesAndEndAgree(t *testing.T) {
	slow, fine := 0, 0
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 9))
		v, values := 0.0, make([]float64, 1+[]int{900, 1500, 6000}[seed%3])
		for i := range values {
			v = (1-30/float64(len(values)))*v + random.NormFloat64()
			values[i] = v + 10*random.NormFloat64()*float64(seed%2)
		}
		r := lookedAt(1, func(step int64) float64 { return values[step] }, every(1, int64(len(values)-1), 1)...)
		end, err := Settling(r)
		if err != nil {
			t.Fatal(err)
		}
		found, err := series(r)
		if err != nil {
			t.Fatal(err)
		}
		notes := strings.Join(found.Notes, "\n")
		if strings.Contains(notes, "too slow to tell whether stationary") != (len(end.Slow) > 0) || strings.Contains(notes, "is not stationary") != (len(end.Moving) > 0) {
			t.Errorf("seed %d: series notes %q, and the end of the run %+v", seed, notes, end)
		}
		if math.IsNaN(valueOf(t, found, "q_time").Mean) && notes == "" {
			t.Errorf("seed %d: no autocorrelation time is known, and nothing is said", seed)
		}
		slow += len(end.Slow)
		if notes == "" {
			fine++
		}
	}
	if slow == 0 || fine == 0 {
		t.Errorf("%d series are too slow, and %d have no note: the test tries nothing", slow, fine)
	}
}

// TestReplicasOfDifferentLevels: what each replica moves is told from how they differ.
func TestReplicasOfDifferentLevels(t *testing.T) {
	var series [][]float64
	random := rand.New(rand.NewPCG(5, 5))
	for k := range 10 {
		var values []float64
		for i := range 50 {
			values = append(values, float64(100*k)+float64(i)/10+random.NormFloat64())
		}
		series = append(series, values)
	}
	if d, v := judge(series); v != moving || math.Abs(d.Mean-2.5) > 1 {
		t.Errorf("ten replicas that rise by 2.5 are said to move by %+v, verdict %d", d, v)
	}
	if few := stationaryWithin(10); math.Abs(few-5.3) > 0.1 {
		t.Errorf("with ten replicas 3.5 is %g, and Student's distribution has 5.3", few)
	}
}
