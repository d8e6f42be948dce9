package sorn

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/sorn/sorntest"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// TestCriticality: the preset of Del Papa et al. 2017 fills a tenth of all connections
// before 10^6 steps, as their figure 1 shows, where inhibitory weights have no floor; and the
// avalanches after that follow power laws in the ranges of the paper rather than
// exponentials. With the floor of the authors' program it stays below.
func TestCriticality(t *testing.T) {
	if !backendtest.Soak() {
		t.Skip("it takes minutes: make soak")
	}
	const transient, after = 1_000_000, 1_000_000
	for _, v := range []struct {
		floor  float64
		lo, hi float64 // of the connected fraction after the transient
	}{{0, 0.11, 0.18}, {0.001, 0.03, 0.07}} {
		t.Run(fmt.Sprintf("floor %g", v.floor), func(t *testing.T) {
			s := presetOf(t, "delpapa2017")
			s.Sorn.InhibitionFloor, s.Eras[0].Steps = v.floor, transient+after
			b := backendtest.Opened(t, open, sorntest.Build(s), backend.Options{Precision: state.Single, Seeds: []uint64{1}, Threads: 1})
			n := float64(s.Sorn.NE)
			var last []float64
			activity := func(steps int) (c []float64) {
				const batch = 1000
				for range steps / batch {
					rows := backendtest.Advance(t, b, batch)
					for k := range batch {
						c = append(c, rows[k*sorn.Sums+sorn.SumActiveE])
					}
					last = rows[(batch-1)*sorn.Sums:]
				}
				return c
			}
			var grown []string
			for _, steps := range []int{100_000, 400_000, 500_000} {
				activity(steps)
				grown = append(grown, fmt.Sprintf("%.4f", last[sorn.SumEE]/(n*(n-1))))
			}
			fraction := last[sorn.SumEE] / (n * (n - 1))
			t.Logf("connected after 1e5, 5e5 and 1e6 steps: %v", grown)
			if !(fraction >= v.lo && fraction <= v.hi) {
				t.Errorf("%.3f of all pairs are connected after %d steps, want %g to %g", fraction, transient, v.lo, v.hi)
			}
			if v.floor > 0 {
				return
			}
			c := activity(after)
			all := stats.Avalanches(c, stats.Threshold(c))
			t.Logf("%d avalanches, autocorrelation at lag 1 %.3f", len(all), stats.Autocorrelation(c, 1)[1])
			for _, of := range []struct {
				name   string
				values []float64
				lo, hi int
				want   float64 // of one seed of another program
			}{{"durations", stats.Durations(all), 6, 60, 1.95}, {"sizes", stats.Sizes(all), 10, 1500, 1.51}} {
				power, err := stats.FitPowerLaw(of.values, of.lo, of.hi)
				if err != nil {
					t.Fatal(err)
				}
				exponential, err := stats.FitExponential(of.values, of.lo, of.hi)
				if err != nil {
					t.Fatal(err)
				}
				gain := exponential.LogLikelihood - power.LogLikelihood
				t.Logf("%s: exponent %.3f +- %.3f of %d, KS distance %.3f, log-likelihood of an exponential less that: %.0f", of.name, power.Parameter[0], power.Error[0], power.N, power.KS, gain)
				if math.Abs(power.Parameter[0]-of.want) > 0.25 {
					t.Errorf("the exponent of %s is %.2f, want %.2f", of.name, power.Parameter[0], of.want)
				}
				if gain > 0 {
					t.Errorf("an exponential is likelier for %s, by %.0f", of.name, gain)
				}
			}
		})
	}
}

func presetOf(t *testing.T, name string) *sorn.Spec {
	t.Helper()
	for _, p := range sorn.Presets() {
		if p.Name == name {
			return p.Spec
		}
	}
	t.Fatalf("there is no preset %s", name)
	return nil
}
