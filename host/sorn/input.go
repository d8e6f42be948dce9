package sorn

import (
	"slices"
	"strings"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/tables"
)

// Kind names where inputs come from.
type Kind string

// The kinds of inputs (docs/sorn.md section 6).
const (
	Zero           Kind = "zero"
	Uniform        Kind = "uniform"
	Gaussian       Kind = "gaussian"
	Strong         Kind = "strong"
	OneHot         Kind = "one-hot"
	Words          Kind = "words"
	Counting       Kind = "counting"
	Markov         Kind = "markov"
	RandomSequence Kind = "random-sequence"
	File           Kind = "file"
	Text           Kind = "text"
	Fed            Kind = "fed"
)

// Kinds are all kinds.
func Kinds() []Kind {
	return []Kind{Zero, Uniform, Gaussian, Strong, OneHot, Words, Counting, Markov, RandomSequence, File, Text, Fed}
}

// InputSpec says what drives excitatory units.
type InputSpec struct {
	Kind        Kind      `toml:"kind" comment:"zero, uniform, gaussian, strong, one-hot, words, counting, markov, random-sequence, file, text, or fed: each step waits for its inputs"`
	File        string    `toml:"file,omitempty" bits:"no" comment:"of file: numbers, a row for each step and a column for each channel (CSV or NPY); of text: letters, a symbol a step"`
	Mean        float64   `toml:"mean" comment:"of gaussian"`
	SD          float64   `toml:"sd" comment:"of gaussian: standard deviation"`
	Amplitude   float64   `toml:"amplitude" comment:"of strong"`
	Units       int       `toml:"units" comment:"of strong: units that get it; of one-hot: units of a label"`
	Fixed       bool      `toml:"fixed" comment:"of strong: the same units in all steps"`
	Words       []string  `toml:"words,omitempty" comment:"of words: their letters are the symbols, _ is none; of markov: the symbols"`
	Transitions []float64 `toml:"transitions,omitempty" comment:"of streams of symbols: probabilities from each word to each, row after row; none: equal odds"`
	Count       int       `toml:"count,omitempty" comment:"of counting: B in ABBBC, and E in DEEEF"`
	Alphabet    int       `toml:"alphabet,omitempty" comment:"of random-sequence and one-hot: symbols"`
	PoolSize    int       `toml:"pool_size,omitempty" comment:"random units that a channel or a symbol drives; 0: channel c drives unit c"`
	Overlap     bool      `toml:"overlap" comment:"pools may share units"`
	Blank       int       `toml:"blank,omitempty" comment:"steps without input between words"`
	Readout     string    `toml:"readout,omitempty" bits:"no" comment:"file of weights that predict the next symbol, as stats --of readout leaves it: the network runs free, and each symbol is the one that is predicted"`

	text *reading // what the file of kind text has; nil before the network is built
}

// task is where a stream of symbols is: fields of the state.
const (
	taskWord   = iota // 1 + the word that is being read, or was last
	taskAt            // letters of it that were read; 0 between words
	taskBlank         // steps without input that are left
	taskSymbol        // 1 + the symbol of the last step, 0 for none
	TaskItems
)

// Symbolic tells whether inputs are symbols.
func (s *InputSpec) Symbolic() bool {
	return slices.Contains([]Kind{OneHot, Words, Counting, Markov, RandomSequence, Text}, s.Kind)
}

// texts are the words of a stream of symbols.
func (s *InputSpec) texts() []string {
	switch s.Kind {
	case Words, Markov:
		return s.Words
	case Counting:
		return []string{"A" + strings.Repeat("B", s.Count) + "C", "D" + strings.Repeat("E", s.Count) + "F"}
	}
	return nil
}

