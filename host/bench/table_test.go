package bench

import (
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/backend"
)

func TestTable(t *testing.T) {
	rate := Speed{PerSecond: Spread{12.34e6, 11e6, 13e6}, PerProcessorSecond: Spread{6.2e6, 6e6, 7e6}}
	lattice := &Result{
		Case:    Case{Series: "hylton2020", Unit: "node updates", Axes: []Value{{"size", 256}, {"connections", 16}}, Replicas: 1},
		Backend: "opencl", Rate: rate, Bytes: 752, Bandwidth: 9.28e9, Fraction: 0.3,
		Figures:     []Figure{{"edge ends", 16, true}, {"active", 0.13, false}},
		KernelTimes: []backend.KernelTime{{Kernel: "sweep_segment", Launches: 4, Total: 3 * time.Second}, {Kernel: "add_partials", Launches: 2, Total: time.Second}},
	}
	recall := func(size int, peers ...Against) *Result {
		return &Result{Case: Case{Series: "recalls", Unit: "recalls", Axes: []Value{{"size", size}}, Replicas: 20}, Backend: "cpu", Rate: Speed{PerSecond: Spread{900, 800, 1000}}, Peers: peers}
	}
	numpy, c := Against{Peer{"NumPy", 0.018}, 16.2}, Against{Peer{"C", 0.00031}, 0.279}
	var out strings.Builder
	if err := Table(&out, []*Result{lattice, recall(1000, numpy, c), recall(50, c)}); err != nil {
		t.Fatal(err)
	}
	if err := Profile(&out, lattice); err != nil {
		t.Fatal(err)
	}
	const want = `
hylton2020: node updates
  backend  size  connections  precision  replicas  a second  least  most  per core  edge ends  active  bytes  GB/s  of stream
   opencl   256           16     single         1    12.3 M   11 M  13 M     6.2 M      197 M    13 %    752  9.28     30.0 %

recalls: recalls
  backend  size  precision  replicas  a second  least  most  per core  times NumPy  times C
      cpu  1000     single        20       900    800   1 k         -         16.2    0.279
      cpu    50     single        20       900    800   1 k         -            -    0.279
         kernel  launches  seconds  each, µs   share
  sweep_segment         4    3.000  750000.0  75.0 %
   add_partials         2    1.000  500000.0  25.0 %
`
	if got := "\n" + out.String(); got != want {
		t.Errorf("printed is %s\nnot %s", got, want)
	}
	for words, results := range map[string][]*Result{"of stream": {lattice}, "times: as fast": {recall(1, c)}} {
		if !strings.Contains(legendOf(results), words) || strings.Contains(legendOf([]*Result{recall(1)}), words) {
			t.Errorf("the legend has %q for others, or not for those that need it", words)
		}
	}
}

func TestNotes(t *testing.T) {
	device := func(name string, before, after float64) *Result {
		return &Result{Backend: "cpu", Device: name, Load: [2]float64{before, after}}
	}
	for _, c := range []struct {
		results []*Result
		busy    bool
	}{
		{nil, false},
		{[]*Result{device("one", -1, -1)}, false}, // unknown
		{[]*Result{device("one", 1, 2), device("one", 2, 2)}, false},
		{[]*Result{device("one", 3, 1), device("two", 1, 1)}, true},
		{[]*Result{device("one", 0, 2.1)}, true},
	} {
		var out strings.Builder
		if busy := Notes(&out, c.results, 2); (busy != "") != c.busy {
			t.Errorf("of %v is said %q", c.results, busy)
		}
		for _, name := range []string{"one", "two"} {
			want := 0
			for _, r := range c.results {
				if r.Device == name {
					want = 1
				}
			}
			if got := strings.Count(out.String(), name+","); got != want {
				t.Errorf("device %s is named %d times in %s", name, got, out.String())
			}
		}
	}
}

func TestSI(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 999: "999", 1234: "1.23 k", 8.9e6: "8.9 M", 999.9e6: "1 G", 17.5e9: "17.5 G"} {
		if got := si(v); got != want {
			t.Errorf("%v is written %q, not %q", v, got, want)
		}
	}
}
