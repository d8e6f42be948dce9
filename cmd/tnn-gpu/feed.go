package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

func (p *program) feedCommand() *cli.Command {
	return &cli.Command{
		Name:      "feed",
		Usage:     "run a network whose inputs come line by line from standard input, and answer each",
		ArgsUsage: "[CONFIG.toml]",
		Description: "Each line has the inputs of a step, numbers with spaces or commas between them;\n" +
			"the step is made, and a line of answers is written to standard output. All other\n" +
			"words go to standard error. A line that cannot be used is answered by `error: ...`\n" +
			"and changes nothing. !NAME VALUE sets a control (as !adapt off; the value nan gives\n" +
			"back what the configuration has), !save makes a checkpoint, !save FILE writes the\n" +
			"state as final.npz has it, !quit ends the run, and so does the end of the input.\n\n" +
			"A TNN takes inputs at its external nodes: at those of wave feed, or at all where\n" +
			"there are none. The inputs are kept in the run's folder (inputs.csv): `tnn-gpu\n" +
			"resume` repeats those after the last checkpoint, and goes on with its own input.\n\n" +
			"A SORN takes one at each channel. Its commands are !phase PHASE (plasticity or\n" +
			"training), !freeze RULES (those that are skipped; none: as the configuration has it)\n" +
			"and !rest, which makes all states 0. Its answers may be spikes (numbers of the\n" +
			"active units), bits, count, or readout, of the weights that --readout names.",
		Flags: append(runFlags(),
			&cli.StringFlag{Name: "answer", Usage: "answer each line with these `VALUES`: quantities of the step such as energy, values such as state[12] or state[external], or fields (default: all quantities, as in steps.csv)"},
			readoutFlag()),
		Action: func(c *cli.Context) error {
			o, err := parseRun(c)
			if err != nil {
				return err
			}
			o.feeds, o.answer = true, parseAnswer(c)
			if err := p.answering(); err != nil {
				return err
			}
			return p.runNew(c.Context, o)
		},
	}
}

// setFed has the network of a configuration take inputs.
func setFed(spec model.Spec) error {
	f, ok := spec.(model.Feedable)
	if !ok {
		return badUsage("this model takes no inputs")
	}
	return f.SetFed()
}

// feed reads inputs and answers.
type feed struct {
	program  *program
	in       io.Reader
	out      io.Writer
	about    model.Description
	network  model.Network
	parts    []answer
	replicas int
	from     int64 // the last step whose inputs an earlier session had, which are not answered again
	columns  []string
	row      []float64 // of the step, replica 0, 1, ...
	answered chan struct{}
}

// answer is a part of a line of answers.
type answer struct {
	column int    // of the quantities, or -1
	field  string // or else of a field
	order  []int  // of its values within a replica
	of     func(values []float64) []float64
}

// answerOptions are what lines are answered with.
type answerOptions struct {
	text    string // of --answer
	readout string // file of weights
}

func readoutFlag() cli.Flag {
	return &cli.StringFlag{Name: "readout", Usage: "for --answer readout: weights from `FILE`, CSV or NumPy, a row for the constant and one for each unit, as readout.csv of tnn-gpu stats"}
}

func parseAnswer(c *cli.Context) answerOptions {
	return answerOptions{c.String("answer"), c.String("readout")}
}

// checkFed refuses answers of a run that is not fed.
func (o *answerOptions) checkFed(spec model.Spec) error {
	if fed, ok := spec.(model.Feedable); ok && fed.IsFed() {
		return nil
	}
	for _, of := range [][2]string{{"answer", o.text}, {"readout", o.readout}} {
		if of[1] != "" {
			return badUsage("--%s is of runs that are fed, and this one takes no inputs: leave it out", of[0])
		}
	}
	return nil
}

