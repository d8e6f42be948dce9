package sorn

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tables"
)

// The index spaces.
const (
	Excitatory state.Space = "excitatory"
	Inhibitory state.Space = "inhibitory"
	SynapseEE  state.Space = "synapse_ee" // slots of excitatory units
	SynapseEI  state.Space = "synapse_ei" // likewise, from inhibitory units
	SynapseIE  state.Space = "synapse_ie" // slots of inhibitory units
	Task       state.Space = "task"       // where the stream of symbols is
	HistoryE   state.Space = "history_e"  // of excitatory units: one step ago, and now
	HistoryI   state.Space = "history_i"  // of inhibitory units
	MatrixEE   state.Space = "matrix_ee"  // N x N
	MatrixEI   state.Space = "matrix_ei"  // M x N
	MatrixIE   state.Space = "matrix_ie"  // N x M
)

// Names of fields.
const (
	FromEE   = "ee_from"
	WeightEE = "ee"
	FromEI   = "ei_from"
	WeightEI = "ei"
	FromIE   = "ie_from"
	WeightIE = "ie"
	TeField  = "Te"
	TiField  = "Ti"
	XField   = "x"
	XBefore  = "x_before"
	YField   = "y"
	YBefore  = "y_before"
	TaskName = "task"
	RField   = "r"
)

// Free stands in a slot without a synapse, in place of the presynaptic unit.
const Free = -1

// The sums of a step, in the order in which backends return them.
const (
	SumActiveE = iota
	SumActiveI
	SumActiveR
	SumEE // synapses before the rules
	SumEI
	SumBorn
	SumDropped // births without a place
	SumPrunedEE
	SumPrunedEI
	SumClipped
	SumEmptyEE // columns, after the step
	SumEmptyEI
	SumPotentiated
	SumDepressed
	SumFlips
	Counts // the sums before are whole numbers
)

// The sums that are reals of the run's precision.
const (
	SumTe = Counts + iota
	SumTeMin
	SumTeMax
	SumW
	SumSquaresEE
	SumSquaresEI
	Sums
)

// Network is a specification made concrete. It implements model.Network.
type Network struct {
	Spec                   *Spec
	Variants               []*Spec // by replica; nil where all are alike
	RoomEE, RoomEI, RoomIE int     // slots of a unit, at first
	Loaded                 *Arrays // where the run begins, or nil: it is drawn

	rows []float64 // inputs of kind file: channels of step 1, of step 2 and so on
	more int64     // rows that the file has beyond the run

	predict *tables.Readout // predicts the next symbol from the states, or nil
}

// SpecOf is the specification of a replica.
func (n *Network) SpecOf(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}

// Build implements model.Spec.
func (s *Spec) Build(_ uint64, variants []model.Spec) (model.Network, error) {
	n := &Network{Spec: s}
	n.RoomEE, n.RoomEI, n.RoomIE = s.Sorn.rooms()
	for _, v := range variants {
		other := v.(*Spec)
		n.Variants = append(n.Variants, other)
		ee, ei, ie := other.Sorn.rooms()
		n.RoomEE, n.RoomEI, n.RoomIE = max(n.RoomEE, ee), max(n.RoomEI, ei), max(n.RoomIE, ie)
	}
	if err := n.readInput(); err != nil {
		return nil, err
	}
	if err := n.readReadout(); err != nil {
		return nil, err
	}
	if s.Sorn.State == "" {
		return n, nil
	}
	if err := n.load(); err != nil {
		return nil, model.BadKey("sorn.state", s.Sorn.State, err.Error())
	}
	return n, nil
}

// load reads where the run begins, and has the network make room for that.
func (n *Network) load() (err error) {
	t := &n.Spec.Sorn
	if n.Loaded, err = ReadArrays(t.State, t.NE, t.M()); err != nil {
		return err
	}
	s, err := n.StateOf(n.Loaded, state.Double, 1)
	if err != nil {
		return err
	}
	*n = *n.With(s)
	return nil
}

// smallNetwork has room for all synapses that are possible.
const smallNetwork = 256

