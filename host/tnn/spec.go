// Package tnn says what a Thermodynamic Neural Network is: its specification,
// fields, quantities and layout, once for all backends. docs/model.md is the
// model in words and formulas; its section numbers are quoted here.
package tnn

import "tnn-gpu/host/graph"

// Rule names one of the two published update rules (docs/model.md sections 2, 3).
type Rule string

// The update rules.
const (
	Hylton2020 Rule = "hylton2020"
	Hylton2019 Rule = "hylton2019"
)

// EdgeKind names how a weight changes (docs/model.md section 4).
type EdgeKind string

// The edge kinds.
const (
	Real1 EdgeKind = "real1" // normal noise
	Real2 EdgeKind = "real2" // normal deviate truncated to the bounds
	Fixed EdgeKind = "fixed" // never changes
)

// Mode names what external nodes do during an era (docs/model.md section 6).
type Mode string

// The modes of an era.
const (
	Driven  Mode = "driven"
	Off     Mode = "off"
	Noise   Mode = "noise"
	Reflect Mode = "reflect"
)

// Wave names what an external node does while it is driven (docs/model.md section 6).
type Wave string

// The wave forms.
const (
	Square    Wave = "square"
	Sine      Wave = "sine"
	WaveNoise Wave = "noise"  // with a correlation time
	Series    Wave = "series" // from a file
	Fed       Wave = "feed"   // given step by step
)

// Sublattice names half of the sites of a lattice, by their coordinate sum.
type Sublattice string

// The sublattices.
const (
	Even Sublattice = "even"
	Odd  Sublattice = "odd"
)

// FromFile is the kind of a graph that is read from an edge list, beside the
// kinds that package graph builds.
const FromFile graph.Kind = "file"

// Spec is the complete description of a network and of what is done to it. With
// a seed it determines every bit of a run. The comments of its keys are those of
// a written configuration; keys marked bits:"no" have no influence on a run.
type Spec struct {
	Network   NetworkSpec    `toml:"network" comment:"The update rule (docs/model.md sections 2 and 3)."`
	Graph     GraphSpec      `toml:"graph" comment:"Which nodes are joined (section 9)."`
	Groups    []GroupSpec    `toml:"group" comment:"Network nodes, in groups that share their parameters (section 1)."`
	Edge      EdgeSpec       `toml:"edge" comment:"Edges between network nodes (sections 1 and 4)."`
	Externals []ExternalSpec `toml:"external" comment:"External nodes: single ones, or complementary pairs, in which the second node has the\nopposite polarity and sublattice of the first (section 6)."`
	Eras      []EraSpec      `toml:"era" comment:"The run, era after era (section 6)."`
}

// NetworkSpec chooses the rule.
type NetworkSpec struct {
	Rule Rule `toml:"rule" comment:"hylton2020 or hylton2019"`
	// Relaxations is R of hylton2019: sweeps before each adapting sweep.
	Relaxations int `toml:"relaxations,omitempty" comment:"R of hylton2019: sweeps that relax, before the one that adapts"`
}

// GraphSpec describes the graph (docs/model.md section 9).
type GraphSpec struct {
	Kind      graph.Kind `toml:"kind" comment:"neighbor, random, gaussian, exponential or file"`
	Sides     []int      `toml:"sides,omitempty" comment:"of the periodic lattice: 1, 2 or 3 of them"`
	Bipartite bool       `toml:"bipartite" comment:"join only even with odd sites"`
	Scale     float64    `toml:"scale,omitempty" comment:"of gaussian and exponential, in lattice units"`
	File      string     `toml:"file,omitempty" bits:"no" comment:"of kind file: an edge list, GraphML, GEXF, GML or a run's final.npz, its name relative to this file; weights and states in it are the start"`
	// Separation is the least number of hops between two external nodes.
	Separation int `toml:"separation" comment:"least number of hops between two external nodes"`
	// Seed of the graph, of the groups and of the placement of external nodes; 0
	// takes the run's.
	Seed uint64 `toml:"seed,omitempty" comment:"of edges, groups and places; 0 takes the seed of the run"`
}

