package config

import (
	"strings"
	"testing"
)

// TestNearestIsAKey: a hint names a key that there is, also where the tables of the unknown one
// are in other letters, and at the element of a list that was asked for.
func TestNearestIsAKey(t *testing.T) {
	for setting, want := range map[string]string{
		"RUN.seed=3":             "there is no key RUN.seed: the nearest is run.seed",
		"Edge.noise=true":        "the nearest is edge.noise",
		"EDGE.NOISE=true":        "the nearest is edge.noise",
		"edge.NOISE=true":        "the nearest is edge.noise",
		"Group[0].Levels=2":      "the nearest is group[0].levels",
		"GROUP[12].levels=2":     "the nearest is group[12].levels",
		"group[0].temperature=2": "the nearest is group[0].inverse_temperature",
		"Record.fields=[]":       "the nearest is record.fields",
		"run.sweep=Edge.bound=1": "the nearest is edge.bound",
		"run.sweep=edge.Bound=1": "the nearest is edge.bound",
		"ERA[0].Change=[]":       "the nearest is era[0].change",
		"external={Weight = 3}":  "external",
		"era=[{Steps = 3}]":      "the nearest is era[0].steps",
		"run={Seed = 3}":         "the nearest is run.seed",
		"Patterns.count=3":       "there is no key Patterns.count",
	} {
		_, err := NewPreset("isolated4", setting)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %s", setting, err, want)
			continue
		}
		if _, likely, found := strings.Cut(err.Error(), "the nearest is "); found {
			key, _, _ := strings.Cut(likely, ";")
			c, err := NewPreset("isolated4")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.find(key); err != nil && strings.Contains(err.Error(), "there is no key") {
				t.Errorf("%s: the nearest is none: %v", setting, err)
			}
		}
	}
}
