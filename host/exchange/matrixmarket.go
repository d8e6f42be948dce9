package exchange

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"tnn-gpu/host/graph"
)

// readMatrixMarket reads a sparse matrix (https://math.nist.gov/MatrixMarket):
// a line of words, comments, a line `rows columns entries`, and a line `i j` or
// `i j value` for each entry, with numbers from 1 on. Entries are edges, and values
// their weights.
func readMatrixMarket(r io.Reader, o Options) (*Import, error) {
	m := &matrix{gather: newGather(o)}
	m.base = 1
	lines := lineScanner(r)
	for line := 1; lines.Scan(); line++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || m.pattern != "" && text[0] == '%' {
			continue
		}
		var err error
		switch fields := bytes.Fields(text); {
		case m.pattern == "":
			err = m.banner(strings.Fields(strings.ToLower(string(text))))
		case m.entries < 0 || m.declared < 0:
			err = m.size(fields)
		default:
			err = m.entry(fields, line)
		}
		if err != nil {
			return nil, &lineError{line, err}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if m.declared < 0 || len(m.edges) != m.entries {
		return nil, fmt.Errorf("it says that it has %d entries, and ends after %d: it is cut off", m.entries, len(m.edges))
	}
	return m.finish()
}

type matrix struct {
	*gather
	pattern string // real, integer, or pattern where entries have no value
	entries int
}

func (m *matrix) banner(words []string) error {
	const forms = "a graph is a `matrix coordinate` of `real`, `integer` or `pattern` that is `symmetric` or `general`"
	if len(words) != 5 || words[1] != "matrix" || words[2] != "coordinate" ||
		!slices.Contains([]string{"real", "double", "integer", "pattern"}, words[3]) || !slices.Contains([]string{"symmetric", "general"}, words[4]) {
		return fmt.Errorf("it is a `%s` of Matrix Market; %s", short(strings.Join(words[min(1, len(words)):], " ")), forms)
	}
	m.pattern = words[3]
	return nil
}

func (m *matrix) size(fields [][]byte) error {
	var v [3]int64
	for i, f := range fields {
		n, isWhole, _ := whole(f)
		if len(fields) != 3 || !isWhole || n < 0 {
			return fmt.Errorf("the line after the comments must be `rows columns entries`")
		}
		v[i] = n
	}
	switch {
	case v[0] != v[1]:
		return fmt.Errorf("it has %d rows and %d columns, and a graph has a row and a column for each node", v[0], v[1])
	case v[0] > graph.MaxNodes || v[2] > 1<<32:
		return fmt.Errorf("it has %d rows and %d entries, and %d nodes are possible", v[0], v[2], graph.MaxNodes)
	}
	m.declared, m.entries = v[0], int(v[2])
	return nil
}

func (m *matrix) entry(fields [][]byte, line int) error {
	want := 3
	if m.pattern == "pattern" {
		want = 2
	}
	if len(fields) != want {
		return fmt.Errorf("an entry of this matrix has %d fields, and this line has %d", want, len(fields))
	}
	var ends [2]int64
	for i, f := range fields[:2] {
		id, isWhole, _ := whole(f)
		if !isWhole || id < 1 || id > m.declared {
			return fmt.Errorf("%q is no row or column: they are numbered from 1 to %d", short(string(f)), m.declared)
		}
		ends[i] = id
		if err := m.number(id, f); err != nil {
			return err
		}
	}
	if err := m.edge(ends[0], ends[1], line); err != nil || want == 2 {
		return err
	}
	weight, err := finite(string(fields[2]))
	if err != nil {
		return fmt.Errorf("weight %w", err)
	}
	m.weigh(len(m.edges)-1, weight)
	return nil
}
