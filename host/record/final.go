package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// finalArray is an array of final.npz, and how it is written.
type finalArray struct {
	Array
	write func(z npy.ArchiveWriter, s *state.State) error
}

// finalArrays are all that final.npz has of a network: the step, what links join, the
// state in original order, what follows from it, what nodes are called and are, and edges
// are.
func finalArrays(net model.Network, p state.Precision, replicas int) []finalArray {
	from := newSources(net)
	out := []finalArray{{Array{Name: "step", Dtype: "<i8", Axes: []string{}, Shape: []int64{}, Doc: "number of the step"}, addStep}}
	if links, ok := from.links(); ok {
		for end, name := range []string{"a", "b"} {
			a := Array{Name: name, Dtype: "<i4", Axes: []string{string(links.Space)}, Shape: []int64{int64(links.Count)},
				Doc: fmt.Sprintf("id of the %s %s of the %s", [...]string{"first", "second"}[end], links.Joins, links.Space)}
			out = append(out, finalArray{a, func(z npy.ArchiveWriter, _ *state.State) error { return addEnds(z, name, links, end) }})
		}
	}
	for _, f := range from.about.Fields {
		if f.Derived {
			continue
		}
		out = append(out, finalArray{describeArray(from.outline(f), p, replicas), func(z npy.ArchiveWriter, s *state.State) error {
			return addField(z, from.make(f, nil, from.order(f.Space)), s, s.Array(f.Name))
		}})
	}
	for _, c := range from.about.Computed {
		if !c.Final {
			continue
		}
		out = append(out, finalArray{describeArray(from.outline(c.Field), p, replicas), func(z npy.ArchiveWriter, s *state.State) error {
			return addComputed(z, from.make(c.Field, &c, from.identity(c.Space)), s)
		}})
	}
	return append(append(out, ofNodes(net)...), ofEdges(net)...)
}

// ofNodes are the arrays of what nodes are called and are.
func ofNodes(net model.Network) []finalArray {
	var all []exchange.Attribute
	if names := model.NamesOf(net).All(); names != nil {
		all = append(all, exchange.Attribute{Name: "name", Doc: "what the file of the graph calls the node", Texts: names})
	}
	var out []finalArray
	for _, a := range append(all, model.AttributesOf(net, state.Node)...) {
		out = append(out, attributeArray(a, state.Node))
	}
	return out
}

// ofEdges are the arrays of what edges are.
func ofEdges(net model.Network) []finalArray {
	var out []finalArray
	for _, a := range model.AttributesOf(net, state.Edge) {
		a.Name = exchange.EdgePrefix + a.Name
		out = append(out, attributeArray(a, state.Edge))
	}
	return out
}

// attributeArray has an attribute of the items of a space.
func attributeArray(a exchange.Attribute, of state.Space) finalArray {
	dtype := dtypeOf(&a)
	described := Array{Name: a.Name, Dtype: dtype, Axes: []string{string(of)}, Shape: []int64{int64(a.Len())}, Doc: a.Doc}
	return finalArray{described, func(z npy.ArchiveWriter, _ *state.State) error {
		if a.Texts != nil {
			return z.AddTexts(a.Name, a.Texts)
		}
		w, err := z.Add(a.Name, dtype, described.Shape)
		if err == nil {
			err = writeNumbers(w, dtype, a.Values)
		}
		return err
	}}
}

// dtypeOf is the type of the values of an attribute: integers where all of them are.
func dtypeOf(a *exchange.Attribute) string {
	if a.Texts != nil {
		return npy.TextDtype(a.Texts)
	}
	for _, v := range a.Values {
		if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 { // true of NaN
			return "<f8"
		}
	}
	return "<i4"
}

func writeNumbers(w io.Writer, dtype string, values []float64) error {
	var b []byte
	for _, v := range values {
		if dtype == "<i4" {
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
		} else {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	_, err := w.Write(b)
	return err
}

// FinalBytes is about the size of final.npz.
func FinalBytes(net model.Network, p state.Precision, replicas int) int64 {
	total := int64(0)
	for _, a := range finalArrays(net, p, replicas) {
		total += a.bytes()
	}
	return total
}

// writeState writes a state into the folder.
func (r *Recorder) writeState(name string, s *state.State) error {
	return r.folder.Replace(name, func(w io.Writer) error { return WriteState(w, r.options.Model, s) })
}

// WriteState writes a state as an archive of arrays in original order, with what its links
// join: final.npz.
func WriteState(w io.Writer, net model.Network, s *state.State) error {
	z := npy.NewArchiveWriter(w)
	for _, a := range finalArrays(model.GrownTo(net, s), s.Precision, s.Replicas) {
		if err := a.write(z, s); err != nil {
			return err // what closes an archive would be told the same
		}
	}
	return z.Close()
}

func addStep(z npy.ArchiveWriter, s *state.State) error {
	w, err := z.Add("step", "<i8", nil)
	if err == nil {
		err = binary.Write(w, binary.LittleEndian, s.Step)
	}
	return err
}

// addEnds writes the numbers of the first items that links join, or of the second ones.
func addEnds(z npy.ArchiveWriter, name string, links model.Links, end int) error {
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
	_, err = buffer.WriteTo(w)
	return err
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
	if a == nil {
		return fmt.Errorf("the state has no %s", f.field.Name)
	}
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
