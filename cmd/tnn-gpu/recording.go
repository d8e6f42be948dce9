package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// recordFlags choose what is kept of a run besides its tables.
func recordFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "record", Usage: "record `FIELDS`, such as state,energy: one NumPy file each"},
		&cli.StringFlag{Name: "every", Usage: "`NUMBER` of steps from one record to the next"},
		&cli.StringFlag{Name: "region", Usage: "record this `BOX` of the lattice only, such as 0:16,8:24"},
		&cli.StringFlag{Name: "nodes", Usage: "record these `NODES` only, such as 3,17, and the edges between them"},
		&cli.StringFlag{Name: "watch", Usage: "write `VALUES` such as state[12],weight[3-4] as columns of probes.csv"},
		&cli.StringFlag{Name: "watch-every", Usage: "`NUMBER` of steps from one row of probes.csv to the next"},
		&cli.BoolFlag{Name: "no-overview", Usage: "do not draw overview.png"},
	}
}

// How the text of a flag becomes a value of its key.

func asIs(text string) string { return text }

func asNumbers(text string) string { return "[" + text + "]" }

func asTexts(text string) string {
	words := strings.Split(text, ",")
	for i, w := range words {
		words[i] = strconv.Quote(strings.TrimSpace(w))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

func negated(text string) string { return strconv.FormatBool(text != "true") }

// recordOptions are what a run's configuration asks to be recorded of it.
func (n *network) recordOptions(d backend.Description) (record.Options, error) {
	c := n.config.Record
	o := record.Options{
		Program: programVersion(), Model: n.model, Backend: d, Seeds: n.seeds, Sweep: n.sweep, Schedule: n.schedule(),
		ProbeEvery: int64(c.WatchEvery),
	}
	nodes, err := n.recordedNodes()
	if err != nil {
		return o, err
	}
	fields := n.perField()
	var edges []int
	for _, name := range c.Fields {
		r := record.Recording{Field: name, Every: int64(c.Every)}
		if nodes != nil {
			r.Items = nodes
			if per, known := fields[name]; known && per == state.Edge {
				if edges == nil {
					edges = n.edgesBetween(nodes)
				}
				r.Items = edges
			}
		}
		o.Recordings = append(o.Recordings, r)
	}
	for _, text := range c.Watch {
		p, err := model.ParseProbe(text)
		if err != nil {
			return o, err
		}
		o.Probes = append(o.Probes, p)
	}
	return o, nil
}

// recordedNodes are those that the recordings are restricted to; nil is all.
func (n *network) recordedNodes() ([]int, error) {
	c := n.config.Record
	if c.Region == "" {
		return c.Nodes, nil
	}
	from, to, err := model.ParseRegion(c.Region)
	if err != nil {
		return nil, err
	}
	return n.model.Region(from, to)
}

// perField says what each field of the model has one value for.
func (n *network) perField() map[string]state.Space {
	d := n.model.Describe()
	out := make(map[string]state.Space)
	for _, f := range d.Fields {
		out[f.Name] = f.Space
	}
	for _, f := range d.Computed {
		out[f.Name] = f.Space
	}
	return out
}

// edgesBetween are the numbers of the edges with both ends among some nodes.
func (n *network) edgesBetween(nodes []int) []int {
	in := make(map[int]bool, len(nodes))
	for _, id := range nodes {
		in[id] = true
	}
	edges := []int{}
	for i, e := range n.net.Graph.Edges {
		if in[int(e.A)] && in[int(e.B)] {
			edges = append(edges, i)
		}
	}
	return edges
}

// planRecording prepares to record a job: what the user asks for and cannot be is
// an error before anything is written.
func (j *job) planRecording() error {
	var err error
	if j.options, err = j.network.recordOptions(j.backend.Describe()); err == nil {
		j.plan, err = j.options.Plan(j.plan)
	}
	if err != nil {
		return usageError{fmt.Errorf("the run cannot be recorded like this: %w", err)}
	}
	return nil
}
