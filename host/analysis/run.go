package analysis

import (
	"fmt"
	"slices"

	"tnn-gpu/host/model"
)

// Steps are those with a row in the part that is looked at.
func (r *Run) Steps() ([]int64, error) {
	all, from, to, err := r.part()
	if err != nil {
		return nil, err
	}
	return all[from:to], nil
}

// part finds the rows that are looked at among all steps.
func (r *Run) part() (all []int64, from, to int, err error) {
	if all, err = r.From.Steps(); err != nil {
		return nil, 0, 0, err
	}
	for from < len(all) && all[from] < r.First {
		from++
	}
	for to = from; to < len(all) && all[to] <= r.Last; {
		to++
	}
	if from == to {
		return nil, 0, 0, Missing("no row of the run is within steps %d to %d", r.First, r.Last)
	}
	return all, from, to, nil
}

// Has tells whether the network has a quantity.
func (r *Run) Has(column string) bool {
	return slices.ContainsFunc(r.Network.Describe().Columns, func(c model.Column) bool { return c.Name == column })
}

// Series are the values of a quantity by replica, of the rows that are looked at.
func (r *Run) Series(column string) ([][]float64, error) {
	steps, from, to, err := r.part()
	if err != nil {
		return nil, err
	}
	var out [][]float64
	for _, replica := range r.Replicas {
		all, err := r.From.Column(column, replica)
		if err != nil {
			return nil, err
		}
		if len(all) < to {
			return nil, fmt.Errorf("the column %s of replica %d has %d rows, and there are %d steps", column, replica, len(all), len(steps))
		}
		out = append(out, all[from:to])
	}
	return out, nil
}

// columns calls take with each quantity and its values by replica, which are finite or not.
func (r *Run) columns(take func(c model.Column, values [][]float64, isFinite bool)) error {
	all := r.quantities
	if all == nil {
		all = r.Network.Describe().Columns
	}
	for _, c := range all {
		values, err := r.Series(c.Name)
		if err != nil {
			return err
		}
		take(c, values, finite(values))
	}
	return nil
}

// Spacing is how many steps lie between two of the rows that are looked at; 0 where
// they are not evenly spaced, or a single one.
func (r *Run) Spacing() (int64, error) {
	steps, err := r.Steps()
	if err != nil {
		return 0, err
	}
	from, to, every := evenEnd(steps)
	if to-from < len(steps) {
		every = 0
	}
	return every, nil
}

// evenEnd finds the last rows that are evenly spaced, those from one to before another, and
// how many steps lie between two; 0 of a single row. A last row that follows sooner than
// others is there because the run ended with it, and is none of them.
func evenEnd(steps []int64) (from, to int, every int64) {
	to = len(steps)
	if n := to - 1; n >= 2 && steps[n]-steps[n-1] < steps[n-1]-steps[n-2] {
		to = n
	}
	if from = max(0, to-2); to < 2 {
		return from, to, 0
	}
	every = steps[from+1] - steps[from]
	for from > 0 && steps[from]-steps[from-1] == every {
		from--
	}
	return from, to, every
}

// nearest is how many of the steps that are looked at are nearest to each row: a step
// half way between two counts half for either.
func (r *Run) nearest(steps []int64) []float64 {
	out := make([]float64, len(steps))
	begin := float64(r.First) - 0.5
	for i, step := range steps {
		end := float64(r.Last) + 0.5
		if i+1 < len(steps) {
			end = float64(step+steps[i+1]) / 2
		}
		out[i], begin = end-begin, end
	}
	return out
}

// evenly refuses rows that are fewer or not evenly spaced, and gives how many steps lie
// between two.
func (r *Run) evenly(least int) (every int64, err error) {
	steps, err := r.Steps()
	if err != nil {
		return 0, err
	}
	from, to, every := evenEnd(steps)
	switch {
	case to-from < len(steps):
		return 0, Missing("it takes evenly spaced rows, %d at the least: the last ones that are have the steps %d to %d (--first %d --last %d)", least, steps[from], steps[to-1], steps[from], steps[to-1])
	case len(steps) < least:
		return 0, Missing("it takes %d evenly spaced rows at the least, and there are %d", least, len(steps))
	}
	return every, nil
}

// EachStep refuses rows that are not of each step that is looked at.
func (r *Run) EachStep() error {
	every, err := r.Spacing()
	if err == nil && every > 1 {
		err = Missing("steps.csv has a row every %d steps, and each is needed (record.steps_every)", every)
	}
	if err != nil {
		return err
	}
	steps, err := r.Steps()
	if err == nil && int64(len(steps)) != r.Last-r.First+1 {
		err = Missing("steps.csv has rows of %d of the steps %d to %d, and each is needed (record.steps_every)", len(steps), r.First, r.Last)
	}
	return err
}

// Field is what a run has of a field in the part that is looked at.
type Field struct {
	Steps   []int64 // of the records
	Every   int64   // steps from one to the next; 0 where there is one record
	Numbers []int   // of the items; nil where all are there
	read    func(record, replica int) ([]float64, error)
	close   func() error
}

// Read is a record of a replica, by the number of the replica in the run.
func (f *Field) Read(record, replica int) ([]float64, error) { return f.read(record, replica) }

// Close closes the file.
func (f *Field) Close() error { return f.close() }

// Recorded opens what was recorded of a field.
func (r *Run) Recorded(field string) (*Field, error) {
	rec, err := r.From.Recording(field)
	if err != nil {
		return nil, err
	}
	f := &Field{Every: rec.Every, Numbers: rec.Numbers, close: rec.Close}
	skipped := 0
	for i := range rec.Len {
		switch step := rec.First + int64(i)*rec.Every; {
		case step < r.First:
			skipped++
		case step <= r.Last:
			f.Steps = append(f.Steps, step)
		}
	}
	f.read = func(record, replica int) ([]float64, error) { return rec.Read(skipped+record, replica) }
	if f.Steps == nil {
		return nil, model.FirstError(rec.Close(), Missing("nothing was recorded of %s within steps %d to %d", field, r.First, r.Last))
	}
	return f, nil
}

// Whole opens the records of a field of all items or, where there are none, the state
// after the last step as a single record.
func (r *Run) Whole(field string) (*Field, error) {
	f, err := r.Recorded(field)
	switch {
	case err == nil && f.Numbers == nil:
		return f, nil
	case err == nil:
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	if end := r.From.End(); end < r.First || end > r.Last {
		return nil, Missing("record all of %s (--record %s); the only whole state is that of step %d", field, field, end)
	}
	return &Field{Steps: []int64{r.From.End()}, close: func() error { return nil },
		read: func(_, replica int) ([]float64, error) { return r.From.Final(field, replica) }}, nil
}

// Lattice is the lattice of the network, if it has one.
func (r *Run) Lattice() (*model.Sites, error) {
	sited, ok := r.Network.(model.Sited)
	if !ok {
		return nil, Missing("its network has no places")
	}
	sites := sited.Sites()
	if len(sites.Sides) == 0 {
		return nil, Missing("its graph has no lattice, and so no distances")
	}
	return &sites, nil
}
