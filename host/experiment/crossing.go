package experiment

import (
	"cmp"
	"io"
	"math"
	"slices"

	"tnn-gpu/host/record"
	"tnn-gpu/host/stats"
)

// Crossing is where the mean of an outcome passes a level along a key, such as the share
// of wrong units from which half of the recalls fail.
type Crossing struct {
	Name    string // of its column
	Title   string
	Unit    string
	Outcome string
	Key     string
	Level   float64
}

// CrossingTable has one for each combination of the other keys' values.
type CrossingTable struct {
	Crossing
	Keys []string // the other keys
	Rows []CrossingRow
}

// CrossingRow is one combination. The estimate's error is over trials, by leaving out one
// after another; NaN where the mean does not pass the level.
type CrossingRow struct {
	Values   []Value // of the other keys
	Estimate stats.Estimate
}

// Crossings finds those that a table has: of outcomes along keys that it varies as
// numbers, with three of them or more.
func (t *Table) Crossings(known []Crossing) []CrossingTable {
	const fewest = 3
	var out []CrossingTable
	for _, c := range known {
		key, outcome := slices.Index(t.Keys, c.Key), slices.IndexFunc(t.Outcomes, func(o record.Column) bool { return o.Name == c.Outcome })
		if key < 0 || outcome < 0 || t.Along != nil {
			continue
		}
		table := CrossingTable{Crossing: c, Keys: slices.Delete(slices.Clone(t.Keys), key, key+1)}
		for _, rows := range t.alongKey(key) {
			if len(rows) >= fewest {
				others := slices.Delete(slices.Clone(rows[0].Values), key, key+1)
				table.Rows = append(table.Rows, CrossingRow{others, crossing(rows, key, outcome, c.Level)})
			}
		}
		if table.Rows != nil {
			out = append(out, table)
		}
	}
	return out
}

// alongKey are the rows that differ in a key alone, ascending, for each combination of the
// others. Rows in which it is no number are left out.
func (t *Table) alongKey(key int) [][]*Row {
	var out [][]*Row
	for i := range t.Rows {
		row := &t.Rows[i]
		if !row.Values[key].IsNumber {
			continue
		}
		at := slices.IndexFunc(out, func(rows []*Row) bool { return row.differsOnlyIn(key, rows[0]) })
		if at < 0 {
			at, out = len(out), append(out, nil)
		}
		out[at] = append(out[at], row)
	}
	for _, rows := range out {
		slices.SortStableFunc(rows, func(a, b *Row) int {
			return cmp.Compare(a.Values[key].Number, b.Values[key].Number)
		})
	}
	return out
}

func (r *Row) differsOnlyIn(key int, other *Row) bool {
	for k, v := range r.Values {
		if k != key && v.Text != other.Values[k].Text {
			return false
		}
	}
	return true
}

// crossing is where the mean along rows first passes a level. Trials that not all rows
// have are left out.
func crossing(rows []*Row, key, outcome int, level float64) stats.Estimate {
	x := make([]float64, len(rows))
	trials := math.MaxInt
	for i, r := range rows {
		x[i] = r.Values[key].Number
		trials = min(trials, len(r.Results[outcome]))
	}
	// without is where the mean over all trials but one passes; all of them with -1.
	without := func(one int) float64 {
		means := make([]float64, len(rows))
		for i, r := range rows {
			count := 0
			for trial, v := range r.Results[outcome][:trials] {
				if trial != one {
					means[i] += v
					count++
				}
			}
			means[i] /= float64(count)
		}
		return passes(x, means, level)
	}
	left := make([]float64, trials)
	for trial := range left {
		left[trial] = without(trial)
	}
	n, spread := float64(trials), 0.0
	mean := stats.Mean(left).Mean
	for _, v := range left {
		spread += (v - mean) * (v - mean)
	}
	out := stats.Estimate{Mean: without(-1), Error: math.NaN(), N: trials}
	if trials > 1 {
		out.Error = math.Sqrt(spread * (n - 1) / n)
	}
	return out
}

// passes is the first x at which the lines between points have the level; NaN where they
// do not pass it.
func passes(x, y []float64, level float64) float64 {
	for i := 1; i < len(x); i++ {
		if a, b := y[i-1]-level, y[i]-level; a != b && a*b <= 0 && (a != 0 || i == 1) {
			return x[i-1] + (x[i]-x[i-1])*a/(a-b)
		}
	}
	return math.NaN()
}

// WriteCrossings writes crossings.csv: a row for each crossing and combination of keys,
// with what passes which level and where, and the standard error of that. A key that does
// not tell rows of a crossing apart, since it is along it, is empty.
func (t *Table) WriteCrossings(tables []CrossingTable, w io.Writer) error {
	head := append([]string{"crossing"}, t.Keys...)
	head = append(head, "outcome", "level", "value", "value"+errorSuffix)
	var rows [][]string
	for _, table := range tables {
		for _, r := range table.Rows {
			row := []string{table.Name}
			for _, key := range t.Keys {
				text := ""
				if k := slices.Index(table.Keys, key); k >= 0 {
					text = r.Values[k].Text
				}
				row = append(row, text)
			}
			rows = append(rows, appendCells(append(row, table.Outcome), []float64{table.Level, r.Estimate.Mean, r.Estimate.Error}))
		}
	}
	return writeRows(w, head, len(rows), func(i int) []string { return rows[i] })
}
