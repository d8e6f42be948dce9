package signals

import (
	"fmt"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Network is a specification made concrete, with the numbers of its populations, which
// all have the key of the run. It implements model.Network.
type Network struct {
	Spec     *Spec
	Variants []*Spec // by replica, where they differ
	Numbers  []int   // of the populations, by replica; nil where replica r is population r
}

// Build implements model.Spec.
func (s *Spec) Build(_ uint64, variants []model.Spec) (model.Network, error) {
	n := &Network{Spec: s}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	return n, nil
}

// Numbered implements model.Numbered.
func (n *Network) Numbered(numbers []int) model.Network {
	with := *n
	with.Numbers = slices.Clone(numbers)
	return &with
}

// Of is the specification of a replica.
func (n *Network) Of(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}

// Population is the number of a replica's population.
func (n *Network) Population(replica int) uint32 {
	if n.Numbers == nil {
		return uint32(replica)
	}
	return uint32(n.Numbers[replica])
}

// Need implements model.Spec.
func (s *Spec) Need(p state.Precision, replicas int) (host, device int64) {
	each := int64(0)
	for _, f := range s.fields() {
		if !f.Derived {
			each += int64(s.Length(f.Space)) * int64(f.Bytes(p))
		}
	}
	if s.Signals.Game == AttributesGame {
		a := &s.Attributes
		device = int64(replicas) * int64(p.Bytes()) * int64(a.Batch) * int64(2*a.Symbols+2*a.Values+4)
	}
	// The host copies the state for each record.
	return 2 * int64(replicas) * each, int64(replicas)*each + device
}

// Describe implements model.Network.
func (n *Network) Describe() model.Description {
	s := n.Spec
	d := model.Description{
		Name: "signals", Rule: string(s.Signals.Game),
		Fields: s.fields(), Columns: s.columns(),
	}
	for _, c := range d.Columns {
		d.Sums = append(d.Sums, c.Name)
	}
	for _, f := range d.Fields {
		if _, there := d.Space(f.Space); !there {
			d.Spaces = append(d.Spaces, s.space(f.Space))
		}
	}
	if s.Signals.Game == AttributesGame {
		a := &s.Attributes
		d.Work, d.Updates = "inputs", int64(a.Batch)
		d.Counts = []model.Count{{Name: "values", Value: int64(a.Values)}, {Name: "symbols", Value: int64(a.Symbols)}, {Name: "held_out", Value: int64(a.held())}}
		d.Panels = []model.Panel{{Name: "accuracy", Columns: []string{"train", "held_out"}}, {Name: "structure", Columns: []string{"similarity", "posdis"}}}
		if a.held() == 0 {
			d.Panels[0].Columns = []string{"train"}
		}
	} else {
		l := &s.Lewis
		d.Work, d.Updates = "plays", 1
		d.Counts = []model.Count{{Name: "states", Value: int64(l.States)}, {Name: "signals", Value: int64(l.Signals)}, {Name: "listeners", Value: int64(l.Listeners)}}
		d.Panels = []model.Panel{{Name: "successes", Columns: []string{"success", "won"}}}
	}
	quality := model.Column{Name: "populations", Title: "success of populations", Unit: "1", Doc: "expected share of plays that succeed"}
	if s.Signals.Game == AttributesGame {
		quality.Title, quality.Doc = "accuracy of populations", "share of the trained inputs whose two attributes are named rightly"
	}
	d.Distributions = []model.Distribution{{Column: quality, From: SuccessField, Width: 0.1, Values: valuesOf}}
	return d
}

func valuesOf(out []float64, of model.Part) []float64 {
	base := of.From.First(of.Replica, of.Replicas)
	for i := of.First; i < of.Last; i++ {
		out = append(out, of.From.At(base+i))
	}
	return out
}

func (s *Spec) columns() []model.Column {
	if s.Signals.Game == LewisGame {
		return []model.Column{
			{Name: "success", Title: "success", Unit: "1", Doc: "expected share of plays that succeed, as the urns are"},
			{Name: "won", Title: "plays won", Unit: "1", Doc: "share of the plays so far that succeeded"},
			{Name: "signalling", Title: "signalling", Unit: "1", Doc: "1 where every state has a signal of its own: with states that are alike and a clear channel success would be above 1 - 1/(2N)"},
			{Name: "information", Title: "information", Unit: "bit", Doc: "what the signal that is sent tells of the state"},
		}
	}
	columns := []model.Column{
		{Name: "reward", Title: "expected reward", Unit: "1", Doc: "mean over trained inputs of the listener's probability of a true attribute, over the speaker's messages"},
		{Name: "train", Title: "accuracy", Unit: "1", Doc: "share of the trained inputs whose two attributes are named rightly, speaker and listener taking what is likeliest"},
		{Name: "held_out", Title: "accuracy of held out inputs", Unit: "1", Doc: "share of the inputs that were not trained whose two attributes are named rightly"},
		{Name: "similarity", Title: "topographic similarity", Unit: "1", Doc: "rank correlation of distances between inputs and distances between their messages"},
		{Name: "posdis", Title: "positional disentanglement", Unit: "1", Doc: "how far each symbol tells of one attribute alone"},
		{Name: "perfect", Title: "perfect", Unit: "1", Doc: "1 where all trained inputs are named rightly"},
		{Name: "entropy", Title: "entropy", Unit: "bit", Doc: "of a symbol, mean over trained inputs and positions"},
	}
	if s.Attributes.held() == 0 {
		columns = slices.Delete(columns, 2, 3)
	}
	return columns
}

// Row implements model.Network: columns are sums.
func (n *Network) Row(row, sums []float64) { copy(row, sums) }

// Order implements model.Network: backends hold all spaces in their order.
func (n *Network) Order(s state.Space) []int {
	order := make([]int, n.Spec.Length(s))
	for i := range order {
		order[i] = i
	}
	return order
}

// Place implements model.Network.
func (n *Network) Place(space state.Space, item int) string {
	s := n.Spec.space(space)
	text := ""
	for k := len(s.Axes) - 1; k >= 0; k-- {
		part := fmt.Sprintf("%s %d", s.Axes[k], item%s.Shape[k])
		if text != "" {
			part += ", "
		}
		text, item = part+text, item/s.Shape[k]
	}
	return text
}

// NewState implements model.Network.
func (n *Network) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Spec.Length)
}

