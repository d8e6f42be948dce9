package config_test

import (
	"strings"
	"testing"

	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
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
		check := func(c *config.Config, err error) {
			t.Helper()
			if err == nil {
				err = c.CheckHeeded(model.Run)
			}
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%q gives %v, want %q", setting, err, want)
			}
		}
		check(config.NewPreset(preset, change, setting))
		check(config.NewPreset(preset, setting, change))
		c, err := config.NewPreset(preset, change)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := config.Decode("config.toml", c.Encode()); err != nil || again.CheckHeeded(model.Run) != nil || !again.Says("edge.size_mass") {
			t.Fatalf("a file with all keys is refused: %v", err)
		}
		check(c, c.Apply(setting))
	}
	c, err := config.NewPreset("hylton2019-fig5", "external[0].weight=3")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckHeeded(model.Run); err == nil || !strings.Contains(err.Error(), "--set: external[0].weight is set to 3, which has no effect, as era[0].change[0] gives it another value") {
		t.Errorf("hylton2019-fig5 gives %v", err)
	}
}

// TestSettingsThatAreNotHeeded: a key that means nothing beside the others is refused where a
// setting gives it another value, alone or with what makes it so.
func TestSettingsThatAreNotHeeded(t *testing.T) {
	for setting, want := range map[string]string{
		"relaxed group[0].threshold=0.3":                                      "group[0].threshold is set to 0.3, which has no effect, as the rule hylton2019 has no threshold",
		"isolated4 era[0].mode=noise":                                         "there are no external nodes",
		"isolated4 era=[{steps = 3, mode = \"noise\"}]":                       "there are no external nodes",
		"isolated4 era[0].predict=true":                                       "there are no external nodes",
		"codes-policy codes.burst=0.3":                                        "the channel bsc has no bursts",
		"codes-policy codes.burst_length=2":                                   "the channel bsc has no bursts",
		"codes-policy codes.hidden=12":                                        "the receiver counts has no such units",
		"codes-policy codes.exploration=0.4":                                  "the transmitter policy does not perturb codewords",
		"codes-policy run.sweep=codes.burst=0.3,0.4":                          "the channel bsc has no bursts",
		"codes-exact codes.copies=20":                                         "the transmitter exact sends no messages",
		"codes-exact codes.eta=0.1":                                           "the receiver posterior keeps no counts",
		"hopfield-two-memories recall.fraction=0.5":                           "recall.state is the start",
		"hopfield-recall recall={corruption = \"random\", fraction = 0.4}":    "with the corruption random all units are drawn",
		"codes-policy codes.hidden=64":                                        "", // as it is
		"codes-policy codes.eta=0.2":                                          "",
		"codes-policy codes={transmitter_rate = 0.1, rate = 0.2}":             "the transmitter has a rate of its own, and the receiver counts has none",
		"codes-policy codes.copies=20":                                        "",
		"codes-free codes.exploration=0.4":                                    "",
		"codes-backprop codes.hidden=12":                                      "",
		"codes-policy codes={channel = \"bursts\", burst = 0.3}":              "",
		"driven era[0].mode=noise":                                            "",
		"isolated4 group[0].threshold=0.3":                                    "",
		"hopfield-recall recall.fraction=0.4":                                 "",
		"hopfield-recall recall.method=metropolis":                            "recall.temperature is 0",
		"hopfield-recall recall.trials=3":                                     "only an experiment of a scan",
		"hopfield-recall patterns.threshold=0.3":                              "no file of patterns is an image",
		"hopfield-recall network={matrix = false, units = 9, clip = true}":    "network.matrix is set to false, which has no effect, as couplings that are damaged or clipped, or stand beside thresholds, are a matrix all the same",
		"hopfield-glyphs network.matrix=true":                                 "", // as it is all the same
		"hopfield-recall recall={temperature = 1.0, method = \"metropolis\"}": "",
		"hopfield-recall network.matrix=false":                                "",
		"codes-policy codes.blocks=7":                                         "over bsc block errors follow from all outputs",
		"codes-free codes.blocks=7":                                           "",
		"isolated4 graph.separation=5":                                        "there are no external nodes",
		"isolated4 edge={kind = \"fixed\", noise = false}":                    "edge.noise is set to false, which has no effect, as edge.kind is fixed",
		"isolated4 edge={kind = \"fixed\", inverse_temperature = 2.0}":        "", // of the first weights
		"driven external=[{connections = 4, weight = 1.0, wave = \"noise\", amplitude = 0.1, correlation_time = 2.0, polarity = 1}]":  "", // the default
		"driven external=[{connections = 4, weight = 1.0, wave = \"noise\", amplitude = 0.1, correlation_time = 2.0, polarity = -1}]": "the wave noise has no polarity",
		"driven external[0].sublattice=odd":                                   "",
		"hylton2019-fig6 external[1].polarity=1":                              "",
		"sorn-0.3 input.amplitude=3":                                          "input.amplitude is set to 3, which has no effect, as inputs of the kind zero have none",
		"sorn-0.3 input={kind = \"strong\", amplitude = 3.0}":                 "",
		"sorn-0.3 sorn.lambda_ie=30":                                          "sorn.network_type_ie is Dense",
		"sorn-0.3 sorn={freeze = [\"stdp\"], eta_stdp = 0.1}":                 "sorn.freeze has stdp",
		"sorn-0.3 sorn={freeze = [\"stdp\"], w_max = 2.0}":                    "",
		"sorn-0.3 sorn={freeze = [\"STDP\", \"istdp\"], w_max = 2.0}":         "sorn.freeze has both stdp and istdp",
		"sorn-0.3 sorn={freeze = [\"ip\"], nu = 3, target_rate = 0.2}":        "inputs of the kind zero have no such channels",
		"zheng2013 sorn={freeze = [\"ip\"], nu = 0, target_rate = 0.2}":       "", // which must be given
		"lazar2009 sorn.noise_sd_e=0.1":                                       "sorn.noise is false",
		"isolated4 record.every=5":                                            "record.fields names no fields",
		"isolated4 record={fields = [\"state\"], every = 5, watch_every = 2}": "record.watch names no columns",
	} {
		preset, setting, _ := strings.Cut(setting, " ")
		c, err := config.NewPreset(preset, setting)
		if err == nil {
			err = c.CheckHeeded(model.Run)
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s of %s gives %v, want %q", setting, preset, err, want)
		}
	}
}

