package hopfieldscan

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// Kinds are the experiments.
func Kinds() []experiment.Kind {
	return []experiment.Kind{
		{
			Name: "hopfield-recall", Doc: "recalls one by one: from where each begins to where it ends",
			New: by(recallColumns(), single, atStart), Marks: marks,
		},
		{
			Name: "hopfield-capacity", Doc: "recall from stored patterns: errors of one step and of the end, by load",
			New: by(capacityColumns(), capacity, atPattern), Marks: marks,
			Theories: []experiment.Theory{rate("one_step", oneStep), limit("final", finalError)},
			Crossings: []experiment.Crossing{
				{Name: "load50", Title: "load at which half are good", Unit: "1", Outcome: "good", Key: "patterns.load", Level: 0.5},
				{Name: "count50", Title: "patterns at which half are good", Unit: "1", Outcome: "good", Key: "patterns.count", Level: 0.5},
			},
		},
		{
			Name: "hopfield-basin", Doc: "recall from corrupted patterns: what share comes back",
			New: by(basinColumns(), basin, nil), Marks: marks,
			Crossings: []experiment.Crossing{{Name: "f50", Title: "f50, where half come back", Unit: "1", Outcome: "success", Key: "recall.fraction", Level: 0.5}},
		},
		{
			Name: "hopfield-thermal", Doc: "recall at temperature: the overlap that stays",
			New: by(thermalColumns(), thermal, nil), Marks: meltingMarks(), Theories: []experiment.Theory{limit("m", thermalOverlap)},
		},
		{
			Name: "hopfield-spurious", Doc: "recall from random starts: where it ends",
			New: by(spuriousColumns(), spurious, nil), Marks: marks,
		},
		{
			Name: "hopfield-sequence", Doc: "one pattern leads to the next: overlaps in the second round",
			New: by(sequenceColumns(), sequence, atPattern), Marks: marks, Theories: []experiment.Theory{rate("one_step", oneStep)},
		},
		{
			Name: "hopfield-decode", Doc: "words through a binary symmetric channel, decoded by recall",
			New: by(decodeColumns(), decode, nil), Marks: marks,
			Besides: []experiment.Beside{{Outcome: "block_error", Other: "ml_block_error", Name: "maximum likelihood"}},
		},
		{
			Name: "hopfield-continuous", Doc: "retrieval of real states, z <- X^T softmax(beta X z), by the patterns and the beta of the rule exponential",
			New: by(continuousColumns(), continuous, nil), Marks: marks,
		},
	}
}

// by makes runners that take outcomes from the recalls of a network, and from the fields in
// a state of each; nil where it takes none.
func by(outcomes []model.Column, measure func(*network) []float64, at func(*network, *recall) hopfield.Pattern) func(experiment.Lab, model.Spec) (experiment.Runner, error) {
	return func(lab experiment.Lab, _ model.Spec) (experiment.Runner, error) {
		return &runner{lab: lab, outcomes: outcomes, measure: measure, at: at}, nil
	}
}

// atStart is the state with which a recall begins.
func atStart(_ *network, r *recall) hopfield.Pattern { return r.start }

// atPattern is the pattern that is to be recalled.
func atPattern(n *network, r *recall) hopfield.Pattern { return n.memory.Patterns[r.target] }

// sequenceCapacity is the load up to which a sequence of patterns is recalled, of many
// units (During, Coolen and Sherrington 1998).
const sequenceCapacity = 0.269

