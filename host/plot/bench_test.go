package plot_test

import (
	"io"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/picture"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/results/resultstest"
)

// One operation is the overview of a lone network of 900 nodes with 16 connections after
// 500 steps, from its tables to the bytes of the picture.
func BenchmarkOverview(b *testing.B) {
	r := resultstest.Make(b, cpuref.New, "isolated", nil, "era[0].steps=500")
	r.Keep()
	states := make([]float64, 900)
	for i := range states {
		states[i] = float64(i*i%17)/8 - 1
	}
	painter := &picture.Painter{Scene: picture.NewScene(900, []int{30, 30}, true), State: true}
	view, err := picture.NewView(painter, 13, 0, false, 1)
	if err != nil {
		b.Fatal(err)
	}
	low, high, colours := painter.Scale()
	shown := plot.Shown{Title: "states after step 500", Image: view.Draw(states, ""), Scale: &plot.Scale{Low: low, High: high, Colours: colours}}
	for b.Loop() {
		page, err := plot.Overview(r, shown)
		if err != nil {
			b.Fatal(err)
		}
		if err := page.Write(io.Discard, "png"); err != nil {
			b.Fatal(err)
		}
	}
}
