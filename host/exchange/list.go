package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadList reads a list of edges. Without a header it is
//
//	# nodes 5
//	0 1
//	1 2   # a comment
//
//	4 4
//
// Every line is an edge, `a b` or `a b weight`; either all edges have a finite
// weight or none has. Ids are numbers from 0 on, or all are names. Before the first
// edge a line `# nodes N` may give the number of nodes, which otherwise is the
// largest id plus 1; and lines `# node NAME` may give names to nodes, in their
// order. Lines `# state ID -0.5` give states. Other comments begin with # or %. No
// two nodes may have two edges but those of both directions with the same weight; a
// node may have several self-loops. Edges keep the order of the lines. What other
// programs write is in docs/data.md. Errors begin with name and line, as in name:12.
func ReadList(r io.Reader, name string, o Options) (*Import, error) {
	return named(name)(readList(r, o))
}

// list is what has been read of one.
type list struct {
	*gather
	line      int
	separator byte
	separated bool // separator is known
	fields    []field

	first   *row // the first line that is no comment, until the second shows what it is
	begun   bool // what the first line is has been decided
	rows    int
	columns columns
	size    *size // of a first line that says how many nodes and edges there are
	doubt   *size // of one that may do so

	sorted  bool // it is known whether nodes are numbers or have names
	closed  bool // all names are known
	konect  bool // numbers count from 1, and rows may end with times
	claims  int64
	claimed bool // claims is the number of edges in a comment
	texts   []namedState
}

// byteOrderMark stands before each line where NetworkX encodes each in UTF-16.
var byteOrderMark = []byte("\ufeff")

// row is a line that was taken apart.
type row struct {
	line   int
	fields []field
	data   []byte // a dictionary after the fields, as NetworkX writes it
}

func (r row) clone() *row {
	c := &row{r.line, make([]field, len(r.fields)), bytes.Clone(r.data)}
	for i, f := range r.fields {
		c.fields[i] = field{bytes.Clone(f.text), f.quoted}
	}
	return c
}

// namedState is a state of a node that has no number yet.
type namedState struct {
	name  string
	value float64
	line  int
}