// GroupSpec describes network nodes that share their parameters.
type GroupSpec struct {
	Name string `toml:"name,omitempty" bits:"no" comment:"of the group, for the reader"`
	// Count of nodes; 0 takes all that are chosen, or that the other groups leave. Which
	// sites they take is drawn from the graph's seed.
	Count int `toml:"count,omitempty" comment:"nodes, drawn among those chosen or left; 0 takes them all"`
	// What follows chooses nodes, those that fit all of it. A node that several groups
	// choose is the first one's. Groups that choose none share what is left.
	Nodes      []any      `toml:"nodes,omitempty" comment:"only these nodes, by their numbers or names"`
	Region     string     `toml:"region,omitempty" comment:"only nodes in this box of the lattice, such as \"0:16, 8:24\""`
	Sublattice Sublattice `toml:"sublattice,omitempty" comment:"only nodes at even sites, or at odd ones"`
	Degree     string     `toml:"degree,omitempty" comment:"of kind file: only nodes with so many edges to others: \"3\", \"4..9\", \"10..\""`
	Attribute  string     `toml:"attribute,omitempty" comment:"of kind file: only nodes of which the file says this: \"kind=hub\""`

	Connections        int     `toml:"connections,omitempty" comment:"edges of a node to other nodes"`
	SelfLoops          int     `toml:"self_loops,omitempty" comment:"edges of a node to itself"`
	Levels             int     `toml:"levels" comment:"S: 2 is binary, 3 ternary"`
	Threshold          float64 `toml:"threshold" comment:"T, the energy resolution of hylton2020, in kT"`
	InverseTemperature float64 `toml:"inverse_temperature" comment:"f, the node energy factor"`
}

// EdgeSpec describes the plastic edges.
type EdgeSpec struct {
	Kind               EdgeKind `toml:"kind" comment:"real1 (normal noise), real2 (noise cut off at the bounds) or fixed"`
	InverseTemperature float64  `toml:"inverse_temperature" comment:"g, the synapse energy factor"`
	SizeMass           float64  `toml:"size_mass" comment:"resistance of a weight to being large"`
	ChangeMass         float64  `toml:"change_mass" comment:"resistance of a weight to change"`
	Bound              float64  `toml:"bound" comment:"B, the largest magnitude of a weight"`
	Noise              bool     `toml:"noise" comment:"weights fluctuate when they change"`
}

// ExternalSpec describes external nodes. In complementary pairs the first node of a
// pair has the polarity and sublattice given here, the second the opposite of both;
// single nodes all have those given here.
type ExternalSpec struct {
	// Pairs counts only where Count is 0.
	Pairs       int        `toml:"pairs" comment:"of nodes, where there is no count"`
	Count       int        `toml:"count,omitempty" comment:"single nodes, in place of pairs: all of the same polarity and sublattice"`
	Connections int        `toml:"connections,omitempty" comment:"edges of a node to network nodes"`
	Periods     []int      `toml:"periods,omitempty" comment:"of square and sine, in steps, one for each era; the last holds on"`
	Polarity    int        `toml:"polarity" comment:"of the first node: 1 or -1"`
	Sublattice  Sublattice `toml:"sublattice" comment:"of the first node: even or odd"`
	Weight      float64    `toml:"weight" comment:"of the edges; only eras change it"`
	Wave        Wave       `toml:"wave,omitempty" comment:"while they are driven: square (if nothing is said), sine, noise, series or feed"`
	Amplitude   float64    `toml:"amplitude,omitempty" comment:"of sine, 1 if nothing is said; of noise its standard deviation, up to 1"`
	Correlation float64    `toml:"correlation_time,omitempty" comment:"of noise, in steps"`
	// Series has a row for each step, and a column for each node or one for all.
	Series string `toml:"series,omitempty" bits:"no" comment:"of wave series: a CSV or NPY file, its name relative to this one; a row for each step, a column for each node or one for all"`
	// Nodes names the sites (first, second, first, second, ...) instead of drawing them.
	Nodes []any `toml:"nodes,omitempty" comment:"sites (first, second, first, ...), by their numbers or names, instead of random ones"`
}

// Numbered are nodes by their numbers, as a specification names them.
func Numbered(ids ...int) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

// Size is the number of nodes.
func (e *ExternalSpec) Size() int { return 2*e.pairs() + e.Count }

// pairs is their number: a table that counts single nodes has none.
func (e *ExternalSpec) pairs() int {
	if e.Count != 0 {
		return 0
	}
	return e.Pairs
}

// EraSpec is a stretch of a run under one regime.
type EraSpec struct {
	Steps   int  `toml:"steps" comment:"of the era"`
	Adapt   bool `toml:"adapt" comment:"weights change"`
	Mode    Mode `toml:"mode" comment:"of the external nodes: driven, off, noise or reflect"`
	Predict bool `toml:"predict" comment:"external nodes feed only neighbours of opposite sign"`
	// Change lists changes as model.ParseChange reads them.
	Change []string `toml:"change,omitempty" comment:"numbers that change, step by step or at once, and stay so: \"edge.inverse_temperature=20..80\", \"external[0].weight=100\""`
}
