package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/web"
)

// pageFlags say where a page is served.
func pageFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "serve the page on `HOST:PORT`; port 0 takes a free one"},
		&cli.BoolFlag{Name: "public", Usage: "allow to listen where other machines can reach the page"},
		&cli.StringFlag{Name: "origin", Usage: "`URL` under which a reverse proxy serves the page, such as https://lab.example/tnn/"},
		&cli.StringSliceFlag{Name: "embed", Usage: "allow pages of an `ORIGIN` such as http://localhost:8888 to have the page in a frame"},
	}
}

// liveFlags add a page to a run.
func liveFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.BoolFlag{Name: "live", Usage: "serve a page on which the run is watched and steered while it goes on"},
		&cli.BoolFlag{Name: "paused", Usage: "with --live: wait for the page before the first step, and again when all replicas have ended by themselves"},
	}, pageFlags()...)
}

// listen opens the address of a page.
func listen(page *pageOptions, o web.Options) (*web.Server, error) {
	o.Address, o.Public, o.Origin, o.Embed = page.address, page.public, page.origin, page.embed
	s, err := web.Listen(o)
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

func (p *program) serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "serve a page on which runs are compared and replayed",
		ArgsUsage: "FOLDER",
		Description: "FOLDER is that of a run, or one with runs in it. Nothing in it is changed. The page\n" +
			"needs the whole address that is printed. Ctrl-C and the other signals that tell a run to\n" +
			"stop end it, with exit code 0.",
		Flags: pageFlags(),
		Action: func(c *cli.Context) error {
			folder, err := parseArguments(c).one("the folder of a run or of several")
			if err != nil {
				return err
			}
			return p.serve(c.Context, folder, parsePage(c))
		},
	}
}

func (p *program) serve(ctx context.Context, folder string, page pageOptions) error {
	runs, err := web.OpenRuns(folder, buildText)
	if err != nil {
		return usageError{err}
	}
	server, err := listen(&page, web.Options{Runs: runs})
	if err != nil {
		return err
	}
	if notice, err := runs.Notice(); err == nil && notice != "" {
		fmt.Fprintln(p.errs, notice)
	}
	ctx, w := p.watched(ctx, 0)
	w.hold(".")
	defer w.end()
	fmt.Fprintf(p.out, "Open %s and end with Ctrl-C.\n", addressOf(server))
	return server.Serve(ctx)
}

// addressOf tells where a page is.
func addressOf(s *web.Server) string {
	if behind := s.Behind(); behind != "" {
		return fmt.Sprintf("%s (its proxy finds it at %s)", s.URL(), behind)
	}
	return s.URL()
}

// mostBuilt is the memory that a network may take which is built for a page alone.
const mostBuilt = 1 << 30

// buildText makes the network of a run from the text of its configuration. The run may
// be somebody else's, so no file that the text names is read, and no more memory taken
// than a page is worth.
func buildText(name string, text []byte) (model.Network, error) {
	cfg, err := config.Decode(name, text)
	if err != nil {
		return nil, err
	}
	for key, file := range cfg.Spec.Files() {
		if *file != "" {
			return nil, fmt.Errorf("the run is of an earlier version and has its %s elsewhere, so it cannot be shown", key)
		}
	}
	if need, _ := cfg.Spec.Need(state.Single, 1); need > mostBuilt {
		return nil, fmt.Errorf("the run is of an earlier version, and its network takes %s, which is too much to be shown", bytesText(need))
	}
	net, err := cfg.Spec.Build(cfg.Run.Seed, nil)
	return net, cfg.Locate(err)
}

// live is the page of a run; nil where none is asked for.
type live struct {
	*web.Live
	server *web.Server
}

// openLive opens the page of a job; nil where none is asked for.
func openLive(page *pageOptions, j *job) (*live, error) {
	if !page.live {
		return nil, nil
	}
	j.plan.Attended = page.paused
	n := j.setup
	_, keys := record.SeedsOrKeys(n.config.Run.Seed, n.seeds)
	l := &live{Live: web.NewLive(web.Subject{Model: n.net, Backend: j.backend.Describe(), Seeds: n.seeds, Keyed: keys != nil, Sweep: n.sweep, Steps: j.plan.Steps})}
	var err error
	l.server, err = listen(page, web.Options{Live: l.Live})
	return l, err
}

// observe is an observer of the run.
func (l *live) observe(e sim.Event) error {
	if l == nil {
		return nil
	}
	return l.Observe(e)
}

// begin serves the page of a run, until the function that it returns is told how
// the run has ended.
func (l *live) begin(run *sim.Run, folder string, from *state.Checkpoint) (end func(sim.Summary, error) error) {
	if l == nil {
		return func(sim.Summary, error) error { return nil }
	}
	l.Attach(run, filepath.Base(folder), from)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- l.server.Serve(ctx) }()
	return func(s sim.Summary, err error) error {
		l.End(s, err)
		cancel()
		return <-served
	}
}
