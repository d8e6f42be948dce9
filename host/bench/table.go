package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"tnn-gpu/host/text"
)

// Table prints results as they are published: a table a series with a line for each
// result.
func Table(out io.Writer, results []*Result) error {
	for first := 0; first < len(results); {
		end := first + 1
		for end < len(results) && results[end].Series == results[first].Series {
			end++
		}
		if first > 0 {
			fmt.Fprintln(out)
		}
		if err := tableOf(out, results[first:end]); err != nil {
			return err
		}
		first = end
	}
	return nil
}

// tableOf prints results of one series. What only some models tell has columns only in
// their tables.
func tableOf(out io.Writer, results []*Result) error {
	columns, counted := columnsOf(results), false
	for _, r := range results {
		counted = counted || r.Bytes > 0
	}
	if counted {
		columns = append(columns, trafficColumns...)
	}
	fmt.Fprintf(out, "%s: %s\n", results[0].Series, results[0].Unit)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range columns {
		fmt.Fprintf(w, "%s\t", c.head)
	}
	fmt.Fprintln(w)
	for _, r := range results {
		for _, c := range columns {
			fmt.Fprintf(w, "%s\t", c.cell(r))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// column of a table.
type column struct {
	head string
	cell func(r *Result) string
}

// trafficColumns are those of series whose bytes are counted.
var trafficColumns = []column{
	{"bytes", func(r *Result) string { return fmt.Sprintf("%.0f", r.Bytes) }},
	{"GB/s", func(r *Result) string { return fmt.Sprintf("%.2f", r.Bandwidth/1e9) }},
	{"of stream", func(r *Result) string { return fmt.Sprintf("%.1f %%", 100*r.Fraction) }},
}

// columnsOf are the columns of results of one series, but for their traffic.
func columnsOf(results []*Result) []column {
	list := []column{{"backend", func(r *Result) string { return r.Backend }}}
	for i, v := range results[0].Axes {
		list = append(list, column{v.Axis, func(r *Result) string { return fmt.Sprint(r.Axes[i].Value) }})
	}
	list = append(list,
		column{"precision", func(r *Result) string { return fmt.Sprint(r.Precision) }},
		column{"replicas", func(r *Result) string { return fmt.Sprint(r.Replicas) }},
		column{"a second", func(r *Result) string { return si(r.Rate.PerSecond.Median) }},
		column{"least", func(r *Result) string { return si(r.Rate.PerSecond.Least) }},
		column{"most", func(r *Result) string { return si(r.Rate.PerSecond.Most) }},
		column{"per core", func(r *Result) string {
			if v := r.Rate.PerProcessorSecond.Median; v > 0 {
				return si(v)
			}
			return "-"
		}},
	)
	for _, f := range results[0].Figures {
		list = append(list, column{f.Name, func(r *Result) string { return r.figure(f.Name) }})
	}
	var peers []string
	for _, r := range results {
		for _, p := range r.Peers {
			if !slices.Contains(peers, p.Name) {
				peers = append(peers, p.Name)
			}
		}
	}
	for _, name := range peers {
		list = append(list, column{"times " + name, func(r *Result) string { return r.against(name) }})
	}
	return list
}

// figure is a cell with a figure.
func (r *Result) figure(name string) string {
	for _, f := range r.Figures {
		switch {
		case f.Name == name && f.Each:
			return si(f.Value * r.Rate.PerSecond.Median)
		case f.Name == name:
			return fmt.Sprintf("%.0f %%", 100*f.Value)
		}
	}
	return "-"
}

// against is a cell that compares with a peer.
func (r *Result) against(name string) string {
	for _, p := range r.Peers {
		if p.Name == name {
			return fmt.Sprintf("%.3g", p.Times)
		}
	}
	return "-"
}

const legend = `a second: the median of 5 rounds, beside the least and the most, of all replicas together
per core: the same by the processor time of this process
`

const streamLegend = `bytes: of one, by the model of docs/performance-notes.md
of stream: of the bytes that the device streams in place (a = a*s + b), measured in this process;
           by processor time where the device is the processor
`

const peerLegend = `times: as fast as another program on one core, whose time is from the table of docs/performance.md;
       by processor time where the device is the processor
`

// legendOf says what the columns of tables mean.
func legendOf(results []*Result) string {
	text := legend
	if slices.ContainsFunc(results, func(r *Result) bool { return r.Bytes > 0 }) {
		text += streamLegend
	}
	if slices.ContainsFunc(results, func(r *Result) bool { return len(r.Peers) > 0 }) {
		text += peerLegend
	}
	return text
}

// Notes prints what has to be known about a table: the meaning of its columns, the
// devices and the load of the machine. It returns what forbids to publish the
// figures of a machine with so many cores, or nothing.
func Notes(out io.Writer, results []*Result, cores int) (busy string) {
	fmt.Fprint(out, legendOf(results))
	said := map[string]bool{}
	var worst float64
	for _, r := range results {
		device := fmt.Sprintf("%s: %s, which streams %.3g GB/s", r.Backend, strings.TrimSuffix(r.Device+", "+r.Driver, ", "), r.Stream.PerSecond.Median/1e9)
		if v := r.Stream.PerProcessorSecond.Median; v > 0 {
			device += fmt.Sprintf(", %.3g GB/s per core", v/1e9)
		}
		if !said[device] {
			fmt.Fprintln(out, device)
		}
		said[device] = true
		worst = max(worst, r.Load[0], r.Load[1])
	}
	if len(results) > 0 {
		fmt.Fprintf(out, "load average: %.2f before, %.2f after, %s\n", results[0].Load[0], results[len(results)-1].Load[1], text.Count(cores, "core"))
	}
	if worst > float64(cores) {
		busy = fmt.Sprintf("the load average was up to %.1f on %s: figures from a busy machine are not to be published", worst, text.Count(cores, "core"))
	}
	return busy
}

// Profile prints what each kernel took.
func Profile(out io.Writer, r *Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	var total float64
	for _, k := range r.KernelTimes {
		total += k.Total.Seconds()
	}
	fmt.Fprintln(w, "kernel\tlaunches\tseconds\teach, µs\tshare\t")
	for _, k := range r.KernelTimes {
		seconds := k.Total.Seconds()
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.1f\t%.1f %%\t\n", k.Kernel, k.Launches, seconds, 1e6*seconds/float64(k.Launches), 100*seconds/total)
	}
	return w.Flush()
}

// RateText says what was reached.
func (r *Result) RateText() string {
	return fmt.Sprintf("%s %s a second", si(r.Rate.PerSecond.Median), r.Unit)
}

// si writes a number with three digits and a prefix.
func si(v float64) string {
	for _, p := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if v >= 0.9995*p.size {
			return fmt.Sprintf("%.3g%s", v/p.size, p.name)
		}
	}
	return fmt.Sprintf("%.3g", v)
}