// TestHeededBySome: a setting is heeded that one replica of a sweep heeds, or one point of a
// scan. Then no folder of a run or a scan is refused.
func TestHeededBySome(t *testing.T) {
	c, err := config.NewPreset("hopfield-recall", "recall.method=metropolis")
	if err != nil {
		t.Fatal(err)
	}
	point := func(settings ...string) *config.Config {
		t.Helper()
		c, err := c.With(settings...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	cold, cool, warm := point("recall.temperature=0"), point("recall.temperature=0", "recall.fraction=0.4"), point("recall.temperature=0.5")
	for _, points := range [][]*config.Config{{warm}, {cold, warm}, {point("run.sweep=recall.temperature=0,0.5")}} {
		if _, _, err := config.CheckHeeded(points, model.Run); err != nil {
			t.Error(err)
		}
	}
	key, at, err := config.CheckHeeded([]*config.Config{cold, cool}, model.Run)
	if key != "recall.method" || at != 0 || err == nil {
		t.Errorf("%q of point %d: %v", key, at, err)
	}
	trials := point("recall.trials=3", "recall.temperature=0.5")
	if _, _, err := config.CheckHeeded([]*config.Config{trials}, model.Experiment); err != nil {
		t.Error(err)
	}
	key, at, err = config.CheckHeeded([]*config.Config{warm, trials}, model.Run)
	if key != "recall.trials" || at != 1 || err == nil {
		t.Errorf("%q of point %d: %v", key, at, err)
	}
	again, err := config.Decode("config.toml", cold.Encode())
	if err == nil {
		err = again.CheckHeeded(model.Run)
	}
	if err != nil {
		t.Errorf("the configuration of a run is not opened: %v", err)
	}
}

// TestBranchHasNoStart: what only the start of a run heeds is refused where a run begins at a
// checkpoint of another one.
func TestBranchHasNoStart(t *testing.T) {
	for setting, branch := range map[string]bool{
		"hopfield-recall recall.fraction=0.4": false, "hopfield-recall recall.trial=3": false,
		"hopfield-recall recall={temperature = 0.5, trial = 3}": true,
		"sorn-0.3 sorn.te_max=2":                                false, "sorn-0.3 sorn.initial_x=0.5": false,
		"sorn-0.7 sorn.te_max=2":                             true, // which holds thresholds
		"sorn-0.3 sorn.eta_ip=2":                             true,
		"isolated4 edge.bound=1":                             true,
		"isolated4 edge={kind = \"fixed\", size_mass = 1.0}": false,
	} {
		preset, setting, _ := strings.Cut(setting, " ")
		c, err := config.NewPreset(preset, setting)
		if err != nil || c.CheckHeeded(model.Run) != nil {
			t.Fatalf("%s %s: %v, %v", preset, setting, err, c.CheckHeeded(model.Run))
		}
		if err := c.CheckHeeded(model.Branch); (err == nil) != branch {
			t.Errorf("%s %s: %v", preset, setting, err)
		}
	}
}

// TestFileOfWhichSomeIsPassedOver: a file is not refused for what nothing heeds, and a key is told
// that could be left out. None of a preset is.
func TestFileOfWhichSomeIsPassedOver(t *testing.T) {
	for content, want := range map[string]string{
		"model = \"codes\"\n[codes]\nburst = 0.3":                                                                         "codes.burst = 0.3 has no effect, as the channel bsc has no bursts",
		"model = \"codes\"\n[codes]\nburst = 0.1":                                                                         "", // the default
		"model = \"codes\"\n[codes]\nburst = 0.3\n[run]\nreplicas = 2\nsweep = \"codes.rate=0.01,0.02\"":                  "codes.burst",
		"model = \"hopfield\"\n[network]\nunits = 9\n[patterns]\ncount = 2\n[recall]\nmethod = \"metropolis\"":            "recall.method = \"metropolis\" has no effect",
		"[record]\nevery = 3\n[graph]\nsides = [9]\n[[group]]\nconnections = 2\n[[era]]\nsteps = 1":                       "record.every = 3 has no effect",
		"[record]\nevery = 3\nfields = [\"state\"]\n[graph]\nsides = [9]\n[[group]]\nconnections = 2\n[[era]]\nsteps = 1": "",
	} {
		c, err := config.Decode("mine.toml", []byte(content))
		if err == nil {
			err = c.CheckHeeded(model.Run)
		}
		if err != nil {
			t.Errorf("%s: %v", content, err)
		} else if says := c.PassedOver(); (says == "") != (want == "") || !strings.Contains(says, want) {
			t.Errorf("%s: %q, want %q", content, says, want)
		}
	}
	for _, p := range config.Presets() {
		c, err := config.Decode(p.Name, p.Config.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if says := c.PassedOver(); says != "" {
			t.Errorf("%s: %s", p.Name, says)
		}
	}
	c, err := config.NewPreset("hylton2019-fig5")
	if err == nil {
		c, err = config.Decode("mine.toml", []byte(strings.Replace(string(c.Encode()), "weight = 1.0", "weight = 5.0", 1)))
	}
	if err != nil {
		t.Fatal(err)
	}
	if v, err := c.Value("external[0].weight"); err != nil || v.Number != 5 || c.PassedOver() != "" {
		t.Errorf("%v, %v: a weight that must be given is told: %q", v, err, c.PassedOver())
	}
}
