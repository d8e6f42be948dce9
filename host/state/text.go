package state

import "fmt"

// MarshalText gives the name of the precision.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePrecision.
func (p *Precision) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePrecision(string(text))
	return err
}

// MarshalText gives the name of the index space.
func (p Per) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the name of an index space.
func (p *Per) UnmarshalText(text []byte) error {
	for q := Node; q <= Edge; q++ {
		if q.String() == string(text) {
			*p = q
			return nil
		}
	}
	return fmt.Errorf("an array has one value per node, half-edge or edge, not per %q", text)
}
