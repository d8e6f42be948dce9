package main

import (
	"fmt"
	"io"
	"strings"

	"tnn-gpu/host/sim"
)

// epochTable prints a line for each epoch of a run. It is an observer of the run.
type epochTable struct {
	out     io.Writer
	bar     *bar // cleared before a line is printed
	columns []sim.Column
	widths  []int
	eras    []era
	steps   int64 // of the run
}

// Widths of the table's columns: numbers have four digits and an exponent.
const (
	stepWidth   = 10
	numberWidth = 10
)

// newEpochTable makes a table of the columns that fit into a width; 0 is no limit.
func newEpochTable(out io.Writer, b *bar, n *network, steps int64, width int) *epochTable {
	t := &epochTable{out: out, bar: b, eras: n.eras(), steps: steps}
	total := stepWidth
	for _, c := range n.model.Describe().Columns {
		w := numberWidth
		for _, word := range heading(c) {
			w = max(w, len(word))
		}
		if total += 1 + w; width > 0 && total > width {
			break
		}
		t.columns, t.widths = append(t.columns, c), append(t.widths, w)
	}
	return t
}

// heading is a column's name on two lines.
func heading(c sim.Column) [2]string {
	first, second, found := strings.Cut(c.Name, "_")
	if !found {
		first, second = "", c.Name
	}
	return [2]string{first, strings.ReplaceAll(second, "_", " ")}
}

// printHeader prints the names of the columns, on two lines, and the era that the
// run is in after a step.
func (t *epochTable) printHeader(after int64) {
	for line, first := range [2]string{"", "step"} {
		text := fmt.Sprintf("%*s", stepWidth, first)
		for i, c := range t.columns {
			text += fmt.Sprintf(" %*s", t.widths[i], heading(c)[line])
		}
		fmt.Fprintln(t.out, strings.TrimRight(text, " "))
	}
	for len(t.eras) > 1 && t.eras[1].first <= after+1 {
		t.eras = t.eras[1:]
	}
}

// observe prints epochs, and before them the eras that begin in them.
func (t *epochTable) observe(e sim.Event) error {
	epoch, ok := e.(*sim.Epoch)
	if !ok {
		return nil
	}
	t.bar.clear()
	for len(t.eras) > 0 && t.eras[0].first <= epoch.Last {
		fmt.Fprintln(t.out, t.eras[0].text)
		t.eras = t.eras[1:]
	}
	text := fmt.Sprintf("%*d", stepWidth, epoch.Last)
	for i := range t.columns {
		text += fmt.Sprintf(" %*.4g", t.widths[i], epoch.Mean[i])
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}