// rooms are how many slots units have at first: all that are possible in small networks,
// else more than first degrees reach, and not much more, as slots that are close to each
// other are found sooner. Only synapses from excitatory to excitatory units are born.
func (t *Table) rooms() (ee, ei, ie int) {
	n, m := t.NE, t.M()
	spread := func(mean float64) float64 { return mean + 7*math.Sqrt(mean) + 8 }
	cut := func(room float64, kind Type, most int) int {
		if kind == Dense || room > float64(most) {
			return most
		}
		return int(room)
	}
	mean := float64(t.LambdaEE)
	if t.SPScaling == Pairs && t.SPProb > 0 {
		mean = max(mean, 0.25*float64(n)) // where it ends (section 5)
	}
	most := 1.5*mean + 8
	if t.Degree == Binomial {
		most = max(most, spread(float64(t.LambdaEE)))
	}
	ee = cut(most, t.TypeEE, n-1)
	ei = cut(spread(float64(t.LambdaEI)*float64(m)/float64(n)), t.TypeEI, m)
	ie = cut(spread(float64(t.LambdaIE)), t.TypeIE, n)
	if n <= smallNetwork {
		ee, ei = n-1, m
	}
	if t.Room > 0 {
		ee = t.Room
	}
	return ee, ei, ie
}

// Need implements model.Spec.
func (s *Spec) Need(p state.Precision, replicas int) (host, device int64) {
	t := &s.Sorn
	ee, ei, ie := t.rooms()
	n, m, real := int64(t.NE), int64(t.M()), int64(p.Bytes())
	slots := n*int64(ee+ei) + m*int64(ie)
	device = int64(replicas) * (slots*(4+real) + (n+m)*(8*real+16))
	return 2 * device, device
}

// Length of the arrays of a space, for each replica.
func (n *Network) Length(s state.Space) int {
	space := n.space(s)
	return space.Len()
}

func (n *Network) space(s state.Space) model.Space {
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	table := func(a, b string, rows, columns int) model.Space {
		return model.Space{Name: s, Axes: []string{a, b}, Shape: []int{rows, columns}}
	}
	shown := func(space model.Space) model.Space {
		space.Shown = true
		return space
	}
	switch s {
	case Excitatory:
		return shown(model.Line(s, N))
	case Inhibitory:
		return shown(model.Line(s, M))
	case SynapseEE:
		return table("excitatory", "slot", N, n.RoomEE)
	case SynapseEI:
		return table("excitatory", "slot", N, n.RoomEI)
	case SynapseIE:
		return table("inhibitory", "slot", M, n.RoomIE)
	case HistoryE:
		return table("excitatory", "time", N, 2)
	case HistoryI:
		return table("inhibitory", "time", M, 2)
	case MatrixEE:
		return shown(table("from", "to", N, N))
	case MatrixEI:
		return shown(table("from", "to", M, N))
	case MatrixIE:
		return shown(table("from", "to", N, M))
	}
	return model.Line(Task, TaskItems)
}

// Describe implements model.Network.
func (n *Network) Describe() model.Description {
	t := &n.Spec.Sorn
	d := model.Description{
		Name: "sorn", Rule: n.ruleText(),
		Counts: []model.Count{{Name: "excitatory", Value: int64(t.NE)}, {Name: "inhibitory", Value: int64(t.M())}},
		Work:   "unit updates", Updates: int64(t.NE + t.M()),
		Sums: []string{
			"active excitatory units", "active inhibitory units", "units active without input", "synapses ee", "synapses ei", "births", "births without a place",
			"deaths ee", "deaths ei", "clipped weights", "empty columns ee", "empty columns ei", "potentiated", "depressed", "flips",
			"thresholds", "least threshold", "largest threshold", "weights ee", "squared weights ee", "squared weights ei",
		},
		Columns: columns(),
		Panels: []model.Panel{
			{Name: "rates", Columns: []string{"rate_e", "rate_i", "rate_r"}},
			{Name: "synapses", Columns: []string{"ee", "ei"}},
			{Name: "thresholds", Columns: []string{"te_mean", "te_min", "te_max"}},
			{Name: "plasticity", Columns: []string{"born", "pruned_ee", "pruned_ei", "clipped"}},
		},
		Fields:        fields(),
		Computed:      n.computed(),
		Distributions: distributions(),
	}
	d.Inputs, d.Controls, d.Spikes = n.Spec.fed(), n.switches(), XField
	for _, s := range []state.Space{Excitatory, Inhibitory, SynapseEE, SynapseEI, SynapseIE, Task, HistoryE, HistoryI, MatrixEE, MatrixEI, MatrixIE} {
		d.Spaces = append(d.Spaces, n.space(s))
	}
	return d
}

