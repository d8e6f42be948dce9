package models

import (
	"strings"
	"testing"

	"tnn-gpu/host/golden"
)

// TestGoldensNameNoTypesOfGo: what is wrong with the JSON of a golden file is said without them.
func TestGoldensNameNoTypesOfGo(t *testing.T) {
	tried := 0
	for _, m := range All() {
		if m.Goldens == nil {
			continue
		}
		for _, f := range m.Goldens() {
			for _, text := range []string{`[]`, `{"format": 3}`, `{"format": "` + f.Name + `", `} {
				tried++
				_, err := f.Check([]byte(text), &golden.On{})
				if err == nil {
					continue // of some, numbers alone are counted
				}
				for _, word := range []string{"json:", "Go value", "Go struct", "unexpected end of JSON", "UnmarshalJSON"} {
					if strings.Contains(err.Error(), word) {
						t.Errorf("%s: %s: %v", f.Name, text, err)
					}
				}
			}
		}
	}
	if tried == 0 {
		t.Error("no format is tried")
	}
}
