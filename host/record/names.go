package record

import (
	"encoding/csv"
	"io"
	"strconv"

	"tnn-gpu/host/model"
)

// writeNames writes which node is called what, where nodes have names.
func (r *Recorder) writeNames() error {
	names := model.NamesOf(r.options.Model).All()
	if names == nil {
		return nil
	}
	return r.folder.Replace(nodesName, func(w io.Writer) error {
		out := csv.NewWriter(w)
		err := out.Write([]string{"node", "name"})
		for id := 0; id < len(names) && err == nil; id++ {
			err = out.Write([]string{strconv.Itoa(id), names[id]})
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		return err
	})
}