// fed are the inputs that each step is given.
func (s *Spec) fed() []model.Input {
	if s.Input.Kind != Fed {
		return nil
	}
	out := make([]model.Input, s.Channels())
	for c := range out {
		out[c] = model.Input{Name: fmt.Sprintf("channel %d", c), Unit: "drive", Doc: "before input_gain"}
	}
	return out
}

// ruleText says in a word which rules there are.
func (n *Network) ruleText() string {
	text := ""
	for _, r := range Rules() {
		if !has(n.Spec.Sorn.Freeze, r) {
			if text != "" {
				text += "+"
			}
			text += string(r)
		}
	}
	return text
}

// Order implements model.Network: items stand in their order.
func (n *Network) Order(s state.Space) []int {
	order := make([]int, n.Length(s))
	for i := range order {
		order[i] = i
	}
	return order
}

// Place implements model.Network.
func (n *Network) Place(s state.Space, item int) string {
	space := n.space(s)
	if len(space.Shape) == 2 {
		return fmt.Sprintf("%s %d of %s %d", space.Axes[1], item%space.Shape[1], space.Axes[0], item/space.Shape[1])
	}
	return fmt.Sprintf("%s unit %d", s, item)
}

// NewState implements model.Network.
func (n *Network) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Length)
}

// CheckState implements model.Network (docs/sorn.md section 3).
func (n *Network) CheckState(s *state.State, p state.Precision, replicas int) error {
	own := *n
	own.RoomEE, own.RoomEI, own.RoomIE = n.roomsIn(s)
	if err := model.CheckState(n, s, p, replicas, own.Length); err != nil {
		return err
	}
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	for _, c := range []struct {
		from, weight string
		units, room  int
		sources      int
		loops        bool // a synapse of a unit from itself is possible
	}{{FromEE, WeightEE, N, own.RoomEE, N, false}, {FromEI, WeightEI, N, own.RoomEI, M, true}, {FromIE, WeightIE, M, own.RoomIE, N, true}} {
		from, weight := s.Array(c.from), s.Array(c.weight)
		for u := range replicas * c.units {
			if err := checkColumn(from.Ints[u*c.room:(u+1)*c.room], weight, u*c.room, c.sources, u%c.units, c.loops); err != nil {
				return fmt.Errorf("fields %s and %s of unit %d of replica %d: %w", c.from, c.weight, u%c.units, u/c.units, err)
			}
		}
	}
	for _, name := range []string{TeField, TiField} {
		if at, count := s.Array(name).NotFinite(replicas, nil); count > 0 {
			return fmt.Errorf("field %s has %d values that are not finite, the first at position %d", name, count, at)
		}
	}
	return n.checkTask(s.Array(TaskName).Ints)
}

// checkColumn refuses what is no column of synapses.
func checkColumn(from []int32, weight *state.Array, first, sources, unit int, loops bool) error {
	last, free := int32(-1), false
	for i, j := range from {
		w := weight.At(first + i)
		switch {
		case j == Free:
			free = true
			if w != 0 {
				return fmt.Errorf("the free slot %d has weight %v", i, w)
			}
			continue
		case free:
			return fmt.Errorf("a synapse stands behind the free slot %d", i-1)
		case j <= last || int(j) >= sources:
			return fmt.Errorf("presynaptic units are not ascending numbers below %d", sources)
		case !loops && int(j) == unit:
			return fmt.Errorf("the unit has a synapse from itself")
		case !(w >= 0 && w <= math.MaxFloat32):
			return fmt.Errorf("the weight from unit %d is %v", j, w)
		}
		last = j
	}
	return nil
}

// checkTask refuses places that no stream of symbols has.
func (n *Network) checkTask(task []int32) error {
	for at := 0; at < len(task); at += TaskItems {
		v := task[at : at+TaskItems]
		word, letter := int(v[taskWord]), int(v[taskAt])
		in := &n.SpecOf(at / TaskItems).Input
		if !in.Symbolic() && slices.Min(v) >= 0 {
			continue // it is not looked at
		}
		words := in.words()
		if word < 0 || word > len(words) || letter < 0 || word == 0 && letter > 0 || word > 0 && letter >= len(words[word-1]) || v[taskBlank] < 0 {
			return fmt.Errorf("field %s of replica %d tells of no place in the words of input", TaskName, at/TaskItems)
		}
	}
	return nil
}
