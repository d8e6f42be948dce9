//go:build unix

package web

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// BenchmarkPaint makes the picture of a lattice of 2048 x 2048 for a window of
// 1024 x 1024.
func BenchmarkPaint(b *testing.B) {
	const side = 2048
	g := NewGrid(side*side, []int{side, side}, true)
	a := state.NewArray(state.Field{Name: "state"}, state.Single, g.Nodes)
	order := make([]int32, g.Nodes)
	for id := range order {
		// The two sublattices stand one after the other.
		order[id] = int32(id/2 + (id/side+id)%2*g.Nodes/2)
		a.Single[id] = float32(id%3) - 1
	}
	v := View{Field: "state", W: side, H: side, Width: side / 2, Height: side / 2}
	from, limits := values{array: &a, order: newOrder(order, &g)}, [2]float64{-1, 1}
	var p painter
	began := cpuTime(b)
	for b.Loop() {
		p.paint(&v, &g, from, 1, &limits)
	}
	b.ReportMetric(1000*(cpuTime(b)-began).Seconds()/float64(b.N), "cpu-ms/picture")
}

// watched is a run of the preset large that goes on until the benchmark ends.
func watched(b *testing.B) (*Server, *marksOf) {
	cfg, err := config.NewPreset("large", "era[0].steps=1000000000")
	if err != nil {
		b.Fatal(err)
	}
	net, err := tnn.Build(cfg.Spec.(*tnn.Spec), cfg.Run.Seed)
	if err != nil {
		b.Fatal(err)
	}
	cpu, err := cpuref.New(net, backend.Options{Precision: state.Single, Seeds: []uint64{1}})
	if err != nil {
		b.Fatal(err)
	}
	model := net
	plan := sim.Plan{Steps: 1_000_000_000, Replicas: 1, Epoch: 100}
	live := NewLive(Subject{Model: model, Backend: cpu.Describe(), Seeds: []uint64{1}, Steps: plan.Steps})
	m := &marksOf{b: b}
	run, err := sim.New(model, cpu, plan, live.Observe, m.observe)
	if err != nil {
		b.Fatal(err)
	}
	server, err := Listen(Options{Live: live, Address: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	live.Attach(run, "large", nil)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		summary, err := run.Go(ctx)
		live.End(summary, err)
	}()
	go server.Serve(ctx)
	b.Cleanup(func() { cancel(); <-ended })
	return server, m
}

// marksOf a run tell when steps were done.
type marksOf struct {
	b    *testing.B
	mu   sync.Mutex
	list []mark
}

type mark struct {
	step int64
	wall time.Time
	cpu  time.Duration
}

func (m *marksOf) observe(e sim.Event) error {
	if rows, ok := e.(*sim.Rows); ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.list = append(m.list, mark{rows.Last, time.Now(), cpuTime(m.b)})
	}
	return nil
}

// during gives the steps per second, and per second of processor time, between the
// first and the last mark of a time.
func (m *marksOf) during(t time.Duration) (perSecond, perCPU float64) {
	m.mu.Lock()
	m.list = nil
	m.mu.Unlock()
	time.Sleep(t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.list) < 2 {
		m.b.Fatalf("%v are too short: fewer than two steps were made", t)
	}
	first, last := m.list[0], m.list[len(m.list)-1]
	n := float64(last.step - first.step)
	return n / last.wall.Sub(first.wall).Seconds(), n / (last.cpu - first.cpu).Seconds()
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWatched compares the speed of a run of 2048 x 2048 nodes while a page
// shows all of it in 1024 x 1024 pixels, with its speed before and after: by the
// clock, and by processor time, which counts the page's share of the processor
// also where other work disturbs the clock. What a frame takes of it says most
// where that work slows the run, and hence the frames.
func BenchmarkWatched(b *testing.B) {
	server, m := watched(b)
	const window = 10 * time.Second
	m.during(window) // to be warm
	var loss, cpu, frames, each []float64
	before, beforeCPU := m.during(window)
	for b.Loop() {
		ctx, cancel := context.WithCancel(context.Background())
		shown := make(chan int)
		go func() { shown <- watch(ctx, b, server) }()
		with, withCPU := m.during(window)
		cancel()
		rate := float64(<-shown) / window.Seconds()
		after, afterCPU := m.during(window)
		loss = append(loss, 100*(1-2*with/(before+after)))
		cpu = append(cpu, 100*(1-2*withCPU/(beforeCPU+afterCPU)))
		frames = append(frames, rate)
		each = append(each, 1000*(1/withCPU-2/(beforeCPU+afterCPU))*with/rate)
		before, beforeCPU = after, afterCPU
	}
	slices.Sort(loss)
	slices.Sort(cpu)
	slices.Sort(each)
	b.ReportMetric(loss[len(loss)/2], "loss-%")
	b.ReportMetric(cpu[len(cpu)/2], "cpu-loss-%")
	b.ReportMetric(each[len(each)/2], "cpu-ms/frame")
	b.ReportMetric(slices.Min(frames), "frames/s")
	b.ReportMetric(before, "steps/s")
}

// watch shows pictures until the context is done, and counts them.
func watch(ctx context.Context, b *testing.B, s *Server) int {
	conn, _, err := websocket.Dial(ctx, liveURL(s), nil)
	if err != nil {
		b.Error(err)
		return 0
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 24)
	ask := func(m message) {
		text, _ := json.Marshal(m)
		_ = conn.Write(ctx, websocket.MessageText, text) // fails at the end only
	}
	ask(message{Do: doView, View: &View{Seq: 1, Field: "state", W: 2048, H: 2048, Width: 1024, Height: 1024}})
	frames := 0
	for {
		kind, data, err := conn.Reader(ctx)
		if err != nil {
			return frames
		}
		if _, err := io.Copy(io.Discard, data); err != nil {
			return frames
		}
		if kind == websocket.MessageBinary {
			frames++
			ask(message{Do: doReady})
		}
	}
}
