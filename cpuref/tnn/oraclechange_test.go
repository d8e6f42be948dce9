package tnn_test

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// oracleRamp is a change that an era has begun, by the text of docs/model.md section 6.
type oracleRamp struct {
	first, over int64
	from, to    float64
	led, log    bool
}

// change gives parameters and the weights of external nodes the values of step t. Steps
// come one after another.
func (o *oracle[F]) change(t int64) {
	if o.values == nil {
		o.values, o.ramps = map[string]float64{}, map[string]oracleRamp{}
	}
	spec := *o.net.Spec
	first := int64(1)
	for _, e := range spec.Eras {
		if first == t {
			for _, text := range e.Change {
				o.begin(text, t, int64(e.Steps))
			}
		}
		first += int64(e.Steps)
	}
	for key, r := range o.ramps {
		u := 1.0
		switch past := t - r.first; {
		case r.led && past+1 < r.over:
			u = float64(past+1) / float64(r.over)
		case !r.led && past < r.over-1:
			u = float64(past) / float64(r.over-1)
		}
		v := r.from + float64(u*(r.to-r.from))
		if r.log {
			v = float64(r.from * fmath.Exp64(float64(u*fmath.Log64(r.to/r.from))))
		}
		if u == 1 {
			v = r.to
		}
		o.values[key] = v
	}
	spec.Groups = slices.Clone(spec.Groups)
	for i := range spec.Groups {
		g := &spec.Groups[i]
		g.InverseTemperature = o.value(fmt.Sprintf("group[%d].inverse_temperature", i), g.InverseTemperature)
		g.Threshold = o.value(fmt.Sprintf("group[%d].threshold", i), g.Threshold)
		o.group[i] = tnn.NodeParametersOf[F](*g)
	}
	e := spec.Edge
	e.InverseTemperature, e.Bound = o.value("edge.inverse_temperature", e.InverseTemperature), o.value("edge.bound", e.Bound)
	e.SizeMass, e.ChangeMass = o.value("edge.size_mass", e.SizeMass), o.value("edge.change_mass", e.ChangeMass)
	o.edge = tnn.EdgeParametersOf[F](e)
	for _, x := range o.net.Externals {
		for i, table := range spec.Externals {
			key := fmt.Sprintf("external[%d].weight", i)
			v, changed := o.values[key]
			if !changed || !o.isOf(x, table) {
				continue
			}
			for _, h := range o.nodes[x.ID].halves {
				o.weight[h.edge] = F(v)
			}
		}
	}
}

// isOf tells whether an external node is of a table: tables of the catalogue that change
// differ in their weights.
func (o *oracle[F]) isOf(x tnn.External, table tnn.ExternalSpec) bool {
	return x.Weight == table.Weight && x.Wave == table.Wave
}

func (o *oracle[F]) value(key string, otherwise float64) float64 {
	if v, changed := o.values[key]; changed {
		return v
	}
	return otherwise
}

// begin reads a change.
func (o *oracle[F]) begin(text string, t, steps int64) {
	key, rest, _ := strings.Cut(text, "=")
	words := strings.Fields(rest)
	r := oracleRamp{first: t, over: steps}
	from, to, ramp := strings.Cut(words[0], "..")
	if !ramp {
		to, r.over = from, 1
	}
	fmt.Sscan(to, &r.to)
	if r.led = from == ""; !r.led {
		fmt.Sscan(from, &r.from)
	} else if r.from = o.start(key); o.values[key] != 0 {
		r.from = o.values[key]
	}
	for i, w := range words {
		if w == "over" {
			fmt.Sscan(words[i+1], &r.over)
		}
		r.log = r.log || w == "log"
	}
	o.ramps[key] = r
}

// start is the value of the configuration, of keys that the catalogue leads from there.
func (o *oracle[F]) start(key string) float64 {
	return map[string]float64{"group[2].inverse_temperature": o.net.Spec.Groups[len(o.net.Spec.Groups)-1].InverseTemperature}[key]
}
