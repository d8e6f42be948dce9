package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
)

// conclusions are the tables that the model makes of the last state.
func (r *Recorder) conclusions() []model.Conclusion {
	if concluded, ok := r.options.Model.(model.Concluded); ok {
		return concluded.Conclusions()
	}
	return nil
}

// done tells whether the run came to its end.
func (m *Metadata) done() bool { return m.Status == sim.Finished || m.Status == sim.AllEnded }

// conclude writes the tables of a run that came to its end.
func (r *Recorder) conclude(e *sim.End) error {
	tables := r.conclusions()
	if len(tables) == 0 || e.Reason != sim.Finished && e.Reason != sim.AllEnded {
		return nil
	}
	rows, err := r.options.Model.(model.Concluded).Conclude(e.State, r.options.Seeds)
	if err != nil {
		return fmt.Errorf("the last state: %w", err)
	}
	for i, t := range tables {
		write := func(w io.Writer) error { return writeRows(w, t.Columns, rows[i]) }
		if err := r.folder.Replace(t.File, write); err != nil {
			return err
		}
	}
	return nil
}

func writeRows(w io.Writer, columns []model.Column, rows [][]float64) error {
	out := csv.NewWriter(w)
	cells := names(describeColumns(columns))
	err := out.Write(cells)
	for _, row := range rows {
		for i, v := range row {
			cells[i] = ""
			if !math.IsNaN(v) {
				cells[i] = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		err = errors.Join(err, out.Write(cells))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func describeColumns(columns []model.Column) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = ColumnOf(c)
	}
	return out
}
