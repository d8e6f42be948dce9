package hopfield

import (
	"math"

	"tnn-gpu/host/model"
)

// Pictures implements model.Pictured: where the recall began, what it was to recall, and
// what it has.
func (n *Network) Pictures(key uint64, replica int, last model.Values) ([]model.Picture, error) {
	number, err := last(TargetField)
	if err != nil {
		return nil, err
	}
	probe, err := last(ProbeField)
	if err != nil {
		return nil, err
	}
	recalled, err := last(StateField)
	if err != nil {
		return nil, err
	}
	spec, at := n.Of(replica), int(number[0])
	target := make([]float64, n.N)
	for i, p := 0, n.pattern(spec, NewDraws(key), at); i < n.N; i++ {
		target[i] = float64(p.Sign(i))
	}
	return []model.Picture{n.picture("probe", probe), n.picture("target: "+n.patternName(at), target), n.picture("recalled", recalled)}, nil
}

// Image implements model.Pictured: the values of units are an image where the units have
// two sides.
func (n *Network) Image() (field string, rows, columns int) {
	if len(n.Sides) != 2 {
		return "", 0, 0
	}
	return StateField, n.Sides[0], n.Sides[1]
}

// picture shows units as they lie, or line by line where they have no places.
func (n *Network) picture(title string, values []float64) model.Picture {
	rows, columns := 0, int(math.Ceil(math.Sqrt(float64(n.N))))
	if len(n.Sides) > 1 {
		columns = n.Sides[len(n.Sides)-1]
	}
	rows = (n.N + columns - 1) / columns
	for len(values) < rows*columns {
		values = append(values, 0) // no unit is there
	}
	return model.Picture{Title: title, Rows: rows, Columns: columns, Values: values}
}
