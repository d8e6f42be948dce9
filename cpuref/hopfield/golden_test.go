package hopfield

import (
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldgolden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

const vectors = "../../testdata/hopfield/"

func on(p state.Precision) *golden.On {
	open := func(n model.Network, o backend.Options) (backend.Backend, error) {
		return New(n.(*hopfield.Network), o)
	}
	return &golden.On{Open: open, Reference: open, Options: backend.Options{Precision: p}, Tolerance: -1}
}

func verify(t *testing.T, format string, text []byte, p state.Precision) golden.Result {
	t.Helper()
	for _, f := range hopfieldgolden.Formats() {
		if f.Name == format {
			result, err := f.Verify(text, on(p))
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
	}
	t.Fatalf("nobody knows the format %s", format)
	return golden.Result{}
}

// TestVectors replays all recorded vectors in both precisions.
func TestVectors(t *testing.T) {
	for _, name := range []string{"recall", "glauber", "seeded", "dense", "extras", "theory", "letters", "statistics"} {
		format, text, err := golden.Open(vectors + name + ".json.gz")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []state.Precision{state.Double, state.Single} {
			if name == "theory" && p == state.Single {
				continue // it is computed in double precision whatever is asked for
			}
			if r := verify(t, format, text, p); r.Failed || r.References == 0 && r.Detail == "" {
				t.Errorf("%s, %s: %s", name, p, r.Detail)
			}
		}
	}
}

// TestVectorsThatAreWrong: a file in which something is changed fails.
func TestVectorsThatAreWrong(t *testing.T) {
	for _, change := range []struct{ file, from, to string }{
		{"recall", `"states_after_sweeps":["++--","++-+"`, `"states_after_sweeps":["++--","++++"`},
		{"recall", `[0,3,3,-3.0]`, `[0,3,3,-3.1]`},
		{"seeded", `"network_key":[3784789617,3825830035]`, `"network_key":[3784789617,3825830036]`},
		{"dense", `[10,128]`, `[10,130]`},
		{"theory", `"alpha_c":0.137905566`, `"alpha_c":0.1379060`},
	} {
		format, text, err := golden.Open(vectors + change.file + ".json.gz")
		if err != nil {
			t.Fatal(err)
		}
		wrong := strings.Replace(string(text), change.from, change.to, 1)
		if wrong == string(text) {
			t.Fatalf("%s has no %s", change.file, change.from)
		}
		if r := verify(t, format, []byte(wrong), state.Double); !r.Failed {
			t.Errorf("%s passes with %s", change.file, change.to)
		}
	}
}
