package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
)

// readPajek reads the networks of Pajek: *Vertices with labels, *Edges and *Arcs
// with weights, *Edgeslist and *Arcslist without.
func readPajek(r io.Reader, o Options) (*Import, error) {
	p := &pajek{gather: newGather(o)}
	p.base = 1
	lines := lineScanner(r)
	for line := 1; lines.Scan(); line++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || text[0] == '%' {
			continue
		}
		if err := p.read(text, line); err != nil {
			return nil, &lineError{line, err}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if p.declared < 0 {
		return nil, fmt.Errorf("it has no line `*Vertices N`")
	}
	return p.finish()
}

type pajek struct {
	*gather
	section string // in lower case, with its star
	labels  []string
	known   map[string]bool // labels
	next    int64           // vertex
}

// beginsWithStar tells Pajek's files, also after comments.
func beginsWithStar(begin string) bool {
	for line := range strings.Lines(begin) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '%' {
			return strings.HasPrefix(line, "*")
		}
	}
	return false
}

func (p *pajek) read(text []byte, line int) error {
	if text[0] == '*' {
		return p.begin(string(text))
	}
	switch p.section {
	case "*vertices":
		return p.vertex(text)
	case "*edges", "*arcs":
		return p.pair(text, line)
	case "*edgeslist", "*arcslist":
		return p.fan(text, line)
	}
	return nil // of *Network, and of partitions and vectors after it
}

func (p *pajek) begin(text string) error {
	fields := strings.Fields(text)
	p.section = strings.ToLower(fields[0])
	switch {
	case p.section == "*matrix":
		return fmt.Errorf("it has a matrix, which is not read: write *Edges, with a line `a b weight` for each")
	case p.section != "*vertices":
		return nil
	case p.declared >= 0:
		return fmt.Errorf("it has several networks: give a file with one")
	case len(fields) < 2:
		return fmt.Errorf("the number of nodes stands after *Vertices")
	}
	n, err := strconv.ParseUint(fields[1], 10, 63)
	if err != nil || n > graph.MaxNodes {
		return fmt.Errorf("the number of nodes is %q: it must be an integer from 0 to %d", short(fields[1]), graph.MaxNodes)
	}
	p.declared = int64(n)
	return nil
}

// vertex is `number "label"`, with coordinates, a shape and pairs of a key and a value after
// it, of which all but the shape are kept.
func (p *pajek) vertex(text []byte) error {
	fields, err := splitPajek(text)
	if err != nil {
		return err
	}
	id, isWhole, _ := whole(fields[0].text)
	if !isWhole || id < 1 || id > p.declared {
		return fmt.Errorf("%q is no vertex: they are numbered from 1 to %d", short(string(fields[0].text)), p.declared)
	}
	rest := fields[min(2, len(fields)):]
	for _, axis := range []string{"x", "y", "z"} {
		if len(rest) == 0 || rest[0].quoted || !isFinite(string(rest[0].text)) {
			break
		}
		if err := p.say(id, axis, string(rest[0].text)); err != nil {
			return err
		}
		rest = rest[1:]
	}
	if len(rest)%2 == 1 {
		rest = rest[1:]
	}
	for ; len(rest) > 0; rest = rest[2:] {
		if err := p.say(id, keyOf(rest[0]), string(rest[1].text)); err != nil {
			return err
		}
	}
	p.next++
	if id != p.next || len(fields) < 2 || p.known[string(fields[1].text)] || len(fields[1].text) == 0 {
		p.next = -p.declared - 1 // not all have labels, in order, once each
		return nil
	}
	label := string(fields[1].text)
	if p.known == nil {
		p.known = make(map[string]bool)
	}
	p.known[label] = true
	p.labels = append(p.labels, label)
	return p.take(nodeBytes + int64(len(label)))
}

// keyOf is what an attribute is called: Pajek's l is a label.
func keyOf(f field) string {
	if string(f.text) == "l" {
		return "label"
	}
	return string(f.text)
}

// splitPajek is split, for lines in which # is a sign like others.
func splitPajek(text []byte) ([]field, error) {
	var out []field
	for text = bytes.TrimSpace(text); len(text) > 0; text = bytes.TrimLeft(text, " \t") {
		if text[0] == '"' {
			inside, rest, err := unquote(text)
			if err != nil {
				return nil, err
			}
			out, text = append(out, field{inside, true}), rest
			continue
		}
		i := bytes.IndexAny(text, " \t")
		if i < 0 {
			i = len(text)
		}
		out, text = append(out, field{text[:i], false}), text[i:]
	}
	return out, nil
}

func (p *pajek) end(text []byte) (int64, error) {
	id, isWhole, _ := whole(text)
	if !isWhole || id < 1 || id > p.declared {
		return 0, fmt.Errorf("%q is no vertex: they are numbered from 1 to %d", short(string(text)), p.declared)
	}
	return id, p.number(id, text)
}

// pair is `a b` or `a b weight`, with pairs of a key and a value after it.
func (p *pajek) pair(text []byte, line int) error {
	fields, err := splitPajek(text)
	if err != nil {
		return err
	}
	if len(fields) < 2 {
		return fmt.Errorf("this line has 1 field, and an edge of Pajek is `a b` or `a b weight`")
	}
	a, err := p.end(fields[0].text)
	if err != nil {
		return err
	}
	b, err := p.end(fields[1].text)
	if err != nil {
		return err
	}
	if err := p.edge(a, b, line); err != nil || len(fields) < 3 {
		return err
	}
	weight, err := finite(string(fields[2].text))
	if err != nil {
		return fmt.Errorf("weight %w", err)
	}
	p.weigh(len(p.edges)-1, weight)
	for rest := fields[3:]; len(rest) > 1; rest = rest[2:] {
		p.sayEdge(len(p.edges)-1, keyOf(rest[0]), string(rest[1].text))
	}
	return nil
}

// fan is a vertex and those that it is joined to.
func (p *pajek) fan(text []byte, line int) error {
	fields := bytes.Fields(text)
	a, err := p.end(fields[0])
	if err != nil {
		return err
	}
	for _, f := range fields[1:] {
		b, err := p.end(f)
		if err != nil {
			return err
		}
		if err := p.edge(a, b, line); err != nil {
			return err
		}
	}
	return nil
}

// finish names the nodes by their labels, where each has one.
func (p *pajek) finish() (*Import, error) {
	if int64(len(p.labels)) == p.declared && p.next == p.declared {
		p.shift(1)
		p.named, p.names = true, p.labels
	}
	return p.gather.finish()
}
