package web

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// liveURL is the address of a server's websocket.
func liveURL(s *Server) string {
	return strings.Replace(strings.Replace(s.URL(), "http:", "ws:", 1), "/?", "/api/live?", 1)
}

// TestWatch follows a run with a page: what it is told, pictures, histograms, nodes.
func TestWatch(t *testing.T) {
	r := start(t, 1<<40)
	p := r.page(t)
	a := p.until("the description", func(h *heard) bool { return h.About != nil }).About
	if a["name"] != "ring" || a["model"] != "ring" || a["hold"] != "hold:" || len(a["columns"].([]any)) != 2 || len(a["fields"].([]any)) != 3 {
		t.Errorf("the page is told %v", a)
	}
	p.ask(`{"do":"pause"}`)
	s := p.until("a pause", func(h *heard) bool { return h.Status != nil && h.Status.Paused }).Status
	r.settled(t, s.Step)

	p.ask(`{"do":"view","view":{"seq":7,"field":"state","replica":1,"w":4,"h":3,"width":100,"height":100}}`)
	f := p.until("a picture", func(h *heard) bool { return h.frame != nil }).frame
	if f.seq != 7 || int64(f.step) != s.Step || f.width != 4 || f.height != 3 || f.low != 0 || f.high != 1 {
		t.Errorf("the picture is %+v at step %d", f, s.Step)
	}
	now := r.state()
	for id := range nodes {
		want := now.Array("state").At(nodes + 1 + nodes - id) // the second replica, in reverse
		if got := float64(f.levels[id]-1) / (levels - 1); math.Abs(got-want) > 1.0/(levels-1) {
			t.Errorf("node %d is shown as %v, and is %v", id, got, want)
		}
	}
	if f.levels[10] != 0 || f.levels[11] != 0 {
		t.Errorf("cells without a node have levels %v", f.levels[10:])
	}

	p.ask(`{"do":"distribution","name":"weight"}`)
	seen := make(map[string]int64)
	p.until("both histograms", func(h *heard) bool {
		for _, g := range h.Histograms {
			for _, n := range g.Counts {
				seen[g.When] += n
			}
			seen[g.When] += g.Below + g.Above
		}
		return len(seen) == 2
	})
	if edges := int64(2 * (nodes + 1)); seen["start"] != edges || seen["now"] != edges {
		t.Errorf("the histograms count %v of %d weights", seen, edges)
	}

	p.ask(`{"do":"inspect","node":0}`)
	n := p.until("a node", func(h *heard) bool { return h.Node != nil }).Node
	want := &Node{ID: 0, Step: s.Step, Degree: 3, Values: []value{{"state", "1", decimal(now.Array("state").At(2*nodes + 1))}}}
	for _, e := range []struct{ edge, to int }{{0, 1}, {nodes - 1, nodes - 1}, {nodes, 0}} {
		want.Edges = append(want.Edges, edge{int32(e.to), []decimal{decimal(now.Array("weight").At(2*(nodes+1) - 1 - e.edge))}})
	}
	near := cmp.Comparer(func(a, b decimal) bool { return math.Abs(float64(a-b)) < 1e-5 })
	if d := cmp.Diff(want, n, near); d != "" {
		t.Errorf("the node (-want +is):\n%s", d)
	}
}

// TestDerived: a derived field is computed once a page shows it, and no longer.
func TestDerived(t *testing.T) {
	r := start(t, 1<<40)
	p := r.page(t)
	p.ask(`{"do":"view","view":{"seq":1,"field":"speed","w":4,"h":3,"width":9,"height":9}}`)
	p.until("a picture", func(h *heard) bool { return h.frame != nil })
	p.ask(`{"do":"view","view":{"seq":2,"field":"double","w":4,"h":3,"width":9,"height":9}}`)
	p.until("another picture", func(h *heard) bool { return h.frame != nil && h.frame.seq == 2 })
	p.ask(`{"do":"stop"}`)
	p.until("the end", func(h *heard) bool { return h.Status != nil && h.Status.Ended != "" })
	<-r.ended
	if len(r.backend.Watched) != 0 {
		t.Errorf("%v are still computed", r.backend.Watched)
	}
}

