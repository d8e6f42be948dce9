package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"tnn-gpu/host/text"
)

// ReadGML reads GML (Himsolt 1997), as NetworkX, igraph and Gephi write it: nodes and edges
// with their attributes. Nodes are called by their labels, or names, where each has one of
// its own, and else by their ids; weight and state mean what they do in GraphML. Of lists in nodes
// graphics is read for x, y and z; values that stand several times are joined to a text.
// Directed edges act both ways; nested graphs and several graphs are refused. Errors begin
// with name and line.
func ReadGML(r io.Reader, name string, o Options) (*Import, error) {
	return named(name)(readGML(text.NewReader(r), o))
}

type gmlReader struct {
	*document
	in     *bufio.Reader
	at     int // line
	graphs int
}

func readGML(r io.Reader, o Options) (*Import, error) {
	g := &gmlReader{in: bufio.NewReaderSize(r, 1<<16), at: 1}
	g.document = newDocument(o, func() int { return g.at })
	g.labelled = true
	if err := g.read(); err != nil {
		return nil, g.locate(err)
	}
	if g.graphs == 0 {
		return nil, errors.New("it has 0 graphs: GML is `graph [ node [ id 0 ] ... edge [ source 0 target 1 ] ... ]`")
	}
	if g.directed {
		g.oneWay = len(g.edges)
	}
	if err := g.end(); err != nil {
		return nil, err
	}
	return g.finish()
}

// gmlKind is what a token is.
type gmlKind byte

const (
	gmlEnd   gmlKind = iota // of the file
	gmlOpen                 // [
	gmlClose                // ]
	gmlText                 // in quotation marks
	gmlWord                 // a key or a number
)

type gmlToken struct {
	kind gmlKind
	text string
}

// read reads what stands beside the graph, and the graph.
func (g *gmlReader) read() error {
	for {
		key, value, err := g.entry(gmlEnd)
		switch {
		case err != nil || key == "":
			return err
		case value.kind != gmlOpen:
			continue
		case key != "graph":
			err = g.skip()
		default:
			if g.graphs++; g.graphs > 1 {
				return fmt.Errorf("it has %d graphs, and must have one", g.graphs)
			}
			err = g.readGraph()
		}
		if err != nil {
			return err
		}
	}
}

func (g *gmlReader) readGraph() error {
	for {
		key, value, err := g.entry(gmlClose)
		switch isList := value.kind == gmlOpen; {
		case err != nil || key == "":
			return err
		case isList && key == "node":
			err = g.readNode()
		case isList && key == "edge":
			err = g.readEdge()
		case isList && key == "graph":
			return errors.New("it has a graph in its graph: graphs that are nested are not read")
		case isList:
			g.left = append(g.left, key)
			err = g.skip()
		case key == "directed":
			g.directed = value.text == "1"
		case key != "multigraph" && value.text != "":
			g.left = append(g.left, key)
		}
		if err != nil {
			return err
		}
	}
}

// readNode reads a node, whose [ has been read.
func (g *gmlReader) readNode() error {
	own, all, err := g.record(false, "id", "label")
	if err != nil {
		return err
	}
	return g.addNode(own["id"], own["label"], all)
}

func (g *gmlReader) readEdge() error {
	own, all, err := g.record(true, "source", "target")
	if err != nil {
		return err
	}
	return g.addEdge(own["source"], own["target"], false, all)
}

// record reads the entries of a node or an edge: some of its own, and attributes.
func (g *gmlReader) record(isEdge bool, names ...string) (own map[string]string, all []data, err error) {
	own = make(map[string]string)
	places := make(map[string]int) // in all
	before := g.taken
	for {
		key, value, err := g.entry(gmlClose)
		if err != nil || key == "" {
			g.taken = before
			if _, has := own["label"]; !isEdge && !has && own["name"] != "" {
				own["label"] = own["name"]
			} else if !isEdge && own["name"] != "" {
				err = errors.Join(err, g.keep(&all, places, isEdge, "name", gmlToken{gmlText, own["name"]}))
			}
			return own, all, err
		}
		lower := strings.ToLower(key)
		switch {
		case value.kind == gmlOpen && lower == "graphics" && !isEdge:
			err = g.graphics(&all, places)
		case value.kind == gmlOpen && lower == "graph":
			err = errors.New("a node has a graph in it: graphs that are nested are not read")
		case value.kind == gmlOpen:
			if name := inLine(key); !slices.Contains(g.left, name) {
				g.left = append(g.left, name)
			}
			err = g.skip()
		case slices.Contains(names, lower), lower == "name" && !isEdge:
			if _, twice := own[lower]; twice {
				err = fmt.Errorf("a node or an edge has two entries %s", lower)
			}
			own[lower] = value.text
		default:
			err = g.keep(&all, places, isEdge, key, value)
		}
		if err == nil {
			err = g.take(int64(2*saidBytes + len(value.text)))
		}
		if err != nil {
			return nil, nil, err
		}
	}
}

