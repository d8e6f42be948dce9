package record

import (
	"encoding/csv"
	"io"
	"strconv"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// nodeColumn is a column of the table of nodes.
type nodeColumn struct {
	Name, Doc string
	isText    bool
	text      func(id int) string
}

// nodeColumns are those of the table of nodes: what they are called, where they are and
// what they are. There is none where nodes have no names, and are all alike.
func (r *Recorder) nodeColumns() []nodeColumn {
	net := r.options.Model
	names := model.NamesOf(net)
	var attributes []exchange.Attribute
	if a, ok := net.(model.Attributed); ok {
		attributes = a.Attributes()
	}
	if names.All() == nil && len(attributes) == 0 {
		return nil
	}
	out := []nodeColumn{{"node", "number of the node, from 0", false, strconv.Itoa}}
	if names.All() != nil {
		out = append(out, nodeColumn{"name", "its name in the file of the graph", true, names.Of})
	}
	for _, a := range attributes {
		out = append(out, nodeColumn{a.Name, a.Doc, a.Texts != nil, a.Text})
	}
	if sited, ok := net.(model.Sited); ok && sited.Sites().Space == state.Node {
		out = append(out, siteColumns(sited.Sites())...)
	}
	return out
}

// siteColumns tell where nodes are on a lattice, as exports do: x runs fastest.
func siteColumns(s model.Sites) []nodeColumn {
	var out []nodeColumn
	stride := 1
	for d := range s.Sides {
		side, below := s.Sides[len(s.Sides)-1-d], stride
		out = append(out, nodeColumn{string("xyz"[d]), "coordinate on the lattice", false, func(id int) string { return strconv.Itoa(id / below % side) }})
		stride *= side
	}
	return out
}

// writeNames writes the table of nodes, if there is one.
func (r *Recorder) writeNames() error {
	columns := r.nodeColumns()
	if columns == nil {
		return nil
	}
	return r.folder.Replace(nodesName, func(w io.Writer) error {
		out := csv.NewWriter(w)
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = c.Name
		}
		err := out.Write(row)
		space, _ := r.about.Space(state.Node)
		for id := 0; id < space.Len() && err == nil; id++ {
			for i, c := range columns {
				row[i] = c.text(id)
			}
			err = out.Write(row)
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		return err
	})
}
