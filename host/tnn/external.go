package tnn

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/tables"
	"tnn-gpu/host/text"
)

// External is one external node (docs/model.md section 6).
type External struct {
	ID          int32
	Polarity    int   // 1 or -1
	Periods     []int // of Square and Sine: in steps, one per era; the last holds on
	Weight      float64
	Wave        Wave
	Amplitude   float64
	Correlation float64 // of WaveNoise: time in steps

	Values []float64 // of Series: by step

	Course *model.Course // of the weight; nil where that never changes
}

// Period of the node in an era.
func (e External) Period(era int) int {
	if len(e.Periods) == 0 {
		return 1 // no one looks at it
	}
	return e.Periods[min(era, len(e.Periods)-1)]
}

// node is the k-th node of a table.
func (e *ExternalSpec) node(id int32, k int) External {
	x := External{ID: id, Polarity: e.Polarity, Periods: e.Periods, Weight: e.Weight, Wave: e.Wave, Amplitude: e.Amplitude, Correlation: e.Correlation}
	if e.Count == 0 && k%2 == 1 {
		x.Polarity = -x.Polarity
	}
	if x.Wave == Sine && x.Amplitude == 0 {
		x.Amplitude = 1
	}
	return x
}

// checkSize checks how many nodes a table has.
func (e *ExternalSpec) checkSize(key string) error {
	if e.Count != 0 && e.Pairs > 1 { // 1 is what is there if nothing is said
		return model.BadKey(key+".count", e.Count, "a table has pairs or single nodes: leave one of them out")
	}
	if e.Count != 0 {
		return model.Within(key+".count", e.Count, 1, MaxNodes, "single external nodes")
	}
	return model.Within(key+".pairs", e.pairs(), 1, MaxNodes/2, "pairs of external nodes")
}

// checkWave checks the keys of a wave form, and that there are no keys of others.
func (e *ExternalSpec) checkWave(key string) error {
	if e.Wave != "" {
		if err := model.OneOf(key+".wave", e.Wave, Square, Sine, WaveNoise, Series, Fed); err != nil {
			return err
		}
	}
	periodic := e.Wave == "" || e.Wave == Square || e.Wave == Sine
	none := func(name string, value any) error {
		return model.BadKey(key+"."+name, value, fmt.Sprintf("a node of wave %s has none: leave it out", cmp.Or(e.Wave, Square)))
	}
	switch {
	case periodic:
		if err := checkPeriods(key+".periods", e.Periods); err != nil {
			return err
		}
	case len(e.Periods) > 0:
		return none("periods", e.Periods)
	}
	switch {
	case e.Wave == WaveNoise && !(e.Amplitude > 0 && e.Amplitude <= 1):
		return model.BadKey(key+".amplitude", e.Amplitude, "use a number above 0 and up to 1: the standard deviation of the noise")
	case e.Wave == Sine && !(e.Amplitude >= 0 && e.Amplitude <= 1):
		return model.BadKey(key+".amplitude", e.Amplitude, "use a number above 0 and up to 1, or leave it out for 1")
	case e.Wave != WaveNoise && e.Wave != Sine && e.Amplitude != 0:
		return none("amplitude", e.Amplitude)
	case e.Wave == WaveNoise && !(e.Correlation > 0 && e.Correlation <= largestReal):
		return model.BadKey(key+".correlation_time", e.Correlation, fmt.Sprintf("use a number above 0 and up to %g, in steps", largestReal))
	case e.Wave != WaveNoise && e.Correlation != 0:
		return none("correlation_time", e.Correlation)
	case e.Wave == Series && e.Series == "":
		return model.BadKey(key+".series", nil, "name the file of the series")
	case e.Wave != Series && e.Series != "":
		return none("series", e.Series)
	}
	return nil
}

// describe is for Announce.
func (e *ExternalSpec) describe() string {
	words := text.Count(e.pairs(), "pair") + " of nodes"
	if e.Count > 0 {
		words = text.Count(e.Count, "node")
	}
	words += fmt.Sprintf(", weight %g, ", e.Weight)
	switch e.Wave {
	case Sine:
		return words + "sine, periods " + numbers(e.Periods)
	case WaveNoise:
		return words + fmt.Sprintf("noise of standard deviation %g and correlation time %g", e.Amplitude, e.Correlation)
	case Series:
		return words + "driven by " + e.Series
	case Fed:
		return words + "fed step by step"
	}
	return words + "periods " + numbers(e.Periods)
}

