package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DecodeJSON decodes a text into a value. Errors are those of JSONProblem.
func DecodeJSON(src []byte, into any) error { return JSONProblem(json.Unmarshal(src, into), src) }

// JSONProblem says what encoding/json finds wrong with a text, without the names that types and
// their fields have in Go.
func JSONProblem(err error, src []byte) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var when *time.ParseError
	switch {
	case errors.As(err, &kind):
		if keys := keysOf(kind.Field, src); keys != "" {
			return fmt.Errorf("its %s cannot be %s", keys, withArticle(kind.Value))
		}
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

// keysOf is the path of a value as the text spells it. That of encoding/json has the names of
// structs that are embedded in others, and of fields whose keys are spelled otherwise.
func keysOf(path string, src []byte) string {
	var all any
	if err := json.NewDecoder(bytes.NewReader(src)).Decode(&all); err != nil {
		return path
	}
	var keys []string
	here := []any{all}
	for name := range strings.SplitSeq(path, ".") {
		objects := objectsIn(here)
		key, values := valuesOf(objects, name)
		if values == nil { // of which it is a key, of objects whose keys are not in the path
			var inside []any
			for _, object := range objects {
				inside = slices.AppendSeq(inside, maps.Values(object))
			}
			key, values = valuesOf(objectsIn(inside), name)
		}
		if values != nil {
			keys, here = append(keys, key), values
		}
	}
	return strings.Join(keys, ".")
}

// objectsIn are the objects among values, and in lists among them.
func objectsIn(values []any) []map[string]any {
	var out []map[string]any
	for _, v := range values {
		switch v := v.(type) {
		case map[string]any:
			out = append(out, v)
		case []any:
			out = append(out, objectsIn(v)...)
		}
	}
	return out
}

// valuesOf are the values that objects have for a key, in any case.
func valuesOf(objects []map[string]any, name string) (key string, values []any) {
	for _, object := range objects {
		for k, v := range object {
			if strings.EqualFold(k, name) {
				key, values = k, append(values, v)
			}
		}
	}
	return key, values
}

// withArticle says what encoding/json calls a value, as in "an array".
func withArticle(value string) string {
	switch number, isOne := strings.CutPrefix(value, "number "); {
	case isOne:
		return "the number " + number
	case value == "bool":
		return "true or false"
	case value == "array", value == "object":
		return "an " + value
	}
	return "a " + value
}
