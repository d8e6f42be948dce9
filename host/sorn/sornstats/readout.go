package sornstats

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/stats"
	"tnn-gpu/host/text"
)

// penalty is mu of the ridge regression (Hartmann et al. 2015).
const penalty = 1

// mostPlaces bounds the places in words that are told apart: a text has too many.
const mostPlaces = 256

// mostBack bounds how many steps back a symbol is recalled.
const mostBack = 20

// lesson is what read-outs are trained and tested with, of one replica.
type lesson struct {
	states [][]float64  // by step
	shown  []sorn.Shown // in the same steps
	train  int          // steps that are trained with; the others are for the test
}

// readout reads symbols out of the states of steps in which weights are frozen: the first
// half of them trains, the second tests.
func readout(r *analysis.Run) (*analysis.Result, error) {
	in := &r.Network.(*sorn.Network).Spec.Input
	if !in.Symbolic() {
		return nil, analysis.Missing("the input is no stream of symbols")
	}
	first, last, err := frozen(r)
	if err != nil {
		return nil, err
	}
	lessons, err := lessonsOf(r, in, first, last)
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	out.Note("trained in steps %d to %d, tested in steps %d to %d", first, first+int64(lessons[0].train)-1, first+int64(lessons[0].train), last)
	symbols := in.Symbols()
	next, err := predict(out, lessons, "symbol", "the next symbol", len(symbols), func(s sorn.Shown) int { return s.Symbol }, in.Odds(false))
	if err != nil {
		return nil, err
	}
	places, of := in.Places()
	if places > len(symbols) && places <= mostPlaces {
		if _, err := predict(out, lessons, "place", "the next symbol's place in its word", places, of, in.Odds(true)); err != nil {
			return nil, err
		}
	}
	table, err := recall(out, lessons, len(symbols))
	if err != nil {
		return nil, err
	}
	out.Tables = append(out.Tables, table, weightsTable(next, symbols))
	return out, nil
}

// frozen finds the last steps that are looked at in which symbols come and no weight
// changes.
func frozen(r *analysis.Run) (first, last int64, err error) {
	spec := r.Network.(*sorn.Network).Spec
	for step := max(1, r.First); step <= r.Last; {
		regime := spec.RegimeAt(step)
		end := min(regime.Last, r.Last)
		switch still := regime.Input && !regime.STDP && !regime.SP && !regime.ISTDP && !regime.SS; {
		case still && last == step-1 && first > 0:
			last = end
		case still:
			first, last = step, end
		}
		step = end + 1
	}
	if last-first < 3 {
		return 0, 0, analysis.Missing("a read-out takes steps with input in which no weight changes: give the run an era of training")
	}
	return first, last, nil
}

// lessonsOf reads states and symbols.
func lessonsOf(r *analysis.Run, in *sorn.InputSpec, first, last int64) ([]lesson, error) {
	part := *r
	part.First, part.Last = first, last
	x, err := each(&part, sorn.XField)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	task, err := each(&part, sorn.TaskName)
	if err != nil {
		return nil, err
	}
	defer task.Close()
	if len(x.Steps) != len(task.Steps) || x.Steps[0] != first || x.Steps[len(x.Steps)-1] != last {
		return nil, analysis.Missing("x and task are not recorded in all of the steps %d to %d (--record x,task --every 1)", first, last)
	}
	var out []lesson
	for _, replica := range r.Replicas {
		l := lesson{train: len(x.Steps) / 2}
		for k := range x.Steps {
			states, err := x.Read(k, replica)
			if err != nil {
				return nil, err
			}
			at, err := task.Read(k, replica)
			if err != nil {
				return nil, err
			}
			l.states, l.shown = append(l.states, states), append(l.shown, in.Shown(at))
		}
		out = append(out, l)
	}
	return out, nil
}

// ridge fits weights that read the class of a step, which is -1 where there is none, out
// of the states of the training.
func (l *lesson) ridge(classes int, class func(step int) int) (*mat.Dense, error) {
	fit := stats.NewRidge(len(l.states[0]), classes)
	for k := range l.train {
		c := class(k)
		if c < 0 {
			continue
		}
		target := make([]float64, classes)
		target[c] = 1
		fit.Add(l.states[k], target)
	}
	return fit.Solve(penalty)
}

// logistic is ridge by multinomial logistic regression.
func (l *lesson) logistic(classes int, class func(step int) int) (*mat.Dense, error) {
	fit := stats.NewLogistic(len(l.states[0]), classes)
	for k := range l.train {
		if c := class(k); c >= 0 {
			fit.Add(l.states[k], c)
		}
	}
	return fit.Solve(penalty)
}

