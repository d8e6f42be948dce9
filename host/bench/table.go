package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints results as they are published: a line for each, and under the
// table what has to be known about them.
func Table(out io.Writer, results []*Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "backend\trule\tsize\tconn.\tprecision\treplicas\tupdates/s\tleast\tmost\tper core\tedge ends/s\tactive\tbytes\tGB/s\tof stream\t")
	for _, r := range results {
		perCore := "-"
		if v := r.Updates.PerProcessorSecond.Median; v > 0 {
			perCore = si(v)
		}
		s := r.Updates.PerSecond
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%.0f %%\t%.0f\t%.2f\t%.1f %%\t\n", r.Backend, r.Rule, r.Size, r.Connections, r.Precision,
			r.Replicas, si(s.Median), si(s.Least), si(s.Most), perCore, si(r.EdgeEnds), 100*r.Activity.Nodes, r.Bytes, r.Bandwidth/1e9, 100*r.Fraction)
	}
	return w.Flush()
}

const legend = `updates/s: visits of nodes a second, the median of 5 rounds beside the least and the most
per core: the same by the processor time of this process
active: nodes that equilibrate; bytes: of an update, by the model of docs/performance-notes.md
of stream: of the bytes that the device streams in place (a = a*s + b), measured in this process;
           by processor time where the device is the processor
`

// Notes prints what has to be known about a table: the meaning of its columns, the
// devices and the load of the machine. It returns what forbids to publish the
// figures of a machine with so many cores, or nothing.
func Notes(out io.Writer, results []*Result, cores int) (busy string) {
	fmt.Fprint(out, legend)
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
		fmt.Fprintf(out, "load average: %.2f before, %.2f after, %d cores\n", results[0].Load[0], results[len(results)-1].Load[1], cores)
	}
	if worst > float64(cores) {
		busy = fmt.Sprintf("the load average was up to %.1f on %d cores: figures from a busy machine are not to be published", worst, cores)
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
