package main

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
)

// tellUnsettled says which quantities are not stationary in the second half of a run, or of
// its last era, or in the last rows of it that are evenly spaced; and where these are so few
// rows of many steps that it is not known. It says nothing of a short run, where nothing is
// printed, and where all replicas came to an end, of which the summary tells.
func (p *program) tellUnsettled(n *setup, s sim.Summary, run *results.Run) {
	if p.names != nil || s.Reason == sim.AllEnded {
		return
	}
	from, parts := run.Analyse(nil), run.Parts()
	steps, err := from.Steps()
	if err != nil || len(steps) == 0 { // the run is fine without
		return
	}
	first, last := secondHalf(run, s.Last, n.phases()), s.Last
	var moving, slow counted
	var found *analysis.Unsettled
	known := true
	for _, part := range parts {
		found, err = analysis.Settling(&analysis.Run{Network: n.net, Replicas: part.Replicas, First: first, Last: last, From: from})
		if err != nil {
			return
		}
		known = known && found.Known
		moving.add(found.Moving)
		slow.add(found.Slow)
	}
	var said []string
	within := fmt.Sprintf("in steps %d to %d", found.First, found.Last)
	if len(moving.names) > 0 {
		said = append(said, fmt.Sprintf("not stationary %s: %s", within, moving.text(len(parts))))
	}
	if len(slow.names) > 0 {
		said = append(said, fmt.Sprintf("too slow to tell whether stationary %s: %s", within, slow.text(len(parts))))
	}
	if !known && last-first >= analysis.LeastRows {
		said = append(said, analysis.TooFew(fmt.Sprintf(" in steps %d to %d", first, last), found.Rows, len(parts[len(parts)-1].Replicas)))
	}
	if said == nil {
		return
	}
	flags := fmt.Sprintf("--first %d", found.First)
	if found.Last != steps[len(steps)-1] {
		flags += fmt.Sprintf(" --last %d", found.Last)
	}
	fmt.Fprintf(p.out, "%s; see `tnn-gpu stats %s %s`\n", strings.Join(said, "; "), shellQuoted(run.Path), flags)
}

// secondHalf is that of the steps that a run has made up to the last, or of those of its
// last era.
func secondHalf(run *results.Run, last int64, eras []model.Phase) int64 {
	begin := int64(1)
	if origin := run.Metadata.From; origin != nil {
		begin = origin.Step + 1
	}
	for _, era := range eras {
		if era.First <= last {
			begin = max(begin, era.First)
		}
	}
	return begin + (last-begin+1)/2
}

// counted are names with how often each came, in the order in which names come first.
type counted struct {
	names []string
	times map[string]int
}

func (t *counted) add(names []string) {
	for _, name := range names {
		if !slices.Contains(t.names, name) {
			t.names = append(t.names, name)
		}
		if t.times == nil {
			t.times = map[string]int{}
		}
		t.times[name]++
	}
}

// text lists the names, and where not all values of a sweep have them how many do.
func (t *counted) text(values int) string {
	var out []string
	for _, name := range t.names {
		if t.times[name] < values {
			name = fmt.Sprintf("%s (at %d of %d values)", name, t.times[name], values)
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}
