package model

import (
	"math"
	"testing"
)

// TestParseChange reads what String writes, and refuses what it does not know.
func TestParseChange(t *testing.T) {
	for text, want := range map[string]Change{
		"a.b=3":                   {Key: "a.b", From: 3, To: 3, Over: 1},
		" a[0].b = -1e3 ":         {Key: "a[0].b", From: -1000, To: -1000, Over: 1},
		"a=1..2":                  {Key: "a", From: 1, To: 2},
		"a=..2.5":                 {Key: "a", From: 2.5, To: 2.5, Led: true},
		"a=..2 over 10":           {Key: "a", From: 2, To: 2, Led: true, Over: 10},
		"a=0.5..2 log":            {Key: "a", From: 0.5, To: 2, Log: true},
		"a=0.5..2 log over 7":     {Key: "a", From: 0.5, To: 2, Log: true, Over: 7},
		"a=1e-3..1e3 over 1 log":  {Key: "a", From: 1e-3, To: 1e3, Over: 1, Log: true},
		"edge.bound=2..2 over 20": {Key: "edge.bound", From: 2, To: 2, Over: 20},
	} {
		got, err := ParseChange(text)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
		again, err := ParseChange(got.String())
		if err != nil || again != got {
			t.Errorf("%q is written as %q, which is %+v, %v", text, got.String(), again, err)
		}
	}
	for _, text := range []string{"", "a", "a=", "=3", "a=x", "a=1..", "a=..", "a=1..x", "a=x..1", "a=1 log", "a=1..2 over", "a=1..2 over 0", "a=1..2 over x", "a=1..2 log log", "a=1..2 fast", "a=1 over 3", "a=1..2 over 3 over 4"} {
		if c, err := ParseChange(text); err == nil {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}

func FuzzParseChange(f *testing.F) {
	for _, text := range []string{"a=1..2 over 3 log", "a=..2", "a[0].b=-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseChange(text)
		if err != nil || c.From != c.From || c.To != c.To {
			return
		}
		if again, err := ParseChange(c.String()); err != nil || again != c {
			t.Errorf("%q is %+v, written as %q, which is %+v, %v", text, c, c.String(), again, err)
		}
	})
}

// TestCourse: values at the ends of ramps are those that are written, between them they
// go straight, or by one factor, and they hold on.
func TestCourse(t *testing.T) {
	c := Course{"a", []Begun{
		{11, Change{From: 1, To: 2, Over: 11}},
		{31, Change{To: 5, Led: true, Over: 3}},
		{33, Change{From: 8, To: 2, Over: 3, Log: true}}, // cuts the one before off
		{41, Change{From: 7, To: 7, Over: 1}},
		{51, Change{To: 70, Led: true, Over: 2, Log: true}},
	}}
	for step, want := range map[int64]float64{
		1: 0.25, 10: 0.25, 11: 1, 12: 1.1, 16: 1.5, 21: 2, 22: 2, 30: 2, 31: 3, 32: 4, 33: 8, 34: 4, 35: 2, 40: 2, 41: 7, 50: 7,
		51: 7 * math.Sqrt(10), 52: 70, 1000: 70,
	} {
		if got := c.At(step, 0.25); math.Abs(got-want) > 1e-14*want {
			t.Errorf("at step %d it is %v, want %v", step, got, want)
		}
	}
	for step, want := range map[int64]float64{21: 2, 35: 2, 52: 70} {
		if got := c.At(step, 0.25); got != want {
			t.Errorf("a ramp ends at %v, not %v", got, want)
		}
	}
}
