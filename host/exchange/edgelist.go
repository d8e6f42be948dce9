package exchange

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
)

// number is in the shortest form that reads back as the same number.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// finite reads a number.
func finite(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q: %w", short(text), errNotFinite)
	}
	return v, nil
}

// short cuts a text to a length that a sentence can bear.
func short(text string) string {
	const longest = 40
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "..."
	}
	return text
}

// ReadEdgeList is graph.ReadEdgeList with the states that comments tell, as in
// `# state 12 -0.5`: all nodes have one or none has.
func ReadEdgeList(r io.Reader, name string) (*Network, error) {
	var text bytes.Buffer
	g, weights, err := graph.ReadEdgeList(io.TeeReader(r, &text), name)
	if err != nil {
		return nil, err
	}
	states := make(map[int]float64)
	line := 0
	for in := bufio.NewScanner(&text); in.Scan(); {
		line++
		fields := strings.Fields(in.Text())
		if len(fields) != 4 || fields[0] != "#" || fields[1] != "state" {
			continue
		}
		id, err := strconv.ParseUint(fields[2], 10, 31)
		if err != nil || int(id) >= g.Nodes {
			return nil, fmt.Errorf("%s:%d: there is no node %q; the graph has nodes 0 to %d", name, line, short(fields[2]), g.Nodes-1)
		}
		state, err := finite(fields[3])
		if err != nil || math.Abs(state) > 1 {
			return nil, fmt.Errorf("%s:%d: the state %q is no number from -1 to 1", name, line, short(fields[3]))
		}
		states[int(id)] = state
	}
	n := &Network{Graph: g, Weights: weights}
	switch len(states) {
	case 0:
		return n, nil
	case g.Nodes:
	default:
		return nil, fmt.Errorf("%s: %d of %d nodes have a state: either all must have one or none", name, len(states), g.Nodes)
	}
	n.States = make([]float64, g.Nodes)
	for id, s := range states {
		n.States[id] = s
	}
	return n, nil
}
