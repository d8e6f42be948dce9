package tnn

import (
	"cmp"
	"fmt"
	"slices"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
)

// Build makes the network that a specification describes: external nodes and
// groups take their sites, the graph is built or read, its nodes are scheduled
// and laid out (docs/model.md sections 5, 6 and 9). What is drawn follows from
// Graph.Seed or, where that is 0, from the seed given, which is the run's. The
// specification is validated first; whatever the user can mend is a *model.KeyError.
func Build(spec *Spec, seed uint64) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	b := &builder{Spec: spec, seed: seed}
	if spec.Graph.Seed != 0 {
		b.seed = spec.Graph.Seed
	}
	var err error
	if spec.Graph.Kind == FromFile {
		err = b.read()
	} else {
		err = b.build()
	}
	if err != nil {
		return nil, err
	}
	schedule := graph.DefaultSchedule(b.graph, func(id int) bool { return !b.isExternal(id) })
	n, err := Assemble(spec, b.graph, b.group, b.externals, schedule)
	if err != nil {
		return nil, fmt.Errorf("the network cannot be laid out: %w", err)
	}
	n.Report, n.Weights, n.States = b.report, b.weights, b.states
	n.names, n.notes, n.attributes, n.edgeAttributes = b.names, b.notes, b.attributes, b.edgeAttributes
	b.followWeights(n)
	return n, b.readSeries(n)
}

// builder gathers the parts of a network.
type builder struct {
	*Spec
	seed           uint64
	graph          *graph.Graph
	report         *graph.Report
	weights        []float64
	states         []float64
	names          []string             // by node; nil where they are called by their numbers
	said           []exchange.Attribute // what the file of the graph says of nodes
	attributes     []exchange.Attribute // of it, what is kept in outputs
	edgeAttributes []exchange.Attribute // the same of edges
	notes          []string             // on how the file of the graph was understood
	sitesOf        [][]int              // by ExternalSpec: nodes that it names
	placed         [][]int              // by ExternalSpec: its nodes
	group          []uint8              // by id; nil where there is one group
	marked         []int32              // nodes that the file says are external
	externals      []External           // by ascending id
	table          map[int32]int        // of an external node: the index of its ExternalSpec
}

func (b *builder) isExternal(id int) bool {
	_, found := b.table[int32(id)]
	return found
}

// build makes a graph on a lattice.
func (b *builder) build() error {
	places, err := b.place()
	if err == nil {
		err = b.findNamed(model.NewNames(nil, int(b.sites())))
	}
	if err != nil {
		return err
	}
	b.addExternals(places)
	if err := b.drawGroups(int(b.sites())); err != nil {
		return err
	}
	o := graph.Options{
		Kind: b.Graph.Kind, Sides: b.Graph.Sides, Bipartite: b.Graph.Bipartite, Scale: b.Graph.Scale,
		Seed: b.seed, Connections: b.connections, Separation: b.Graph.Separation,
	}
	if slices.ContainsFunc(b.Groups, func(g GroupSpec) bool { return g.SelfLoops > 0 }) {
		o.SelfLoops = b.selfLoops
	}
	if len(b.externals) > 0 {
		o.External = b.isExternal
	}
	if b.graph, b.report, err = graph.Build(o); err != nil {
		return b.misplaced(err)
	}
	if len(b.externals) > 0 && len(b.Externals[0].Nodes) > 0 {
		return b.misplaced(graph.CheckSeparation(b.graph, b.isExternal, b.Graph.Separation))
	}
	return nil
}

// places are drawn sites of external nodes that no table has taken yet.
type places struct {
	pairs   []graph.Pair
	singles [2][]int32 // even, odd
}

// place draws the sites of all external nodes, or none where they are named.
func (b *builder) place() (places, error) {
	if len(b.Externals) == 0 || len(b.Externals[0].Nodes) > 0 {
		return places{}, nil
	}
	p := graph.Placement{Kind: b.Graph.Kind, Sides: b.Graph.Sides, Bipartite: b.Graph.Bipartite, Separation: b.Graph.Separation, Seed: b.seed}
	for _, g := range b.Groups {
		p.Connections = max(p.Connections, g.Connections)
	}
	for _, e := range b.Externals {
		p.ExternalConnections = max(p.ExternalConnections, e.Connections)
		p.Pairs += e.pairs()
		p.Singles[parityOf(e, 0)] += e.Count
	}
	pairs, singles, err := graph.PlaceExternals(p)
	return places{pairs, singles}, b.misplaced(err)
}

// take gives the sites of a table, in its order.
func (p *places) take(e *ExternalSpec) []int {
	var nodes []int
	for _, pair := range p.pairs[:e.pairs()] {
		sites := [...]int{int(pair.Even), int(pair.Odd)}
		nodes = append(nodes, sites[parityOf(*e, 0)], sites[parityOf(*e, 1)])
	}
	p.pairs = p.pairs[e.pairs():]
	singles := &p.singles[parityOf(*e, 0)]
	for _, site := range (*singles)[:e.Count] {
		nodes = append(nodes, int(site))
	}
	*singles = (*singles)[e.Count:]
	return nodes
}

// misplaced says that the external nodes are where they cannot be; a valid
// specification allows no other error in building a graph.
func (b *builder) misplaced(err error) error {
	if err == nil {
		return nil
	}
	return model.BadKey("graph.separation", b.Graph.Separation, err.Error())
}

// addExternals makes the external nodes, at the sites that are named or else at
// those drawn.
func (b *builder) addExternals(drawn places) {
	b.table = make(map[int32]int, b.external())
	for i, e := range b.Externals {
		var nodes []int
		if b.sitesOf != nil {
			nodes = b.sitesOf[i]
		}
		if len(nodes) == 0 {
			nodes = drawn.take(&e)
		}
		b.placed = append(b.placed, nodes)
		for k, id := range nodes {
			x := e.node(int32(id), k)
			b.externals = append(b.externals, x)
			b.table[int32(id)] = i
		}
	}
	slices.SortFunc(b.externals, func(x, y External) int { return cmp.Compare(x.ID, y.ID) })
}

func (b *builder) groupOf(id int) GroupSpec {
	if b.group == nil {
		return b.Groups[0]
	}
	return b.Groups[b.group[id]]
}

// connections of a node are those of its group, or of its pair.
func (b *builder) connections(id int) int {
	if i, found := b.table[int32(id)]; found {
		return b.Externals[i].Connections
	}
	return b.groupOf(id).Connections
}

func (b *builder) selfLoops(id int) int {
	if b.isExternal(id) {
		return 0
	}
	return b.groupOf(id).SelfLoops
}
