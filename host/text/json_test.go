package text

import (
	"encoding/json"
	"testing"
)

// TestJSONProblem: no type of Go is named.
func TestJSONProblem(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": {"b": "x"}}`: "its a.b cannot be a string",
		`{"a": 3}`:          "its a cannot be a number",
		`{"a": []}`:         "its a cannot be an array",
		`{"a": {"b": {}}}`:  "its a.b cannot be an object",
		`[]`:                "it cannot be an array",
		`3`:                 "it cannot be a number",
		`{"a": `:            "it is no JSON from byte 6 on",
		`{"a": }`:           "it is no JSON from byte 7 on",
		``:                  "it is no JSON from byte 0 on",
	} {
		var v struct {
			A struct {
				B int `json:"b"`
			} `json:"a"`
		}
		if err := JSONProblem(json.Unmarshal([]byte(text), &v)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if JSONProblem(nil) != nil {
		t.Error("what is well has a problem")
	}
}
