package signals

import (
	"tnn-gpu/gpu/device"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
)

// record is what kernels know of a population.
type record struct {
	Key0, Key1, Population                     uint32
	Punish                                     uint32
	NoiseLow, NoiseHigh, ForgetLow, ForgetHigh uint32 // in units of 2^-32
	Trained, Act                               uint32 // inputs; whether acts are drawn
}

// header comes before kernels.cl in a program of a game, whose work-groups have so many
// work-items.
func header(s *signals.Spec, precision state.Precision, items int) *device.Header {
	h := device.NewHeader(precision, 1)
	h.Define("SIGNALS", true)
	h.Define("SIGNALS_ITEMS", items)
	h.Define("SIGNALS_LEWIS", s.Signals.Game == signals.LewisGame)
	if s.Signals.Game == signals.AttributesGame {
		speaker, listener, _ := s.Attributes.Agents.Kinds()
		h.Define("SIGNALS_SPEAKER_TERMS", speaker.HasTerms())
		h.Define("SIGNALS_SPEAKER_TABLE", speaker.HasTable())
		h.Define("SIGNALS_LISTENER_TERMS", listener.HasTerms())
		h.Define("SIGNALS_LISTENER_TABLE", listener.HasTable())
	}
	h.Define("PURPOSE_URN_PLAY", uint32(rng.UrnPlay))
	h.Define("PURPOSE_ATTRIBUTE_PLAY", uint32(rng.AttributePlay))
	h.Define("PURPOSE_LISTENER_ACT", uint32(rng.ListenerAct))
	h.Record("SIGNALS", record{})
	h.Record("SIGNALS_RATES", signals.Rates[float32]{})
	return h
}