// TestSteer gives every command.
func TestSteer(t *testing.T) {
	r := start(t, 1<<40)
	p := r.page(t)
	p.ask(`{"do":"pause"}`)
	paused := p.until("a pause", func(h *heard) bool { return h.Status != nil && h.Status.Paused }).Status.Step
	p.ask(`{"do":"step"}`)
	p.until("a step", func(h *heard) bool { return h.Status != nil && h.Status.Step == paused+1 })
	p.ask(`{"do":"control","name":"drive","value":0.25}`)
	s := p.until("a control", func(h *heard) bool { return h.Status != nil && len(h.Status.Controls) == 1 }).Status
	if d := cmp.Diff([]state.Control{{Step: paused + 1, Name: "drive", Value: 0.25}}, s.Controls); d != "" {
		t.Errorf("the controls (-want +is):\n%s", d)
	}
	p.ask(`{"do":"control","name":"steer","value":0.25}`)
	p.until("a refusal", func(h *heard) bool { return len(h.Errors) == 1 && strings.Contains(h.Errors[0], "steer") })
	p.ask(`{"do":"view","view":{"field":"charge","w":1,"h":1,"width":1,"height":1}}`)
	p.until("a refusal", func(h *heard) bool { return len(h.Errors) == 1 && strings.Contains(h.Errors[0], "charge") })
	p.ask(`{"do":"checkpoint"}`)
	p.until("a checkpoint", func(h *heard) bool { return h.Status != nil && h.Status.Saved == paused+1 })
	p.ask(`{"do":"resume"}`)
	p.until("more steps", func(h *heard) bool { return h.Status != nil && !h.Status.Paused && h.Status.Step > paused+1 })
	p.ask(`{"do":"stop"}`)
	p.until("the end", func(h *heard) bool {
		return h.Status != nil && strings.HasPrefix(h.Status.Ended, "stopped at step ")
	})
	if s := <-r.ended; s.Reason != sim.Stopped {
		t.Errorf("the run has %s", s.Reason)
	}
	if _, _, err := p.conn.Read(p.ctx); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the page is left with %v", err)
	}
	if drive := r.backend.Controls["drive"]; drive != 0.25 {
		t.Errorf("the backend has drive %v", drive)
	}
}

// TestDeafPage: a page that stops reading is dropped, and the run does not wait.
func TestDeafPage(t *testing.T) {
	r := start(t, 1<<40, func(r *running) { r.server.patience = 100 * time.Millisecond })
	u, err := url.Parse(r.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /api/live?%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", u.RawQuery, u.Host)
	r.clients(t, 1)
	before := r.live.step()
	r.clients(t, 0)
	for began := time.Now(); r.live.step() == before; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Minute {
			t.Fatalf("the run stays at step %d", before)
		}
	}
}

// clients waits until so many pages watch.
func (r *running) clients(t *testing.T, n int) {
	t.Helper()
	for range 60000 {
		r.live.mu.Lock()
		have := len(r.live.clients)
		r.live.mu.Unlock()
		if have == n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("there are never %d pages", n)
}

func TestTooManyPages(t *testing.T) {
	r := start(t, 1<<40)
	for range mostClients {
		r.page(t)
	}
	_, answer, err := websocket.Dial(t.Context(), liveURL(r.server), nil)
	if err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one page more is answered %v, %v", answer, err)
	}
}

// TestSpam: whatever a page sends, it is told of its mistakes and the run goes on.
func TestSpam(t *testing.T) {
	r := start(t, 1<<40)
	p := r.page(t)
	for range 100 {
		p.ask(`{"do":"nothing"}`)
	}
	p.until("a complaint", func(h *heard) bool { return len(h.Errors) > 0 })
	long := r.page(t)
	long.ask(`{"do":"` + strings.Repeat("x", mostMessage) + `"}`)
	for {
		if _, _, err := long.conn.Read(long.ctx); err != nil {
			if websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
				t.Errorf("a long message is answered %v", err)
			}
			break
		}
	}
	before := r.live.step()
	p.until("more steps", func(h *heard) bool { return h.Status != nil && h.Status.Step > before })
}

