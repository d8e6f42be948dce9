package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/state"
)

func (p *program) inspectCommand() *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "look at a run, or at a node or an edge of it",
		ArgsUsage: "RUN",
		Description: "Values are those after the last step, or with --step what was recorded at that\n" +
			"step, or last before it. What a visit finds, such as entropy, is what the next step\n" +
			"finds where it was not recorded. A compartment is named by the signs of its charge\n" +
			"and its weight.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "node", Usage: "show the node of this `ID`, its number or name, its edges and its history"},
			&cli.StringFlag{Name: "edge", Usage: "show the edge between two nodes, `A,B`"},
			&cli.StringFlag{Name: "item", Usage: "show an item of any index space of the model, `SPACE:NUMBER`, as in unit:3: docs/data.md names the spaces"},
			&cli.Int64Flag{Name: "step", Usage: "show what was recorded at this `STEP`", DefaultText: "the last"},
			&cli.IntFlag{Name: "replica", Usage: "look at the replica of this `NUMBER`, from 0", DefaultText: "0"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		Action: func(c *cli.Context) error { return p.inspect(parseInspect(c)) },
	}
}

// inspectOptions are those of inspect.
type inspectOptions struct {
	arguments
	node, edge, item option[string]
	step             option[int64]
	replica          option[int]
	json             bool
}

func parseInspect(c *cli.Context) *inspectOptions {
	return &inspectOptions{arguments: parseArguments(c), node: parseText(c, "node"), edge: parseText(c, "edge"), item: parseText(c, "item"),
		step: option[int64]{c.Int64("step"), c.IsSet("step")}, replica: option[int]{c.Int("replica"), c.IsSet("replica")}, json: c.Bool("json")}
}

func (p *program) inspect(o *inspectOptions) error {
	run, err := p.openRun(o.arguments)
	if err != nil {
		return err
	}
	defer run.Close()
	var named []string
	for _, of := range []struct {
		flag string
		option[string]
	}{{"--node", o.node}, {"--edge", o.edge}, {"--item", o.item}} {
		if of.given {
			named = append(named, of.flag)
		}
	}
	if len(named) > 1 {
		return badUsage("there are both %s and %s; use one of them", named[0], named[1])
	}
	if step := o.step.value; o.step.given && (step < 1 || step > run.Metadata.Steps) {
		return badUsage("--step is %d: use 1 to %d, the last step of the run", step, run.Metadata.Steps)
	}
	if len(named) == 0 && (o.step.given || o.replica.given) {
		return badUsage("--step and --replica are about a node, an edge or another item; use them with --node, --edge or --item")
	}
	var found any
	switch {
	case len(named) == 1:
		found, err = inspectItem(run, o)
	default:
		found, err = summary(run)
	}
	if err != nil {
		return usageError{err}
	}
	if o.json {
		return writeJSON(p.out, found)
	}
	_, err = fmt.Fprint(p.out, found)
	return err
}

// item is what --node, --edge or --item name.
type item struct {
	space  state.Space
	number int
}

// itemOf is the item that a flag names.
func itemOf(o *inspectOptions, net model.Network) (item, error) {
	d := net.Describe()
	linked, _ := net.(model.Linked)
	switch {
	case o.edge.given:
		if linked == nil {
			return item{}, fmt.Errorf("the model %s has no edges; name an item with --item", d.Name)
		}
		links := linked.Links(nil, 0)
		names := model.NamesOf(net)
		a, b, err := names.FindPair(o.edge.value, ",")
		if err != nil { // as --watch has it
			if first, second, wrong := names.FindPair(o.edge.value, "-"); wrong == nil {
				a, b, err = first, second, nil
			}
		}
		if err != nil {
			if n, wrong := strconv.ParseUint(o.edge.value, 10, 63); wrong == nil {
				return item{}, fmt.Errorf("--edge is %d: write the two ends of the edge, as in 3,4, or name it by its number: --item %s:%d", n, links.Space, n)
			}
			return item{}, fmt.Errorf("--edge: %w", err)
		}
		k, found := links.Find(int32(a), int32(b))
		if !found {
			return item{}, fmt.Errorf("there is no edge between %s %s and %s", links.Joins, names.Of(a), names.Of(b))
		}
		return item{links.Space, k}, nil
	case o.node.given:
		if _, err := checkItem(&d, item{state.Node, 0}); err != nil {
			return item{}, err
		}
		id, err := model.NamesOf(net).Find(o.node.value)
		return item{state.Node, id}, err
	}
	name, number, _ := strings.Cut(o.item.value, ":")
	n, err := strconv.Atoi(number)
	if err != nil || name == "" {
		return item{}, fmt.Errorf("--item is %q: write an index space and a number, as in %s:3", o.item.value, d.Spaces[0].Name)
	}
	return checkItem(&d, item{state.Space(name), n})
}

