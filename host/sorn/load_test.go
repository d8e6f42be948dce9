package sorn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// archiveOf writes arrays as NumPy does; those that are nil are left out.
func archiveOf(t *testing.T, a *Arrays, n, m int) string {
	t.Helper()
	var b bytes.Buffer
	z := npy.NewArchiveWriter(&b)
	for _, of := range a.named(n, m) {
		if *of.values == nil {
			continue
		}
		w, err := z.Add(of.name, "<f8", []int64{int64(len(*of.values) / of.columns), int64(of.columns)})
		if err == nil {
			err = binary.Write(w, binary.LittleEndian, *of.values)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return written(t, "state.npz", b.Bytes())
}

// TestBadState: a state that is loaded is refused as docs/sorn.md section 3 says, and what
// is refused is told. Of one that is taken the arrays stay as they are, also where units
// have more synapses than the network had room for.
func TestBadState(t *testing.T) {
	const n, m = 300, 60
	with := func(path string) (*Network, error) {
		return built(t, func(s *Spec) { s.Sorn.NE, s.Sorn.TargetRate, s.Sorn.State = n, 0.1, path })
	}
	drawn, err := with("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := drawn.Start(state.Double, []uint64{1})
	if err != nil {
		t.Fatal(err)
	}
	good := func() *Arrays { return drawn.ArraysOf(s, 0) }
	for says, spoil := range map[string]func(a *Arrays){
		"array Wei has shape [59 300]; 300 excitatory and 60 inhibitory units need 60 x 300": func(a *Arrays) { a.Wei = a.Wei[:59*n] },
		"it has no array Te": func(a *Arrays) { a.Te = nil },
		"Wee[2, 2] is 0.5; no unit has a synapse from itself": func(a *Arrays) { a.Wee[2*n+2] = 0.5 },
		"Wee[0, 1] is -0.1; weights are from 0 to 1":          func(a *Arrays) { a.Wee[1] = -0.1 },
		"Wie[3, 1] is 1.5; weights are from 0 to 1":           func(a *Arrays) { a.Wie[3*m+1] = 1.5 },
		"Te[4, 0] is NaN, which is not finite":                func(a *Arrays) { a.Te[4] = math.NaN() },
		"Ti[0, 0] is -Inf, which is not finite":               func(a *Arrays) { a.Ti[0] = math.Inf(-1) },
		"X[5, 1] is 0.5; states are 0 and 1":                  func(a *Arrays) { a.X[11] = 0.5 },
		"Y[0, 0] is 2; states are 0 and 1":                    func(a *Arrays) { a.Y[0] = 2 },
	} {
		a := good()
		spoil(a)
		var bad *model.KeyError
		if _, err := with(archiveOf(t, a, n, m)); !errors.As(err, &bad) || bad.Key != "sorn.state" || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is expected: %v", says, err)
		}
	}
	full := good()
	for at := range full.Wee {
		if at/n != at%n {
			full.Wee[at] = 1.0 / (n - 1)
		}
	}
	for at := range full.Wei {
		full.Wei[at] = 1.0 / m
	}
	for name, a := range map[string]*Arrays{"drawn": good(), "full": full} {
		net, err := with(archiveOf(t, a, n, m))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s, err := net.Start(state.Double, []uint64{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := net.CheckState(s, state.Double, 2); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for replica := range 2 {
			if !reflect.DeepEqual(net.ArraysOf(s, replica), a) {
				t.Errorf("%s: replica %d has other arrays", name, replica)
			}
		}
	}
}

// TestBranch: a state goes on under other rules, eras and inputs, and keeps its units and
// its words.
func TestBranch(t *testing.T) {
	was, now := Defaults(), Defaults()
	was.Input.Kind, was.Input.Count = Counting, 3
	for name, c := range map[string]struct {
		change func(s *Spec)
		goes   bool
	}{
		"no input":      {func(s *Spec) { s.Input.Kind = Zero }, true},
		"a frozen rule": {func(s *Spec) { s.Sorn.Freeze, s.Sorn.EtaIP = []Rule{SP}, 0.1 }, true},
		"more eras":     {func(s *Spec) { s.Eras = append(s.Eras, EraSpec{Steps: 5, Phase: Training}) }, true},
		"a read-out":    {func(s *Spec) { s.Input.Kind, s.Input.Count, s.Input.Readout = Counting, 3, "x.csv" }, true},
		"other words":   {func(s *Spec) { s.Input.Kind, s.Input.Count = Counting, 4 }, false},
		"other units":   {func(s *Spec) { s.Sorn.NE++ }, false},
	} {
		*now = *Defaults()
		c.change(now)
		if err := now.BranchOf(was); (err == nil) != c.goes {
			t.Errorf("%s: %v", name, err)
		}
	}
	net, err := built(t, func(s *Spec) { s.Input.Kind = Uniform })
	if err != nil {
		t.Fatal(err)
	}
	if err := net.checkTask([]int32{2, 1, 0, 3}); err != nil {
		t.Errorf("where no symbols come, the place in words of before is not looked at: %v", err)
	}
}
