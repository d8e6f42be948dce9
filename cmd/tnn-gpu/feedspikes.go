package main

import (
	"errors"

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
		weights, err := tables.ReadReadout(readout, space.Len())
		if err != nil {
			return nil, err
		}
		return func(bits []float64) []float64 {
			out := make([]float64, weights.Values())
			for k := range out {
				out[k] = weights.Value(k, func(unit int) bool { return bits[unit] != 0 })
			}
			return out
		}, nil
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
