// Package results reads what runs left behind in their folders, also while they
// go on. It never writes.
package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"tnn-gpu/host/config"
	"tnn-gpu/host/files"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/record"
)

// Run is the folder of a run, which is held until it is closed.
type Run struct {
	Path     string
	Name     string // of the folder
	Metadata *record.Metadata
	Config   *config.Config

	dir  files.Dir
	lent bool // dir is closed by someone else
}

// Open reads what a run says of itself.
func Open(path string) (*Run, error) { return OpenIn(files.OS{}, path) }

// OpenIn is Open on any file system.
func OpenIn(system files.System, path string) (*Run, error) {
	dir, err := system.OpenDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	r, err := of(dir, path)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return r, nil
}

// Of is OpenIn for a folder that the run itself holds.
func Of(f *record.Folder) (*Run, error) {
	r, err := of(f.Dir(), f.Path())
	if err == nil {
		r.lent = true
	}
	return r, err
}

// mostConfig is what is read of a configuration.
const mostConfig = 16 << 20

func of(dir files.Dir, path string) (*Run, error) {
	r := &Run{Path: path, dir: dir}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be found: %w", path, err)
	}
	r.Name = filepath.Base(full)
	if r.Metadata, err = record.MetadataOf(dir, path); err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	text, err := files.ReadFile(dir, record.ConfigName, mostConfig)
	if err == nil {
		r.Config, err = config.Decode(filepath.Join(path, record.ConfigName), text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", path, err)
	}
	return r, r.check()
}

// check compares the two descriptions of a run that readers rely on.
func (r *Run) check() error {
	m, run := r.Metadata, r.Config.Run
	switch {
	case len(m.Seeds) != run.Replicas:
		return fmt.Errorf("%s: %s has %d seeds, and %s %d replicas", r.Path, record.MetadataName, len(m.Seeds), record.ConfigName, run.Replicas)
	case m.Precision.String() != run.Precision:
		return fmt.Errorf("%s: %s is of %s precision, and %s of %s", r.Path, record.MetadataName, m.Precision, record.ConfigName, run.Precision)
	}
	_, sweep, err := r.Config.Variants()
	if err != nil {
		return err
	}
	same := m.Sweep == nil && sweep == nil || m.Sweep != nil && sweep != nil && m.Sweep.Key == sweep.Key && slices.Equal(m.Sweep.Values, sweep.Values)
	if !same {
		return fmt.Errorf("%s: %s and %s do not sweep the same values", r.Path, record.MetadataName, record.ConfigName)
	}
	return nil
}

// Close gives the folder back.
func (r *Run) Close() error {
	if r.lent {
		return nil
	}
	return r.dir.Close()
}

// open opens a file of the folder, whose name has slashes.
func (r *Run) open(name string) (files.File, string, error) {
	f, err := r.dir.Open(name)
	return f, filepath.Join(r.Path, filepath.FromSlash(name)), err
}

// Replicas is how many copies ran.
func (r *Run) Replicas() int { return len(r.Metadata.Seeds) }

// file finds the description of a file.
func (r *Run) file(name string) (*record.File, error) {
	for i, f := range r.Metadata.Files {
		if f.Name == name {
			return &r.Metadata.Files[i], nil
		}
	}
	return nil, fmt.Errorf("the run %s has no %s", r.Path, name)
}

// Table holds the numbers of a csv file by column.
type Table struct {
	Columns []record.Column
	Values  [][]float64 // by column, then by row
}