// Symbols are those of a stream, in the order in which words have them.
func (s *InputSpec) Symbols() []string {
	if s.Kind == Text {
		return s.text.known()
	}
	if s.Kind == OneHot || s.Kind == RandomSequence {
		out := make([]string, s.Alphabet)
		for i := range out {
			out[i] = symbolName(i)
		}
		return out
	}
	var out []string
	for _, word := range s.texts() {
		for _, letter := range word {
			if name := string(letter); name != "_" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// symbolName is A to Z, then A1 and so on.
func symbolName(i int) string {
	name := string(rune('A' + i%26))
	for i /= 26; i > 0; i /= 10 {
		name += string(rune('0' + i%10))
	}
	return name
}

// words are lists of symbols, -1 for none.
func (s *InputSpec) words() [][]int32 {
	if s.Kind == Text {
		return s.text.words()
	}
	symbols := s.Symbols()
	if s.Kind == OneHot || s.Kind == RandomSequence {
		out := make([][]int32, len(symbols))
		for i := range out {
			out[i] = []int32{int32(i)}
		}
		return out
	}
	var out [][]int32
	for _, text := range s.texts() {
		var word []int32
		for _, letter := range text {
			word = append(word, int32(slices.Index(symbols, string(letter))))
		}
		out = append(out, word)
	}
	return out
}

// Channels is the number of inputs of a step.
func (s *Spec) Channels() int {
	if s.Input.Symbolic() {
		return len(s.Input.Symbols())
	}
	return s.Sorn.NU
}

// Source makes the inputs of a replica.
type Source[F fmath.Float] struct {
	spec    *Spec
	key     [2]uint32
	rows    []float64 // of kind file: channels of step 1, of step 2 and so on
	members [][]int32 // by channel: the units that it drives
	words   [][]int32
	values  []F // by channel
	units   []int32
	drive   []F
	at      []int32 // by unit: its place in units and drive, or -1
	predict *tables.Readout
}

// NewSource makes that of a replica with a key.
func NewSource[F fmath.Float](n *Network, replica int, key [2]uint32) *Source[F] {
	s := n.SpecOf(replica)
	out := &Source[F]{spec: s, rows: n.rows, key: key, predict: n.predict, members: membersOf(s, key), values: make([]F, s.Channels()), at: make([]int32, s.Sorn.NE)}
	for i := range out.at {
		out.at[i] = -1
	}
	if s.Input.Symbolic() {
		out.words = s.Input.words()
	}
	return out
}

// membersOf are the units that each channel drives.
func membersOf(s *Spec, key [2]uint32) [][]int32 {
	out := make([][]int32, s.Channels())
	if s.Input.PoolSize > 0 {
		return poolsOf(s, key)
	}
	each := 1
	if s.Input.Kind == OneHot {
		each = s.Input.Units
	}
	for c := range out {
		for k := range each {
			out[c] = append(out[c], int32(c*each+k))
		}
	}
	return out
}

// poolsOf draws the units of each channel, ascending.
func poolsOf(s *Spec, key [2]uint32) [][]int32 {
	out := make([][]int32, s.Channels())
	taken := make([]bool, s.Sorn.NE)
	for c := range out {
		if s.Input.Overlap {
			clear(taken)
		}
		l := lister{key: key, purpose: rng.SornPool, item: uint32(c), n: s.Sorn.NE}
		for len(out[c]) < s.Input.PoolSize {
			if u := l.next(); !taken[u] {
				taken[u] = true
				out[c] = append(out[c], int32(u))
			}
		}
		slices.Sort(out[c])
	}
	return out
}

// Pools are the units that each channel drives.
func (s *Source[F]) Pools() [][]int32 { return s.members }

// Next gives the units that are driven in step t, ascending where each has one
// channel, and by how much. It moves on in the task, which is part of the state. Both
// lists are good until the next call. The states of excitatory units before the step are
// looked at where they predict the symbol.
func (s *Source[F]) Next(t uint32, regime Regime, task []int32, x []uint8) (units []int32, drive []F) {
	s.clear()
	in := &s.spec.Input
	if !regime.Input {
		task[taskSymbol] = 0
		return nil, nil
	}
	switch {
	case s.predict != nil:
		c := s.predict.Largest(func(unit int) bool { return x[unit] != 0 })
		copy(task, []int32{taskWord: 0, taskAt: 0, taskBlank: 0, taskSymbol: int32(c) + 1})
		s.channel(c, 1)
	case in.Symbolic():
		if c := s.symbol(t, task); c >= 0 {
			s.channel(c, 1)
		}
	case in.Kind == Uniform || in.Kind == Gaussian:
		s.draw(t)
		for c, u := range s.values {
			s.channel(c, u)
		}
	case in.Kind == Strong:
		s.strong(t)
	case in.Kind == File:
		first := (int(t) - 1) * len(s.values)
		for c, u := range s.rows[min(first, len(s.rows)):min(first+len(s.values), len(s.rows))] {
			s.channel(c, F(u))
		}
	}
	return s.finish()
}

// Given is Next for inputs that are given or fed, a value for each channel.
func (s *Source[F]) Given(values []float64) (units []int32, drive []F) {
	s.clear()
	for c, u := range values {
		s.channel(c, F(u))
	}
	return s.finish()
}

func (s *Source[F]) clear() {
	for _, u := range s.units {
		s.at[u] = -1
	}
	s.units, s.drive = s.units[:0], s.drive[:0]
}

// channel adds a value to all units of a channel.
func (s *Source[F]) channel(c int, value F) {
	for _, u := range s.members[c] {
		s.add(u, value)
	}
}

func (s *Source[F]) add(u int32, value F) {
	if at := s.at[u]; at >= 0 {
		s.drive[at] += value
		return
	}
	s.at[u] = int32(len(s.units))
	s.units, s.drive = append(s.units, u), append(s.drive, value)
}

func (s *Source[F]) finish() ([]int32, []F) {
	gain := F(s.spec.Sorn.InputGain)
	for i, v := range s.drive {
		s.drive[i] = F(gain * v)
	}
	return s.units, s.drive
}

// draw fills in the values of all channels.
func (s *Source[F]) draw(t uint32) {
	in := &s.spec.Input
	for c := 0; c < len(s.values); c += 4 {
		x0, x1, x2, x3 := rng.Draw(uint32(c/4), 0, t, rng.SornInput, s.key)
		z := [4]F{rng.Uniform[F](x0), rng.Uniform[F](x1), rng.Uniform[F](x2), rng.Uniform[F](x3)}
		if in.Kind == Gaussian {
			for i, v := range Normals[F](x0, x1, x2, x3) {
				z[i] = F(in.Mean) + F(F(in.SD)*v)
			}
		}
		copy(s.values[c:], z[:])
	}
}

// strong drives different units that are drawn.
func (s *Source[F]) strong(t uint32) {
	in := &s.spec.Input
	if in.Fixed {
		t = 0
	}
	for a := uint32(0); len(s.units) < in.Units; a++ {
		x0, _, _, _ := rng.Draw(0, a, t, rng.SornChoice, s.key)
		if u := int32(below(x0, s.spec.Sorn.NE)); s.at[u] < 0 {
			s.add(u, F(in.Amplitude))
		}
	}
}

// symbol is the next one of the stream, or -1 for none.
func (s *Source[F]) symbol(t uint32, task []int32) int {
	task[taskSymbol] = 0
	if task[taskBlank] > 0 {
		task[taskBlank]--
		return -1
	}
	if task[taskAt] == 0 {
		task[taskWord] = int32(1 + s.nextWord(t, int(task[taskWord])-1))
	}
	word := s.words[task[taskWord]-1]
	symbol := word[task[taskAt]]
	task[taskSymbol] = symbol + 1
	task[taskAt]++
	if int(task[taskAt]) == len(word) {
		task[taskAt], task[taskBlank] = 0, int32(s.spec.Input.Blank)
	}
	return int(symbol)
}

// nextWord draws the word after one, or the first word after none, which is -1.
func (s *Source[F]) nextWord(t uint32, last int) int {
	x0, _, _, _ := rng.Draw(0, 0, t, rng.SornChoice, s.key)
	u, n, sum := rng.Uniform[float64](x0), len(s.words), 0.0
	odds := s.spec.Input.Transitions
	if len(odds) == 0 || last < 0 {
		return below(x0, n)
	}
	choice := 0
	for w, p := range odds[last*n : (last+1)*n] {
		if p <= 0 {
			continue
		}
		choice = w
		if sum += p; u < sum {
			break
		}
	}
	return choice
}
