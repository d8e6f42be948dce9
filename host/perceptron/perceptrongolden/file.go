// Package perceptrongolden reads and replays the perceptron's recorded vectors
// (testdata/perceptron/README.md), which independent programs made.
package perceptrongolden

import "tnn-gpu/host/perceptron"

// The formats of the files.
const (
	TrajectoriesFormat = "perceptron trajectories 1"
	SeededFormat       = "perceptron seeded 1"
	TheoryFormat       = "perceptron theory 1"
	StatisticsFormat   = "perceptron statistics 1"
)

// Trajectories have draws that are given: a file of TrajectoriesFormat.
type Trajectories struct {
	Format string           `json:"format"`
	Cases  []TrajectoryCase `json:"cases"`
}

// TrajectoryCase is one set of draws, and what the rules make of it.
type TrajectoryCase struct {
	Parameters
	Teacher  []float64       `json:"teacher"`
	Start    []float64       `json:"w0"`
	Metrics  Metrics         `json:"metrics0"`
	Examples [][]string      `json:"examples"` // by step and example: signs
	Eta      [][]float64     `json:"eta"`      // by step and component
	Smallest float64         `json:"smallest_activation"`
	Runs     []TrajectoryRun `json:"runs"`
}

// Parameters are what all runs of a case share.
type Parameters struct {
	N   int     `json:"n"`
	B   int     `json:"B"`
	K   float64 `json:"k"`
	Nut float64 `json:"nu_over_sqrt_n"`
	Dt  float64 `json:"dt"`
}

// TrajectoryRun is what one rule makes of a case.
type TrajectoryRun struct {
	Rule  perceptron.Rule  `json:"rule"`
	Alpha float64          `json:"alpha"`
	Noise perceptron.Noise `json:"noise"`
	Steps []TrajectoryStep `json:"steps"`
}

// TrajectoryStep is what one step gives: labels, activations and f at the old
// weights, the rest after the step.
type TrajectoryStep struct {
	Labels      string    `json:"labels"`
	Activations []float64 `json:"activations"`
	F           []float64 `json:"f"`
	Heat        float64   `json:"heat"`
	W           []float64 `json:"w"`
	Metrics
}

// Metrics of a student.
type Metrics struct {
	Q           float64 `json:"Q"`
	R           float64 `json:"R"`
	Rho         float64 `json:"rho"`
	Epsilon     float64 `json:"epsilon"`
	Information float64 `json:"information_bits"`
}

// Seeded are runs from nothing but a seed: a file of SeededFormat.
type Seeded struct {
	Format string       `json:"format"`
	Runs   []SeededCase `json:"runs"`
}

// SeededCase is a realisation of a seed.
type SeededCase struct {
	Parameters
	Seed           uint64            `json:"seed"`
	Index          uint32            `json:"index"` // of the realisation
	Key            [2]uint32         `json:"key"`
	TeacherKind    perceptron.Vector `json:"teacher"`
	Stored         int               `json:"stored_examples"` // 0 where examples are fresh
	Teacher        []float64         `json:"teacher_vector"`
	Start          []float64         `json:"w0"`
	ExamplesStep1  []string          `json:"examples_step_1"`
	Picks          [][]uint32        `json:"picks_step_1_2"`
	EtaStep1       []float64         `json:"eta_step_1"`
	Smallest       float64           `json:"smallest_activation"`
	TestBits       string            `json:"test_bits_0"`
	EstimatorStep1 []string          `json:"estimator_bits_step_1"`
	Runs           []SeededRun       `json:"runs"`
}

// SeededRun is what one rule makes of a realisation. D is 2 for literal2.
type SeededRun struct {
	Rule    perceptron.Rule `json:"rule"`
	Alpha   float64         `json:"alpha"`
	D       float64         `json:"D"`
	Records []SeededRecord  `json:"records"`
}

// SeededRecord is what a run has reached after a step.
type SeededRecord struct {
	Step int       `json:"step"`
	W    []float64 `json:"w"`
	Heat float64   `json:"heat_so_far"`
	Metrics
}

// Theory is what the map of the overlaps must give: a file of TheoryFormat.
type Theory struct {
	Format  string `json:"format"`
	Moments []struct {
		RuleName string  `json:"rule"`
		R        float64 `json:"R"`
		Q        float64 `json:"Q"`
		M        float64 `json:"M"`
		L        float64 `json:"L"`
		S1       float64 `json:"S1"`
		S2       float64 `json:"S2"`
		A        float64 `json:"a"`
		B        float64 `json:"b"`
		M2       float64 `json:"m2"`
	} `json:"moments"`
	Steps []struct {
		MapParameters
		R     float64 `json:"R"`
		Q     float64 `json:"Q"`
		NextR float64 `json:"R_next"`
		NextQ float64 `json:"Q_next"`
	} `json:"map_step"`
	Steady []struct {
		MapParameters
		R       float64 `json:"R"`
		Q       float64 `json:"Q"`
		Epsilon float64 `json:"epsilon"`
		S1      float64 `json:"S1"`
		S2      float64 `json:"S2"`
		M2      float64 `json:"m2"`
		HK      float64 `json:"hk_formula_per_weight"`
	} `json:"steady"`
}

// MapParameters are those of a map.
type MapParameters struct {
	RuleName string  `json:"rule"`
	K        float64 `json:"k"`
	Nut      float64 `json:"nu_over_sqrt_n"`
	G        float64 `json:"g"`
	B        float64 `json:"B"`
	Dt       float64 `json:"dt"`
	D        float64 `json:"D"`
}
