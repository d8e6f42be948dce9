package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// mostClients is how many pages can watch a run at a time.
const mostClients = 16

// client is a page that watches a live run. The run never waits for a client. When a
// client has read the previous message, it gets the newest data; a client that stops
// reading is dropped.
type client struct {
	live     *Live
	conn     *websocket.Conn
	patience time.Duration // with a client that does not answer
	poked    chan struct{}
	commands chan message

	// What the page wants to see, guarded by live.mu.
	view         *View
	ready        bool // for the next picture
	node         int32
	distribution string
	told         []string // errors that the page has not been sent yet

	// The state of the page, after all messages so far. Only send uses these.
	status     *status
	cursor     cursor
	histograms map[histogramKey]*Histogram
	inspector  inspector
	detail     nodeKey
	marked     marksKey
	frame      frameKey
	painter    painter
}

// Keys tell what was sent last.
type (
	nodeKey struct {
		node    int32
		at      moment
		replica int
	}
	marksKey struct {
		at      moment
		replica int
	}
	frameKey struct {
		seq uint32
		at  moment
	}
)

// news is a message to the page: what has changed since the last one.
type news struct {
	About      *about       `json:"about,omitempty"`
	Status     *status      `json:"status,omitempty"`
	Points     *Points      `json:"points,omitempty"`
	Histograms []*Histogram `json:"histograms,omitempty"`
	Node       *Node        `json:"node,omitempty"`
	Marks      string       `json:"marks,omitempty"` // an external node each: 0 not solved, 1 solved, - off
	Errors     []string     `json:"errors,omitempty"`
}

func (n *news) empty() bool {
	return n.About == nil && n.Status == nil && n.Points == nil && n.Histograms == nil && n.Node == nil && n.Marks == "" && n.Errors == nil
}

// literal makes a path.Match pattern of a host, whose IPv6 address is in brackets.
var literal = strings.NewReplacer("[", `\[`, "]", `\]`)

// serve watches the run for a page until one of them goes away.
func (l *Live) serve(w http.ResponseWriter, r *http.Request, patience time.Duration, proxy *url.URL) {
	c := &client{
		live: l, patience: patience, poked: make(chan struct{}, 1), commands: make(chan message, 8), node: -1,
		histograms: make(map[histogramKey]*Histogram), detail: nodeKey{node: -1}, marked: marksKey{at: moment{step: -1}}, frame: frameKey{at: moment{step: -1}},
	}
	if !l.admit(c) {
		http.Error(w, "too many pages watch this run; close one", http.StatusServiceUnavailable)
		return
	}
	defer l.dismiss(c)
	var accept websocket.AcceptOptions
	if proxy != nil {
		accept.OriginPatterns = []string{literal.Replace(proxy.Host)}
	}
	conn, err := websocket.Accept(w, r, &accept)
	if err != nil {
		return // and the page has been told
	}
	defer conn.CloseNow()
	conn.SetReadLimit(mostMessage)
	c.conn = conn

	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	var group sync.WaitGroup
	for _, task := range []func(context.Context) error{c.send, c.receive, c.command, c.ping} {
		group.Go(func() {
			defer cancel()
			// Each ends when the page goes away, which is no one's error.
			_ = task(ctx)
		})
	}
	group.Wait()
}

func (l *Live) admit(c *client) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.clients) >= mostClients {
		return false
	}
	l.clients[c] = struct{}{}
	return true
}

func (l *Live) dismiss(c *client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.clients, c)
}

// wake makes send look for news.
func (c *client) wake() { wake(c.poked) }

// wake puts a token into a channel that has room for one, unless there is one already.
func wake(sleeper chan<- struct{}) {
	select {
	case sleeper <- struct{}{}:
	default: // the receiver has a token to read yet
	}
}

// tell queues the text of an error for the page.
func (c *client) tell(err error) {
	const most = 8
	c.live.mu.Lock()
	defer c.live.mu.Unlock()
	if len(c.told) < most {
		c.told = append(c.told, err.Error())
	}
	c.wake()
}

// receive takes the messages of the page.
func (c *client) receive(ctx context.Context) error {
	for {
		kind, text, err := c.conn.Read(ctx)
		if err != nil {
			return err
		}
		if kind != websocket.MessageText {
			return errors.New("the page sent bytes, not text")
		}
		m, err := parseMessage(text)
		if err == nil {
			err = c.take(m)
		}
		if err != nil {
			c.tell(err)
		}
	}
}

// take carries out a message that changes what the page is shown, and queues all other
// messages for command.
func (c *client) take(m message) error {
	l := c.live
	l.mu.Lock()
	defer l.mu.Unlock()
	defer c.wake()
	defer wake(l.asked)
	switch m.Do {
	case doView:
		if err := l.checkView(m.View); err != nil {
			return err
		}
		l.forget(m.View.Field)
		c.view, c.ready = m.View, true
	case doReady:
		c.ready = true
	case doInspect:
		c.node = *m.Node
	case doDistribution:
		c.distribution = m.Name
	default:
		select {
		case c.commands <- m:
		default:
			return errors.New("the run has not carried out the last commands yet; wait a little")
		}
	}
	return nil
}

