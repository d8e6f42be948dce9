package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// WriteNodes writes a table of the nodes, which Gephi and pandas open.
func (x *Export) WriteNodes(w io.Writer) error {
	attributes := x.attributes()
	head := []string{"Id", "external"}
	for _, a := range attributes {
		head = append(head, a.Name)
	}
	return writeTable(w, head, x.Graph.Nodes, func(id int) []string {
		row := []string{x.name(id), strconv.FormatBool(x.isExternal(id))}
		for _, a := range attributes {
			row = append(row, a.Text(id))
		}
		return row
	})
}

// WriteEdges writes a table of the edges, which Gephi and pandas open.
func (x *Export) WriteEdges(w io.Writer) error {
	head := []string{"Source", "Target", "Type", "Weight"}
	for _, a := range x.EdgeAttributes {
		head = append(head, a.Name)
	}
	return writeTable(w, head, len(x.Graph.Edges), func(i int) []string {
		e := x.Graph.Edges[i]
		row := []string{x.name(int(e.A)), x.name(int(e.B)), "Undirected", number(x.Weights[i])}
		for _, a := range x.EdgeAttributes {
			row = append(row, a.Text(i))
		}
		return row
	})
}

func writeTable(w io.Writer, head []string, rows int, row func(int) []string) error {
	out := csv.NewWriter(w)
	err := out.Write(head)
	for i := 0; i < rows && err == nil; i++ {
		err = out.Write(row(i))
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("the table cannot be written: %w", err)
	}
	return nil
}
