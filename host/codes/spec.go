// Package codes says what learned codes over a noisy channel are: a transmitter and a
// receiver that learn together how to send messages. It has their specification, noise,
// fields, quantities, evaluation and theory, once for all backends. docs/codes.md is the
// model in words and formulas; its section numbers are quoted here.
package codes

import (
	"math"

	"tnn-gpu/host/fmath"
)

// Channel names what lies between transmitter and receiver.
type Channel string

// The channels (docs/codes.md section 2). Over the first two real numbers are sent,
// over the others signs.
const (
	AWGN    Channel = "awgn"    // Gaussian noise is added
	Laplace Channel = "laplace" // noise of a Laplace distribution is added
	BSC     Channel = "bsc"     // each sign is flipped with a probability
	Bursts  Channel = "bursts"  // and some words have a part in which it is lost
)

// Binary tells whether signs are sent.
func (c Channel) Binary() bool { return c == BSC || c == Bursts }

// Transmitter names how the table of codewords learns.
type Transmitter string

// The ways to learn (docs/codes.md section 3).
const (
	Backprop Transmitter = "backprop" // the gradient through the channel
	Free     Transmitter = "free"     // a gradient from perturbed codewords, without a model of the channel
	Relaxed  Transmitter = "relaxed"  // real numbers are sent in place of signs
	Straight Transmitter = "straight" // signs are sent, with the gradient of real numbers
	Dithered Transmitter = "dithered" // signs of numbers with a dither are sent
	Policy   Transmitter = "policy"   // the score of the dither, without a model of the channel
	Exact    Transmitter = "exact"    // the entropy of messages given outputs in closed form
)

// Transmitters are all of them, in the order in which devices number them.
func Transmitters() []Transmitter {
	return []Transmitter{Backprop, Free, Relaxed, Straight, Dithered, Policy, Exact}
}

// Receiver names what tells messages from outputs of the channel.
type Receiver string

// The receivers (docs/codes.md section 3).
const (
	Network   Receiver = "network"   // one hidden layer
	Counts    Receiver = "counts"    // how often an output came from a message
	Posterior Receiver = "posterior" // the true one, of exact
)

// Spec is the complete description of a population and of how it learns.
type Spec struct {
	Codes Table `toml:"codes" comment:"A transmitter and a receiver learn a code for a noisy channel (docs/codes.md)."`
}

// Table is the one table of the model.
type Table struct {
	Channel     Channel     `toml:"channel" comment:"awgn or laplace, over which real numbers are sent; bsc or bursts, over which signs are"`
	K           int         `toml:"k" comment:"bits of a message"`
	N           int         `toml:"n" comment:"uses of the channel for a message"`
	Transmitter Transmitter `toml:"transmitter" comment:"backprop or free, where real numbers are sent; relaxed, straight, dithered, policy or, with bsc, exact"`
	Receiver    Receiver    `toml:"receiver" comment:"network; counts, which only policy takes; posterior, which exact takes and no other"`
	Hidden      int         `toml:"hidden" comment:"units of the network"`
	Eta         float64     `toml:"eta" comment:"part of the counts that an update forgets"`
	TrainAt     float64     `toml:"train_at" comment:"noise while learning: Eb/N0 in dB, or where signs are sent the probability p of a flip"`
	Burst       float64     `toml:"burst" comment:"of bursts: probability that a word is hit"`
	BurstLength int         `toml:"burst_length" comment:"of bursts: uses in a row that are lost"`

	Copies          int     `toml:"copies" comment:"times that each message is sent in an update"`
	Updates         int64   `toml:"updates" comment:"length of the run"`
	Schedule        int64   `toml:"schedule,omitempty" comment:"updates over which temperature and rates are laid out; 0: those of the run"`
	Rate            float64 `toml:"rate" comment:"of learning"`
	TransmitterRate float64 `toml:"transmitter_rate,omitempty" comment:"of the transmitter; 0: rate"`
	Anneal          float64 `toml:"anneal" comment:"T0 where signs are sent: the temperature of the dither's entropy at the start"`
	Exploration     float64 `toml:"exploration" comment:"s, by which free perturbs codewords"`

	Evaluate []float64 `toml:"evaluate" bits:"measured" comment:"noise at which block errors are measured at the end, as train_at"`
	Blocks   int       `toml:"blocks" bits:"measured" comment:"messages sent to measure one"`
}

// Defaults are the values of keys that a configuration leaves out: Hamming's (7,4) code
// is found over a channel of which nothing is known.
func Defaults() *Spec {
	return &Spec{Table{
		Channel: BSC, K: 4, N: 7, Transmitter: Policy, Receiver: Counts, Hidden: 64, Eta: 0.01, TrainAt: 0.1, Burst: 0.1, BurstLength: 3,
		Copies: 32, Updates: 100000, Rate: 0.01, Anneal: 0.045, Exploration: 0.3,
		Evaluate: []float64{0.01, 0.02, 0.05, 0.1}, Blocks: 200000,
	}}
}

// Messages is M = 2^k.
func (t *Table) Messages() int { return 1 << t.K }

// Batch is the number of samples of an update.
func (t *Table) Batch() int { return t.Messages() * t.Copies }

// Weights is how many weights a receiver has.
func (t *Table) Weights() int {
	if t.Receiver != Network {
		return 0
	}
	return (t.N+1)*t.Hidden + (t.Hidden+1)*t.Messages()
}

// Counted is how many counts a receiver has.
func (t *Table) Counted() int {
	if t.Receiver != Counts {
		return 0
	}
	return t.Messages() << t.N
}

// Sigma is the standard deviation of the noise at Eb/N0 in dB: sigma^2 = 1/(2 R Eb/N0)
// with the rate R = k/n.
func (t *Table) Sigma(decibels float64) float64 {
	ratio := fmath.Exp64(float64(decibels * (math.Ln10 / 10)))
	return 1 / math.Sqrt(float64(2*float64(t.K)/float64(t.N)*ratio))
}

// Steps implements model.Spec: a step is an update.
func (s *Spec) Steps() int64 { return s.Codes.Updates }

// SetSteps implements model.Spec. What is laid out over the run stays where it is, so
// that a run of fewer updates is the beginning of the other.
func (s *Spec) SetSteps(n int64) {
	s.Codes.Schedule = s.Codes.Planned()
	s.Codes.Updates = n
}

// Planned is the number of updates over which temperature and rates are laid out.
func (t *Table) Planned() int64 {
	if t.Schedule == 0 {
		return t.Updates
	}
	return t.Schedule
}

// Files implements model.Spec: there are none.
func (s *Spec) Files() map[string]*string { return nil }

// Key implements model.Spec: replica r is the run of seed + r.
func (s *Spec) Key(seed uint64, replica, _ int) uint64 { return seed + uint64(replica) }
