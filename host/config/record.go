package config

import (
	"fmt"
	"math"
	"slices"
	"tnn-gpu/host/model"
)

// Record says what is kept of a run besides the tables of its observables.
type Record struct {
	Fields     []string `toml:"fields,omitempty" bits:"no" comment:"to be recorded, such as [\"state\", \"energy\"]: a NumPy file each"`
	Every      int      `toml:"every" bits:"no" comment:"steps from one record to the next"`
	Region     string   `toml:"region,omitempty" bits:"no" comment:"only this box of the lattice, such as \"0:16, 8:24\""`
	Nodes      []any    `toml:"nodes,omitempty" bits:"no" comment:"only these nodes, by their numbers or names, and the edges between them"`
	Watch      []string `toml:"watch,omitempty" bits:"no" comment:"columns of a table: [\"state[12]\", \"weight[3-4]\"]"`
	WatchEvery int      `toml:"watch_every" bits:"no" comment:"steps from one row of that table to the next"`
	StepsEvery int      `toml:"steps_every" bits:"no" comment:"steps from one row of steps.csv to the next; epochs average all steps all the same"`
	Final      string   `toml:"final" bits:"no" comment:"write final.npz when the run has ended: always, never or auto, which is up to 256 MiB"`
	Overview   bool     `toml:"overview" bits:"no" comment:"draw the run on one page, overview.png, when it has ended"`
}

func defaultRecord() Record {
	return Record{Every: 10, WatchEvery: 1, StepsEvery: 1, Final: Auto, Overview: true}
}

// What record.final may be.
const (
	Auto   = "auto"
	Always = "always"
	Never  = "never"
)

func (r *Record) check() error {
	if slices.Contains(r.Fields, "") || !distinct(r.Fields) {
		return invalid("record.fields", r.Fields, "name each field once")
	}
	switch {
	case r.Final != Auto && r.Final != Always && r.Final != Never:
		return invalid("record.final", r.Final, "use auto, always or never")
	case r.Every < 1 || r.Every > math.MaxUint32:
		return invalid("record.every", r.Every, "use a whole number from 1 to %d", uint32(math.MaxUint32))
	case r.WatchEvery < 1 || r.WatchEvery > math.MaxUint32:
		return invalid("record.watch_every", r.WatchEvery, "use a whole number from 1 to %d", uint32(math.MaxUint32))
	case r.StepsEvery < 1 || r.StepsEvery > math.MaxUint32:
		return invalid("record.steps_every", r.StepsEvery, "use a whole number from 1 to %d", uint32(math.MaxUint32))
	}
	if r.Region != "" {
		if len(r.Nodes) > 0 {
			return invalid("record.nodes", r.Nodes, "there is a region too: use one of the two")
		}
		if _, _, err := model.ParseRegion(r.Region); err != nil {
			return &keyError{"record.region", fmt.Errorf("record.region: %w", err)}
		}
	}
	for i, node := range r.Nodes {
		if id, number := node.(int64); number && (id < 0 || id > math.MaxInt32) || node == "" {
			return invalid(element("record.nodes", i), node, "use the number of a node, 0 or more, or its name in quotes")
		}
	}
	for i, text := range r.Watch {
		if _, _, err := model.SplitProbe(text); err != nil {
			key := element("record.watch", i)
			return &keyError{key, fmt.Errorf("%s: %w", key, err)}
		}
	}
	if !distinct(r.Watch) {
		return invalid("record.watch", r.Watch, "name each value once")
	}
	return nil
}

// unheeded says why nothing heeds a key, to end a sentence; empty where something does.
func (r *Record) unheeded(key string) string {
	switch {
	case len(r.Fields) == 0 && slices.Contains([]string{"record.every", "record.region", "record.nodes"}, key):
		return "record.fields names no fields"
	case len(r.Watch) == 0 && key == "record.watch_every":
		return "record.watch names no columns"
	}
	return ""
}

// distinct tells whether no text is there twice.
func distinct(texts []string) bool {
	seen := make(map[string]bool, len(texts))
	for _, t := range texts {
		if seen[t] {
			return false
		}
		seen[t] = true
	}
	return true
}
