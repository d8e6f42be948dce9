package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// JSONProblem says what encoding/json finds wrong with a text, without the names that types
// have in Go.
func JSONProblem(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("its %s cannot be %s", kind.Field, withArticle(kind.Value))
	case errors.As(err, &kind):
		return fmt.Errorf("it cannot be %s", withArticle(kind.Value))
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON from byte %d on", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is no JSON: it ends too early")
	}
	return err
}

// withArticle puts the article before what encoding/json calls a value, as in "an array".
func withArticle(value string) string {
	if value == "array" || value == "object" {
		return "an " + value
	}
	return "a " + value
}
