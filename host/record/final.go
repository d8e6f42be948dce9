package record

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"tnn-gpu/host/state"
)

// writeState writes a state as arrays in original order: nodes by id, edges as
// the graph lists them, half-edges by edge and end.
func (r *Recorder) writeState(name string, s *state.State) error {
	return r.folder.replace(name, func(w io.Writer) error {
		z := npz{zip.NewWriter(w)}
		return errors.Join(r.addState(z, s), z.zip.Close())
	})
}

func (r *Recorder) addState(z npz, s *state.State) error {
	w, err := z.add("step", "<i8", nil)
	if err == nil {
		err = binary.Write(w, binary.LittleEndian, s.Step)
	}
	if err == nil {
		err = r.addEdges(z)
	}
	from := newSources(r.options.Model)
	for i := range s.Arrays {
		if err != nil {
			return err
		}
		err = addField(z, from, s, &s.Arrays[i])
	}
	return err
}

// addEdges writes the ids of the two ends of every edge.
func (r *Recorder) addEdges(z npz) error {
	m := r.options.Model
	edges := len(m.Order(state.Edge))
	for end, name := range []string{"a", "b"} {
		w, err := z.add(name, "<i4", []int64{int64(edges)})
		if err != nil {
			return err
		}
		var buffer bytes.Buffer
		for i := range edges {
			var ids [2]int32
			ids[0], ids[1] = m.Edge(i)
			buffer.Write(binary.LittleEndian.AppendUint32(buffer.AvailableBuffer(), uint32(ids[end])))
		}
		if _, err := buffer.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

func addField(z npz, from *sources, s *state.State, a *state.Array) error {
	order := from.order(a.Per)
	shape := replicated(s.Replicas, shapeOf(a.Per, len(order)))
	w, err := z.add(a.Name, dtypeOf(s.Precision), shape)
	if err != nil {
		return err
	}
	return writeItems(w, a, s.Replicas, order)
}

// writeIntegers writes a NumPy file of 64-bit integers.
func writeIntegers(w io.Writer, values []int) error {
	b := npyHeader("<i8", []int64{int64(len(values))})
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	_, err := w.Write(b)
	return err
}
