package record

import (
	"encoding/csv"
	"io"
	"strconv"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// itemTable is a table of what nodes, or edges, are called and are.
type itemTable struct {
	name, doc string
	rows      int
	columns   []itemColumn
}

// itemColumn is a column of such a table.
type itemColumn struct {
	Name, Doc string
	isText    bool
	text      func(id int) string
}

// itemTables are those that have something to tell.
func (r *Recorder) itemTables() []itemTable {
	var out []itemTable
	for _, t := range []itemTable{r.nodeTable(), r.edgeTable()} {
		if t.columns != nil {
			out = append(out, t)
		}
	}
	return out
}

// nodeTable tells what nodes are called, where they are and what they are. It has no
// columns where nodes have no names, and are all alike.
func (r *Recorder) nodeTable() itemTable {
	net := r.options.Model
	space, _ := r.about.Space(state.Node)
	t := itemTable{name: nodesName, doc: "what nodes are called, and are", rows: space.Len()}
	names, attributes := model.NamesOf(net), model.AttributesOf(net, state.Node)
	if names.All() == nil && len(attributes) == 0 {
		return t
	}
	t.columns = []itemColumn{{"node", "number of the node, from 0", false, strconv.Itoa}}
	if names.All() != nil {
		t.columns = append(t.columns, itemColumn{"name", "its name in the file of the graph", true, names.Of})
	}
	for _, a := range attributes {
		t.columns = append(t.columns, itemColumn{a.Name, a.Doc, a.Texts != nil, a.Text})
	}
	if sited, ok := net.(model.Sited); ok && sited.Sites().Space == state.Node {
		t.columns = append(t.columns, siteColumns(sited.Sites())...)
	}
	return t
}

// edgeTable tells what edges are. It has no columns where they are all alike.
func (r *Recorder) edgeTable() itemTable {
	net := r.options.Model
	t := itemTable{name: edgesName, doc: "what edges are"}
	attributes := model.AttributesOf(net, state.Edge)
	linked, ok := net.(model.Linked)
	if !ok || len(attributes) == 0 {
		return t
	}
	links, names := linked.Links(nil, 0), model.NamesOf(net)
	t.rows = links.Count
	t.columns = []itemColumn{{"edge", "number of the edge, from 0", false, strconv.Itoa}}
	ends := []func(i int) int{
		func(i int) int { a, _ := links.Ends(i); return int(a) },
		func(i int) int { _, b := links.Ends(i); return int(b) },
	}
	for k, end := range ends {
		t.columns = append(t.columns, itemColumn{string("ab"[k]), "number of the node at an end", false, func(i int) string { return strconv.Itoa(end(i)) }})
	}
	for k, end := range ends {
		if names.All() != nil {
			t.columns = append(t.columns, itemColumn{string("ab"[k]) + "_name", "its name in the file of the graph", true, func(i int) string { return names.Of(end(i)) }})
		}
	}
	for _, a := range attributes {
		t.columns = append(t.columns, itemColumn{a.Name, a.Doc, a.Texts != nil, a.Text})
	}
	return t
}

// siteColumns tell where nodes are on a lattice, as exports do: x runs fastest.
func siteColumns(s model.Sites) []itemColumn {
	var out []itemColumn
	stride := 1
	for d := range s.Sides {
		side, below := s.Sides[len(s.Sides)-1-d], stride
		out = append(out, itemColumn{string("xyz"[d]), "coordinate on the lattice", false, func(id int) string { return strconv.Itoa(id / below % side) }})
		stride *= side
	}
	return out
}

// writeItems writes the tables of nodes and edges, where there are some.
func (r *Recorder) writeItems() error {
	for _, t := range r.itemTables() {
		if err := r.folder.Replace(t.name, t.write); err != nil {
			return err
		}
	}
	return nil
}

func (t *itemTable) write(w io.Writer) error {
	out := csv.NewWriter(w)
	row := make([]string, len(t.columns))
	for i, c := range t.columns {
		row[i] = c.Name
	}
	err := out.Write(row)
	for id := 0; id < t.rows && err == nil; id++ {
		for i, c := range t.columns {
			row[i] = c.text(id)
		}
		err = out.Write(row)
	}
	if out.Flush(); err == nil {
		err = out.Error()
	}
	return err
}
