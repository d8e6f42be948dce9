package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"tnn-gpu/host/sim"
)

// bar is a progress bar on a terminal. The nil bar shows nothing.
type bar struct {
	out     io.Writer
	width   int
	steps   int64  // of the run
	work    string // what updates counts: "node updates"
	updates int64  // of one step, all replicas
	now     func() time.Time

	began, shown time.Time
	first        int64 // steps that were done before
}

// newBar is a bar for a run that goes on after some steps; nil where out is no
// terminal, or one that moves no cursor.
func newBar(out io.Writer, n *setup, first, steps int64) *bar {
	out, width := barOn(out)
	if out == nil {
		return nil
	}
	d := n.net.Describe()
	return &bar{out: out, width: width, steps: steps, work: d.Work, updates: d.Updates * int64(len(n.seeds)), first: first, now: time.Now, began: time.Now()}
}

// barOn is where bars are drawn, and how wide; nil where out is no terminal, or one
// that moves no cursor.
func barOn(out io.Writer) (io.Writer, int) {
	width := terminalWidth(out)
	if width == 0 || os.Getenv("TERM") == "dumb" {
		return nil, 0
	}
	if s, ok := out.(*stream); ok {
		out = s.drawing()
	}
	return out, width
}

// terminalWidth is 0 for what is no terminal.
func terminalWidth(out io.Writer) int {
	if s, ok := out.(*stream); ok {
		out = s.file
	}
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

const (
	erase    = "\r\x1b[K"
	redrawn  = 100 * time.Millisecond
	barWidth = 20
)

// observe redraws the bar when steps were made, at most ten times a second.
func (b *bar) observe(e sim.Event) error {
	rows, ok := e.(*sim.Rows)
	if b == nil || !ok {
		return nil
	}
	now := b.now()
	if now.Sub(b.shown) < redrawn {
		return nil
	}
	b.shown = now
	// A bar that cannot be drawn is no reason to end a run.
	fmt.Fprint(b.out, erase+b.line(rows.Last, now.Sub(b.began)))
	return nil
}

// clear removes the bar.
func (b *bar) clear() {
	if b != nil && !b.shown.IsZero() {
		fmt.Fprint(b.out, erase)
		b.shown = time.Time{}
	}
}

// line is the bar after a step, cut to the width of the terminal.
func (b *bar) line(step int64, took time.Duration) string {
	full := int(barWidth * step / b.steps)
	perStep := took.Seconds() / float64(max(1, step-b.first))
	left := time.Duration(perStep * float64(b.steps-step) * float64(time.Second)).Round(time.Second)
	text := fmt.Sprintf("[%s%s] %d %%, step %d of %d, %s %s/s, %v left", strings.Repeat("#", full), strings.Repeat(".", barWidth-full),
		100*step/b.steps, step, b.steps, quantity(float64(b.updates)/perStep), b.work, left)
	return text[:min(len(text), b.width-1)]
}

// quantity is a number with a prefix of the SI.
func quantity(v float64) string {
	unit := ""
	for _, larger := range []string{" k", " M", " G", " T"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, larger
	}
	return fmt.Sprintf("%.3g%s", v, unit)
}
