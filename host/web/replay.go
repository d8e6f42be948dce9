package web

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"tnn-gpu/host/files"
	"tnn-gpu/host/record"
	"tnn-gpu/host/state"
)

// stored is an array in a file: records one after another, each with the values of
// all replicas.
type stored struct {
	file    files.File
	about   record.Array
	at      int64 // of the first record
	width   int64 // bytes of a value
	length  int64 // values of a record
	records int64
}

// newStored finds the records of an array that begins at an offset of a file and
// ends before another. It takes the shape from the metadata, and only the length
// of the header from the file.
func newStored(file files.File, d record.Array, from, to int64) (*stored, error) {
	s := &stored{file: file, about: d, length: 1}
	switch d.Dtype {
	case "|u1":
		s.width = 1
	case "<f4", "<i4":
		s.width = 4
	case "<f8", "<i8":
		s.width = 8
	default:
		return nil, fmt.Errorf("field %s has values of type %q, which cannot be shown", d.Name, d.Dtype)
	}
	for _, n := range d.Shape {
		if n < 0 || n > 0 && s.length > math.MaxInt32/n {
			return nil, fmt.Errorf("field %s has the shape %v, which is not possible", d.Name, d.Shape)
		}
		s.length *= n
	}
	var head [10]byte
	if _, err := file.ReadAt(head[:], from); err != nil || string(head[:6]) != "\x93NUMPY" {
		return nil, fmt.Errorf("field %s is in no file of NumPy's format", d.Name)
	}
	s.at = from + 10 + int64(binary.LittleEndian.Uint16(head[8:]))
	if s.length > 0 && to > s.at {
		s.records = (to - s.at) / (s.length * s.width)
	}
	return s, nil
}

// recording opens a recorded field.
func (f *folder) recording(d record.Array) (*stored, error) {
	file, err := f.dir.Open(recordingsName + "/" + d.Name + ".npy")
	if err != nil {
		return nil, fmt.Errorf("the recording of %s cannot be read: %w", d.Name, err)
	}
	info, err := file.Stat()
	var s *stored
	if err == nil {
		s, err = newStored(file, d, 0, info.Size())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return s, nil
}

// final opens an array of the state after the last step.
func (f *folder) final(name string) (*stored, error) {
	for _, d := range f.finals() {
		if d.Name != name {
			continue
		}
		file, err := f.dir.Open(finalName)
		if err != nil {
			return nil, fmt.Errorf("the final state cannot be read: %w", err)
		}
		s, err := newFinal(file, d)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return s, nil
	}
	return nil, fmt.Errorf("the run has no field %q", name)
}

func newFinal(file files.File, d record.Array) (*stored, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", finalName, err)
	}
	for _, e := range archive.File {
		if e.Name != d.Name+".npy" {
			continue
		}
		at, err := e.DataOffset()
		if err != nil || e.Method != zip.Store {
			return nil, fmt.Errorf("%s is not as this program writes it", finalName)
		}
		return newStored(file, d, at, at+int64(min(e.UncompressedSize64, math.MaxInt64/2)))
	}
	return nil, fmt.Errorf("%s has no %s", finalName, d.Name)
}

