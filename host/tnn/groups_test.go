package tnn_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// wheel is a hub, node 0, with a rim of six nodes, of which the file says who is what.
const wheel = "0 1\n0 2\n0 3\n0 4\n0 5\n0 6\n1 2\n2 3\n3 4\n4 5\n5 6\n6 1\n" +
	"# attribute kind 0 hub\n# attribute kind 3 \"far away\"\n# attribute level 5 0.50\n# external 6\n"

// fromText is a network whose graph is a file of that text.
func fromText(t *testing.T, text string, change func(s *tnn.Spec)) (*tnn.Network, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "graph.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := tnn.Defaults()
	s.Graph.Kind, s.Graph.File, s.Externals, s.Eras[0].Steps = tnn.FromFile, path, nil, 1
	change(s)
	return tnn.Build(s, 1)
}

// groups are the numbers of nodes by group.
func groupsOf(n *tnn.Network) [][]int {
	out := make([][]int, len(n.Spec.Groups))
	for id := range n.Graph.Nodes {
		if g := 0; n.IsNetwork(int32(id)) {
			if n.Group != nil {
				g = int(n.Group[id])
			}
			out[g] = append(out[g], id)
		}
	}
	return out
}

// TestGroupsChoose: groups take the nodes that they choose, the first of several groups
// those that fit them all, and the one that chooses none what is left.
func TestGroupsChoose(t *testing.T) {
	named := "# nodes 3\n# node Ada\n# node Bob\n# node Cy\nAda Bob\nBob Cy\n"
	for name, test := range map[string]struct {
		text   string
		groups []tnn.GroupSpec
		want   [][]int
	}{
		"numbers":             {wheel, []tnn.GroupSpec{{Nodes: tnn.Numbered(4, 2)}, {}}, [][]int{{2, 4}, {0, 1, 3, 5, 6}}},
		"names":               {named, []tnn.GroupSpec{{Nodes: []any{"Cy", "Ada"}}, {}}, [][]int{{0, 2}, {1}}},
		"degrees":             {wheel, []tnn.GroupSpec{{Degree: "4.."}, {Degree: "..3"}}, [][]int{{0}, {1, 2, 3, 4, 5, 6}}},
		"one degree":          {wheel, []tnn.GroupSpec{{Degree: "3"}, {}}, [][]int{{1, 2, 3, 4, 5, 6}, {0}}},
		"attribute":           {wheel, []tnn.GroupSpec{{Attribute: "kind=far away"}, {Attribute: "level=0.5"}, {}}, [][]int{{3}, {5}, {0, 1, 2, 4, 6}}},
		"both":                {wheel, []tnn.GroupSpec{{Degree: "3", Nodes: tnn.Numbered(0, 1, 2)}, {}}, [][]int{{1, 2}, {0, 3, 4, 5, 6}}},
		"the first has it":    {wheel, []tnn.GroupSpec{{Nodes: tnn.Numbered(1)}, {Degree: "3"}, {}}, [][]int{{1}, {2, 3, 4, 5, 6}, {0}}},
		"what is left, first": {wheel, []tnn.GroupSpec{{}, {Degree: "3"}}, [][]int{{0}, {1, 2, 3, 4, 5, 6}}},
		"all in one":          {wheel, []tnn.GroupSpec{{Degree: "1.."}}, [][]int{{0, 1, 2, 3, 4, 5, 6}}},
	} {
		n, err := fromText(t, test.text, func(s *tnn.Spec) { s.Groups = withDefaults(test.groups) })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := groupsOf(n); !slices.EqualFunc(got, test.want, slices.Equal[[]int]) {
			t.Errorf("%s: groups are %v, want %v", name, got, test.want)
		}
	}
}

func withDefaults(groups []tnn.GroupSpec) []tnn.GroupSpec {
	out := slices.Clone(groups)
	for i := range out {
		d := tnn.Defaults().Groups[0]
		out[i].Levels, out[i].Threshold, out[i].InverseTemperature = d.Levels, d.Threshold, d.InverseTemperature
	}
	return out
}

