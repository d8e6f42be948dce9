package model

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"tnn-gpu/host/text"
)

// KeyError says which value of a specification cannot be used and what can.
type KeyError struct {
	Key   string // as in a configuration file: recall.fraction
	Value any    // nil where there is none
	Valid string // what is possible, to end the sentence
}

func (e *KeyError) Error() string {
	if e.Value == nil {
		return fmt.Sprintf("%s is missing: %s", e.Key, e.Valid)
	}
	return fmt.Sprintf("%s is %s: %s", e.Key, show(e.Value), e.Valid)
}

// ConfigKey is the key that a message about a configuration file has to point at.
func (e *KeyError) ConfigKey() string { return e.Key }

// BadKey is a KeyError.
func BadKey(key string, value any, valid string) error { return &KeyError{key, value, valid} }

// show writes a value as a configuration file does, cut to a length that a sentence
// can bear.
func show(value any) string {
	const longest = 60
	var s string
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		s = strconv.Quote(v.String())
	case reflect.Slice:
		items := make([]string, min(v.Len(), longest))
		for i := range items {
			items[i] = fmt.Sprint(v.Index(i))
		}
		s = "[" + strings.Join(items, ", ") + "]"
	default:
		s = fmt.Sprint(value)
	}
	return text.Short(s, longest)
}

// FirstError is the first of some errors that is one.
func FirstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// OneOf refuses a value that is none of the valid ones.
func OneOf[T ~string](key string, value T, valid ...T) error {
	names := make([]string, len(valid))
	for i, v := range valid {
		if v == value {
			return nil
		}
		names[i] = string(v)
	}
	last := len(names) - 1
	return BadKey(key, value, "use "+strings.Join(names[:last], ", ")+" or "+names[last])
}

// Within refuses a whole number that is not from least to most. what says what is
// counted.
func Within(key string, value int, least, most int64, what string) error {
	if int64(value) >= least && int64(value) <= most {
		return nil
	}
	return BadKey(key, value, fmt.Sprintf("use a whole number from %d to %d (%s)", least, most, what))
}

// Between refuses a number that is not from least to most.
func Between(key string, value, least, most float64, what string) error {
	if value >= least && value <= most {
		return nil
	}
	return BadKey(key, value, fmt.Sprintf("use a number from %g to %g (%s)", least, most, what))
}

// EachOnce refuses a list that has a value twice.
func EachOnce[T comparable](key string, values []T) error {
	seen := make(map[T]bool, len(values))
	for _, v := range values {
		if seen[v] {
			return BadKey(key, values, fmt.Sprintf("%v stands twice; give each once", v))
		}
		seen[v] = true
	}
	return nil
}

// List is some words in a sentence: a, b and c.
func List(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
