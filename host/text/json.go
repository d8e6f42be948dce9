package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// JSONProblem says what encoding/json finds wrong with a text, without the names that types
// have in Go.
func JSONProblem(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var when *time.ParseError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("its %s cannot be %s", keysOf(kind.Field), withArticle(kind.Value))
	case errors.As(err, &kind):
		return fmt.Errorf("it cannot be %s", withArticle(kind.Value))
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON from byte %d on", syntax.Offset)
	case errors.As(err, &when):
		return fmt.Errorf("it has %s where a time such as \"2026-01-31T12:00:00Z\" is due", strconv.Quote(strings.Trim(when.Value, `"`)))
	case err != nil && strings.Contains(err.Error(), "Time.UnmarshalJSON"):
		return errors.New("it has another value where a time such as \"2026-01-31T12:00:00Z\" is due")
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		return fmt.Errorf("it has the unknown key %s", strings.TrimPrefix(err.Error(), "json: unknown field "))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is no JSON: it ends too early")
	}
	return err
}

// keysOf is the path of a value without the names of structs that are embedded in others, which
// encoding/json puts into it. They are words with a capital; keys are none.
func keysOf(path string) string {
	isType := func(word string) bool {
		return len(word) > 1 && 'A' <= word[0] && word[0] <= 'Z' && 'a' <= word[1] && word[1] <= 'z'
	}
	return strings.Join(slices.DeleteFunc(strings.Split(path, "."), isType), ".")
}

// withArticle puts the article before what encoding/json calls a value, as in "an array".
func withArticle(value string) string {
	if value == "array" || value == "object" {
		return "an " + value
	}
	return "a " + value
}
