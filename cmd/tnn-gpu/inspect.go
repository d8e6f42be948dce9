package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
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
			&cli.IntFlag{Name: "node", Usage: "show the node of this `ID`, its edges and its history"},
			&cli.StringFlag{Name: "edge", Usage: "show the edge between two nodes, `A,B`"},
			&cli.Int64Flag{Name: "step", Usage: "show what was recorded at this `STEP`"},
			&cli.IntFlag{Name: "replica", Usage: "look at the replica of this `NUMBER`, from 0"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		Action: p.inspect,
	}
}

func (p *program) inspect(c *cli.Context) error {
	run, err := p.openRun(c)
	if err != nil {
		return err
	}
	defer run.Close()
	if c.IsSet("node") && c.IsSet("edge") {
		return badUsage("there are both --node and --edge; use one of them")
	}
	if step := c.Int64("step"); c.IsSet("step") && (step < 1 || step > run.Metadata.Steps) {
		return badUsage("--step is %d: use 1 to %d, the last step of the run", step, run.Metadata.Steps)
	}
	var found any
	switch {
	case c.IsSet("node"), c.IsSet("edge"):
		found, err = look(run, c)
	default:
		found, err = summary(run)
	}
	if err != nil {
		return usageError{err}
	}
	if c.Bool("json") {
		e := json.NewEncoder(p.out)
		e.SetIndent("", "  ")
		return e.Encode(found)
	}
	_, err = fmt.Fprint(p.out, found)
	return err
}

// look finds what is asked about a node or an edge.
func look(run *results.Run, c *cli.Context) (any, error) {
	n, err := buildNetwork(run.Config)
	if err != nil {
		return nil, err
	}
	i := &inspector{last: last{run: run, net: n.net, replica: c.Int("replica")}, network: n, asked: c.Int64("step")}
	if i.replica < 0 || i.replica >= run.Replicas() {
		return nil, fmt.Errorf("there is no replica %d; the run has %d", i.replica, run.Replicas())
	}
	if c.IsSet("node") {
		return i.node(c.Int("node"))
	}
	return i.edge(c.String("edge"))
}