func (l *Live) checkView(v *View) error {
	if !l.shows(v.Field) {
		return errors.New("there is no field " + v.Field + " to be shown")
	}
	if v.Flip && v.Field != l.network.flips {
		return errors.New("field " + v.Field + " has no sign of a sublattice to flip")
	}
	return v.check(l.network.grid(v.Field), len(l.network.Seeds))
}

// forget drops the picture of a field that no page has shown of late, if steps were made
// since: it would be taken for a new one. Whoever holds l.mu may call it.
func (l *Live) forget(field string) {
	for c := range l.clients {
		if c.view != nil && c.view.Field == field {
			return
		}
	}
	if last := l.taken.pictures[field]; last != nil && last.before(l.moment()) {
		delete(l.taken.pictures, field)
		delete(l.taken.lines, field)
	}
}

// command carries out the commands of the page, one after another.
func (c *client) command(ctx context.Context) error {
	for {
		select {
		case m := <-c.commands:
			if err := c.live.command(ctx, m); err != nil {
				c.tell(err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ping drops a page that has stopped answering.
func (c *client) ping(ctx context.Context) error {
	for {
		select {
		case <-time.After(c.patience):
		case <-ctx.Done():
			return ctx.Err()
		}
		within, cancel := context.WithTimeout(ctx, c.patience)
		err := c.conn.Ping(within)
		cancel()
		if err != nil {
			return err
		}
	}
}

func (c *client) write(ctx context.Context, kind websocket.MessageType, data []byte) error {
	within, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.conn.Write(within, kind, data)
}

// send sends new data to the page until the run has ended.
func (c *client) send(ctx context.Context) error {
	a := c.live.describe()
	first := &news{About: &a}
	ticks := time.NewTicker(frameInterval)
	defer ticks.Stop()
	for {
		last := c.live.ctx.Err() != nil // the run has ended, and no data will follow
		n := first
		first = &news{}
		c.gather(n)
		if !n.empty() {
			text, err := json.Marshal(n)
			if err == nil {
				err = c.write(ctx, websocket.MessageText, text)
			}
			if err != nil {
				return err
			}
		}
		if err := c.sendFrame(ctx, last); err != nil {
			return err
		}
		if last {
			return c.conn.Close(websocket.StatusNormalClosure, "the run has ended")
		}
		select {
		case <-c.poked:
		case <-ticks.C:
		case <-c.live.ctx.Done():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// gather fills a message with the data that the page does not have yet.
func (c *client) gather(n *news) {
	l := c.live
	l.mu.Lock()
	status := l.status
	n.Points = l.history.since(&c.cursor)
	for key, h := range l.taken.histograms {
		if h.Name == c.distribution && c.histograms[key] != h {
			c.histograms[key] = h
			n.Histograms = append(n.Histograms, h)
		}
	}
	n.Errors, c.told = c.told, nil
	marked, held := l.taken.marks, l.taken.state
	replica := 0
	if c.view != nil {
		replica = c.view.Replica
	}
	node, inspected, inspectedAt := c.node, l.taken.inspected, l.taken.inspectedAt
	l.mu.Unlock()

	if c.status == nil || !c.status.equal(status) {
		c.status, n.Status = &status, &status
	}
	if key := (marksKey{replica: replica}); marked != nil {
		if key.at = marked.moment; key != c.marked {
			c.marked, n.Marks = key, l.marks(marked, held, replica)
		}
	}
	if inspected == nil || node < 0 {
		return
	}
	if key := (nodeKey{node, inspectedAt, replica}); key != c.detail {
		c.detail, n.Node = key, l.inspect(&c.inspector, node, replica)
	}
}

// marks are the states of the external nodes of a replica.
func (l *Live) marks(solved, held *shot, replica int) string {
	s, h := solved.of(replica, len(l.network.Seeds)), held.of(replica, len(l.network.Seeds))
	out := make([]byte, len(l.network.external))
	for i, id := range l.network.external {
		switch {
		case h.at(int(id)) == 0:
			out[i] = '-'
		case s.at(int(id)) == 1:
			out[i] = '1'
		default:
			out[i] = '0'
		}
	}
	return string(out)
}

// sendFrame sends a picture that the page does not have, if the page is ready for it. The
// last picture of a run is sent in any case.
func (c *client) sendFrame(ctx context.Context, last bool) error {
	l := c.live
	l.mu.Lock()
	if c.view == nil || !c.ready && !last {
		l.mu.Unlock()
		return nil
	}
	view, picture := *c.view, l.taken.pictures[c.view.Field]
	key := frameKey{seq: view.Seq}
	if picture != nil {
		key.at = picture.moment
	}
	if picture == nil || key == c.frame {
		l.mu.Unlock()
		return nil
	}
	c.ready, c.frame = false, key
	picture.readers++
	var rows []*shot
	if line := l.taken.lines[view.Field]; line != nil {
		rows = line.rows
	}
	l.mu.Unlock()
	grid, from := l.network.grid(view.Field), picture.of(view.Replica, len(l.network.Seeds))
	if rows != nil {
		all := make([]values, len(rows))
		for i, row := range rows {
			all[i] = row.of(view.Replica, len(l.network.Seeds))
		}
		from, grid = stack(grid, all, view.Flip)
		view = view.whole(grid)
	}
	frame := c.painter.paint(&view, grid, from, picture.step, l.network.limits(view.Field))
	l.mu.Lock()
	picture.readers--
	l.mu.Unlock()
	return c.write(ctx, websocket.MessageBinary, frame)
}
