package config_test

import (
	"strings"
	"testing"

	"tnn-gpu/host/config"
)

// TestSettingsThatAnEraReplaces: a number that the first era gives another value from its first
// step on cannot be set, swept or varied, as nothing would come of it.
func TestSettingsThatAnEraReplaces(t *testing.T) {
	const change = `era=[{steps = 10, change = ["group[0].threshold=0.5", "edge.bound=0.1..2 over 4", "edge.size_mass=1", "group[0].inverse_temperature=..2"]}, {steps = 10, change = ["edge.bound=3"]}]`
	for setting, want := range map[string]string{
		"relaxed group[0].threshold=3":                       "group[0].threshold is set to 3, and era[0].change[0] gives it another value from the first step on",
		"relaxed group=[{connections = 4, threshold = 3.0}]": "era[0].change[0] gives it",
		"relaxed edge.bound=7":                               "era[0].change[1] gives it",
		"relaxed edge={bound = 7.0}":                         "era[0].change[1] gives it",
		"relaxed run.sweep=group[0].threshold=7,8":           "era[0].change[0] gives it",
		"isolated4 edge.bound=7":                             "era[0].change[1] gives it",
		"isolated4 run.sweep=edge.bound=7,8":                 "era[0].change[1] gives it",
		"relaxed group[0].inverse_temperature=7":             "", // from which the ramp begins
		"relaxed edge.size_mass=7":                           "", // of the first weights
		"relaxed edge.change_mass=7":                         "",
		"isolated4 group[0].threshold=3":                     "", // of sweep 0
		"isolated4 group=[{connections = 4, levels = 3}]":    "",
		"isolated4 run.sweep=group[0].threshold=7,8":         "",
	} {
		preset, setting, _ := strings.Cut(setting, " ")
		for _, settings := range [][]string{{change, setting}, {setting, change}} {
			_, err := config.NewPreset(preset, settings...)
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%q gives %v, want %q", settings, err, want)
			}
		}
		c, err := config.NewPreset(preset, change)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := config.Decode("config.toml", c.Encode()); err != nil || again.Says("edge.size_mass") != true {
			t.Fatalf("a file with all keys is refused: %v", err)
		}
		if _, err = c.With(setting); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("With %q gives %v, want %q", setting, err, want)
		}
	}
	if _, err := config.NewPreset("hylton2019-fig5", "external[0].weight=3"); err == nil || !strings.Contains(err.Error(), "--set: external[0].weight is set to 3, and era[0].change[0] gives it another value") {
		t.Errorf("hylton2019-fig5 gives %v", err)
	}
}