// Decay is what is left of the node's noise after a step, exp(-1/T), and Kick the
// standard deviation of what comes to it: both in the precision of a run.
func (e External) Decay() float64 { return fmath.Exp64(-1 / e.Correlation) }

// Kick is documented with Decay.
func (e External) Kick() float64 {
	decay := e.Decay()
	return float64(e.Amplitude * math.Sqrt(1-float64(decay*decay)))
}

// Fresh tells whether external nodes begin to be driven with a step: noise of a
// correlation time is drawn from its stationary law then.
func (n *Network) Fresh(step int64) bool {
	era, index := n.Spec.Era(step)
	if era.Mode != Driven {
		return false
	}
	if step == 1 {
		return true
	}
	before, last := n.Spec.Era(step - 1)
	return last != index && before.Mode != Driven
}

// Told is what the host tells of an external node at a step: NaN where it tells nothing.
type Told struct {
	State  float64 // to which it is driven
	Weight float64 // of its edges
}

// Drive gives what external nodes are told, as far as it is the host's to tell; both
// backends keep one. Values are rounded by the backend.
type Drive struct {
	net      *Network
	controls *Controls
	fed      []float64 // inputs of steps to come
}

// NewDrive is the drive of a network under the controls of its backend.
func NewDrive(n *Network, c *Controls) *Drive { return &Drive{net: n, controls: c} }

// IsTold tells whether the host has anything to tell.
func (d *Drive) IsTold() bool {
	for _, x := range d.net.Externals {
		if x.Wave == Sine || x.Wave == Series || x.Wave == Fed || x.Course != nil {
			return true
		}
	}
	return d.controls.changesWeights()
}

// Feed is that of backend.Feeder.
func (d *Drive) Feed(inputs []float64) error {
	each := len(d.net.fed())
	if each == 0 {
		return errors.New("no external node takes inputs")
	}
	if len(inputs)%each != 0 {
		return fmt.Errorf("%d inputs cannot be those of whole steps, which take %d each", len(inputs), each)
	}
	d.fed = append(d.fed, inputs...)
	return nil
}

// Forget drops inputs of steps to come.
func (d *Drive) Forget() { d.fed = nil }

// Row fills in what all external nodes are told at a step. Steps must be asked for one
// after the other.
func (d *Drive) Row(row []Told, step int64) error {
	_, era := d.net.Spec.Era(step)
	for i := range d.net.Externals {
		x := &d.net.Externals[i]
		row[i] = Told{math.NaN(), math.NaN()}
		if x.Course != nil {
			row[i].Weight = x.Course.At(step, x.Weight)
		}
		if key := d.net.weightKey(i); d.controls.has(key) {
			own := x.Weight
			if x.Course != nil {
				own = row[i].Weight
			}
			row[i].Weight = d.controls.number(key, own)
		}
		switch x.Wave {
		case Sine:
			row[i].State = x.sine(step, x.Period(era))
		case Series:
			row[i].State = x.Values[min(step, int64(len(x.Values)))-1]
		case Fed:
			if len(d.fed) == 0 {
				return fmt.Errorf("step %d has no inputs: %s waits for one", step, d.net.Place("node", int(x.ID)))
			}
			row[i].State, d.fed = d.fed[0], d.fed[1:]
		}
	}
	return nil
}

// mostSearched is how many steps are searched for flips, so that a long run starts at once.
const mostSearched = 1 << 24

// Flips implements model.Flipped, for what is known before a run: square and sine waves,
// and series. Flips after step mostSearched are not told.
func (n *Network) Flips(most int) []int64 {
	if len(n.Externals) == 0 {
		return nil
	}
	var out []int64
	sign := make([]float64, len(n.Externals)) // the last one that is known
	for step := int64(1); step <= min(n.Spec.Steps(), mostSearched); step++ {
		era, index := n.Spec.Era(step)
		flips := false
		for i := range n.Externals {
			v := 0.0
			if era.Mode == Driven {
				if v = n.Externals[i].known(step, index); v == 0 {
					continue
				}
			}
			flips = flips || v*sign[i] < 0
			sign[i] = v
		}
		if flips && len(out) == most {
			return nil
		}
		if flips {
			out = append(out, step)
		}
	}
	return out
}

// known is the state that a node is driven to, as far as that is known before a run; else 0.
func (e *External) known(step int64, era int) float64 {
	switch e.Wave {
	case "", Square:
		period := int64(e.Period(era))
		if 2*((step-1)%period) < period {
			return float64(e.Polarity)
		}
		return -float64(e.Polarity)
	case Sine:
		return e.sine(step, e.Period(era))
	case Series:
		return e.Values[min(step, int64(len(e.Values)))-1]
	}
	return 0
}

