package record

import (
	"os"
	"path/filepath"
	"testing"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// TestSizes holds what a run is said to write against what it leaves: of a recording all
// but its header, and of a table no more than there is room for, with the names of its
// columns on top.
func TestSizes(t *testing.T) {
	s := swept(small(state.Double, 3), 3, 1, 3)
	path := filepath.Join(t.TempDir(), "run")
	f, err := Create(path, []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := s.make(f, nil, -1); err != nil {
		t.Fatal(err)
	}
	o := s.options(simtest.NewBackend(s.model, s.precision, 3).Describe())
	sizes, err := o.Sizes(0, s.plan.Steps, sim.EpochOf(s.plan.Steps, s.plan.Epoch).Index)
	if err != nil || len(sizes) != 4+len(s.recordings) {
		t.Fatalf("%v, %v", sizes, err)
	}
	for _, size := range sizes {
		info, err := os.Stat(filepath.Join(path, filepath.FromSlash(size.Name)))
		if err != nil {
			t.Fatal(err)
		}
		beside := info.Size() - size.Bytes
		switch isTable := filepath.Ext(size.Name) == ".csv"; {
		case !isTable && beside != npy.HeaderBytes:
			t.Errorf("%s has %d bytes, and is said to have %d beside its header", size.Name, info.Size(), size.Bytes)
		case isTable && (beside > 128 || info.Size() < size.Bytes/4):
			t.Errorf("%s has %d bytes, and is said to have at most %d", size.Name, info.Size(), size.Bytes)
		}
	}
	half, err := o.Sizes(20, s.plan.Steps, 3)
	if err != nil || half[0].Bytes != sizes[0].Bytes*27/47 {
		t.Errorf("steps 21 to 47: %v, %v", half, err)
	}
}