// Column is the values of a column, or nil.
func (t *Table) Column(name string) []float64 {
	i := slices.IndexFunc(t.Columns, func(c record.Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return t.Values[i]
}

// Rows is how many rows there are.
func (t *Table) Rows() int {
	if len(t.Values) == 0 {
		return 0
	}
	return len(t.Values[0])
}

// Table reads a table of numbers, such as steps.csv. An empty cell is NaN.
func (r *Run) Table(name string) (*Table, error) {
	about, err := r.file(name)
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(name, len(about.Columns))
	if err != nil {
		return nil, err
	}
	t := &Table{Columns: about.Columns, Values: make([][]float64, len(about.Columns))}
	for i, row := range rows {
		for c, cell := range row {
			v, err := math.NaN(), error(nil)
			if cell != "" {
				v, err = strconv.ParseFloat(cell, 64)
			}
			if err != nil {
				return nil, fmt.Errorf("%s, row %d: %q is no number", filepath.Join(r.Path, name), i+1, cell)
			}
			t.Values[c] = append(t.Values[c], v)
		}
	}
	return t, nil
}

// mostTable is what is read of a table, which is held as a whole.
const mostTable = 16 << 30

// rows of a csv file without its head. A row that is only half written is left out.
func (r *Run) rows(name string, columns int) ([][]string, error) {
	path := filepath.Join(r.Path, name)
	if columns == 0 {
		return nil, fmt.Errorf("%s cannot be read: run.json tells of no columns of it", path)
	}
	text, err := files.ReadFile(r.dir, name, mostTable)
	if err != nil {
		return nil, fmt.Errorf("the table cannot be read: %w", err)
	}
	in := csv.NewReader(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]))
	in.FieldsPerRecord = columns
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return rows[min(1, len(rows)):], nil
}

// Distributions are what histograms are of.
func (r *Run) Distributions() []record.Column {
	f, err := r.file("histograms.csv")
	if err != nil {
		return nil
	}
	return f.Histograms
}

// Histogram is how often values were in bins of one width, without gaps.
type Histogram struct {
	Name   string
	Swept  float64 // value of the key that is swept; 0 where none is
	Lower  float64 // of the first bin
	Width  float64 // of each
	Counts []float64
}

// Histograms are those at the start or, when the run has ended, at the end.
func (r *Run) Histograms(when string) ([]Histogram, error) {
	const name = "histograms.csv"
	columns := 5
	if r.Metadata.Sweep != nil {
		columns++
	}
	rows, err := r.rows(name, columns)
	if err != nil {
		return nil, err
	}
	var out []Histogram
	for i, row := range rows {
		if row[1] != when {
			continue
		}
		v := make([]float64, columns-2)
		for c := range v {
			if v[c], err = strconv.ParseFloat(row[2+c], 64); err != nil {
				return nil, fmt.Errorf("%s, row %d: %q is no number", filepath.Join(r.Path, name), i+1, row[2+c])
			}
		}
		swept := 0.0
		if r.Metadata.Sweep != nil {
			swept, v = v[0], v[1:]
		}
		if n := len(out); n == 0 || out[n-1].Name != row[0] || out[n-1].Swept != swept {
			out = append(out, Histogram{Name: row[0], Swept: swept, Lower: v[0], Width: v[1] - v[0]})
		}
		if err := out[len(out)-1].add(v[0], v[2]); err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", filepath.Join(r.Path, name), i+1, err)
		}
	}
	return out, nil
}

// maxBins bounds how far apart the bins of a histogram may be.
const maxBins = 1 << 20

// add puts a bin after the others, and empty ones where it leaves a gap.
func (h *Histogram) add(lower, count float64) error {
	at := (lower - h.Lower) / h.Width
	if !(at >= float64(len(h.Counts))-0.5 && at < maxBins) {
		return fmt.Errorf("the bin at %v is out of order, or too far from that at %v", lower, h.Lower)
	}
	for float64(len(h.Counts)) < at-0.5 {
		h.Counts = append(h.Counts, 0)
	}
	h.Counts = append(h.Counts, count)
	return nil
}

// Final opens the arrays of the state after the last step.
func (r *Run) Final() (*npy.Archive, error) {
	var a *npy.Archive
	f, path, err := r.open(record.FinalName)
	if err == nil {
		a, err = npy.NewArchive(f, path)
	}
	if err != nil {
		return nil, fmt.Errorf("the run %s has no final state to read (it is written when a run ends): %w", r.Path, err)
	}
	return a, nil
}