// keep adds an attribute of a node or an edge.
func (g *gmlReader) keep(all *[]data, places map[string]int, isEdge bool, name string, value gmlToken) error {
	id := ofNode + name
	if isEdge {
		id = ofEdge + name
	}
	if _, known := g.keys[id]; !known {
		if err := g.declare(id, name, !isEdge, isEdge, false, nil); err != nil {
			return err
		}
	}
	if value.kind == gmlText && value.text != "" {
		if isEdge {
			g.ofEdges.areTexts(name)
		} else if name != externalName {
			g.ofNodes.areTexts(name)
		}
	}
	if at, several := places[name]; several {
		(*all)[at].Text += ", " + value.text
		return nil
	}
	places[name] = len(*all)
	*all = append(*all, data{id, value.text})
	return nil
}

// graphics reads where a node is drawn.
func (g *gmlReader) graphics(all *[]data, places map[string]int) error {
	for {
		key, value, err := g.entry(gmlClose)
		switch {
		case err != nil || key == "":
			return err
		case value.kind == gmlOpen:
			err = g.skip()
		case slices.Contains([]string{"x", "y", "z"}, key):
			err = g.keep(all, places, false, key, value)
		}
		if err != nil {
			return err
		}
	}
}

// skip reads up to the ] of a list.
func (g *gmlReader) skip() error {
	for depth := 1; depth > 0; {
		t, err := g.token()
		if err != nil {
			return err
		}
		switch t.kind {
		case gmlEnd:
			return errCutGML
		case gmlOpen:
			depth++
		case gmlClose:
			depth--
		}
	}
	return nil
}

var errCutGML = errors.New("it is cut off: a [ of GML has no ]")

// entry reads a key and its value; the key is empty at the end, which is that of the file
// or of a list.
func (g *gmlReader) entry(end gmlKind) (key string, value gmlToken, err error) {
	t, err := g.token()
	switch {
	case err != nil || t.kind == end:
		return "", value, err
	case t.kind == gmlEnd:
		return "", value, errCutGML
	case t.kind != gmlWord:
		return "", value, fmt.Errorf("it is no GML, which has a key and its value in turn: here is no key but %q", short(t.shown()))
	}
	if value, err = g.token(); err != nil {
		return "", value, err
	}
	if value.kind == gmlEnd || value.kind == gmlClose {
		return "", value, fmt.Errorf("the key %s of GML has no value", short(t.text))
	}
	return t.text, value, nil
}

func (t gmlToken) shown() string {
	switch t.kind {
	case gmlOpen:
		return "["
	case gmlClose:
		return "]"
	}
	return t.text
}

// token reads the next one. Comments begin with # where a key could.
func (g *gmlReader) token() (gmlToken, error) {
	for {
		c, err := g.next()
		switch {
		case errors.Is(err, io.EOF):
			return gmlToken{}, nil
		case err != nil:
			return gmlToken{}, fmt.Errorf("it cannot be read: %w", err)
		case isSpace(c):
		case c == '#':
			for err == nil && c != '\n' {
				c, err = g.next()
			}
		case c == '[':
			return gmlToken{kind: gmlOpen}, nil
		case c == ']':
			return gmlToken{kind: gmlClose}, nil
		case c == '"':
			return g.quoted()
		default:
			return g.word(c)
		}
	}
}

func (g *gmlReader) next() (byte, error) {
	c, err := g.in.ReadByte()
	if c == '\n' && err == nil {
		g.at++
	}
	return c, err
}

func isSpace(c byte) bool { return strings.IndexByte(" \t\r\n\v\f", c) >= 0 }

var errLongGML = fmt.Errorf("a value is longer than %d MB", longestLine>>20)

// quoted reads a text up to its quotation mark. It has the entities of HTML.
func (g *gmlReader) quoted() (gmlToken, error) {
	var b strings.Builder
	for {
		c, err := g.next()
		switch {
		case err != nil:
			return gmlToken{}, errQuote
		case c == '"':
			return gmlToken{gmlText, html.UnescapeString(b.String())}, nil
		case b.Len() == longestLine:
			return gmlToken{}, errLongGML
		}
		b.WriteByte(c)
	}
}

func (g *gmlReader) word(c byte) (gmlToken, error) {
	var b strings.Builder
	for {
		b.WriteByte(c)
		if b.Len() > longestLine {
			return gmlToken{}, errLongGML
		}
		next, err := g.in.Peek(1)
		if err != nil || isSpace(next[0]) || strings.IndexByte("[]\"#", next[0]) >= 0 {
			return gmlToken{gmlWord, b.String()}, nil
		}
		c, _ = g.next()
	}
}
