package tnngolden_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn/tnngolden"
)

// tinyGolden is a trajectory of two nodes, one of them external.
const tinyGolden = `{"format":"tnn-golden/1","name":"tiny","rule":"hylton2020","key":[1,2],"lattice":[2],"bipartite":false,
"node":{"states":3,"inverse_temperature":1,"threshold":0.1},
"edge":{"kind":"real1","inverse_temperature":80,"bound":10,"size_mass":0,"change_mass":0,"noise":true},
"external":[{"id":1,"polarity":-1,"period":[5]}],"schedule":[[0]],"eras":[{"steps":2,"adapt":true,"mode":"driven"}],
"edges":[[0,1,"fixed"]],"start":{"weight":[160],"state":[0,1],"previous_state":[0,1],"energy":[0,0]},
"steps":[{"t":1,"observables":{"energy":0},"state":[0,1],"energy":[0,0]}]}`

// badGolden is a change of tinyGolden, and what is said of it.
type badGolden struct{ old, new, says string }

func (b badGolden) text() string { return strings.Replace(tinyGolden, b.old, b.new, 1) }

func badGoldens() []badGolden {
	return []badGolden{
		{"tnn-golden/1", "tnn-golden/2", `its format is "tnn-golden/2"`},
		{`"lattice":[2]`, `"lattice":[]`, "lattice has 0 sides"},
		{`"lattice":[2]`, `"lattice":[4294967296,4294967296]`, "out of range for a golden file"},
		{`"lattice":[2]`, `"lattice":[-2,-1]`, "out of range for a golden file"},
		{`[0,1,"fixed"]`, `[0,1e300,"fixed"]`, "expected [node, node, kind] with nodes below 2"},
		{`[0,1,"fixed"]`, `[0,2,"fixed"]`, "expected [node, node, kind] with nodes below 2"},
		{`[0,1,"fixed"]`, `[0.5,1,"fixed"]`, "expected [node, node, kind] with nodes below 2"},
		{`[0,1,"fixed"]`, `[0,1,"real1"]`, `edge 0 is of kind "real1", but its nodes call for "fixed"`},
		{`"weight":[160]`, `"weight":[]`, "the start has not one weight per edge"},
		{`"energy":[0,0]},`, `"energy":[0]},`, "the start has not one energy per node"},
		{`"t":1`, `"t":3`, "step 1 has the wrong number"},
		{`[5]}],"schedule"`, `[5]},{"id":7,"polarity":1,"period":[1]}],"schedule"`, "external node 7 is out of range"},
		{`"polarity":-1`, `"polarity":0`, "its polarity is not 1 or -1"},
		{`"period":[5]`, `"period":[0]`, "external node 1 has no period, or one that is not 1 step or more"},
		{`"period":[5]`, `"period":[]`, "external node 1 has no period"},
		{`"period":[5]}`, `"period":[5]},{"id":1,"polarity":1,"period":[1]}`, "external node 1 is out of range, or there twice"},
		{`"period":[5]}`, `"period":[5]},{"id":0,"polarity":1,"period":[1]}`, "all its nodes are external"},
		{`[[0]]`, `[[9]]`, "set 0 of the schedule has node 9"},
		{`[[0]]`, `[]`, "node 0 is in no set of the schedule"},
		{`"steps":2`, `"steps":0`, "era[0].steps"},
		{`"states":3`, `"states":1`, "levels"},
		{`"bound":10`, `"bound":-1`, "edge.bound"},
		{`[0,1],"energy":[0,0]}]}`, `[0,1],"energy":[0,0]}]} {`, "it is not a golden trajectory"},
	}
}

func TestGoldensThatAreNone(t *testing.T) {
	for _, test := range badGoldens() {
		if _, err := tnngolden.Read(strings.NewReader(test.text())); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %q", test.new, err, test.says)
		}
	}
	if _, err := tnngolden.Read(strings.NewReader(tinyGolden)); err != nil {
		t.Errorf("the pattern that the others vary is refused itself: %v", err)
	}
}

// endlessText is what a small file unpacks to that means harm.
type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestGoldenThatUnpacksToTooMuch(t *testing.T) {
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	if _, err := io.CopyN(z, endlessText{}, 17<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	packed, err := gzip.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = tnngolden.Read(packed)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "it unpacks to 16777216 bytes or more") {
		t.Errorf("error %v", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 200<<20 {
		t.Errorf("%d bytes of memory were taken", taken)
	}
}

// FuzzRead also makes a step of every network that is accepted.
func FuzzRead(f *testing.F) {
	f.Add([]byte(tinyGolden))
	f.Add([]byte(strings.Replace(tinyGolden, "hylton2020\"", "hylton2019\",\"relaxations\":2", 1)))
	for _, b := range badGoldens() {
		f.Add([]byte(b.text()))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		g, err := tnngolden.Read(bytes.NewReader(text))
		if err != nil {
			if err.Error() == "" || len(err.Error()) > 1000 {
				t.Fatalf("the error is %q", err)
			}
			return
		}
		n := g.Network
		if n.Layout.Positions > 1<<12 || len(n.Graph.Edges) > 1<<12 || n.Spec.Sweeps() > 100 {
			return
		}
		b, err := cpuref.New(n, backend.Options{Precision: state.Double, Seeds: []uint64{g.Seed}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Replay(b); err != nil {
			t.Fatal(err)
		}
	})
}

// TestGoldenWithAMark: a byte order mark is skipped.
func TestGoldenWithAMark(t *testing.T) {
	if _, err := tnngolden.Read(strings.NewReader("\xef\xbb\xbf" + tinyGolden)); err != nil {
		t.Error(err)
	}
}
