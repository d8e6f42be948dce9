package config

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// checkError holds what is true of every sentence that refuses one.
func checkError(t *testing.T, err error) {
	if s := err.Error(); !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || len(s) > 1000 {
		t.Fatalf("the error is %q", s)
	}
	var known *Error
	if !errors.As(err, &known) {
		t.Fatalf("the error does not say where: %v", err)
	}
}

// checkValid holds what is true of every configuration that was accepted.
func checkValid(t *testing.T, c *Config) {
	if err := c.Validate(); err != nil {
		t.Fatalf("it was accepted, but %v", err)
	}
	checkRoundTrip(t, c)
}

func FuzzLoad(f *testing.F) {
	for _, path := range goodFiles(f) {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, p := range Presets() {
		f.Add(p.Config.Encode())
	}
	_, bad := readBad(f, "../../testdata/configs/bad.txt")
	for _, c := range bad {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Decode("fuzz/net.toml", src)
		if err != nil {
			checkError(t, err)
			return
		}
		checkValid(t, c)
	})
}

func FuzzApply(f *testing.F) {
	for _, setting := range []string{
		"graph.sides=[64, 64]", "group[0].levels=5", "era[0].mode=off", "external=[{connections = 4, periods = [1], weight = 2}]",
		"run.device='a'", "model=sorn\nedge.noise=false", "era=[]\nera=[{steps = 3}]\nera[0].adapt=false", "edge={noise = false}", "group[0].name=\"\\u00e9\"", "graph.kind=random", "model=tnn", "a[0].b=[",
	} {
		f.Add(setting)
	}
	_, bad := readBad(f, "../../testdata/configs/bad-settings.txt")
	for _, c := range bad {
		f.Add(c.title)
	}
	f.Fuzz(func(t *testing.T, setting string) {
		c, err := NewPreset("driven", strings.Split(setting, "\n")...)
		if err != nil {
			checkError(t, err)
			return
		}
		checkValid(t, c)
	})
}

// FuzzSetTwice: a setting is given twice beside itself, whatever it is, and a sentence that says so
// can be printed.
func FuzzSetTwice(f *testing.F) {
	f.Add("edge.bound=1", "edge={bound=2, noise=false}")
	f.Add("era=[{steps=20}]", "era[0].steps=2")
	f.Add("era[0].steps = 2", "era=[{steps=20}, 3]")
	f.Add("a\x1b=[", "run.sweep=edge.bound=1,2")
	f.Add("x=[[{a=1}], {b={c=2}}]", "x[0]=3")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, settings := range [][]string{{a, b}, {b, a}, {a, a}, {b, b}} {
			key, _ := CutSetting(settings[0])
			err := SetTwice(settings)
			if err != nil {
				checkError(t, err)
			}
			if settings[0] == settings[1] && (err != nil) != (key != "") {
				t.Fatalf("%q: %v", settings, err)
			}
			other, _ := CutSetting(settings[1])
			if err == nil && key != "" && other != "" && Gives(settings[0], other) && (isPart(key, other) || key == other) {
				t.Fatalf("%q are not found", settings)
			}
		}
	})
}
