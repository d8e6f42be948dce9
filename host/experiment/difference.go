package experiment

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"tnn-gpu/host/stats"
)

// Differences are those between the points of a table and the ones that have a
// certain value of a key, and all other values the same: trial by trial, so that
// noise that both points have drops out of the error.
type Differences struct {
	table   *Table
	key     int
	against string // the value
	rows    []difference
}

type difference struct {
	row  *Row
	from *Row
}

// Differences finds the pairs of points. Trials of points that do not have the same
// seeds are no pairs.
func (t *Table) Differences(p *Plan, key, value string) (*Differences, error) {
	d := &Differences{table: t, key: slices.Index(t.Keys, key), against: value}
	if d.key < 0 {
		return nil, fmt.Errorf("the scan does not vary %q: it varies %v", key, t.Keys)
	}
	for i := range t.Rows {
		row := &t.Rows[i]
		if row.Values[d.key].Text == value {
			continue
		}
		from := slices.IndexFunc(t.Rows, func(r Row) bool { return d.isPartner(row, &r) })
		if from < 0 {
			continue
		}
		if p.Points[row.Point].Seed != p.Points[t.Rows[from].Point].Seed {
			return nil, errors.New("the points of the scan have seeds of their own, so their trials are no pairs: differences need a scan without independent seeds")
		}
		d.rows = append(d.rows, difference{row, &t.Rows[from]})
	}
	if len(d.rows) == 0 {
		return nil, fmt.Errorf("no two points of the scan differ in %s alone, with %s = %s at one of them", key, key, value)
	}
	return d, nil
}

// isPartner tells whether a row is the one that another is compared with.
func (d *Differences) isPartner(row, other *Row) bool {
	for k, v := range other.Values {
		if k == d.key && v.Text != d.against || k != d.key && v.Text != row.Values[k].Text {
			return false
		}
	}
	return row.Place == other.Place
}

// Write writes differences.csv: a row for each pair, with the keys of the point, the
// number of pairs of trials, and of each outcome the mean difference and its
// standard error.
func (d *Differences) Write(w io.Writer) error {
	head := d.table.head("n")
	for _, c := range d.table.Outcomes {
		head = append(head, c.Name+"_difference", c.Name+"_difference"+errorSuffix)
	}
	return writeRows(w, head, len(d.rows), func(i int) []string {
		pair := d.rows[i]
		row := append(d.table.place(pair.row), strconv.Itoa(min(pair.row.Trials, pair.from.Trials)))
		for k := range d.table.Outcomes {
			e := stats.Paired(pair.row.Results[k], pair.from.Results[k])
			row = appendCells(row, []float64{e.Mean, e.Error})
		}
		return row
	})
}
