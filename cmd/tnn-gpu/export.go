package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/model"
	"tnn-gpu/host/results"
	"tnn-gpu/host/state"
)

func (p *program) exportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write a run's graph, weights and last states for other programs",
		ArgsUsage: "RUN",
		Description: "graphml is opened by NetworkX and Gephi, edgelist by NetworkX and NumPy; csv is two\n" +
			"tables, FILE with -nodes and -edges in its name. A file of the first two formats is\n" +
			"also the start of another run: graph.kind = \"file\" and graph.file = FILE.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "graphml", Usage: "write `FORMAT` graphml, edgelist or csv"},
			&cli.StringFlag{Name: "out", Usage: "write to `FILE` (default: network and the ending of the format, in the folder of the run)"},
			&cli.IntFlag{Name: "replica", Usage: "write the replica of this `NUMBER`, from 0"},
			overwriteFlag(),
		},
		Action: func(c *cli.Context) error { return p.export(parseExport(c)) },
	}
}

// exportOptions are those of export.
type exportOptions struct {
	arguments
	format, out string
	replica     option[int]
	overwrite   bool
}

func parseExport(c *cli.Context) *exportOptions {
	return &exportOptions{arguments: parseArguments(c), format: c.String("format"), out: c.String("out"), replica: option[int]{c.Int("replica"), c.IsSet("replica")}, overwrite: c.Bool("overwrite")}
}

func (p *program) export(o *exportOptions) error {
	run, err := p.openRun(o.arguments)
	if err != nil {
		return err
	}
	defer run.Close()
	out := o.out
	format, ending, err := exportFormat(o.format, out)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(run.Path, "network"+ending)
	}
	last, err := readLast(run, o.replica.value)
	if err != nil {
		return usageError{err}
	}
	x, err := last.export()
	if err != nil {
		return err
	}
	type file struct {
		name  string
		write func(io.Writer) error
	}
	files := []file{{out, x.WriteGraphML}}
	switch format {
	case "edgelist":
		files[0].write = x.WriteEdgeList
	case "csv":
		stem := strings.TrimSuffix(out, filepath.Ext(out))
		files = []file{{stem + "-nodes" + ending, x.WriteNodes}, {stem + "-edges" + ending, x.WriteEdges}}
	}
	for _, f := range files {
		if err := p.writeFile(f.name, o.overwrite, f.write); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s has %s and %s of step %d\n", f.name, count(int64(x.Graph.Nodes), "node"), count(int64(len(x.Graph.Edges)), "edge"), last.step)
	}
	if n := run.Replicas(); n > 1 && !o.replica.given {
		p.warn(fmt.Sprintf("the run has %d replicas, and the first one, 0, is written; --replica names another", n))
	}
	return nil
}

// exportFormat is a format and its ending. A name that ends otherwise is a mistake
// only where its ending is that of another format.
func exportFormat(format, out string) (name, ending string, err error) {
	endings := map[string]string{"graphml": ".graphml", "edgelist": ".txt", "csv": ".csv"}
	name = strings.ToLower(format)
	ending, known := endings[name]
	if !known {
		return "", "", badUsage("--format is %q: use graphml, edgelist or csv", format)
	}
	if has := formatOf(out); has == "graphml" && name != has {
		return "", "", badUsage("--format is %s, but --out %s has the ending of another format; leave one of the two out", name, out)
	}
	return name, ending, nil
}

// last is the state of a replica after the last step, and the network it is of.
type last struct {
	run     *results.Run
	net     model.Network
	replica int
	step    int64
}

func readLast(run *results.Run, replica int) (*last, error) {
	if replica < 0 || replica >= run.Replicas() {
		return nil, fmt.Errorf("there is no replica %d; the run has %d", replica, run.Replicas())
	}
	net, err := builtNetwork(run)
	if err != nil {
		return nil, err
	}
	l := &last{run: run, net: net, replica: replica}
	final, err := openFinal(run, net)
	if err != nil {
		return nil, err
	}
	defer final.Close()
	l.step, err = final.step()
	return l, err
}

// values reads a field of the final state: it is a model.Values.
func (l *last) values(name string) ([]float64, error) {
	final, err := openFinal(l.run, l.net)
	if err != nil {
		return nil, err
	}
	defer final.Close()
	return l.valuesOf(final, name)
}

// valuesOf is values with the final state at hand.
func (l *last) valuesOf(final *finalState, name string) ([]float64, error) {
	d := l.net.Describe()
	f, known := d.Field(name)
	if !known {
		return nil, fmt.Errorf("the model %s has no field %q", d.Name, name)
	}
	copies := f.Copies(l.run.Replicas())
	all, err := final.values(name, int64(most(l.net, f.Space))*int64(copies))
	if err != nil {
		return nil, err
	}
	each := len(all) / copies
	at := min(l.replica, copies-1) * each
	return all[at : at+each], nil
}

// most is how many values of a space a replica may have.
func most(net model.Network, s state.Space) int {
	if grows, ok := net.(model.Growing); ok {
		return grows.Most(s)
	}
	d := net.Describe()
	space, _ := d.Space(s)
	return space.Len()
}

func (l *last) export() (*exchange.Export, error) {
	exported, ok := l.net.(model.Exported)
	if !ok {
		return nil, badUsage("export writes a graph whose edges have no direction, and the model %s of the run %s has none; final.npz has its arrays (docs/data.md)", l.run.Metadata.Model, l.run.Path)
	}
	return exported.Export(l.values)
}
