package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// longestLine bounds what a line may take of memory.
const longestLine = 1 << 20

// lineScanner gives lines that end with a line feed, a carriage return, as on old
// Macintoshes, or both.
func lineScanner(r io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), longestLine)
	lines.Split(func(data []byte, end bool) (int, []byte, error) {
		i := bytes.IndexAny(data, "\r\n")
		switch {
		case i < 0 && end && len(data) > 0:
			return len(data), data, nil
		case i < 0:
			return 0, nil, nil
		case data[i] == '\n':
			return i + 1, data[:i], nil
		case i+1 == len(data) && !end:
			return 0, nil, nil // is a line feed next?
		case i+1 < len(data) && data[i+1] == '\n':
			return i + 2, data[:i], nil
		}
		return i + 1, data[:i], nil
	})
	return lines
}

// field is a part of a line.
type field struct {
	text   []byte
	quoted bool
}

// separatorOf guesses what stands between the fields of a line: a semicolon, a
// comma, a tab where that alone makes two or three fields, or else 0 for white space.
func separatorOf(line []byte) byte {
	inQuotes := false
	var commas, tabs, spaces int
	for i, c := range line {
		switch {
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == ';':
			return ';'
		case c == ',':
			commas++
		case c == '\t' && line[i-1] != '\t': // the line was trimmed
			tabs++
		case c == ' ' || c == '\t':
			spaces++
		}
	}
	switch {
	case tabs > 0 && (spaces == 0 || tabs < 3 && len(bytes.Fields(line)) > 3):
		return '\t'
	case commas > 0:
		return ','
	}
	return 0
}

var errQuote = errors.New("a quotation mark has no end")

// split parts a line at its separators; 0 is white space, after which, as after a
// tab, a # begins a comment. Fields may stand in quotation marks, of which two
// stand for one.
func split(dst []field, line []byte, separator byte) ([]field, error) {
	if separator == 0 {
		return splitSpace(dst, line)
	}
	for {
		if line = bytes.TrimLeft(line, " "); separator != '\t' {
			line = bytes.TrimLeft(line, "\t")
		}
		if len(line) > 0 && line[0] == '"' {
			text, rest, err := unquote(line)
			if err != nil {
				return dst, err
			}
			dst = append(dst, field{text, true})
			rest = bytes.TrimLeft(rest, " ")
			if len(rest) == 0 {
				return dst, nil
			}
			if rest[0] != separator {
				return dst, errors.New("a quotation mark does not end its field")
			}
			line = rest[1:]
			continue
		}
		i := bytes.IndexByte(line, separator)
		part := line
		if i >= 0 {
			part = line[:i]
		}
		if hash := bytes.IndexByte(part, '#'); separator == '\t' && hash >= 0 && (hash == 0 || part[hash-1] == ' ') {
			part, i = part[:hash], -1
			if part = bytes.TrimSpace(part); len(part) == 0 {
				return dst, nil
			}
		}
		dst = append(dst, field{bytes.TrimSpace(part), false})
		if i < 0 {
			return dst, nil
		}
		line = line[i+1:]
	}
}

func splitSpace(dst []field, line []byte) ([]field, error) {
	for {
		line = bytes.TrimLeft(line, " \t\v\f\u00a0")
		if len(line) == 0 || line[0] == '#' {
			return dst, nil
		}
		if line[0] == '"' {
			text, rest, err := unquote(line)
			if err != nil {
				return dst, err
			}
			if len(rest) > 0 && !bytes.ContainsRune([]byte(" \t#"), rune(rest[0])) {
				return dst, errors.New("a quotation mark does not end its field")
			}
			dst = append(dst, field{text, true})
			line = rest
			continue
		}
		i := bytes.IndexAny(line, " \t\v\f#")
		if i < 0 {
			i = len(line)
		}
		dst = append(dst, field{line[:i], false})
		line = line[i:]
	}
}

// unquote takes a text in quotation marks off a line.
func unquote(line []byte) (text, rest []byte, err error) {
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] != '"':
			text = append(text, line[i])
		case i+1 < len(line) && line[i+1] == '"':
			text = append(text, '"')
			i++
		default:
			return text, line[i+1:], nil
		}
	}
	return nil, nil, errQuote
}

// quote writes a name so that split reads it.
func quote(name string) string {
	if name != "" && !strings.ContainsAny(name, "\"#%,;{\ufeff") && !strings.ContainsFunc(name, unicode.IsSpace) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// whole reads a number as ids have it: digits, or what savetxt makes of them, such
// as 3.000000000000000000e+00. isNumber tells whether it is a finite number at all.
func whole(text []byte) (id int64, isWhole, isNumber bool) {
	if n := len(text); n > 0 && n < 18 {
		for _, c := range text {
			if c < '0' || c > '9' {
				id = -1
				break
			}
			id = 10*id + int64(c-'0')
		}
		if id >= 0 {
			return id, true, true
		}
	}
	if len(text) == 0 || strings.IndexByte("0123456789+-.", text[0]) < 0 {
		return 0, false, false
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || bytes.ContainsAny(text, "xX_iInN") {
		return 0, false, false
	}
	if v != float64(int64(v)) || v > 1<<62 || v < -1<<62 {
		// An id beyond all that there can be is whole for that.
		return 1 << 62, v > 1<<62 || v < -1<<62, true
	}
	return int64(v), true, true
}
