package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

// console prints on a goroutine of its own, in the order in which it is told. What is
// printed never ends or holds up a run: a stream that fails is not written to any
// more, and once there is hurry nobody waits for a reader who has stopped reading.
type console struct {
	out, errs *stream
	names     *strings.Replacer // arguments with control characters, nil where there are none
	queue     chan printed
	written   chan struct{} // closed when the goroutine is done
	hurried   chan struct{}
	hurryOnce sync.Once
}

// stream is standard output or standard error.
type stream struct {
	console *console
	file    *os.File
	failed  error // of the goroutine that prints
}

type printed struct {
	to   *stream
	text string
}

// waiting is how many texts can wait to be printed.
const waiting = 256

// newConsole prints on two files; args are those of the command line.
func newConsole(out, errs *os.File, args []string) *console {
	c := &console{
		names: escapedNames(args), queue: make(chan printed, waiting),
		written: make(chan struct{}), hurried: make(chan struct{}),
	}
	c.out, c.errs = &stream{console: c, file: out}, &stream{console: c, file: errs}
	go c.print()
	return c
}

func (c *console) print() {
	defer close(c.written)
	for p := range c.queue {
		if p.to.failed == nil {
			_, p.to.failed = p.to.file.WriteString(p.text)
		}
	}
}

// Write implements io.Writer. It never fails.
func (s *stream) Write(p []byte) (int, error) {
	text := string(p)
	if s.console.names != nil {
		text = s.console.names.Replace(text)
	}
	s.console.push(printed{s, shown(text)})
	return len(p), nil
}

// drawing is the stream for what moves the cursor.
func (s *stream) drawing() io.Writer { return drawing{s} }

type drawing struct{ to *stream }

func (d drawing) Write(p []byte) (int, error) {
	d.to.console.push(printed{d.to, string(p)})
	return len(p), nil
}

func (c *console) push(p printed) {
	select {
	case c.queue <- p:
		return
	default:
	}
	select {
	case c.queue <- p:
	case <-c.hurried:
	}
}

// hurry has nobody wait for readers any more.
func (c *console) hurry() {
	if c != nil {
		c.hurryOnce.Do(func() { close(c.hurried) })
	}
}

// patience is how long a reader is waited for where there is hurry.
const patience = time.Second

// close waits until all is printed, and tells what could not be printed on standard
// output. A reader who has gone away is no fault.
func (c *console) close() error {
	close(c.queue)
	select {
	case <-c.written:
	case <-c.hurried:
		select {
		case <-c.written:
		case <-time.After(patience):
			return nil
		}
	}
	if errors.Is(c.out.failed, syscall.EPIPE) {
		return nil
	}
	return c.out.failed
}

// urgent prints on standard error past all that waits.
func (p *program) urgent(text string) {
	if p.console == nil {
		fmt.Fprint(p.errs, text)
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.console.errs.file.WriteString(text) // there is no other place to say it
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}

// escapedNames replaces the arguments that have control characters in them, line
// breaks too, wherever they are printed; nil where there are none.
func escapedNames(args []string) *strings.Replacer {
	var pairs []string
	for _, arg := range args {
		if strings.ContainsFunc(arg, unicode.IsControl) && strings.ContainsFunc(arg, unicode.IsGraphic) {
			pairs = append(pairs, arg, escaped(arg, isControl))
		}
	}
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

// shown is a text as it is printed: what would change how a terminal shows the rest
// is escaped as Go escapes it. Line breaks and tabs stay.
func shown(text string) string {
	return escaped(text, func(r rune) bool { return r != '\n' && r != '\t' && isControl(r) })
}

// isControl also has the characters that turn the direction of writing.
func isControl(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

func escaped(text string, escape func(rune) bool) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, escape) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case escape(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// shellQuoted is a name as it can be pasted into a command line.
func shellQuoted(name string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("_@%+=:,./-", r)
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	switch {
	case name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }):
		return name
	case !utf8.ValidString(name) || strings.ContainsFunc(name, isControl):
		return "$'" + strings.NewReplacer("'", `\'`).Replace(escaped(strings.ReplaceAll(name, `\`, `\\`), isControl)) + "'"
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
