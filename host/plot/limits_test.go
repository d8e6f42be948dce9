package plot

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// TestLimitsWithNothing: panels with nothing within the limits are left out and named, and
// where that is all of them the limits are refused, with what there is.
func TestLimitsWithNothing(t *testing.T) {
	page := func(curves ...Curve) *Page {
		p := &Page{Subtitle: "runs", Columns: len(curves)}
		for i, c := range curves {
			p.Panels = append(p.Panels, Panel{X: "step", Y: string(rune('a' + i)), Curves: []Curve{c}})
		}
		return p
	}
	line := Curve{X: []float64{1, 2, 3}, Y: []float64{10, 20, 30}}
	points := line
	points.Marks = true
	barred := points
	barred.Spread = []float64{1, 1, 5}
	edge := barred
	edge.Joined, edge.Below = true, []float64{math.Inf(1), 1, math.Inf(1)}
	limit := func(a, b float64) *[2]float64 { return &[2]float64{a, b} }
	for name, of := range map[string]struct {
		curve Curve
		look  Look
		want  string // of the refusal; empty where something is drawn
	}{
		"far above":            {line, Look{LimitY: limit(1e300, 1e301)}, "the curves go from 1 to 3 on the x axis, and from 10 to 30 on the y axis"},
		"far to the left":      {line, Look{LimitX: limit(-5, 0)}, "from 1 to 3 on the x axis"},
		"between points":       {points, Look{LimitX: limit(1.2, 1.8)}, "nothing is within the limits"},
		"between, with a line": {line, Look{LimitX: limit(1.2, 1.8), LimitY: limit(12, 13)}, ""},
		"beside the line":      {line, Look{LimitX: limit(1, 2), LimitY: limit(25, 30)}, "nothing is within the limits"},
		"a bar":                {barred, Look{LimitY: limit(34, 40)}, ""},
		"beyond the bar":       {barred, Look{LimitY: limit(36, 40)}, "nothing is within the limits"},
		"a bar to the edge":    {edge, Look{LimitY: limit(1, 2)}, ""},
		"an end":               {line, Look{LimitY: limit(30, 40)}, ""},
		"a logarithm":          {line, Look{LogY: true, LimitY: limit(15, 16)}, ""},
		"above a logarithm":    {line, Look{LogY: true, LimitY: limit(31, 40)}, "from 10 to 30 on the y axis"},
	} {
		p := page(of.curve)
		err := p.Apply(of.look)
		if (err == nil) != (of.want == "") || err != nil && (!errors.Is(err, errOutside) || !strings.Contains(err.Error(), of.want)) {
			t.Errorf("%s: %v, want %q", name, err, of.want)
		}
	}
	other := Curve{X: []float64{1, 2, 3}, Y: []float64{-1, 0, 1}}
	p := page(line, other)
	if err := p.Apply(Look{LimitY: limit(-1, 1)}); err != nil || len(p.Panels) != 1 || p.Panels[0].Y != "b" || p.Columns != 1 {
		t.Errorf("%v: the panels are %+v", err, p.Panels)
	}
	if want := "runs; left out, as nothing is within the limits: a"; p.Subtitle != want {
		t.Errorf("the page says %q, want %q", p.Subtitle, want)
	}
	empty := page(Curve{})
	if err := empty.Apply(Look{LimitY: limit(-1, 1)}); err != nil {
		t.Errorf("of a figure without points: %v", err)
	}
}
