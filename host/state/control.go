package state

import (
	"encoding/json"
	"math"
)

// Control is an intervention: from the step after Step on, Name had this value.
// NaN is a value too, by which models take interventions back; in JSON it is null.
type Control struct {
	Step  int64
	Name  string
	Value float64
}

type controlJSON struct {
	Step  int64    `json:"step"`
	Name  string   `json:"name"`
	Value *float64 `json:"value"`
}

// MarshalJSON implements json.Marshaler.
func (c Control) MarshalJSON() ([]byte, error) {
	j := controlJSON{Step: c.Step, Name: c.Name}
	if !math.IsNaN(c.Value) {
		j.Value = &c.Value
	}
	return json.Marshal(j)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Control) UnmarshalJSON(text []byte) error {
	var j controlJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*c = Control{Step: j.Step, Name: j.Name, Value: math.NaN()}
	if j.Value != nil {
		c.Value = *j.Value
	}
	return nil
}
