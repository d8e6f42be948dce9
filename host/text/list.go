package text

import (
	"errors"
	"strings"
)

// SplitList cuts a text at a mark, but not within brackets, braces or quotes, and
// takes the spaces around each part away.
func SplitList(text string, mark rune) ([]string, error) {
	var parts []string
	depth, quoted, from := 0, rune(0), 0
	for i, r := range text {
		switch {
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '"' || r == '\'':
			quoted = r
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case r == mark && depth == 0:
			parts, from = append(parts, strings.TrimSpace(text[from:i])), i+1
		}
		if depth < 0 {
			break
		}
	}
	if depth != 0 || quoted != 0 {
		return nil, errors.New("its brackets or quotes do not match")
	}
	return append(parts, strings.TrimSpace(text[from:])), nil
}
