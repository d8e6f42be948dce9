package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// columns say where a row has the ends of its edge and its weight.
type columns struct {
	header  []string // nil where there is none, and rows are `a b` or `a b weight`
	others  []column // attributes of edges
	a, b, w int      // w is -1 where there is no weight
}

// column of a table.
type column struct {
	name string
	at   int
}

// What others call the columns of the ends. Shorter words may be names of nodes.
var (
	sourceWords = []string{"source", "from", "src", "fromnodeid", "from_node", "from_id", "fromid", "node1", "node_1", "node_a", "nodea", "source_id", "sourceid", "id1", "endnodes_1"}
	targetWords = []string{"target", "to", "dst", "dest", "destination", "tonodeid", "to_node", "to_id", "toid", "node2", "node_2", "node_b", "nodeb", "target_id", "targetid", "id2", "endnodes_2"}
	// rowWords are columns of the numbers or names of rows.
	rowWords = []string{"", "id", "edge", "edge_id", "unnamed: 0", "rownames"}
	// otherWords are attributes of edges, also where all columns must be known.
	otherWords = []string{"label", "type", "kind", "timeset", "interval", "directed"}
)

// headerOf takes the first row for a header if it is one: by its words, or because
// what follows is numbers where it has words.
func headerOf(first, second *row) (c columns, found bool, err error) {
	words := make([]string, len(first.fields))
	for i, f := range first.fields {
		words[i] = strings.ToLower(strings.TrimSpace(string(f.text)))
	}
	find := func(among []string) int {
		return slices.IndexFunc(words, func(w string) bool { return slices.Contains(among, w) })
	}
	strict := false // each column must be known
	c = columns{header: words, a: find(sourceWords), b: find(targetWords), w: slices.Index(words, "weight")}
	switch {
	case c.a >= 0 && c.b >= 0:
	case isNodeTable(words):
		return c, true, fmt.Errorf("it is a table of nodes, and that of the edges is needed; %s", expected)
	case second == nil || !wordsOver(first, second):
		return columns{w: -1}, false, nil
	default: // words that are not known, in the order of a, b and weight
		strict = true
		c.a, c.b = 0, 1
		if len(words) > 0 && words[0] == "" {
			c.a, c.b = 1, 2
		}
		if len(words) <= c.b {
			return c, true, fmt.Errorf("its header has %s; %s", many(len(words), "column", "columns"), expected)
		}
		if c.w < 0 && len(words) == c.b+2 && words[c.b+1] == "w" {
			c.w = c.b + 1
		}
	}
	for i, w := range words {
		switch {
		case i == c.a || i == c.b || i == c.w || slices.Contains(rowWords, w):
		case strict && !slices.Contains(otherWords, w) || c.w < 0 && nearName(w, "weight"):
			return c, true, fmt.Errorf("the column %q is neither an end of an edge nor its weight: call it weight if it is that, and else take it out or give it a name that is less near", short(w))
		default:
			c.others = append(c.others, column{string(first.fields[i].text), i})
		}
	}
	if second != nil && len(second.fields) == len(words)+1 { // R writes the names of rows, and no word over them
		c.a, c.b = c.a+1, c.b+1
		if c.w >= 0 {
			c.w++
		}
		for i := range c.others {
			c.others[i].at++
		}
	}
	return c, true, nil
}

// isNodeTable tells Gephi's table of nodes.
func isNodeTable(words []string) bool {
	return len(words) > 1 && words[0] == "id" && (words[1] == "label" || words[1] == "external")
}

// wordsOver tells whether the first row has words where the second has numbers.
func wordsOver(first, second *row) bool {
	for i, f := range first.fields {
		if i >= len(second.fields) || i > 2 {
			return false
		}
		_, _, over := whole(f.text)
		_, _, under := whole(second.fields[i].text)
		if !over && under {
			return true
		}
	}
	return false
}

