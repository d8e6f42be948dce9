package record

import (
	"errors"
	"fmt"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Options say what is recorded of a run, and what its metadata tell.
type Options struct {
	Program  string // name and version
	Model    sim.Model
	Backend  backend.Description
	Seeds    []uint64 // one per replica
	Sweep    *Sweep   // nil where all replicas have the same parameters
	Schedule string   // in words

	Recordings []Recording
	Probes     []Probe
	ProbeEvery int64 // steps from one row of probes to the next
}

// Recording asks for a field at every multiple of some steps, as a NumPy file
// with one record after another.
type Recording struct {
	Field string
	Every int64
	// Items are the node ids, or the numbers of the edges in the order of the
	// graph, to be recorded; nil takes all, and half-edges are always all taken.
	Items []int
}

// Probe asks for the value of a field at node A, or at the edge between nodes A
// and B, as a column of a table. B is 0 or less for a node.
type Probe struct {
	Field string
	A, B  int
}

// Validate finds what cannot be recorded, before anything is written.
func (o *Options) Validate() error {
	if len(o.Seeds) == 0 {
		return errors.New("a run without a seed has no replica to record")
	}
	if o.Sweep != nil && len(o.Sweep.Values) != len(o.Seeds) {
		return fmt.Errorf("%s has values for %d replicas, and the run has %d", o.Sweep.Key, len(o.Sweep.Values), len(o.Seeds))
	}
	if len(o.Probes) > 0 && o.ProbeEvery < 1 {
		return fmt.Errorf("probes cannot be read every %d steps; use 1 or more", o.ProbeEvery)
	}
	seen := make(map[string]bool)
	for _, r := range o.Recordings {
		if r.Every < 1 {
			return fmt.Errorf("field %s cannot be recorded every %d steps; use 1 or more", r.Field, r.Every)
		}
		if seen[r.Field] {
			return fmt.Errorf("field %s is to be recorded twice; put all its nodes into one recording", r.Field)
		}
		seen[r.Field] = true
	}
	_, _, err := o.items()
	return err
}

// items finds what is to be recorded.
func (o *Options) items() ([]*recording, []probe, error) {
	from := newSources(o.Model)
	var recordings []*recording
	for _, r := range o.Recordings {
		made, err := newRecording(o, from, r)
		if err != nil {
			return nil, nil, err
		}
		recordings = append(recordings, made)
	}
	var probes []probe
	for _, p := range o.Probes {
		made, err := newProbe(from, p)
		if err != nil {
			return nil, nil, err
		}
		probes = append(probes, made)
	}
	return recordings, probes, nil
}

// Plan adds to a plan what the recording needs to be shown, and what epochs average.
// It finds what cannot be recorded, as Validate does.
func (o *Options) Plan(p sim.Plan) (sim.Plan, error) {
	if err := o.Validate(); err != nil {
		return p, err
	}
	p.Points = o.Sweep.Points(len(o.Seeds))
	d := o.Model.Describe()
	for _, q := range d.Distributions {
		p.Start = append(p.Start, q.From)
	}
	recordings, probes, err := o.items()
	if err != nil {
		return p, err
	}
	for _, r := range recordings {
		p.Captures = append(p.Captures, sim.Capture{Every: r.every, Fields: r.source.needs()})
	}
	for _, probe := range probes {
		p.Captures = append(p.Captures, sim.Capture{Every: o.ProbeEvery, Fields: probe.source.needs()})
	}
	return p, nil
}

// probe is one value of a field.
type probe struct {
	source *source
	index  int // within a replica
	column string
}

func newProbe(from *sources, p Probe) (probe, error) {
	s, err := from.find(p.Field)
	if err != nil {
		return probe{}, err
	}
	item, column, err := p.find(from.model, s)
	if err != nil {
		return probe{}, err
	}
	return probe{source: s, index: s.order[item], column: column}, nil
}

// find gives the number of the item and the name of its column.
func (p Probe) find(m sim.Model, s *source) (item int, column string, err error) {
	switch s.field.Per {
	case state.Node:
		if p.B > 0 {
			return 0, "", fmt.Errorf("field %s has one value per node; name one, as in %s[%d]", p.Field, p.Field, p.A)
		}
		if p.A < 0 || p.A >= len(s.order) {
			return 0, "", fmt.Errorf("node %d of field %s cannot be read; use 0 to %d", p.A, p.Field, len(s.order)-1)
		}
		return p.A, fmt.Sprintf("%s[%d]", p.Field, p.A), nil
	case state.Edge:
		if p.B < 0 {
			return 0, "", fmt.Errorf("field %s has one value per edge; name the two nodes that it joins, as in %s[3-4]", p.Field, p.Field)
		}
		for i := range s.order {
			a, b := m.Edge(i)
			if int(a) == p.A && int(b) == p.B || int(a) == p.B && int(b) == p.A {
				return i, fmt.Sprintf("%s[%d-%d]", p.Field, p.A, p.B), nil
			}
		}
		return 0, "", fmt.Errorf("field %s cannot be read between nodes %d and %d, which share no edge", p.Field, p.A, p.B)
	}
	return 0, "", fmt.Errorf("field %s has one value per %s; a table takes those of nodes and edges", p.Field, s.field.Per)
}
