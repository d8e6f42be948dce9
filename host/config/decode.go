package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"tnn-gpu/host/models"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decode reads a file: every key is known and of the right type, and what is
// missing gets its default. Values are not validated.
func decode(file string, src []byte) (*Config, error) {
	here := func(line int) string { return fmt.Sprintf("%s:%d", file, line) }
	src = ofThisProgram(src)
	m, err := modelOf(src, here)
	if err != nil {
		return nil, err
	}
	c := newConfig(m.Name, m.Defaults())
	c.file = file
	common, spec := c.roots()
	s := newScanner(src, here, common.Type(), spec.Type())
	if err := s.scan(place{}); err != nil {
		return nil, err
	}
	c.origins = s.origins
	spec.SetZero()
	if err := unmarshal(src, here, c, c.Spec); err != nil {
		return nil, err
	}
	fill(spec, reflect.ValueOf(m.Defaults()).Elem(), "", s.origins)
	return c, nil
}

// ofThisProgram is a file as it is, or what a model makes of another program's.
func ofThisProgram(src []byte) []byte {
	for _, m := range models.All() {
		if m.Foreign == nil {
			continue
		}
		if own := m.Foreign(src); own != nil {
			return own
		}
	}
	return src
}

// modelOf finds the model that a file is for, and refuses other formats. It looks
// at the keys before all tables only: decoding takes time that grows with the
// square of the number of keys, which are not known to be few yet.
func modelOf(src []byte, here func(line int) string) (models.Model, error) {
	all := models.All()
	found := all[0]
	s := newScanner(src, here)
	for s.parser.NextExpression() {
		e := s.parser.Expression()
		if e.Kind == unstable.ArrayTable {
			keys := e.Key()
			if keys.Next(); string(keys.Node().Data) == "axis" {
				s.line = s.lineAt(keys.Node())
				return found, s.ofScan("axis")
			}
		}
		if e.Kind != unstable.KeyValue {
			break
		}
		keys := e.Key()
		if keys.Next(); !keys.IsLast() {
			continue
		}
		key, value := keys.Node(), e.Value()
		s.line = s.lineAt(key)
		switch {
		case string(key.Data) == "base", string(key.Data) == "axis":
			return found, s.ofScan(string(key.Data))
		case string(key.Data) == "format" && value.Kind == unstable.Integer:
			if n, err := strconv.ParseInt(string(value.Data), 0, 64); err == nil && n != Format {
				return found, s.errorf("format", "%w", invalid("format", n, "this program reads format %d", Format))
			}
		case string(key.Data) == "model" && value.Kind == unstable.String: // other types are refused later
			i := slices.IndexFunc(all, func(m models.Model) bool { return m.Name == string(value.Data) })
			if i < 0 {
				return found, s.errorf("model", "%w", invalid("model", string(value.Data), "use %s", either(modelNames())))
			}
			found = all[i]
		}
	}
	return found, nil
}

// ofScan refuses the file of a scan, of which a key is.
func (s *scanner) ofScan(key string) error {
	return s.errorf(key, "%s is a key of a scan's file, and this is to be the configuration of a run: use `tnn-gpu scan` with it", key)
}

// unmarshal is toml.Unmarshal into several structs, with errors that say where.
func unmarshal(src []byte, here func(line int) string, into ...any) error {
	for _, v := range into {
		err := toml.Unmarshal(src, v)
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return &Error{Where: here(line), Err: fmt.Errorf("this is not valid TOML: %s", strings.TrimPrefix(at.Error(), "toml: "))}
		}
		if err != nil {
			return &Error{Where: here(1), Err: err}
		}
	}
	return nil
}
