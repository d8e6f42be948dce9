package web

import (
	"slices"
	"strconv"
	"time"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// about describes a run to a page that begins to show it.
type about struct {
	Name          string           `json:"name"`
	Live          bool             `json:"live"`
	Status        sim.Reason       `json:"status"`
	Model         string           `json:"model"`
	Rule          string           `json:"rule"`
	Precision     string           `json:"precision"`
	Device        string           `json:"device"`
	Seeds         []string         `json:"seeds"` // JavaScript has no 64-bit integers
	Keyed         bool             `json:"keyed"` // these are keys, and no seeds
	Sweep         *model.Sweep     `json:"sweep"`
	Counts        map[string]int64 `json:"counts"`
	Steps         int64            `json:"steps"` // planned, or done of a finished run
	Started       time.Time        `json:"started,omitzero"`
	Problem       string           `json:"problem,omitempty"` // why the run cannot be shown
	Settings      settings         `json:"settings,omitempty"`
	Work          string           `json:"work,omitempty"` // what the rate counts
	Rate          float64          `json:"rate"`           // updates per second
	Columns       []title          `json:"columns"`
	Fields        []field          `json:"fields"` // of which pictures can be made
	Distributions []title          `json:"distributions"`
	Grids         map[string]*Grid `json:"grids"` // that fields name
	Graph         *drawing         `json:"graph,omitempty"`
	Phases        []phase          `json:"eras"`
	External      []int32          `json:"external"`
	Switches      []control        `json:"switches"`
	Hold          string           `json:"hold"`
	Item          string           `json:"item,omitempty"`  // what pictures show: "unit"
	Touch         *control         `json:"touch,omitempty"` // what a click on an item does, its name before the number
}

// phase is a stretch of a run.
type phase struct {
	First int64  `json:"first"` // step
	Text  string `json:"text"`
}

// control is a switch, 1 for on and 0 for off, a number from 0 to Most, or any number, of
// which Own is the configuration's.
type control struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Most  int    `json:"most,omitempty"`

	Number bool    `json:"number,omitempty"`
	Own    decimal `json:"own"`
}

// title is a quantity as a page names it.
type title struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	Doc   string `json:"doc"`
}

// field is one that a page can show, and of a finished run at which steps: at
// every multiple of Every from First on, or at the end only if Every is 0.
type field struct {
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Doc     string `json:"doc"`
	Records int64  `json:"records"`
	Every   int64  `json:"every"`
	First   int64  `json:"first"`
	Grid    string `json:"grid"` // where its items are
	Scale   scale  `json:"scale"`
	Flips   bool   `json:"flips"` // in an ordered state its sign is that of the sublattice
}

func titleOf(c model.Column) title { return title{c.Name, c.Title, c.Unit, c.Doc} }

func seedTexts(seeds []uint64) []string {
	var out []string
	for _, s := range seeds {
		out = append(out, strconv.FormatUint(s, 10))
	}
	return out
}

// describe describes a live run to a page.
func (l *Live) describe() about {
	l.mu.Lock()
	name := l.name
	l.mu.Unlock()
	n, d := &l.network, &l.network.about
	a := about{
		Name: name, Live: true, Status: "running", Model: d.Name, Rule: d.Rule, Precision: n.Backend.Precision.String(),
		Device: n.Backend.Device, Seeds: seedTexts(n.Seeds), Keyed: n.Keyed, Sweep: n.Sweep, Counts: make(map[string]int64), Steps: n.Steps,
		Grids: make(map[string]*Grid), External: n.external, Hold: n.hold, Work: d.Work, Item: string(n.space),
	}
	if t := d.Touch; t != nil && t.Space == n.space {
		a.Touch = &control{Name: t.Prefix, Title: t.Title}
	}
	for _, p := range n.phases {
		a.Phases = append(a.Phases, phase{p.First, p.Text})
	}
	for _, c := range d.Controls {
		a.Switches = append(a.Switches, control{c.Name, c.Title, c.Most, c.Number, decimal(c.Own)})
	}
	for _, c := range d.Counts {
		a.Counts[c.Name] = c.Value
	}
	for _, c := range d.Columns {
		a.Columns = append(a.Columns, titleOf(c))
	}
	for _, q := range d.Distributions {
		a.Distributions = append(a.Distributions, titleOf(q.Column))
	}
	a.Fields, a.Graph = l.fields(), l.drawing()
	for space, grid := range n.grids {
		a.Grids[string(space)] = grid
	}
	return a
}

// fields lists the fields that can be shown as a picture.
func (l *Live) fields() []field {
	var out []field
	add := func(f state.Field) {
		if l.network.grids[f.Space] != nil {
			out = append(out, field{Name: f.Name, Unit: f.Unit, Doc: f.Doc, Grid: string(f.Space), Scale: scaleOf(f.Limits, l.network.signed), Flips: f.Name == l.network.flips})
		}
	}
	if f, ok := l.network.about.Field(l.network.about.Spikes); ok {
		add(f) // a raster comes first
	}
	for _, f := range l.network.about.Fields {
		if f.Name != l.network.about.Spikes {
			add(f)
		}
	}
	for _, c := range l.network.about.Computed {
		add(c.Field)
	}
	return out
}

func (l *Live) shows(name string) bool {
	return slices.ContainsFunc(l.fields(), func(f field) bool { return f.Name == name })
}
