package config

import (
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/tnn"
)

func TestVariants(t *testing.T) {
	c, err := NewPreset("isolated4", "run.replicas=4", "run.sweep=group[0].levels=2, 3,10")
	if err != nil {
		t.Fatal(err)
	}
	variants, sweep, err := c.Variants()
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range []int{2, 3, 10, 2} {
		if got := variants[r].(*tnn.Spec).Groups[0].Levels; got != want {
			t.Errorf("replica %d has %d levels, want %d", r, got, want)
		}
	}
	if want := []float64{2, 3, 10, 2}; sweep.Key != "group[0].levels" || !slices.Equal(sweep.Values, want) {
		t.Errorf("the sweep is %+v, want values %v", sweep, want)
	}
	if again, err := Decode("again.toml", c.Encode()); err != nil || again.Run.Sweep != c.Run.Sweep {
		t.Errorf("the written configuration has the sweep %q, %v", again.Run.Sweep, err)
	}
}

func TestSweepsThatCannotBe(t *testing.T) {
	for sweep, sentence := range map[string]string{
		"graph.separation=3,4":              "sweep levels, threshold or inverse_temperature",
		"edge.noise=true,false":             "edge.noise is no number",
		"edge.noise=false,false":            "sweep levels, threshold or inverse_temperature",
		"edge.inverse_temperature=10,20,30": "need 3 replicas or more",
		"edge.inverse_temperature=10,-1":    "edge.inverse_temperature",
		"edge.heat=1,2":                     "edge.heat",
		"edge.inverse_temperature=10,1e1":   "the value 10 stands twice: give each once",
		"edge.inverse_temperature=nan,nan":  "edge.inverse_temperature",
		"edge.inverse_temperature=10,inf":   "edge.inverse_temperature",
		"edge.inverse_temperature=10,":      `": edge.inverse_temperature is "": use a number`,
		"graph.sides=[10, 10],[20, 20]":     "replicas share one network: sweep",
		"graph.sides=[10,10],[20,20]":       "; `tnn-gpu scan --over` varies any key",
		"graph.sides=[10,10],[20":           "its brackets or quotes do not match",
		"run.seed=1,2":                      "no key of the network",
		"levels":                            "write a key and its values",
	} {
		_, err := NewPreset("isolated4", "run.replicas=2", "run.sweep="+sweep)
		if err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("sweep %s: %v; want %q in it", sweep, err, sentence)
		}
	}
}

// TestSweepSaysHowManyReplicas unless the configuration does.
func TestSweepSaysHowManyReplicas(t *testing.T) {
	for text, replicas := range map[string]int{
		"sweep = \"edge.bound=1,2,3\"\n":               3,
		"sweep = \"edge.bound=1,2,3\"\nreplicas = 7\n": 7,
		"": 1,
	} {
		c, err := Decode("net.toml", []byte("[run]\n"+text+"[graph]\nsides = [4, 4]\nbipartite = true\n[[group]]\nconnections = 4\n[[era]]\nsteps = 3\n"))
		if err != nil || c.Run.Replicas != replicas {
			t.Errorf("%q: %d replicas, want %d; %v", text, c.Run.Replicas, replicas, err)
		}
	}
}
