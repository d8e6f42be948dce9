package config

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ByFlag is, for messages, where settings of Apply come from.
const ByFlag = "--set"

// Apply changes single keys, each by a text key=value, and validates the result:
//
//	graph.sides=[64, 64]
//	group[0].levels=5
//	era[1].mode=off
//	era=[{steps = 10}, {steps = 20, adapt = false}]
//
// Values are those of TOML; texts may do without quotes. After an error the
// configuration is not to be used. Whether all settings are heeded is for CheckHeeded, when
// there are no more to come.
func (c *Config) Apply(settings ...string) error {
	before := c.given(settings)
	for _, setting := range settings {
		if err := c.apply(setting); err != nil {
			return err
		}
	}
	c.fitReplicas()
	if err := c.resolve("."); err != nil {
		return err
	}
	if err := c.chooseAlternatives(settings); err != nil {
		return err
	}
	c.remember(before, c.given(settings))
	return c.Validate()
}

// CutSetting divides what --set is given into a key and the text of its value.
func CutSetting(setting string) (key, text string) {
	key, text, _ = strings.Cut(setting, "=")
	return strings.TrimSpace(key), strings.TrimSpace(text)
}

func (c *Config) apply(setting string) error {
	key, text := CutSetting(setting)
	switch {
	case !strings.Contains(setting, "=") || key == "":
		return badSetting(key, "%q is not a setting: write key=value", short(setting))
	case !utf8.ValidString(setting) || strings.ContainsAny(setting, "\r\n"):
		return badSetting(key, "%q is not a setting: write it on one line, in UTF-8", short(setting))
	}
	t, err := c.find(key)
	if err != nil {
		return err
	}
	return c.set(t, text)
}

func badSetting(key, format string, args ...any) error {
	return &Error{Where: ByFlag, Key: key, Err: fmt.Errorf(format, args...)}
}

// target is a field of a table of a configuration, and its default.
type target struct {
	table, defaults reflect.Value
	at              place // of the table
	field           reflect.StructField
}

func (t *target) key() string { return join(t.at.key, name(t.field)) }

// usual is the default of the field.
func (t *target) usual() reflect.Value { return t.defaults.FieldByIndex(t.field.Index) }

// step is a word of a key, with the index of an element if it has one.
type step struct {
	word  string
	index int // -1: none
}

func parseKey(key string) ([]step, bool) {
	var steps []step
	for _, text := range strings.Split(key, ".") {
		word, rest, indexed := strings.Cut(text, "[")
		s := step{word, -1}
		if indexed {
			number, closed := strings.CutSuffix(rest, "]")
			n, err := strconv.ParseUint(number, 10, 31)
			if err != nil || !closed || number != strconv.FormatUint(n, 10) { // a key is written in one way
				return nil, false
			}
			s.index = int(n)
		}
		steps = append(steps, s)
	}
	return steps, true
}

// find goes from table to table by the words of a key.
func (c *Config) find(key string) (*target, error) {
	steps, ok := parseKey(key)
	if !ok {
		return nil, badSetting(key, "%q is not a key: write one as in edge.noise or group[0].levels", short(key))
	}
	t := c.root(steps[0].word)
	for i, s := range steps {
		f, found := field(t.table.Type(), s.word)
		if !found {
			return nil, c.scanner(nil).unknown(key)
		}
		t.field = f
		last := i == len(steps)-1
		switch {
		case last && s.index < 0:
			return t, nil
		case last && isTables(f.Type):
			return nil, badSetting(key, "%s is a table: set its keys, as in %s=...", key, join(key, name(fields(f.Type.Elem())[0])))
		case last && f.Type.Kind() == reflect.Slice:
			return nil, badSetting(key, "%s cannot be set by itself: set the whole list, as in %s=[64, 64]", key, t.key())
		}
		if err := t.enter(s.index); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// root is what is outside of tables, on the side of the model unless the common
// part knows the word.
func (c *Config) root(word string) *target {
	common, spec := c.roots()
	if _, found := field(common.Type(), word); found {
		return &target{table: common, defaults: reflect.ValueOf(newConfig(c.Model, nil)).Elem()}
	}
	return &target{table: spec, defaults: reflect.ValueOf(modelOfSpec(c.Spec).Defaults()).Elem()}
}

func (c *Config) roots() (common, spec reflect.Value) {
	return reflect.ValueOf(c).Elem(), reflect.ValueOf(c.Spec).Elem()
}

// enter goes into the table that the field is, or into the element of the list
// of tables that it is.
func (t *target) enter(index int) error {
	key, kind := t.key(), t.field.Type
	v, d := t.table.FieldByIndex(t.field.Index), t.defaults.FieldByIndex(t.field.Index)
	switch {
	case isTable(kind) && index < 0:
	case isTable(kind):
		return badSetting(key, "%s is a single table: write it without an index", key)
	case !isTables(kind):
		return badSetting(key, "%s is not a table: %s", key, Wanted(kind))
	case index < 0:
		return badSetting(key, "%s is a list of tables: name one of them, as in %s", key, element(key, 0))
	case v.Len() == 0:
		return badSetting(key, "there is no %s: the list is empty, so set all of %s", element(key, index), key)
	case index >= v.Len():
		return badSetting(key, "there is no %s: the last is %s", element(key, index), element(key, v.Len()-1))
	default:
		key = element(key, index)
		v, d = v.Index(index), d.Index(0)
	}
	*t = target{table: v, defaults: d, at: place{key, v.Type()}}
	return nil
}

func (c *Config) scanner(src []byte) *scanner {
	common, spec := c.roots()
	return newScanner(src, func(int) string { return ByFlag }, common.Type(), spec.Type())
}

// set decodes a value as the only key of its table.
func (c *Config) set(t *target, text string) error {
	key, v := t.key(), t.table.FieldByIndex(t.field.Index)
	if t.field.Type.Kind() == reflect.String && !strings.HasPrefix(text, `"`) && !strings.HasPrefix(text, "'") {
		text = Quote(text)
	}
	src := []byte(name(t.field) + " = " + text)
	s := c.scanner(src)
	if err := s.scan(t.at); err != nil {
		return err
	}
	v.SetZero()
	if err := unmarshal(src, s.here, t.table.Addr().Interface()); err != nil {
		return badSetting(key, "%s is %q: %s", key, short(text), instead(t.field.Type, text))
	}
	fill(v, t.usual(), key, s.origins)
	maps.DeleteFunc(c.origins, func(k, _ string) bool {
		return strings.HasPrefix(k, key+".") || strings.HasPrefix(k, key+"[")
	})
	maps.Copy(c.origins, s.origins)
	return nil
}
