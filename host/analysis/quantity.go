package analysis

import (
	"fmt"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// OfQuantity are the statistics of one quantity, of any model: see Run.Only.
func OfQuantity() []Statistic {
	return append(Common(),
		Statistic{Name: "autocorrelation", Doc: "correlation of the quantity with itself some steps later", Of: autocorrelation},
		Statistic{Name: "fano", Doc: "variance over mean of what is counted in windows of steps", Of: fano},
		Statistic{Name: "avalanches", Doc: "runs of steps in which the quantity is above half its mean, and the laws of their durations and sizes", Of: avalanches},
		Statistic{Name: "distance", Doc: "Hamming distance from another run, record by record", Of: distance},
	)
}

// Only is the run with one quantity: a column of its rows, or a field that was recorded,
// of which the sum over all items is taken, record by record.
func (r *Run) Only(name string) (*Run, error) {
	d := r.Network.Describe()
	only := *r
	if i := slices.IndexFunc(d.Columns, func(c model.Column) bool { return c.Name == name }); i >= 0 {
		only.quantities = d.Columns[i : i+1]
		return &only, nil
	}
	f, found := d.Field(name)
	if !found {
		return nil, fmt.Errorf("there is no quantity %q and no field: use a column of steps.csv, or the name of a recording", name)
	}
	only.quantities = []model.Column{{Name: name, Title: "sum of " + name, Unit: f.Unit, Doc: "sum over all items of " + f.Doc}}
	only.From = &summed{Source: r.From, field: name}
	return &only, nil
}

// summed is a source whose rows are the records of a field.
type summed struct {
	Source
	field string
}

// Steps implements Source.
func (s *summed) Steps() ([]int64, error) {
	rec, err := s.Recording(s.field)
	if err != nil {
		return nil, err
	}
	steps := make([]int64, rec.Len)
	for i := range steps {
		steps[i] = rec.First + int64(i)*rec.Every
	}
	return steps, rec.Close()
}

// Column implements Source.
func (s *summed) Column(_ string, replica int) ([]float64, error) {
	rec, err := s.Recording(s.field)
	if err != nil {
		return nil, err
	}
	sums := make([]float64, rec.Len)
	for i := range sums {
		values, err := rec.Read(i, replica)
		if err != nil {
			return nil, model.FirstError(err, rec.Close())
		}
		for _, v := range values {
			sums[i] += v
		}
	}
	return sums, rec.Close()
}

// evenly gives the values of the quantity, and how many steps lie between two.
func (r *Run) evenly(least int) (c model.Column, values [][]float64, every int64, err error) {
	c = r.quantities[0]
	if every, err = r.Spacing(); err != nil {
		return c, nil, 0, err
	}
	if values, err = r.Series(c.Name); err != nil {
		return c, nil, 0, err
	}
	switch {
	case every == 0 || len(values[0]) < least:
		err = Missing("it takes %d evenly spaced rows at the least", least)
	case !finite(values):
		err = Missing("%s is not finite in each step", c.Name)
	}
	return c, values, every, err
}

// byReplica is the mean over replicas of what each has, with the error that follows.
func byReplica(values [][]float64, of func(values []float64) float64) stats.Estimate {
	each := make([]float64, len(values))
	for k, v := range values {
		each[k] = of(v)
	}
	return stats.Mean(each)
}

// mostLags bounds autocorrelations.
const mostLags = 1000

func autocorrelation(r *Run) (*Result, error) {
	c, values, every, err := r.evenly(8)
	if err != nil {
		return nil, err
	}
	var lags []float64
	var curve []stats.Estimate
	curves := make([][]float64, len(values))
	for k := range values {
		curves[k] = stats.Autocorrelation(values[k], min(mostLags, len(values[k])/4))
	}
	for lag := range curves[0] {
		lags = append(lags, float64(int64(lag)*every))
		sum := make([]float64, len(curves))
		for k := range curves {
			sum[k] = curves[k][lag]
		}
		curve = append(curve, stats.Mean(sum))
	}
	out := &Result{}
	t := Table{Name: "autocorrelation", Title: "autocorrelation of " + c.Name}
	t.Add(model.Column{Name: "lag", Title: "lag", Unit: "steps"}, lags)
	t.AddEstimates(model.Column{Name: "autocorrelation", Title: "autocorrelation", Unit: "1", Doc: "Pearson's correlation of " + c.Name + " with itself so many steps later"}, curve)
	out.Add("autocorrelation_1", "1", "Pearson's correlation of neighbouring values", curve[1])
	out.Tables = append(out.Tables, t)
	return out, nil
}

func fano(r *Run) (*Result, error) {
	c, values, every, err := r.evenly(10)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		if slices.Min(v) < 0 {
			return nil, Missing("%s has values below 0, and so counts nothing", c.Name)
		}
	}
	var widths []float64
	var factors []stats.Estimate
	for w := 1; w <= len(values[0])/10; w *= 2 {
		widths = append(widths, float64(int64(w)*every))
		factors = append(factors, byReplica(values, func(v []float64) float64 { return stats.Fano(v, w).Fano }))
	}
	t := Table{Name: "fano", Title: "Fano factor of " + c.Name, Bars: true}
	t.Add(model.Column{Name: "window", Title: "window", Unit: "steps", Log: true}, widths)
	t.AddEstimates(model.Column{Name: "fano", Title: "Fano factor", Unit: c.Unit, Doc: "variance of the sums in windows over their mean"}, factors)
	return &Result{Tables: []Table{t}}, nil
}

func avalanches(r *Run) (*Result, error) {
	c, values, every, err := r.evenly(2)
	if err == nil && every != 1 {
		err = Missing("avalanches take each step, and %s is known every %d", c.Name, every)
	}
	if err != nil {
		return nil, err
	}
	return Avalanches(values, c.Name), nil
}
