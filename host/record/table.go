package record

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"strconv"

	"tnn-gpu/host/state"
)

// table is a csv file that only grows. Numbers are in the shortest form that
// reads back as the same number.
type table struct {
	growing
	columns []string
	csv     *csv.Writer
	row     []string
}

func newTable(file string, columns []Column) *table {
	return &table{growing: growing{file: file}, columns: names(columns)}
}

// fits lets every length pass: rows differ in theirs.
func (t *table) fits(int64, int64, int64) error { return nil }

func (t *table) begin(f *Folder, _, _ int64) error {
	head := csvRow(t.columns)
	fresh, err := t.growing.begin(f, head)
	if err != nil {
		return err
	}
	if fresh {
		t.digest = &digest{table: sha256.New()}
		t.digest.table.Write(head) // a hash takes all
	}
	t.csv = csv.NewWriter(bufio.NewWriterSize(io.MultiWriter(t.tail, t.digest.table), 1<<16))
	return nil
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

func (t *table) flush() error {
	t.csv.Flush()
	return t.wrap(t.csv.Error())
}

func (t *table) sync() (state.FileLength, error) {
	if err := t.flush(); err != nil {
		return state.FileLength{}, err
	}
	sum := hex.EncodeToString(t.digest.table.Sum(nil))
	return state.FileLength{Name: t.file, Length: t.tail.end, Sum: sum}, t.wrap(t.tail.file.Sync())
}
