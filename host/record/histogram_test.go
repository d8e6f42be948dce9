package record

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// TestCountingInPartsIsCounting: however the items of replicas are cut into parts, a
// histogram has each value once, in its bin and in that of its own replica, also where
// replicas have other numbers of values.
func TestCountingInPartsIsCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const replicas = 3
		each := rapid.SampledFrom([]int{0, 1, 2, 30, 100, 700, partItems + 1}).Draw(t, "items")
		width := rapid.SampledFrom([]float64{0.1, 0.25, 3}).Draw(t, "width")
		spread := rapid.SampledFrom([]float64{1, 100, 1e5}).Draw(t, "spread")
		a := state.NewArray(state.Field{Name: "x", Space: state.Node}, state.Double, replicas*each)
		for i := range a.Len() {
			if i%(2+i/max(1, each)) > 0 { // 0 is no value here: replicas have fewer and fewer
				a.Double[i] = spread * math.Sin(float64(i*i))
			}
		}
		d := model.Distribution{From: "x", Width: width, Values: func(out []float64, of model.Part) []float64 {
			for i := of.First; i < of.Last; i++ {
				if v := of.From.At(of.From.First(of.Replica, of.Replicas) + i); v != 0 {
					out = append(out, v)
				}
			}
			return out
		}}
		r := &Recorder{replicas: replicas, points: [][]int{{0, 2}, {1}}}
		r.about.Distributions = []model.Distribution{d}
		got, err := r.count(func(string) *state.Array { return &a })
		if err != nil || len(got) != 2 || got[0].replica != 0 || got[1].replica != 1 {
			t.Fatalf("%d histograms, %v", len(got), err)
		}
		for i, point := range r.points {
			want := make(map[float64]int64)
			for _, k := range point {
				for _, v := range a.Double[k*each : (k+1)*each] {
					if v != 0 {
						want[math.Floor(v/width)]++
					}
				}
			}
			if diff := cmp.Diff(want, got[i].counts); diff != "" {
				t.Fatalf("replicas %v (-want +got):\n%s", point, diff)
			}
		}
	})
}
