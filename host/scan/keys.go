package scan

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"tnn-gpu/host/text"
)

// checkKeys finds a key that a file of a scan does not have. Decoding would take Steps for
// steps, so that one of the two is lost where both are there. Errors of syntax, and of values
// that are no tables, are left to decoding.
func checkKeys(path string, src []byte) error {
	var parser unstable.Parser
	parser.Reset(src)
	k := keyChecker{path: path, src: src}
	table := place{t: reflect.TypeFor[File]()}
	for parser.NextExpression() {
		e := parser.Expression()
		if e.Kind == unstable.KeyValue {
			k.keyValue(table, e)
		} else {
			table = k.enter(place{t: reflect.TypeFor[File]()}, e.Key())
		}
		if k.err != nil {
			return k.err
		}
	}
	return nil
}

// place is a table and its key; its type is nil where decoding finds that it is none.
type place struct {
	key string
	t   reflect.Type
}

// keyChecker keeps the first key that is unknown.
type keyChecker struct {
	path string
	src  []byte
	err  error
}

func (k *keyChecker) keyValue(table place, e *unstable.Node) {
	k.value(k.enter(table, e.Key()), e.Value())
}

// value looks at the tables in a value.
func (k *keyChecker) value(at place, v *unstable.Node) {
	for c := v.Children(); c.Next() && at.t != nil; {
		switch n := c.Node(); {
		case v.Kind == unstable.InlineTable && n.Kind == unstable.KeyValue:
			k.keyValue(at, n)
		case v.Kind == unstable.Array:
			k.value(at, n)
		}
	}
}

// enter goes from a table to one of its keys, or deeper where the key has several words.
func (k *keyChecker) enter(table place, words unstable.Iterator) place {
	for words.Next() && table.t != nil && k.err == nil {
		word := string(words.Node().Data)
		f, found := keysOf(table.t)[word]
		if !found {
			k.unknown(table, words.Node())
		}
		table = place{strings.TrimPrefix(table.key+"."+word, "."), tableType(f)}
	}
	return table
}

func (k *keyChecker) unknown(table place, word *unstable.Node) {
	in := func(key string) string { return strings.TrimPrefix(table.key+"."+key, ".") }
	known := slices.Sorted(maps.Keys(keysOf(table.t)))
	says := "see docs/scan.md"
	if likely := text.Likely(string(word.Data), known); likely != "" {
		says = "the nearest is " + in(likely)
	}
	line := 1 + bytes.Count(k.src[:word.Raw.Offset], []byte("\n"))
	k.err = fmt.Errorf("%s:%d: there is no key %s in the file of a scan: %s", k.path, line, text.Short(in(string(word.Data)), 60), says)
}

// keysOf are the keys of a table, with what they hold.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := make(map[string]reflect.Type)
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("toml"); key != "" {
			keys[key] = f.Type
		}
	}
	return keys
}

// tableType is the type of a table, or of the tables of a list; nil where a key holds neither.
func tableType(t reflect.Type) reflect.Type {
	if t != nil && t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
