package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"tnn-gpu/host/model"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/stats"
)

// runSummary is a run as a whole.
type runSummary struct {
	Run         string           `json:"run"`
	Model       string           `json:"model"`
	Rule        string           `json:"rule"`
	Status      sim.Reason       `json:"status"`
	Steps       int64            `json:"steps"`
	Seed        uint64           `json:"seed"`
	Seeds       []uint64         `json:"seeds,omitempty"` // of the replicas, where they have such
	Keys        []uint64         `json:"keys,omitempty"`  // else what their noise follows from
	Sweep       *model.Sweep     `json:"sweep,omitempty"`
	Network     map[string]int64 `json:"network"`
	Recorded    []string         `json:"recorded"`
	Observables []reading        `json:"last_epoch"`
	LastRow     []reading        `json:"last_row,omitempty"` // of a run that ended by itself, which is its result
	Files       []string         `json:"files"`
	counts      []string         // names in Network
	status      string           // with the step
}

func summary(run *results.Run) (*runSummary, error) {
	m := run.Metadata
	s := &runSummary{Run: run.Path, Model: m.Model, Rule: m.Rule, Status: m.Status, status: m.StatusText(), Steps: m.Steps, Seed: run.Config.Run.Seed, Sweep: m.Sweep, Network: m.Network, Recorded: run.Recorded()}
	if s.counts = m.Counts; s.counts == nil { // before it was written
		s.counts = slices.Sorted(maps.Keys(m.Network))
	}
	s.Seeds, s.Keys = run.SeedsOrKeys()
	for _, f := range m.Files {
		if run.Has(f.Name) { // a killed run lacks what is made at the end
			s.Files = append(s.Files, f.Name)
		}
	}
	if run.EndsInARow() {
		if err := s.readLastRow(run); err != nil {
			return nil, err
		}
	}
	epochs, err := run.Table("epochs.csv")
	if err != nil || epochs.Rows() == 0 {
		return s, err
	}
	last := epochs.Column("last")[epochs.Rows()-1]
	for row := slices.Index(epochs.Column("last"), last); row < epochs.Rows(); row++ {
		var swept *float64
		if s.Sweep != nil {
			swept = &epochs.Column(s.Sweep.Key)[row]
		}
		for c, about := range epochs.Columns {
			if about.Title != "" && !strings.HasSuffix(about.Name, "_error") {
				s.Observables = append(s.Observables, reading{Field: about.Name, Step: int64(last), Value: epochs.Values[c][row], Unit: about.Unit, Swept: swept})
			}
		}
	}
	return s, nil
}

// readLastRow takes the means of the last rows of the replicas that have one value of the swept key.
func (s *runSummary) readLastRow(run *results.Run) error {
	rows, err := run.Table("steps.csv")
	if err != nil || rows.Rows() < run.Replicas() {
		return err
	}
	first := rows.Rows() - run.Replicas()
	for _, replicas := range s.Sweep.Points(run.Replicas()) {
		var swept *float64
		if s.Sweep != nil {
			swept = &s.Sweep.Values[replicas[0]]
		}
		for c, about := range rows.Columns {
			if about.Title == "" {
				continue
			}
			values := make([]float64, len(replicas))
			for i, replica := range replicas {
				values[i] = rows.Values[c][first+replica]
			}
			s.LastRow = append(s.LastRow, reading{Field: about.Name, Step: int64(rows.Column("step")[first]), Value: stats.Mean(values).Mean, Unit: about.Unit, Swept: swept})
		}
	}
	return nil
}

// report is text in columns.
type report struct {
	text strings.Builder
	tabs *tabwriter.Writer
}

func newReport() *report {
	r := &report{}
	r.tabs = tabwriter.NewWriter(&r.text, 0, 0, 2, ' ', 0)
	return r
}

func (r *report) line(cells ...any) {
	words := make([]string, len(cells))
	for i, c := range cells {
		words[i] = fmt.Sprint(c)
	}
	fmt.Fprintln(r.tabs, strings.Join(words, "\t"))
}

func (r *report) String() string {
	r.tabs.Flush() // to a strings.Builder, which cannot fail
	return r.text.String()
}

// unitText is a unit as it follows a number; dimensionless ones are left out.
func unitText(unit string) string {
	if unit == "1" {
		return ""
	}
	return unit
}

func (r *report) readings(values []reading) {
	for _, v := range values {
		step := fmt.Sprintf("step %d", v.Step)
		if v.Next {
			step += ", to be made next"
		}
		r.line("  "+v.Field, fmt.Sprintf("%.6g", v.Value+0), unitText(v.Unit), step)
	}
}

