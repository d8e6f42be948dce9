package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// TestSettingsThatDiffer: of runs of one model the keys are told in which they differ, of
// those of several models each model's own.
func TestSettingsThatDiffer(t *testing.T) {
	runs := []about{
		{Model: "a", Settings: settings{"x": "1", "y": "1", "z": "1"}},
		{Model: "a", Settings: settings{"x": "1", "y": "2"}},
		{Model: "b", Settings: settings{"x": "9", "w": "9"}},
		{Name: "damaged"},
	}
	keys := keepDiffering(runs)
	if d := cmp.Diff([]string{"y", "z"}, keys); d != "" {
		t.Errorf("keys (-want +is):\n%s", d)
	}
	want := []settings{{"y": "1", "z": "1"}, {"y": "2"}, {}, {}}
	for i, r := range runs {
		if d := cmp.Diff(want[i], r.Settings); d != "" {
			t.Errorf("run %d (-want +is):\n%s", i, d)
		}
	}
}

// TestNewestIsListed: of many runs the one that began last is listed, though all others
// have written their run.json since, as short runs beside a long one do.
func TestNewestIsListed(t *testing.T) {
	dir := t.TempDir()
	one := filepath.Join(t.TempDir(), "one")
	recorded(t, one, 5, state.Single)
	m, err := record.ReadMetadata(one)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range mostRuns + 1 {
		path := filepath.Join(dir, fmt.Sprintf("run-%d", i), "run.json")
		if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		m.Sessions[0].Started = began.Add(time.Duration(i) * time.Second)
		text, err := json.Marshal(m)
		if err == nil {
			err = os.WriteFile(path, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		written := time.Unix(int64(2e9-i), 0)
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	r, err := OpenRuns(dir, buildRing)
	if err != nil {
		t.Fatal(err)
	}
	names, older, err := r.newest()
	if err != nil || older != 1 || len(names) != mostRuns || names[0] != fmt.Sprintf("run-%d", mostRuns) {
		t.Errorf("%d names, the first %q, %d older, %v", len(names), names[:1], older, err)
	}
}

// TestSettingsOfARun: what its configuration does not say is an error, and no more.
func TestSettingsOfARun(t *testing.T) {
	dir := t.TempDir()
	recorded(t, filepath.Join(dir, "one"), 5, 0)
	s := runsOf(t, dir)
	get(t, s, http.StatusNotFound, "settings?run=one") // "text" is no configuration
	text := "model = \"tnn\"\n[graph]\nsides = [4, 4]\n[[group]]\nconnections = 4\n[[era]]\nsteps = 7\n"
	if err := os.WriteFile(filepath.Join(dir, "one", "config.toml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var all []struct{ Key, Text string }
	getJSON(t, s, "settings?run=one", &all)
	for _, v := range all {
		if v.Key == "era[0].steps" && v.Text == "7" {
			return
		}
	}
	t.Errorf("the settings are %v", all)
}
