package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/plot"
)

// lookOptions are flags about how a figure is printed.
type lookOptions struct {
	log, xlim, ylim, size, title string
	font                         option[float64]
	columns                      option[int]
}

func parseLook(c *cli.Context) lookOptions {
	return lookOptions{log: c.String("log"), xlim: c.String("xlim"), ylim: c.String("ylim"), size: c.String("size"), title: c.String("title"),
		font: option[float64]{c.Float64("font"), c.IsSet("font")}, columns: option[int]{c.Int("columns"), c.IsSet("columns")}}
}

// of is what flags say.
func (o *lookOptions) of() (plot.Look, error) {
	l := plot.Look{Title: o.title}
	if !utf8.ValidString(o.title) || strings.ContainsFunc(o.title, unicode.IsControl) {
		return l, fmt.Errorf("--title is %q: use characters that can be printed, in one line", o.title)
	}
	for _, axis := range strings.FieldsFunc(o.log, func(r rune) bool { return r == ',' }) {
		switch axis {
		case "x":
			l.LogX = true
		case "y":
			l.LogY = true
		default:
			return l, fmt.Errorf("--log is %q: use x, y or x,y", o.log)
		}
	}
	for _, of := range []struct {
		flag, text string
		to         **[2]float64
	}{{"--xlim", o.xlim, &l.LimitX}, {"--ylim", o.ylim, &l.LimitY}} {
		if of.text == "" {
			continue
		}
		ends, ok := two(of.text, ",")
		if !ok || ends[0] >= ends[1] {
			return l, fmt.Errorf("%s is %q: write two numbers, the smaller one first, as in %s=0,1.5", of.flag, of.text, of.flag)
		}
		*of.to = &ends
	}
	if o.size != "" {
		const least, most = 20, 1000 // millimetres
		size, ok := two(strings.ToLower(o.size), "x")
		if !ok || min(size[0], size[1]) < least || max(size[0], size[1]) > most {
			return l, fmt.Errorf("--size is %q: write the width and the height of a panel in millimetres, from %d to %d, as in 86x60", o.size, least, most)
		}
		l.Width, l.Height = size[0], size[1]
	}
	if l.Font = o.font.value; o.font.given && !(l.Font >= 4 && l.Font <= 40) {
		return l, fmt.Errorf("--font is %g: use 4 to 40 points", l.Font)
	}
	if l.Columns = o.columns.value; o.columns.given && l.Columns < 1 {
		return l, fmt.Errorf("--columns is %d: use 1 or more", l.Columns)
	}
	return l, nil
}

// two finite numbers with something between.
func two(text, between string) (out [2]float64, ok bool) {
	first, second, found := strings.Cut(text, between)
	a, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	b, err2 := strconv.ParseFloat(strings.TrimSpace(second), 64)
	finite := !math.IsNaN(a-b) && !math.IsInf(a-b, 0)
	return [2]float64{a, b}, found && err == nil && err2 == nil && finite
}
