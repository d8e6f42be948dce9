package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/stats"
)

// epochTable prints a line for each epoch of a run and value of the key that is
// swept. It is an observer of the run.
type epochTable struct {
	out      io.Writer
	bar      *bar         // cleared before a line is printed
	sweep    *model.Sweep // nil where none is
	headings [][2]string  // of step, key and quantities
	widths   []int
	shown    int // quantities
	phases   []model.Phase
	steps    int64       // of the run
	points   []sim.Point // of the last epoch
	last     []float64   // values of the last row, by replica and column
	columns  int         // of that
}

// Widths of the table's columns: numbers have four digits and an exponent.
const (
	stepWidth   = 10
	numberWidth = 10
)

// newEpochTable makes a table of the columns that fit into a width; 0 is no limit.
func newEpochTable(out io.Writer, b *bar, n *setup, steps int64, width int) *epochTable {
	t := &epochTable{out: out, bar: b, sweep: n.sweep, headings: [][2]string{{"", "step"}}, widths: []int{stepWidth}, phases: n.phases(), steps: steps}
	if len(t.phases) == 1 {
		t.phases = nil // it is the whole run
	}
	total := stepWidth
	if t.sweep != nil {
		total += t.add(keyHeading(t.sweep.Key))
	}
	for _, c := range n.net.Describe().Columns {
		if total += t.add(heading(c)); width > 0 && total > width {
			t.headings = t.headings[:len(t.headings)-1]
			break
		}
		t.shown++
	}
	return t
}

// add appends a column, and tells how wide it makes the table.
func (t *epochTable) add(heading [2]string) int {
	w := max(numberWidth, len(heading[0]), len(heading[1]))
	t.headings, t.widths = append(t.headings, heading), append(t.widths, w)
	return 1 + w
}

// heading is a column's name on two lines.
func heading(c model.Column) [2]string {
	first, second, found := strings.Cut(c.Name, "_")
	if !found {
		first, second = "", c.Name
	}
	return [2]string{first, strings.ReplaceAll(second, "_", " ")}
}

// keyHeading is a key of the configuration, its table on a line of its own.
func keyHeading(key string) [2]string {
	dot := strings.LastIndex(key, ".") + 1
	return [2]string{key[:dot], key[dot:]}
}

// printHeader prints the names of the columns, on two lines, and the phase that the
// run is in after a step.
func (t *epochTable) printHeader(after int64) {
	for line := range 2 {
		var words []string
		for i, h := range t.headings {
			words = append(words, fmt.Sprintf("%*s", t.widths[i], h[line]))
		}
		fmt.Fprintln(t.out, strings.TrimRight(strings.Join(words, " "), " "))
	}
	for len(t.phases) > 1 && t.phases[1].First <= after+1 {
		t.phases = t.phases[1:]
	}
}

// observe prints epochs, and before them the phases that begin in them; of a run that ended by
// itself also its last row, as a mean of the steps that led there is no result.
func (t *epochTable) observe(e sim.Event) error {
	switch e := e.(type) {
	case *sim.Rows:
		t.keepLast(e)
	case *sim.Epoch:
		return t.printEpoch(e)
	case *sim.End:
		if e.Reason == sim.AllEnded && t.last != nil {
			return t.printLast()
		}
	}
	return nil
}

// keepLast keeps the values of the last row of each replica.
func (t *epochTable) keepLast(r *sim.Rows) {
	if n := len(r.Values) - r.Replicas*r.Columns; n >= 0 {
		t.last, t.columns = append(t.last[:0], r.Values[n:]...), r.Columns
	}
}

func (t *epochTable) printEpoch(epoch *sim.Epoch) error {
	t.bar.clear()
	for len(t.phases) > 0 && t.phases[0].First <= epoch.Last {
		fmt.Fprintln(t.out, t.phases[0].Text)
		t.phases = t.phases[1:]
	}
	t.points = epoch.Points
	for _, p := range epoch.Points {
		if err := t.print(strconv.FormatInt(epoch.Last, 10), p.Replicas, p.Mean); err != nil {
			return err
		}
	}
	return nil
}

// printLast prints the means of the last rows of the replicas of each point.
func (t *epochTable) printLast() error {
	t.bar.clear()
	for _, p := range t.points {
		means := make([]float64, t.columns)
		for c := range means {
			values := make([]float64, len(p.Replicas))
			for i, r := range p.Replicas {
				values[i] = t.last[r*t.columns+c]
			}
			means[c] = stats.Mean(values).Mean
		}
		if err := t.print("end", p.Replicas, means); err != nil {
			return err
		}
	}
	return nil
}

// print prints a line about some replicas.
func (t *epochTable) print(step string, replicas []int, values []float64) error {
	values = values[:t.shown]
	if t.sweep != nil {
		values = append([]float64{t.sweep.Values[replicas[0]]}, values...)
	}
	text := fmt.Sprintf("%*s", stepWidth, step)
	for i, v := range values {
		text += fmt.Sprintf(" %*.4g", t.widths[1+i], v)
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}
