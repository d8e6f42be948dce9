package codes

import (
	"fmt"
	"math"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Codes is a specification with those of its replicas. It implements model.Network.
type Codes struct {
	Spec     *Spec
	Variants []*Spec // by replica; nil where all are alike
}

// Of is the specification of a replica.
func (n *Codes) Of(replica int) *Spec {
	if n.Variants == nil {
		return n.Spec
	}
	return n.Variants[replica]
}

// Build implements model.Spec. Nothing is drawn for all replicas.
func (s *Spec) Build(_ uint64, variants []model.Spec) (model.Network, error) {
	n := &Codes{Spec: s}
	for _, v := range variants {
		n.Variants = append(n.Variants, v.(*Spec))
	}
	return n, nil
}

// Need implements model.Spec.
func (s *Spec) Need(p state.Precision, replicas int) (host, device int64) {
	t := &s.Codes
	real := int64(p.Bytes())
	held := real * int64(4*t.Messages()*t.N+3*t.Weights()+t.Counted()+1)
	return int64(replicas) * held, int64(replicas) * (held + real*int64(t.Scratch()))
}

// Scratch is how many reals a population works on besides its state: of each sample what
// was received, what the gradient of a codeword is made of, the loss, and the network's
// units and messages with the gradients by them; or of each output and message the part
// of the entropy.
func (t *Table) Scratch() int {
	if t.Transmitter == Exact {
		return t.Messages() << t.N
	}
	each := 2*t.N + 1
	if t.Receiver == Network {
		each += 2*t.Hidden + t.Messages()
	}
	return t.Batch() * each
}

// The sums of an update.
const (
	SumLoss = iota
	SumTemperature
	SumDistance
	SumFreedom
	SumError
	SumPerfect
	Sums
)

// Describe implements model.Network.
func (n *Codes) Describe() model.Description {
	t := &n.Spec.Codes
	d := model.Description{
		Name: "codes", Rule: string(t.Transmitter),
		Counts:  []model.Count{{Name: "messages", Value: int64(t.Messages())}, {Name: "uses", Value: int64(t.N)}},
		Spaces:  t.spaces(),
		Work:    "samples",
		Updates: int64(t.Batch()),
		Sums:    []string{"loss", "temperature", "distance", "freedom", "block error", "perfect"},
		Columns: n.columns(),
		Panels:  []model.Panel{{Name: "learning", Columns: []string{"information"}}},
		Fields:  t.fields(),
	}
	if t.Transmitter == Exact {
		d.Work, d.Updates = "outputs", 1<<t.N
	}
	if t.Channel.Binary() {
		d.Panels = append(d.Panels, model.Panel{Name: "freezing", Columns: []string{"freedom", "block_error"}})
	}
	return d
}

func (n *Codes) columns() []model.Column {
	columns := []model.Column{
		{Name: "loss", Title: "loss", Unit: "nat", Doc: "mean of -ln q(message given output): what the receiver does not know of the message, at least"},
		{Name: "information", Title: "information", Unit: "bit", Doc: "k - loss/ln 2: a lower bound of what an output tells of the message"},
	}
	if !n.Spec.Codes.Channel.Binary() {
		return append(columns, model.Column{Name: "distance", Title: "smallest squared distance", Unit: "1", Doc: "between the codewords of two messages"})
	}
	return append(columns,
		model.Column{Name: "temperature", Title: "temperature", Unit: "nat", Doc: "T of the dither's entropy", Set: true},
		model.Column{Name: "distance", Title: "smallest distance", Unit: "1", Doc: "number of uses in which the signs of two messages differ, at least"},
		model.Column{Name: "freedom", Title: "freedom", Unit: "1", Doc: "mean of 1 - x^2: 1 where each sign is a coin, 0 where the code is frozen"},
		model.Column{Name: "block_error", Title: "block error", Unit: "1", Doc: "of the signs of the table at best decoding, over independent flips as in learning; exact"},
		model.Column{Name: "perfect", Title: "perfect", Unit: "1", Doc: "1 where that block error is the sphere-packing bound, else 0"},
	)
}

// Row implements model.Network.
func (n *Codes) Row(row, sums []float64) {
	row[0], row[1] = sums[SumLoss], float64(n.Spec.Codes.K)-sums[SumLoss]/math.Ln2
	if !n.Spec.Codes.Channel.Binary() {
		row[2] = sums[SumDistance]
		return
	}
	copy(row[2:], sums[SumTemperature:])
}

// FillSums fills in the sums of an update of a replica, of which the table of codewords
// and the loss are known.
func FillSums[F fmath.Float](t *Table, sums []float64, e []F, loss F, update int64) {
	sums[SumLoss] = float64(loss)
	x := make([]F, len(e))
	Symbols(t, x, e)
	if !t.Channel.Binary() {
		sums[SumTemperature], sums[SumFreedom], sums[SumError], sums[SumPerfect] = 0, 0, 0, 0
		sums[SumDistance] = float64(leastSquaredDistance(t, x))
		return
	}
	free := F(0)
	for _, v := range x {
		free += 1 - F(v*v)
	}
	words := WordsOf(t, e)
	shells := Shells(words, t.N)
	sums[SumTemperature] = float64(PaceAt[F](t, update).Temperature)
	sums[SumDistance] = float64(LeastDistance(words))
	sums[SumFreedom] = float64(free) / float64(len(e))
	sums[SumError] = BlockError(shells, t.Messages(), t.TrainAt)
	sums[SumPerfect] = 0
	if IsPerfect(shells, t.Messages()) {
		sums[SumPerfect] = 1
	}
}

// NextRow implements model.Recorded: updates 10, 20, .., 1000, then 1100, 1200, .., and
// the last one.
func (n *Codes) NextRow(step int64) int64 {
	next := nextRecord(step)
	if last := n.Spec.Steps(); step < last && last < next {
		return last
	}
	return next
}

// IsExtra implements model.Recorded.
func (n *Codes) IsExtra(step int64) bool {
	return step == n.Spec.Steps() && nextRecord(step-1) != step
}

func nextRecord(step int64) int64 {
	if step < 1000 {
		return (step/10 + 1) * 10
	}
	return (step/100 + 1) * 100
}

// Sites implements model.Sited: the table of codewords is a picture.
func (n *Codes) Sites() model.Sites {
	t := &n.Spec.Codes
	s := model.Sites{Space: EntrySpace, Count: t.Messages() * t.N, Sides: []int{t.Messages(), t.N}}
	if t.Channel.Binary() {
		s.Field = SymbolsField
	}
	return s
}

// Region implements model.Sited.
func (n *Codes) Region(from, to []int) ([]int, error) {
	t := &n.Spec.Codes
	if len(from) != 2 || to[0] > t.Messages() || to[1] > t.N {
		return nil, fmt.Errorf("a box of the table has messages from 0 to %d and uses from 0 to %d: write it as in 0:4, 0:%d", t.Messages(), t.N, t.N)
	}
	var sites []int
	for m := from[0]; m < to[0]; m++ {
		for j := from[1]; j < to[1]; j++ {
			sites = append(sites, m*t.N+j)
		}
	}
	return sites, nil
}

// Announce implements model.Network.
func (n *Codes) Announce() [][2]string {
	t := &n.Spec.Codes
	at := fmt.Sprintf("p = %g", t.TrainAt)
	if !t.Channel.Binary() {
		at = fmt.Sprintf("Eb/N0 = %g dB", t.TrainAt)
	}
	said := [][2]string{
		{"code", fmt.Sprintf("%d messages over %s of the channel %s, %s", t.Messages(), text.Count(t.N, "use"), t.Channel, at)},
		{"learning", n.learning()},
	}
	if t.Channel == BSC {
		said = append(said, [2]string{"theory", fmt.Sprintf("no code has a block error below %.5g (sphere packing) or less than %.4g bits that remain unknown (converse)",
			SpherePacking(t.K, t.N, t.TrainAt), Converse(t.K, t.N, t.TrainAt))})
	}
	return said
}

func (n *Codes) learning() string {
	t := &n.Spec.Codes
	receiver := map[Receiver]string{Network: fmt.Sprintf("a network of %s", text.Count(t.Hidden, "unit")), Counts: fmt.Sprintf("counts, eta = %g", t.Eta), Posterior: "the true posterior"}[t.Receiver]
	said := fmt.Sprintf("transmitter %s, receiver %s", t.Transmitter, receiver)
	if t.Transmitter != Exact {
		said += fmt.Sprintf(", %s an update", text.Count(t.Batch(), "sample"))
	}
	if t.Anneal > 0 {
		said += fmt.Sprintf(", annealed from T = %g", t.Anneal)
	}
	return said
}
