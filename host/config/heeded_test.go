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
		"relaxed group[0].threshold=3":                       "group[0].threshold is set to 3, which has no effect, as era[0].change[0] gives it another value from the first step on",
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
		if err = c.Apply(setting); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Apply %q gives %v, want %q", setting, err, want)
		}
	}
	if _, err := config.NewPreset("hylton2019-fig5", "external[0].weight=3"); err == nil || !strings.Contains(err.Error(), "--set: external[0].weight is set to 3, which has no effect, as era[0].change[0] gives it another value") {
		t.Errorf("hylton2019-fig5 gives %v", err)
	}
}

// TestSettingsThatAreNotHeeded: a key that means nothing beside the others is refused where a
// setting gives it another value, alone or with what makes it so.
func TestSettingsThatAreNotHeeded(t *testing.T) {
	for setting, want := range map[string]string{
		"relaxed group[0].threshold=0.3":                                   "group[0].threshold is set to 0.3, which has no effect, as the rule hylton2019 has no threshold",
		"isolated4 era[0].mode=noise":                                      "there are no external nodes",
		"isolated4 era=[{steps = 3, mode = \"noise\"}]":                    "there are no external nodes",
		"isolated4 era[0].predict=true":                                    "there are no external nodes",
		"codes-policy codes.burst=0.3":                                     "the channel bsc has no bursts",
		"codes-policy codes.burst_length=2":                                "the channel bsc has no bursts",
		"codes-policy codes.hidden=12":                                     "the receiver counts has no such units",
		"codes-policy codes.exploration=0.4":                               "the transmitter policy does not perturb codewords",
		"codes-policy run.sweep=codes.burst=0.3,0.4":                       "the channel bsc has no bursts",
		"codes-exact codes.copies=20":                                      "the transmitter exact sends no messages",
		"codes-exact codes.eta=0.1":                                        "the receiver posterior keeps no counts",
		"hopfield-two-memories recall.fraction=0.5":                        "recall.state is the start",
		"hopfield-recall recall={corruption = \"random\", fraction = 0.4}": "with the corruption random all units are drawn",
		"codes-policy codes.hidden=64":                                     "", // as it is
		"codes-policy codes.eta=0.2":                                       "",
		"codes-policy codes.copies=20":                                     "",
		"codes-free codes.exploration=0.4":                                 "",
		"codes-backprop codes.hidden=12":                                   "",
		"codes-policy codes={channel = \"bursts\", burst = 0.3}":           "",
		"driven era[0].mode=noise":                                         "",
		"isolated4 group[0].threshold=0.3":                                 "",
		"hopfield-recall recall.fraction=0.4":                              "",
	} {
		preset, setting, _ := strings.Cut(setting, " ")
		_, err := config.NewPreset(preset, setting)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s of %s gives %v, want %q", setting, preset, err, want)
		}
	}
	c, err := config.NewPreset("codes-policy")
	if err != nil {
		t.Fatal(err)
	}
	for text, heeded := range map[string]bool{"codes.transmitter=exact codes.receiver=posterior codes.copies=20": true, "codes.hidden=12": false} {
		settings := strings.Fields(text)
		point, err := c.With(settings...)
		if err != nil {
			t.Fatal(err)
		}
		if err := point.CheckHeeded(settings, c); (err == nil) != heeded {
			t.Errorf("%s: %v", text, err)
		}
	}
	if swept, err := c.With("run.sweep=codes.burst=0.3,0.4"); err != nil {
		t.Error(err)
	} else if _, err := config.Decode("config.toml", swept.Encode()); err != nil {
		t.Errorf("the configuration of a run is not opened: %v", err)
	}
}
