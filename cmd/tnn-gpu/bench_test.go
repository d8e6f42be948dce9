package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/bench"
	"tnn-gpu/host/models"
	"tnn-gpu/host/state"
)

func TestBench(t *testing.T) {
	r := tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--threads", "1", "--size", "16,20", "--connections", "4",
		"--replicas", "2", "--precision", "double", "--series", "hylton2019", "--seconds", "0.01", "--json").want(t, codeDone)
	var results []bench.Result
	if err := json.Unmarshal([]byte(r.out), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 {
		t.Fatalf("there are %d results, not one for each of 2 sizes", len(results))
	}
	for i, got := range results {
		want := bench.Case{Series: "hylton2019", Unit: "node updates", Precision: state.Double, Replicas: 2,
			Axes: []bench.Value{{Axis: "size", Value: []int{16, 20}[i]}, {Axis: "connections", Value: 4}}}
		if diff := cmp.Diff(want, got.Case); diff != "" {
			t.Error(diff)
		}
		if got.Backend != "cpu" || got.Rate.PerSecond.Median <= 0 || got.Fraction <= 0 || got.Device == "" {
			t.Errorf("result %d is %+v", i, got)
		}
	}
}

// TestBenchKeepsWhatItHas: what ends bench leaves what was measured before. Here the first
// result has it end.
func TestBenchKeepsWhatItHas(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out strings.Builder
		p := &program{out: &out, errs: writerFunc(func(text []byte) (int, error) {
			if strings.Contains(string(text), "a second") {
				cancel()
			}
			return len(text), nil
		})}
		o := &benchOptions{backend: "cpu", series: "hylton2020", axes: map[string]string{"size": "8,10", "connections": "4"}, seconds: 0.001, json: asJSON}
		cases, err := benchCases(o)
		if err != nil {
			t.Fatal(err)
		}
		targets, err := p.benchTargets(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.dealCases(cases, targets); err != nil {
			t.Fatal(err)
		}
		if err := p.bench(ctx, o, targets); !errors.Is(err, context.Canceled) {
			t.Errorf("bench ends with %v", err)
		}
		var results []bench.Result
		if asJSON {
			if err := json.Unmarshal([]byte(out.String()), &results); err != nil || len(results) != 1 || results[0].Axes[0].Value != 8 {
				t.Errorf("%v of\n%s", err, &out)
			}
		} else if !strings.Contains(out.String(), "hylton2020: node updates") {
			t.Errorf("there is no table:\n%s", &out)
		}
	}
}

// writerFunc is a writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

// Every model has something to measure, and what it has can be measured in small sizes.
func TestBenchOfEveryModel(t *testing.T) {
	for _, m := range models.All() {
		if m.Benches == nil {
			t.Errorf("the model %s has nothing to measure", m.Name)
		}
	}
	r := tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--series", "all", "--size", "40", "--connections", "4", "--students", "1,2",
		"--recalls", "3", "--replicas", "1,3", "--seconds", "0.001", "--json").want(t, codeDone)
	var results []bench.Result
	if err := json.Unmarshal([]byte(r.out), &results); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range models.Benches() {
		cases := 2
		for _, a := range s.Axes {
			if a.Name == "students" {
				cases *= 2
			}
		}
		want = append(want, slices.Repeat([]string{s.Name}, cases)...)
	}
	var got []string
	for _, r := range results {
		got = append(got, r.Series)
		if r.Rate.PerSecond.Median <= 0 || r.Size.Value <= 0 || r.Unit == "" {
			t.Errorf("%+v", r)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBenchPrints(t *testing.T) {
	tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--size", "16", "--connections", "4", "--seconds", "0.01").
		want(t, codeDone, "a second", "hylton2020: node updates", "of stream", "load average")
	tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--series", "codes-exact,hopfield-storkey", "--size", "40", "--replicas", "2", "--seconds", "0.01").
		want(t, codeDone, "codes-exact: updates", "times C", "hopfield-storkey: patterns", "times: as fast")
}

func TestBenchPlots(t *testing.T) {
	folder := t.TempDir()
	args := []string{"bench", "--backend", "cpu", "--size", "16,20", "--connections", "4", "--seconds", "0.01", "--plot", "rates.svg"}
	tnnGPU(t, folder, args...).want(t, codeDone)
	for _, text := range []string{"hylton2020, 4 connections", "node updates / s", "cpu: "} {
		if !strings.Contains(string(read(t, filepath.Join(folder, "rates.svg"))), text) {
			t.Errorf("the plot does not say %q", text)
		}
	}
	tnnGPU(t, folder, args...).want(t, codeUsage, "rates.svg exists")
}

func TestBenchRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--size", "x"}, "--size is \"x\""},
		{[]string{"--size", "0"}, "--size is \"0\""},
		{[]string{"--size", "30", "--connections", "5"}, "connections"},
		{[]string{"--backend", "gpu"}, "--backend is \"gpu\""},
		{[]string{"--series", "hylton2021"}, "--series has \"hylton2021\""},
		{[]string{"--series", "sorn", "--connections", "4"}, "--connections is no number of the series sorn"},
		{[]string{"--series", "perceptron", "--size", "1"}, "perceptron, size 1, "},
		{[]string{"--series", "hopfield-storkey", "--backend", "opencl"}, "use --backend cpu"},
		{[]string{"--precision", "half"}, "half"},
		{[]string{"--replicas", "0"}, "--replicas is \"0\""},
		{[]string{"--threads", "-1"}, "--threads is -1"},
		{[]string{"--seconds", "0"}, "--seconds is 0"},
		{[]string{"--plot", "rates.gif"}, "\"gif\""},
		{[]string{"--plot", "rates.png", "--size", "30", "--connections", "4"}, "there is one network"},
		{[]string{"--size", "8", "--connections", "4", "--replicas", "99999999"}, "more networks than the 1048576"},
		{[]string{"--series", "signals-urns", "--replicas", "1048577"}, "more networks than the 1048576 that are computed together; use less for --replicas"},
		{[]string{"--series", "codes-exact", "--replicas", "9223372036854775807"}, "more networks than"},
		{[]string{"--series", "hopfield-recall", "--recalls", "99999999"}, "use less for --recalls or --replicas"},
		{[]string{"--series", "hopfield-sync", "--recalls", "1024", "--replicas", "1025"}, "more networks than"},
		{[]string{"--series", "perceptron", "--students", "9223372036854775807"}, "use less for --students or --replicas"},
		{[]string{"more"}, "more"},
	} {
		tnnGPU(t, t.TempDir(), append([]string{"bench"}, c.args...)...).want(t, codeUsage, c.says)
	}
}
