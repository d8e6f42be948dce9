package codes

import (
	"fmt"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// The index spaces: the entries of the table of codewords, the weights of the receiver's
// network or its counts, and the population as a whole.
const (
	EntrySpace      state.Space = "entry"
	WeightSpace     state.Space = "weight"
	CountSpace      state.Space = "count"
	PopulationSpace state.Space = "population"
)

// Names of fields.
const (
	TableField   = "e"
	WeightsField = "weights"
	CountsField  = "counts"
	LossField    = "loss"
	SymbolsField = "x"
)

// MeanOf names Adam's mean of the gradient by a field.
func MeanOf(field string) string { return field + "_mean" }

// SquareOf names Adam's mean of the square of the gradient by a field.
func SquareOf(field string) string { return field + "_square" }

// startOfCounts is where counts stay if nothing is seen.
const startOfCounts = 0.5

// fields are what backends hold.
func (t *Table) fields() []state.Field {
	fields := append([]state.Field{t.symbols()}, learned(TableField, "table of what messages are sent as, before tanh or the norm", EntrySpace)...)
	switch t.Receiver {
	case Network:
		fields = append(fields, learned(WeightsField, "weights of the receiver", WeightSpace)...)
	case Counts:
		fields = append(fields, state.Field{Name: CountsField, Unit: "1", Doc: "how often the receiver saw an output with a message, the past forgotten by and by", Space: CountSpace})
	}
	return append(fields, state.Field{Name: LossField, Unit: "nat", Doc: "mean of -ln q(message) over the samples of the last update, before it", Space: PopulationSpace})
}

// learned are the fields of what Adam moves.
func learned(name, doc string, space state.Space) []state.Field {
	return []state.Field{
		{Name: name, Unit: "1", Doc: doc, Space: space},
		{Name: MeanOf(name), Unit: "nat", Doc: "Adam's mean of the gradient by " + name, Space: space},
		{Name: SquareOf(name), Unit: "nat2", Doc: "Adam's mean of its square", Space: space},
	}
}

// Length of the arrays of a space, for each replica.
func (t *Table) Length(s state.Space) int {
	switch s {
	case EntrySpace:
		return t.Messages() * t.N
	case WeightSpace:
		return t.Weights()
	case CountSpace:
		return t.Counted()
	}
	return 1
}

// spaces are those that some field has.
func (t *Table) spaces() []model.Space {
	out := []model.Space{{Name: EntrySpace, Axes: []string{"message", "use"}, Shape: []int{t.Messages(), t.N}}}
	switch t.Receiver {
	case Network:
		out = append(out, model.Line(WeightSpace, t.Weights()))
	case Counts:
		out = append(out, model.Space{Name: CountSpace, Axes: []string{"output", "message"}, Shape: []int{1 << t.N, t.Messages()}})
	}
	return append(out, model.Line(PopulationSpace, 1))
}

// symbols is the field of what is sent.
func (t *Table) symbols() state.Field {
	if t.Channel.Binary() {
		return state.Field{Name: SymbolsField, Unit: "1", Doc: "mean of what is sent: the sign 1 comes with probability (1 + x)/2", Space: EntrySpace, Limits: &[2]float64{-1, 1}}
	}
	return state.Field{Name: SymbolsField, Unit: "1", Doc: "what is sent, of mean power 1", Space: EntrySpace}
}

// FillSymbols fills in what is sent, which follows from the table of all replicas.
func (n *Codes) FillSymbols(s *state.State) {
	for r := range s.Replicas {
		if s.Precision == state.Double {
			Symbols(&n.Spec.Codes, Part[float64](s, SymbolsField, r), Part[float64](s, TableField, r))
		} else {
			Symbols(&n.Spec.Codes, Part[float32](s, SymbolsField, r), Part[float32](s, TableField, r))
		}
	}
}

// NewState implements model.Network.
func (n *Codes) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Spec.Codes.Length)
}

// CheckState implements model.Network.
func (n *Codes) CheckState(s *state.State, p state.Precision, replicas int) error {
	return model.CheckState(n, s, p, replicas, n.Spec.Codes.Length)
}

// Start is the state in which populations with these keys begin.
func (n *Codes) Start(p state.Precision, keys []uint64) *state.State {
	s := n.NewState(p, len(keys))
	if p == state.Double {
		start[float64](n, s, keys)
	} else {
		start[float32](n, s, keys)
	}
	n.FillSymbols(s)
	return s
}

func start[F fmath.Float](n *Codes, s *state.State, keys []uint64) {
	for r, key := range keys {
		Start(&n.Spec.Codes, Part[F](s, TableField, r), Part[F](s, WeightsField, r), rng.Key(key))
		for i := range Part[F](s, CountsField, r) {
			Part[F](s, CountsField, r)[i] = startOfCounts
		}
	}
}

// Part is a field of a replica, or nil where the state does not have it.
func Part[F fmath.Float](s *state.State, field string, replica int) []F {
	a := s.Array(field)
	if a == nil {
		return nil
	}
	n := a.Len() / s.Replicas
	return state.Values[F](a)[replica*n : (replica+1)*n]
}

// Place implements model.Network.
func (n *Codes) Place(s state.Space, item int) string {
	t := &n.Spec.Codes
	switch s {
	case EntrySpace:
		return fmt.Sprintf("use %d of message %d", item%t.N, item/t.N)
	case CountSpace:
		return fmt.Sprintf("output %d with message %d", item/t.Messages(), item%t.Messages())
	}
	return fmt.Sprintf("%s %d", s, item)
}

// Order implements model.Network: backends hold items in their order.
func (n *Codes) Order(s state.Space) []int {
	order := make([]int, n.Spec.Codes.Length(s))
	for i := range order {
		order[i] = i
	}
	return order
}
