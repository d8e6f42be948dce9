package plot

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"
	"pgregory.net/rapid"

	"tnn-gpu/host/bench"
	"tnn-gpu/host/model"
	"tnn-gpu/host/results"
)

// TestTicks: a few labels that differ, at values within the axis, in order.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e7, 1e7).Draw(t, "low")
		width := math.Pow(10, rapid.Float64Range(-3, 8).Draw(t, "decades"))
		ticks := roundTicks{}.Ticks(low, low+width)
		if len(ticks) < 2 || len(ticks) > 8 {
			t.Fatalf("%d ticks from %v to %v", len(ticks), low, low+width)
		}
		for i, tick := range ticks {
			if tick.Value < low || tick.Value > low+width {
				t.Errorf("tick %v is not within %v and %v", tick.Value, low, low+width)
			}
			if i > 0 && (tick.Value <= ticks[i-1].Value || math.Abs(low)+width < 1e6 && tick.Label == ticks[i-1].Label) {
				t.Errorf("ticks %v and %v", ticks[i-1], tick)
			}
		}
	})
	var labels []string
	for _, tick := range (roundTicks{}).Ticks(-0.1, 0.3) {
		labels = append(labels, tick.Label)
	}
	if d := cmp.Diff([]string{"-0.1", "0.0", "0.1", "0.2", "0.3"}, labels); d != "" {
		t.Errorf("(-want +is):\n%s", d)
	}
}

// TestDensity: merged or not, bins have the area of the values that they show.
func TestDensity(t *testing.T) {
	for _, bins := range []int{1, 40, 1000} {
		h := results.Histogram{Lower: -3, Width: 0.25}
		total := 0.0
		for i := range bins {
			h.Counts = append(h.Counts, int64(i%7+1))
			total += float64(i%7 + 1)
		}
		c := density(Style{}, h)
		area := 0.0
		for i := range c.X[:len(c.X)-1] {
			area += c.Y[i] * (c.X[i+1] - c.X[i])
		}
		if len(c.X) > mostBins+2 || area > 1+1e-9 || area < 0.98 {
			t.Errorf("%d bins become %d with an area of %v", bins, len(c.X)-1, area)
		}
	}
}

func TestCentralLeavesTailsOut(t *testing.T) {
	counts := []int64{1, 0, 0, 500, 499, 0, 1}
	if first, last := central(counts, 1001); first != 3 || last != 4 {
		t.Errorf("bins %d to %d, want 3 to 4", first, last)
	}
	if first, last := central([]int64{7}, 7); first != 0 || last != 0 {
		t.Errorf("bins %d to %d of one", first, last)
	}
}

func TestPool(t *testing.T) {
	got := pool([]results.Histogram{
		{Lower: 0, Width: 0.25, Counts: []int64{1, 2}},
		{Lower: -0.5, Width: 0.25, Counts: []int64{3, 0, 4, 5, 6}},
	})
	if d := cmp.Diff(results.Histogram{Lower: -0.5, Width: 0.25, Counts: []int64{3, 0, 5, 7, 6}}, got); d != "" {
		t.Errorf("(-want +is):\n%s", d)
	}
}

func TestThinKeepsTheMean(t *testing.T) {
	c := Curve{}
	for i := range 3 * mostPoints {
		c.X, c.Y = append(c.X, float64(i)), append(c.Y, float64(i%3))
	}
	if got := thin(c); len(got.X) != mostPoints || got.Spread != nil || got.X[0] != 1 || math.Abs(got.Y[7]-1) > 1e-12 {
		t.Errorf("%d points, the first at %v; y is %v", len(got.X), got.X[0], got.Y[7])
	}
}

// Every backend has a curve in the panel of each number of connections.
func TestScaling(t *testing.T) {
	result := func(on string, size, connections, replicas int, rate float64) *bench.Result {
		r := &bench.Result{Case: bench.Case{Series: "s", Unit: "nodes", Axes: []bench.Value{{Axis: "size", Value: size}, {Axis: "connections", Value: connections}}, Replicas: replicas}, Backend: on, Device: "it"}
		r.Size, r.Rate.PerSecond.Median = model.Count{Name: "network_nodes", Value: int64(size * size)}, rate
		return r
	}
	page := Scaling([]*bench.Result{
		result("cpu", 10, 4, 1, 1e6), result("cpu", 100, 4, 1, 2e6), result("cpu", 10, 16, 10, 3e6), result("opencl", 10, 4, 1, 4e6),
	})
	if want := []string{"cpu: it", "opencl: it"}; !cmp.Equal(page.Colours, want) {
		t.Errorf("the colours are of %q, not %q", page.Colours, want)
	}
	want := [][]Curve{
		{{Style: Style{Colour: 0}, X: []float64{2, 4}, Y: []float64{1, 2}}, {Style: Style{Colour: 1}, X: []float64{2}, Y: []float64{4}}},
		{{Style: Style{Colour: 0}, X: []float64{3}, Y: []float64{3}}, {Style: Style{Colour: 1}}},
	}
	for i, panel := range page.Panels {
		if title := []string{"s, 4 connections, single precision", "s, 16 connections, single precision"}[i]; panel.Title != title || panel.X != "network nodes" || panel.Y != "10⁶ nodes / s" {
			t.Errorf("panel %q has the axes %q and %q, not %q", panel.Title, panel.X, panel.Y, title)
		}
		if d := cmp.Diff(want[i], panel.Curves); d != "" {
			t.Errorf("panel %q: %s", panel.Title, d)
		}
	}
	if len(page.Panels) != len(want) {
		t.Errorf("there are %d panels", len(page.Panels))
	}
}

