package codes

import (
	"encoding/json"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/codes/codesgolden"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// The recorded vectors, in both precisions.
func TestGolden(t *testing.T) {
	_, text, err := golden.Open("../../testdata/codes/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, precision := range []state.Precision{state.Double, state.Single} {
		on := &golden.On{
			Open:    func(net model.Network, o backend.Options) (backend.Backend, error) { return New(net.(*codes.Codes), o) },
			Options: backend.Options{Precision: precision, Threads: 1}, Tolerance: -1,
		}
		r, err := codesgolden.Formats()[0].Verify(text, on)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s precision: %s", precision, r.Detail)
		if r.Failed {
			t.Errorf("%s precision: %s", precision, r.Detail)
		}
	}
}

// TestDamagedVectors: vectors of which numbers are missing, or too many, are refused or fail, and stop
// nothing.
func TestDamagedVectors(t *testing.T) {
	_, text, err := golden.Open("../../testdata/codes/vectors.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	on := &golden.On{
		Open:    func(net model.Network, o backend.Options) (backend.Backend, error) { return New(net.(*codes.Codes), o) },
		Options: backend.Options{Precision: state.Double, Threads: 1}, Tolerance: -1,
	}
	for _, damage := range []struct{ key, says string }{{"e", "a table has 13 numbers, and a code of this size 12"}, {"e0", ""}} {
		var file any
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		if n := lengthen(file, damage.key); n == 0 {
			t.Fatalf("there is no %s", damage.key)
		}
		longer, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := codesgolden.Formats()[0].Verify(longer, on)
		if err == nil && !r.Failed || err != nil && err.Error() != damage.says {
			t.Errorf("with a longer %s: %+v, %v", damage.key, r, err)
		}
	}
}

// lengthen repeats the first number of all lists of a name, and tells how many it has found.
func lengthen(v any, key string) (found int) {
	switch v := v.(type) {
	case map[string]any:
		for k, inside := range v {
			if list, isList := inside.([]any); isList && k == key {
				v[k], found = append(list, list[0]), found+1
			}
			found += lengthen(inside, key)
		}
	case []any:
		for _, inside := range v {
			found += lengthen(inside, key)
		}
	}
	return found
}