// at finds a field after a step: recorded, or final. It is nil where there is none.
func (f *folder) at(name string, step int64) (s *stored, index int64, err error) {
	for _, d := range f.recordings() {
		if d.Name != name || d.Every < 1 || step < d.FirstStep() || step%d.Every != 0 {
			continue
		}
		s, err := f.recording(d)
		if err != nil {
			return nil, 0, err
		}
		if index := (step - d.FirstStep()) / d.Every; index < s.records {
			return s, index, nil
		}
		s.file.Close()
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
func (s *stored) read(index int64) (*state.Array, error) {
	if index < 0 || index >= s.records {
		return nil, fmt.Errorf("field %s has no record %d; it has %d", s.about.Name, index, s.records)
	}
	if s.length*s.width > mostRecord {
		return nil, fmt.Errorf("a record of field %s has %d bytes, which is too much to be shown", s.about.Name, s.length*s.width)
	}
	b := make([]byte, s.length*s.width)
	if _, err := s.file.ReadAt(b, s.at+index*int64(len(b))); err != nil {
		return nil, fmt.Errorf("record %d of field %s cannot be read: %w", index, s.about.Name, err)
	}
	a := &state.Array{Field: state.Field{Name: s.about.Name, Unit: s.about.Unit}}
	switch s.about.Dtype {
	case "<f4":
		a.Single = make([]float32, s.length)
		for i := range a.Single {
			a.Single[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	default:
		a.Double = make([]float64, s.length)
		for i := range a.Double {
			a.Double[i] = s.decode(b[int64(i)*s.width:])
		}
	}
	return a, nil
}

// value reads one number of a record; what is not there is NaN.
func (s *stored) value(index, item int64) float64 {
	var b [8]byte
	if item < 0 || item >= s.length || index >= s.records {
		return math.NaN()
	}
	if _, err := s.file.ReadAt(b[:s.width], s.at+(index*s.length+item)*s.width); err != nil {
		return math.NaN()
	}
	return s.decode(b[:])
}

// decode reads a number.
func (s *stored) decode(b []byte) float64 {
	switch s.about.Dtype {
	case "|u1":
		return float64(b[0])
	case "<i4":
		return float64(int32(binary.LittleEndian.Uint32(b)))
	case "<i8":
		return float64(int64(binary.LittleEndian.Uint64(b)))
	case "<f4":
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// order lists by id where the values of nodes are in a record, or is nil where
// they are at their ids. It holds for every replica.
func (f *folder) order(d record.Array) ([]int32, error) {
	if len(d.Shape) == 0 || d.Items == "" && d.Shape[len(d.Shape)-1] != int64(f.grid.Nodes) {
		return nil, fmt.Errorf("field %s does not have a value for each of the %d nodes", d.Name, f.grid.Nodes)
	}
	if d.Items == "" {
		return nil, nil
	}
	order := make([]int32, f.grid.Nodes)
	for id := range order {
		order[id] = -1
	}
	items, err := f.items(d)
	for i, id := range items {
		if id < 0 || id >= int64(len(order)) {
			return nil, fmt.Errorf("field %s was recorded at node %d, which is not there", d.Name, id)
		}
		order[id] = int32(i)
	}
	return order, err
}

// items lists the numbers of the recorded items.
func (f *folder) items(d record.Array) ([]int64, error) {
	file, err := f.dir.Open(recordingsName + "/" + d.Name + ".items.npy")
	if err != nil {
		return nil, fmt.Errorf("which items of %s were recorded cannot be read: %w", d.Name, err)
	}
	defer file.Close()
	count := d.Shape[len(d.Shape)-1]
	s, err := newStored(file, record.Array{Name: d.Name, Dtype: "<i8", Shape: []int64{count}}, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if count > int64(f.grid.Nodes) {
		return nil, fmt.Errorf("field %s has %d items, more than there are", d.Name, count)
	}
	out := make([]int64, count)
	if err := binary.Read(io.NewSectionReader(file, s.at, 8*count), binary.LittleEndian, out); err != nil {
		return nil, fmt.Errorf("which items of %s were recorded cannot be read: %w", d.Name, err)
	}
	return out, nil
}

// ends streams the ids of the two ends of all edges.
func (f *folder) ends(visit func(i int, a, b int32)) error {
	var in [2]io.Reader
	var edges int64
	for end, name := range []string{"a", "b"} {
		s, err := f.final(name)
		if err != nil {
			return err
		}
		defer s.file.Close()
		if s.width != 4 {
			return fmt.Errorf("the ends of edges have values of type %q", s.about.Dtype)
		}
		edges = s.length * min(s.records, 1)
		in[end] = bufio.NewReaderSize(io.NewSectionReader(s.file, s.at, edges*4), 1<<16)
	}
	var b [2][4]byte
	for i := range edges {
		for end := range b {
			if _, err := io.ReadFull(in[end], b[end][:]); err != nil {
				return fmt.Errorf("the edges cannot be read: %w", err)
			}
		}
		visit(int(i), int32(binary.LittleEndian.Uint32(b[0][:])), int32(binary.LittleEndian.Uint32(b[1][:])))
	}
	return nil
}