// sine is P A sin(2 pi (t-1)/period), by the cosine that both backends share.
func (e *External) sine(step int64, period int) float64 {
	u := float64((step-1)%int64(period)) / float64(period) // of a turn
	if u += 0.75; u >= 1 {
		u--
	}
	return float64(float64(e.Polarity) * float64(e.Amplitude*fmath.Cos2Pi64(u)))
}

// fed are the external nodes that take inputs, by ascending id.
func (n *Network) fed() []External {
	var out []External
	for _, x := range n.Externals {
		if x.Wave == Fed {
			out = append(out, x)
		}
	}
	return out
}

// inputs are those of Describe.
func (n *Network) inputs() []model.Input {
	var out []model.Input
	for _, x := range n.fed() {
		out = append(out, model.Input{Name: "node " + n.name(x.ID), Unit: "1", Doc: "state to which the external node is driven", Limits: signs()})
	}
	return out
}

// SetFed implements model.Feedable: all external nodes take inputs, unless some are
// named that do.
func (s *Spec) SetFed() error {
	if len(s.Externals) == 0 {
		return model.BadKey("external", nil, "a network takes its inputs at external nodes: give at least one [[external]]")
	}
	if s.IsFed() {
		return nil
	}
	externals := append([]ExternalSpec(nil), s.Externals...)
	for i := range externals {
		e := &externals[i]
		e.Wave, e.Periods, e.Amplitude, e.Correlation, e.Series = Fed, nil, 0, 0, ""
	}
	s.Externals = externals
	return nil
}

// readSeries gives the nodes of tables of wave series their columns.
func (b *builder) readSeries(n *Network) error {
	for i := range b.Externals {
		e := &b.Externals[i]
		if e.Wave != Series {
			continue
		}
		key := fmt.Sprintf("external[%d].series", i)
		t, err := tables.Read(e.Series)
		if err != nil {
			return model.BadKey(key, e.Series, err.Error())
		}
		if err := b.deal(n, i, t); err != nil {
			return model.BadKey(key, e.Series, err.Error())
		}
		if more := int64(t.Rows()) - b.Steps(); more > 0 {
			n.remarks = append(n.remarks, fmt.Sprintf("%s has %s more than the run has steps", e.Series, text.Count(more, "row")))
		}
	}
	return nil
}

// deal deals the columns of a table of numbers to the nodes of a table of the
// specification: by names of nodes where it has such, or in order, or one to all.
func (b *builder) deal(n *Network, table int, t *tables.Table) error {
	if rows := int64(t.Rows()); rows < b.Steps() {
		return fmt.Errorf("it has %s, and the run has %s", text.Count(rows, "row"), text.Count(b.Steps(), "step"))
	}
	nodes := b.nodesOf(table)
	if len(t.Columns) != 1 && len(t.Columns) != len(nodes) && !isNamed(t) {
		return fmt.Errorf("it has %s, and drives %s: give a column for each, or one for all", text.Count(len(t.Columns), "column"), text.Count(len(nodes), "node"))
	}
	for k, id := range nodes {
		column, sign := min(k, len(t.Columns)-1), 1.0
		x := n.external(int32(id))
		switch {
		case isNamed(t):
			if column = slices.Index(t.Names, "node "+n.name(int32(id))); column < 0 {
				return fmt.Errorf("it has no column for node %s", n.name(int32(id)))
			}
		case len(t.Columns) == 1:
			sign = float64(x.Polarity)
		}
		x.Values = make([]float64, t.Rows())
		for i, v := range t.Columns[column] {
			if v < -1 || v > 1 {
				return fmt.Errorf("row %d has %v: use numbers from -1 to 1", i+1, v)
			}
			x.Values[i] = sign * v
		}
	}
	return nil
}

// nodesOf are the nodes of a table, in its order.
func (b *builder) nodesOf(table int) []int { return b.placed[table] }

func (n *Network) external(id int32) *External {
	for i := range n.Externals {
		if n.Externals[i].ID == id {
			return &n.Externals[i]
		}
	}
	return nil
}

// isNamed tells whether the columns have names of nodes.
func isNamed(t *tables.Table) bool {
	return len(t.Names) > 0 && strings.HasPrefix(t.Names[0], "node ")
}

// IsFed implements model.Feedable.
func (s *Spec) IsFed() bool {
	return slices.ContainsFunc(s.Externals, func(e ExternalSpec) bool { return e.Wave == Fed })
}
