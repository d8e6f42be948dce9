package config

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"tnn-gpu/host/text"
)

// nearest is the known key that is most like an unknown one: the last words
// count most, also where what is said of a key has that word, then the tables. It is
// empty where none is so near that it may well be meant.
func nearest(unknown string, roots []reflect.Type) string {
	const said = 2*8 + 4 // costs more than two mistyped characters and less than three
	table, word := split(unknown)
	word = strings.Trim(word, `"`)
	best, least, near := "", -1, false
	for _, known := range knownKeys(roots) {
		t, w := split(known.key)
		inTable := text.Distance(firstElements(table), t)
		distance := text.Distance(word, w)
		cost := 8 * distance
		if known.says(word) {
			cost = min(cost, said)
		}
		if cost += min(12, 4*inTable); least >= 0 && cost >= least {
			continue
		}
		best, least = known.key, cost
		near = known.says(word) || text.IsLikely(word, w) || table != "" && inTable == 0 && 2*distance <= len(word)
		if inTable == 0 {
			best = join(withElements(t, table), w)
		}
	}
	if !near {
		return ""
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

// withElements is a known key whose lists stand at the elements of another one's.
func withElements(known, of string) string {
	words, others := strings.SplitAfter(known, "["), strings.SplitAfter(of, "[")
	for i := 1; i < min(len(words), len(others)); i++ {
		element, _, _ := strings.Cut(others[i], "]")
		_, rest, _ := strings.Cut(words[i], "]")
		words[i] = element + "]" + rest
	}
	return strings.Join(words, "")
}

// split parts a key into its tables and its last word.
func split(key string) (table, word string) {
	i := strings.LastIndex(key, ".")
	return key[:max(0, i)], key[i+1:]
}

// knownKey is a key, and what is said of it.
type knownKey struct{ key, doc string }

// says tells whether a word that is not short stands in what is said of the key.
func (k *knownKey) says(word string) bool {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	return len(word) > 3 && slices.Contains(strings.FieldsFunc(k.doc, notLetter), strings.ToLower(word))
}

// knownKeys lists all keys; lists of tables stand at their first element.
func knownKeys(roots []reflect.Type) []knownKey {
	var out []knownKey
	var add func(t reflect.Type, key string)
	add = func(t reflect.Type, key string) {
		for _, f := range fields(t) {
			k := join(key, name(f))
			out = append(out, knownKey{k, f.Tag.Get("comment")})
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
