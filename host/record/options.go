package record

import (
	"errors"
	"fmt"
	"strconv"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Options say what is recorded of a run, and what its metadata tell.
type Options struct {
	Program string // name and version
	Model   model.Network
	Backend backend.Description
	Seeds   []uint64     // one per replica
	Seed    uint64       // of the run
	Sweep   *model.Sweep // nil where all replicas have the same parameters
	From    *Origin      // nil for a run that begins at step 0
	Inputs  []Input
	// NetworkSum is that of the network; empty where it has none.
	NetworkSum string

	Steps int64 // the step at which the run is to end; 0: it is not known

	NoFinal bool // final.npz is not written

	StepsEvery int64 // steps from one row of steps.csv to the next, of those that have one; 0: all have

	// Saved is told the step of each checkpoint when it is on disk; or nil.
	Saved func(step int64)

	Recordings []Recording
	Probes     []model.Probe
	ProbeEvery int64 // steps from one row of probes to the next
}

// Recording asks for a field at every multiple of some steps, as a NumPy file
// with one record after another.
type Recording struct {
	Field string
	Every int64
	// Items are the original numbers of the items to be recorded; nil takes all, and
	// of a space with several axes all are always taken.
	Items []int
}

// Validate finds what cannot be recorded, before anything is written.
func (o *Options) Validate() error {
	if len(o.Seeds) == 0 {
		return errors.New("a run without a seed has no replica to record")
	}
	if o.Sweep != nil && len(o.Sweep.Values) != len(o.Seeds) {
		return fmt.Errorf("%s has values for %d replicas, and the run has %d", o.Sweep.Key, len(o.Sweep.Values), len(o.Seeds))
	}
	if o.StepsEvery < 0 {
		return fmt.Errorf("%s cannot have a row every %d steps; use 1 or more", StepsName, o.StepsEvery)
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

// hasRow tells whether a step that the model has a row for is in steps.csv.
func (o *Options) hasRow(step int64) bool { return step%max(1, o.StepsEvery) == 0 }

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
	watched := make(map[string]bool)
	for _, p := range o.Probes {
		made, err := newProbe(from, p)
		if err == nil && watched[made.column] {
			err = fmt.Errorf("%s is to be watched twice; name each value once", made.column)
		}
		if err != nil {
			return nil, nil, err
		}
		watched[made.column], probes = true, append(probes, made)
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

func newProbe(from *sources, p model.Probe) (probe, error) {
	s, err := from.find(p.Field)
	if err != nil {
		return probe{}, err
	}
	item, column, err := from.item(p, s)
	if err != nil {
		return probe{}, err
	}
	return probe{source: s, index: s.order[item], column: column}, nil
}

// item gives the number of the item of a probe and the name of its column.
func (s *sources) item(p model.Probe, of *source) (item int, column string, err error) {
	links, linked := s.links()
	names := model.NamesOf(s.model)
	isLink := linked && links.Space == of.field.Space
	switch {
	case isLink && p.B < 0:
		return 0, "", fmt.Errorf("field %s has one value per %s; name its two ends, as in %s[3-4]", p.Field, links.Space, p.Field)
	case isLink:
		if item, found := links.Find(int32(p.A), int32(p.B)); found {
			return item, fmt.Sprintf("%s[%s-%s]", p.Field, names.Of(p.A), names.Of(p.B)), nil
		}
		return 0, "", fmt.Errorf("field %s cannot be read between %s %s and %s, which share no %s", p.Field, links.Joins, names.Of(p.A), names.Of(p.B), links.Space)
	case !linked && len(of.shape) == 2 && p.B >= 0:
		if int64(p.A) >= of.shape[0] || int64(p.B) >= of.shape[1] {
			return 0, "", fmt.Errorf("field %s has no %s %d and %s %d; use 0 to %d and 0 to %d", p.Field, of.axes[0], p.A, of.axes[1], p.B, of.shape[0]-1, of.shape[1]-1)
		}
		return p.A*int(of.shape[1]) + p.B, fmt.Sprintf("%s[%d-%d]", p.Field, p.A, p.B), nil
	case of.wide:
		return 0, "", fmt.Errorf("field %s has one value per %s; a table takes those of spaces with one axis, or of the rows and columns of a matrix, as in Wee[3-4]", p.Field, of.field.Space)
	case p.B >= 0:
		return 0, "", fmt.Errorf("field %s has one value per %s; name one, as in %s[%d]", p.Field, of.field.Space, p.Field, p.A)
	case p.A < 0 || p.A >= len(of.order):
		return 0, "", fmt.Errorf("%s %d of field %s cannot be read; use 0 to %d", of.field.Space, p.A, p.Field, len(of.order)-1)
	}
	column = strconv.Itoa(p.A)
	if of.field.Space == state.Node {
		column = names.Of(p.A)
	}
	return p.A, fmt.Sprintf("%s[%s]", p.Field, column), nil
}
