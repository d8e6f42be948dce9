package web

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
)

// pointReader reads the points of a run out of steps.csv, which may grow.
type pointReader struct {
	offset   int64 // of the first row that is not read yet
	names    []string
	replicas int
	sweep    *model.Sweep
	history  *history
	mean     *pool // over the replicas of a step whose rows were read
	rows     int
}

// mostRow is the length of the longest row of a table.
const mostRow = 1 << 16

// read takes the rows that have come since; the last one is left if it is not whole.
func (p *pointReader) read(file io.ReaderAt, size int64) error {
	in := bufio.NewReaderSize(io.NewSectionReader(file, p.offset, max(0, size-p.offset)), mostRow)
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = p.take(strings.TrimRight(string(line), "\r\n"))
		}
		if err != nil {
			return fmt.Errorf("%s cannot be read at byte %d: %w", stepsName, p.offset, err)
		}
		p.offset += int64(len(line))
	}
}

func (p *pointReader) take(line string) error {
	cells := strings.Split(line, ",")
	if p.history == nil {
		return p.begin(cells)
	}
	if len(cells) != p.leading()+len(p.names) {
		return fmt.Errorf("the row has %d cells, not %d", len(cells), p.leading()+len(p.names))
	}
	step, err := strconv.ParseInt(cells[0], 10, 64)
	if err != nil || step < 1 {
		return fmt.Errorf("the row is of step %q", cells[0])
	}
	if p.rows == 0 {
		clear(p.mean.row)
	}
	for i, cell := range cells[p.leading():] {
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return err
		}
		p.mean.add(p.rows, i, v)
	}
	if p.rows++; p.rows < p.replicas {
		return nil
	}
	p.rows = 0
	if n := len(p.history.steps); n > 0 && step <= p.history.steps[n-1] {
		return fmt.Errorf("step %d comes after step %d", step, p.history.steps[n-1])
	}
	p.history.add(step, p.mean.row)
	return nil
}

// leading is the number of the columns that tell the rows apart.
func (p *pointReader) leading() int {
	n := min(p.replicas, 2)
	if p.sweep != nil {
		n++
	}
	return n
}

func (p *pointReader) begin(names []string) error {
	if names[0] != "step" || len(names) < p.leading() {
		return errors.New("the first row does not name the columns")
	}
	p.names = names[p.leading():]
	p.mean = newPool(p.sweep, p.replicas, len(p.names))
	p.history = newHistory(len(p.mean.row))
	return nil
}

// points are those of a whole run.
type points struct {
	Names []string `json:"names"`
	*Points
}

// readPoints brings the points of a run up to date.
func (f *folder) readPoints(r *run) (*points, error) {
	file, err := f.dir.Open(stepsName)
	if err != nil {
		return nil, fmt.Errorf("the steps of the run cannot be read: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// When a run is resumed, rows that came after its checkpoint are cut off.
	if sessions := len(f.metadata.Sessions); r.points == nil || r.sessions != sessions || info.Size() < r.points.offset {
		r.points, r.sessions = &pointReader{replicas: max(1, len(f.metadata.Seeds)), sweep: f.metadata.Sweep}, sessions
	}
	if err := r.points.read(file, info.Size()); err != nil {
		r.points = nil
		return nil, err
	}
	out := &points{Names: r.points.names, Points: &Points{}}
	if h := r.points.history; h != nil {
		if p := h.since(&cursor{}); p != nil {
			out.Points = p
		}
	}
	return out, nil
}

// readHistograms reads those of the start and the end.
func (f *folder) readHistograms() ([]*Histogram, error) {
	file, err := f.dir.Open(histogramsName)
	if err != nil {
		return nil, fmt.Errorf("the histograms of the run cannot be read: %w", err)
	}
	defer file.Close()
	return parseHistograms(io.LimitReader(file, mostHistograms), f.metadata.Steps, f.metadata.Sweep != nil)
}

// mostHistograms is how much of a table of histograms is read, in bytes.
const mostHistograms = 1 << 26

// parseHistograms reads the bins that are not empty.
func parseHistograms(in io.Reader, steps int64, swept bool) ([]*Histogram, error) {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = 5
	if swept {
		rows.FieldsPerRecord++
	}
	if _, err := rows.Read(); err != nil {
		return nil, fmt.Errorf("%s has no first row: %w", histogramsName, err)
	}
	var out []*Histogram
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", histogramsName, err)
		}
		key := histogramKey{name: row[0], when: row[1]}
		var err0 error
		if swept {
			key.swept, err0 = strconv.ParseFloat(row[2], 64)
			row = row[1:]
		}
		lower, err1 := strconv.ParseFloat(row[2], 64)
		upper, err2 := strconv.ParseFloat(row[3], 64)
		count, err3 := strconv.ParseInt(row[4], 10, 64)
		if err := errors.Join(err0, err1, err2, err3); err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", histogramsName, err)
		}
		if count < 0 {
			return nil, fmt.Errorf("%s has a count of %d", histogramsName, count)
		}
		if n := len(out); n == 0 || out[n-1].key() != key {
			h := &Histogram{Name: key.name, When: key.when, Swept: key.swept, Lower: lower, Width: upper - lower}
			if key.when == "end" {
				h.Step = steps
			}
			out = append(out, h)
		}
		if err := out[len(out)-1].put(lower, count); err != nil {
			return nil, err
		}
	}
	for _, h := range out {
		h.trim()
	}
	return out, nil
}

// put sets the count of the bin with a lower edge; bins come in ascending order.
func (h *Histogram) put(lower float64, count int64) error {
	bin := (lower - h.Lower) / h.Width
	if !(h.Width > 0 && bin > float64(len(h.Counts))-0.5 && bin < mostStoredBins) {
		return fmt.Errorf("%s has a bin from %v on where it cannot be", histogramsName, lower)
	}
	for len(h.Counts) < int(bin+0.5) {
		h.Counts = append(h.Counts, 0)
	}
	h.Counts = append(h.Counts, count)
	return nil
}

// mostStoredBins bounds the memory that a file can ask for.
const mostStoredBins = 1 << 20
