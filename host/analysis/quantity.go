package analysis

import (
	"fmt"
	"slices"
	"strconv"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/text"
)

// OfQuantity are the statistics of one quantity, of any model: see Run.Only.
func OfQuantity() []Statistic {
	return append(Common(),
		Statistic{Name: "autocorrelation", Doc: "correlation of the quantity with itself some steps later", Of: autocorrelation},
		Statistic{Name: "fano", Doc: "variance over mean of what is counted in windows of steps", Of: fano},
		Statistic{Name: "bins", Doc: "mean and sum of the quantity in bins of steps", Of: bins},
		Statistic{Name: "avalanches", Doc: "runs of steps in which the quantity is above half its mean, and the laws of their durations and sizes", Of: avalanches},
		Statistic{Name: "distance", Doc: "Hamming distance from another run, record by record", Of: distance},
	)
}

// Only is the run with one quantity: a column of its rows, or a field that was recorded,
// of which the sum over all items is taken, record by record, or one item: x[12].
func (r *Run) Only(name string) (*Run, error) {
	d := r.Network.Describe()
	only := *r
	if i := slices.IndexFunc(d.Columns, func(c model.Column) bool { return c.Name == name }); i >= 0 {
		only.quantities = d.Columns[i : i+1]
		return &only, nil
	}
	if f, found := fieldOf(&d, name); found {
		only.quantities = []model.Column{{Name: name, Title: "sum of " + name, Unit: f.Unit, Doc: "sum over all items of " + f.Doc}}
		only.From = &summed{Source: r.From, field: name}
		return &only, nil
	}
	field, of, err := model.SplitProbe(name)
	f, found := fieldOf(&d, field)
	if err != nil || !found {
		return nil, fmt.Errorf("there is no quantity %q and no field: use a column of steps.csv, the name of a recording, or one of its items, as x[12]", name)
	}
	item, err := r.item(f, of)
	if err != nil {
		return nil, err
	}
	only.quantities = []model.Column{{Name: name, Title: name, Unit: f.Unit, Doc: f.Doc}}
	only.From = &summed{Source: r.From, field: field, items: []int{item}}
	return &only, nil
}

// fieldOf finds what can be recorded.
func fieldOf(d *model.Description, name string) (state.Field, bool) {
	for _, c := range d.Computed {
		if c.Name == name {
			return c.Field, true
		}
	}
	return d.Field(name)
}

// item is the number of one of a field's items, by its name or number.
func (r *Run) item(f state.Field, of string) (int, error) {
	d := r.Network.Describe()
	space, _ := d.Space(f.Space)
	linked, ok := r.Network.(model.Linked)
	switch {
	case ok && linked.Links(nil, 0).Space == f.Space:
		return 0, fmt.Errorf("%s has values of edges: watch one, and its column of probes.csv can be plotted", f.Name)
	case len(space.Shape) != 1:
		return 0, fmt.Errorf("%s has records of several axes, and one of its values has no number", f.Name)
	}
	item, err := strconv.Atoi(of)
	if f.Space == state.Node {
		item, err = model.NamesOf(r.Network).Find(of)
	}
	if err != nil || item < 0 || item >= space.Len() {
		return 0, fmt.Errorf("%s[%s] is no value of %s: it has %s[0] to %s[%d]", f.Name, of, f.Name, f.Name, f.Name, space.Len()-1)
	}
	return item, nil
}

// summed is a source whose rows are the records of a field: sums of items, or of all.
type summed struct {
	Source
	field string
	items []int // their numbers; nil takes all
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
	places, err := s.places(rec)
	if err != nil {
		return nil, model.FirstError(err, rec.Close())
	}
	sums := make([]float64, rec.Len)
	for i := range sums {
		values, err := rec.Read(i, replica)
		if err != nil {
			return nil, model.FirstError(err, rec.Close())
		}
		if s.items == nil {
			for _, v := range values {
				sums[i] += v
			}
		}
		for _, at := range places {
			sums[i] += values[at]
		}
	}
	return sums, rec.Close()
}

