package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
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
		&cli.StringFlag{Name: "steps-every", Usage: "`NUMBER` of steps from one row of steps.csv to the next"},
		&cli.BoolFlag{Name: "no-overview", Usage: "do not draw overview.png"},
	}
}

// How the text of a flag becomes a value of its key.

func asIs(text string) string { return text }

// asNodes are numbers, and names in quotes.
func asNodes(text string) string {
	words := strings.Split(text, ",")
	for i, w := range words {
		if words[i] = strings.TrimSpace(w); strings.Trim(words[i], "-0123456789") != "" {
			words[i] = strconv.Quote(words[i])
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

func asTexts(text string) string {
	words := strings.Split(text, ",")
	for i, w := range words {
		words[i] = strconv.Quote(strings.TrimSpace(w))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

func negated(text string) string { return strconv.FormatBool(text != "true") }

// recordOptions are what a run's configuration asks to be recorded of it.
func (n *setup) recordOptions(d backend.Description) (record.Options, error) {
	c := n.config.Record
	o := record.Options{
		Program: programVersion(), Model: n.net, Backend: d, Seeds: n.seeds, Seed: n.config.Run.Seed, Sweep: n.sweep, Steps: n.config.Spec.Steps(), NoFinal: !n.writesFinal(),
		ProbeEvery: int64(c.WatchEvery), StepsEvery: int64(c.StepsEvery),
	}
	chosen, err := n.chosenItems()
	if err != nil {
		return o, err
	}
	spaces := n.spaceOfField()
	for _, name := range c.Fields {
		r := record.Recording{Field: name, Every: int64(c.Every)}
		if chosen != nil {
			r.Items = []int{} // refused where nothing of a field can be chosen
			if items, ok := chosen[spaces[name]]; ok {
				r.Items = items
			}
		}
		o.Recordings = append(o.Recordings, r)
	}
	for _, text := range c.Watch {
		probes, err := n.probes(text)
		if err != nil {
			return o, err
		}
		o.Probes = append(o.Probes, probes...)
	}
	return o, nil
}

// probes reads a value of a field, as state[12], or Wee[3-4] of a matrix, or those of all
// items that can be held: state[external].
func (n *setup) probes(text string) ([]model.Probe, error) {
	field, _, _ := strings.Cut(text, "[")
	if text == field+"[external]" {
		holds := n.net.Describe().Holds
		if holds == nil || len(holds.Items) == 0 {
			return nil, fmt.Errorf("%s: there are no external nodes", text)
		}
		var all []model.Probe
		for _, item := range holds.Items {
			all = append(all, model.Probe{Field: field, A: int(item), B: -1})
		}
		return all, nil
	}
	space := n.spaceOfField()[field]
	d := n.net.Describe()
	_, linked := n.net.(model.Linked)
	if of, _ := d.Space(space); len(of.Shape) == 2 && !linked {
		p, err := model.ParsePlace(text)
		return []model.Probe{p}, err
	}
	p, err := model.NamesOf(n.net).FindProbe(text, n.ofLinks(space))
	return []model.Probe{p}, err
}

// chosenItems are those that the recordings are restricted to, by index space: some
// sites, and the links between them. nil is all.
func (n *setup) chosenItems() (map[state.Space][]int, error) {
	c := n.config.Record
	if c.Region == "" && len(c.Nodes) == 0 {
		return nil, nil
	}
	sited, ok := n.net.(model.Sited)
	if !ok {
		return nil, fmt.Errorf("the model %s has no sites to choose from: record all", n.net.Describe().Name)
	}
	var sites []int
	seen := make(map[int]bool)
	names := model.NamesOf(n.net)
	for _, node := range c.Nodes {
		id, err := names.Find(fmt.Sprint(node))
		if err != nil {
			return nil, fmt.Errorf("record.nodes: %w", err)
		}
		if seen[id] {
			return nil, fmt.Errorf("record.nodes: node %s stands twice; name each once", names.Of(id))
		}
		seen[id] = true
		sites = append(sites, id)
	}
	if c.Region != "" {
		from, to, err := model.ParseRegion(c.Region)
		if err != nil {
			return nil, err
		}
		if sites, err = sited.Region(from, to); err != nil {
			return nil, err
		}
	}
	chosen := map[state.Space][]int{sited.Sites().Space: sites}
	if linked, ok := n.net.(model.Linked); ok {
		links := linked.Links(nil, 0)
		chosen[links.Space] = linksBetween(&links, sites)
	}
	return chosen, nil
}

// ofLinks tells whether a space is that of links.
func (n *setup) ofLinks(s state.Space) bool {
	linked, ok := n.net.(model.Linked)
	return ok && linked.Links(nil, 0).Space == s
}

// spaceOfField says what each field of the model has one value for.
func (n *setup) spaceOfField() map[string]state.Space {
	d := n.net.Describe()
	out := make(map[string]state.Space)
	for _, f := range d.Fields {
		out[f.Name] = f.Space
	}
	for _, f := range d.Computed {
		out[f.Name] = f.Space
	}
	return out
}

// linksBetween are the numbers of the links with both ends among some items.
func linksBetween(links *model.Links, items []int) []int {
	in := make(map[int32]bool, len(items))
	for _, id := range items {
		in[int32(id)] = true
	}
	between := []int{}
	for i := range links.Count {
		if a, b := links.Ends(i); in[a] && in[b] {
			between = append(between, i)
		}
	}
	return between
}

// planRecording prepares to record a job: what the user asks for and cannot be is
// an error before anything is written.
func (j *job) planRecording() error { return j.planRecordingOn(j.backend.Describe()) }

func (j *job) planRecordingOn(d backend.Description) error {
	var err error
	if j.options, err = j.setup.recordOptions(d); err == nil {
		j.plan, err = j.options.Plan(j.plan)
	}
	if err != nil {
		return usageError{fmt.Errorf("the run cannot be recorded like this: %w", err)}
	}
	return nil
}

// checkRecords refuses records of which the first would come after the end of a run that
// begins after a step.
func checkRecords(cfg *config.Config, first int64) error {
	last := cfg.Spec.Steps()
	for _, r := range []struct {
		key   string
		asked bool
		every int
	}{{"record.every", len(cfg.Record.Fields) > 0, cfg.Record.Every}, {"record.watch_every", len(cfg.Record.Watch) > 0, cfg.Record.WatchEvery}, {"record.steps_every", true, cfg.Record.StepsEvery}} {
		if r.asked && last/int64(r.every) == first/int64(r.every) {
			return badUsage("%s is %d, and the run has steps %d to %d: no record is due in it; use a number from 1 to %d", r.key, r.every, first+1, last, last-first)
		}
	}
	return nil
}
