package config

import (
	"reflect"
	"strings"
)

// nearest is the known key that is most like an unknown one: the last words
// count most, then the tables.
func nearest(unknown string, roots []reflect.Type) string {
	table, word := split(unknown)
	best, least := "", -1
	for _, known := range knownKeys(roots) {
		t, w := split(known)
		inTable := distance(firstElements(table), t)
		cost := 8*distance(word, w) + min(7, inTable)
		if least >= 0 && cost >= least {
			continue
		}
		best, least = known, cost
		if inTable == 0 {
			best = join(table, w)
		}
	}
	return best
}

// firstElements has all lists in a key stand at their first element.
func firstElements(key string) string {
	digit := func(r rune) bool { return '0' <= r && r <= '9' }
	for i, part := range strings.SplitAfter(key, "[") {
		if i == 0 {
			key = part
			continue
		}
		key += "0" + strings.TrimLeftFunc(part, digit)
	}
	return key
}

// split parts a key into its tables and its last word.
func split(key string) (table, word string) {
	i := strings.LastIndex(key, ".")
	return key[:max(0, i)], key[i+1:]
}

// knownKeys lists all keys; lists of tables stand at their first element.
func knownKeys(roots []reflect.Type) []string {
	var out []string
	var add func(t reflect.Type, key string)
	add = func(t reflect.Type, key string) {
		for _, f := range fields(t) {
			k := join(key, name(f))
			out = append(out, k)
			switch {
			case isTable(f.Type):
				add(f.Type, k)
			case isTables(f.Type):
				add(f.Type.Elem(), element(k, 0))
			}
		}
	}
	for _, t := range roots {
		add(t, "")
	}
	return out
}

// distance is the number of characters to add, drop or change to make one text
// of the other (Levenshtein). Only the beginning of long texts counts.
func distance(a, b string) int {
	const longest = 40
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// closest is the name that is most like an unknown one.
func closest(unknown string, names []string) string {
	best := names[0]
	for _, name := range names {
		if distance(unknown, name) < distance(unknown, best) {
			best = name
		}
	}
	return best
}