// TestGroupsOfLattices: regions and sublattices, some of whose nodes a count draws.
func TestGroupsOfLattices(t *testing.T) {
	s := preset(t, "driven")
	s.Groups = append(s.Groups, s.Groups[0], s.Groups[0])
	s.Groups[0].Region, s.Groups[0].Sublattice = "0:10, 5:30", tnn.Odd
	s.Groups[1].Region, s.Groups[1].Count = "10:30, 0:30", 50
	n, err := tnn.Build(s, 7)
	if err != nil {
		t.Fatal(err)
	}
	in := groupsOf(n)
	for i, fits := range []func(row, column int) bool{
		func(row, column int) bool { return row < 10 && column >= 5 && (row+column)%2 == 1 },
		func(row, column int) bool { return row >= 10 },
		func(row, column int) bool { return row >= 10 || column < 5 || (row+column)%2 == 0 },
	} {
		for _, id := range in[i] {
			if !fits(id/30, id%30) {
				t.Errorf("node %d is in group %d", id, i)
			}
		}
	}
	external := 0
	for _, x := range n.Externals {
		if row, column := int(x.ID)/30, int(x.ID)%30; row < 10 && column >= 5 && (row+column)%2 == 1 {
			external++
		}
	}
	if len(in[0]) != 125-external || len(in[1]) != 50 || len(in[0])+len(in[1])+len(in[2]) != 892 {
		t.Errorf("groups have %d, %d and %d nodes", len(in[0]), len(in[1]), len(in[2]))
	}
	again, err := tnn.Build(s, 8)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(groupsOf(again)[1], in[1]) {
		t.Error("another seed draws the same nodes")
	}
}

// TestGroupsThatCannotBe are refused with the key to mend.
func TestGroupsThatCannotBe(t *testing.T) {
	for name, test := range map[string]struct {
		groups []tnn.GroupSpec
		key    string
		says   string
	}{
		"two left":      {[]tnn.GroupSpec{{}, {}}, "group[1].count", "only one group"},
		"no rest":       {[]tnn.GroupSpec{{Degree: "6"}}, "group", "6 network nodes, such as node 1, are in no group"},
		"empty rest":    {[]tnn.GroupSpec{{Degree: "1.."}, {}}, "group[1].count", "leave no network node"},
		"none fits":     {[]tnn.GroupSpec{{Degree: "9"}, {}}, "group[0]", "no network node fits"},
		"too many":      {[]tnn.GroupSpec{{Degree: "3", Count: 7}, {}}, "group[0].count", "it chooses 6 network nodes"},
		"unknown node":  {[]tnn.GroupSpec{{Nodes: []any{"Eve"}}, {}}, "group[0].nodes[0]", "there is no node Eve"},
		"twice":         {[]tnn.GroupSpec{{Nodes: tnn.Numbered(1, 1)}, {}}, "group[0].nodes[1]", "named twice"},
		"taken":         {[]tnn.GroupSpec{{Nodes: tnn.Numbered(1)}, {Nodes: tnn.Numbered(2, 1)}, {}}, "group[1].nodes[1]", "a group before this one"},
		"no attribute":  {[]tnn.GroupSpec{{Attribute: "size=3"}, {}}, "group[0].attribute", "it has kind and level"},
		"no value":      {[]tnn.GroupSpec{{Attribute: "kind"}, {}}, "group[0].attribute", "write an attribute"},
		"bad degree":    {[]tnn.GroupSpec{{Degree: "many"}, {}}, "group[0].degree", "write a number of edges"},
		"degree turned": {[]tnn.GroupSpec{{Degree: "9..3"}, {}}, "group[0].degree", "the least is above the most"},
		"no lattice":    {[]tnn.GroupSpec{{Region: "0:3"}, {}}, "group[0].region", "no lattice"},
		"no sites":      {[]tnn.GroupSpec{{Sublattice: tnn.Even}, {}}, "group[0].sublattice", "give graph.sides"},
	} {
		_, err := fromText(t, wheel, func(s *tnn.Spec) { s.Groups = withDefaults(test.groups) })
		var bad *model.KeyError
		if !errors.As(err, &bad) || bad.Key != test.key || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: the error is %v, want one of %s that says %q", name, err, test.key, test.says)
		}
	}
	s := preset(t, "isolated")
	s.Groups = append(s.Groups, s.Groups[0])
	for key, set := range map[string]func(g *tnn.GroupSpec){
		"group[0].degree":    func(g *tnn.GroupSpec) { g.Degree = "4" },
		"group[0].attribute": func(g *tnn.GroupSpec) { g.Attribute = "kind=hub" },
		"group[0].nodes[0]":  func(g *tnn.GroupSpec) { g.Nodes = []any{"Ada"} },
		"group[0].region":    func(g *tnn.GroupSpec) { g.Region = "0:40, 0:3" },
	} {
		changed := *s
		changed.Groups = slices.Clone(s.Groups)
		set(&changed.Groups[0])
		var bad *model.KeyError
		if err := changed.Validate(); !errors.As(err, &bad) || bad.Key != key {
			t.Errorf("the error is %v, want one of %s", err, key)
		}
	}
}