// marks are the loads that theory names, of random patterns in networks that are whole: of
// Hebb's rule with a complete graph, of Storkey's, and of sequences.
func marks(spec model.Spec) []experiment.Mark {
	s := spec.(*hopfield.Spec)
	n, _ := s.Size()
	if net := s.Network; n == 0 || s.Graph.Kind != hopfield.Complete || !random(s) || net.Damage > 0 || net.Clip || len(net.Thresholds) > 0 {
		return nil
	}
	var out []experiment.Mark
	add := func(patterns float64, name string) {
		out = append(out, experiment.Mark{Key: "patterns.load", Value: patterns / float64(n), Name: name}, experiment.Mark{Key: "patterns.count", Value: patterns, Name: name})
	}
	switch net := s.Network; {
	case net.Rule == hopfield.Hebb:
		alpha, _ := hopfield.Retrieval{Keep: 1}.Capacity()
		add(alpha*float64(n), "critical load 0.138")
		add(hopfield.MostPatterns(n), "N/(2 ln N)")
		add(hopfield.AllPatterns(n), "N/(4 ln N)")
	case net.Rule == hopfield.Polynomial:
		add(hopfield.DensePatterns(n, net.Degree), fmt.Sprintf("degree %d, nearly all stable", net.Degree))
	case net.Rule == hopfield.StorkeyRule:
		add(hopfield.StorkeyPatterns(n), "Storkey: N/sqrt(2 ln N)")
	case net.Rule == hopfield.Sequence:
		add(sequenceCapacity*float64(n), "critical load 0.269")
	}
	return out
}

// meltingMarks are T_M of loads. Points that differ in temperature share the load's, which
// takes long to find.
func meltingMarks() func(spec model.Spec) []experiment.Mark {
	known := make(map[float64]float64) // by load
	return func(spec model.Spec) []experiment.Mark {
		s := spec.(*hopfield.Spec)
		n, p := s.Size()
		if n == 0 || p == 0 || !meanField(s) || s.Network.Damage > 0 || s.Recall.Temperature == 0 {
			return nil
		}
		alpha := float64(p) / float64(n)
		if _, found := known[alpha]; !found {
			known[alpha] = hopfield.MeltingTemperature(alpha)
		}
		if known[alpha] == 0 {
			return nil
		}
		return []experiment.Mark{{Key: "recall.temperature", Value: known[alpha], Name: fmt.Sprintf("T_M of load %g", alpha)}}
	}
}

func theory(outcome string, of func(s *hopfield.Spec, n, p int) float64) experiment.Theory {
	return experiment.Theory{Outcome: outcome, Of: func(spec model.Spec, _ float64) float64 {
		s := spec.(*hopfield.Spec)
		n, p := s.Size()
		if n == 0 || p == 0 {
			return math.NaN()
		}
		return of(s, n, p)
	}}
}

// rate is theory of a share of the units of all recalls.
func rate(outcome string, of func(s *hopfield.Spec, n, p int) float64) experiment.Theory {
	t := theory(outcome, of)
	t.Chances = func(spec model.Spec) float64 {
		s := spec.(*hopfield.Spec)
		n, recalls := s.Size()
		if s.Recall.Trials > 0 {
			recalls = s.Recall.Trials
		}
		return float64(n) * float64(recalls)
	}
	return t
}

// limit is theory of many units.
func limit(outcome string, of func(s *hopfield.Spec, n, p int) float64) experiment.Theory {
	t := theory(outcome, of)
	t.Limit = true
	return t
}

// random tells whether the stored patterns are independent and fair, as theory has them.
func random(s *hopfield.Spec) bool {
	return s.Patterns.Bias == 0.5 && s.Patterns.Prototypes == 0 && s.Patterns.Letters == 0 &&
		len(s.Patterns.Files)+len(s.Patterns.Texts) == 0
}

// oneStep is exact, and does not depend on how a recall begins or goes on.
func oneStep(s *hopfield.Spec, n, p int) float64 {
	degree := n - 1
	if s.Graph.Kind != hopfield.Complete {
		degree = s.Graph.Connections
	}
	switch net := s.Network; {
	case !random(s) || len(net.Thresholds) > 0:
	case net.Rule == hopfield.Hebb && (net.Clip || net.Damage > 0):
		return hopfield.OneStepErrorAltered(degree, p, net.Damage, net.Clip)
	case net.Rule == hopfield.Hebb:
		return hopfield.OneStepError(degree, p)
	case net.Rule == hopfield.Polynomial:
		return hopfield.DenseOneStepError(n, p, net.Degree)
	case net.Rule == hopfield.Sequence:
		return hopfield.OneStepErrorSequence(n, p)
	}
	return math.NaN()
}

// enoughSweeps for a recall that begins at its pattern to come to its end.
const enoughSweeps = 20