// of takes the ends and the weight, if there is one, out of a row.
func (c columns) of(r row, times bool) (a, b field, weight *field, err error) {
	n := len(r.fields)
	if c.header == nil {
		switch {
		case n == 2:
			return r.fields[0], r.fields[1], nil, nil
		case n == 3, n == 4 && times:
			return r.fields[0], r.fields[1], &r.fields[2], nil
		}
		return a, b, nil, fmt.Errorf("this line has %s; %s", many(n, "field", "fields"), expected)
	}
	if n <= max(c.a, c.b, c.w) {
		return a, b, nil, fmt.Errorf("this line has %s, and the header has %s", many(n, "field", "fields"), many(len(c.header), "column", "columns"))
	}
	if c.w >= 0 {
		weight = &r.fields[c.w]
	}
	return r.fields[c.a], r.fields[c.b], weight, nil
}

// size is a first line that says how many nodes and edges there are, as those of
// Gset do: `N M`, or `N N M` for a matrix.
type size struct {
	line         int
	text         string
	nodes, edges int64
	fields       int
}

// sizeOf reads a first line as a size; nil where it cannot be one.
func sizeOf(r *row) *size {
	var v []int64
	var text []string
	for _, f := range r.fields {
		n, isWhole, _ := whole(f.text)
		if !isWhole || n < 1 || r.data != nil {
			return nil
		}
		v, text = append(v, n), append(text, string(f.text))
	}
	s := &size{line: r.line, text: strings.Join(text, " "), fields: len(v)}
	switch {
	case len(v) == 2:
		s.nodes, s.edges = v[0], v[1]
	case len(v) == 3 && v[0] == v[1]:
		s.nodes, s.edges = v[0], v[2]
	default:
		return nil
	}
	return s
}

// allows tells whether a row can be an edge between nodes of that size.
func (s *size) allows(r *row) bool {
	if len(r.fields) != 2 && len(r.fields) != 3 {
		return false
	}
	for _, f := range r.fields[:2] {
		if id, isWhole, _ := whole(f.text); !isWhole || id < 0 || id > s.nodes {
			return false
		}
	}
	return true
}

// checkMatrix refuses three lines that can be the matrix of three nodes as well.
// Larger matrices have too many columns, and that of two nodes is the same as a list.
func (l *list) checkMatrix() error {
	if len(l.edges) != 3 || l.weighted != 3 || l.named || l.declared >= 0 || l.columns.header != nil {
		return nil
	}
	m := func(i, j int) float64 {
		return [3]float64{float64(l.edges[i].A), float64(l.edges[i].B), l.weights[i]}[j]
	}
	for i := range 3 {
		for j := range i + 1 {
			if m(i, j) != m(j, i) || i == j && m(i, j) != 0 {
				return nil
			}
		}
	}
	return at(int(l.lines[0]), "it can be the matrix of 3 nodes, or a list of 3 edges: a line `# nodes N` before it says the latter; %s", expected)
}

// checkSize compares what the first line says, or may say, with what there is.
func (l *list) checkSize() error {
	switch s, rows := l.size, int64(l.rows); {
	case s != nil && s.edges != rows:
		return at(s.line, "the line says that there are %s and %s, and %d lines of edges follow: the file is cut off, or the line is no size", many(s.nodes, "node", "nodes"), many(s.edges, "edge", "edges"), rows)
	case s != nil:
		l.declared = s.nodes
		if l.smallest > 0 {
			l.base = 1
		}
		return nil
	}
	d := l.doubt
	if d == nil || l.named || d.edges != int64(l.rows)-1 {
		return nil
	}
	smallest, largest := int64(1)<<62, int64(-1)
	for _, e := range l.edges[1:] {
		smallest, largest = min(smallest, int64(e.A), int64(e.B)), max(largest, int64(e.A), int64(e.B))
	}
	if largest > d.nodes || smallest == 0 && largest == d.nodes {
		return nil
	}
	return at(d.line, "the line `%s` can be an edge, or say how many nodes and edges follow: a line `# nodes %d` in its place says the latter, or as the first line of the file, with the number of all nodes, the former", d.text, d.nodes)
}

var errNoWeight = errors.New("a dictionary of NetworkX cannot be read")

// pair is the name of an attribute of an edge, and its value.
type pair struct{ name, text string }