// Rates are drawn in a unit of their size.
func TestScalingUnits(t *testing.T) {
	for rate, want := range map[float64]string{12: "recalls / s", 1200: "10³ recalls / s", 999999: "10³ recalls / s", 3e7: "10⁶ recalls / s"} {
		r := &bench.Result{Case: bench.Case{Series: "s", Unit: "recalls"}}
		r.Rate.PerSecond.Median = rate
		panel := Scaling([]*bench.Result{r}).Panels[0]
		if y := panel.Curves[0].Y[0]; panel.Y != want || y < 1 || y > 1000 {
			t.Errorf("%g a second is drawn as %g %s, want %s", rate, y, panel.Y, want)
		}
	}
}

// Names below an axis lean where they have no room side by side.
func TestLongNamesLean(t *testing.T) {
	for _, test := range []struct {
		names []string
		leans bool
	}{
		{[]string{"hebb", "adatron"}, false},
		{[]string{"hebb", "perceptron", "adatron", "alphatron(0.25)", "alphatron(0.5)"}, true},
		{[]string{"[30, 30]", "[60, 60]", "[120, 120]"}, false},
	} {
		p := &Panel{Names: test.names, Curves: []Curve{{X: []float64{0, float64(len(test.names) - 1)}, Y: []float64{1, 2}, Spread: []float64{0, 0}, Marks: true}}}
		drawn, err := p.plot()
		if err != nil {
			t.Fatal(err)
		}
		if leans := drawn.X.Tick.Label.Rotation != 0; leans != test.leans {
			t.Errorf("%q lean: %v, want %v", test.names, leans, test.leans)
		}
	}
}

// TestInsetRoom: however many curves have names, insets are above what they show again.
func TestInsetRoom(t *testing.T) {
	for keys := range 4 {
		p := Panel{Curves: []Curve{{X: []float64{1, 2, 3, 4}, Y: []float64{-2, 7, 5, 3}}}, Insets: [][2]float64{{1, 2}, {3, 4}}, Key: make([]Style, keys)}
		drawn, err := p.plot()
		if err != nil {
			t.Fatal(err)
		}
		insets, err := p.insets()
		if err != nil || len(insets) != 2 {
			t.Fatalf("%d insets, %v", len(insets), err)
		}
		for i, in := range insets {
			if highest := (7 - drawn.Y.Min) / (drawn.Y.Max - drawn.Y.Min); in.bottom <= highest || in.top > 1+1e-12 || in.left != float64(i)/2 {
				t.Errorf("%d names: inset %d is in %+v, and the curve goes up to %v", keys, i, in, highest)
			}
		}
		if a, b := insets[0].drawn, insets[1].drawn; a.X.Min != 1 || a.X.Max != 2 || a.Y.Min != -2 || a.Y.Max != 7 || b.X.Min != 3 || b.Y.Max != 5 {
			t.Errorf("the insets show %v to %v and %v to %v", a.X, a.Y, b.X, b.Y)
		}
	}
}

// TestStepsAreWhole: an axis of few steps has none between them.
func TestStepsAreWhole(t *testing.T) {
	p := &Panel{X: "step", Y: "order", Curves: []Curve{{X: []float64{1, 2}, Y: []float64{0.1, 0.2}}}}
	drawn, err := p.plot()
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		ticks []plot.Tick
		want  string
	}{{drawn.X.Tick.Marker.Ticks(1, 2), "1 2"}, {drawn.X.Tick.Marker.Ticks(1, 4), "1 2 3 4"}, {drawn.X.Tick.Marker.Ticks(1, 60), "10 20 30 40 50 60"}, {drawn.Y.Tick.Marker.Ticks(1, 2), "1.0 1.2 1.4 1.6 1.8 2.0"}} {
		var labels []string
		for _, tick := range of.ticks {
			labels = append(labels, tick.Label)
		}
		if is := strings.Join(labels, " "); is != of.want {
			t.Errorf("ticks at %s, want %s", is, of.want)
		}
	}
}