func readList(r io.Reader, o Options) (*Import, error) {
	l := &list{gather: newGather(o)}
	lines := lineScanner(r)
	for lines.Scan() {
		l.line++
		if err := l.read(lines.Bytes()); err != nil {
			return nil, l.locate(err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, at(l.line+1, "the line cannot be read: %w", err)
	}
	if err := l.end(); err != nil {
		return nil, l.locate(err)
	}
	return l.finish()
}

// locate adds the line to an error that has none.
func (l *list) locate(err error) error {
	var located *lineError
	if errors.As(err, &located) {
		return err
	}
	return &lineError{max(1, l.line), err}
}

func (l *list) read(line []byte) error {
	text := bytes.TrimSpace(bytes.TrimPrefix(line, byteOrderMark))
	switch {
	case len(text) == 0:
		return nil
	case text[0] == '#', text[0] == '%':
		return l.comment(string(text))
	case bytes.HasPrefix(text, []byte("sep=")) && len(text) == 5 && !l.begun && l.first == nil: // of Excel
		l.separator, l.separated = text[4], true
		return nil
	}
	r, err := l.split(text)
	if err != nil || len(r.fields) == 0 {
		return err
	}
	switch {
	case l.begun:
		return l.edgeOf(r)
	case l.first == nil:
		l.first = r.clone()
		return nil
	}
	if err := l.begin(&r); err != nil {
		return err
	}
	return l.edgeOf(r)
}

func (l *list) split(line []byte) (row, error) {
	r := row{line: l.line}
	if i := bytes.IndexByte(line, '{'); i >= 0 && line[len(line)-1] == '}' && bytes.Count(line[:i], []byte(`"`))%2 == 0 {
		line, r.data = bytes.TrimRight(line[:i], " \t,"), line[i:]
	}
	if !l.separated {
		l.separator, l.separated = separatorOf(line), true
	}
	var err error
	l.fields, err = split(l.fields[:0], line, l.separator)
	torn := func(f field) bool { return !f.quoted && (numbersWithin(f.text) || len(f.text) == 0) }
	if l.separator == '\t' && l.columns.header == nil && (len(l.fields) == 1 || slices.ContainsFunc(l.fields, torn)) {
		l.fields, err = splitSpace(l.fields[:0], line) // some tabs, some spaces
	}
	if l.separator != 0 && l.columns.header == nil {
		for len(l.fields) > 2 && len(l.fields[len(l.fields)-1].text) == 0 {
			l.fields = l.fields[:len(l.fields)-1]
		}
	}
	r.fields = l.fields
	return r, err
}

// begin decides what the first line is, by itself and by the second if there is one.
func (l *list) begin(second *row) error {
	l.begun = true
	first := l.first
	columns, found, err := headerOf(first, second)
	switch {
	case l.closed: // the names of nodes may be words of headers
	case err != nil:
		return &lineError{first.line, err}
	case found:
		l.columns = columns
		return nil
	}
	if s := sizeOf(first); s != nil && l.declared < 0 && !l.named {
		if second != nil && len(second.fields) != len(first.fields) && s.allows(second) {
			l.size = s
			return nil
		}
		l.doubt = s
	}
	if err := l.edgeOf(*first); err != nil {
		return &lineError{first.line, err}
	}
	return nil
}

// edgeOf adds the edge of a line.
func (l *list) edgeOf(r row) error {
	l.rows++
	a, b, w, err := l.columns.of(r, l.konect)
	if err != nil {
		return err
	}
	ends := [2]int64{}
	for i, f := range []field{a, b} {
		if ends[i], err = l.id(f); err != nil {
			return err
		}
	}
	weight, weighed, others, err := l.weightOf(w, r.data)
	if err != nil {
		return err
	}
	if len(l.edges) > 0 && weighed != (l.weighted > 0) {
		return fmt.Errorf("either all edges have a weight or none, and line %d does otherwise", l.lines[0])
	}
	if err := l.edge(ends[0], ends[1], r.line); err != nil {
		return err
	}
	if weighed {
		l.weigh(len(l.edges)-1, weight)
	}
	l.sayColumns(r)
	for _, p := range others {
		l.sayEdge(len(l.edges)-1, p.name, p.text)
	}
	return nil
}

// sayColumns keeps what a table says of an edge besides its ends and its weight. R and
// pandas write NA where there is no value.
func (l *list) sayColumns(r row) {
	for _, c := range l.columns.others {
		if c.at < len(r.fields) {
			if f := r.fields[c.at]; f.quoted || string(f.text) != "NA" {
				l.sayEdge(len(l.edges)-1, c.name, l.decimal(f.text))
			}
		}
	}
}

// decimal is a number with a decimal comma, as it stands between semicolons, with a point.
func (l *list) decimal(text []byte) string {
	if l.separator == ';' && bytes.Count(text, []byte(",")) == 1 {
		if withPoint := strings.Replace(string(text), ",", ".", 1); isFinite(withPoint) {
			return withPoint
		}
	}
	return string(text)
}

func isFinite(text string) bool {
	_, err := finite(text)
	return err == nil
}

// weightOf is that of a column or of a dictionary, which may say more.
func (l *list) weightOf(f *field, data []byte) (weight float64, found bool, others []pair, err error) {
	switch {
	case f != nil && data == nil:
		if weight, err = finite(l.decimal(f.text)); err != nil {
			return 0, false, nil, fmt.Errorf("weight %q is no finite number; %s", short(string(f.text)), expected)
		}
		return weight, true, nil, nil
	case f != nil:
		return 0, false, nil, fmt.Errorf("the line has a weight and a dictionary; %s", expected)
	case data != nil:
		return ofDictionary(data)
	}
	return 0, false, nil, nil
}

// id of a node: a number, or that of its name.
func (l *list) id(f field) (int64, error) {
	id, isWhole, isNumber := whole(f.text)
	if !l.sorted {
		l.sorted, l.named = true, !isNumber
	}
	switch {
	case !l.named && isWhole:
		if l.declared >= 0 && id >= l.declared && !l.konect && !l.compact {
			return 0, fmt.Errorf("node %q is no integer from 0 on and below %d", short(string(f.text)), l.declared)
		}
		return id, l.number(id, f.text)
	case !l.named:
		return 0, fmt.Errorf("node %q is no integer from 0 on, as the nodes before it are; %s", short(string(f.text)), expected)
	case len(f.text) == 0:
		return 0, fmt.Errorf("a node has no name; %s", expected)
	case isNumber && !f.quoted && !l.closed:
		return 0, fmt.Errorf("node %q is a number, and the nodes before it have names; lines `# node NAME` before the edges, one for each, tell what is a name", short(string(f.text)))
	case l.separator != 0 && !f.quoted && numbersWithin(f.text):
		return 0, fmt.Errorf("node %q is more than one number; %s", short(string(f.text)), expected)
	}
	n, isNew, err := l.node(string(f.text))
	if err == nil && isNew && l.closed {
		err = fmt.Errorf("no line `# node` names node %q", short(string(f.text)))
	}
	return int64(n), err
}

// numbersWithin tells whether a field is several numbers, which a separator that
// is something else has left together.
func numbersWithin(text []byte) bool {
	parts := bytes.Fields(text)
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p []byte) bool {
		_, _, isNumber := whole(p)
		return !isNumber
	})
}

// end decides what only the whole file shows.
func (l *list) end() error {
	if l.first != nil && !l.begun {
		if err := l.begin(nil); err != nil {
			return err
		}
	}
	if len(l.edges) == 0 && l.declared < 0 {
		l.line++
		return fmt.Errorf("the file ends without an edge or a line `# nodes N`; %s", expected)
	}
	if err := l.checkSize(); err != nil {
		return err
	}
	if err := l.checkMatrix(); err != nil {
		return err
	}
	if l.claimed && l.claims != int64(l.rows) {
		l.note("a comment of it says that it has %d edges, and it has %d lines of them", l.claims, l.rows)
	}
	if l.compact && l.named {
		l.declared = -1
	}
	for _, s := range l.texts {
		if id, found := l.ids[s.name]; found && l.named {
			if err := l.state(int64(id), s.value, s.line); err != nil {
				return err
			}
		}
	}
	return nil
}
