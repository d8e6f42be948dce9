package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"tnn-gpu/host/text"
)

// Error is a configuration that cannot be used: one sentence that says where,
// which key, and what is possible.
type Error struct {
	Where string // net.toml:12, net.toml, --set, or empty
	Key   string // group[0].levels, or empty
	Err   error
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Where != "" {
		text = e.Where + ": " + text
	}
	return strings.Map(onOneLine, text)
}

// onOneLine keeps what users put into keys and names from steering a terminal.
func onOneLine(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

func (e *Error) Unwrap() error { return e.Err }

// keyed is what errors of models are: they name the key at fault.
type keyed interface {
	error
	ConfigKey() string
}

// keyError is such an error of this package.
type keyError struct {
	key string
	error
}

func (e *keyError) ConfigKey() string { return e.key }

func (e *keyError) Unwrap() error { return e.error }

// invalid is the sentence "key is value: what is possible".
func invalid(key string, value any, possible string, args ...any) error {
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		value = strconv.Quote(v.String())
	}
	return &keyError{key, fmt.Errorf("%s is %s: %w", key, short(fmt.Sprint(value)), fmt.Errorf(possible, args...))}
}

func short(s string) string { return text.Short(s, 60) }

// Locate says of an error about a key where the key was set, as an *Error. Other
// errors, and nil, are returned as they are.
func (c *Config) Locate(err error) error {
	var at keyed
	var done *Error
	if !errors.As(err, &at) || errors.As(err, &done) {
		return err
	}
	return &Error{Where: c.origin(at.ConfigKey()), Key: at.ConfigKey(), Err: err}
}

// origin of a key, of the table that it is missing from, or of the whole.
func (c *Config) origin(key string) string {
	for key != "" {
		if where, found := c.origins[key]; found {
			return where
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return c.file
}
