// Package hopfieldscan holds the experiments with Hopfield networks
// (docs/hopfield.md section 6). A trial of a scan is a network; what its recalls give
// is averaged first, so that errors are over networks.
package hopfieldscan

import (
	"context"
	"slices"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// most is the number of recalls that are made at once.
const most = 4096

// recall is what came of one.
type recall struct {
	trial   int // from 0, among those of the network
	target  int
	start   hopfield.Pattern
	final   hopfield.Pattern
	overlap float64   // with the target, at the end
	energy  float64   // at the end
	period  int       // 1 fixed, 2 a cycle, 0 neither
	sweeps  int       // with a flip
	flips   float64   // of all sweeps
	series  []float64 // overlap with the target after each sweep
	heat    []float64 // energy after each sweep
}

// network is one trial with its recalls.
type network struct {
	spec    *hopfield.Spec
	n       int
	memory  *hopfield.Memory
	fields  []float64 // of the units in the state that the runner asks for of the first recall, then of the next
	recalls []recall
}

// runner makes the recalls of networks and takes outcomes from them.
type runner struct {
	lab      experiment.Lab
	outcomes []model.Column
	measure  func(n *network) []float64
	at       func(n *network, r *recall) hopfield.Pattern // whose fields are measured; nil where none are
	before   *hopfield.Network                            // that of the trials before
}

// Outcomes implements experiment.Runner.
func (r *runner) Outcomes() []model.Column { return r.outcomes }

// AtOnce implements experiment.Runner.
func (r *runner) AtOnce() int { return 16 }

// Run implements experiment.Runner.
func (r *runner) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, 0, len(trials))
	for len(trials) > 0 {
		first := trials[0]
		built, err := first.Spec.Build(first.Graph, nil)
		if err != nil {
			return nil, err
		}
		net := built.(*hopfield.Network)
		count := 1
		for count < len(trials) && trials[count].Point == first.Point && trials[count].Graph == first.Graph && (count+1)*net.Recalls() <= most {
			count++
		}
		networks, err := r.recall(ctx, net, trials[:count])
		if err != nil {
			return nil, err
		}
		for _, n := range networks {
			results = append(results, experiment.Result{Values: r.measure(n)})
		}
		trials = trials[count:]
	}
	return results, nil
}

// recall makes the recalls of the trials of one point, whose network is net but for the
// recalls. Points that differ in the recall only have stored the same: it is stored once
// for points that follow each other.
func (r *runner) recall(ctx context.Context, net *hopfield.Network, trials []experiment.Trial) ([]*network, error) {
	spec, each := net.Spec, net.Recalls()
	var keys []uint64
	for _, t := range trials {
		for j := range each {
			v := *spec
			v.Recall.Trial = spec.Recall.Trial + j
			net.Variants = append(net.Variants, &v)
			keys = append(keys, spec.Key(t.Seed, t.Number, 1))
		}
	}
	if r.before != nil {
		net.Inherit(r.before, keys)
	}
	r.before = net
	b, err := r.lab.Open(net, keys)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	networks := make([]*network, len(trials))
	for i := range networks {
		m, err := net.Memory(spec, keys[i*each])
		if err != nil {
			return nil, err
		}
		networks[i] = &network{spec: spec, n: net.N, memory: m, recalls: make([]recall, each)}
	}
	return networks, r.advance(ctx, b, net, keys, networks)
}

// advance makes sweeps until all recalls have ended, or all sweeps are made.
func (r *runner) advance(ctx context.Context, b backend.Backend, net *hopfield.Network, keys []uint64, networks []*network) error {
	each := len(networks[0].recalls)
	for i, n := range networks {
		for j := range n.recalls {
			at := i*each + j
			n.recalls[j].trial = j
			n.recalls[j].start, n.recalls[j].target = net.StartOf(net.Of(at), n.memory, keys[at])
		}
	}
	if r.at != nil {
		if err := r.fields(b, networks); err != nil {
			return err
		}
	}
	for sweep := range net.Spec.Recall.Sweeps {
		if err := ctx.Err(); err != nil {
			return err
		}
		sums, err := b.Advance(1)
		if err != nil {
			return err
		}
		r.lab.At(int64(sweep+1), int64(net.Spec.Recall.Sweeps))
		if note(networks, sums, sweep+1) {
			break
		}
	}
	last, err := b.State()
	if err != nil {
		return err
	}
	finals(last, networks)
	return nil
}

// fields takes those of states other than the starts, too: the recalls are put there, and back.
func (r *runner) fields(b backend.Backend, networks []*network) error {
	s, err := b.State()
	if err != nil {
		return err
	}
	units := s.Array(hopfield.StateField).Ints
	starts, rest := slices.Clone(units), units
	for _, n := range networks {
		for j := range n.recalls {
			r.at(n, &n.recalls[j]).Write(rest[:n.n])
			rest = rest[n.n:]
		}
	}
	moved := !slices.Equal(starts, units)
	if moved {
		err = b.SetState(s)
	}
	if err == nil {
		err = b.Watch(hopfield.FieldField)
	}
	if err != nil {
		return err
	}
	fields, err := b.Field(hopfield.FieldField, nil)
	if err != nil {
		return err
	}
	at := 0
	for _, n := range networks {
		n.fields = make([]float64, len(n.recalls)*n.n)
		for u := range n.fields {
			n.fields[u] = fields.At(at)
			at++
		}
	}
	if moved {
		copy(units, starts)
		err = b.SetState(s)
	}
	return err
}

// note takes the sums of a sweep, and tells whether all recalls have ended.
func note(networks []*network, sums []float64, sweep int) bool {
	ended := true
	for i, n := range networks {
		for j := range n.recalls {
			r, s := &n.recalls[j], sums[(i*len(n.recalls)+j)*hopfield.Sums:]
			if r.period == 0 && s[hopfield.SumFlips] > 0 {
				r.sweeps = sweep
				r.flips += s[hopfield.SumFlips]
			}
			r.overlap, r.energy, r.period = s[hopfield.SumOverlap], s[hopfield.SumEnergy], int(s[hopfield.SumPeriod])
			r.series, r.heat = append(r.series, r.overlap), append(r.heat, r.energy)
			ended = ended && r.period != 0
		}
	}
	return ended
}

// finals takes the states in which recalls ended.
func finals(s *state.State, networks []*network) {
	values := s.Array(hopfield.StateField).Ints
	for _, n := range networks {
		for j := range n.recalls {
			p := hopfield.NewPattern(n.n)
			for u := range n.n {
				p.Set(u, values[u] > 0)
			}
			n.recalls[j].final, values = p, values[n.n:]
		}
	}
}

// mean of a quantity over the recalls of a network.
func (n *network) mean(of func(r *recall) float64) float64 {
	var values []float64
	for i := range n.recalls {
		values = append(values, of(&n.recalls[i]))
	}
	return stats.Mean(values).Mean
}

// share of the recalls for which something holds.
func (n *network) share(holds func(r *recall) bool) float64 {
	return n.mean(func(r *recall) float64 {
		if holds(r) {
			return 1
		}
		return 0
	})
}
