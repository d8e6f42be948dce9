// Package tables reads tables of numbers, of CSV files and of NumPy.
package tables

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/text"
)

// Table is a table of finite numbers.
type Table struct {
	Names   []string // of columns; nil without a head
	Columns [][]float64
}

// Rows is how many there are.
func (t *Table) Rows() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return len(t.Columns[0])
}

// Transposed has a row for each column.
func (t *Table) Transposed() *Table {
	out := &Table{Columns: make([][]float64, t.Rows())}
	for r := range out.Columns {
		for _, c := range t.Columns {
			out.Columns[r] = append(out.Columns[r], c[r])
		}
	}
	return out
}

// mostNumbers of a table.
const mostNumbers = 1 << 28

// IsNumPy tells whether a file is read as an array of NumPy.
func IsNumPy(path string) bool { return strings.HasSuffix(path, ".npy") }

// Read reads a CSV or NPY file with a row for each step. A first line of a CSV file that
// is no numbers names the columns; one that is called step is left out, and so are the
// numbers or names of rows that pandas and R write: a first column without a name.
func Read(path string) (*Table, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if IsNumPy(path) {
		return readNumPy(f, path)
	}
	return readCSV(text.NewReader(f))
}

func readNumPy(f npy.File, path string) (*Table, error) {
	a, err := npy.ReadArray(f, path, mostNumbers)
	if err != nil {
		return nil, err
	}
	width := 1
	switch len(a.Shape) {
	case 1:
	case 2:
		width = int(a.Shape[1])
	default:
		return nil, fmt.Errorf("it has %s: give steps x values", text.Count(len(a.Shape), "dimension"))
	}
	t := &Table{Columns: make([][]float64, width)}
	for i, v := range a.Values {
		if err := t.add(i%width, v); err != nil {
			return nil, fmt.Errorf("row %d, column %d: %w", i/width+1, i%width+1, err)
		}
	}
	return t, nil
}

func (t *Table) add(column int, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%v is no finite number", v)
	}
	t.Columns[column] = append(t.Columns[column], v)
	return nil
}

// readCSV reads lines of numbers with commas, semicolons, tabs or spaces between them.
func readCSV(in *bufio.Reader) (*Table, error) {
	t, between, head, numbered := &Table{}, "", false, false
	var skipped []int
	total := 0
	for number := 1; ; number++ {
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if t.Columns == nil {
			between = separatorOf(line)
		}
		if cells := cellsOf(line, between); len(cells) > 0 && !strings.HasPrefix(cells[0], "#") {
			if t.Columns == nil {
				if skipped, head = t.begin(cells); head {
					numbered = cells[0] == ""
					continue
				}
			}
			if head && !numbered && t.Rows() == 0 && len(cells) == len(t.Columns)+len(skipped)+1 {
				for i := range skipped { // names of rows, for which R's write.table has no name
					skipped[i]++
				}
				skipped = append(skipped, 0)
			}
			if total += len(cells); total > mostNumbers {
				return nil, fmt.Errorf("it has more than %d numbers", mostNumbers)
			}
			if problem := t.addLine(cells, skipped); problem != nil {
				return nil, fmt.Errorf("line %d: %w", number, problem)
			}
		}
		if err != nil {
			break
		}
	}
	if t.Rows() == 0 {
		return nil, errors.New("there are no numbers in it")
	}
	return t, nil
}

// separatorOf is what stands between the cells of a line; empty for spaces. Where it is no
// comma, a comma can be that of a number.
func separatorOf(line string) string {
	for _, between := range []string{";", "\t", ","} {
		if strings.Contains(strings.TrimSpace(line), between) {
			return between
		}
	}
	return ""
}

// cellsOf divides a line.
func cellsOf(line, between string) []string {
	cells := strings.Fields(line)
	if between != "" && len(cells) > 0 {
		cells = strings.Split(strings.TrimLeft(strings.TrimRight(line, "\r\n\t "), " "), between)
	}
	for i, cell := range cells {
		cells[i] = strings.Trim(strings.TrimSpace(cell), `"`)
		if between != "," && strings.Count(cell, ",") == 1 && !strings.Contains(cell, ".") {
			cells[i] = strings.Replace(cells[i], ",", ".", 1)
		}
	}
	return cells
}

// begin makes the columns, and takes their names if the first line has such. It tells
// which columns are not of values.
func (t *Table) begin(cells []string) (skipped []int, isHead bool) {
	for _, cell := range cells {
		if _, err := strconv.ParseFloat(cell, 64); err != nil {
			isHead = true
		}
	}
	for i, cell := range cells {
		if isHead && (cell == "step" || cell == "" && i == 0 && len(cells) > 1) {
			skipped = append(skipped, i)
			continue
		}
		if isHead {
			t.Names = append(t.Names, cell)
		}
		t.Columns = append(t.Columns, nil)
	}
	return skipped, isHead
}

func (t *Table) addLine(cells []string, skipped []int) error {
	want := len(t.Columns) + len(skipped)
	if len(cells) != want {
		return fmt.Errorf("it has %s, and others have %d", text.Count(len(cells), "number"), want)
	}
	at := 0
	for i, cell := range cells {
		if slices.Contains(skipped, i) {
			continue
		}
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return fmt.Errorf("%q is no number", cell)
		}
		if err := t.add(at, v); err != nil {
			return err
		}
		at++
	}
	return nil
}
