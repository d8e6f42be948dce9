package record

import "tnn-gpu/host/model"

// sweptColumns is that of the values, where a key is swept.
func sweptColumns(s *model.Sweep) []Column {
	if s == nil {
		return nil
	}
	return []Column{{Name: s.Key, Doc: "value of this key, which is swept"}}
}

// sweptCell writes the value that a replica has.
func sweptCell(s *model.Sweep, t *table, replica int) {
	if s != nil {
		t.number(s.Values[replica])
	}
}
