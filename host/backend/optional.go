package backend

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// What follows is what some backends can do. It is found by assertion.

// Feeder is a backend whose network has inputs (model.Description.Inputs).
type Feeder interface {
	// Feed gives the inputs of the following steps, step after step, as many in each as
	// the network has. Advance takes them in order, those of a step for all replicas
	// alike, and fails where there are too few. SetState forgets those that are left.
	Feed(inputs []float64) error
}

// Holder is a backend whose state lies in the host's memory as it is.
type Holder interface {
	// Held is Backend.State without a copy: it changes with the backend, and nobody else
	// may change its values. It stays when the backend is closed.
	Held() *state.State
}

// Tracer is a backend that keeps the bits of every step of a batch, so that what
// is recorded at every step does not end the batch.
type Tracer interface {
	// Trace has fields of kind state.Bit kept from the next step on, and no others.
	Trace(fields ...string) error

	// Traced gives, in the order of Trace, the bits of the steps of the last
	// Advance.
	Traced() ([]Trace, error)
}

// Trace is a field of kind state.Bit in some steps.
type Trace struct {
	Field string
	// Words are steps x replicas x words of a replica: bit i of the field is bit
	// i%32 of word i/32, in the order in memory of the field's space.
	Words []uint32
}

// Given is a backend whose draws can be given in place of the counter-based
// generator's, for recorded trajectories that tell draws instead of a seed.
type Given interface {
	// Give sets what the next step draws, by purpose, in the order that the model
	// documents for each.
	Give(draws map[rng.Purpose][]float64) error
}

// Skipper is a backend that can make steps whose sums nobody asks for. A run of a
// network that names its rows (model.Recorded) skips the steps between them, so that
// their sums take neither time nor memory.
type Skipper interface {
	// Skip makes the next n steps.
	Skip(n int) error
}

// AdvanceByRows is Backend.Advance for a Skipper that has made so many steps. It asks
// for the sums of steps with a row, width values each; those of the others are 0.
func AdvanceByRows(b Skipper, rows model.Recorded, step int64, n, width int, sums func(into []float64) error) ([]float64, error) {
	out := make([]float64, n*width)
	for at := step; at < step+int64(n); {
		row := rows.NextRow(at)
		next := min(row, step+int64(n))
		if err := b.Skip(int(next - at)); err != nil {
			return nil, err
		}
		at = next
		if at == row {
			if err := sums(out[int(at-step-1)*width:][:width]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