// state of the backend, while the run is paused.
func (r *running) state() *state.State {
	s, _ := r.backend.State()
	return s
}

// settled checks that a paused run is at a step.
func (r *running) settled(t *testing.T, step int64) {
	t.Helper()
	if s := r.state(); s.Step != step {
		t.Fatalf("the run is at step %d, and the page is told %d", s.Step, step)
	}
}

// TestLiveSweep: replicas of different values of a key are never averaged.
func TestLiveSweep(t *testing.T) {
	l := NewLive(Subject{
		Model: simtest.Model{Nodes: nodes}, Seeds: []uint64{1, 2, 3}, Sweep: &model.Sweep{Key: "edge.heat", Values: []float64{20, 80, 20}},
	})
	if err := l.Observe(&sim.Rows{First: 1, Last: 1, Replicas: 3, Columns: 2, Values: []float64{1, 10, 2, 20, 5, 40}}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{3, 25, 2, 20}, l.history.row(0)); d != "" {
		t.Errorf("means of the replicas of 20, then of 80 (-want +is):\n%s", d)
	}
	all := []float64{0.5, 0.5, 5.5, 5.5, 1.5, 1.5}
	d := model.Distribution{Width: 1, Items: 2, Values: func(out []float64, of model.Part) []float64 { return append(out, all[2*of.Replica:2*of.Replica+2]...) }}
	h := l.network.histograms(&d, nil, "now", 3)
	if len(h) != 2 || h[0].Swept != 20 || !slices.Equal(h[0].Counts, []int64{2, 2}) || h[1].Swept != 80 || !slices.Equal(h[1].Counts, []int64{2}) {
		t.Errorf("histograms %+v", h)
	}
}

// bare is a network that has no sites.
type bare struct{ model.Network }

// TestPageWithoutPicture: of a model without sites the page has curves and histograms,
// and no field to be drawn.
func TestPageWithoutPicture(t *testing.T) {
	m := bare{simtest.Model{Nodes: nodes}}
	l := NewLive(Subject{Model: m, Seeds: []uint64{1}, Steps: 5})
	if err := l.Observe(&sim.Rows{First: 1, Last: 1, Replicas: 1, Columns: 2, Values: []float64{1, 2}}); err != nil {
		t.Fatal(err)
	}
	if err := l.Observe(&sim.End{State: m.NewState(state.Double, 1)}); err != nil {
		t.Fatal(err)
	}
	a := l.describe()
	if len(a.Grids) != 0 || len(a.Fields) != 0 || len(a.Columns) != 2 || len(a.Distributions) != 1 || len(a.External) != 0 || len(a.Switches) != 1 {
		t.Errorf("the page is told %+v", a)
	}
	if n := l.inspect(&inspector{}, 0, 0); n != nil {
		t.Errorf("node 0 is %+v", n)
	}
	if err := l.checkView(&View{Field: "state", W: 1, H: 1, Width: 1, Height: 1}); err == nil {
		t.Error("a picture can be asked for")
	}
}

// TestLiveBehindAProxy: a page of the proxy's address watches the run, also where that is an
// IPv6 address and the proxy does not tell it to the server; a page of another one does not.
func TestLiveBehindAProxy(t *testing.T) {
	for _, test := range []struct {
		proxy, page string
		watches     bool
	}{
		{"https://lab.example/tnn", "https://lab.example", true},
		{"http://[::1]:9000/tnn", "http://[::1]:9000", true},
		{"http://[::1]:9000/tnn", "http://[::2]:9000", false},
		{"http://[::1]:9000/tnn", "http://1:9000", false},
	} {
		r := start(t, 1, func(r *running) {
			var err error
			if err = r.server.listener.Close(); err == nil {
				r.server, err = Listen(Options{Live: r.live, Address: "127.0.0.1:0", Origin: test.proxy})
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		own := "ws://" + r.server.listener.Addr().String() + "/api/live?token=" + r.server.token
		conn, _, err := websocket.Dial(t.Context(), own, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {test.page}}})
		if (err == nil) != test.watches {
			t.Errorf("a page of %s behind %s: %v", test.page, test.proxy, err)
		}
		if err == nil {
			_ = conn.CloseNow()
		}
	}
}
