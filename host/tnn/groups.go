package tnn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/text"
)

// chooses tells whether a group says which nodes it takes.
func (g GroupSpec) chooses() bool {
	return len(g.Nodes) > 0 || g.Region != "" || g.Sublattice != "" || g.Degree != "" || g.Attribute != ""
}

// plain is the group with all nodes.
func (g GroupSpec) plain() GroupSpec {
	g.Count, g.Nodes, g.Region, g.Sublattice, g.Degree, g.Attribute = 0, nil, "", "", "", ""
	return g
}

// choice says in words which nodes a group takes; empty where it takes any.
func (g GroupSpec) choice() string {
	var parts []string
	if n := len(g.Nodes); n > 0 {
		parts = append(parts, "named nodes")
	}
	if g.Region != "" {
		parts = append(parts, "region "+g.Region)
	}
	if g.Sublattice != "" {
		parts = append(parts, string(g.Sublattice)+" sites")
	}
	if g.Degree != "" {
		parts = append(parts, "degree "+g.Degree)
	}
	if g.Attribute != "" {
		parts = append(parts, g.Attribute)
	}
	return strings.Join(parts, ", ")
}

// checkChoice checks what a group says of the nodes that it takes, as far as that is
// possible before a graph is read.
func (s *Spec) checkChoice(key string, g GroupSpec) error {
	for i, node := range g.Nodes {
		if err := s.checkNode(fmt.Sprintf("%s.nodes[%d]", key, i), node); err != nil {
			return err
		}
	}
	if g.Region != "" {
		from, to, err := model.ParseRegion(g.Region)
		if err == nil {
			_, err = regionOf(graph.Lattice{Sides: s.Graph.Sides}, from, to)
		}
		if err != nil {
			return model.BadKey(key+".region", g.Region, err.Error())
		}
	}
	if g.Sublattice != "" {
		if err := model.OneOf(key+".sublattice", g.Sublattice, Even, Odd); err != nil {
			return err
		}
		if len(s.Graph.Sides) == 0 {
			return model.BadKey(key+".sublattice", g.Sublattice, "even and odd sites are those of a lattice, so give graph.sides too")
		}
	}
	if g.Degree != "" {
		if s.Graph.Kind != FromFile {
			return model.BadKey(key+".degree", g.Degree, "only a graph of kind file has nodes of a degree before groups are chosen; a group's connections are its degree here")
		}
		if _, _, err := parseDegrees(g.Degree); err != nil {
			return model.BadKey(key+".degree", g.Degree, err.Error())
		}
	}
	if g.Attribute != "" {
		if s.Graph.Kind != FromFile {
			return model.BadKey(key+".attribute", g.Attribute, "only a graph of kind file has attributes of nodes")
		}
		if name, _, found := strings.Cut(g.Attribute, "="); !found || name == "" {
			return model.BadKey(key+".attribute", g.Attribute, `write an attribute of the file and its value, such as "kind=hub"`)
		}
	}
	return nil
}

// parseDegrees reads a number of edges, or the least and the most: 3, 4..9, 10.. or ..2.
func parseDegrees(text string) (least, most int, err error) {
	first, last, isRange := strings.Cut(text, "..")
	if !isRange {
		last = first
	}
	most = MaxNodes
	for _, end := range []struct {
		text string
		to   *int
	}{{first, &least}, {last, &most}} {
		if end.text = strings.TrimSpace(end.text); end.text == "" && isRange {
			continue
		}
		n, failed := strconv.ParseUint(end.text, 10, 31)
		if failed != nil {
			return 0, 0, fmt.Errorf(`write a number of edges, or the least and the most, such as "3", "4..9" or "10.."`)
		}
		*end.to = int(n)
	}
	if least > most {
		return 0, 0, fmt.Errorf("the least is above the most")
	}
	return least, most, nil
}

// drawGroups gives each group the nodes that it chooses, or as many of them as it
// counts, at random; then those that choose none as many as they count, and all others
// to the group that takes what is left.
func (b *builder) drawGroups(nodes int) error {
	if len(b.Groups) == 1 && !b.Groups[0].chooses() {
		return nil
	}
	const none = MaxGroups // which no group has for its number
	b.group = make([]uint8, nodes)
	for id := range b.group {
		b.group[id] = none
	}
	draws := rng.NewStream(rng.Key(b.seed), rng.Grouping, 0)
	for i, g := range b.Groups {
		if !g.chooses() {
			continue
		}
		chosen, err := b.choose(i, func(id int) bool { return b.group[id] == none && !b.isExternal(id) })
		if err != nil {
			return err
		}
		if g.Count > 0 {
			b.draw(uint8(i), g.Count, chosen, &draws)
			continue
		}
		for _, id := range chosen {
			b.group[id] = uint8(i)
		}
	}
	left := make([]int32, 0, nodes)
	for id := range nodes {
		if b.group[id] == none && !b.isExternal(id) {
			left = append(left, int32(id))
		}
	}
	return b.shareOut(left, &draws)
}

