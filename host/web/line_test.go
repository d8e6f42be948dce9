package web

import (
	"testing"
)

// TestLine: rows are those of consecutive steps, the newest of them; a step that was
// changed takes the place of what it was.
func TestLine(t *testing.T) {
	var l line
	for step := range int64(5) {
		l.add(&shot{moment: moment{step: step}}, 3)
	}
	l.add(&shot{moment: moment{4, 1}}, 3)
	if len(l.rows) != 3 || l.rows[0].step != 2 || l.rows[2].changes != 1 {
		t.Errorf("%d rows from step %d on", len(l.rows), l.rows[0].step)
	}
	l.add(&shot{moment: moment{step: 9}}, 3)
	if len(l.rows) != 1 || l.rows[0].step != 9 {
		t.Errorf("%d rows after a gap", len(l.rows))
	}
}

// TestStack puts steps one under another, with the sign of odd sites turned.
func TestStack(t *testing.T) {
	g := NewGrid(3, []int{3}, true)
	g.remember(1)
	rows := []values{{array: arrayOf(1, 2, 3)}, {array: arrayOf(7, 4, 5, 6), base: 1}}
	all, grid := stack(&g, rows, true)
	want := []float32{1, -2, 3, 4, -5, 6}
	for i, v := range want {
		if all.array.Single[i] != v {
			t.Errorf("value %d is %v, want %v", i, all.array.Single[i], v)
		}
	}
	v := View{Field: "state", W: 3, H: 1, Width: 3, Height: 1}.whole(grid)
	if err := v.check(grid, 1); err != nil || grid.Rows != 2 || g.Past != mostPast {
		t.Errorf("%+v, %v", grid, err)
	}
	var p painter
	if f := parseFrame(p.paint(&v, grid, all, 4, &[2]float64{-6, 6})); f.width != 3 || f.height != 2 {
		t.Errorf("a frame of %d x %d", f.width, f.height)
	}
}
