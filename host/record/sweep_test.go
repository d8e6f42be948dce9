package record

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

func TestPointsHaveTheReplicasOfAValue(t *testing.T) {
	s := &model.Sweep{Key: "edge.heat", Values: []float64{20, 80, 20, 5, 80, 20}}
	if d := cmp.Diff([][]int{{0, 2, 5}, {1, 4}, {3}}, s.Points(6)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	s = nil
	if d := cmp.Diff([][]int{{0, 1, 2}}, s.Points(3)); d != "" {
		t.Errorf("nothing is swept (-want +got):\n%s", d)
	}
}

// TestSweptTables: every table has the value of each row, and epochs have a row for
// each value, also where one has more replicas than another.
func TestSweptTables(t *testing.T) {
	s := swept(small(state.Double, 4), 0.5, 2, 0.5, 0.5)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	for name, want := range map[string]string{
		StepsName:         "step,replica,edge.heat,mean,ratio",
		epochsName:        "epoch,first,last,edge.heat,mean,mean_error,ratio,ratio_error",
		replicaEpochsName: "epoch,first,last,replica,edge.heat,mean,ratio",
		HistogramsName:    "histogram,when,edge.heat,lower,upper,count",
		probesName:        "step,replica,edge.heat,state[3],weight[1-0],double[0]",
	} {
		header, rows := readTable(t, path, name)
		if got := strings.Join(header, ","); got != want {
			t.Errorf("%s has columns %s, want %s", name, got, want)
		}
		if !strings.Contains(want, "replica") {
			continue
		}
		for _, row := range rows {
			at := 1 // of the replica
			if name == replicaEpochsName {
				at = 3
			}
			if value := map[bool]string{true: "2", false: "0.5"}[row[at] == "1"]; row[at+1] != value {
				t.Fatalf("%s: replica %s has the value %s", name, row[at], row[at+1])
			}
		}
	}
	_, epochs := readTable(t, path, epochsName)
	_, replicas := readTable(t, path, replicaEpochsName)
	if len(epochs) != 2*5 || len(replicas) != 4*5 {
		t.Fatalf("%d rows of points, %d of replicas", len(epochs), len(replicas))
	}
	for i := range 5 {
		var v [4]float64
		for k := range v {
			v[k] = numberIn(t, replicas[4*i+k][5], 64)
		}
		many, one := epochs[2*i], epochs[2*i+1]
		mean := (v[0] + v[2] + v[3]) / 3
		stderr := math.Sqrt(((v[0]-mean)*(v[0]-mean) + (v[2]-mean)*(v[2]-mean) + (v[3]-mean)*(v[3]-mean)) / 6)
		if many[3] != "0.5" || math.Abs(numberIn(t, many[4], 64)-mean) > 1e-15 || math.Abs(numberIn(t, many[5], 64)-stderr) > 1e-15 {
			t.Errorf("epoch %d: %v, want %v and %v", i+1, many, mean, stderr)
		}
		if want := []string{"2", replicas[4*i+1][5], "", replicas[4*i+1][6], ""}; cmp.Diff(want, one[3:]) != "" {
			t.Errorf("epoch %d: %v, want %v of one replica", i+1, one[3:], want)
		}
	}
	m, err := ReadMetadata(path)
	if err != nil || cmp.Diff(s.sweep, m.Sweep) != "" {
		t.Errorf("run.json says of the sweep %+v, %v", m.Sweep, err)
	}
}

// TestOneReplicaForEachValueHasNoError: then there are no columns for it.
func TestOneReplicaForEachValueHasNoError(t *testing.T) {
	s := swept(small(state.Single, 2), 3, 1)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	header, epochs := readTable(t, path, epochsName)
	if d := cmp.Diff([]string{"epoch", "first", "last", "edge.heat", "mean", "ratio"}, header); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	if len(epochs) != 10 || epochs[0][3] != "3" || epochs[1][3] != "1" {
		t.Errorf("epochs %v", epochs)
	}
}

func TestSweptHistogramsCountEachValueApart(t *testing.T) {
	s := swept(small(state.Double, 3), 7, 4, 7)
	path := filepath.Join(t.TempDir(), "run")
	s.fresh(t, path, 0)
	start, err := simtest.NewBackend(s.model, s.precision, 3).Field("weight", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]int)
	each := start.Len() / 3
	for i, v := range start.Double {
		want[fmt.Sprintf("weight start %v %v", s.sweep.Values[i/each], math.Floor(4*v)/4)]++
	}
	got := make(map[string]int)
	_, rows := readTable(t, path, HistogramsName)
	for _, row := range rows {
		if row[1] == "start" {
			got[strings.Join(row[:4], " ")] += int(numberIn(t, row[5], 64))
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSweepOfOtherReplicasIsRefused(t *testing.T) {
	s := swept(small(state.Single, 2), 1, 2, 3)
	if err := new(Options).Validate(); err == nil {
		t.Error("a run of no replicas is recorded")
	}
	o := s.options(s.description())
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "values for 3 replicas, and the run has 2") {
		t.Errorf("%v", err)
	}
}