// draw gives a group some of the nodes, and returns the others.
func (b *builder) draw(group uint8, count int, from []int32, draws *rng.Stream) []int32 {
	for range count {
		k, last := draws.IntN(len(from)), len(from)-1
		b.group[from[k]] = group
		from[k] = from[last]
		from = from[:last]
	}
	return from
}

// shareOut gives the nodes that no group has chosen to those that choose none.
func (b *builder) shareOut(left []int32, draws *rng.Stream) error {
	rest := -1
	for i, g := range b.Groups {
		switch {
		case g.chooses():
		case g.Count == 0:
			rest = i
		case g.Count > len(left):
			return model.BadKey(fmt.Sprintf("group[%d].count", i), g.Count, fmt.Sprintf("only %d network nodes are left for it", len(left)))
		default:
			left = b.draw(uint8(i), g.Count, left, draws)
		}
	}
	switch {
	case rest < 0 && len(left) > 0:
		return model.BadKey("group", len(b.Groups), fmt.Sprintf("%s, such as node %d, are in no group: add one that chooses none, to take what is left", text.Count(len(left), "network node"), left[0]))
	case rest >= 0 && len(left) == 0:
		return model.BadKey(fmt.Sprintf("group[%d].count", rest), 0, "it takes what is left, and the other groups leave no network node")
	}
	for _, id := range left {
		b.group[id] = uint8(rest)
	}
	if len(b.Groups) == 1 {
		b.group = nil
	}
	for id := range b.group { // of external nodes, which are in no group
		if b.isExternal(id) {
			b.group[id] = 0
		}
	}
	return nil
}

// choose lists the nodes that a group chooses among those that are free, ascending.
func (b *builder) choose(i int, free func(id int) bool) ([]int32, error) {
	g, key := b.Groups[i], fmt.Sprintf("group[%d]", i)
	fits := []func(id int) bool{free}
	if len(g.Nodes) > 0 {
		named, err := b.findNodes(key+".nodes", g.Nodes, free)
		if err != nil {
			return nil, err
		}
		fits = append(fits, func(id int) bool { return named[id] })
	}
	lattice := graph.Lattice{Sides: b.Graph.Sides}
	if g.Region != "" {
		from, to, _ := model.ParseRegion(g.Region) // checkChoice has read it
		fits = append(fits, func(id int) bool {
			for d, x := range lattice.Coordinates(id) {
				if x < from[d] || x >= to[d] {
					return false
				}
			}
			return true
		})
	}
	if g.Sublattice != "" {
		fits = append(fits, func(id int) bool { return parityName(lattice.Parity(id)) == g.Sublattice })
	}
	if g.Degree != "" {
		least, most, _ := parseDegrees(g.Degree)
		degrees := b.graph.Degrees()
		fits = append(fits, func(id int) bool { return degrees[id] >= least && degrees[id] <= most })
	}
	if g.Attribute != "" {
		says, err := b.attribute(key+".attribute", g.Attribute)
		if err != nil {
			return nil, err
		}
		fits = append(fits, says)
	}
	var out []int32
	for id := range b.group {
		if !slices.ContainsFunc(fits, func(fit func(id int) bool) bool { return !fit(id) }) {
			out = append(out, int32(id))
		}
	}
	switch {
	case len(out) == 0:
		return nil, model.BadKey(key, g.choice(), "no network node fits, or other groups have chosen all that do")
	case g.Count > len(out):
		return nil, model.BadKey(key+".count", g.Count, fmt.Sprintf("it chooses %s", text.Count(len(out), "network node")))
	}
	return out, nil
}

// findNodes finds nodes that a group names.
func (b *builder) findNodes(key string, named []any, free func(id int) bool) (map[int]bool, error) {
	names := model.NewNames(b.names, len(b.group))
	found := make(map[int]bool)
	for k, asked := range named {
		here := fmt.Sprintf("%s[%d]", key, k)
		id, err := names.Find(fmt.Sprint(asked))
		switch {
		case err != nil:
			return nil, model.BadKey(here, asked, err.Error())
		case b.isExternal(id):
			return nil, model.BadKey(here, asked, "this node is external, and in no group")
		case !free(id):
			return nil, model.BadKey(here, asked, "a group before this one has this node")
		case found[id]:
			return nil, model.BadKey(here, asked, "this node is named twice")
		}
		found[id] = true
	}
	return found, nil
}

// attribute tells of which nodes the file says something: NAME=VALUE.
func (b *builder) attribute(key, text string) (func(id int) bool, error) {
	name, value, _ := strings.Cut(text, "=")
	var names []string
	for _, a := range b.said {
		if a.Name == name {
			return func(id int) bool { return a.Text(id) == value }, nil
		}
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		return nil, model.BadKey(key, text, b.Graph.File+" has no attributes of nodes")
	}
	return nil, model.BadKey(key, text, fmt.Sprintf("%s has no attribute %s of nodes; it has %s", b.Graph.File, name, model.List(names)))
}
