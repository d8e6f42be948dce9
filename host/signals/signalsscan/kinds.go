// Package signalsscan has the experiments with populations that find a code: what a scan
// can do at a point besides an ordinary run (docs/signals.md section 5), and its presets.
package signalsscan

import (
	"fmt"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/signals"
)

// Kinds are the experiments.
func Kinds() []experiment.Kind {
	return []experiment.Kind{
		kind("signals-lewis", "populations of Lewis's game: success and signalling along the plays", signals.LewisGame, func(s *signals.Spec) []float64 { return decades(s.Steps(), 1, 2, 5) }),
		kind("signals-attributes", "two attributes: accuracy and structure of the language at the end", signals.AttributesGame, nil),
		kind("signals-learning", "two attributes: accuracy and structure of the language along the updates", signals.AttributesGame, func(s *signals.Spec) []float64 { return decades(s.Steps(), 1, 2, 3, 5, 7) }),
	}
}

// decades are the multiples of powers of ten from 10 to a last step, and that step.
func decades(last int64, multiples ...int64) []float64 {
	var out []float64
	for decade := int64(10); decade <= last; decade *= 10 {
		for _, m := range multiples {
			if m*decade < last {
				out = append(out, float64(m*decade))
			}
		}
	}
	return append(out, float64(last))
}

// kind is an experiment with a game; places is nil where the end alone is of interest.
func kind(name, doc string, game signals.Game, places func(s *signals.Spec) []float64) experiment.Kind {
	return experiment.Kind{Name: name, Doc: doc, New: func(lab experiment.Lab, base model.Spec) (experiment.Runner, error) {
		s, ok := base.(*signals.Spec)
		if !ok || s.Signals.Game != game {
			return nil, fmt.Errorf("the experiment %s takes signals.game = %q", name, game)
		}
		r := &runner{lab: lab, game: game}
		if places == nil {
			return r, nil
		}
		return &along{r, places(s)}, nil
	}}
}

// Outcomes implements experiment.Runner.
func (r *runner) Outcomes() []model.Column {
	if r.game == signals.AttributesGame {
		return columnsOf(signals.AttributesGame)
	}
	return append(columnsOf(signals.LewisGame),
		model.Column{Name: "above", Title: "success above 0.8", Unit: "1", Doc: "1 where success is above 0.8"},
		model.Column{Name: "bound", Title: "bound", Unit: "1", Doc: "the largest success that any population can have"},
	)
}

// columnsOf are the columns of a run, with all that a game can have.
func columnsOf(game signals.Game) []model.Column {
	s := signals.Defaults()
	s.Signals.Game = game
	return (&signals.Network{Spec: s}).Describe().Columns
}
