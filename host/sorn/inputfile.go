package sorn

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"

	"tnn-gpu/host/model"
	"tnn-gpu/host/tables"
	"tnn-gpu/host/text"
)

// reading is a text as symbols.
type reading struct {
	symbols []string
	letters []int32 // their numbers; -1 for none
}

// known are the symbols; nil before the text is read.
func (r *reading) known() []string {
	if r == nil {
		return nil
	}
	return r.symbols
}

// words are a single one: the whole text.
func (r *reading) words() [][]int32 {
	if r == nil {
		return nil
	}
	return [][]int32{r.letters}
}

// Space is the symbol of white space.
const Space = "space"

// read finds the symbols of a text: its letters in the order in which they come. White
// space of any length is one symbol, and _ is none.
func read(content string) *reading {
	r, number, space := &reading{}, map[string]int32{"_": -1}, true // none at the beginning
	for _, letter := range content {
		name, isSpace := string(letter), unicode.IsSpace(letter)
		if isSpace {
			name = Space
		}
		if isSpace && space {
			continue
		}
		space = isSpace
		if _, known := number[name]; !known {
			number[name] = int32(len(r.symbols))
			r.symbols = append(r.symbols, name)
		}
		r.letters = append(r.letters, number[name])
	}
	return r
}

// mostText is the length of the longest text, in bytes.
const mostText = 1 << 26

func readText(path string) (*reading, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(text.NewReader(f), mostText+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > mostText:
		return nil, fmt.Errorf("it is longer than %d bytes", mostText)
	case !utf8.Valid(content):
		return nil, errors.New("it is no text in UTF-8")
	}
	r := read(string(content))
	if len(r.symbols) == 0 {
		return nil, errors.New("there are no letters in it")
	}
	return r, nil
}

// readInput reads the file of kinds file and text, for all specifications alike.
func (n *Network) readInput() error {
	in := &n.Spec.Input
	switch in.Kind {
	case File:
		t, err := tables.Read(in.File)
		if err == nil {
			err = n.take(t)
		}
		if err != nil {
			return model.BadKey("input.file", in.File, err.Error())
		}
	case Text:
		r, err := readText(in.File)
		if err != nil {
			return model.BadKey("input.file", in.File, err.Error())
		}
		n.Spec = n.Spec.reads(r)
		for k, v := range n.Variants {
			n.Variants[k] = v.reads(r)
		}
		return n.Spec.checkRoomForInput()
	}
	return nil
}

// readReadout reads the weights that predict the next symbol.
func (n *Network) readReadout() error {
	in := &n.Spec.Input
	if in.Readout == "" {
		return nil
	}
	var err error
	if n.predict, err = tables.ReadReadout(in.Readout, n.Spec.Sorn.NE); err != nil {
		return model.BadKey("input.readout", in.Readout, err.Error())
	}
	symbols := in.Symbols()
	if n.predict.Values() != len(symbols) || n.predict.Names != nil && !slices.Equal(n.predict.Names, symbols) {
		return model.BadKey("input.readout", in.Readout, fmt.Sprintf("it reads %d values %q: give one for each of the symbols %q", n.predict.Values(), n.predict.Names, symbols))
	}
	return nil
}

// Predicts tells whether each symbol follows from the states of the step before.
func (n *Network) Predicts() bool { return n.predict != nil }

// reads is the same specification with a text.
func (s *Spec) reads(r *reading) *Spec {
	own := *s
	own.Input.text = r
	return &own
}

// take takes the rows of a table: a row for each step, or of an array of NumPy a column
// for each, where it has as many rows as there are channels and other columns.
func (n *Network) take(t *tables.Table) error {
	channels, steps := n.Spec.Sorn.NU, n.Spec.Steps()
	if len(t.Columns) != channels && t.Rows() == channels && tables.IsNumPy(n.Spec.Input.File) {
		t = t.Transposed()
	}
	switch {
	case len(t.Columns) != channels:
		return fmt.Errorf("it has %s of %s, and there %s %s (sorn.nu): give a row for each step", text.Count(t.Rows(), "row"), text.Count(len(t.Columns), "number"), text.IsOrAre(channels), text.Count(channels, "channel"))
	case int64(t.Rows()) < steps:
		return fmt.Errorf("it has %s, and the run has %s", text.Count(t.Rows(), "row"), text.Count(steps, "step"))
	}
	n.more = int64(t.Rows()) - steps
	n.rows = make([]float64, 0, t.Rows()*channels)
	for k := range t.Rows() {
		for _, c := range t.Columns {
			n.rows = append(n.rows, c[k])
		}
	}
	return nil
}
