package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/config"
	"tnn-gpu/host/sim"
)

func testNetwork(t *testing.T, settings ...string) *setup {
	t.Helper()
	cfg, err := config.NewPreset("driven", settings...)
	if err != nil {
		t.Fatal(err)
	}
	n, err := buildSetup(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTableFitsTheTerminal leaves out the columns for which there is no room.
func TestTableFitsTheTerminal(t *testing.T) {
	n := testNetwork(t)
	columns := len(n.net.Describe().Columns)
	for width, want := range map[int]int{10: 0, 40: 2, 80: 6, 120: 9, 1000: columns} {
		var out bytes.Buffer
		table := newEpochTable(&out, nil, n, 500, width)
		table.printHeader(0)
		if err := table.observe(&sim.Epoch{Last: 500, Points: []sim.Point{{Mean: make([]float64, columns)}}}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if len(line)-1 > width {
				t.Errorf("a line has %d characters on a terminal of %d: %q", len(line)-1, width, line)
			}
		}
		if shown := table.shown; shown != want {
			t.Errorf("%d columns are shown on a terminal of %d, want %d", shown, width, want)
		}
	}
}

// TestTableOfAResumedRun names only the eras that are still to come.
func TestTableOfAResumedRun(t *testing.T) {
	n := testNetwork(t, "era=[{steps=10}, {steps=10, mode='off'}, {steps=10, mode='noise'}]")
	var out bytes.Buffer
	table := newEpochTable(&out, nil, n, 30, 0)
	table.printHeader(15)
	for _, last := range []int64{20, 30} {
		if err := table.observe(&sim.Epoch{Last: last, Points: []sim.Point{{Mean: make([]float64, table.shown)}}}); err != nil {
			t.Fatal(err)
		}
	}
	var eras []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "era ") {
			eras = append(eras, line[:5])
		}
	}
	if got := strings.Join(eras, ", "); got != "era 2, era 3" {
		t.Errorf("the table names %s", got)
	}
}

// TestBar has a clock of its own.
func TestBar(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	b := &bar{out: &out, width: 200, steps: 400, work: "node updates", updates: 1000, first: 100, began: now, now: func() time.Time { return now }}
	observe := func(step int64) string {
		t.Helper()
		out.Reset()
		if err := b.observe(&sim.Rows{First: step, Last: step, Replicas: 1, Columns: 1, Values: []float64{0}}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	now = now.Add(10 * time.Second)
	want := "\r\x1b[K[##########..........] 50 %, step 200 of 400, 10 k node updates/s, 20s left"
	if got := observe(200); got != want {
		t.Errorf("the bar is %q, want %q", got, want)
	}
	now = now.Add(time.Millisecond)
	if got := observe(201); got != "" {
		t.Errorf("it is drawn again at once: %q", got)
	}
	b.width = 20
	now = now.Add(time.Second)
	if got := observe(202); len(strings.TrimPrefix(got, erase)) != 19 {
		t.Errorf("it does not fit into 20 characters: %q", got)
	}
	out.Reset()
	b.clear()
	b.clear()
	if out.String() != erase {
		t.Errorf("it is removed by %q", out.String())
	}
}

func TestNoBarOutsideOfATerminal(t *testing.T) {
	b := newBar(&bytes.Buffer{}, testNetwork(t), 0, 500)
	if b != nil {
		t.Fatal("there is a bar")
	}
	if err := b.observe(&sim.Rows{}); err != nil {
		t.Error(err)
	}
	b.clear()
}
