package codes

import (
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
