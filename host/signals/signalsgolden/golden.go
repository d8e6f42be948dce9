// Package signalsgolden reads and replays recorded vectors of signals
// (testdata/codes/README.md), which independent programs made.
package signalsgolden

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/signals"
)

// Formats are those of this package. The file holds vectors of learned codes, too.
func Formats() []golden.Format {
	return []golden.Format{{Name: "codes vectors 1", Verify: verify}}
}

// Vectors are what the file has of signals.
type Vectors struct {
	Urns      []Urns    `json:"urns"`
	Languages Languages `json:"languages"`
}

// Urns are those of a population after some plays.
type Urns struct {
	States     int       `json:"N"`
	Signals    int       `json:"M"`
	Population int       `json:"population"`
	Plays      int       `json:"plays"`
	Seed       uint64    `json:"seed"`
	Speaker    [][]int32 `json:"speaker"`
	Listener   [][]int32 `json:"listener"`
	Wins       int32     `json:"wins"`
	Success    float64   `json:"success"`
}

// Languages are messages of all inputs of two attributes, and what is known of them.
type Languages struct {
	Cases []struct {
		Name     string   `json:"name"`
		Messages [][2]int `json:"messages"`
		Topsim   float64  `json:"topsim"`
		Posdis   float64  `json:"posdis"`
	} `json:"cases"`
}

// Decode reads the text of a file.
func Decode(text []byte) (*Vectors, error) {
	v := &Vectors{}
	if err := golden.Decode(text, v); err != nil {
		return nil, fmt.Errorf("its vectors of signals cannot be read: %w", err)
	}
	if len(v.Urns) == 0 || len(v.Languages.Cases) == 0 {
		return nil, errors.New("it lacks urns or languages")
	}
	for i := range v.Urns {
		if err := v.Urns[i].validate(); err != nil {
			return nil, fmt.Errorf("population %d of its urns: %w", i, err)
		}
	}
	for i, c := range v.Languages.Cases {
		values := int(math.Sqrt(float64(len(c.Messages))))
		if values < 2 || values > signals.MaxValues || values*values != len(c.Messages) {
			return nil, fmt.Errorf("its language %d has %d messages, which is no square of 2 or more values", i, len(c.Messages))
		}
		for _, m := range c.Messages {
			if min(m[0], m[1]) < 0 || max(m[0], m[1]) >= signals.MaxSymbols {
				return nil, fmt.Errorf("its language %d has the message %v; symbols are numbers from 0 to %d", i, m, signals.MaxSymbols-1)
			}
		}
	}
	return v, nil
}

func (u *Urns) spec() *signals.Spec {
	s := signals.Defaults()
	s.Lewis.States, s.Lewis.Signals, s.Lewis.Plays = u.States, u.Signals, u.Plays
	return s
}

// mostPlays that are replayed: a file is checked in seconds.
const mostPlays = 1 << 20

func (u *Urns) validate() error {
	if err := u.spec().Validate(); err != nil {
		return err
	}
	if u.Plays > mostPlays || u.Population < 0 || u.Population > math.MaxInt32 {
		return fmt.Errorf("%d plays of population %d are out of range for a file of vectors", u.Plays, u.Population)
	}
	for _, of := range []struct {
		urns        [][]int32
		rows, width int
	}{{u.Speaker, u.States, u.Signals}, {u.Listener, u.Signals, u.States}} {
		if len(of.urns) != of.rows {
			return fmt.Errorf("it has %d urns where %d belong", len(of.urns), of.rows)
		}
		for _, urn := range of.urns {
			if len(urn) != of.width {
				return fmt.Errorf("an urn has %d kinds of balls, not %d", len(urn), of.width)
			}
		}
	}
	return nil
}

// tolerance of what follows from integers by divisions and logarithms.
const tolerance = 1e-12

func verify(text []byte, on *golden.On) (golden.Result, error) {
	v, err := Decode(text)
	if err != nil {
		return golden.Result{}, err
	}
	c := &check{within: on.Within(tolerance), detail: "urns and languages: equal"}
	for i := range v.Urns {
		if err := c.urns(&v.Urns[i], i, on); err != nil {
			return golden.Result{}, err
		}
	}
	c.languages(&v.Languages)
	return golden.Result{Detail: c.detail, Compared: c.compared, Failed: c.failed, Tolerance: c.within}, nil
}

// check keeps the largest deviation.
type check struct {
	compared        int // values
	within, largest float64
	detail          string
	failed          bool
}

func (c *check) note(want, have float64, what string) {
	c.compared++
	deviation := math.Abs(want - have)
	c.failed = c.failed || !(deviation <= c.within)
	if !(deviation <= c.largest) {
		c.largest = deviation
		c.detail = fmt.Sprintf("%.3g (%s: recorded %v, computed %v)", deviation, what, want, have)
	}
}

// equal compares integers, of which none may differ.
func (c *check) equal(want, have int32, what string) {
	c.compared++
	if want != have && !(c.largest >= 1) {
		c.failed, c.largest = true, math.Inf(1)
		c.detail = fmt.Sprintf("%s: recorded %d, computed %d", what, want, have)
	}
}

// urns plays on the backend and compares.
func (c *check) urns(u *Urns, number int, on *golden.On) (err error) {
	net := &signals.Network{Spec: u.spec(), Numbers: []int{u.Population}}
	o := on.Options
	o.Seeds = []uint64{u.Seed}
	b, err := on.Open(net, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if skipper, can := b.(backend.Skipper); can {
		err = skipper.Skip(u.Plays)
	} else {
		_, err = b.Advance(u.Plays)
	}
	if err != nil {
		return err
	}
	s, err := b.State()
	if err != nil {
		return err
	}
	name := func(what string, i, k int) string { return fmt.Sprintf("%s[%d][%d] of urns %d", what, i, k, number) }
	speaker, listener := net.Urns(s, 0)
	for i := range u.States {
		for k := range u.Signals {
			c.equal(u.Speaker[i][k], speaker[i*u.Signals+k], name("speaker", i, k))
			c.equal(u.Listener[k][i], listener[k*u.States+i], name("listener", k, i))
		}
	}
	c.equal(u.Wins, s.Array(signals.Wins).Ints[0], fmt.Sprintf("wins of urns %d", number))
	sums := make([]float64, len(net.Describe().Sums))
	net.Measure(sums, s, 0, u.Seed)
	c.note(u.Success, sums[0], fmt.Sprintf("success of urns %d", number))
	return nil
}

func (c *check) languages(l *Languages) {
	for _, of := range l.Cases {
		values := int(math.Sqrt(float64(len(of.Messages))))
		var messages []int
		for _, m := range of.Messages {
			messages = append(messages, m[0], m[1])
		}
		c.note(of.Topsim, signals.Similarity(messages, values), fmt.Sprintf("similarity of the language %q", of.Name))
		c.note(of.Posdis, signals.Posdis(messages, values), fmt.Sprintf("posdis of the language %q", of.Name))
	}
}
