package signals

import (
	"encoding/json"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/signals/signalsgolden"
	"tnn-gpu/host/state"
)

const vectors = "../../testdata/codes/vectors.json.gz"

// The recorded populations are replayed, and recorded languages measured.
func TestGolden(t *testing.T) {
	_, text, err := golden.Open(vectors)
	if err != nil {
		t.Fatal(err)
	}
	verify := signalsgolden.Formats()[0].Verify
	for _, p := range []state.Precision{state.Single, state.Double} {
		on := &golden.On{Open: open, Options: backend.Options{Precision: p}, Tolerance: -1}
		result, err := verify(text, on)
		if err != nil || result.Failed || result.Tolerance != 1e-12 {
			t.Errorf("%+v, %v", result, err)
		}
		// Each part can fail.
		for _, spoil := range [][]string{{"urns", "speaker"}, {"urns", "listener"}, {"urns", "wins"}, {"urns", "success"}, {"topsim"}, {"posdis"}} {
			result, err := verify(spoilt(t, text, spoil), on)
			if err != nil || !result.Failed || !strings.Contains(result.Detail, strings.Replace(spoil[len(spoil)-1], "topsim", "similarity", 1)) {
				t.Errorf("with another %v: %+v, %v", spoil, result, err)
			}
		}
	}
}

// spoilt changes one number of a file.
func spoilt(t *testing.T, text []byte, what []string) []byte {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if what[0] != "urns" {
		file["languages"].(map[string]any)["cases"].([]any)[4].(map[string]any)[what[0]] = 0.5
	} else {
		urns := file["urns"].([]any)[2].(map[string]any)
		switch urns[what[1]].(type) {
		case float64:
			urns[what[1]] = urns[what[1]].(float64) + 1
		default:
			urns[what[1]].([]any)[1].([]any)[2] = 5.0
		}
	}
	out, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Files that are not what they should be are errors, and nothing is played.
func TestBadVectors(t *testing.T) {
	verify := signalsgolden.Formats()[0].Verify
	languages := `"languages": {"cases": [{"messages": [[0,0],[0,1],[1,0],[1,1]]}]}`
	for text, want := range map[string]string{
		`{`:  "cannot be read",
		`{}`: "lacks urns",
		`{"urns": [{"N": 0, "M": 2, "plays": 5}], ` + languages + `}`:                                                                                       "lewis.states",
		`{"urns": [{"N": 2, "M": 2, "plays": 2000000}], ` + languages + `}`:                                                                                 "out of range",
		`{"urns": [{"N": 2, "M": 2, "plays": 5, "population": -1}], ` + languages + `}`:                                                                     "out of range",
		`{"urns": [{"N": 2, "M": 2, "plays": 5, "speaker": [[1,1]]}], ` + languages + `}`:                                                                   "1 urns where 2 belong",
		`{"urns": [{"N": 1, "M": 2, "plays": 5, "speaker": [[1,1,1]]}], ` + languages + `}`:                                                                 "3 kinds of balls",
		`{"urns": [{"N": 1, "M": 1, "plays": 5, "speaker": [[1]], "listener": [[1]]}], "languages": {"cases": [{"messages": [[0,0]]}]}}`:                    "no square",
		`{"urns": [{"N": 1, "M": 1, "plays": 5, "speaker": [[1]], "listener": [[1]]}], "languages": {"cases": [{"messages": [[0,0],[0,0],[0,0],[0,99]]}]}}`: "symbols are numbers",
	} {
		_, err := verify([]byte(text), &golden.On{Open: open, Tolerance: -1})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
