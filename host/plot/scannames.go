package plot

import (
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/experiment"
)

// curveName is what the rows of a curve have in common.
func (s *scan) curveName(r *experiment.Row) string {
	var parts []string
	for k, v := range r.Values {
		if k != s.x.key && !s.unnamed[k] && !s.follows(k) && !(absent(v) && s.told(k)) {
			parts = append(parts, s.keyName(k)+" = "+v.Text)
		}
	}
	if s.table.Along != nil && s.x.key >= 0 {
		parts = append(parts, fmt.Sprintf("%s = %g", s.table.Along.Name, r.Place))
	}
	return strings.Join(parts, ", ")
}

// longName is a name of a curve, in letters, that hardly fits beside another one.
const longName = 45

// shorten leaves keys out of names that are long, from the last on, where the others tell
// the curves apart.
func (s *scan) shorten() {
	if !slices.ContainsFunc(s.curves, func(c curveRows) bool { return len(c.name) > longName }) {
		return
	}
	s.unnamed = make(map[int]bool)
	for k := len(s.table.Keys) - 1; k >= 0; k-- {
		s.unnamed[k] = true
		names := make(map[string]bool)
		for _, c := range s.curves {
			names[s.curveName(c.rows[0])] = true
		}
		s.unnamed[k] = len(names) == len(s.curves)
	}
	for i := range s.curves {
		s.curves[i].name = s.curveName(s.curves[i].rows[0])
	}
}

// follows tells whether the value on the axis says what a key is: they vary together.
func (s *scan) follows(key int) bool {
	return s.x.key >= 0 && s.x.key < len(s.table.Keys) && s.tells(s.x.key, key)
}

// told tells whether a key before it says what a key is.
func (s *scan) told(key int) bool {
	for k := range key {
		if s.tells(k, key) {
			return true
		}
	}
	return false
}

// absent tells whether a value is that of a key that a point lacks.
func absent(v experiment.Value) bool { return v.IsNumber && v.Number == 0 || v.Text == "" }

// tells tells whether the value of one key says what another is.
func (s *scan) tells(key, other int) bool {
	of := make(map[string]string)
	for i := range s.table.Rows {
		v := s.table.Rows[i].Values
		if known, found := of[v[key].Text]; found && known != v[other].Text {
			return false
		}
		of[v[key].Text] = v[other].Text
	}
	return true
}

// keyName is a key, without the table that it is in where there are several keys to name
// and that leaves them apart.
func (s *scan) keyName(k int) string {
	key, same := s.table.Keys[k], 0
	for _, other := range s.table.Keys {
		if lastOf(other) == lastOf(key) {
			same++
		}
	}
	if same > 1 || len(s.table.Keys) < 3 && s.x.key >= 0 || len(s.table.Keys) < 2 {
		return key
	}
	return lastOf(key)
}

// lastOf is a key without the table that it is in.
func lastOf(key string) string { return key[strings.LastIndex(key, ".")+1:] }
