package hopfield

import (
	"fmt"
	"sync"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// The index spaces of a network.
const (
	Unit   state.Space = "unit"
	Recall state.Space = "recall" // one item: what belongs to a recall as a whole
)

// The sums of a sweep, in the order in which backends return them.
const (
	SumFlips = iota
	SumEnergy
	SumOverlap
	SumBest
	SumBestPattern
	SumField
	SumPeriod
	Sums
)

// Network is a specification made concrete: the graph, and the patterns that files
// give. Random patterns and the couplings follow from the key of a replica (Memory).
// It implements model.Network.
type Network struct {
	Spec     *Spec
	Variants []*Spec // by replica, where they differ
	N        int
	Graph    *graph.Graph // nil for a complete graph
	Schedule graph.Schedule
	Given    []Pattern // nil where patterns are drawn
	Start    Pattern   // nil where starts are corrupted patterns
	Sides    []int     // of a lattice or an image; nil where there is none

	memories sync.Map // of memoryKey to *built
}

// Of is the specification of a replica.
func (n *Network) Of(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}

// Describe implements model.Network.
func (n *Network) Describe() model.Description {
	s := n.Spec
	d := model.Description{
		Name:    "hopfield",
		Rule:    string(s.Network.Rule),
		Counts:  []model.Count{{Name: "units", Value: int64(n.N)}, {Name: "patterns", Value: int64(n.patterns(s))}},
		Spaces:  []model.Space{model.Line(Unit, n.N), model.Line(Recall, 1)},
		Work:    "unit visits",
		Updates: int64(n.N),
		Sums:    []string{"flips", "energy", "overlap", "best_overlap", "best_pattern", "field_min", "period"},
		Columns: columns(),
		Panels:  []model.Panel{{Name: "overlaps", Columns: []string{"overlap", "best_overlap"}}},
		Fields:  fieldsOf(s),
		Touch:   &model.Touch{Prefix: flipPrefix, Title: "flip", Space: Unit},
	}
	if count := n.fewestPatterns(); count > 1 {
		d.Controls = []model.Control{{Name: targetControl, Title: "Target", Most: count - 1}}
	}
	return d
}

func columns() []model.Column {
	return []model.Column{
		{Name: "flips", Title: "flips", Unit: "units", Doc: "units that changed in the sweep"},
		{Name: "energy", Title: "energy", Unit: "1", Doc: "E = -1/2 sum w_ij s_i s_j + sum theta_i s_i; of dense memories -sum F"},
		{Name: "overlap", Title: "overlap", Unit: "1", Doc: "overlap m with the target pattern; with the rule sequence the target is the next pattern in each sweep"},
		{Name: "best_overlap", Title: "best overlap", Unit: "1", Doc: "overlap of largest magnitude with any pattern"},
		{Name: "best_pattern", Title: "best pattern", Unit: "1", Doc: "number of that pattern, from 0"},
		{Name: "field_min", Title: "smallest |h|", Unit: "1", Doc: "magnitude of the smallest field of a unit"},
		{Name: "period", Title: "period", Unit: "sweeps", Doc: "1 in a fixed point, 2 in a cycle of two states, else 0"},
	}
}

// StateField holds the values of units.
const StateField = "state"

// The names of the other fields.
const (
	ProbeField  = "probe"
	TargetField = "target"
	BeforeField = "before"
	PeriodField = "period"
	EndedField  = "ended"
	FieldField  = "field"
)

func fieldsOf(s *Spec) []state.Field {
	sign := &[2]float64{-1, 1}
	out := []state.Field{
		{Name: StateField, Unit: "1", Doc: "values of units, -1 or +1", Space: Unit, Kind: state.Int, Limits: sign},
		{Name: ProbeField, Unit: "1", Doc: "values of units with which the recall began", Space: Unit, Kind: state.Int, Limits: sign},
		{Name: TargetField, Unit: "1", Doc: "number of the pattern that is to be recalled, from 0", Space: Recall, Kind: state.Int},
		{Name: PeriodField, Unit: "sweeps", Doc: "1 if the recall ended in a fixed point, 2 in a cycle of two, 0 if it goes on", Space: Recall, Kind: state.Int},
		{Name: EndedField, Unit: "sweeps", Doc: "sweep with which the recall ended, or 0", Space: Recall, Kind: state.Int},
	}
	if s.Recall.Update == Sync {
		out = append(out, state.Field{Name: BeforeField, Unit: "1", Doc: "values of units one sweep ago", Space: Unit, Kind: state.Int, Limits: sign})
	}
	return append(out, state.Field{Name: FieldField, Unit: "1", Doc: "fields of units", Space: Unit, Kind: state.Real, Derived: true})
}

// Row implements model.Network: columns are sums.
func (n *Network) Row(row, sums []float64) { copy(row, sums) }

// Order implements model.Network: backends hold units in their order.
func (n *Network) Order(s state.Space) []int {
	order := make([]int, n.Length(s))
	for i := range order {
		order[i] = i
	}
	return order
}

// Length of the arrays of a space, for each replica.
func (n *Network) Length(s state.Space) int {
	if s == Unit {
		return n.N
	}
	return 1
}

// Place implements model.Network.
func (n *Network) Place(s state.Space, item int) string {
	if s == Unit {
		return fmt.Sprintf("unit %d", item)
	}
	return "recall"
}

// NewState implements model.Network.
func (n *Network) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Length)
}

// CheckState implements model.Network.
func (n *Network) CheckState(s *state.State, p state.Precision, replicas int) error {
	if err := model.CheckState(n, s, p, replicas, n.Length); err != nil {
		return err
	}
	for _, name := range []string{StateField, ProbeField, BeforeField} {
		a := s.Array(name)
		if a == nil {
			continue
		}
		for i, v := range a.Ints {
			if v != -1 && v != 1 {
				return fmt.Errorf("field %s is %d at unit %d of replica %d; values are -1 and +1", name, v, i%n.N, i/n.N)
			}
		}
	}
	for r, target := range s.Array(TargetField).Ints {
		if count := n.patterns(n.Of(r)); target < 0 || int(target) >= count {
			return fmt.Errorf("field %s is %d in replica %d, which has %d patterns", TargetField, target, r, count)
		}
	}
	return nil
}

// StartState is the state before the first sweep of replicas with these keys, which have
// stored these memories.
func (n *Network) StartState(p state.Precision, keys []uint64, memories []*Memory) *state.State {
	s := n.NewState(p, len(keys))
	for r, key := range keys {
		start, target := n.StartOf(n.Of(r), memories[r], key)
		for _, name := range []string{StateField, ProbeField, BeforeField} {
			if a := s.Array(name); a != nil {
				start.Write(a.Ints[r*n.N:][:n.N])
			}
		}
		s.Array(TargetField).Ints[r] = int32(target)
	}
	return s
}

// HasEnded implements model.Ended.
func (n *Network) HasEnded(sums []float64) bool { return sums[SumPeriod] != 0 }

// Ends implements model.Ended.
func (n *Network) Ends(s *state.State) []model.End {
	var out []model.End
	period, ended := s.Array(PeriodField), s.Array(EndedField)
	for r, p := range period.Ints {
		if p != 0 {
			why := "fixed point"
			if p == 2 {
				why = "cycle of two"
			}
			out = append(out, model.End{Replica: r, Step: int64(ended.Ints[r]), Why: why})
		}
	}
	return out
}