// stays tells whether a recall begins at its pattern, with all units free to leave it one after
// another and enough sweeps to do so: theory of many units is about where that ends.
func stays(s *hopfield.Spec) bool {
	r := s.Recall
	return r.Fraction == 0 && r.Corruption != hopfield.AnyStart && r.Start == "" && r.State == "" &&
		len(r.Clamped) == 0 && r.Update != hopfield.Sync && r.Update != hopfield.Blocks && r.Sweeps >= enoughSweeps
}

// meanField tells whether what is stored is what the theory of many units is about: random patterns by
// Hebb's rule, all units joined.
func meanField(s *hopfield.Spec) bool {
	net := s.Network
	return random(s) && net.Rule == hopfield.Hebb && !net.Clip && len(net.Thresholds) == 0 && s.Graph.Kind == hopfield.Complete
}

// finalError is the theory of many units for Hebb's rule, with damage.
func finalError(s *hopfield.Spec, n, p int) float64 {
	if !meanField(s) || !stays(s) || s.Recall.Temperature != 0 {
		return math.NaN()
	}
	m, e := hopfield.Retrieval{Keep: 1 - s.Network.Damage}.Overlap(float64(p) / float64(n))
	if m == 0 {
		return math.NaN() // above the capacity the theory has no such state
	}
	return e
}

// thermalOverlap is the theory of many units at temperature.
func thermalOverlap(s *hopfield.Spec, n, p int) float64 {
	if t := s.Recall.Temperature; meanField(s) && stays(s) && s.Network.Damage == 0 && t > 0 {
		if m, _ := hopfield.ThermalOverlap(float64(p)/float64(n), t); m > 0 {
			return m
		}
	}
	return math.NaN() // above T_M the theory has no such state
}

func capacityColumns() []model.Column {
	return []model.Column{
		{Name: "one_step", Title: "error of one step", Unit: "1", Doc: "share of units that a step from a stored pattern changes as their fields are against it, of the patterns that are recalled; with the rule sequence against the next one", Log: true},
		{Name: "final", Title: "final error", Unit: "1", Doc: "share of units that differ from the pattern at the end; theory is of many units", Log: true},
		{Name: "final_median", Title: "median of final errors", Unit: "1", Doc: "over the recalls of a network", Log: true},
		{Name: "good", Title: "good recalls", Unit: "1", Doc: "share of recalls that end with an error of 5 % at most"},
		{Name: "exact", Title: "exact recalls", Unit: "1", Doc: "share of recalls that end in the pattern"},
		{Name: "all_exact", Title: "all exact", Unit: "1", Doc: "1 where every recall of a network ends in its pattern"},
		{Name: "cycle2", Title: "cycles", Unit: "1", Doc: "share of recalls that end in a cycle of two states"},
		{Name: "sweeps", Title: "sweeps", Unit: "sweeps", Doc: "with a change"},
		{Name: "e_pattern", Title: "energy of patterns", Unit: "1", Doc: "energy per unit of the stored patterns that are recalled"},
		{Name: "e_final", Title: "final energy", Unit: "1", Doc: "energy per unit at the end"},
	}
}

func (n *network) errorOf(r *recall) float64 { return (1 - r.overlap) / 2 }

func (n *network) exact(r *recall) bool { return hopfield.Same(r.final, n.memory.Patterns[r.target]) }

func capacity(n *network) []float64 {
	var errors []float64
	for j := range n.recalls {
		errors = append(errors, n.errorOf(&n.recalls[j]))
	}
	slices.Sort(errors)
	k := len(errors)
	median := (errors[(k-1)/2] + errors[k/2]) / 2
	exact := n.share(n.exact)
	all := 0.0
	if exact == 1 {
		all = 1
	}
	return []float64{
		n.oneStep(), n.mean(n.errorOf), median,
		n.share(func(r *recall) bool { return n.errorOf(r) <= 0.05 }), exact, all,
		n.share(func(r *recall) bool { return r.period == 2 }), n.mean(func(r *recall) float64 { return float64(r.sweeps) }),
		n.mean(func(r *recall) float64 { return n.energy(r, atPattern) / float64(n.n) }), n.mean(func(r *recall) float64 { return r.energy / float64(n.n) }),
	}
}

