// Package tnn says what a Thermodynamic Neural Network is: its specification,
// fields, quantities and layout, once for all backends. docs/model.md is the
// model in words and formulas; its section numbers are quoted here.
package tnn

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

// Spec is the complete description of a network and of what is done to it. With
// a seed it determines every bit of a run.
type Spec struct {
	Network   NetworkSpec    `toml:"network" comment:"The update rule (docs/model.md sections 2 and 3)."`
	Graph     GraphSpec      `toml:"graph" comment:"Which nodes are joined (section 9)."`
	Groups    []GroupSpec    `toml:"group" comment:"Network nodes, in groups that share their parameters (section 1)."`
	Edge      EdgeSpec       `toml:"edge" comment:"Edges between network nodes (sections 1 and 4)."`
	Externals []ExternalSpec `toml:"external,omitempty" comment:"External nodes, in complementary pairs (section 6)."`
	Eras      []EraSpec      `toml:"era" comment:"The run, era after era (section 6)."`
}

// NetworkSpec chooses the rule.
type NetworkSpec struct {
	Rule Rule `toml:"rule"`
	// Relaxations is R of hylton2019: sweeps before each adapting sweep.
	Relaxations int `toml:"relaxations,omitempty"`
}

// GraphSpec describes the graph (docs/model.md section 9).
type GraphSpec struct {
	Kind      string  `toml:"kind"` // neighbor, random, gaussian, exponential, file
	Sides     []int   `toml:"sides,omitempty"`
	Bipartite bool    `toml:"bipartite"`
	Scale     float64 `toml:"scale,omitempty"` // of gaussian and exponential, in lattice units
	File      string  `toml:"file,omitempty"`  // an edge list, for kind file
	// Separation is the least number of hops between two external nodes.
	Separation int `toml:"separation,omitempty"`
	// Seed of the graph and of the placement of external nodes; 0 takes the run's.
	Seed uint64 `toml:"seed,omitempty"`
}

// GroupSpec describes network nodes that share their parameters.
type GroupSpec struct {
	Name string `toml:"name,omitempty"`
	// Count of nodes; 0 takes all that the other groups leave. Which sites they
	// take is drawn from the graph's seed.
	Count              int     `toml:"count,omitempty"`
	Connections        int     `toml:"connections"`
	SelfLoops          int     `toml:"self_loops,omitempty"`
	Levels             int     `toml:"levels"`
	Threshold          float64 `toml:"threshold,omitempty"` // energy resolution T, hylton2020
	InverseTemperature float64 `toml:"inverse_temperature"` // f
}

// EdgeSpec describes the plastic edges.
type EdgeSpec struct {
	Kind               EdgeKind `toml:"kind"`
	InverseTemperature float64  `toml:"inverse_temperature"` // g
	SizeMass           float64  `toml:"size_mass,omitempty"`
	ChangeMass         float64  `toml:"change_mass,omitempty"`
	Bound              float64  `toml:"bound"`
	Noise              bool     `toml:"noise"`
}

// ExternalSpec describes complementary pairs of external nodes: the first node
// of a pair has the polarity and sublattice given here, the second the opposite
// of both.
type ExternalSpec struct {
	Pairs       int     `toml:"pairs"`
	Connections int     `toml:"connections"`
	Periods     []int   `toml:"periods"`              // in steps, one per era; the last holds on
	Polarity    int     `toml:"polarity,omitempty"`   // of the first node: 1 (default) or -1
	Sublattice  string  `toml:"sublattice,omitempty"` // of the first node: even (default) or odd
	Weight      float64 `toml:"weight"`
	// Nodes names the sites (first, second, first, second, ...) instead of drawing them.
	Nodes []int `toml:"nodes,omitempty"`
}

// EraSpec is a stretch of a run under one regime.
type EraSpec struct {
	Steps   int  `toml:"steps"`
	Adapt   bool `toml:"adapt"`
	Mode    Mode `toml:"mode"` // of the external nodes
	Predict bool `toml:"predict,omitempty"`
}
