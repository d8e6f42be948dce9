package config

import (
	"fmt"
	"reflect"
	"strings"
)

// What follows walks the structs that hold a configuration, by the names of
// their toml tags.

// name of a field in a file; empty where the field is not in files.
func name(f reflect.StructField) string {
	n, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return strings.TrimPrefix(n, "-")
}

// mayBeLeftOut says whether a field is not written where it is zero.
func mayBeLeftOut(f reflect.StructField) bool {
	return strings.HasSuffix(f.Tag.Get("toml"), ",omitempty")
}

// fields of a struct type that are in files.
func fields(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for i := range t.NumField() {
		if f := t.Field(i); name(f) != "" {
			out = append(out, f)
		}
	}
	return out
}

func field(t reflect.Type, key string) (reflect.StructField, bool) {
	for _, f := range fields(t) {
		if name(f) == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func isTable(t reflect.Type) bool { return t.Kind() == reflect.Struct }

func isTables(t reflect.Type) bool { return t.Kind() == reflect.Slice && isTable(t.Elem()) }

func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

func element(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// leaves visits the values of a table and of the tables in it.
func leaves(table reflect.Value, key string, visit func(key string, v reflect.Value, f reflect.StructField)) {
	for _, f := range fields(table.Type()) {
		v, k := table.FieldByIndex(f.Index), join(key, name(f))
		switch {
		case isTable(f.Type):
			leaves(v, k, visit)
		case isTables(f.Type):
			for i := range v.Len() {
				leaves(v.Index(i), element(k, i), visit)
			}
		default:
			visit(k, v, f)
		}
	}
}

// isEmpty says whether a value is zero, or a list without elements.
func isEmpty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// fill gives values that were not set their defaults. In a list of tables the
// first default stands for every element.
func fill(v, defaults reflect.Value, key string, set map[string]string) {
	switch {
	case isTable(v.Type()):
		for _, f := range fields(v.Type()) {
			fill(v.FieldByIndex(f.Index), defaults.FieldByIndex(f.Index), join(key, name(f)), set)
		}
	case isTables(v.Type()):
		for i := range v.Len() {
			fill(v.Index(i), defaults.Index(0), element(key, i), set)
		}
	default:
		if _, found := set[key]; !found {
			v.Set(defaults)
		}
	}
}