// ofDictionary finds the weight in what NetworkX writes after an edge, such as
// {'weight': 0.5, 'label': 'a, b'}, and what else it says.
func ofDictionary(data []byte) (weight float64, found bool, others []pair, err error) {
	p := dictionary{string(data[1 : len(data)-1])}
	var near error
	for {
		key, value, more, err := p.next()
		if err != nil {
			return 0, false, nil, err
		}
		if !more {
			if found {
				near = nil
			}
			return weight, found, others, near
		}
		switch {
		case strings.EqualFold(key, "weight") && found:
			return 0, false, nil, errors.New("an edge has two weights")
		case strings.EqualFold(key, "weight"):
			if weight, err = finite(value); err != nil {
				return 0, false, nil, fmt.Errorf("weight %w", err)
			}
			found = true
			continue
		case nearName(key, "weight"):
			near = nearError("edges", key, "weight")
		}
		others = append(others, pair{key, value})
	}
}

// dictionary is what is left of one.
type dictionary struct{ rest string }

// next takes a key and its value off.
func (d *dictionary) next() (key, value string, more bool, err error) {
	d.rest = strings.TrimLeft(d.rest, " ,")
	if d.rest == "" {
		return "", "", false, nil
	}
	if key, err = d.token(":"); err != nil {
		return "", "", false, err
	}
	if !strings.HasPrefix(d.rest, ":") {
		return "", "", false, errNoWeight
	}
	d.rest = d.rest[1:]
	value, err = d.token(",")
	return key, value, true, err
}

// token takes what stands before an end, which does not count in quotation marks
// and brackets.
func (d *dictionary) token(end string) (string, error) {
	depth := 0
	for i := 0; i < len(d.rest); i++ {
		switch c := d.rest[i]; {
		case depth == 0 && strings.IndexByte(end, c) >= 0:
			text := d.rest[:i]
			d.rest = d.rest[i:]
			return literal(text), nil
		case c == '\'' || c == '"':
			for i++; i < len(d.rest) && d.rest[i] != c; i++ {
				if d.rest[i] == '\\' {
					i++
				}
			}
			if i >= len(d.rest) {
				return "", errNoWeight
			}
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
	}
	if depth != 0 {
		return "", errNoWeight
	}
	text := d.rest
	d.rest = ""
	return literal(text), nil
}

// literal is what a value of Python stands for: a text, or a number, such as
// np.float64(0.5). None is an empty text.
func literal(text string) string {
	text = strings.TrimSpace(text)
	n := len(text)
	switch {
	case text == "None":
		return ""
	case n > 1 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0]:
		return unescaped(text[1 : n-1])
	case strings.HasPrefix(text, "np.") && strings.HasSuffix(text, ")"):
		return text[strings.IndexByte(text, '(')+1 : n-1]
	}
	return text
}

// unescaped is a text of Python whose escapes are resolved; those that are none stay.
func unescaped(text string) string {
	var out strings.Builder
	for text != "" {
		if strings.HasPrefix(text, `\'`) || strings.HasPrefix(text, `\"`) {
			text = text[1:]
			out.WriteByte(text[0])
			text = text[1:]
			continue
		}
		if text[0] == '\\' {
			if c, _, rest, err := strconv.UnquoteChar(text, 0); err == nil {
				out.WriteRune(c)
				text = rest
				continue
			}
		}
		out.WriteByte(text[0])
		text = text[1:]
	}
	return out.String()
}

// nearName tells whether an attribute may be meant to be the weight or the state.
func nearName(name, meant string) bool {
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	switch {
	case letters == meant, letters == meant+"s", letters == "node"+meant, len(letters) == len(meant) && sorted(letters) == sorted(meant):
		return true
	}
	return meant == "weight" && (letters == "w" || letters == "wt" || strings.Contains(letters, meant))
}

func sorted(text string) string {
	b := []byte(text)
	slices.Sort(b)
	return string(b)
}

func nearError(of, name, meant string) error {
	return fmt.Errorf("its %s have an attribute %q: call it %s if it is that, and else take it out or give it a name that is less near", of, short(name), meant)
}
