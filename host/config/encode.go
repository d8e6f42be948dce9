package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Encode writes a configuration as a complete, commented file: decoding it gives
// the same configuration. A value that is not written is zero, as is its default.
func (c *Config) Encode() []byte {
	var w writer
	common, spec := c.roots()
	w.keys(common, true)
	w.tables(common, "")
	w.tables(spec, "")
	return []byte(w.text.String())
}

type writer struct {
	text strings.Builder
}

// tables writes the tables that are fields of a table.
func (w *writer) tables(table reflect.Value, key string) {
	for _, f := range fields(table.Type()) {
		v, k := table.FieldByIndex(f.Index), join(key, name(f))
		switch {
		case isTable(f.Type):
			w.header("["+k+"]", f.Tag.Get("comment"))
			w.keys(v, true)
			w.tables(v, k)
		case isTables(f.Type):
			for i := range v.Len() {
				comment := ""
				if i == 0 {
					comment = f.Tag.Get("comment")
				}
				w.header("[["+k+"]]", comment)
				w.keys(v.Index(i), i == 0)
				w.tables(v.Index(i), k)
			}
		}
	}
}

func (w *writer) header(text, comment string) {
	w.text.WriteByte('\n')
	for line := range strings.Lines(comment) {
		w.text.WriteString("# " + strings.TrimSuffix(line, "\n") + "\n")
	}
	w.text.WriteString(text + "\n")
}

// keys writes the keys of a table that are no tables, with comments to the right
// if asked for.
func (w *writer) keys(table reflect.Value, commented bool) {
	const column = 28
	for _, f := range fields(table.Type()) {
		v := table.FieldByIndex(f.Index)
		if isTable(f.Type) || isTables(f.Type) || mayBeLeftOut(f) && isEmpty(v) {
			continue
		}
		line := name(f) + " = " + literal(v)
		if comment := f.Tag.Get("comment"); commented && comment != "" {
			line = fmt.Sprintf("%-*s # %s", column, line, comment)
		}
		w.text.WriteString(line + "\n")
	}
}

// literal is a value as TOML has it.
func literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Interface:
		return literal(v.Elem())
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float64:
		return tomlFloat(v.Float())
	case reflect.String:
		return Quote(v.String())
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = literal(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	panic("config: a table has a field of type " + v.Type().String())
}

// tomlFloat has the digits it takes to read the same number back, and a point or
// an exponent to be no integer.
func tomlFloat(x float64) string {
	s := strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64)) // inf and nan are lower case
	if strings.Trim(s, "+-0123456789") == "" {
		s += ".0"
	}
	return s
}

// Quote is a text as TOML has it, a basic string of TOML. What is not UTF-8 becomes U+FFFD.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
