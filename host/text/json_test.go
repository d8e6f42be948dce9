package text

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Embedded is part of what is read, whose name no reader of a file knows.
type Embedded struct {
	Large  int `json:"B"`
	Inside int `json:"inside"`
}

// TestJSONProblem: no type of Go is named.
func TestJSONProblem(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": {"b": "x"}}`:  "its a.b cannot be a string",
		`{"at": 3}`:          `it has another value where a time such as "2026-01-31T12:00:00Z" is due`,
		`{"at": "x"}`:        `it has "x" where a time such as "2026-01-31T12:00:00Z" is due`,
		`{"c": 1}`:           `it has the unknown key "c"`,
		`{"a": 3}`:           "its a cannot be a number",
		`{"a": []}`:          "its a cannot be an array",
		`{"a": {"b": true}}`: "its a.b cannot be true or false",
		`{"a": {"b": 2.5}}`:  "its a.b cannot be the number 2.5",
		`{"a": {"b": {}}}`:   "its a.b cannot be an object",
		`{"B": "x"}`:         "its B cannot be a string",
		`{"inside": "x"}`:    "its inside cannot be a string",
		`{"other": [{"none": [[1]]}, {"none": 3}]}`:           "its other.none cannot be a number",
		`{"NAMED": {"17": {"beta": 3}, "18": {"beta": "x"}}}`: "its NAMED.beta cannot be a string",
		`[]`:      "it cannot be an array",
		`3`:       "it cannot be a number",
		`{"a": `:  "it is no JSON: it ends too early",
		`{"a": }`: "it is no JSON from byte 7 on",
		``:        "it is no JSON: it ends too early",
	} {
		var v struct {
			A struct {
				B int `json:"b"`
			} `json:"a"`
			At time.Time `json:"at"`
			Embedded
			Other []struct{ None [][]int }
			Named map[string]struct{ Beta float64 }
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := JSONProblem(d.Decode(&v), []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	var v any
	if err := JSONProblem(json.Unmarshal(nil, &v), nil); err == nil || err.Error() != "it is no JSON from byte 0 on" {
		t.Error(err)
	}
	if JSONProblem(nil, nil) != nil {
		t.Error("what is well has a problem")
	}
}
