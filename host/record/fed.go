package record

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// inputsName is the table of what a run was fed. It is no file of the checkpoints: the
// inputs of a step stand there before it is made, so they are known also of the steps
// that a kill has lost, and a resumed run is given them again.
const inputsName = "inputs.csv"

// keepInputs writes down the inputs of a step. They are on disk with the next
// checkpoint: a kill of the process loses none before that.
func (r *Recorder) keepInputs(c sim.Command) error {
	row := []string{strconv.FormatInt(c.Step+1, 10)}
	for _, v := range c.Inputs {
		row = append(row, strconv.FormatFloat(v, 'g', -1, 64))
	}
	if _, err := r.inputs.Write(csvRow(row)); err != nil {
		return fmt.Errorf("%s cannot be written: %w", inputsName, err)
	}
	return nil
}

// inputColumns are those of the table; none where nothing is fed.
func (r *Recorder) inputColumns() []Column {
	if len(r.about.Inputs) == 0 {
		return nil
	}
	out := []Column{{Name: "step", Doc: "number of the step, from 1"}}
	for _, in := range r.about.Inputs {
		out = append(out, Column{Name: in.Name, Unit: in.Unit, Doc: in.Doc})
	}
	return out
}

func csvRow(cells []string) []byte {
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	_ = w.Write(cells) // a bytes.Buffer takes all
	w.Flush()
	return line.Bytes()
}

// openInputs opens the table after its last whole row, or makes it.
func (f *Folder) openInputs(columns []Column) (*tail, error) {
	head := csvRow(namesOf(columns))
	info, err := f.dir.Lstat(inputsName)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() < int64(len(head)) {
		return f.newTable(inputsName, head)
	}
	file, err := f.dir.Edit(inputsName)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", inputsName, err)
	}
	t := &tail{file, int64(len(head))}
	err = readInputs(file, func(end, _ int64, _ []float64) error { t.end = end; return nil })
	if err == nil {
		err = file.Truncate(t.end)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be gone on with: %w", inputsName, err), t.Close())
	}
	return t, nil
}

func namesOf(columns []Column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// readInputs calls visit with the step of each row, where the row ends, and its
// values. A row that is not whole was never used.
func readInputs(in io.Reader, visit func(end, step int64, values []float64) error) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	end, before := int64(0), int64(-1)
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		end += int64(len(line))
		if number == 1 {
			continue // the head
		}
		step, values, err := parseInputs(line)
		if err == nil && before >= 0 && step != before+1 {
			err = fmt.Errorf("step %d comes after step %d", step, before)
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", inputsName, number, err)
		}
		before = step
		if err := visit(end, step, values); err != nil {
			return err
		}
	}
}

func parseInputs(line string) (step int64, values []float64, err error) {
	cells, err := csv.NewReader(bytes.NewReader([]byte(line))).Read()
	if err != nil {
		return 0, nil, err
	}
	if step, err = strconv.ParseInt(cells[0], 10, 64); err != nil || step < 1 {
		return 0, nil, fmt.Errorf("%q is no step", cells[0])
	}
	for _, cell := range cells[1:] {
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, nil, fmt.Errorf("%q is no input", cell)
		}
		values = append(values, v)
	}
	return step, values, nil
}

// fedAfter are the inputs that the run was given for the steps from first + 1 to last,
// or to the last step that has any where that is negative.
func (f *Folder) fedAfter(first, last int64) ([]sim.Command, error) {
	file, err := f.dir.Open(inputsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", inputsName, err)
	}
	defer file.Close()
	var all []sim.Command
	err = readInputs(file, func(_, step int64, values []float64) error {
		if step <= first || last >= 0 && step > last {
			return nil
		}
		if want := first + 1 + int64(len(all)); step != want {
			return fmt.Errorf("%s has no inputs of step %d", inputsName, want)
		}
		all = append(all, sim.Command{Do: sim.DoFeed, Control: state.Control{Step: step - 1}, Inputs: values})
		return nil
	})
	return all, err
}

// withInputs adds what the run was fed: of a step, after all that it was asked before.
func withInputs(commands, fed []sim.Command) []sim.Command {
	all := append(commands, fed...)
	slices.SortStableFunc(all, byStep)
	return all
}

// checkFed is part of Check.
func (c *checkup) checkFed() error {
	there, err := c.Has(inputsName)
	if err != nil || !there {
		return err
	}
	file, err := c.dir.Open(inputsName)
	if err != nil {
		return c.add(inputsName, "", err)
	}
	defer file.Close()
	last := int64(0)
	err = readInputs(file, func(_, step int64, _ []float64) error { last = step; return nil })
	if err == nil && c.newest != nil && last < c.newest.State.Step {
		err = fmt.Errorf("it ends with step %d, and the newest checkpoint is of step %d", last, c.newest.State.Step)
	}
	if err == nil {
		return nil // checkFiles tells of its rows
	}
	return c.add(inputsName, "", err)
}
