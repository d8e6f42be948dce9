package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/record"
)

// Recording is a field at every multiple of some steps.
type Recording struct {
	record.Array
	// Numbers of the recorded nodes or edges; nil where all are.
	Numbers []int
	// Records has the values of all replicas in each record.
	Records  *npy.Records
	replicas int
}

// Recorded are the names of the fields that were recorded.
func (r *Folder) Recorded() []string {
	var names []string
	for _, f := range r.Metadata.Files {
		for _, a := range f.Arrays {
			if a.Every > 0 {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

// RecordedText lists what was recorded, to end "has recorded".
func (r *Folder) RecordedText() string {
	if names := r.Recorded(); len(names) > 0 {
		return strings.Join(names, ", ")
	}
	return "no field"
}

// Recording opens the recording of a field.
func (r *Folder) Recording(field string) (*Recording, error) {
	for _, f := range r.Metadata.Files {
		for _, a := range f.Arrays {
			if a.Every > 0 && a.Name == field {
				return r.recording(f.Name, a)
			}
		}
	}
	but := ""
	if len(r.Recorded()) > 0 {
		but = ", but not " + field
	}
	return nil, fmt.Errorf("the run %s has recorded %s%s: make it again with --record %s", r.Path, r.RecordedText(), but, field)
}

func (r *Folder) recording(file string, a record.Array) (*Recording, error) {
	out := &Recording{Array: a, replicas: 1}
	if len(a.Axes) > 1 && a.Axes[1] == "replica" {
		out.replicas = r.Replicas()
	}
	f, path, err := r.open(file)
	if err == nil {
		out.Records, err = npy.NewRecords(f, path)
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(out.Records.Shape(), a.Shape) {
		err = fmt.Errorf("%s has records of shape %v, and the metadata of the run say %v", path, out.Records.Shape(), a.Shape)
		return nil, errors.Join(err, out.Close())
	}
	if a.Items == "" {
		return out, nil
	}
	if out.Numbers, err = r.numbers(a.Items); err == nil && len(out.Numbers)*out.replicas != out.items() {
		err = fmt.Errorf("%s has %d numbers, and %s records of shape %v", a.Items, len(out.Numbers), path, a.Shape)
	}
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

// items is how many values a record has.
func (r *Recording) items() int {
	n := 1
	for _, side := range r.Shape {
		n *= int(side)
	}
	return n
}

func (r *Folder) numbers(name string) ([]int, error) {
	f, path, err := r.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	items, err := npy.ReadArray(f, path, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(items.Values))
	for i, v := range items.Values {
		if v < 0 || v > math.MaxInt32 {
			return nil, fmt.Errorf("%s lists %v, which is no number of a node or edge", path, v)
		}
		numbers[i] = int(v)
	}
	return numbers, nil
}

// Len is the number of records.
func (r *Recording) Len() int { return r.Records.Len() }

// Step is that of record i.
func (r *Recording) Step(i int) int64 { return r.FirstStep() + int64(i)*r.Every }

// Read is record i of a replica.
func (r *Recording) Read(i, replica int) ([]float64, error) {
	if replica < 0 || replica >= r.replicas {
		return nil, fmt.Errorf("there is no replica %d; the run has %d", replica, r.replicas)
	}
	v, err := r.Records.Read(i)
	if err != nil {
		return nil, err
	}
	each := len(v) / r.replicas
	return v[replica*each : (replica+1)*each], nil
}

// Close closes the file.
func (r *Recording) Close() error { return r.Records.Close() }
