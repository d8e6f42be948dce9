package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/bench"
	"tnn-gpu/host/state"
)

func TestBench(t *testing.T) {
	r := tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--threads", "1", "--size", "16,20", "--connections", "4",
		"--replicas", "2", "--precision", "double", "--rule", "hylton2019", "--seconds", "0.01", "--json").want(t, codeDone)
	var results []bench.Result
	if err := json.Unmarshal([]byte(r.out), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 {
		t.Fatalf("there are %d results, not one for each of 2 sizes", len(results))
	}
	for i, got := range results {
		want := bench.Case{Rule: "hylton2019", Size: []int{16, 20}[i], Connections: 4, Precision: state.Double, Replicas: 2}
		if got.Case != want || got.Backend != "cpu" || got.Updates.PerSecond.Median <= 0 || got.Fraction <= 0 || got.Device == "" {
			t.Errorf("result %d is %+v", i, got)
		}
	}
}

func TestBenchPrints(t *testing.T) {
	tnnGPU(t, t.TempDir(), "bench", "--backend", "cpu", "--size", "16", "--connections", "4", "--seconds", "0.01").
		want(t, codeDone, "updates/s", "hylton2020", "of stream", "load average")
}

func TestBenchPlots(t *testing.T) {
	once(t)
	folder := t.TempDir()
	args := []string{"bench", "--backend", "cpu", "--size", "16,20", "--connections", "4", "--seconds", "0.01", "--plot", "rates.svg"}
	tnnGPU(t, folder, args...).want(t, codeDone)
	for _, text := range []string{"hylton2020, 4 connections", "updates / s", "cpu: "} {
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
		{[]string{"--rule", "hylton2021"}, "--rule is \"hylton2021\""},
		{[]string{"--precision", "half"}, "half"},
		{[]string{"--replicas", "0"}, "--replicas is 0"},
		{[]string{"--threads", "-1"}, "--threads is -1"},
		{[]string{"--seconds", "0"}, "--seconds is 0"},
		{[]string{"--plot", "rates.gif"}, "\"gif\""},
		{[]string{"--plot", "rates.png", "--size", "30"}, "--size has one"},
		{[]string{"more"}, "more"},
	} {
		tnnGPU(t, t.TempDir(), append([]string{"bench"}, c.args...)...).want(t, codeUsage, c.says)
	}
}