// oneStep is the share of units that follow their fields in the patterns of recalls to
// another value than that of the pattern, or with the rule sequence of the next one.
func (n *network) oneStep() float64 {
	wrong := 0
	for j := range n.recalls {
		at := n.recalls[j].target
		from, to := n.memory.Patterns[at], n.memory.Patterns[at]
		if n.memory.Rule == hopfield.Sequence {
			to = n.memory.Patterns[(at+1)%len(n.memory.Patterns)]
		}
		for u, h := range n.fields[j*n.n : (j+1)*n.n] {
			if h == 0 {
				h = float64(from.Sign(u)) // which keeps the unit
			}
			if h*float64(to.Sign(u)) < 0 {
				wrong++
			}
		}
	}
	return float64(wrong) / float64(len(n.recalls)*n.n)
}

// energy of the state of a recall whose fields there are.
func (n *network) energy(r *recall, at func(*network, *recall) hopfield.Pattern) float64 {
	fields := n.fields[r.trial*n.n:]
	e, _ := n.memory.Energy(at(n, r), func(i int) int64 { return int64(math.Round(fields[i] / n.memory.Unit)) })
	return e
}

func basinColumns() []model.Column {
	return []model.Column{
		{Name: "success", Title: "success", Unit: "1", Doc: "share of recalls that end with an overlap of 0.95 or more"},
		{Name: "m_final", Title: "final overlap", Unit: "1", Doc: "with the pattern, at the end"},
		{Name: "exact", Title: "exact recalls", Unit: "1", Doc: "share of recalls that end in the pattern"},
		{Name: "sweeps", Title: "sweeps", Unit: "sweeps", Doc: "with a change"},
		{Name: "cycle2", Title: "cycles", Unit: "1", Doc: "share of recalls that end in a cycle of two states"},
	}
}

func basin(n *network) []float64 {
	return []float64{
		n.share(func(r *recall) bool { return r.overlap >= 0.95 }), n.mean(func(r *recall) float64 { return r.overlap }),
		n.share(n.exact), n.mean(func(r *recall) float64 { return float64(r.sweeps) }),
		n.share(func(r *recall) bool { return r.period == 2 }),
	}
}

func thermalColumns() []model.Column {
	return []model.Column{
		{Name: "m", Title: "overlap", Unit: "1", Doc: "with the pattern, mean over the second half of the sweeps; theory is of many units"},
		{Name: "energy", Title: "energy", Unit: "1", Doc: "per unit, mean over the second half of the sweeps"},
		{Name: "variance", Title: "variance of the energy", Unit: "1", Doc: "per unit, over the second half of the sweeps"},
	}
}

func thermal(n *network) []float64 {
	tail := func(series []float64) []float64 { return series[len(series)/2:] }
	return []float64{
		n.mean(func(r *recall) float64 { return stats.Mean(tail(r.series)).Mean }),
		n.mean(func(r *recall) float64 { return stats.Mean(tail(r.heat)).Mean / float64(n.n) }),
		n.mean(func(r *recall) float64 {
			heat := tail(r.heat)
			mean, variance := stats.Mean(heat).Mean, 0.0
			for _, v := range heat {
				variance += (v - mean) * (v - mean) / float64(len(heat))
			}
			return variance / float64(n.n)
		}),
	}
}

func spuriousColumns() []model.Column {
	return []model.Column{
		{Name: "pattern", Title: "patterns", Unit: "1", Doc: "share of recalls that end at an overlap of 0.95 or above with a stored pattern"},
		{Name: "negative", Title: "negatives", Unit: "1", Doc: "share that ends in the negative of one"},
		{Name: "mixture", Title: "mixtures", Unit: "1", Doc: "share with three overlaps of 0.4 or more, the largest 0.6 at most"},
		{Name: "other", Title: "others", Unit: "1", Doc: "share that ends anywhere else"},
		{Name: "distinct", Title: "different ends", Unit: "states", Doc: "of a network, a state and its negative being one"},
	}
}

