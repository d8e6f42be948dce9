package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"tnn-gpu/host/model"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
)

// runSummary is a run as a whole.
type runSummary struct {
	Run         string           `json:"run"`
	Model       string           `json:"model"`
	Rule        string           `json:"rule"`
	Status      sim.Reason       `json:"status"`
	Steps       int64            `json:"steps"`
	Seeds       []uint64         `json:"seeds"`
	Sweep       *model.Sweep     `json:"sweep,omitempty"`
	Network     map[string]int64 `json:"network"`
	Recorded    []string         `json:"recorded"`
	Observables []reading        `json:"last_epoch"`
	Files       []string         `json:"files"`
}

func summary(run *results.Run) (*runSummary, error) {
	m := run.Metadata
	s := &runSummary{Run: run.Path, Model: m.Model, Rule: m.Rule, Status: m.Status, Steps: m.Steps, Seeds: m.Seeds, Sweep: m.Sweep, Network: m.Network, Recorded: run.Recorded()}
	for _, f := range m.Files {
		s.Files = append(s.Files, f.Name)
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
				s.Observables = append(s.Observables, reading{about.Name, int64(last), epochs.Values[c][row], about.Unit, swept})
			}
		}
	}
	return s, nil
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
		r.line("  "+v.Field, fmt.Sprintf("%.6g", v.Value+0), unitText(v.Unit), fmt.Sprintf("step %d", v.Step))
	}
}

func (r *report) halfEdges(title string, edges []halfEdge) {
	if len(edges) == 0 {
		return
	}
	r.line(title)
	r.line("  edge", "to node", "weight", "compartments: charge, potential")
	for _, e := range edges {
		var parts []string
		for _, c := range e.Compartments {
			parts = append(parts, fmt.Sprintf("%s: %.4g, %.4g", c.Name, c.Charge, c.Potential))
		}
		r.line(fmt.Sprintf("  %d", e.Edge), e.Node, fmt.Sprintf("%.6g", e.Weight), strings.Join(parts, "; "))
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

// String implements fmt.Stringer, as do the next two.
func (s *runSummary) String() string {
	r := newReport()
	r.line("run", s.Run)
	r.line("model", s.Model+" "+s.Rule)
	r.line("status", fmt.Sprintf("%s at step %d", s.Status, s.Steps))
	r.line("seeds", strings.Trim(fmt.Sprint(s.Seeds), "[]"))
	for _, name := range []string{"network_nodes", "external_nodes", "edges", "plastic_edges", "self_loops"} {
		r.line(strings.ReplaceAll(name, "_", " "), s.Network[name])
	}
	if len(s.Recorded) > 0 {
		r.line("recorded", strings.Join(s.Recorded, ", "))
	}
	r.line("files", strings.Join(s.Files, ", "))
	for _, replicas := range s.Sweep.Points(len(s.Seeds)) {
		title, observables := "last epoch", s.Observables
		if s.Sweep != nil {
			value := s.Sweep.Values[replicas[0]]
			title = fmt.Sprintf("last epoch, %s = %g", s.Sweep.Key, value)
			observables = slices.DeleteFunc(slices.Clone(observables), func(o reading) bool { return *o.Swept != value })
		}
		r.line(title)
		r.readings(observables)
	}
	return r.String()
}

func (n *inspectedNode) String() string {
	r := newReport()
	r.line(fmt.Sprintf("%s node %d", n.Kind, n.ID))
	if n.Coordinates != nil {
		r.line("  coordinates", numbers(n.Coordinates))
	}
	if n.Group != "" {
		r.line("  group", n.Group)
	}
	r.readings(n.Values)
	r.halfEdges("edges", n.Edges)
	r.histories(n.History)
	return r.String()
}

func (e *inspectedEdge) String() string {
	r := newReport()
	r.line(fmt.Sprintf("%s edge %d", e.Kind, e.Number))
	r.readings(e.Values)
	r.halfEdges("as its ends have it", e.Ends)
	r.histories(e.History)
	return r.String()
}
