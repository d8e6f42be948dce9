package tables

import (
	"fmt"

	"tnn-gpu/host/text"
)

// Readout is weights that read values linearly out of the bits of units.
type Readout struct {
	Names   []string    // of the values; nil where the file has none
	columns [][]float64 // by value: the constant, then a weight for each unit
}

// ReadReadout reads the weights of so many units: a row for the constant, and one for each
// unit; a column for each value. A first column with the name "unit" is passed over.
func ReadReadout(path string, units int) (*Readout, error) {
	t, err := Read(path)
	if err != nil {
		return nil, fmt.Errorf("the weights in %s cannot be read: %w", path, err)
	}
	r := &Readout{Names: t.Names, columns: t.Columns}
	if len(t.Names) > 0 && t.Names[0] == "unit" {
		r.Names, r.columns = t.Names[1:], t.Columns[1:]
	}
	if t.Rows() != 1+units || len(r.columns) == 0 {
		return nil, fmt.Errorf("%s has %s of %s: give a row for the constant, and one for each of %d units", path, text.Count(t.Rows(), "row"), text.Count(len(r.columns), "weight"), units)
	}
	return r, nil
}

// Values is how many are read.
func (r *Readout) Values() int { return len(r.columns) }

// Value is one of them, by its number. Its sum has one accumulator and ascends.
func (r *Readout) Value(k int, isActive func(unit int) bool) float64 {
	w := r.columns[k]
	sum := w[0]
	for i, v := range w[1:] {
		if isActive(i) {
			sum += v
		}
	}
	return sum
}

// Largest is the number of the largest value; of equal ones the first.
func (r *Readout) Largest(isActive func(unit int) bool) int {
	best, most := 0, r.Value(0, isActive)
	for k := 1; k < len(r.columns); k++ {
		if v := r.Value(k, isActive); v > most {
			best, most = k, v
		}
	}
	return best
}
