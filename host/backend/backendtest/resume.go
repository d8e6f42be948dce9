package backendtest

import (
	"bytes"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Resume checks that a run of some steps is the same as one that is stopped, kept
// as a checkpoint and taken up by another backend, once for each leg after the
// first. The backend of the first leg also makes the run in one go.
func Resume(t *testing.T, net model.Network, p state.Precision, total int, legs ...backend.Open) {
	t.Helper()
	options := backend.Options{Precision: p, Seeds: []uint64{41}}
	whole := Opened(t, legs[0], net, options)
	rows := Advance(t, whole, total)

	var parts []float64
	var checkpoint []byte
	for leg, open := range legs {
		b := Opened(t, open, net, options)
		if checkpoint != nil {
			if err := b.SetState(decode(t, checkpoint)); err != nil {
				t.Fatal(err)
			}
		}
		parts = append(parts, Advance(t, b, total*(leg+1)/len(legs)-total*leg/len(legs))...)
		checkpoint = encode(t, Moment(t, b))
	}
	if d := Differ(net, Moment(t, whole), decode(t, checkpoint)); d != "" {
		t.Errorf("in one go against in %d legs: %s", len(legs), d)
	}
	if d := DifferRows(net, 0, 1, rows, parts); d != "" {
		t.Errorf("in one go against in %d legs: %s", len(legs), d)
	}
}

func encode(t *testing.T, s *state.State) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := (&state.Checkpoint{Model: "any", State: s}).Encode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func decode(t *testing.T, file []byte) *state.State {
	t.Helper()
	c, err := state.DecodeCheckpoint(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return c.State
}

// Opened is a backend for the length of a test.
func Opened(t *testing.T, open backend.Open, net model.Network, o backend.Options) backend.Backend {
	t.Helper()
	b, err := open(net, o)
	OrSkip(t, err)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}