// newFeed prepares to feed a job.
func (p *program) newFeed(j *job, o answerOptions) (*feed, error) {
	f := &feed{program: p, in: p.in, out: p.answers, about: j.setup.net.Describe(), network: j.setup.net, replicas: j.plan.Replicas, answered: make(chan struct{}, 1)}
	for _, c := range f.about.Columns {
		f.columns = append(f.columns, c.Name)
	}
	if o.text == "" {
		o.text = strings.Join(f.columns, ",")
	}
	parts := strings.Split(o.text, ",")
	if o.readout != "" && !slices.ContainsFunc(parts, func(part string) bool { return strings.TrimSpace(part) == "readout" }) {
		return nil, badUsage("--readout is for --answer readout; use it with that")
	}
	for _, part := range parts {
		a, err := j.setup.answer(strings.TrimSpace(part), f.columns, o.readout)
		if err != nil {
			return nil, usageError{fmt.Errorf("--answer: %w", err)}
		}
		f.parts = append(f.parts, a...)
	}
	capture := sim.Capture{Every: 1}
	for _, a := range f.parts {
		if a.column < 0 {
			capture.Fields = append(capture.Fields, a.field)
		}
	}
	if len(capture.Fields) > 0 {
		j.plan.Captures = append(j.plan.Captures, capture)
	}
	for _, c := range j.plan.Again {
		if c.Do == sim.DoFeed {
			f.from = max(f.from, c.Step+1)
		}
	}
	return f, nil
}

// answer finds what a word of --answer asks for.
func (n *setup) answer(text string, columns []string, readout string) ([]answer, error) {
	for i, name := range columns {
		if name == text {
			return []answer{{column: i}}, nil
		}
	}
	d := n.net.Describe()
	if of, err := ofSpikes(text, &d, readout); of != nil || err != nil {
		field, _ := d.Field(d.Spikes)
		return []answer{{column: -1, field: d.Spikes, order: n.net.Order(field.Space), of: of}}, err
	}
	name, _, one := strings.Cut(text, "[")
	field, found := d.Field(name)
	if !found {
		var fields []string
		for _, f := range d.Fields {
			fields = append(fields, f.Name)
		}
		return nil, fmt.Errorf("%q is no quantity and no field: use one of the quantities %s; or of the fields %s", text, strings.Join(columns, ", "), strings.Join(fields, ", "))
	}
	order := n.net.Order(field.Space)
	if most(n.net, field.Space) > len(order) {
		return nil, fmt.Errorf("%s cannot be an answer: it has more values when the network needs more room", name)
	}
	if !one {
		return []answer{{column: -1, field: name, order: order}}, nil
	}
	probes, err := n.probes(text)
	if err != nil {
		return nil, err
	}
	a := answer{column: -1, field: name}
	for _, probe := range probes {
		item := probe.A
		if linked, ok := n.net.(model.Linked); ok && probe.B >= 0 {
			links := linked.Links(nil, 0)
			if item, found = links.Find(int32(probe.A), int32(probe.B)); !found {
				return nil, fmt.Errorf("%s: there is no such edge", text)
			}
		} else if probe.B >= 0 {
			return nil, fmt.Errorf("%s: an answer is the value of one item, as in %s[%d]", text, name, probe.A)
		}
		if item < 0 || item >= len(order) {
			return nil, fmt.Errorf("%s: use 0 to %d", text, len(order)-1)
		}
		a.order = append(a.order, order[item])
	}
	return []answer{a}, nil
}

// observe answers a step: with its rows where only those are asked for, or else with
// the fields that come after them.
func (f *feed) observe(e sim.Event) error {
	if f == nil {
		return nil
	}
	switch e := e.(type) {
	case *sim.Rows:
		f.row = nil
		for r := range e.Replicas {
			if e.Steps() > 0 {
				f.row = append(f.row, e.Row(e.Steps()-1, r)...)
			}
		}
		if !f.hasFields() {
			f.write(e.Last, nil)
		}
	case *sim.Snapshot:
		if !e.Start && f.hasFields() {
			f.write(e.Step, e)
		}
	}
	return nil
}

// hasFields tells whether fields are asked for, which a snapshot has.
func (f *feed) hasFields() bool {
	return slices.ContainsFunc(f.parts, func(a answer) bool { return a.column < 0 })
}

// write writes the answers of a step, replica after replica.
func (f *feed) write(step int64, s *sim.Snapshot) {
	if step <= f.from {
		return
	}
	var words []string
	add := func(v float64) { words = append(words, strconv.FormatFloat(v, 'g', -1, 64)) }
	for r := range f.replicas {
		for _, a := range f.parts {
			if a.column >= 0 {
				v := math.NaN() // a step without a row
				if at := r*len(f.columns) + a.column; at < len(f.row) {
					v = f.row[at]
				}
				add(v)
				continue
			}
			array := s.Array(a.field)
			first := array.First(r, f.replicas)
			values := make([]float64, len(a.order))
			for i, at := range a.order {
				values[i] = array.At(first + at)
			}
			if a.of != nil {
				values = a.of(values)
			}
			for _, v := range values {
				add(v)
			}
		}
	}
	fmt.Fprintln(f.out, strings.Join(words, " "))
	f.answered <- struct{}{}
}

