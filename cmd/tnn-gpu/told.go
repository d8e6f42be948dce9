package main

import (
	"fmt"
	"time"

	"tnn-gpu/host/model"
	"tnn-gpu/host/plot"
	"tnn-gpu/host/record"
	"tnn-gpu/host/results"
	"tnn-gpu/host/sim"
)

// announce says what is going to be done.
func (p *program) announce(j *job, folder string) {
	d := j.backend.Describe()
	lines := append(j.setup.describe(), [2]string{"device", d.String()})
	if j.backend.why != "" {
		lines = append(lines, [2]string{"because", j.backend.why})
	}
	lines = append(lines, [2]string{"memory", bytesText(d.Bytes)}, [2]string{"folder", folder})
	lines = append(lines, p.describeWritten(j, folder)...)
	lines = append(lines, j.setup.describeFinal()...)
	for _, in := range j.options.Inputs {
		kept := "kept in the folder as " + in.Kept
		if in.Kept == "" {
			kept = "too large to be kept in the folder, which has its hash alone: keep it, too"
		}
		lines = append(lines, [2]string{in.Key, in.File + ", " + kept})
	}
	if j.live != nil {
		lines = append(lines, [2]string{"page", addressOf(j.live.server)})
	}
	switch from := j.options.From; {
	case j.from == nil:
	case from != nil && from.Step == j.first():
		lines = append(lines, [2]string{"from", fmt.Sprintf("%s, after step %d", from.Run, from.Step)})
	default:
		lines = append(lines, [2]string{"resumed", fmt.Sprintf("after step %d", j.first())})
	}
	for _, line := range lines {
		fmt.Fprintf(p.out, "%-10s  %s\n", line[0], line[1])
	}
	fmt.Fprintln(p.out)
}

// lastShown are the pictures of a run's last state, or why there are none.
type lastShown struct {
	pictures []plot.Shown
	err      error
}

// show makes pictures of what the backend has after the last step.
func (j *job) show(step int64) *lastShown {
	n := j.setup
	if !hasPictures(n.net) {
		return &lastShown{}
	}
	final, err := finalOf(j.backend, n.net, step, len(n.seeds))
	if err != nil {
		return &lastShown{err: err}
	}
	pictures, err := lastPictures(n, final)
	return &lastShown{pictures, err}
}

// summarize says what has been done, and draws it where there are pictures for that.
func (p *program) summarize(j *job, s sim.Summary, folder *record.Folder, shown *lastShown) {
	n, drawn, final := j.setup, "", ""
	if concluded, ok := n.net.(model.Concluded); ok && (s.Reason == sim.Finished || s.Reason == sim.AllEnded) {
		for _, t := range concluded.Conclusions() {
			final += ", " + t.File
		}
	}
	if n.writesFinal() {
		final += ", " + record.FinalName
		if images := record.Images(n.net, len(n.seeds)); len(images) > 1 {
			final += fmt.Sprintf(", %s to %s", images[0], images[len(images)-1])
		} else if len(images) == 1 {
			final += ", " + images[0]
		}
	}
	var run *results.Run
	if shown != nil {
		drawn = ", " + record.OverviewName
		var err error
		if run, err = results.Of(folder); err == nil {
			run.Keep()
			err = shown.err
		}
		if err == nil {
			err = p.overview(run, shown.pictures, folder)
		}
		if err != nil {
			// The run is fine without.
			fmt.Fprintf(p.errs, "The overview of the run is not drawn: %v.\n", err)
			drawn = ""
		}
	}
	p.tellEnds(s.Ends)
	fmt.Fprintf(p.out, "\n%s in %v: %s %s/s\n%s has config.toml, run.json, steps.csv, epochs.csv, histograms.csv%s%s\n",
		count(s.Last-s.First, "step"), s.Wall.Round(time.Millisecond), quantity(s.Rate()), n.net.Describe().Work, folder.Path(), final, drawn)
	if run != nil {
		p.tellUnsettled(n, s, run)
	}
}

// mostEnds is how many replicas that ended by themselves are named.
const mostEnds = 10

// tellEnds says which replicas ended by themselves, and why.
func (p *program) tellEnds(ends []model.End) {
	for i, e := range ends {
		if i == mostEnds {
			fmt.Fprintf(p.out, "and %s more ended by themselves\n", count(int64(len(ends)-i), "replica"))
			return
		}
		fmt.Fprintf(p.out, "replica %d ended after step %d: %s\n", e.Replica, e.Step, e.Why)
	}
}