func (r *report) table(t model.Table) {
	r.line(t.Title)
	r.line("  " + strings.Join(t.Head, "\t"))
	for _, cells := range t.Lines {
		r.line("  " + strings.Join(cells, "\t"))
	}
}

// histories are tables of recorded values, those of the same steps side by side.
func (r *report) histories(all []history) {
	for len(all) > 0 {
		together := slices.DeleteFunc(slices.Clone(all), func(h history) bool { return !slices.Equal(h.Steps, all[0].Steps) })
		head := []any{"history:", "step"}
		for _, h := range together {
			head = append(head, h.Field)
		}
		r.line(head...)
		for k, step := range all[0].Steps {
			row := []any{"", step}
			for _, h := range together {
				row = append(row, fmt.Sprintf("%.6g", h.Values[k]))
			}
			r.line(row...)
		}
		steps := all[0].Steps
		all = slices.DeleteFunc(slices.Clone(all), func(h history) bool { return slices.Equal(h.Steps, steps) })
	}
}

// String implements fmt.Stringer, as does the next.
func (s *runSummary) String() string {
	r := newReport()
	r.line("run", s.Run)
	r.line("model", s.Model+" "+s.Rule)
	r.line("status", s.status)
	r.line("seed", s.Seed)
	if len(s.Seeds) > 1 {
		r.line("seeds", strings.Trim(fmt.Sprint(s.Seeds), "[]"), "of the replicas")
	}
	if s.Keys != nil {
		r.line("keys", strings.Trim(fmt.Sprint(s.Keys), "[]"), "that the noise of the replicas follows from")
	}
	for _, name := range s.counts {
		r.line(strings.ReplaceAll(name, "_", " "), s.Network[name])
	}
	if len(s.Recorded) > 0 {
		r.line("recorded", strings.Join(s.Recorded, ", "))
	}
	r.line("files", strings.Join(s.Files, ", "))
	for _, replicas := range s.Sweep.Points(len(s.Seeds) + len(s.Keys)) {
		title, observables := "last epoch", s.Observables
		if s.LastRow != nil {
			title, observables = "last row", s.LastRow
		}
		if s.Sweep != nil {
			value := s.Sweep.Values[replicas[0]]
			title += fmt.Sprintf(", %s = %g", s.Sweep.Key, value)
			observables = slices.DeleteFunc(slices.Clone(observables), func(o reading) bool { return *o.Swept != value })
		}
		r.line(title)
		r.readings(observables)
	}
	return r.String()
}

func (n *itemReport) String() string {
	r := newReport()
	title := strings.TrimSpace(fmt.Sprintf("%s %s %d", n.Kind, n.space, n.number))
	if n.name != "" {
		title = strings.TrimSpace(fmt.Sprintf("%s %s %s, number %d", n.Kind, n.space, n.name, n.number))
	}
	r.line(title)
	for _, f := range n.Facts {
		r.line("  "+f.Name, f.Text)
	}
	if r.readings(n.values); n.nothing != "" {
		r.line("  " + n.nothing)
	}
	for _, t := range n.Tables {
		r.table(t)
	}
	r.histories(n.history)
	return r.String()
}

// MarshalJSON implements json.Marshaler: facts and tables are members beside the
// others.
func (n *itemReport) MarshalJSON() ([]byte, error) {
	number := "id"
	if n.isLink {
		number = "number"
	}
	o := object{}
	o.add("run", n.run)
	o.add("space", n.space)
	o.add(number, n.number)
	if n.name != "" {
		o.add("name", n.name)
	}
	if n.Kind != "" {
		o.add("kind", n.Kind)
	}
	for _, f := range n.Facts {
		o.add(f.Name, f.Value)
	}
	o.add("values", n.values)
	if n.nothing != "" {
		o.add("note", n.nothing)
	}
	for _, t := range n.Tables {
		o.add(t.Name, t.Value)
	}
	if len(n.history) > 0 {
		o.add("history", n.history)
	}
	return o.bytes()
}

// object is one of JSON whose members keep their order.
type object struct {
	text []byte
	err  error
}

func (o *object) add(name string, value any) {
	key, err := json.Marshal(name)
	o.err = errors.Join(o.err, err)
	text, err := json.Marshal(value)
	o.err = errors.Join(o.err, err)
	if o.text != nil {
		o.text = append(o.text, ',')
	}
	o.text = append(append(append(o.text, key...), ':'), text...)
}

func (o *object) bytes() ([]byte, error) {
	return append(append([]byte{'{'}, o.text...), '}'), o.err
}
