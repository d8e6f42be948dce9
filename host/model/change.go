package model

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tnn-gpu/host/fmath"
)

// Change is what becomes of a number of the configuration in an era: KEY=VALUE gives it
// another value, KEY=FROM..TO leads it from one to another, KEY=..TO from the one that
// it has. "over N" behind that says in how many steps, and "log" that it changes by the
// same factor, not the same amount, in each. What an era leaves holds on.
type Change struct {
	Key      string
	From, To float64
	Led      bool // from the value before, in place of From
	Over     int  // steps; 0 takes those of the era
	Log      bool
}

func noNumber(key, text string) error {
	return fmt.Errorf("%q is no number: write %s=VALUE, %s=FROM..TO or %s=..TO with numbers", text, key, key, key)
}

// ParseChange reads a change. It tells the key also where its error is about the rest.
func ParseChange(text string) (Change, error) {
	c := Change{}
	key, rest, found := strings.Cut(text, "=")
	words := strings.Fields(rest)
	if c.Key = strings.TrimSpace(key); !found || c.Key == "" || len(words) == 0 {
		return c, errors.New("write KEY=VALUE, KEY=FROM..TO or KEY=..TO, as in edge.inverse_temperature=20..80")
	}
	from, to, ramp := strings.Cut(words[0], "..")
	if !ramp {
		to = from
	}
	c.Led = ramp && from == ""
	var err error
	if c.To, err = strconv.ParseFloat(to, 64); err != nil {
		return c, noNumber(c.Key, to)
	}
	if c.From = c.To; ramp && !c.Led {
		if c.From, err = strconv.ParseFloat(from, 64); err != nil {
			return c, noNumber(c.Key, from)
		}
	}
	if !ramp {
		c.Over = 1
	}
	for words = words[1:]; len(words) > 0; words = words[1:] {
		switch {
		case words[0] == "log" && !c.Log && ramp:
			c.Log = true
		case words[0] == "over" && len(words) > 1 && c.Over == 0:
			if c.Over, err = strconv.Atoi(words[1]); err != nil || c.Over < 1 {
				return c, fmt.Errorf("%q is no number of steps", words[1])
			}
			words = words[1:]
		default:
			return c, fmt.Errorf("%q is not understood: behind FROM..TO there may be \"over\" with a number of steps, and \"log\"", words[0])
		}
	}
	return c, nil
}

// IsRamp tells a ramp from a value that is set at once.
func (c Change) IsRamp() bool { return c.Led || c.From != c.To || c.Over != 1 || c.Log }

// String writes a change as ParseChange reads it.
func (c Change) String() string {
	text := c.Key + "=" + strconv.FormatFloat(c.To, 'g', -1, 64)
	if !c.IsRamp() {
		return text
	}
	from := ""
	if !c.Led {
		from = strconv.FormatFloat(c.From, 'g', -1, 64)
	}
	text = c.Key + "=" + from + ".." + strconv.FormatFloat(c.To, 'g', -1, 64)
	if c.Over > 0 {
		text += fmt.Sprintf(" over %d", c.Over)
	}
	if c.Log {
		text += " log"
	}
	return text
}

// Course is what becomes of a key in a run: its changes, each with the step that it
// begins with, ascending. Each says over how many steps it is made.
type Course struct {
	Key     string
	Changes []Begun
}

// Begun is a change with its first step.
type Begun struct {
	First int64
	Change
}

// At is the value at a step, with the one that the configuration has. A ramp from a
// value has that in its first step, one from the value before is a step nearer to its
// end then; both have their end in their last. It is a pure function, in double
// precision and with the same bits everywhere.
func (c *Course) At(step int64, base float64) float64 {
	for i := len(c.Changes) - 1; i >= 0; i-- {
		if x := &c.Changes[i]; x.First <= step {
			from := x.From
			if x.Led {
				before := Course{c.Key, c.Changes[:i]}
				from = before.At(x.First-1, base)
			}
			return x.at(from, step-x.First)
		}
	}
	return base
}

// at is the value some steps after the first.
func (b *Begun) at(from float64, after int64) float64 {
	done, all := float64(after), float64(b.Over-1)
	if b.Led {
		done, all = done+1, all+1
	}
	switch {
	case done >= all:
		return b.To
	case b.Log:
		return float64(from * fmath.Exp64(float64(done/all*fmath.Log64(b.To/from))))
	}
	return from + float64(done/all*(b.To-from))
}
