package scan

import (
	"fmt"
	"strconv"
	"strings"

	"tnn-gpu/host/config"
)

// Encode writes a scan as a file: decoding it gives the same scan.
func (f *File) Encode() ([]byte, error) {
	var b strings.Builder
	line := func(key, value, comment string) { fmt.Fprintf(&b, "%-28s # %s\n", key+" = "+value, comment) }
	line("format", strconv.Itoa(f.Format), "version of this file's layout")
	line("base", config.Quote(f.Base), "the preset or configuration that the points vary")
	if len(f.Set) > 0 {
		line("set", quotedList(f.Set), "keys of it that are set otherwise")
	}
	if f.Experiment != "" {
		line("experiment", config.Quote(f.Experiment), "what is done at a point")
	}
	if f.Steps > 0 {
		line("steps", strconv.FormatInt(f.Steps, 10), "of each run")
	}
	if f.AverageFrom > 0 {
		line("average_from", strconv.FormatInt(f.AverageFrom, 10), "first step of the part of a run that is averaged")
	}
	if f.OwnGraph {
		line("own_graph", "true", "each trial has a network of its own")
	}
	line("design", config.Quote(f.design()), "grid, list, random or sobol")
	if f.Points > 0 {
		line("points", strconv.Itoa(f.Points), "that are drawn")
	}
	b.WriteString("\n# Trial t of a point is replica t of a run with the point's seed.\n[seeds]\n")
	if f.Seeds.First != nil {
		line("first", strconv.FormatUint(*f.Seeds.First, 10), "the seed of all points")
	}
	line("count", strconv.Itoa(f.Trials()), "trials of each point")
	if f.Seeds.Independent {
		line("independent", "true", "each point has a seed of its own")
	}
	f.encodeFigure(&b)
	for i := range f.Axes {
		if err := f.Axes[i].encode(&b); err != nil {
			return nil, err
		}
	}
	return []byte(b.String()), nil
}

func (f *File) encodeFigure(b *strings.Builder) {
	if f.Figure.X == "" && f.Figure.Y == "" && len(f.Figure.Quantity) == 0 && !f.Figure.Stack {
		return
	}
	b.WriteString("\n# What is drawn.\n[figure]\n")
	if f.Figure.X != "" {
		fmt.Fprintf(b, "x = %s\n", config.Quote(f.Figure.X))
	}
	if f.Figure.Y != "" {
		fmt.Fprintf(b, "y = %s\n", config.Quote(f.Figure.Y))
	}
	if len(f.Figure.Quantity) > 0 {
		fmt.Fprintf(b, "quantity = %s\n", quotedList(f.Figure.Quantity))
	}
	if f.Figure.Stack {
		b.WriteString("stack = true\n")
	}
}

func (a *Axis) encode(b *strings.Builder) error {
	b.WriteString("\n[[axis]]\n")
	if a.Key != "" {
		fmt.Fprintf(b, "key = %s\n", config.Quote(a.Key))
	} else {
		fmt.Fprintf(b, "keys = %s\n", quotedList(a.Keys))
	}
	if a.From != nil {
		fmt.Fprintf(b, "from = %s\nto = %s\n", tomlFloat(*a.From, -1), tomlFloat(*a.To, -1))
		if a.Count > 0 {
			fmt.Fprintf(b, "count = %d\n", a.Count)
		}
		if a.Scale != "" {
			fmt.Fprintf(b, "scale = %s\n", config.Quote(a.Scale))
		}
		return nil
	}
	values, err := literal(a.Values)
	if err == nil {
		fmt.Fprintf(b, "values = %s\n", values)
	}
	return err
}

func quotedList(texts []string) string {
	items := make([]string, len(texts))
	for i, text := range texts {
		items[i] = config.Quote(text)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// Trials of each point.
func (f *File) Trials() int { return max(1, f.Seeds.Count) }
