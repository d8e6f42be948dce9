package main

import (
	"bytes"
	"testing"
	"time"

	"tnn-gpu/host/experiment"
)

// testProgress is that of a scan of three points, with a clock and what it prints.
func testProgress() (s *scanProgress, now *time.Time, out, errs *bytes.Buffer) {
	out, errs, now = &bytes.Buffer{}, &bytes.Buffer{}, &time.Time{}
	plan := &experiment.Plan{Keys: []string{"a"}, Trials: 2}
	for _, text := range []string{"1", "2", "3"} {
		plan.Points = append(plan.Points, experiment.Point{Values: []experiment.Value{{Text: text}}})
	}
	s = &scanProgress{program: &program{out: out, errs: errs}, plan: plan, now: func() time.Time { return *now }}
	return s, now, out, errs
}

// A bar shows how far the points at work are, and makes room for the lines of those that
// are done.
func TestScanBar(t *testing.T) {
	s, now, out, errs := testProgress()
	s.bar, s.width = errs, 200
	s.at(1, 100) // nothing is at work
	s.tell(experiment.Event{Point: 0, Begun: 3})
	s.at(1, 100) // too soon
	*now = now.Add(10 * time.Second)
	s.at(25, 100)
	if want := erase + "[#####...............] 25 %, step 25 of 100, 30s left at most: a = 1 and 2 points more"; errs.String() != want {
		t.Errorf("the bar is %q, want %q", errs, want)
	}
	s.at(26, 100) // not again at once
	errs.Reset()
	s.tell(experiment.Event{Point: 0, Trials: 2, Left: 2, Time: time.Minute})
	if out.String() != "a = 1: 2 trials, 2 points to go, about 1m0s\n" || errs.String() != erase {
		t.Errorf("printed is %q and %q", out, errs)
	}
	s.width = 12
	s.tell(experiment.Event{Point: 1, Begun: 1})
	*now = now.Add(time.Second)
	errs.Reset()
	s.at(1, 2)
	if want := erase + "[##########"; errs.String() != want {
		t.Errorf("in 12 characters the bar is %q, want %q", errs, want)
	}
}

// Without a terminal a line comes where nothing was said for a minute, and no other.
func TestScanWithoutATerminal(t *testing.T) {
	s, now, out, errs := testProgress()
	s.tell(experiment.Event{Point: 1, Begun: 1})
	for range 5 {
		*now = now.Add(25 * time.Second)
		s.at(50, 200)
	}
	if want := "25 %, step 50 of 200, 3m45s left at most: a = 2\n"; errs.String() != want || out.Len() > 0 {
		t.Errorf("printed is %q and %q, want %q", errs, out, want)
	}
	s.clear()
	s.tell(experiment.Event{Point: 1, Trials: 2})
	if want := "a = 2: 2 trials\n"; out.String() != want {
		t.Errorf("printed is %q, want %q", out, want)
	}
}
