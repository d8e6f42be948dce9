package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSettings: with all settings of a preset and nothing else a configuration is the
// same.
func TestSettings(t *testing.T) {
	for _, p := range Presets() {
		cfg, err := NewPreset(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode("again.toml", cfg.Encode())
		if err != nil {
			t.Fatal(err)
		}
		settings := again.Settings()
		if d := cmp.Diff(cfg.Settings(), settings); d != "" || len(settings) < 10 {
			t.Errorf("%s has %d settings:\n%s", p.Name, len(settings), d)
		}
		for _, s := range settings {
			if err := again.Apply(s.Key + "=" + s.Text); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
		if string(again.Encode()) != string(cfg.Encode()) {
			t.Errorf("%s: its settings give another configuration", p.Name)
		}
	}
}
