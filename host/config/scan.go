package config

import (
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// scanner compares a TOML document with the structs that it is for, before it is
// decoded into them: so that every key is known, every value is of the right
// type, and it is known which keys are there and where.
type scanner struct {
	parser  unstable.Parser
	roots   []reflect.Type        // whose fields are the keys outside of tables
	here    func(line int) string // a place, for messages
	origins map[string]string     // of the keys that were found
	lengths map[string]int        // of lists of tables, so far
	lines   []int                 // offsets at which lines end
	line    int                   // of the key being looked at
}

// place is a key and the type of its value; the zero place is the document.
type place struct {
	key string
	t   reflect.Type
}

func newScanner(src []byte, here func(line int) string, roots ...reflect.Type) *scanner {
	s := &scanner{roots: roots, here: here, origins: make(map[string]string), lengths: make(map[string]int)}
	s.parser.Reset(src)
	for i, c := range src {
		if c == '\n' {
			s.lines = append(s.lines, i)
		}
	}
	return s
}

// scan looks at a document whose first keys are those of a table. Errors of
// syntax are left to decoding.
func (s *scanner) scan(table place) error {
	for s.parser.NextExpression() {
		e := s.parser.Expression()
		var err error
		if e.Kind == unstable.KeyValue {
			err = s.keyValue(table, e)
		} else {
			table, err = s.header(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// header is [a.b] or, for a new element of a list, [[a.b]].
func (s *scanner) header(e *unstable.Node) (place, error) {
	var at place
	keys := e.Key()
	for keys.Next() {
		next, err := s.enter(at, keys.Node())
		if err != nil {
			return at, err
		}
		at = next
		last, inList := keys.IsLast(), e.Kind == unstable.ArrayTable
		switch {
		case isTable(at.t) && last && inList:
			return at, s.errorf(at.key, "%s is a single table: write [%s], once", at.key, at.key)
		case isTable(at.t):
		case !isTables(at.t):
			return at, s.errorf(at.key, "%s is a table here: %s", at.key, Wanted(at.t))
		case last && !inList:
			return at, s.errorf(at.key, "%s is a list of tables: write [[%s]] for each", at.key, at.key)
		case last:
			at = place{element(at.key, s.lengths[at.key]), at.t.Elem()}
			s.lengths[next.key]++
		default:
			at = place{element(at.key, max(0, s.lengths[at.key]-1)), at.t.Elem()}
		}
		s.origins[at.key] = s.here(s.line)
	}
	return at, nil
}

// enter goes from a table to one of its keys.
func (s *scanner) enter(table place, key *unstable.Node) (place, error) {
	s.line = s.lineAt(key)
	word := string(key.Data)
	types := s.roots
	if table.t != nil {
		types = []reflect.Type{table.t}
	}
	for _, t := range types {
		if f, found := field(t, word); found {
			at := place{join(table.key, word), f.Type}
			s.origins[at.key] = s.here(s.line)
			return at, nil
		}
	}
	return place{}, s.unknown(join(table.key, printable(word)))
}

func (s *scanner) unknown(key string) error {
	if of := modelsWith(key, s.roots); of != nil {
		return s.errorf(key, "there is no key %s in this model: it is of %s; use model = %q, or a preset of it", short(key), strings.Join(of, " and of "), of[0])
	}
	if likely := nearest(key, s.roots); likely != "" {
		return s.errorf(key, "there is no key %s: the nearest is %s", short(key), likely)
	}
	return s.errorf(key, "there is no key %s; docs/config.md lists the keys, and `tnn-gpu presets NAME` prints those of a preset", short(key))
}

// printable quotes a word that is no bare key of TOML.
func printable(word string) string {
	bare := func(r rune) bool {
		return r == '_' || r == '-' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	if word != "" && strings.TrimFunc(word, bare) == "" {
		return word
	}
	return strconv.Quote(word)
}

func (s *scanner) keyValue(table place, e *unstable.Node) error {
	keys := e.Key()
	for keys.Next() {
		at, err := s.enter(table, keys.Node())
		if err != nil {
			return err
		}
		if keys.IsLast() {
			return s.value(at, e.Value())
		}
		if isTables(at.t) {
			return s.errorf(at.key, "%s is a list of tables: write [[%s]] for each", at.key, at.key)
		}
		if !isTable(at.t) {
			return s.errorf(at.key, "%s is not a table: %s", at.key, Wanted(at.t))
		}
		table = at
	}
	return nil
}

func (s *scanner) value(at place, v *unstable.Node) error {
	switch {
	case isTable(at.t):
		if v.Kind != unstable.InlineTable {
			return s.wrong(at, v)
		}
		for c := v.Children(); c.Next(); {
			if c.Node().Kind != unstable.KeyValue {
				continue // a comment
			}
			if err := s.keyValue(at, c.Node()); err != nil {
				return err
			}
		}
	case at.t.Kind() == reflect.Slice:
		if v.Kind != unstable.Array {
			return s.wrong(at, v)
		}
		i := 0
		for c := v.Children(); c.Next(); {
			if c.Node().Kind == unstable.Comment {
				continue
			}
			if err := s.value(place{element(at.key, i), at.t.Elem()}, c.Node()); err != nil {
				return err
			}
			i++
		}
	case !s.fits(at.t, v):
		return s.wrong(at, v)
	}
	return nil
}

// fits says whether a value that is neither a table nor a list is of a type.
func (s *scanner) fits(t reflect.Type, v *unstable.Node) bool {
	switch t.Kind() {
	case reflect.Bool:
		return v.Kind == unstable.Bool
	case reflect.String:
		return v.Kind == unstable.String
	case reflect.Float64:
		return v.Kind == unstable.Float || v.Kind == unstable.Integer
	case reflect.Interface: // a node, by number or name
		if v.Kind == unstable.String {
			return true
		}
	}
	n, err := strconv.ParseInt(string(v.Data), 0, 64)
	return v.Kind == unstable.Integer && err == nil && n >= leastInt(t)
}

func isInt(t reflect.Type) bool { return t.Kind() == reflect.Int || t.Kind() == reflect.Uint64 }

func leastInt(t reflect.Type) int64 {
	if t.Kind() == reflect.Uint64 {
		return 0
	}
	return math.MinInt64
}

func (s *scanner) wrong(at place, v *unstable.Node) error {
	given := string(v.Data)
	switch v.Kind {
	case unstable.Array:
		given = "a list"
	case unstable.InlineTable:
		given = "a table"
	case unstable.String:
		given = strconv.Quote(given)
	}
	possible := Wanted(at.t)
	switch {
	case v.Kind == unstable.Integer && isInt(at.t):
		possible = fmt.Sprintf("use a whole number from %d to %d", leastInt(at.t), math.MaxInt64)
	case v.Kind == unstable.String:
		possible = instead(at.t, string(v.Data))
	}
	return s.errorf(at.key, "%s is %s: %s", at.key, short(given), possible)
}

// Wanted says what values of a type are written like, as in "use true or false".
func Wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "use true or false"
	case reflect.String:
		return "use a text in quotes"
	case reflect.Float64:
		return "use a number"
	case reflect.Interface:
		return "use the number of a node, or its name in quotes"
	case reflect.Slice:
		if isTables(t) {
			return "use a list of tables"
		}
		switch t.Elem().Kind() {
		case reflect.String:
			return `use a list of texts, such as ["a", "b"]`
		case reflect.Float64:
			return "use a list, such as [0.5, 1]"
		}
		return "use a list, such as [64, 64]"
	case reflect.Struct:
		return "use a table"
	}
	return "use a whole number"
}

// instead is Wanted for who has given a text, which a list of texts can have in it.
func instead(t reflect.Type, given string) string {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String {
		return fmt.Sprintf("use a list, as in [%s]", short(strconv.Quote(given)))
	}
	return Wanted(t)
}

func (s *scanner) errorf(key, format string, args ...any) error {
	return &Error{Where: s.here(s.line), Key: key, Err: fmt.Errorf(format, args...)}
}

func (s *scanner) lineAt(n *unstable.Node) int {
	return 1 + sort.SearchInts(s.lines, int(n.Raw.Offset))
}
