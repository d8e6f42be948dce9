package web

import (
	"math"
	"strconv"
)

// mostPoints is how many points a history keeps. A chart has no more pixels.
const mostPoints = 1024

// history keeps quantities of all steps in few points: each is the mean over as
// many steps as the stride, which doubles when there are too many points.
type history struct {
	columns int
	stride  int64
	steps   []int64   // the last step of each point
	counts  []float64 // steps of each point
	values  []float64 // points x columns, means
}

func newHistory(columns int) *history { return &history{columns: columns, stride: 1} }

// add takes the quantities of a step. Steps must come in ascending order.
func (h *history) add(step int64, row []float64) {
	if n := len(h.steps); n > 0 && h.group(step) == h.group(h.steps[n-1]) {
		h.merge(n-1, step, 1, row)
		return
	}
	if len(h.steps) == mostPoints {
		h.halve()
		h.add(step, row)
		return
	}
	h.steps, h.counts, h.values = append(h.steps, step), append(h.counts, 1), append(h.values, row...)
}

func (h *history) group(step int64) int64 { return (step - 1) / h.stride }

// merge puts the mean of some more steps into a point.
func (h *history) merge(point int, step int64, count float64, row []float64) {
	h.steps[point] = step
	h.counts[point] += count
	share := count / h.counts[point]
	into := h.row(point)
	for c, v := range row {
		into[c] += float64(share * (v - into[c]))
	}
}

func (h *history) row(point int) []float64 {
	return h.values[point*h.columns : (point+1)*h.columns]
}

// halve doubles the stride.
func (h *history) halve() {
	old := *h
	h.stride *= 2
	h.steps, h.counts, h.values = h.steps[:0], h.counts[:0], h.values[:0]
	for i, step := range old.steps {
		if n := len(h.steps); n > 0 && h.group(step) == h.group(h.steps[n-1]) {
			h.merge(n-1, step, old.counts[i], old.row(i))
			continue
		}
		h.steps, h.counts, h.values = append(h.steps, step), append(h.counts, old.counts[i]), append(h.values, old.row(i)...)
	}
}

// Points are the points of a history from a number on.
type Points struct {
	Stride int64       `json:"stride"`
	From   int         `json:"from"` // number of the first point given
	Steps  []int64     `json:"steps"`
	Values [][]decimal `json:"values"` // by value of what is swept, and column
}

// cursor says which points of a history a page has.
type cursor struct {
	stride int64
	points int
	last   int64 // step of the last one
}

// since lists the points after a cursor, and moves the cursor; it returns nil where there
// are none. The last point that the page has is listed again, as it may have changed. If
// the stride has changed, all points are.
func (h *history) since(c *cursor) *Points {
	n := len(h.steps)
	if n == 0 || c.stride == h.stride && c.last == h.steps[n-1] {
		return nil
	}
	p := &Points{Stride: h.stride}
	if c.stride == h.stride {
		p.From = max(0, c.points-1)
	}
	p.Steps = append(p.Steps, h.steps[p.From:]...)
	for column := range h.columns {
		values := make([]decimal, 0, len(p.Steps))
		for i := p.From; i < n; i++ {
			values = append(values, decimal(h.row(i)[column]))
		}
		p.Values = append(p.Values, values)
	}
	*c = cursor{h.stride, n, h.steps[n-1]}
	return p
}

// decimal is a number with the digits that a page shows; what is not finite is null.
type decimal float64

// MarshalJSON implements json.Marshaler.
func (d decimal) MarshalJSON() ([]byte, error) {
	v := float64(d)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 6, 64), nil
}
