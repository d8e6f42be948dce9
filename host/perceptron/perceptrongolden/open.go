package perceptrongolden

import (
	"errors"
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/perceptron"
	"tnn-gpu/host/state"
)

// Formats are those of the files of vectors.
func Formats() []golden.Format {
	return []golden.Format{
		{Name: TrajectoriesFormat, Verify: verify},
		{Name: SeededFormat, Verify: verify},
		{Name: TheoryFormat, Verify: verify},
		{Name: StatisticsFormat, Verify: verify},
	}
}

// Tolerance of a replay in a precision (testdata/perceptron/README.md).
func Tolerance(p state.Precision) float64 {
	if p == state.Double {
		return 1e-12
	}
	return 1e-4
}

// verify checks a file: it is replayed, computed, or known not to be either.
func verify(text []byte, on *golden.On) (golden.Result, error) {
	file, err := Decode(text)
	if err != nil {
		return golden.Result{}, err
	}
	within := on.Within(Tolerance(on.Options.Precision))
	switch f := file.(type) {
	case *Statistics:
		return golden.Result{References: f.Values(), Detail: fmt.Sprintf("%d measured values, which `make soak` compares", f.Values())}, nil
	case *Theory:
		w, err := f.Check()
		result := golden.Result{Detail: w.String(), Compared: w.Compared, Failed: w.Times > 1, Tolerance: momentTolerance}
		if on.Tolerance >= 0 {
			result.Failed, result.Tolerance = !(w.Largest <= on.Tolerance), on.Tolerance
		}
		return result, err
	case Replayer:
		w, err := f.Replay(func(net *perceptron.Network, keys []uint64) (backend.Backend, error) {
			o := on.Options
			o.Seeds = keys
			return on.Open(net, o)
		}, within)
		return golden.Result{Detail: w.String(), Compared: w.Compared, Failed: !(w.Times <= 1), Tolerance: within}, err
	}
	return golden.Result{}, errors.New("it cannot be checked")
}

// Open reads a file of vectors: *Trajectories, *Seeded, *Theory or *Statistics.
func Open(path string) (any, error) {
	_, text, err := golden.Open(path)
	if err != nil {
		return nil, err
	}
	v, err := Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// Decode reads the text of a file of vectors.
func Decode(text []byte) (any, error) {
	var head struct {
		Format string `json:"format"`
	}
	if err := golden.Decode(text, &head); err != nil {
		return nil, fmt.Errorf("it is no file of vectors: %w", err)
	}
	var into interface{ validate() error }
	switch head.Format {
	case TrajectoriesFormat:
		into = &Trajectories{}
	case SeededFormat:
		into = &Seeded{}
	case TheoryFormat:
		into = &Theory{}
	case StatisticsFormat:
		into = &Statistics{}
	default:
		return nil, fmt.Errorf("its format is %q, which is none of the perceptron's", head.Format)
	}
	if err := golden.Decode(text, into); err != nil {
		return nil, fmt.Errorf("it is not as %q should be: %w", head.Format, err)
	}
	return into, into.validate()
}
