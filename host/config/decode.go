package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode reads a file: every key is known and of the right type, and what is
// missing gets its default. Values are not validated.
func decode(file string, src []byte) (*Config, error) {
	here := func(line int) string { return fmt.Sprintf("%s:%d", file, line) }
	m, err := modelOf(src, here)
	if err != nil {
		return nil, err
	}
	c := newConfig(m.Name, m.defaults())
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
	fill(spec, reflect.ValueOf(m.defaults()).Elem(), "", s.origins)
	return c, nil
}

// modelOf finds the model that a file is for, and refuses other formats.
func modelOf(src []byte, here func(line int) string) (Model, error) {
	head := struct {
		Format any `toml:"format"`
		Model  any `toml:"model"`
	}{int64(Format), Models()[0].Name}
	if err := unmarshal(src, here, &head); err != nil {
		return Model{}, err
	}
	if _, number := head.Format.(int64); number && head.Format != int64(Format) {
		err := invalid("format", head.Format, "this program reads format %d", Format)
		return Model{}, &Error{Where: here(lineOf(src, "format")), Key: "format", Err: err}
	}
	_, text := head.Model.(string)
	for _, m := range Models() {
		if m.Name == head.Model || !text { // other types are refused later
			return m, nil
		}
	}
	err := invalid("model", head.Model, "use %s", either(modelNames()))
	return Model{}, &Error{Where: here(lineOf(src, "model")), Key: "model", Err: err}
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
