package plot

import (
	"math"
	"testing"

	"tnn-gpu/host/experiment"
)

// Marks stand at their value of the key that is x, and nowhere else.
func TestMarks(t *testing.T) {
	table := scanTable([]string{"load"}, false, []string{"0.05"}, []string{"0.1"}, []string{"0.2"})
	s := &scan{table: table, options: ScanOptions{Marks: []experiment.Mark{{Key: "load", Value: 0.138, Name: "critical"}, {Key: "load", Value: 0.5, Name: "outside"}, {Key: "count", Value: 0.1, Name: "another key"}}}}
	if err := s.choose(); err != nil {
		t.Fatal(err)
	}
	want := 0.138
	if s.x.log {
		want = math.Log10(want)
	}
	if got := s.marks(); len(got) != 1 || got[0].Name != "critical" || got[0].X != want {
		t.Errorf("the marks are %v", got)
	}
}

// A logarithmic axis has no place for zero, and all points have one on x.
func TestLogarithmicOutcome(t *testing.T) {
	table := scanTable([]string{"load"}, true, []string{"0"}, []string{"0.1"}, []string{"0.2"})
	table.Outcomes[0].Log = true
	s := &scan{table: table}
	if err := s.choose(); err != nil {
		t.Fatal(err)
	}
	s.group()
	p := s.points(0)
	if measured, known := p.Curves[0], p.Curves[1]; !p.FineDecadesY || measured.Unseen.Values != 1 || !math.IsNaN(measured.Y[0]) || math.Abs(measured.Y[1]+1) > 1e-12 || len(known.Y) != 3 {
		t.Errorf("points at %v, theory at %v", measured.Y, known.Y)
	}
	if len(p.Extent) != 2 || p.Extent[0] != 0 || p.Extent[1] != 0.2 {
		t.Errorf("the axis has %v at the least", p.Extent)
	}
}
