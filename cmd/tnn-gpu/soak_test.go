package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
)

// soakTest is how much is asked of a run that must leave memory, files and
// goroutines as they are.
type soakTest struct {
	updates int64         // node updates, at least
	least   time.Duration // likewise
	samples int           // how often the run is looked at, at least
}

// soakSize is the short form, or with TNN_SOAK=1 the long one, which takes
// TNN_SOAK_MINUTES, 30 if that is not set.
func soakSize(t *testing.T) soakTest {
	t.Helper()
	if os.Getenv("TNN_SOAK") != "1" {
		return soakTest{updates: 1e7, samples: 16}
	}
	minutes := 30.0
	if text := os.Getenv("TNN_SOAK_MINUTES"); text != "" {
		var err error
		if minutes, err = strconv.ParseFloat(text, 64); err != nil {
			t.Fatalf("TNN_SOAK_MINUTES: %v", err)
		}
	}
	size := soakTest{updates: 1e9, least: time.Duration(minutes * float64(time.Minute)), samples: 200}
	if minutes < 30 {
		size.updates = 0
	}
	return size
}

// usage is what a process has at a moment.
type usage struct {
	memory     int64 // resident, in bytes, with all garbage given back
	files      int
	goroutines int
}

func usageNow(t *testing.T) usage {
	t.Helper()
	debug.FreeOSMemory()
	var u usage
	fields := strings.Fields(string(read(t, "/proc/self/statm")))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	u.memory, u.goroutines = pages*int64(os.Getpagesize()), runtime.NumGoroutine()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	u.files = len(entries)
	return u
}

// TestSoak runs a network for long on every backend, with checkpoints, recordings
// and commands. What the process uses must be the same in the last quarter as in
// the first.
func TestSoak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a process uses is read from /proc")
	}
	size := soakSize(t)
	eachBackend(t, func(t *testing.T, on string) {
		// The first run of a process leaves what is kept for all that follow.
		soak(t, on, soakTest{updates: 1e6, samples: 8})
		before := usageNow(t)
		soak(t, on, size)
		after := usageNow(t)
		if after.files != before.files || after.goroutines != before.goroutines {
			t.Errorf("before the run the process has %+v, after it %+v", before, after)
		}
	})
}

// soak makes a run as long as is asked for.
func soak(t *testing.T, on string, size soakTest) {
	t.Helper()
	cfg, err := config.NewPreset("driven", "graph.sides=[100, 100]", "run.backend="+on, "record.fields=['state', 'entropy']",
		"record.every=500", "record.watch=['weight[0-1]']", "record.watch_every=50", "record.overview=false")
	if err == nil {
		err = cfg.SetSteps(maxSteps)
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := buildSetup(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b, err := n.open(0)
	if err != nil {
		t.Fatal(err)
	}
	j := &job{setup: n, backend: b, plan: sim.Plan{Steps: maxSteps, Replicas: 1, Epoch: 10, Checkpoint: 1000}}
	if err := j.planRecording(); err != nil {
		t.Fatal(err)
	}
	folder, err := record.Create(filepath.Join(t.TempDir(), "out"), cfg.Encode())
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := folder.Record(j.options, nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := sim.New(n.net, b, j.plan, recorder.Observe)
	if err != nil {
		t.Fatal(err)
	}
	var summary sim.Summary
	ended := make(chan error, 1)
	go func() {
		var err error
		summary, err = run.Go(t.Context())
		ended <- err
	}()
	all, err := lookAt(t, run, size, n.net.Describe().Updates)
	err = errors.Join(err, run.Stop(t.Context()), <-ended)
	if err := errors.Join(err, recorder.Close(summary, err), b.Close(), folder.Close()); err != nil {
		t.Fatal(err)
	}
	flat(t, all, summary)
}

// lookAt looks at a run again and again, each time during a pause, until it is as
// long as it must be.
func lookAt(t *testing.T, run *sim.Run, size soakTest, updates int64) (all []usage, err error) {
	began := time.Now()
	for step := int64(0); len(all) < size.samples || step*updates < size.updates || time.Since(began) < size.least; {
		time.Sleep(max(10*time.Millisecond, size.least/time.Duration(2*size.samples)))
		if err := run.Pause(t.Context()); err != nil {
			return nil, err
		}
		all = append(all, usageNow(t))
		now, err := run.Snapshot(t.Context(), nil, "state")
		if err == nil {
			err = run.Resume(t.Context())
		}
		if err != nil {
			return nil, err
		}
		step = now.Step
	}
	return all, nil
}

// flat compares the last quarter of a run with the first.
func flat(t *testing.T, all []usage, s sim.Summary) {
	t.Helper()
	first, last := typical(all[:len(all)/4]), typical(all[3*len(all)/4:])
	t.Logf("%s node updates in %v, %s a second, looked at %d times: %+v in the first quarter, %+v in the last",
		quantity(float64(s.Updates)), s.Wall.Round(time.Second), quantity(s.Rate()), len(all), first, last)
	if growth := float64(last.memory)/float64(first.memory) - 1; growth > 0.05 {
		t.Errorf("memory has grown by %.1f %%", 100*growth)
	}
	if last.files > first.files || last.goroutines > first.goroutines {
		t.Error("open files or goroutines have become more")
	}
}

// typical is the median of each number: at some moments a file is being written.
func typical(all []usage) usage {
	of := func(number func(usage) int64) int64 {
		values := make([]int64, len(all))
		for i, u := range all {
			values[i] = number(u)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return usage{
		memory:     of(func(u usage) int64 { return u.memory }),
		files:      int(of(func(u usage) int64 { return int64(u.files) })),
		goroutines: int(of(func(u usage) int64 { return int64(u.goroutines) })),
	}
}
