package hopfield

import (
	"tnn-gpu/host/graph"
)

// Update is the order in which units decide.
type Update string

// The orders of docs/hopfield.md section 4.
const (
	Async   Update = "async"   // one after another, in an order drawn for each sweep
	Cyclic  Update = "cyclic"  // one after another, from unit 0 on
	IID     Update = "iid"     // one after another, each drawn from all
	Sync    Update = "sync"    // all at once
	Colours Update = "colours" // one colour of the graph after another
	Blocks  Update = "blocks"  // parts of the async order at once: an approximation
)

// Method is how a unit decides at positive temperature.
type Method string

// The methods.
const (
	Glauber    Method = "glauber"
	Metropolis Method = "metropolis"
)

// Corruption is how a start differs from the pattern that it is to recall.
type Corruption string

// The corruptions.
const (
	Flip     Corruption = "flip"    // a share of the units is negated
	Noise    Corruption = "noise"   // each unit is negated with a probability
	Erase    Corruption = "erase"   // a share of the units is drawn anew
	Occlude  Corruption = "occlude" // a rectangle of an image becomes -1
	AnyStart Corruption = "random"  // all units are drawn; the pattern does not matter
)

// Complete is the graph that joins all units, beside the kinds of package graph.
const Complete graph.Kind = "complete"

// Spec is the complete description of networks and of what is recalled. With a seed
// it determines every bit of a run.
type Spec struct {
	Network  NetworkSpec  `toml:"network" comment:"The storage rule (docs/hopfield.md sections 2 and 8)."`
	Patterns PatternsSpec `toml:"patterns" comment:"What is stored."`
	Graph    GraphSpec    `toml:"graph" comment:"Which units are joined."`
	Recall   RecallSpec   `toml:"recall" comment:"The start, and how units decide (sections 4 and 5)."`
}

// NetworkSpec chooses the rule.
type NetworkSpec struct {
	Units      int       `toml:"units,omitempty" comment:"N; 0 takes that of the graph or of the patterns' files"`
	Rule       Rule      `toml:"rule" comment:"hebb, storkey, projection, mpf, polynomial, exponential or sequence"`
	Degree     int       `toml:"degree,omitempty" comment:"of polynomial: F(x) = x^degree"`
	Beta       float64   `toml:"beta,omitempty" comment:"of exponential: F(x) = exp(beta x)"`
	Iterations int       `toml:"iterations,omitempty" comment:"of mpf"`
	Diagonal   bool      `toml:"diagonal" comment:"projection keeps the coupling of a unit to itself"`
	Thresholds []float64 `toml:"thresholds,omitempty" comment:"one for all units, or one for each"`
	Damage     float64   `toml:"damage" comment:"share of the couplings that is lost"`
	Clip       bool      `toml:"clip" comment:"only the signs of couplings are kept"`
	Matrix     bool      `toml:"matrix" bits:"no" comment:"keep hebb's couplings as a matrix of N x N; without it fields follow from the patterns, which takes less memory and more time"`
}

// PatternsSpec says what is stored.
type PatternsSpec struct {
	Count      int      `toml:"count,omitempty" comment:"P; 0 takes load times units, or all of the files"`
	Load       float64  `toml:"load,omitempty" comment:"alpha = P/N, where count is 0"`
	Bias       float64  `toml:"bias" comment:"probability of +1"`
	Prototypes int      `toml:"prototypes,omitempty" comment:"patterns are copies of so many prototypes, in turn; 0: none are"`
	Spread     float64  `toml:"spread,omitempty" comment:"probability with which a unit of a copy differs from its prototype"`
	Texts      []string `toml:"texts,omitempty" comment:"of + and -, or 0 and 1, one for each pattern, in place of random patterns"`
	Letters    int      `toml:"letters,omitempty" comment:"the letters A to Z as images of so many units a side, in place of random patterns"`
	Files      []string `toml:"files,omitempty" bits:"no" comment:"PNG images, NPY arrays or texts of + and - (or 0 and 1), in place of random patterns, their names relative to this file"`
	Threshold  float64  `toml:"threshold,omitempty" comment:"grey, from 0 (black) to 1, from which on a pixel is +1; 0 takes Otsu's"`
}

// GraphSpec describes the graph (docs/model.md section 9).
type GraphSpec struct {
	Kind        graph.Kind `toml:"kind" comment:"complete, neighbor, random, gaussian or exponential"`
	Sides       []int      `toml:"sides,omitempty" comment:"of the periodic lattice, or of the image that the units are: 1, 2 or 3 of them"`
	Connections int        `toml:"connections,omitempty" comment:"of a unit"`
	Bipartite   bool       `toml:"bipartite" comment:"join only even with odd sites"`
	Scale       float64    `toml:"scale,omitempty" comment:"of gaussian and exponential, in lattice units"`
	Seed        uint64     `toml:"seed,omitempty" comment:"of the edges; 0 takes the seed of the run"`
}

// RecallSpec says how a pattern is recalled.
type RecallSpec struct {
	Update      Update     `toml:"update" comment:"async, cyclic, iid, sync, colours or blocks (an approximation)"`
	Blocks      int        `toml:"blocks,omitempty" comment:"of update blocks: parts of a sweep"`
	Temperature float64    `toml:"temperature" comment:"T; 0: a unit follows its field"`
	Method      Method     `toml:"method" comment:"glauber or metropolis, where T > 0"`
	Corruption  Corruption `toml:"corruption" comment:"of the start: flip, noise, erase, occlude or random"`
	Fraction    float64    `toml:"fraction" comment:"f, the share of the units that is corrupted"`
	Start       string     `toml:"start,omitempty" bits:"no" comment:"a file with the start, in place of a corrupted pattern"`
	State       string     `toml:"state,omitempty" comment:"the start as a text of + and -, in place of a corrupted pattern"`
	First       int        `toml:"first,omitempty" comment:"of update cyclic: the unit with which a sweep begins"`
	Trial       int        `toml:"trial" comment:"t: the start has draws of its own, and the target is pattern t modulo P"`
	Trials      int        `toml:"trials" bits:"measured" comment:"recalls of each network in a scan, of trial t, t + 1, ...; 0 takes one of each pattern"`
	Clamped     []int      `toml:"clamped,omitempty" comment:"units that keep their start"`
	Sweeps      int        `toml:"max_sweeps" comment:"the run ends after so many, or when all recalls are steady"`
}
