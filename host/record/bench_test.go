package record

import (
	"path/filepath"
	"testing"

	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

func benchmarkRecorder(b *testing.B, s setup, event func(step int64) sim.Event) {
	f, err := CreateIn(filestest.Quick{}, filepath.Join(b.TempDir(), "run"), Contents{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := f.Record(s.options(s.description()), nil)
	if err != nil {
		b.Fatal(err)
	}
	step := int64(0)
	for b.Loop() {
		step++
		if err := r.Observe(event(step)); err != nil {
			b.Fatal(err)
		}
		r.queue.wait()
	}
	if err := r.Close(sim.Summary{}, nil); err != nil {
		b.Fatal(err)
	}
}

// One operation is the rows of 1000 steps, of two quantities each.
func BenchmarkRows(b *testing.B) {
	rows := &sim.Rows{Replicas: 1, Columns: 2, Values: make([]float64, 2000)}
	for i := range rows.Values {
		rows.Values[i] = 1 / float64(i+3)
	}
	benchmarkRecorder(b, setup{model: simtest.Model{Nodes: 5}, plan: sim.Plan{Replicas: 1}}, func(step int64) sim.Event {
		r := *rows
		r.First = 1000*step + 1
		return &r
	})
}

// One operation is a record of a field of a million nodes.
func BenchmarkRecording(b *testing.B) {
	const nodes = 1 << 20
	s := setup{model: simtest.Model{Nodes: nodes}, plan: sim.Plan{Replicas: 1}, recordings: []Recording{{Field: "state", Every: 1}}}
	a := state.NewArray(state.Field{Name: "state"}, state.Single, nodes+1)
	b.SetBytes(4 * nodes)
	benchmarkRecorder(b, s, func(step int64) sim.Event {
		return &sim.Snapshot{Step: step, Arrays: []*state.Array{&a}}
	})
}
