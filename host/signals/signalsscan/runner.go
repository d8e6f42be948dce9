package signalsscan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
)

// runner has populations play, and measures them at the end.
type runner struct {
	lab  experiment.Lab
	game signals.Game
}

// along is a runner that measures at several places.
type along struct {
	*runner
	places []float64
}

// Along implements experiment.Placed.
func (a *along) Along() (model.Column, []float64) {
	c := model.Column{Name: "updates", Title: "updates", Unit: "1", Doc: "updates so far"}
	if a.game == signals.LewisGame {
		c = model.Column{Name: "plays", Title: "plays", Unit: "1", Doc: "plays so far"}
	}
	return c, a.places
}

// Run implements experiment.Runner.
func (a *along) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	return a.run(ctx, trials, a.places)
}

// Run implements experiment.Runner.
func (r *runner) Run(ctx context.Context, trials []experiment.Trial) ([]experiment.Result, error) {
	return r.run(ctx, trials, nil)
}

// AtOnce implements experiment.Runner: small points are made together, and the results of
// others are kept one by one.
func (r *runner) AtOnce() int { return 128 }

// run measures at places; nil are the end of each trial.
func (r *runner) run(ctx context.Context, trials []experiment.Trial, places []float64) ([]experiment.Result, error) {
	var results []experiment.Result
	for len(trials) > 0 {
		n, err := together(trials)
		if err != nil {
			return nil, err
		}
		at := places
		if at == nil {
			at = []float64{float64(trials[0].Spec.Steps())}
		}
		more, err := r.launch(ctx, trials[:n], at)
		if err != nil {
			return nil, err
		}
		results, trials = append(results, more...), trials[n:]
	}
	return results, nil
}

// together is the number of trials, from the first on, that one network takes.
func together(trials []experiment.Trial) (int, error) {
	for i := range trials {
		s, ok := trials[i].Spec.(*signals.Spec)
		if !ok {
			return 0, fmt.Errorf("an experiment with signals was asked for with %T", trials[i].Spec)
		}
		if s.VariantOf(trials[0].Spec) != nil {
			return i, nil
		}
	}
	return len(trials), nil
}

// launch makes the steps of trials side by side. Places beyond the last step have no
// values.
func (r *runner) launch(ctx context.Context, trials []experiment.Trial, places []float64) (_ []experiment.Result, err error) {
	net := &signals.Network{}
	var keys []uint64
	for _, t := range trials {
		s := t.Spec.(*signals.Spec)
		net.Variants, net.Numbers = append(net.Variants, s), append(net.Numbers, t.Number)
		keys = append(keys, s.Key(t.Seed, t.Number, 1))
	}
	net.Spec = net.Variants[0]
	b, err := r.lab.Open(net, keys)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	results := make([]experiment.Result, len(trials))
	row := make([]float64, len(keys)*len(net.Describe().Sums))
	step := 0
	for _, place := range places {
		if int64(place) > net.Spec.Steps() {
			for i := range results {
				results[i].Values = append(results[i].Values, slices.Repeat([]float64{math.NaN()}, len(r.Outcomes()))...)
			}
			continue
		}
		told := func(more int) { r.lab.At(int64(step+more), net.Spec.Steps()) }
		if err := skip(ctx, b, int(place)-step, len(keys), r.game, told); err != nil {
			return nil, err
		}
		step = int(place)
		s, err := b.State()
		if err != nil {
			return nil, err
		}
		net.MeasureAll(row, s, keys)
		each := len(row) / len(keys)
		for i := range results {
			results[i].Values = append(results[i].Values, r.outcomes(net.Of(i), row[i*each:][:each])...)
		}
	}
	return results, nil
}

// skip makes steps, a few seconds' worth at a time, so that a scan can be stopped.
func skip(ctx context.Context, b backend.Backend, steps, populations int, game signals.Game, told func(made int)) error {
	most := 1 << 25
	if game == signals.AttributesGame {
		most = 1 << 16
	}
	most = max(1, most/populations)
	for made := 0; made < steps; {
		if err := ctx.Err(); err != nil {
			return err
		}
		now := min(steps-made, most)
		var err error
		if skipper, can := b.(backend.Skipper); can {
			err = skipper.Skip(now)
		} else {
			_, err = b.Advance(now)
		}
		if err != nil {
			return err
		}
		made += now
		told(made)
	}
	return nil
}

// outcomes of a population from its measures.
func (r *runner) outcomes(s *signals.Spec, sums []float64) []float64 {
	out := slices.Clone(sums)
	if r.game == signals.LewisGame {
		above := 0.0
		if sums[0] > 0.8 {
			above = 1
		}
		return append(out, above, s.Lewis.Bound())
	}
	if s.HeldOutCount() == 0 {
		out = slices.Insert(out, 2, math.NaN())
	}
	return out
}
