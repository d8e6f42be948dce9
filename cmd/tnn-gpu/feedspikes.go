package main

import (
	"errors"
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/tables"
)

// ofSpikes is what a word of --answer makes of the bits of all units; nil for a word that
// is not about spikes.
func ofSpikes(text string, d *model.Description, readout string) (func(bits []float64) []float64, error) {
	if d.Spikes == "" {
		return nil, nil
	}
	switch text {
	case "bits":
		return func(bits []float64) []float64 { return bits }, nil
	case "spikes":
		return activeOf, nil
	case "count":
		return func(bits []float64) []float64 { return []float64{float64(len(activeOf(bits)))} }, nil
	case "readout":
		if readout == "" {
			return nil, errors.New("readout takes weights: name a file with --readout")
		}
		field, _ := d.Field(d.Spikes)
		space, _ := d.Space(field.Space)
		return readReadout(readout, space.Len())
	}
	return nil, nil
}

// activeOf are the numbers of the units that are active.
func activeOf(bits []float64) []float64 {
	out := []float64{}
	for i, v := range bits {
		if v != 0 {
			out = append(out, float64(i))
		}
	}
	return out
}

// readReadout reads weights that read values out of the bits of units.
func readReadout(path string, units int) (func(bits []float64) []float64, error) {
	t, err := tables.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the weights in %s cannot be read: %w", path, err)
	}
	columns := t.Columns
	if len(t.Names) > 0 && t.Names[0] == "unit" {
		columns = columns[1:]
	}
	if t.Rows() != 1+units || len(columns) == 0 {
		return nil, fmt.Errorf("%s has %d rows of %d weights: give a row for the constant, and one for each of %d units", path, t.Rows(), len(columns), units)
	}
	return func(bits []float64) []float64 {
		out := make([]float64, len(columns))
		for k, w := range columns {
			out[k] = w[0]
			for i, v := range bits {
				if v != 0 {
					out[k] += w[1+i]
				}
			}
		}
		return out
	}, nil
}
