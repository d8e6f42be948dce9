package analysis

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/text"
)

// Report is what statistics found of a run.
type Report struct {
	Run         string // its folder's name
	Model       string
	First, Last int64
	Rows        int // of these steps, by replica
	Parts       []Part
}

// Part is about the replicas that have the same settings.
type Part struct {
	Swept    string // as in edge.inverse_temperature=20; empty where all replicas have the same settings
	Replicas []int
	Found    []Found
}

// Found is what a statistic found, or why there is nothing to find.
type Found struct {
	Name, Doc string
	*Result
	Missing string // empty where there is a result
}

// Make has statistics look at a part of a run. All that can be made are: what cannot is
// told as missing, unless it was asked for by name.
func Make(r *Run, statistics []Statistic, named bool) ([]Found, error) {
	var out []Found
	for _, s := range statistics {
		found := Found{Name: s.Name, Doc: s.Doc}
		var err error
		found.Result, err = s.Of(r)
		switch {
		case err == nil:
		case errors.Is(err, ErrMissing) && !named:
			found.Missing = err.Error()
		default:
			return nil, fmt.Errorf("the statistic %s: %w", s.Name, err)
		}
		out = append(out, found)
	}
	return out, nil
}

// Choose finds statistics by their names; none takes all.
func Choose(all []Statistic, names []string) ([]Statistic, error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []Statistic
	for _, name := range names {
		at := -1
		var known []string
		for i, s := range all {
			if known = append(known, s.Name); s.Name == name {
				at = i
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("there is no statistic %q of such a run; there are %s", name, strings.Join(known, ", "))
		}
		out = append(out, all[at])
	}
	return out, nil
}

// WriteText writes a report to be read.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, p := range r.Parts {
		fmt.Fprintf(&b, "%s, steps %d to %d", r.Run, r.First, r.Last)
		if n := int64(r.Rows); n > 0 && n < r.Last-r.First+1 {
			fmt.Fprintf(&b, " (%s)", text.Count(n, "row"))
		}
		if len(p.Replicas) > 1 {
			fmt.Fprintf(&b, ", %d replicas", len(p.Replicas))
		}
		if p.Swept != "" {
			fmt.Fprintf(&b, ", %s", p.Swept)
		}
		b.WriteString("\n")
		for _, f := range p.Found {
			f.write(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Found) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: %s\n", f.Name, f.Doc)
	if f.Missing != "" {
		fmt.Fprintf(b, "  %s\n", f.Missing)
		return
	}
	width := 0
	for _, v := range f.Values {
		width = max(width, len(v.Name))
	}
	for _, v := range f.Values {
		unit := v.Unit
		number := Number(v.Mean, v.Error)
		switch {
		case math.IsNaN(v.Mean):
			number, unit = "undefined", ""
		case unit == "1":
			unit = ""
		}
		fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("  %-*s  %-16s %s", width, v.Name, number, unit), " "))
	}
	for _, t := range f.Tables {
		fmt.Fprintf(b, "  table %s: %s of", t.Name, text.Count(rows(&t), "row"))
		for i, c := range t.Columns {
			if !t.IsError(i) {
				fmt.Fprintf(b, " %s", c.Name)
			}
		}
		b.WriteString("\n")
	}
	for _, n := range f.Notes {
		fmt.Fprintf(b, "  %s\n", n)
	}
}

// Number writes a value with its error in the last digits: 0.531(12).
func Number(v, err float64) string {
	v += 0 // -0 + 0 is 0
	if !(err > 0) || math.IsInf(err, 0) || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	digits := 1 - int(math.Floor(math.Log10(err))) // after the point, two of the error
	if digits < 0 || digits > 6 || math.Abs(v) >= 1e6 {
		return fmt.Sprintf("%.4g +- %.2g", v, err)
	}
	scaled := math.Round(err * math.Pow(10, float64(digits)))
	if digits > 0 && scaled >= 100 { // 0.0996 is 0.10
		digits, scaled = digits-1, math.Round(scaled/10)
	}
	if math.Abs(v)*math.Pow(10, float64(digits)) < 0.5 {
		v = 0 // has no sign that its digits show
	}
	return fmt.Sprintf("%.*f(%.0f)", digits, v, scaled)
}

func rows(t *Table) int {
	if len(t.Values) == 0 {
		return 0
	}
	return len(t.Values[0])
}

// WriteCSV writes a table. What is not known is an empty cell.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = c.Name
	}
	err := out.Write(cells)
	for row := range rows(t) {
		for i := range cells {
			cells[i] = ""
			if v := t.Values[i][row]; !math.IsNaN(v) {
				cells[i] = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		err = errors.Join(err, out.Write(cells))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// number is a number of JSON, which has none for what is not known.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return json.Marshal(v)
	}
	return []byte("null"), nil
}

func numbersOf(values []float64) []number {
	out := make([]number, len(values))
	for i, v := range values {
		out[i] = number(v)
	}
	return out
}

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name  string `json:"name"`
		Value number `json:"value"`
		Error number `json:"error"`
		N     int    `json:"n"`
		Unit  string `json:"unit"`
		Doc   string `json:"doc"`
	}{v.Name, number(v.Mean), number(v.Error), v.N, v.Unit, v.Doc})
}

// MarshalJSON implements json.Marshaler.
func (t Table) MarshalJSON() ([]byte, error) {
	type column struct {
		Name   string   `json:"name"`
		Unit   string   `json:"unit,omitempty"`
		Doc    string   `json:"doc,omitempty"`
		Values []number `json:"values"`
	}
	columns := []column{}
	for i, c := range t.Columns {
		columns = append(columns, column{c.Name, c.Unit, c.Doc, numbersOf(t.Values[i])})
	}
	return json.Marshal(struct {
		Name    string   `json:"name"`
		Title   string   `json:"title"`
		Columns []column `json:"columns"`
	}{t.Name, t.Title, columns})
}

// MarshalJSON implements json.Marshaler.
func (r *Report) MarshalJSON() ([]byte, error) {
	type found struct {
		Name    string   `json:"name"`
		Doc     string   `json:"doc"`
		Missing string   `json:"missing,omitempty"`
		Values  []Value  `json:"values"`
		Tables  []Table  `json:"tables"`
		Notes   []string `json:"notes"`
	}
	type part struct {
		Swept      string  `json:"swept,omitempty"`
		Replicas   []int   `json:"replicas"`
		Statistics []found `json:"statistics"`
	}
	parts := []part{}
	for _, p := range r.Parts {
		out := part{Swept: p.Swept, Replicas: p.Replicas, Statistics: []found{}}
		for _, f := range p.Found {
			one := found{Name: f.Name, Doc: f.Doc, Missing: f.Missing, Values: []Value{}, Tables: []Table{}, Notes: []string{}}
			if f.Result != nil {
				one.Values, one.Tables, one.Notes = append(one.Values, f.Values...), append(one.Tables, f.Tables...), append(one.Notes, f.Notes...)
			}
			out.Statistics = append(out.Statistics, one)
		}
		parts = append(parts, out)
	}
	return json.Marshal(struct {
		Run   string `json:"run"`
		Model string `json:"model"`
		First int64  `json:"first"`
		Last  int64  `json:"last"`
		Rows  int    `json:"rows"`
		Parts []part `json:"parts"`
	}{r.Run, r.Model, r.First, r.Last, r.Rows, parts})
}