// checkItem says which items there are.
func checkItem(d *model.Description, i item) (item, error) {
	space, known := d.Space(i.space)
	if !known {
		var names []string
		for _, s := range d.Spaces {
			names = append(names, string(s.Name))
		}
		return i, fmt.Errorf("the model %s has no index space %s; it has %s", d.Name, i.space, strings.Join(names, ", "))
	}
	switch n := space.Len(); {
	case n == 0:
		return i, fmt.Errorf("there is no %s:%d; the index space %s of the run is empty", i.space, i.number, i.space)
	case i.number < 0 || i.number >= n:
		return i, fmt.Errorf("there is no %s:%d; the run has %s:0 to %s:%d", i.space, i.number, i.space, i.space, n-1)
	}
	return i, nil
}

// inspectItem finds what is asked about an item.
func inspectItem(run *results.Run, o *inspectOptions) (any, error) {
	if err := checkInputs(run.Path, run.Metadata.Inputs, run.Config, nil); err != nil {
		return nil, err
	}
	n, err := buildSetup(run.Config)
	if err == nil {
		err = sameNetwork(run, n.net)
	}
	if err != nil {
		return nil, err
	}
	i := &inspector{last: last{run: run, net: n.net, replica: o.replica.value}, setup: n, asked: o.step.value}
	if i.replica < 0 || i.replica >= run.Replicas() {
		return nil, fmt.Errorf("there is no replica %d; the run has %d", i.replica, run.Replicas())
	}
	of, err := itemOf(o, n.net)
	if err != nil {
		return nil, err
	}
	return i.inspect(of)
}