// places are those of the items in a record.
func (s *summed) places(rec *Recording) ([]int, error) {
	if rec.Numbers == nil {
		return s.items, nil
	}
	var out []int
	for _, item := range s.items {
		at := slices.Index(rec.Numbers, item)
		if at < 0 {
			return nil, Missing("item %d of %s is none of those that were recorded", item, s.field)
		}
		out = append(out, at)
	}
	return out, nil
}

// spaced gives the values of the quantity, and how many steps lie between two.
func (r *Run) spaced(least int) (c model.Column, values [][]float64, every int64, err error) {
	c = r.quantities[0]
	if every, err = r.evenly(least); err != nil {
		return c, nil, 0, err
	}
	if values, err = r.Series(c.Name); err == nil && !finite(values) {
		err = Missing("%s is not finite in each step", c.Name)
	}
	return c, values, every, err
}

// ofEachStep gives the values of the quantity where they are known of each step.
func (r *Run) ofEachStep(least int) (model.Column, [][]float64, error) {
	c, values, every, err := r.spaced(least)
	if err == nil && every != 1 {
		err = Missing("%s is known every %d steps, and each is needed", c.Name, every)
	}
	return c, values, err
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
	c, values, every, err := r.spaced(8)
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
	c, values, err := r.ofEachStep(10)
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
		widths = append(widths, float64(w))
		factors = append(factors, byReplica(values, func(v []float64) float64 { return stats.Fano(v, w).Fano }))
	}
	t := Table{Name: "fano", Title: "Fano factor of " + c.Name, Bars: true}
	t.Add(model.Column{Name: "window", Title: "window", Unit: "steps", Log: true}, widths)
	t.AddEstimates(model.Column{Name: "fano", Title: "Fano factor", Unit: c.Unit, Doc: "variance of the sums in windows over their mean"}, factors)
	return &Result{Tables: []Table{t}}, nil
}

// mostBins is how many bins there are where nothing is said.
const mostBins = 100

// bins cuts the steps into bins; those after the last whole bin are dropped.
func bins(r *Run) (*Result, error) {
	c, values, every, err := r.spaced(2)
	if err != nil {
		return nil, err
	}
	rows := len(values[0])
	width := (rows + mostBins - 1) / mostBins
	if r.Bin != 0 {
		width = int(r.Bin / every)
	}
	if r.Bin%every != 0 || width < 1 || width > rows {
		return nil, fmt.Errorf("a bin has %s: use a multiple of %d, at most %d, as %s is known every %d", text.Count(r.Bin, "step"), every, int64(rows)*every, c.Name, every)
	}
	steps, err := r.Steps()
	if err != nil {
		return nil, err
	}
	sums := make([][]float64, len(values))
	for k := range values {
		sums[k] = stats.Bins(values[k], width)
	}
	last := make([]float64, len(sums[0]))
	means, totals := make([]stats.Estimate, len(last)), make([]stats.Estimate, len(last))
	for i := range last {
		last[i] = float64(steps[(i+1)*width-1])
		totals[i] = byReplica(sums, func(v []float64) float64 { return v[i] })
		means[i] = byReplica(sums, func(v []float64) float64 { return v[i] / float64(width) })
	}
	out := &Result{}
	out.Exact("bin", "steps", "width of a bin", float64(int64(width)*every), len(last))
	t := Table{Name: "bins", Title: fmt.Sprintf("%s in bins of %s", c.Name, text.Count(int64(width)*every, "step"))}
	t.Add(model.Column{Name: "step", Title: "step", Unit: "1", Doc: "last step of the bin"}, last)
	t.AddEstimates(model.Column{Name: "mean", Title: "mean of " + c.Name, Unit: c.Unit, Doc: "mean of the rows of the bin"}, means)
	if every == 1 {
		t.AddEstimates(model.Column{Name: "sum", Title: "sum of " + c.Name, Unit: c.Unit, Doc: "sum over the steps of the bin"}, totals)
	} else {
		out.Note("%s is known every %d steps, and for sums each is needed", c.Name, every)
	}
	out.Tables = append(out.Tables, t)
	if rest := rows % width; rest > 0 {
		out.Note("the last %d steps are no whole bin, and are left out", int64(rest)*every)
	}
	return out, nil
}

func avalanches(r *Run) (*Result, error) {
	c, values, err := r.ofEachStep(2)
	if err != nil {
		return nil, err
	}
	return Avalanches(values, c.Name), nil
}