func spurious(n *network) []float64 {
	var classes [4]float64
	ends := make(map[string]bool)
	for i := range n.recalls {
		classes[n.class(n.recalls[i].final)]++
		p := n.recalls[i].final
		if p.Up(0) {
			p = p.Clone()
			for u := range n.n {
				p.Flip(u)
			}
		}
		ends[p.Text(n.n)] = true
	}
	k := float64(len(n.recalls))
	return []float64{classes[0] / k, classes[1] / k, classes[2] / k, classes[3] / k, float64(len(ends))}
}

// class of an end: 0 a pattern, 1 a negative, 2 a mixture of three, 3 anything else.
func (n *network) class(p hopfield.Pattern) int {
	var overlaps []float64
	for _, x := range n.memory.Patterns {
		m := float64(x.Overlap(p, n.n)) / float64(n.n)
		switch {
		case m >= 0.95:
			return 0
		case m <= -0.95:
			return 1
		}
		overlaps = append(overlaps, math.Abs(m))
	}
	slices.Sort(overlaps)
	large := 0
	for _, m := range overlaps {
		if m >= 0.4 {
			large++
		}
	}
	if large >= 3 && overlaps[len(overlaps)-1] <= 0.6 {
		return 2
	}
	return 3
}

func sequenceColumns() []model.Column {
	return []model.Column{
		{Name: "one_step", Title: "error of one step", Unit: "1", Doc: "share of units that a step from a stored pattern makes unlike the next one, of the patterns that are recalled", Log: true},
		{Name: "overlap", Title: "overlap", Unit: "1", Doc: "with the pattern whose turn it is, mean over the second round; none where recall.max_sweeps is less than two rounds"},
	}
}

func sequence(n *network) []float64 {
	p := len(n.memory.Patterns)
	return []float64{
		n.oneStep(),
		n.mean(func(r *recall) float64 {
			if len(r.series) < 2*p && r.period == 0 {
				return math.NaN() // it was cut off before
			}
			round := make([]float64, p)
			for step := range round {
				round[step] = r.series[min(p+1+step, len(r.series))-1]
			}
			return stats.Mean(round).Mean
		}),
	}
}

func decodeColumns() []model.Column {
	return []model.Column{
		{Name: "block_error", Title: "block error", Unit: "1", Doc: "share of words that are decoded to another word or to none", Log: true},
		{Name: "bit_error", Title: "bit error", Unit: "1", Doc: "share of wrong bits after decoding", Log: true},
		{Name: "ml_block_error", Title: "block error of maximum likelihood", Unit: "1", Doc: "of the nearest word, or of the furthest where most bits are changed, where another as near is an error; of corruption noise alone", Log: true},
		{Name: "rate", Title: "rate", Unit: "bits a use", Doc: "log2 P/N"},
		{Name: "bsc_capacity", Title: "capacity of the channel", Unit: "bits a use", Doc: "1 - h2(p), of corruption noise alone"},
	}
}

func decode(n *network) []float64 {
	likeliest, capacity := math.NaN(), math.NaN()
	if r := n.spec.Recall; r.Corruption == hopfield.Noise && r.Start == "" && r.State == "" {
		likeliest = n.share(func(r *recall) bool { return n.likeliest(r.start) != r.target })
		capacity = hopfield.ChannelCapacity(r.Fraction)
	}
	return []float64{
		1 - n.share(n.exact), n.mean(n.errorOf), likeliest,
		math.Log2(float64(len(n.memory.Patterns))) / float64(n.n), capacity,
	}
}

// likeliest is the number of the stored word that is nearest to a received one, or furthest
// where most bits are changed, and -1 where two are alike.
func (n *network) likeliest(received hopfield.Pattern) int {
	best, at := int32(math.MinInt32), -1
	for mu, x := range n.memory.Patterns {
		m := x.Overlap(received, n.n)
		if n.spec.Recall.Fraction > 0.5 {
			m = -m
		}
		switch {
		case m > best:
			best, at = m, mu
		case m == best:
			at = -1
		}
	}
	return at
}
