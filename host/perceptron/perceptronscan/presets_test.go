package perceptronscan_test

import (
	"math"
	"testing"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/perceptron/perceptronscan"
	"tnn-gpu/host/scan"
	"tnn-gpu/host/stats"
)

// shrunk is a student of a preset made smaller, at the same n dt/B, which theory depends
// on: as long in time, with fewer weights and larger steps. Where time scales are
// separated, fewer weights and examples and a shorter run do.
func shrunk(t perceptron.Table) *perceptron.Spec {
	switch {
	case t.Ramp > 0 || t.HeatEvery == 1:
		t.N, t.B, t.Dt = 120, 48, 4e-3
	case t.G() < 0.01:
		t.N, t.B, t.Dt, t.Time, t.AverageFrom = 28, 28, 1e-3, 9, 6
	case t.B == 1:
		t.N, t.Dt = t.N/5, t.Dt*5
	default:
		t.N, t.B, t.Dt = 400, 6, 5e-3
	}
	return &perceptron.Spec{Perceptron: t}
}

// slack is how far a mean of a shrunk network may be from what theory says of an infinite
// one, beside its standard error.
func slack(outcome string, want float64) float64 {
	switch outcome {
	case "epsilon", "epsilon_test", "diff_hebb":
		return 0.006
	case "information":
		return 0.015
	case "hk", "heat", "total_formula":
		return 0.12 + 0.04*math.Abs(want)
	case "t_blow":
		return 0.25
	}
	return 0.04 + 0.04*math.Abs(want)
}

// Every preset of a scan, made smaller, gives what theory says of each of its points,
// wherever it says something. make soak makes them as they are.
func TestPresetsFollowTheory(t *testing.T) {
	for _, p := range perceptronscan.Presets() {
		t.Run(p.Name, func(t *testing.T) {
			switch {
			case p.Name == "perceptron-quick" && !soak():
				t.Skip("made smaller, it is perceptron-headline")
			case p.Name == "perceptron-learn" && !soak():
				t.Skip("TestCurvesFollowTheMap makes it smaller")
			case (p.Name == "perceptron-headline" || p.Name == "perceptron-quick") && soak():
				t.Skip("TestHeadline and TestQuick make it")
			}
			f, err := scan.Decode(p.Name, []byte(p.File))
			if err != nil {
				t.Fatal(err)
			}
			s, err := scan.New(f)
			if err != nil {
				t.Fatal(err)
			}
			var specs []*perceptron.Spec
			trials := 3
			for _, point := range s.Plan.Points {
				one := point.Spec.(*perceptron.Spec)
				if s.Kind.Name == "learn" && one.Perceptron.Power() >= 1 {
					continue // a student that diverges grows by powers of what chance makes of it
				}
				if soak() {
					trials = s.Plan.Trials
				} else if one = shrunk(one.Perceptron); one.Perceptron.Time > 30 {
					continue // as long as it is slow
				}
				specs = append(specs, one)
			}
			b := newBench(t, s.Kind.Name, s.Base.Spec.(*perceptron.Spec))
			checkTheories(t, b, specs, b.try(trials, specs...))
		})
	}
}

// checkTheories compares outcomes with what theory says of them.
func checkTheories(t *testing.T, b *bench, specs []*perceptron.Spec, results [][][]float64) {
	t.Helper()
	places := []float64{0}
	if along, ok := b.runner.(experiment.Placed); ok {
		_, places = along.Along()
	}
	outcomes, compared := b.runner.Outcomes(), 0
	for p, spec := range specs {
		for i, values := range results[p] {
			place, outcome := places[i/len(outcomes)], outcomes[i%len(outcomes)]
			want := b.theory(outcome.Name, spec, place)
			if math.IsNaN(want) {
				continue
			}
			compared++
			if e := stats.Mean(values); !(math.Abs(e.Mean-want) <= 3.5*e.Error+slack(outcome.Name, want)) {
				t.Errorf("%s %s, nut %g, B %d: %s at %g is %.5f(%.5f), want %.5f", spec.Perceptron.Rule, spec.Perceptron.Noise, spec.Perceptron.Nut,
					spec.Perceptron.B, outcome.Name, place, e.Mean, e.Error, want)
			}
		}
	}
	if compared < len(specs)/2 {
		t.Errorf("of %d points %d values were compared", len(specs), compared)
	}
}
