package web

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
)

// pointReader reads the points of a run out of steps.csv, which may grow.
type pointReader struct {
	table    results.Rows
	names    []string
	replicas int
	sweep    *model.Sweep
	history  *history
	mean     *pool // over the replicas of a step whose rows were read
	rows     int
}

// read takes the rows that have come since.
func (p *pointReader) read(file io.ReaderAt, size int64) error {
	if err := p.table.Read(file, size, p.take); err != nil {
		return fmt.Errorf("%s cannot be read at byte %d: %w", record.StepsName, p.table.Offset(), err)
	}
	return nil
}

func (p *pointReader) take(cells []string) error {
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
	file, err := f.left.Open(record.StepsName)
	if err != nil {
		return nil, fmt.Errorf("the steps of the run cannot be read: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// When a run is resumed, rows that came after its checkpoint are cut off.
	if sessions := len(f.metadata.Sessions); r.points == nil || r.sessions != sessions || info.Size() < r.points.table.Offset() {
		r.points, r.sessions = &pointReader{replicas: max(1, len(f.metadata.Noise())), sweep: f.metadata.Sweep}, sessions
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
	all, err := f.left.Histograms()
	if err != nil {
		return nil, err
	}
	var out []*Histogram
	for _, h := range all {
		shown := &Histogram{Name: h.Name, When: h.When, Swept: h.Swept, Lower: h.Lower, Width: h.Width, Counts: h.Counts}
		if h.When == "end" {
			shown.Step = f.metadata.Steps
		}
		shown.trim()
		out = append(out, shown)
	}
	return out, nil
}
