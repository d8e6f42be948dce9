package results

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/record"
)

// Rows reads the rows of a csv file, the first of which names the columns. The file may
// grow: each call of Read goes on where the last one ended.
type Rows struct{ offset int64 }

// Offset is where the first row begins that is not read yet.
func (r *Rows) Offset() int64 { return r.offset }

// Read has take see the cells of each row, and leaves out a last one that is not whole.
func (r *Rows) Read(file io.ReaderAt, size int64, take func(cells []string) error) error {
	in := bufio.NewReader(io.NewSectionReader(file, r.offset, max(0, size-r.offset)))
	var line []byte
	for {
		var err error
		if line, err = readLine(in, line[:0]); errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			cells, err := cellsOf(text)
			if err == nil {
				err = take(cells)
			}
			if err != nil {
				return err
			}
		}
		r.offset += int64(len(line))
	}
}

// mostLine is the length of the longest row of a table.
const mostLine = 1 << 26

// readLine appends a line with its end.
func readLine(in *bufio.Reader, line []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > mostLine:
			return line, fmt.Errorf("a row of more than %d bytes is not read", mostLine)
		}
	}
}

// cellsOf divides a row. Names may be quoted; numbers are not.
func cellsOf(row string) ([]string, error) {
	if !strings.Contains(row, `"`) {
		return strings.Split(row, ","), nil
	}
	return csv.NewReader(strings.NewReader(row)).Read()
}

// Table holds the numbers of a csv file by column.
type Table struct {
	Columns []record.Column
	Values  [][]float64 // by column, then by row
}

// Has tells whether there is a column of a name, with rows or without.
func (t *Table) Has(name string) bool {
	return slices.ContainsFunc(t.Columns, func(c record.Column) bool { return c.Name == name })
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

// Table reads a table of numbers, such as steps.csv. An empty cell is NaN. It is not to be
// changed: of a run that has ended, others may get it, too.
func (f *Folder) Table(name string) (*Table, error) {
	if t, found := f.kept[name]; found {
		return t, nil
	}
	t, err := f.readTable(name)
	if err == nil && f.kept != nil {
		f.kept[name] = t
	}
	return t, err
}

// Keep has each table read once, as those of a run that has ended do not change.
func (f *Folder) Keep() { f.kept = make(map[string]*Table) }

func (f *Folder) readTable(name string) (*Table, error) {
	about, err := f.File(name)
	if err != nil {
		return nil, err
	}
	t := &Table{Columns: about.Columns, Values: make([][]float64, len(about.Columns))}
	head := make([]string, len(about.Columns))
	for i, c := range about.Columns {
		head[i] = c.Name
	}
	err = f.rows(name, head, func(row []string) error {
		for c, cell := range row {
			v := math.NaN()
			if cell != "" {
				var err error
				if v, err = number(cell); err != nil {
					return err
				}
			}
			t.Values[c] = append(t.Values[c], v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// number reads what a cell has.
func number(cell string) (float64, error) {
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", cell)
	}
	return v, nil
}

// rows has take see the rows of a csv file whose head has these names, without the head.
func (f *Folder) rows(name string, head []string, take func(cells []string) error) error {
	path := filepath.Join(f.Path, name)
	if len(head) == 0 {
		return fmt.Errorf("%s cannot be read: run.json tells of no columns of it", path)
	}
	file, _, err := f.open(name)
	if err != nil {
		return fmt.Errorf("the table cannot be read: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("the table cannot be read: %w", err)
	}
	var in Rows
	number := -1 // of the head
	err = in.Read(file, info.Size(), func(cells []string) error {
		number++
		switch {
		case len(cells) != len(head):
			return fmt.Errorf("it has %d cells, not %d", len(cells), len(head))
		case number == 0 && !slices.Equal(cells, head):
			return fmt.Errorf("its columns are %s, and those of the run %s", strings.Join(cells, ","), strings.Join(head, ","))
		case number == 0:
			return nil
		}
		return take(cells)
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s, row %d: %w", path, number, err)
	case number < 0:
		return fmt.Errorf("%s is not whole: it does not even have its first line, with the names of its columns", path)
	}
	return nil
}

// Histogram is how often values were in bins of one width, without gaps.
type Histogram struct {
	Name   string
	When   string  // start or end
	Swept  float64 // value of the key that is swept; 0 where none is
	Lower  float64 // of the first bin
	Width  float64 // of each
	Counts []int64
}

// Histograms are those at the start and, when the run has ended, at the end.
func (f *Folder) Histograms() ([]Histogram, error) {
	head := []string{"histogram", "when"}
	if f.Metadata.Sweep != nil {
		head = append(head, f.Metadata.Sweep.Key)
	}
	head = append(head, "lower", "upper", "count")
	var out []Histogram
	bins := 0
	err := f.rows(record.HistogramsName, head, func(row []string) error {
		h := Histogram{Name: row[0], When: row[1]}
		numbers := row[2:]
		if f.Metadata.Sweep != nil {
			var err error
			if h.Swept, err = number(numbers[0]); err != nil {
				return err
			}
			numbers = numbers[1:]
		}
		lower, err1 := number(numbers[0])
		upper, err2 := number(numbers[1])
		count, err3 := strconv.ParseInt(numbers[2], 10, 64)
		if err3 != nil {
			err3 = fmt.Errorf("%q is no whole number", numbers[2])
		}
		if err := cmp.Or(err1, err2, err3); err != nil {
			return err
		}
		if h.Lower, h.Width = lower, upper-lower; len(out) == 0 || !out[len(out)-1].continues(&h) {
			out = append(out, h)
		}
		last := &out[len(out)-1]
		bins -= len(last.Counts)
		if err := last.add(lower, count); err != nil {
			return err
		}
		if bins += len(last.Counts); bins > mostBins {
			return fmt.Errorf("the histograms have more than %d bins", mostBins)
		}
		return nil
	})
	return out, err
}

// continues tells whether another bin is of this histogram.
func (h *Histogram) continues(bin *Histogram) bool {
	return h.Name == bin.Name && h.When == bin.When && h.Swept == bin.Swept
}

// maxBins bounds how far apart the bins of a histogram may be, and mostBins how many all
// histograms of a file have: the memory that a file can ask for.
const (
	maxBins  = 1 << 20
	mostBins = 1 << 24
)

// add puts a bin after the others, and empty ones where it leaves a gap.
func (h *Histogram) add(lower float64, count int64) error {
	at := (lower - h.Lower) / h.Width
	switch {
	case count < 0:
		return fmt.Errorf("the bin at %v has a count of %d", lower, count)
	case !(h.Width > 0 && at >= float64(len(h.Counts))-0.5 && at < maxBins):
		return fmt.Errorf("the bin at %v is out of order, or too far from that at %v", lower, h.Lower)
	}
	for float64(len(h.Counts)) < at-0.5 {
		h.Counts = append(h.Counts, 0)
	}
	h.Counts = append(h.Counts, count)
	return nil
}
