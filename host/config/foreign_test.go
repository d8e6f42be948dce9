package config

import (
	"strings"
	"testing"

	"tnn-gpu/host/sorn"
)

// TestForeign reads the configuration of the Python package sorn; messages name its lines.
func TestForeign(t *testing.T) {
	c, err := Decode("configuration.ini", []byte("# of a notebook\n[Network_Config]\nNe = 100\nNu = 5\nlambda_ee = 12\nnetwork_type_ie = Dense\neta_stdp = 0.005\nmu_ip = 0.2\n"), "run.seed=3")
	if err != nil {
		t.Fatal(err)
	}
	want := sorn.Defaults()
	want.Sorn.NE, want.Sorn.NU, want.Sorn.LambdaEE, want.Sorn.EtaSTDP, want.Sorn.MuIP = 100, 5, 12, 0.005, 0.2
	if diff := same(&Config{Format: Format, Model: "sorn", Run: c.Run, Record: c.Record, Spec: want}, c); diff != "" || c.Run.Seed != 3 {
		t.Errorf("it is read as another network (-want +is):\n%s", diff)
	}
	for text, says := range map[string]string{
		"[Network_Config]\nNe = 3\n":               "configuration.ini:2: sorn.ne is 3",
		"[Network_Config]\n\neta_std = 1\n":        "configuration.ini:3: ",
		"[Network_Config]\nNe = many\n":            "configuration.ini:2: ",
		"[Network_Config]\nNe = 10\n[More]\nx=1\n": "configuration.ini:",
	} {
		if _, err := Decode("configuration.ini", []byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %s", text, err, says)
		}
	}
}
