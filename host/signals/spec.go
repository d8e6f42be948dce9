// Package signals says what populations are whose agents find a code by playing:
// Lewis's signalling game with urns, and a game of two attributes and two symbols.
// It has their specification, fields, quantities and theory, once for all backends.
// docs/signals.md is the model in words and formulas; its section numbers are quoted
// here.
package signals

import (
	"strings"
)

// Game names what is played.
type Game string

// The games of sections 1 and 2.
const (
	LewisGame      Game = "lewis"
	AttributesGame Game = "attributes"
)

// Agents name what the logits of speaker and listener are made of: a kind for both,
// or that of the speaker, a slash, and that of the listener.
type Agents string

// The kinds of agents.
const (
	Additive Agents = "additive" // a term for each value, or each symbol
	Table    Agents = "table"    // a term for each input, or each message
	Both     Agents = "both"
)

// Kinds are those of the speaker and of the listener. It is false for what is none.
func (a Agents) Kinds() (speaker, listener Agents, ok bool) {
	first, second, apart := strings.Cut(string(a), "/")
	speaker, listener = Agents(first), Agents(second)
	if !apart {
		listener = speaker
	}
	return speaker, listener, speaker.isKind() && listener.isKind()
}

func (a Agents) isKind() bool { return a == Additive || a == Table || a == Both }

// HasTerms tells whether the logits of a kind have terms of single values or symbols.
func (a Agents) HasTerms() bool { return a != Table }

// HasTable tells whether they have terms of inputs or messages.
func (a Agents) HasTable() bool { return a != Additive }

// Reward names what the speaker learns from.
type Reward string

// The rewards of section 2: the listener's probability of the truth, or what an act
// that is drawn from it gets right.
const (
	Probability Reward = "probability"
	Act         Reward = "act"
)

// Spec is the complete description of a population and of what it plays. The comments
// of its keys are those of a written configuration.
type Spec struct {
	Signals    SignalsTable    `toml:"signals" comment:"Agents find a code by playing (docs/signals.md)."`
	Lewis      LewisTable      `toml:"lewis" comment:"Lewis's signalling game with urns (section 1)."`
	Attributes AttributesTable `toml:"attributes" comment:"Two attributes are named by two symbols (section 2)."`
}

// SignalsTable says what is played; the table of the other game keeps its defaults.
type SignalsTable struct {
	Game Game `toml:"game" comment:"lewis or attributes"`
}

// LewisTable describes the game with urns.
type LewisTable struct {
	States    int     `toml:"states" comment:"N, which is also the number of acts"`
	Signals   int     `toml:"signals" comment:"M"`
	Plays     int     `toml:"plays" comment:"of the run"`
	Weights   []int   `toml:"weights,omitempty" comment:"of the states, by which they are drawn; left out, all are alike"`
	Punish    int     `toml:"punish" comment:"balls that both urns lose in a play that fails"`
	Forget    float64 `toml:"forget" comment:"rate at which each ball of an urn is lost when the urn is used"`
	Noise     float64 `toml:"noise" comment:"probability that the signal arrives as another one; with 2 signals a binary symmetric channel"`
	Listeners int     `toml:"listeners" comment:"of a population, of which one is drawn for each play"`
}

// AttributesTable describes the game of two attributes.
type AttributesTable struct {
	Values   int     `toml:"values" comment:"i, of each attribute"`
	Symbols  int     `toml:"symbols" comment:"V, from which each of the two of a message is taken"`
	Agents   Agents  `toml:"agents" comment:"additive, table or both, or those of speaker and listener apart, such as additive/table"`
	HeldOut  float64 `toml:"held_out" comment:"share of the inputs that are not trained"`
	Updates  int     `toml:"updates" comment:"of the run"`
	Batch    int     `toml:"batch" comment:"inputs of an update"`
	Rate     float64 `toml:"rate" comment:"of learning, for the sum over the batch"`
	Baseline float64 `toml:"baseline" comment:"rate at which the expected reward of an input follows the rewards"`
	Entropy  float64 `toml:"entropy" comment:"lambda, weight of the entropy of the speaker's symbols"`
	Reward   Reward  `toml:"reward" comment:"probability, which the listener gives the truth, or act, what a drawn act gets right"`
}

// Defaults are the values of keys that a configuration leaves out.
func Defaults() *Spec {
	return &Spec{
		SignalsTable{LewisGame},
		LewisTable{States: 3, Signals: 3, Plays: 1000000, Listeners: 1},
		AttributesTable{
			Values: 5, Symbols: 5, Agents: Additive, HeldOut: 0.2, Updates: 2000,
			Batch: 32, Rate: 0.1, Baseline: 0.05, Entropy: 0.01, Reward: Probability,
		},
	}
}

// Steps implements model.Spec: a step is a play, or an update.
func (s *Spec) Steps() int64 {
	if s.Signals.Game == AttributesGame {
		return int64(s.Attributes.Updates)
	}
	return int64(s.Lewis.Plays)
}

// SetSteps implements model.Spec.
func (s *Spec) SetSteps(n int64) {
	if s.Signals.Game == AttributesGame {
		s.Attributes.Updates = int(n)
	} else {
		s.Lewis.Plays = int(n)
	}
}

// Files implements model.Spec: there are none.
func (s *Spec) Files() map[string]*string { return nil }

// Key implements model.Spec: all populations of a run share its key, and their numbers
// tell them apart.
func (s *Spec) Key(seed uint64, _, _ int) uint64 { return seed }
