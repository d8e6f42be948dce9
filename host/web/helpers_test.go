package web

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

func arrayOf(v ...float64) *state.Array { return &state.Array{Double: v} }

// running is a run of a ring of nodes, and the server of its page.
type running struct {
	live    *Live
	server  *Server
	backend *simtest.Backend
	ended   chan sim.Summary
}

// nodes of the ring.
const nodes = 10

// start runs a ring until a number of steps, one batch after another.
func start(t *testing.T, steps int64, change ...func(*running)) *running {
	t.Helper()
	m := simtest.Model{Nodes: nodes}
	r := &running{backend: simtest.NewBackend(m, state.Double, 2), ended: make(chan sim.Summary, 1)}
	r.live = NewLive(Subject{Model: m, Backend: r.backend.Describe(), Seeds: []uint64{1, 2}, Steps: steps})
	run, err := sim.New(m, r.backend, sim.Plan{Steps: steps, Replicas: 2, Epoch: 10, Start: []string{"weight"}}, r.live.Observe, r.save)
	if err != nil {
		t.Fatal(err)
	}
	r.server, err = Listen(Options{Live: r.live, Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	r.live.Attach(run, "ring", nil)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() {
		s, err := run.Go(ctx)
		r.live.End(s, err)
		r.ended <- s
		close(r.ended)
	}()
	serving, stop := context.WithCancel(context.Background())
	go func() { served <- r.server.Serve(serving) }()
	t.Cleanup(func() {
		cancel()
		<-r.ended
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return r
}

// pageOf is a page that watches a run.
type pageOf struct {
	t    *testing.T
	conn *websocket.Conn
	ctx  context.Context
}

func (r *running) page(t *testing.T) *pageOf {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, liveURL(r.server), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &pageOf{t, conn, ctx}
}

// ask sends a message.
func (p *pageOf) ask(text string) {
	p.t.Helper()
	if err := p.conn.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// heard is what a page is sent, with names as JavaScript sees them.
type heard struct {
	About  map[string]any `json:"about"`
	Status *struct {
		Step   int64  `json:"step"`
		Paused bool   `json:"paused"`
		Saved  int64  `json:"saved"`
		Ended  string `json:"ended"`

		Controls []state.Control `json:"controls"`
	} `json:"status"`
	Points     *Points      `json:"points"`
	Histograms []*Histogram `json:"histograms"`
	Node       *Node        `json:"node"`
	Marks      string       `json:"marks"`
	Errors     []string     `json:"errors"`
	frame      *decoded
}

// until hears what is sent until it is what is waited for.
func (p *pageOf) until(what string, is func(*heard) bool) *heard {
	p.t.Helper()
	for {
		kind, data, err := p.conn.Read(p.ctx)
		if err != nil {
			p.t.Fatalf("waiting for %s: %v", what, err)
		}
		h := &heard{}
		if kind == websocket.MessageBinary {
			f := parseFrame(data)
			h.frame = &f
		} else if err := json.Unmarshal(data, h); err != nil {
			p.t.Fatalf("%s: %v", data, err)
		}
		if is(h) {
			return h
		}
	}
}

// save stands for the disk.
func (r *running) save(e sim.Event) error {
	if c, ok := e.(*sim.Checkpoint); ok {
		r.live.Saved(c.State.Step)
	}
	return nil
}