// test tells for each step of the test with a class whether it is read rightly, and
// whether the class is the one that was most frequent in the training.
func (l *lesson) test(weights *mat.Dense, classes int, class func(step int) int) (right, chance []float64) {
	often := make([]float64, classes)
	for k := range l.train {
		if c := class(k); c >= 0 {
			often[c]++
		}
	}
	usual := stats.Largest(often)
	for k := l.train; k < len(l.states); k++ {
		c := class(k)
		if c < 0 {
			continue
		}
		right = append(right, is(stats.Largest(stats.Read(weights, l.states[k])) == c))
		chance = append(chance, is(c == usual))
	}
	return right, chance
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// predict reads what comes in the step after out of the states of each step. It adds how
// often that is right, beside chance and the best that who knows the odds can do, and
// gives the weights of the first replica.
func predict(out *analysis.Result, lessons []lesson, name, what string, classes int, of func(sorn.Shown) int, odds func(sorn.Shown) float64) (*mat.Dense, error) {
	var right, chance, best, logistic [][]float64
	var first *mat.Dense
	var failed error // of the logistic regression, without which the rest stands
	for i := range lessons {
		l := &lessons[i]
		class := func(k int) int {
			if k+1 >= len(l.shown) {
				return -1
			}
			return of(l.shown[k+1])
		}
		weights, err := l.ridge(classes, class)
		if err != nil {
			return nil, analysis.Missing("%v", err)
		}
		if first == nil {
			first = weights
		}
		r, c := l.test(weights, classes, class)
		if failed == nil {
			weights, failed = l.logistic(classes, class)
		}
		if failed == nil {
			other, _ := l.test(weights, classes, class)
			logistic = append(logistic, other)
		}
		var b []float64
		for k := l.train; k < len(l.states); k++ {
			if class(k) >= 0 {
				b = append(b, odds(l.shown[k]))
			}
		}
		if len(r) == 0 {
			return nil, analysis.Missing("no symbol is shown in the steps of the test")
		}
		right, chance, best = append(right, r), append(chance, c), append(best, b)
	}
	out.Add("next_"+name, "1", "share of the steps in which "+what+" is read rightly", stats.Replicated(right))
	if failed != nil {
		out.Note("no logistic regression of the next %s: %v", name, failed)
	} else {
		out.Add("next_"+name+"_logistic", "1", "the same by multinomial logistic regression", stats.Replicated(logistic))
	}
	out.Add("next_"+name+"_chance", "1", "share that always naming the most frequent one of the training would have", stats.Replicated(chance))
	out.Add("next_"+name+"_best", "1", "mean share that who knows all odds can have", stats.Replicated(best))
	return first, nil
}

// recall reads the symbols of earlier steps: the fading memory.
func recall(out *analysis.Result, lessons []lesson, classes int) (analysis.Table, error) {
	var back []float64
	var right, chance []stats.Estimate
	for b := 0; b <= mostBack; b++ {
		var rights, chances [][]float64
		for i := range lessons {
			l := &lessons[i]
			class := func(k int) int {
				if k-b < 0 || k >= l.train && k-b < l.train { // no step of the training is asked for in the test
					return -1
				}
				return l.shown[k-b].Symbol
			}
			weights, err := l.ridge(classes, class)
			if err != nil {
				break
			}
			r, c := l.test(weights, classes, class)
			if len(r) > 0 {
				rights, chances = append(rights, r), append(chances, c)
			}
		}
		if len(rights) < len(lessons) {
			break
		}
		back, right, chance = append(back, float64(b)), append(right, stats.Replicated(rights)), append(chance, stats.Replicated(chances))
	}
	if len(back) == 0 {
		return analysis.Table{}, analysis.Missing("no symbol is shown in the steps of the test")
	}
	for _, b := range []int{0, 1, 5} {
		if b < len(right) {
			out.Add(fmt.Sprintf("recall_%d", b), "1", fmt.Sprintf("share of the steps in which the symbol of %s before is read rightly", text.Count(b, "step")), right[b])
		}
	}
	t := analysis.Table{Name: "recall", Title: "recall of earlier symbols", Bars: true, One: true}
	t.Add(column("back", "steps", "how many steps ago the symbol came"), back)
	t.AddEstimates(model.Column{Name: "recall", Title: "read rightly", Unit: "1", Doc: "share of the steps"}, right)
	t.AddEstimates(model.Column{Name: "chance", Title: "by chance", Unit: "1", Doc: "share that always naming the most frequent symbol would have"}, chance)
	return t, nil
}

// weightsTable has the weights that read the next symbol of the first replica.
func weightsTable(weights *mat.Dense, symbols []string) analysis.Table {
	rows, _ := weights.Dims()
	t := analysis.Table{Name: "readout", Title: "weights that read the next symbol"}
	unit := make([]float64, rows)
	for i := range unit {
		unit[i] = float64(i - 1)
	}
	t.Add(column("unit", "1", "excitatory unit; -1: the constant"), unit)
	for c, name := range symbols {
		values := make([]float64, rows)
		for i := range values {
			values[i] = weights.At(i, c)
		}
		t.Add(column(name, "1", "weight for the symbol "+name), values)
	}
	return t
}
