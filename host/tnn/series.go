package tnn

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/npy"
	"tnn-gpu/host/text"
)

// numberTable is a table of finite numbers.
type numberTable struct {
	names   []string // of columns; nil without a head
	columns [][]float64
}

func (t *numberTable) rows() int {
	if len(t.columns) == 0 {
		return 0
	}
	return len(t.columns[0])
}

// mostNumbers of a series.
const mostNumbers = 1 << 28

// readTable reads a CSV or NPY file with a row for each step. A first line of a CSV
// file that is no numbers names the columns; one that is called step is left out.
func readTable(path string) (*numberTable, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if strings.HasSuffix(path, ".npy") {
		return readNumPy(f, path)
	}
	return readCSV(text.NewReader(f))
}

func readNumPy(f npy.File, path string) (*numberTable, error) {
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
		return nil, fmt.Errorf("it has %d dimensions: give steps x nodes", len(a.Shape))
	}
	t := &numberTable{columns: make([][]float64, width)}
	for i, v := range a.Values {
		if err := t.add(i%width, v); err != nil {
			return nil, fmt.Errorf("row %d, column %d: %w", i/width+1, i%width+1, err)
		}
	}
	return t, nil
}

func (t *numberTable) add(column int, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%v is no finite number", v)
	}
	t.columns[column] = append(t.columns[column], v)
	return nil
}

// readCSV reads lines of numbers with commas, semicolons, tabs or spaces between them.
func readCSV(in *bufio.Reader) (*numberTable, error) {
	t, skipped, total := &numberTable{}, -1, 0
	for number := 1; ; number++ {
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if cells := cellsOf(line); len(cells) > 0 && !strings.HasPrefix(cells[0], "#") {
			if t.columns == nil {
				isHead := false
				if skipped, isHead = t.begin(cells); isHead {
					continue
				}
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
	if t.rows() == 0 {
		return nil, errors.New("there are no numbers in it")
	}
	return t, nil
}

// cellsOf divides a line.
func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	for _, between := range []string{",", ";", "\t"} {
		if strings.Contains(line, between) {
			cells := strings.Split(line, between)
			for i, cell := range cells {
				cells[i] = strings.Trim(strings.TrimSpace(cell), `"`)
			}
			return cells
		}
	}
	return strings.Fields(line)
}

// begin makes the columns, and takes their names if the first line has such. It tells
// which column is not one of values.
func (t *numberTable) begin(cells []string) (skipped int, isHead bool) {
	skipped = -1
	for _, cell := range cells {
		if _, err := strconv.ParseFloat(cell, 64); err != nil {
			isHead = true
		}
	}
	for i, cell := range cells {
		if isHead && cell == "step" {
			skipped = i
			continue
		}
		if isHead {
			t.names = append(t.names, cell)
		}
		t.columns = append(t.columns, nil)
	}
	return skipped, isHead
}

func (t *numberTable) addLine(cells []string, skipped int) error {
	want := len(t.columns)
	if skipped >= 0 {
		want++
	}
	if len(cells) != want {
		return fmt.Errorf("it has %d numbers, and others have %d", len(cells), want)
	}
	at := 0
	for i, cell := range cells {
		if i == skipped {
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
