package backendtest

import (
	"bytes"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Resume checks that a run of 200 steps is the same as one that is stopped, kept
// as a checkpoint and taken up by another backend, once for each leg after the
// first. The backend of the first leg also makes the run in one go. Networks take
// turns in precision.
func Resume(t *testing.T, legs ...backend.Open) {
	for i, c := range Catalogue() {
		p := [...]state.Precision{state.Single, state.Double}[i%2]
		t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
			net := c.Network(t)
			options := backend.Options{Precision: p, Seeds: []uint64{41}}
			const total = 200
			whole := opened(t, legs[0], net, options)
			rows := advance(t, whole, total)

			var parts []float64
			var checkpoint []byte
			for leg, open := range legs {
				b := opened(t, open, net, options)
				if checkpoint != nil {
					if err := b.SetState(decode(t, checkpoint)); err != nil {
						t.Fatal(err)
					}
				}
				parts = append(parts, advance(t, b, total*(leg+1)/len(legs)-total*leg/len(legs))...)
				checkpoint = encode(t, moment(t, b))
			}
			if d := Differ(net, moment(t, whole), decode(t, checkpoint)); d != "" {
				t.Errorf("in one go against in %d legs: %s", len(legs), d)
			}
			if d := differRows(net, rows, parts); d != "" {
				t.Errorf("in one go against in %d legs: %s", len(legs), d)
			}
		})
	}
}

func encode(t *testing.T, s *state.State) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := (&state.Checkpoint{Model: "tnn", State: s}).Encode(&file); err != nil {
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

// opened is a backend for the length of a test.
func opened(t *testing.T, open backend.Open, net *tnn.Network, o backend.Options) backend.Backend {
	t.Helper()
	b, err := open(net, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}
