// Package codesscan holds the experiments with learned codes (docs/codes.md section 5).
// A trial of a scan is a population.
package codesscan

import (
	"context"
	"fmt"
	"math"

	"tnn-gpu/host/codes"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Kinds are the experiments.
func Kinds() []experiment.Kind {
	return []experiment.Kind{
		{
			Name: "codes-blocks", Doc: "block errors of codes that have learned, at each strength of the noise",
			Theories: []experiment.Theory{{Outcome: "block_error", Of: bound}, {Outcome: "best", Of: bound}},
			Besides: []experiment.Beside{
				{Outcome: "block_error", Other: "uncoded", Name: "uncoded"},
				{Outcome: "block_error", Other: "hamming_hard", Name: "Hamming, hard"},
				{Outcome: "block_error", Other: "hamming_soft", Name: "Hamming, soft"},
			},
			New: func(lab experiment.Lab, base model.Spec) (experiment.Runner, error) {
				t := &base.(*codes.Spec).Codes
				if len(t.Evaluate) == 0 {
					return nil, fmt.Errorf("codes.evaluate is empty: give the strengths of the noise at which block errors are measured")
				}
				return &blocks{learner{lab}, t.Evaluate}, nil
			},
		},
		{
			Name: "codes-end", Doc: "what codes have become: their smallest distances, and what share is perfect",
			New: func(lab experiment.Lab, _ model.Spec) (experiment.Runner, error) { return &end{learner{lab}}, nil },
		},
	}
}

// bound is what no code over a binary symmetric channel surpasses.
func bound(spec model.Spec, point float64) float64 {
	t := &spec.(*codes.Spec).Codes
	if t.Channel != codes.BSC {
		return math.NaN()
	}
	return codes.SpherePacking(t.K, t.N, point)
}

// learner has populations learn.
type learner struct{ lab experiment.Lab }

const (
	// most is the number of populations that learn at once.
	most = 4096
	// part is the number of samples (of exact: outputs) of all of them between looks at the
	// context: seconds' worth, so that a scan can be stopped.
	part = 1 << 21
)

// AtOnce implements experiment.Runner.
func (l *learner) AtOnce() int { return 64 }

// learned is what came of the trials of a point.
type learned struct {
	net  *codes.Codes
	keys []uint64
	last *state.State
	sums []float64 // of the last update, trial after trial
}

// each has the trials learn, point by point, and hands out what came of them.
func (l *learner) each(ctx context.Context, trials []experiment.Trial, take func(first int, of *learned) error) error {
	for from := 0; from < len(trials); {
		to := from + 1
		for to < len(trials) && to-from < most && trials[to].Point == trials[from].Point {
			to++
		}
		of, err := l.learn(ctx, trials[from:to])
		if err == nil {
			err = take(from, of)
		}
		if err != nil {
			return err
		}
		from = to
	}
	return nil
}

func (l *learner) learn(ctx context.Context, trials []experiment.Trial) (*learned, error) {
	spec := trials[0].Spec.(*codes.Spec)
	of := &learned{net: &codes.Codes{Spec: spec}}
	for _, t := range trials {
		of.keys = append(of.keys, spec.Key(t.Seed, t.Number, 1))
	}
	b, err := l.lab.Open(of.net, of.keys)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	width := len(trials) * codes.Sums
	updates := max(1, part/(int64(len(trials))*of.net.Describe().Updates))
	for done := int64(0); done < spec.Steps(); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := min(updates, spec.Steps()-done)
		sums, err := b.Advance(int(now))
		if err != nil {
			return nil, err
		}
		of.sums = sums[len(sums)-width:]
		done += now
		l.lab.At(done, spec.Steps())
	}
	for r := range trials {
		if err := codes.CheckBound(&spec.Codes, r, of.sums[r*codes.Sums:][:codes.Sums]); err != nil {
			return nil, err
		}
	}
	of.last, err = b.State()
	return of, err
}

// blocks measures block errors.
type blocks struct {
	learner
	points []float64
}

// Along implements experiment.Placed.
func (b *blocks) Along() (model.Column, []float64) {
	return model.Column{Name: "point", Title: "noise", Unit: "1", Doc: "Eb/N0 in dB, or the probability p of a flip"}, b.points
}

// Outcomes implements experiment.Runner.
func (b *blocks) Outcomes() []model.Column {
	var out []model.Column
	for i, c := range codes.BlockColumns() {
		if !isError(i) {
			out = append(out, c)
		}
	}
	return append(out, distanceColumn())
}

func distanceColumn() model.Column {
	return model.Column{Name: "distance", Title: "smallest distance", Unit: "1", Doc: "between the codewords of two messages; of real numbers the squared one"}
}

// isError tells which of the columns of block errors are standard errors.
func isError(column int) bool { return column == 1 || column == 3 }

// Run implements experiment.Runner.
func (b *blocks) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	err := b.each(ctx, trials, func(first int, of *learned) error {
		for r, key := range of.keys {
			all, err := codes.Evaluate(&of.net.Spec.Codes, of.last, r, key)
			if err != nil {
				return err
			}
			result := &results[first+r]
			for _, at := range all {
				values := at.Values()
				for i, v := range values {
					if isError(i) {
						continue
					}
					result.Values = append(result.Values, v)
					deviation := math.NaN()
					if isError(i + 1) {
						deviation = values[i+1]
					}
					result.Errors = append(result.Errors, deviation)
				}
				result.Values = append(result.Values, of.sums[r*codes.Sums+codes.SumDistance])
				result.Errors = append(result.Errors, math.NaN())
			}
		}
		return nil
	})
	return results, err
}

// end tells what codes have become.
type end struct{ learner }

// Outcomes implements experiment.Runner.
func (e *end) Outcomes() []model.Column {
	return []model.Column{
		{Name: "perfect", Title: "perfect codes", Unit: "1", Doc: "share of populations whose block error is the sphere-packing bound"},
		distanceColumn(),
		{Name: "block_error", Title: "block error", Unit: "1", Doc: "at best decoding, with as much noise as in learning; only where signs are sent"},
		{Name: "freedom", Title: "freedom", Unit: "1", Doc: "mean of 1 - x^2 at the end"},
		{Name: "information", Title: "information", Unit: "bit", Doc: "k - loss/ln 2 in the last update"},
	}
}

// Run implements experiment.Runner.
func (e *end) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(trials))
	err := e.each(ctx, trials, func(first int, of *learned) error {
		t := &of.net.Spec.Codes
		for r := range of.keys {
			s := of.sums[r*codes.Sums:][:codes.Sums]
			values := []float64{s[codes.SumPerfect], s[codes.SumDistance], s[codes.SumError], s[codes.SumFreedom], float64(t.K) - s[codes.SumLoss]/math.Ln2}
			if !t.Channel.Binary() {
				values[0], values[2], values[3] = math.NaN(), math.NaN(), math.NaN()
			}
			results[first+r].Values = values
		}
		return nil
	})
	return results, err
}