// CheckState implements model.Network.
func (n *Network) CheckState(s *state.State, p state.Precision, replicas int) error {
	if err := model.CheckState(n, s, p, replicas, n.Spec.Length); err != nil {
		return err
	}
	if n.Spec.Signals.Game == LewisGame {
		return n.checkUrns(s)
	}
	return nil
}

// checkUrns refuses urns without a ball of each kind, and those that could overflow.
func (n *Network) checkUrns(s *state.State) error {
	for name, width := range map[string]int{SpeakerUrns: n.Spec.Lewis.Signals, ListenerUrns: n.Spec.Lewis.States} {
		balls := s.Array(name).Ints
		for i := 0; i < len(balls); i += width {
			total := int64(0)
			for _, b := range balls[i : i+width] {
				if b < 1 {
					return fmt.Errorf("field %s has an urn with %d balls of a kind; it has one at least", name, b)
				}
				total += int64(b)
			}
			if total > int64(width)+MaxPlays {
				return fmt.Errorf("field %s has an urn with %d balls, more than all plays of a run can add", name, total)
			}
		}
	}
	return nil
}

// NextRow implements model.Recorded: steps whose number has two digits, and zeros
// after them, have a row.
func (n *Network) NextRow(step int64) int64 {
	unit := int64(1)
	for (step+1)/unit >= 100 {
		unit *= 10
	}
	return (step + unit) / unit * unit
}

// IsExtra implements model.Recorded.
func (n *Network) IsExtra(int64) bool { return false }

// Announce implements model.Network.
func (n *Network) Announce() [][2]string {
	if n.Spec.Signals.Game == AttributesGame {
		a := &n.Spec.Attributes
		return [][2]string{
			{"game", fmt.Sprintf("two attributes of %d values, messages of two of %d symbols", a.Values, a.Symbols)},
			{"agents", string(a.Agents)},
			{"inputs", fmt.Sprintf("%d trained, %d held out", a.Values*a.Values-a.held(), a.held())},
		}
	}
	l := &n.Spec.Lewis
	return [][2]string{
		{"game", fmt.Sprintf("Lewis's game of %d states and %d signals", l.States, l.Signals)},
		{"success", fmt.Sprintf("at most %.4g", l.Bound())},
	}
}
