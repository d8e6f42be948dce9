package sorn

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/npy"
)

// built is the network of defaults, changed by with, and what Build or Validate say.
func built(t *testing.T, with func(s *Spec)) (*Network, error) {
	t.Helper()
	s := Defaults()
	s.Sorn.NE, s.Sorn.NU, s.Sorn.TargetRate, s.Eras[0].Steps = 60, 2, 0.1, 3
	s.Sorn.LambdaEI, s.Sorn.LambdaIE = 30, 30
	with(s)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n, err := s.Build(1, nil)
	if err != nil {
		return nil, err
	}
	return n.(*Network), nil
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func array(rows, columns int64) []byte {
	b := npy.EncodeHeader("<f8", []int64{rows, columns})
	for i := range rows * columns {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(i)))
	}
	return b
}

// TestInputFile: tables are steps x channels, or channels x steps where only that fits;
// what does not fit is refused.
func TestInputFile(t *testing.T) {
	for _, c := range []struct {
		name    string
		content []byte
		second  [2]float64 // inputs of step 2
		says    string
	}{
		{"rows.csv", []byte("1,2\n3,4\n5,6\n7,8\n"), [2]float64{3, 4}, ""},
		{"named.csv", []byte("step,channel 0,channel 1\n1,1,2\n2,3,4\n3,5,6\n"), [2]float64{3, 4}, ""},
		{"rows.npy", array(3, 2), [2]float64{2, 3}, ""},
		{"columns.npy", array(2, 3), [2]float64{1, 4}, ""},
		{"short.csv", []byte("1,2\n3,4\n"), [2]float64{}, "it has 2 rows, and the run has 3 steps"},
		{"short.npy", array(2, 2), [2]float64{}, "it has 2 rows, and the run has 3 steps"},
		{"wide.csv", []byte("1,2,3\n3,4,5\n5,6,7\n"), [2]float64{}, "3 rows of 3 numbers, and there are 2 channels"},
		{"columns.csv", []byte("1,2,3\n3,4,5\n"), [2]float64{}, "2 rows of 3 numbers, and there are 2 channels"},
		{"ragged.csv", []byte("1,2\n3\n5,6\n"), [2]float64{}, "line 2"},
		{"infinite.csv", []byte("1,2\n3,inf\n5,6\n"), [2]float64{}, "line 2: +Inf is no finite number"},
		{"infinite.npy", append(array(3, 2)[:len(array(3, 2))-8], 0, 0, 0, 0, 0, 0, 0xf0, 0x7f), [2]float64{}, "row 3"},
		{"empty.csv", nil, [2]float64{}, "no numbers"},
	} {
		n, err := built(t, func(s *Spec) { s.Input.Kind, s.Input.File = File, written(t, c.name, c.content) })
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		units, drive := NewSource[float64](n, 0, [2]uint32{}).Next(2, n.Spec.RegimeAt(2), make([]int32, TaskItems), nil)
		if !slices.Equal(units, []int32{0, 1}) || !slices.Equal(drive, c.second[:]) {
			t.Errorf("%s: step 2 drives units %v by %v", c.name, units, drive)
		}
	}
	// Where both ways fit, rows are steps.
	n, err := built(t, func(s *Spec) {
		s.Input.Kind, s.Input.File, s.Eras[0].Steps = File, written(t, "square.npy", array(2, 2)), 2
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, drive := NewSource[float64](n, 0, [2]uint32{}).Next(2, n.Spec.RegimeAt(2), make([]int32, TaskItems), nil); !slices.Equal(drive, []float64{2, 3}) {
		t.Errorf("step 2 of a square of numbers drives by %v", drive)
	}
	n, err = built(t, func(s *Spec) { s.Input.Kind, s.Input.File = File, written(t, "long.npy", array(8, 2)) })
	if err != nil || !strings.Contains(n.Announce()[1][1], "5 rows more than the run has steps") {
		t.Errorf("a file that is longer than the run: %v, %v", err, n.Announce())
	}
	for says, with := range map[string]func(s *Spec){
		"the kind file needs the name of a file": func(s *Spec) { s.Input.Kind = File },
		"the kind uniform reads no file":         func(s *Spec) { s.Input.Kind, s.Input.File = Uniform, "x.csv" },
		"no such file":                           func(s *Spec) { s.Input.Kind, s.Input.File = File, "missing.csv" },
		"it is no text in UTF-8":                 func(s *Spec) { s.Input.Kind, s.Input.File = Text, written(t, "x.txt", []byte("ab\xff")) },
		"there are no letters in it":             func(s *Spec) { s.Input.Kind, s.Input.File = Text, written(t, "x.txt", []byte(" _ \n")[1:2]) },
		"input.pool_size is 30": func(s *Spec) {
			s.Input.Kind, s.Input.File, s.Input.PoolSize = Text, written(t, "x.txt", []byte("abc")), 30
		},
	} {
		if _, err := built(t, with); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is expected: %v", says, err)
		}
	}
}

// TestText: letters come one a step, white space is a symbol, and after the end the
// beginning comes again.
func TestText(t *testing.T) {
	n, err := built(t, func(s *Spec) { s.Input.Kind, s.Input.File = Text, written(t, "x.txt", []byte("\n ab\n  \tb_\u00e9\n")) })
	if err != nil {
		t.Fatal(err)
	}
	in := &n.Spec.Input
	if s := in.Symbols(); !slices.Equal(s, []string{"a", "b", Space, "\u00e9"}) || n.Spec.Channels() != 4 {
		t.Fatalf("the symbols are %q", s)
	}
	source, task := NewSource[float64](n, 0, [2]uint32{}), make([]int32, TaskItems)
	var shown []int
	for step := range uint32(9) {
		units, _ := source.Next(step+1, n.Spec.RegimeAt(1), task, nil)
		symbol := -1
		if len(units) > 0 {
			symbol = int(units[0])
		}
		now := in.Shown([]float64{float64(task[0]), float64(task[1]), float64(task[2]), float64(task[3])})
		if now.Symbol != symbol || now.Letter != int(step)%7 {
			t.Errorf("step %d shows %+v, and unit %d is driven", step+1, now, symbol)
		}
		if err := n.checkTask(task); err != nil {
			t.Error(err)
		}
		shown = append(shown, symbol)
	}
	if want := []int{0, 1, 2, 1, -1, 3, 2, 0, 1}; !slices.Equal(shown, want) {
		t.Errorf("the symbols are %v, not %v", shown, want)
	}
}
