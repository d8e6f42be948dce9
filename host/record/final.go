package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// writeState writes a state as arrays in original order, and what its links join.
func (r *Recorder) writeState(name string, s *state.State) error {
	return r.folder.Replace(name, func(w io.Writer) error {
		z := npy.NewArchiveWriter(w)
		return errors.Join(r.addState(z, s), z.Close())
	})
}

func (r *Recorder) addState(z npy.ArchiveWriter, s *state.State) error {
	w, err := z.Add("step", "<i8", nil)
	if err == nil {
		err = binary.Write(w, binary.LittleEndian, s.Step)
	}
	from := newSources(model.GrownTo(r.options.Model, s))
	if links, ok := from.links(); ok && err == nil {
		err = addLinks(z, links)
	}
	for i := range s.Arrays {
		if err != nil {
			return err
		}
		err = addField(z, from.make(s.Arrays[i].Field, nil, from.order(s.Arrays[i].Space)), s, &s.Arrays[i])
	}
	for _, c := range from.about.Computed {
		if err == nil && c.Final {
			err = addComputed(z, from.make(c.Field, &c, from.identity(c.Space)), s)
		}
	}
	return err
}

// addLinks writes the numbers of the two items that every link joins.
func addLinks(z npy.ArchiveWriter, links model.Links) error {
	for end, name := range []string{"a", "b"} {
		w, err := z.Add(name, "<i4", []int64{int64(links.Count)})
		if err != nil {
			return err
		}
		var buffer bytes.Buffer
		for i := range links.Count {
			var ids [2]int32
			ids[0], ids[1] = links.Ends(i)
			buffer.Write(binary.LittleEndian.AppendUint32(buffer.AvailableBuffer(), uint32(ids[end])))
		}
		if _, err := buffer.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// addComputed writes what follows from fields.
func addComputed(z npy.ArchiveWriter, f *source, s *state.State) error {
	var of []*state.Array
	for _, name := range f.computed.From {
		a := s.Array(name)
		if a == nil {
			return fmt.Errorf("the state has no %s, which %s follows from", name, f.field.Name)
		}
		of = append(of, a)
	}
	a := f.computed.Values(of, s.Replicas)
	return addField(z, f, s, &a)
}

func addField(z npy.ArchiveWriter, f *source, s *state.State, a *state.Array) error {
	w, err := z.Add(a.Name, f.dtype(s.Precision), f.replicated(s.Replicas, f.shape))
	if err != nil {
		return err
	}
	return npy.WriteItems(w, a, s.Replicas, f.order)
}

// writeIntegers writes a NumPy file of 64-bit integers.
func writeIntegers(w io.Writer, values []int) error {
	b := npy.EncodeHeader("<i8", []int64{int64(len(values))})
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	_, err := w.Write(b)
	return err
}
