package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/results/resultstest"
)

// TestKeyed: the page calls keys what are no seeds, also of the runs of earlier versions,
// whose run.json calls all of them seeds and does not have the run's.
func TestKeyed(t *testing.T) {
	short := map[string][]string{"perceptron-hebb": {"perceptron.n=20", "perceptron.time=0.02", "perceptron.average_from=0.01", "perceptron.heat_every=1"}, "signals-urns": {"lewis.plays=10"}, "isolated4": {"graph.sides=[4, 4]", "era[0].steps=10"}}
	for preset, want := range map[string]bool{"perceptron-hebb": true, "signals-urns": true, "isolated4": false} {
		run := resultstest.Make(t, cpuref.New, preset, nil, append(short[preset], "run.seed=5", "run.replicas=2")...)
		path := filepath.Join(run.Path, "run.json")
		for _, version := range []string{"this", "an earlier one"} {
			var list struct{ Runs []about }
			getJSON(t, runsOf(t, filepath.Dir(run.Path)), "runs?", &list)
			if a := list.Runs[0]; a.Problem != "" || a.Keyed != want || len(a.Seeds) != 2 {
				t.Errorf("%s of %s: keys are %v, want %v: %+v", preset, version, a.Keyed, want, a)
			}
			var m map[string]any
			text, err := os.ReadFile(path)
			if err == nil {
				err = json.Unmarshal(text, &m)
			}
			if err != nil {
				t.Fatal(err)
			}
			m["seeds"] = run.Metadata.Noise()
			delete(m, "keys")
			delete(m, "seed")
			if text, err = json.Marshal(m); err == nil {
				err = os.WriteFile(path, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
