package tnngolden

import (
	"bytes"
	"errors"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/state"
)

// Format is the name of the files' format.
const Format = "tnn-golden/1"

// Formats are those of this package.
func Formats() []golden.Format { return []golden.Format{{Name: Format, Verify: verify}} }

// tolerance of replaying where none is given.
func tolerance(p state.Precision) float64 {
	if p == state.Double {
		return 1e-9
	}
	return 1e-4
}

// verify replays a trajectory in double precision, and makes its steps one by one in
// single precision.
func verify(text []byte, on *golden.On) (out golden.Result, err error) {
	g, err := Read(bytes.NewReader(text))
	if err != nil {
		return out, err
	}
	o := on.Options
	o.Seeds = []uint64{g.Seed}
	b, err := on.Open(g.Network, o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	out = golden.Result{Name: g.Name, Tolerance: on.Within(tolerance(o.Precision))}
	worst := 0.0
	if o.Precision == state.Double {
		var d Deviation
		d, err = g.Replay(b)
		worst, out.Detail, out.Compared = d.Worst, d.String(), d.Compared
	} else {
		o.Precision = state.Double
		reference, openErr := on.Reference(g.Network, o)
		if openErr != nil {
			return out, openErr
		}
		defer func() { err = errors.Join(err, reference.Close()) }()
		var d StepDeviation
		d, err = Steps(g, reference, b)
		worst, out.Detail, out.Compared = d.Worst, d.String(), d.Compared
	}
	out.Failed = !(worst <= out.Tolerance)
	return out, err
}
