package experiment

import (
	"fmt"

	"tnn-gpu/host/model"
)

// Plan is the points of a scan and how often each is tried. Adding points or
// trials to a plan renames nothing that it had before.
type Plan struct {
	Keys   []string // that differ between points
	Points []Point
	Trials int // of every point
	// OwnGraph gives every trial a network from a seed of its own: the point's plus
	// the trial's number. Else the trials of a point share theirs.
	OwnGraph bool
}

// Point is one of a plan. Its task, the trials that it needs, is named by a hash of
// all that determines their results, the number of trials left out.
type Point struct {
	Task   string
	Values []Value // of the plan's keys
	Seed   uint64
	Spec   model.Spec
	Work   float64 // how long it takes beside other points, about; 0 counts as 1
}

func (p *Point) work() float64 {
	if p.Work > 0 {
		return p.Work
	}
	return 1
}

// Validate finds points that are the same.
func (p *Plan) Validate() error {
	first := make(map[string]int)
	for i, point := range p.Points {
		if k, found := first[point.Task]; found {
			return fmt.Errorf("points %d and %d of the scan are the same (%s): leave one of them out", k+1, i+1, p.Name(i))
		}
		first[point.Task] = i
	}
	return nil
}

// Name of a point, for messages: its keys and values.
func (p *Plan) Name(point int) string {
	text := ""
	for k, key := range p.Keys {
		if k > 0 {
			text += ", "
		}
		text += key + " = " + p.Points[point].Values[k].Text
	}
	return text
}

// trials of a point from a number on.
func (p *Plan) trials(point, from int) []Trial {
	var out []Trial
	at := &p.Points[point]
	for n := from; n < p.Trials; n++ {
		t := Trial{Point: point, Number: n, Seed: at.Seed, Graph: at.Seed, Values: at.Values, Spec: at.Spec}
		if p.OwnGraph {
			t.Graph += uint64(n)
		}
		out = append(out, t)
	}
	return out
}

// Share is a part of a scan's tasks: Index, Index + Count, Index + 2 Count, ... of
// them, counted from 0.
type Share struct{ Index, Count int }

// All is the share that has every task.
func All() Share { return Share{0, 1} }

// Validate says why there is no such share.
func (s Share) Validate() error {
	if s.Count < 1 || s.Index < 0 || s.Index >= s.Count {
		return fmt.Errorf("there is no share %d/%d: shares of n are counted from 0/n to (n-1)/n", s.Index, s.Count)
	}
	return nil
}

// points of a plan in the share.
func (s Share) points(p *Plan) []int {
	var out []int
	for i := s.Index; i < len(p.Points); i += s.Count {
		out = append(out, i)
	}
	return out
}
