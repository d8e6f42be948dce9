package record

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"tnn-gpu/host/state"
)

// table is a csv file that only grows. Numbers are in the shortest form that
// reads back as the same number.
type table struct {
	file    string // in the run folder
	columns []string
	tail    *tail
	csv     *csv.Writer
	row     []string
}

// fits lets every length pass: rows differ in theirs.
func (t *table) fits(int64, int64) error { return nil }

func (t *table) open(f *Folder, length int64) error {
	var err error
	t.tail, err = openTail(f.disk, filepath.Join(f.path, t.file), length)
	if err != nil {
		return fmt.Errorf("%s cannot be opened: %w", t.file, err)
	}
	t.csv = csv.NewWriter(bufio.NewWriterSize(t.tail, 1<<16))
	if length >= 0 {
		return nil
	}
	t.row = append(t.row, t.columns...)
	return errors.Join(t.end(), t.flush())
}

// integer, number and text add a cell to the row, and end ends it.
func (t *table) integer(v int64)  { t.row = append(t.row, strconv.FormatInt(v, 10)) }
func (t *table) number(v float64) { t.row = append(t.row, strconv.FormatFloat(v, 'g', -1, 64)) }
func (t *table) text(s string)    { t.row = append(t.row, s) }

// value adds a number in the shortest form for its own precision.
func (t *table) value(a *state.Array, i int) {
	bits := 8 * a.Precision().Bytes()
	t.row = append(t.row, strconv.FormatFloat(a.At(i), 'g', -1, bits))
}

func (t *table) end() error {
	err := t.csv.Write(t.row)
	t.row = t.row[:0]
	return t.wrap(err)
}

func (t *table) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be written: %w", t.file, err)
}

func (t *table) name() string { return t.file }

func (t *table) flush() error {
	t.csv.Flush()
	return t.wrap(t.csv.Error())
}

func (t *table) sync() (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	return t.tail.end, t.wrap(t.tail.file.Sync())
}

func (t *table) close() error { return t.wrap(t.tail.Close()) }
