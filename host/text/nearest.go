package text

import (
	"slices"
	"strings"
)

// Distance is how unlike two names are: the number of characters to add, drop or change and of
// neighbours to swap to make one of the other, none of them twice (the distance of optimal string
// alignment, a restricted form of Damerau's). It is less where one has all words of the other, as
// inverse_temperature has temperature: the number of words that it has besides. Capitals do not
// count, and only the beginning of long names does.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	edits := edits(a, b)
	words := func(name string) []string {
		return strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("_- ", r) })
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

// edits is the number of characters to add, drop or change, and of neighbours to swap.
func edits(a, b string) int {
	const longest = 40
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	var d [longest + 1][longest + 1]int // of the first i characters from the first j
	for i := range len(a) + 1 {
		for j := range len(b) + 1 {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], 1+d[i-2][j-2])
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

// IsLikely tells whether a name is so near an unknown one that it may well be meant: a third
// of the characters at most are wrong, or a word is right, or one is the beginning of the other.
func IsLikely(unknown, name string) bool {
	if begin := min(len(unknown), len(name)); begin > 2 && strings.EqualFold(unknown[:begin], name[:begin]) {
		return true
	}
	return 3*Distance(unknown, name) <= max(len(unknown), len(name))
}

// Likely is the name that is most like an unknown one, of those that are likely; empty where
// none is. Of two that are as near, the one that only has letters more or less is meant.
func Likely(unknown string, names []string) string {
	best := ""
	for _, name := range names {
		if !IsLikely(unknown, name) {
			continue
		}
		nearer := best == ""
		if !nearer {
			is, was := Distance(unknown, name), Distance(unknown, best)
			nearer = is < was || is == was && sharesOrder(unknown, name) && !sharesOrder(unknown, best)
		}
		if nearer {
			best = name
		}
	}
	return best
}

// sharesOrder tells whether all letters of the shorter of two names stand in the other, in their
// order.
func sharesOrder(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	for _, letter := range a {
		_, after, found := strings.Cut(b, string(letter))
		if !found {
			return false
		}
		b = after
	}
	return true
}
