package web

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/npy"

	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// stored is a field in a file: records one after another, each with the values of all
// replicas.
type stored struct {
	*npy.Records
	about   record.Array
	numbers []int // of the recorded items; nil where all are
}

// recording opens a recorded field.
func (f *folder) recording(d record.Array) (*stored, error) {
	if n := len(d.Shape); d.Items != "" && n > 0 && d.Shape[n-1] > int64(f.grid.Nodes) {
		return nil, fmt.Errorf("field %s was recorded of more items than there are nodes", d.Name)
	}
	r, err := f.left.Recording(d.Name)
	if err != nil {
		return nil, err
	}
	return &stored{r.Records, d, r.Numbers}, nil
}

// final opens an array of the state after the last step.
func (f *folder) final(name string) (*stored, error) {
	at := slices.IndexFunc(f.finals(), func(d record.Array) bool { return d.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("the run has no field %q", name)
	}
	archive, err := f.left.Final()
	if err != nil {
		return nil, err
	}
	records, err := archive.Stored(name)
	if err != nil {
		return nil, errors.Join(err, archive.Close())
	}
	s := &stored{Records: records, about: f.finals()[at]}
	if !slices.Equal(s.Shape(), s.about.Shape) {
		err := fmt.Errorf("field %s has the shape %v, and the metadata of the run say %v", name, s.Shape(), s.about.Shape)
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// at finds a field after a step: recorded, or final. It is nil where there is none.
func (f *folder) at(name string, step int64) (s *stored, index int, err error) {
	for _, d := range f.recordings() {
		if d.Name != name || d.Every < 1 || step < d.FirstStep() || step%d.Every != 0 {
			continue
		}
		s, err := f.recording(d)
		if err != nil {
			return nil, 0, err
		}
		if index := int((step - d.FirstStep()) / d.Every); index < s.Len() {
			return s, index, nil
		}
		s.Close()
	}
	if step != f.metadata.Steps {
		return nil, 0, nil
	}
	s, err = f.final(name)
	return s, 0, err
}

// mostRecord is the size of the largest record that is read, in bytes: a file may have
// holes, and so be larger than what anybody has written.
const mostRecord = 1 << 30

// read gives a record, of all replicas.
func (s *stored) read(index int) (*state.Array, error) {
	if s.Bytes() > mostRecord {
		return nil, fmt.Errorf("a record of field %s has %d bytes, which is too much to be shown", s.about.Name, s.Bytes())
	}
	values, err := s.Read(index)
	return &state.Array{Field: state.Field{Name: s.about.Name, Unit: s.about.Unit}, Double: values}, err
}

// value reads one number of a record; what is not there is NaN.
func (s *stored) value(index int, item int64) float64 {
	v, err := s.Range(index, item, 1)
	if err != nil {
		return math.NaN()
	}
	return v[0]
}

// replicas is how many replicas a record has values of, and each how many of one.
func (s *stored) replicas() (n, each int64) {
	n = 1
	if len(s.about.Axes) > len(s.about.Shape) { // a recording has an axis of records
		if axes := s.about.Axes[1:]; axes[0] == "replica" {
			n = s.about.Shape[0]
		}
	} else if len(s.about.Axes) > 0 && s.about.Axes[0] == "replica" {
		n = s.about.Shape[0]
	}
	return n, s.Items() / max(1, n)
}

// order lists by id where the values of nodes are in a record, or is nil where
// they are at their ids. It holds for every replica.
func (f *folder) order(s *stored) ([]int32, error) {
	d := &s.about
	if len(d.Shape) == 0 || s.numbers == nil && d.Shape[len(d.Shape)-1] != int64(f.grid.Nodes) {
		return nil, fmt.Errorf("field %s does not have a value for each of the %d nodes", d.Name, f.grid.Nodes)
	}
	if s.numbers == nil {
		return nil, nil
	}
	order := make([]int32, f.grid.Nodes)
	for id := range order {
		order[id] = -1
	}
	for i, id := range s.numbers {
		if id >= len(order) {
			return nil, fmt.Errorf("field %s was recorded at node %d, which is not there", d.Name, id)
		}
		order[id] = int32(i)
	}
	return order, nil
}

// ends visits the two ends of all edges.
func (f *folder) ends(visit func(i int, a, b int32)) error {
	const chunk = 1 << 14
	var in [2]*stored
	for end, name := range []string{"a", "b"} {
		s, err := f.final(name)
		if err != nil {
			return err
		}
		defer s.Close()
		in[end] = s
	}
	if in[0].Items() != in[1].Items() {
		return fmt.Errorf("%d edges have a first end, and %d a second one", in[0].Items(), in[1].Items())
	}
	for from := int64(0); from < in[0].Items(); from += chunk {
		n := min(chunk, in[0].Items()-from)
		first, err := in[0].Range(0, from, n)
		if err != nil {
			return err
		}
		second, err := in[1].Range(0, from, n)
		if err != nil {
			return err
		}
		for i := range first {
			visit(int(from)+i, int32(first[i]), int32(second[i]))
		}
	}
	return nil
}
