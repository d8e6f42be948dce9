package signals

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"tnn-gpu/host/model"
)

// Limits of a specification.
const (
	MaxStates    = 256
	MaxSignals   = 256
	MaxListeners = 1 << 16
	// MaxPlays keeps the balls of an urn, one a play at most beside those of the
	// start, an integer of 32 bits.
	MaxPlays   = 2000000000
	MaxWeight  = 1 << 16
	MaxValues  = 64
	MaxSymbols = 64
	MaxBatch   = 1024
	maxUpdates = math.MaxInt32
)

// Validate implements model.Spec.
func (s *Spec) Validate() error {
	if err := model.OneOf("signals.game", s.Signals.Game, LewisGame, AttributesGame); err != nil {
		return err
	}
	if s.Signals.Game == LewisGame {
		return model.FirstError(s.checkLewis(), unused("attributes", s.Attributes, Defaults().Attributes, LewisGame))
	}
	return model.FirstError(s.checkAttributes(), unused("lewis", s.Lewis, Defaults().Lewis, AttributesGame))
}

// unused refuses a value in the table of the other game, which nothing would follow.
func unused(table string, have, defaults any, game Game) error {
	h, d := reflect.ValueOf(have), reflect.ValueOf(defaults)
	for i := range h.NumField() {
		if !reflect.DeepEqual(h.Field(i).Interface(), d.Field(i).Interface()) {
			key := table + "." + tagOf(h.Type().Field(i))
			return model.BadKey(key, h.Field(i).Interface(), fmt.Sprintf("the game is %s, which has no such key, so leave it out, or set signals.game", game))
		}
	}
	return nil
}

// tagOf is the name of a key in a configuration.
func tagOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return name
}

func (s *Spec) checkLewis() error {
	l := s.Lewis
	err := model.FirstError(
		model.Within("lewis.states", l.States, 1, MaxStates, "states"),
		model.Within("lewis.signals", l.Signals, 1, MaxSignals, "signals"),
		model.Within("lewis.plays", l.Plays, 1, MaxPlays, "plays"),
		model.Within("lewis.punish", l.Punish, 0, MaxPlays, "balls"),
		model.Between("lewis.forget", l.Forget, 0, 1, "the share of the balls that is lost"),
		model.Between("lewis.noise", l.Noise, 0, 1, "the probability of another signal"),
		model.Within("lewis.listeners", l.Listeners, 1, MaxListeners, "listeners"),
	)
	switch {
	case err != nil:
		return err
	case l.Noise > 0 && l.Signals == 1:
		return model.BadKey("lewis.noise", l.Noise, "a signal can only arrive as another one where there are 2 signals or more")
	case l.Weights != nil && len(l.Weights) != l.States:
		return model.BadKey("lewis.weights", l.Weights, fmt.Sprintf("give one for each of the %d states", l.States))
	}
	for _, w := range l.Weights {
		if w < 1 || w > MaxWeight {
			return model.BadKey("lewis.weights", l.Weights, fmt.Sprintf("use whole numbers from 1 to %d", MaxWeight))
		}
	}
	return nil
}

func (s *Spec) checkAttributes() error {
	a := s.Attributes
	err := model.FirstError(
		model.Within("attributes.values", a.Values, 2, MaxValues, "values of an attribute"),
		model.Within("attributes.symbols", a.Symbols, 2, MaxSymbols, "symbols"),
		model.Between("attributes.held_out", a.HeldOut, 0, 1, "the share of the inputs that are not trained"),
		model.Within("attributes.updates", a.Updates, 1, maxUpdates, "updates"),
		model.Within("attributes.batch", a.Batch, 1, MaxBatch, "inputs of an update"),
		model.Between("attributes.rate", a.Rate, 0, 1e3, "the learning rate"),
		model.Between("attributes.baseline", a.Baseline, 0, 1, "the rate of the running mean"),
		model.Between("attributes.entropy", a.Entropy, 0, 1e3, "the weight of the entropy"),
		model.OneOf("attributes.reward", a.Reward, Probability, Act),
	)
	if err != nil {
		return err
	}
	if _, _, ok := a.Agents.Kinds(); !ok {
		return model.BadKey("attributes.agents", a.Agents, "use additive, table or both, or those of speaker and listener apart, such as additive/table")
	}
	if held, most := a.held(), a.Values*a.Values-2*a.Values+2; held > most {
		return model.BadKey("attributes.held_out", a.HeldOut, fmt.Sprintf("every value must keep an input that is trained, so at most %d of the %d inputs can be held out", most, a.Values*a.Values))
	}
	return nil
}

// HeldOutCount is the number of inputs that are held out.
func (s *Spec) HeldOutCount() int { return s.Attributes.held() }

// held is the number of inputs that are held out.
func (a *AttributesTable) held() int {
	return int(math.Round(float64(a.HeldOut * float64(a.Values*a.Values))))
}

var errVariant = errors.New("populations side by side play one game with as many states, signals and listeners, or with the same values, symbols, agents and batch; use `tnn-gpu scan` to compare others")

// VariantOf implements model.Spec.
func (s *Spec) VariantOf(base any) error {
	b, ok := base.(*Spec)
	if !ok {
		return errVariant
	}
	same := *s
	l, a := &same.Lewis, &same.Attributes
	l.Weights, l.Punish, l.Forget, l.Noise = b.Lewis.Weights, b.Lewis.Punish, b.Lewis.Forget, b.Lewis.Noise
	a.Rate, a.Baseline, a.Entropy, a.Reward = b.Attributes.Rate, b.Attributes.Baseline, b.Attributes.Entropy, b.Attributes.Reward
	if !reflect.DeepEqual(&same, b) {
		return errVariant
	}
	return nil
}