// reading is a value, and the step that it is of.
type reading struct {
	Field string  `json:"field"`
	Step  int64   `json:"step"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Next says that the step is the one that the run would make next.
	Next bool `json:"next,omitempty"`
	// Swept is the value of the key that is swept, of what is a mean over replicas.
	Swept *float64 `json:"swept,omitempty"`
}

type history struct {
	Field  string    `json:"field"`
	Steps  []int64   `json:"steps"`
	Values []float64 `json:"values"`
}

// itemReport is what is told of an item.
type itemReport struct {
	run string
	item
	name string // of a node; empty where nodes are called by their numbers
	*model.Inspection
	isLink  bool
	values  []reading
	history []history
	nothing string // why there are no values
}

// inspector looks at one item of a run.
type inspector struct {
	last
	setup *setup
	asked int64 // step; 0 is the last
}

// values are those of an item in all fields of its index space, recorded or final,
// and its histories.
func (i *inspector) readings(of item, idle bool) (now []reading, past []history, err error) {
	d := i.net.Describe()
	fields := d.Fields
	for _, c := range d.Computed {
		fields = append(fields, c.Field)
	}
	next := sync.OnceValues(func() ([]reading, error) { return i.next(of) })
	for _, f := range fields {
		if f.Space != of.space {
			continue
		}
		h, err := i.history(f.Name, of.number)
		if err != nil {
			return nil, nil, err
		}
		if h != nil {
			past = append(past, *h)
		}
		r, found, err := i.value(f, of.number, h)
		if err != nil {
			return nil, nil, err
		}
		if !found && f.Derived && i.asked == 0 && !idle {
			all, err := next()
			if err != nil {
				return nil, nil, err
			}
			at := slices.IndexFunc(all, func(r reading) bool { return r.Field == f.Name })
			if found = at >= 0; found {
				r = all[at]
			}
		}
		if found {
			now = append(now, r)
		}
	}
	return now, past, nil
}

// next are the derived fields of an item that the step after the last checkpoint
// finds. What the step before it has found went with the states that the neighbours
// had then.
func (i *inspector) next(of item) (out []reading, err error) {
	from, err := record.ReadCheckpoint(i.run.Path)
	if errors.Is(err, record.ErrNoCheckpoint) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := cpuref.New(i.net, backend.Options{Precision: i.setup.precision, Seeds: i.setup.seeds})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	err = b.SetState(from.State)
	for _, c := range from.Controls {
		err = errors.Join(err, b.Control(c.Name, c.Value))
	}
	var derived []state.Field
	var names []string
	for _, f := range i.net.Describe().Fields {
		if f.Derived && f.Space == of.space {
			derived, names = append(derived, f), append(names, f.Name)
		}
	}
	if err = errors.Join(err, b.Watch(names...)); err != nil {
		return nil, err
	}
	if _, err := b.Advance(1); err != nil {
		return nil, err
	}
	at := i.net.Order(of.space)[of.number]
	for _, f := range derived {
		a, err := b.Field(f.Name, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, reading{Field: f.Name, Step: from.State.Step + 1, Next: true, Value: a.At(a.First(i.replica, from.State.Replicas) + at), Unit: f.Unit})
	}
	return out, nil
}

// value is the final one, or the last that was recorded until the step asked for.
func (i *inspector) value(f state.Field, item int, h *history) (reading, bool, error) {
	r := reading{Field: f.Name, Unit: f.Unit}
	if i.asked == 0 && i.ended() && slices.Contains(i.finalFields(), f.Name) {
		v, err := i.last.values(f.Name)
		if err != nil {
			return r, false, err
		}
		r.Step, r.Value = i.run.Metadata.Steps, v[item]
		return r, true, nil
	}
	if h == nil {
		return r, false, nil
	}
	for k := len(h.Steps) - 1; k >= 0; k-- {
		if i.asked == 0 || h.Steps[k] <= i.asked {
			r.Step, r.Value = h.Steps[k], h.Values[k]
			return r, true, nil
		}
	}
	return r, false, nil
}

// ended tells whether there is a final state.
func (i *inspector) ended() bool {
	final, err := openFinal(i.run, i.net)
	if err == nil {
		err = final.Close()
	}
	return err == nil
}

// finalFields are those of the final state.
func (i *inspector) finalFields() []string {
	var names []string
	for _, f := range i.net.Describe().Fields {
		if !f.Derived {
			names = append(names, f.Name)
		}
	}
	return names
}

// history of an item where its field was recorded; else nil.
func (i *inspector) history(field string, item int) (*history, error) {
	if !slices.Contains(i.run.Recorded(), field) {
		return nil, nil
	}
	r, err := i.run.Recording(field)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	at := item
	if r.Numbers != nil {
		if at = slices.Index(r.Numbers, item); at < 0 {
			return nil, nil
		}
	}
	h := &history{Field: field}
	for k := range r.Len() {
		v, err := r.Read(k, i.replica)
		if err != nil {
			return nil, err
		}
		h.Steps, h.Values = append(h.Steps, r.Step(k)), append(h.Values, v[at])
	}
	return h, nil
}

// inspect tells what there is to tell of an item.
func (i *inspector) inspect(of item) (*itemReport, error) {
	out := &itemReport{run: i.run.Path, item: of, Inspection: &model.Inspection{}}
	if names := model.NamesOf(i.net); of.space == state.Node && names.All() != nil {
		out.name = names.Of(of.number)
	}
	if linked, ok := i.net.(model.Linked); ok {
		out.isLink = linked.Links(nil, 0).Space == of.space
	}
	var err error
	if net, ok := i.net.(model.Inspected); ok {
		var last model.Values
		if i.asked == 0 && i.ended() {
			last = i.last.values
		}
		if out.Inspection, err = net.Inspect(of.space, of.number, last); err != nil {
			return nil, err
		}
	}
	out.values, out.history, err = i.readings(of, out.Idle)
	if err == nil && len(out.values) == 0 {
		out.values = []reading{} // no null in JSON
		out.nothing = i.nothing(of, out.history)
	}
	return out, err
}

// nothing says what there is in place of values.
func (i *inspector) nothing(of item, past []history) string {
	begin, end := "the state after the last step has nothing of it", ""
	if i.asked != 0 {
		begin = fmt.Sprintf("nothing of it was recorded until step %d", i.asked)
		end = "; without --step inspect shows what it is after the last step"
	}
	if len(past) > 0 {
		var fields []string
		for _, h := range past {
			if len(h.Steps) > 0 {
				fields = append(fields, fmt.Sprintf("%s from step %d on", h.Field, h.Steps[0]))
			}
		}
		return fmt.Sprintf("%s: the run has %s", begin, cmp.Or(strings.Join(fields, ", "), "no record yet"))
	}
	var fields []string
	for _, name := range i.run.Recorded() {
		if r, err := i.run.Recording(name); err == nil {
			what := name
			if r.Numbers != nil {
				what = fmt.Sprintf("%d items of %s", len(r.Numbers), name)
			}
			if r.Len() > 0 {
				what += fmt.Sprintf(" every %s from step %d on", count(r.Every, "step"), r.Step(0))
			}
			fields = append(fields, what)
			_ = r.Close() // it was read
		}
	}
	return fmt.Sprintf("%s: the run has recorded %s%s", begin, cmp.Or(strings.Join(fields, ", "), "no field (--record)"), end)
}
