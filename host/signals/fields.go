package signals

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// The index spaces. Urns, terms and messages are arrays of several axes.
const (
	SpeakerBall  state.Space = "speaker"
	ListenerBall state.Space = "listener"
	SpeakerTerm  state.Space = "speaker_term"
	SpeakerCell  state.Space = "speaker_cell"
	ListenerTerm state.Space = "listener_term"
	ListenerCell state.Space = "listener_cell"
	Input        state.Space = "input"
	Position     state.Space = "position"
	Cell         state.Space = "cell"       // of the picture of the speaker's urns
	Population   state.Space = "population" // one item: what belongs to it as a whole
)

// Names of fields.
const (
	SpeakerUrns   = "speaker"
	ListenerUrns  = "listener"
	Wins          = "wins"
	SpeakerTerms  = "speaker_terms"
	SpeakerTable  = "speaker_table"
	ListenerTerms = "listener_terms"
	ListenerTable = "listener_table"
	Expected      = "baseline"
	MessageField  = "message"
	TrainedField  = "trained"
	SuccessField  = "success"
	SaysField     = "says" // of which pictures are made, like the next
	CodeField     = "code"
)

func (s *Spec) fields() []state.Field {
	unit, shades := &[2]float64{0, 1}, &[2]float64{-1, 1}
	if s.Signals.Game == LewisGame {
		return []state.Field{
			{Name: SpeakerUrns, Unit: "balls", Doc: "the speaker's urns: balls of a signal in the urn of a state", Space: SpeakerBall, Kind: state.Int},
			{Name: ListenerUrns, Unit: "balls", Doc: "the listeners' urns: balls of an act in the urn of a signal", Space: ListenerBall, Kind: state.Int},
			{Name: Wins, Unit: "plays", Doc: "plays that succeeded", Space: Population, Kind: state.Int},
			{Name: SuccessField, Unit: "1", Doc: "expected share of plays that succeed", Space: Population, Derived: true, Limits: unit},
			{Name: SaysField, Unit: "1", Doc: "share of a signal in the speaker's urn of a state, as a shade from -1 (none) to 1 (all)", Space: Cell, Derived: true, Limits: shades},
		}
	}
	speaker, listener, _ := s.Attributes.Agents.Kinds()
	var out []state.Field
	if speaker.HasTerms() {
		out = append(out, state.Field{Name: SpeakerTerms, Unit: "1", Doc: "A: terms of the speaker's logits of a symbol, for each value", Space: SpeakerTerm})
	}
	if speaker.HasTable() {
		out = append(out, state.Field{Name: SpeakerTable, Unit: "1", Doc: "K: terms of the speaker's logits of a symbol, for each input", Space: SpeakerCell})
	}
	if listener.HasTerms() {
		out = append(out, state.Field{Name: ListenerTerms, Unit: "1", Doc: "B: terms of the listener's logits of a value, for each symbol", Space: ListenerTerm})
	}
	if listener.HasTable() {
		out = append(out, state.Field{Name: ListenerTable, Unit: "1", Doc: "G: terms of the listener's logits of a value, for each message", Space: ListenerCell})
	}
	return append(out,
		state.Field{Name: Expected, Unit: "1", Doc: "running mean of the rewards of an input", Space: Input},
		state.Field{Name: MessageField, Unit: "symbol", Doc: "the likeliest message of an input", Space: Position, Kind: state.Int, Derived: true, Limits: &[2]float64{0, float64(s.Attributes.Symbols - 1)}},
		state.Field{Name: TrainedField, Unit: "1", Doc: "1 where an input is trained, 0 where it is held out", Space: Input, Kind: state.Int, Derived: true, Limits: unit},
		state.Field{Name: CodeField, Unit: "1", Doc: "the likeliest message of an input as a shade: from -1 for symbols 0 and 0 to 1 for the last ones", Space: Input, Derived: true, Limits: shades},
		state.Field{Name: SuccessField, Unit: "1", Doc: "share of the trained inputs that are named rightly", Space: Population, Derived: true, Limits: unit},
	)
}

// space describes an index space.
func (s *Spec) space(name state.Space) model.Space {
	l, i, v := &s.Lewis, s.Attributes.Values, s.Attributes.Symbols
	switch name {
	case SpeakerBall:
		return model.Space{Name: name, Axes: []string{"state", "signal"}, Shape: []int{l.States, l.Signals}}
	case ListenerBall:
		return model.Space{Name: name, Axes: []string{"listener", "signal", "act"}, Shape: []int{l.Listeners, l.Signals, l.States}}
	case SpeakerTerm:
		return model.Space{Name: name, Axes: []string{"position", "attribute", "value", "symbol"}, Shape: []int{2, 2, i, v}}
	case SpeakerCell:
		return model.Space{Name: name, Axes: []string{"position", "first", "second", "symbol"}, Shape: []int{2, i, i, v}}
	case ListenerTerm:
		return model.Space{Name: name, Axes: []string{"attribute", "position", "symbol", "value"}, Shape: []int{2, 2, v, i}}
	case ListenerCell:
		return model.Space{Name: name, Axes: []string{"attribute", "symbol0", "symbol1", "value"}, Shape: []int{2, v, v, i}}
	case Input: // first value times i plus second value
		return model.Line(name, i*i)
	case Cell: // state times M plus signal
		return model.Line(name, l.States*l.Signals)
	case Position:
		return model.Space{Name: name, Axes: []string{"first", "second", "position"}, Shape: []int{i, i, 2}}
	}
	return model.Line(Population, 1)
}

// Length is the number of items of a space.
func (s *Spec) Length(name state.Space) int {
	space := s.space(name)
	return space.Len()
}
