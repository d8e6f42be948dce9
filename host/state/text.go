package state

import "fmt"

// MarshalText gives the name of the precision.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePrecision.
func (p *Precision) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePrecision(string(text))
	return err
}

// MarshalText gives the name of the kind.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name of a kind.
func (k *Kind) UnmarshalText(text []byte) error {
	for q := Real; q <= Bit; q++ {
		if q.String() == string(text) {
			*k = q
			return nil
		}
	}
	return fmt.Errorf("values are real, int or bit, not %q", text)
}
