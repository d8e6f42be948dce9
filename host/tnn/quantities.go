package tnn

// Sum names one of the totals over nodes or edges that a backend returns for
// every step. Quantities follow from them.
type Sum int

// The sums of a step, in the order in which backends return them.
const (
	SumEnergy             Sum = iota // of network nodes, as are the next eight
	SumFreeEnergy                    //
	SumEntropy                       //
	SumDissipation                   //
	SumTransport                     //
	SumQualityNumerator              //
	SumQualityDenominator            //
	SumChange                        // absolute values
	SumFluctuating                   // nodes
	SumState                         // times the sign of the sublattice
	SumWeight2                       // of edges between network nodes
	SumOrder                         // -s_a s_b, self-loops left out
	SumSolved                        // external nodes
	Sums                             // how many there are
)

// NodeSums is how many of the sums come from the visits of network nodes.
const NodeSums = int(SumSolved)

// Counts is what sums are divided by.
type Counts struct {
	Nodes     int // network nodes
	Plastic   int // edges with both ends network nodes
	SelfLoops int // of the plastic edges
	External  int
}

// Quantity is an observable of a step: declared here once, and from here in
// tables, plots, pages and documents (docs/model.md section 10).
type Quantity struct {
	Name  string // as in tables
	Title string // as on an axis
	Unit  string
	Doc   string
	value func(s []float64, c Counts) float64
	rule  Rule // empty where both rules have it
	needs need
	set   bool // it follows from the configuration and the step alone
}

type need uint8

const (
	nothing need = iota
	externals
)

// Quantities are the observables of a network, in the order of a table.
func Quantities(rule Rule, c Counts) []Quantity {
	var out []Quantity
	for _, q := range quantities() {
		if (q.rule == "" || q.rule == rule) && (q.needs != externals || c.External > 0) {
			out = append(out, q)
		}
	}
	return out
}

// Value computes the quantity from the sums of one step, or from the mean of the
// sums of several: an epoch's value is the quantity of its mean sums.
func (q Quantity) Value(sums []float64, c Counts) float64 { return q.value(sums, c) }

func perNode(s Sum) func([]float64, Counts) float64 {
	return func(v []float64, c Counts) float64 { return ratio(v[s], float64(c.Nodes)) }
}

func percentOfNodes(s Sum) func([]float64, Counts) float64 {
	return func(v []float64, c Counts) float64 { return 100 * ratio(v[s], float64(c.Nodes)) }
}

// ratio is 0 where there is nothing to divide by: an empty network has no energy.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func quantities() []Quantity {
	return []Quantity{
		{Name: "energy", Title: "energy per node", Unit: "kT", Doc: "mean energy of the sampled states of network nodes", value: perNode(SumEnergy)},
		{Name: "free_energy", Title: "free energy per node", Unit: "kT", Doc: "mean free energy of network nodes", value: perNode(SumFreeEnergy), rule: Hylton2020},
		{Name: "entropy", Title: "entropy", Unit: "1", Doc: "total entropy of network nodes, each relative to that of its levels", value: func(v []float64, _ Counts) float64 { return v[SumEntropy] }},
		{Name: "dissipation", Title: "dissipation per node", Unit: "kT", Doc: "mean of the charge that equilibrating nodes failed to compensate, squared", value: perNode(SumDissipation)},
		{Name: "transport", Title: "transport per node", Unit: "kT", Doc: "mean of the charge that equilibrating nodes passed on, squared", value: perNode(SumTransport)},
		{Name: "quality", Title: "transport quality", Unit: "1", Doc: "charge passed on per charge left over, over all network nodes",
			value: func(v []float64, _ Counts) float64 { return ratio(v[SumQualityNumerator], v[SumQualityDenominator]) }},
		{Name: "changed_percent", Title: "change of state", Unit: "%", Doc: "mean absolute change of state, in percent of the whole range", value: percentOfNodes(SumChange)},
		{Name: "fluctuating_percent", Title: "fluctuating nodes", Unit: "%", Doc: "network nodes whose energy changed by more than the threshold", value: percentOfNodes(SumFluctuating), rule: Hylton2020},
		{Name: "weight2", Title: "mean squared weight", Unit: "1", Doc: "mean square of the weights between network nodes, self-loops included",
			value: func(v []float64, c Counts) float64 { return ratio(v[SumWeight2], float64(c.Plastic)) }},
		{Name: "order", Title: "order", Unit: "1", Doc: "mean of -s_a s_b over edges between two network nodes",
			value: func(v []float64, c Counts) float64 { return ratio(v[SumOrder], float64(c.Plastic-c.SelfLoops)) }},
		{Name: "colour", Title: "colour", Unit: "1", Doc: "mean state of network nodes, negated on the odd sublattice of a bipartite lattice", value: perNode(SumState)},
		{Name: "solved_percent", Title: "solved external nodes", Unit: "%", Doc: "external nodes whose neighbours all have the opposite sign",
			value: func(v []float64, c Counts) float64 { return 100 * ratio(v[SumSolved], float64(c.External)) }, needs: externals},
	}
}

// AddSegment adds the sums over a segment's visits to those of a step.
func AddSegment[F float32 | float64](step []float64, s Segment, sums []F) {
	for q := range NodeSums {
		v := float64(sums[q])
		if Sum(q) == SumState {
			v *= float64(s.Sign)
		}
		step[q] += v
	}
}