// TestExternalNodesOfFiles: what becomes of nodes that the file says are external is told.
func TestExternalNodesOfFiles(t *testing.T) {
	external := func(nodes ...any) []tnn.ExternalSpec {
		return []tnn.ExternalSpec{{Count: len(nodes), Periods: []int{4}, Polarity: 1, Sublattice: tnn.Even, Weight: 9, Nodes: nodes}}
	}
	many := "# nodes 100\n0 1\n"
	for id := range 60 {
		many += fmt.Sprintf("# external %d\n", id)
	}
	for name, test := range map[string]struct {
		text      string
		externals []tnn.ExternalSpec
		says      string
	}{
		"one lost": {wheel, nil, "its external node is a network node here: 6; weights of their edges adapt from what they were on. An [[external]] with such nodes keeps them external"},
		"kept":     {wheel, external(int64(6)), "its 1 external node is external here, too"},
		"some":     {wheel + "# external 2\n", external(int64(6)), "1 of its 2 external nodes is not external here: 2;"},
		"all":      {wheel + "# external 2\n", nil, "its 2 external nodes are network nodes here: 2, 6;"},
		"many":     {many, external(int64(3)), "59 of its 60 external nodes are not external here: 0, 1, 2, 4, 5,"},
		"names":    {"# nodes 2\n# node Ada\n# node Bob\nAda Bob\n# external Bob\n", nil, "its external node is a network node here: Bob;"},
	} {
		n, err := fromText(t, test.text, func(s *tnn.Spec) { s.Externals = test.externals })
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, line := range n.Announce() {
			if line[0] == "file" && strings.Contains(line[1], "xternal") {
				said = line[1]
			}
		}
		if !strings.HasPrefix(said, test.says) {
			t.Errorf("%s: the header says %q, want %q", name, said, test.says)
		}
	}
}

// TestExternalNodesByName are driven like those with numbers.
func TestExternalNodesByName(t *testing.T) {
	n, err := fromText(t, "# nodes 3\n# node Ada\n# node Bob\n# node Cy\nAda Bob\nBob Cy\n", func(s *tnn.Spec) {
		s.Externals = []tnn.ExternalSpec{{Count: 1, Periods: []int{4}, Polarity: -1, Sublattice: tnn.Even, Weight: 9, Nodes: []any{"Cy"}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Externals) != 1 || n.Externals[0].ID != 2 || n.Externals[0].Polarity != -1 {
		t.Errorf("external nodes are %+v", n.Externals)
	}
}

// TestAttributesOfFiles are kept, those of external nodes and groups first.
func TestAttributesOfFiles(t *testing.T) {
	n, err := fromText(t, wheel+"# attribute energy 2 5\n# attribute group 2 x\n", func(s *tnn.Spec) { s.Groups = withDefaults([]tnn.GroupSpec{{Name: "hubs", Degree: "6"}, {}}) })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range n.Attributes(state.Node) {
		line := a.Name + ":"
		for id := range n.Graph.Nodes {
			line += " " + a.Text(id) + ","
		}
		got = append(got, line)
	}
	want := []string{"group: hubs, 1, 1, 1, 1, 1, 1,", "kind: hub, , , far away, , , ,", "level: , , , , , 0.5, ,"}
	if !slices.Equal(got, want) {
		t.Errorf("attributes are %q, want %q", got, want)
	}
	said := fmt.Sprint(n.Announce())
	for _, text := range []string{"what it says of nodes is kept in all outputs: kind and level", "what it says of energy and group of nodes is not kept"} {
		if !strings.Contains(said, text) {
			t.Errorf("the header does not say %q: %s", text, said)
		}
	}
}