// reading is a value, and the step that it is of.
type reading struct {
	Field string  `json:"field"`
	Step  int64   `json:"step"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Swept is the value of the key that is swept, of what is a mean over replicas.
	Swept *float64 `json:"swept,omitempty"`
}

// compartment of a half-edge that has charge in it.
type compartment struct {
	Name      string  `json:"name"`
	Charge    float64 `json:"charge"`
	Potential float64 `json:"potential"`
	Memory    float64 `json:"remembered_weight,omitempty"`
}

// halfEdge is an edge as a node has it.
type halfEdge struct {
	Edge         int           `json:"edge"`
	Node         int32         `json:"node"` // at the other end
	Weight       float64       `json:"weight"`
	Compartments []compartment `json:"compartments"`
}

type history struct {
	Field  string    `json:"field"`
	Steps  []int64   `json:"steps"`
	Values []float64 `json:"values"`
}

type inspectedNode struct {
	Run         string     `json:"run"`
	ID          int        `json:"id"`
	Kind        string     `json:"kind"` // network or external
	Group       string     `json:"group,omitempty"`
	Coordinates []int      `json:"coordinates,omitempty"`
	Values      []reading  `json:"values"`
	Edges       []halfEdge `json:"edges,omitempty"` // after the last step
	History     []history  `json:"history,omitempty"`
}

type inspectedEdge struct {
	Run     string     `json:"run"`
	Number  int        `json:"number"`
	Kind    string     `json:"kind"` // plastic or fixed
	Values  []reading  `json:"values"`
	Ends    []halfEdge `json:"ends,omitempty"` // after the last step, as each end has it
	History []history  `json:"history,omitempty"`
}

// inspector looks at one item of a run.
type inspector struct {
	last
	network *network
	asked   int64 // step; 0 is the last
}

// values are those of an item in all fields of its index space, recorded or final,
// and its histories.
func (i *inspector) values(per state.Space, item int) (now []reading, past []history, err error) {
	d := i.net.Describe()
	fields := d.Fields
	for _, c := range d.Computed {
		fields = append(fields, c.Field)
	}
	next := sync.OnceValues(func() ([]reading, error) { return i.next(item) })
	for _, f := range fields {
		if f.Space != per {
			continue
		}
		h, err := i.history(f.Name, item)
		if err != nil {
			return nil, nil, err
		}
		if h != nil {
			past = append(past, *h)
		}
		r, found, err := i.value(f, item, h)
		if err != nil {
			return nil, nil, err
		}
		if !found && f.Derived && i.asked == 0 && i.net.IsNetwork(int32(item)) {
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

// next are the derived fields of a node that the step after the last checkpoint
// finds. What the step before it has found went with the states that the neighbours
// had then.
func (i *inspector) next(node int) (out []reading, err error) {
	from, err := record.ReadCheckpoint(i.run.Path)
	if errors.Is(err, record.ErrNoCheckpoint) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := cpuref.New(i.net, backend.Options{Precision: i.network.precision, Seeds: i.network.seeds})
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
	for _, f := range tnn.Fields(i.net.Spec.Network.Rule) {
		if f.Derived {
			derived, names = append(derived, f), append(names, f.Name)
		}
	}
	if err = errors.Join(err, b.Watch(names...)); err != nil {
		return nil, err
	}
	if _, err := b.Advance(1); err != nil {
		return nil, err
	}
	at := i.replica*i.net.Length(state.Node) + int(i.net.Layout.Position[node])
	for _, f := range derived {
		a, err := b.Field(f.Name, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, reading{Field: f.Name, Step: from.State.Step + 1, Value: a.At(at), Unit: f.Unit})
	}
	return out, nil
}

// value is the final one, or the last that was recorded until the step asked for.
func (i *inspector) value(f state.Field, item int, h *history) (reading, bool, error) {
	r := reading{Field: f.Name, Unit: f.Unit}
	if i.asked == 0 && i.ended() && slices.Contains(i.finalFields(), f.Name) {
		v, err := i.field(f.Name)
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
	final, err := i.run.Final()
	if err == nil {
		err = final.Close()
	}
	return err == nil
}

// finalFields are those that final.npz has.
func (i *inspector) finalFields() []string {
	var names []string
	for _, f := range tnn.Fields(i.net.Spec.Network.Rule) {
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

func (i *inspector) node(id int) (*inspectedNode, error) {
	g := i.net.Graph
	if id < 0 || id >= g.Nodes {
		return nil, fmt.Errorf("there is no node %d; the run has nodes 0 to %d", id, g.Nodes-1)
	}
	n := &inspectedNode{Run: i.run.Path, ID: id, Kind: "external"}
	if i.net.IsNetwork(int32(id)) {
		n.Kind, n.Group = "network", i.groupName(id)
	}
	if len(g.Lattice.Sides) > 0 {
		n.Coordinates = g.Lattice.Coordinates(id)
	}
	var err error
	if n.Values, n.History, err = i.values(state.Node, id); err != nil {
		return nil, err
	}
	var edges, ends []int
	for k, e := range g.Edges {
		switch int32(id) {
		case e.A:
			edges, ends = append(edges, k), append(ends, 0)
		case e.B:
			edges, ends = append(edges, k), append(ends, 1)
		}
	}
	n.Edges, err = i.halfEdges(edges, ends)
	return n, err
}

// groupName is the name of a node's group, or its number.
func (i *inspector) groupName(id int) string {
	group := 0
	if i.net.Group != nil {
		group = int(i.net.Group[id])
	}
	if name := i.net.Spec.Groups[group].Name; name != "" {
		return name
	}
	return strconv.Itoa(group)
}

func (i *inspector) edge(text string) (*inspectedEdge, error) {
	first, second, _ := strings.Cut(text, ",")
	a, errA := strconv.ParseInt(first, 10, 32)
	b, errB := strconv.ParseInt(second, 10, 32)
	if errA != nil || errB != nil {
		return nil, fmt.Errorf("--edge is %q: write the two nodes that it joins, as in 3,4", text)
	}
	for k, e := range i.net.Graph.Edges {
		if !(e.A == int32(a) && e.B == int32(b) || e.A == int32(b) && e.B == int32(a)) {
			continue
		}
		out := &inspectedEdge{Run: i.run.Path, Number: k, Kind: "plastic"}
		if !i.net.IsNetwork(e.A) || !i.net.IsNetwork(e.B) || i.net.Spec.Edge.Kind == tnn.Fixed {
			out.Kind = "fixed"
		}
		var err error
		if out.Values, out.History, err = i.values(state.Edge, k); err != nil {
			return nil, err
		}
		ends := []int{0, 1}
		if e.A == e.B {
			ends = ends[:1]
		}
		out.Ends, err = i.halfEdges([]int{k, k}[:len(ends)], ends)
		return out, err
	}
	return nil, fmt.Errorf("nodes %d and %d share no edge", a, b)
}

// halfEdges are some edges as one of their ends has them, after the last step.
func (i *inspector) halfEdges(edges, ends []int) ([]halfEdge, error) {
	if i.asked != 0 || !i.ended() {
		return nil, nil
	}
	weight, err := i.field("weight")
	if err != nil {
		return nil, err
	}
	out := make([]halfEdge, len(edges))
	for k, e := range edges {
		nodes := [2]int32{i.net.Graph.Edges[e].A, i.net.Graph.Edges[e].B}
		out[k] = halfEdge{Edge: e, Node: nodes[1-ends[k]], Weight: weight[e]}
	}
	for _, slot := range []string{"0", "1"} {
		read := func(name string) []float64 {
			if err != nil || !slices.Contains(i.finalFields(), name+slot) {
				return nil
			}
			var all []float64
			if all, err = i.field(name + slot); err != nil {
				return nil
			}
			some := make([]float64, len(edges))
			for k, e := range edges {
				some[k] = all[2*e+ends[k]]
			}
			return some
		}
		charge, potential, memory := read("charge"), read("potential"), read("memory")
		if err != nil {
			return nil, err
		}
		for k := range out {
			if charge[k] == 0 {
				continue
			}
			c := compartment{Charge: charge[k], Potential: potential[k]}
			if memory != nil {
				c.Memory = memory[k]
			}
			c.Name = compartmentName(slot, c, memory != nil)
			out[k].Compartments = append(out[k].Compartments, c)
		}
	}
	return out, nil
}

// compartmentName is the signs of charge and weight. In hylton2020, which remembers
// weights, a slot is for one sign of the weight; in hylton2019 for one sign of the
// charge, and the weight has the sign of charge times potential.
func compartmentName(slot string, c compartment, remembers bool) string {
	positive := slot == "0"
	if !remembers {
		positive = math.Signbit(c.Charge) == math.Signbit(c.Potential)
	}
	name := "+"
	if c.Charge < 0 {
		name = "-"
	}
	if positive {
		return name + "+"
	}
	return name + "-"
}
