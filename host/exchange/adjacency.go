package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// readAdjacency reads an adjacency list as NetworkX writes it: on each line a node and those
// that it is joined to, with spaces between. Names have no spaces.
func readAdjacency(r io.Reader, o Options) (*Import, error) {
	g := newGather(o)
	g.named = true
	lines := lineScanner(r)
	for line := 1; lines.Scan(); line++ {
		text, _, _ := bytes.Cut(lines.Bytes(), []byte("#"))
		if err := g.adjacent(bytes.Fields(text), line); err != nil {
			return nil, &lineError{line, err}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if len(g.names) == 0 {
		return nil, fmt.Errorf("it has no node")
	}
	return g.finish()
}

func (g *gather) adjacent(fields [][]byte, line int) error {
	if len(fields) == 0 {
		return nil
	}
	if bytes.HasSuffix(fields[len(fields)-1], []byte("}")) {
		return fmt.Errorf("it is a multiline adjacency list of NetworkX, which is not read: write GraphML, GML, or a list of edges (%s)", expected)
	}
	a, _, err := g.node(string(fields[0]))
	for _, f := range fields[1:] {
		if err != nil {
			return err
		}
		var b int32
		if b, _, err = g.node(string(f)); err == nil {
			err = g.edge(int64(a), int64(b), line)
		}
	}
	return err
}

// isAdjacency tells NetworkX' adjacency lists: it begins them, and only them, like this.
func isAdjacency(begin, extension string) bool {
	return extension == ".adjlist" || strings.HasPrefix(begin, "#") && strings.Contains(begin, "\n# gmt ")
}
