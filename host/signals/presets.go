package signals

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// Presets are runs of one population; tables are scans. Every call makes new ones.
func Presets() []Preset {
	language := Defaults()
	language.Signals.Game = AttributesGame
	return []Preset{
		{"signals-urns", "Lewis's signalling game with urns: 3 states and 3 signals, a million plays", Defaults()},
		{"signals-language", "two agents name two attributes of 5 values by two of 5 symbols", language},
	}
}
