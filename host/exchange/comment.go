package exchange

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
)

// What comments say in lists of SNAP and KONECT (https://snap.stanford.edu/data,
// http://konect.cc).
var (
	snapSize     = regexp.MustCompile(`(?i)^# *nodes: *([0-9]+) +edges: *([0-9]+)`)
	konectFormat = regexp.MustCompile(`^% *(sym|asym|bip)\s+[a-z]+\s*$`)
	konectSize   = regexp.MustCompile(`^% *([0-9]+)\s+([0-9]+)(?:\s+([0-9]+))?\s*$`)
)

// comment reads what a comment says, if it says something.
func (l *list) comment(text string) error {
	fields := strings.Fields(text)
	if text[0] == '%' {
		return l.konectComment(text)
	}
	if m := snapSize.FindStringSubmatch(text); m != nil && len(l.edges) == 0 && l.declared < 0 {
		nodes, errN := strconv.ParseInt(m[1], 10, 64)
		edges, errM := strconv.ParseInt(m[2], 10, 64)
		if errN == nil && errM == nil && nodes <= graph.MaxNodes {
			l.declared, l.compact, l.claims, l.claimed = nodes, true, edges, true
		}
		return nil
	}
	switch {
	case fields[0] != "#" || len(fields) < 3:
		return nil
	case fields[1] == "nodes" && len(fields) == 3:
		return l.declareNodes(fields[2])
	case fields[1] == "node":
		return l.declareName(strings.TrimSpace(text[strings.Index(text, "node")+len("node"):]))
	case fields[1] == "state":
		return l.declareState(strings.TrimSpace(text[strings.Index(text, "state")+len("state"):]))
	case fields[1] == externalName:
		return l.declareAttribute(externalName + " " + strings.TrimSpace(text[strings.Index(text, externalName)+len(externalName):]) + " true")
	case fields[1] == edgeAttribute:
		l.declareEdge(strings.TrimSpace(text[strings.Index(text, edgeAttribute)+len(edgeAttribute):]))
	case fields[1] == "attribute":
		return l.declareAttribute(strings.TrimSpace(text[strings.Index(text, "attribute")+len("attribute"):]))
	}
	return nil
}

// edgeAttribute begins a comment that gives an edge an attribute.
const edgeAttribute = "edge-attribute"

// declareEdge gives an edge an attribute: NAME NUMBER VALUE. Edges are numbered from 0 on,
// as they stand in the file, those before the comment. What is not written like that is a
// comment like others.
func (l *list) declareEdge(text string) {
	fields, err := split(nil, []byte(text), 0)
	if err != nil || len(fields) != 3 {
		return
	}
	before := len(l.edges)
	if l.first != nil && !l.begun {
		before = 1
	}
	if edge, isWhole, _ := whole(fields[1].text); isWhole && edge >= 0 && edge < int64(before) {
		l.ofEdges.asWritten(fields[0], fields[2])
		l.sayEdge(int(edge), string(fields[0].text), string(fields[2].text))
	}
}

// declareAttribute gives a node an attribute: NAME ID VALUE. What is not written like
// that, or is of no node, is a comment like others.
func (l *list) declareAttribute(text string) error {
	fields, err := split(nil, []byte(text), 0)
	if err != nil || len(fields) != 3 {
		return nil
	}
	id, isWhole, _ := whole(fields[1].text)
	if known, found := l.ids[string(fields[1].text)]; l.named && found {
		id = int64(known)
	} else if l.named || !isWhole || id > math.MaxInt32 {
		return nil
	}
	l.ofNodes.asWritten(fields[0], fields[2])
	return l.say(id, string(fields[0].text), string(fields[2].text))
}

// asWritten notes that a number in quotation marks is a text.
func (s *sayings) asWritten(name, value field) {
	if text := string(value.text); value.quoted && likeNumber(text) {
		s.areTexts(string(name.text))
	}
}

// likeNumber tells whether a text would be taken for a number, or for the sign of none.
func likeNumber(text string) bool { return isFinite(text) || strings.EqualFold(text, "nan") }

func (l *list) declareNodes(text string) error {
	if l.declared >= 0 && !l.compact || len(l.edges) > 0 || l.first != nil {
		return fmt.Errorf("`# nodes %s` must come once, and before the first edge", short(text))
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > graph.MaxNodes {
		return fmt.Errorf("the number of nodes is %q: it must be an integer from 0 to %d", short(text), graph.MaxNodes)
	}
	l.declared, l.base, l.compact = int64(n), 0, false
	return nil
}

// declareName names the next node. Comments of others that begin with the word
// node are comments, unless one was a name.
func (l *list) declareName(text string) error {
	fields, err := split(nil, []byte(text), 0)
	if err != nil || len(fields) != 1 {
		if l.closed {
			return fmt.Errorf("`# node` is followed by a name, in quotation marks if it has spaces")
		}
		return nil
	}
	if len(l.edges) > 0 || l.first != nil {
		if l.closed {
			return fmt.Errorf("`# node %s` must come before the first edge", short(text))
		}
		return nil
	}
	l.sorted, l.named, l.closed = true, true, true
	_, isNew, err := l.node(string(fields[0].text))
	if err == nil && !isNew {
		err = fmt.Errorf("there are two nodes %q", short(text))
	}
	return err
}

// declareState gives a node its state: ID VALUE. Where the id is neither a number
// nor a name it is a comment like others.
func (l *list) declareState(text string) error {
	fields, err := split(nil, []byte(text), 0)
	if err != nil || len(fields) != 2 {
		return nil
	}
	id, isWhole, _ := whole(fields[0].text)
	value, err := strconv.ParseFloat(string(fields[1].text), 64)
	known := l.closed || isWhole
	switch {
	case err != nil && !known:
		return nil
	case err != nil || !(math.Abs(value) <= 1):
		if !known {
			return nil
		}
		return fmt.Errorf("the state %q is no number from -1 to 1", short(string(fields[1].text)))
	case l.closed || !isWhole:
		name := string(fields[0].text)
		if _, found := l.ids[name]; l.closed && !found {
			return fmt.Errorf("there is no node %q", short(name))
		}
		l.texts = append(l.texts, namedState{name, value, l.line})
		return l.take(stateBytes + int64(len(name)))
	}
	return l.state(min(id, math.MaxInt32), value, l.line)
}

// konectComment reads the two first lines of a list of KONECT, whose numbers count
// from 1: what it is, and then its edges and nodes.
func (l *list) konectComment(text string) error {
	if len(l.edges) > 0 || l.first != nil {
		return nil
	}
	if m := konectFormat.FindStringSubmatch(text); m != nil {
		if m[1] == "bip" {
			return fmt.Errorf("it is a bipartite list of KONECT, whose two kinds of nodes have the same numbers: give those of the second column others")
		}
		l.konect, l.base = true, 1
		return nil
	}
	if m := konectSize.FindStringSubmatch(text); l.konect && m != nil && l.declared < 0 {
		edges, errM := strconv.ParseInt(m[1], 10, 64)
		nodes, errN := strconv.ParseInt(m[2], 10, 64)
		if errM == nil && errN == nil && nodes <= graph.MaxNodes {
			l.declared, l.claims, l.claimed = nodes, edges, true
		}
	}
	return nil
}