// longestAnswer is how many characters of an error are an answer: those of long lines may
// repeat them.
const longestAnswer = 400

// lines carries out the lines of the input, until it or the run ends.
func (f *feed) lines(ctx context.Context, run *sim.Run, over <-chan struct{}) {
	in := bufio.NewScanner(f.in)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		stop, err := f.line(ctx, run, in.Text(), over)
		if err != nil {
			fmt.Fprintf(f.out, "error: %s\n", text.Short(strings.Join(strings.Fields(err.Error()), " "), longestAnswer))
		}
		if stop {
			break
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintf(f.out, "error: the input cannot be read: %v\n", err)
	}
	_ = run.Stop(ctx) // it may have ended
}

// line carries out a line. It tells whether no other is to be read.
func (f *feed) line(ctx context.Context, run *sim.Run, text string, over <-chan struct{}) (stop bool, err error) {
	if command, isOne := strings.CutPrefix(strings.TrimSpace(text), "!"); isOne {
		return f.command(ctx, run, strings.Fields(command))
	}
	var inputs []float64
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;\r", r) }) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return false, fmt.Errorf("%q is no number", shortened(word))
		}
		inputs = append(inputs, v)
	}
	if err := run.Feed(ctx, inputs); err != nil {
		return errors.Is(err, sim.ErrEnded) || ctx.Err() != nil, err
	}
	select {
	case <-f.answered:
	case <-over:
	}
	return false, nil
}

func (f *feed) command(ctx context.Context, run *sim.Run, words []string) (stop bool, err error) {
	var own []state.Control
	if c, ok := f.network.(model.Commanded); ok && len(words) > 0 {
		if own, err = c.Command(words[0], words[1:]); err != nil {
			return false, err
		}
	}
	done := "ok"
	switch {
	case len(words) == 1 && words[0] == "quit":
		return true, nil
	case len(words) > 1 && words[0] == "quit":
		return false, errors.New("!quit takes no words")
	case len(words) == 1 && words[0] == "save":
		err = run.Checkpoint(ctx)
	case len(words) > 1 && words[0] == "save":
		path := strings.Join(words[1:], " ")
		done += " " + path
		err = f.save(ctx, run, path)
	case len(own) > 0:
		for _, c := range own {
			if err = run.Control(ctx, c.Name, c.Value); err != nil {
				break
			}
		}
	case len(words) == 2:
		var v float64
		if v, err = controlValue(f.network, words[0], words[1]); err != nil {
			return false, err
		}
		err = run.Control(ctx, words[0], v)
	default:
		return false, fmt.Errorf("use %s", strings.Join(append(f.ownCommands(), "!NAME VALUE", "!save, !save FILE or !quit"), ", "))
	}
	if err == nil {
		fmt.Fprintln(f.out, done)
	}
	return errors.Is(err, sim.ErrEnded), err
}

// controlValue is what a word means for a control of a network: a number, of which the
// network says whether it will do, or of a switch also on, off, true and false.
func controlValue(of model.Network, name, word string) (float64, error) {
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return v, nil
	}
	if controlled, ok := of.(model.Controlled); ok {
		if err := controlled.CheckControl(name, 0); errors.Is(err, model.ErrUnknownControl) {
			return 0, err
		}
	}
	takes := "a number"
	for _, c := range of.Describe().Controls {
		switch {
		case c.Name != name || c.Number:
		case c.Most > 0:
			takes = fmt.Sprintf("a whole number from 0 to %d", c.Most)
		default:
			takes = "on or off, true or false, 1 or 0"
			if i := slices.Index([]string{"off", "false", "on", "true"}, strings.ToLower(word)); i >= 0 {
				return float64(i / 2), nil
			}
		}
	}
	return 0, fmt.Errorf("!%s takes %s, or nan for what the configuration has, not %q", shortened(name), takes, shortened(word))
}

// shortened is a word that is not too long to be repeated.
func shortened(word string) string { return text.Short(word, 60) }

// save writes the state between two steps to a file, which is new.
func (f *feed) save(ctx context.Context, run *sim.Run, path string) error {
	s, err := run.State(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s exists, and nothing is overwritten; give another name", path)
	}
	return f.program.writeFile(path, false, func(w io.Writer) error { return record.WriteState(w, f.network, s) })
}

// ownCommands are those of the network.
func (f *feed) ownCommands() []string {
	if c, ok := f.network.(model.Commanded); ok {
		return c.Commands()
	}
	return nil
}
