package text

import (
	"slices"
	"strings"
)

// Distance is how unlike two names are: the number of characters to add, drop or change
// to make one of the other (Levenshtein), or less where one has all words of the other, as
// inverse_temperature has temperature: the number of words that it has besides. Capitals do
// not count, and only the beginning of long names does.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	edits := edits(a, b)
	words := func(name string) []string {
		return strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
	}
	ours, theirs := words(a), words(b)
	shared := 0
	for _, w := range ours {
		if len(w) > 2 && slices.Contains(theirs, w) {
			shared++
		}
	}
	if shared > 0 && shared == min(len(ours), len(theirs)) {
		return min(edits, max(len(ours), len(theirs))-shared)
	}
	return edits
}

// edits is the number of characters to add, drop or change.
func edits(a, b string) int {
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

// Nearest is the name that is most like an unknown one; empty where there are none.
func Nearest(unknown string, names []string) string {
	best := ""
	for i, name := range names {
		if i == 0 || Distance(unknown, name) < Distance(unknown, best) {
			best = name
		}
	}
	return best
}

// Likely is Nearest where it is so near that it may well be meant, or else empty: half of
// the characters are right, or a word is.
func Likely(unknown string, names []string) string {
	best := Nearest(unknown, names)
	if best == "" || 2*Distance(unknown, best) > len(unknown) {
		return ""
	}
	return best
}
