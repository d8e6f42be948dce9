package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// answerRun answers a request about a run with JSON.
func (r *Runs) answerRun(w http.ResponseWriter, q *http.Request, find func(*run, *folder) (any, error)) {
	known, f, release, err := r.request(q)
	var out any
	if err == nil {
		defer release()
		out, err = find(known, f)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	answer(w, out)
}

func (r *Runs) servePoints(w http.ResponseWriter, q *http.Request) {
	r.answerRun(w, q, func(known *run, f *folder) (any, error) { return f.readPoints(known) })
}

func (r *Runs) serveHistograms(w http.ResponseWriter, q *http.Request) {
	r.answerRun(w, q, func(_ *run, f *folder) (any, error) { return f.readHistograms() })
}

// serveSettings answers the configuration of a run, key by key.
func (r *Runs) serveSettings(w http.ResponseWriter, q *http.Request) {
	r.answerRun(w, q, func(_ *run, f *folder) (any, error) {
		cfg, err := f.config()
		if err != nil {
			return nil, err
		}
		return cfg.Settings(), nil
	})
}

func (r *Runs) serveGraph(w http.ResponseWriter, q *http.Request) {
	r.answerRun(w, q, func(known *run, f *folder) (any, error) { return f.drawing(known) })
}

func (r *Runs) serveFrame(w http.ResponseWriter, q *http.Request) {
	known, f, release, err := r.request(q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	defer release()
	frame, err := r.frame(known, f, q)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	// An error of writing means that the page has gone away.
	_, _ = w.Write(frame)
}

// frame paints a field of a run after a step.
func (r *Runs) frame(known *run, f *folder, q *http.Request) ([]byte, error) {
	view, err := parseView(q.URL.Query())
	if err != nil {
		return nil, err
	}
	step, err := number(q.URL.Query(), "step")
	if err != nil {
		return nil, err
	}
	s, index, err := f.at(view.Field, int64(step))
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fmt.Errorf("field %q was not recorded after step %d", view.Field, step)
	}
	defer s.Close()
	grid, _ := f.shownOn(s.about)
	if grid == nil {
		return nil, fmt.Errorf("field %s cannot be shown as a picture", s.about.Name)
	}
	if view.Flip && view.Field != f.flips {
		return nil, fmt.Errorf("field %s has no sign of a sublattice to flip", view.Field)
	}
	if err := view.check(grid, max(1, len(f.metadata.Noise()))); err != nil {
		return nil, err
	}
	from, err := f.values(s, index, view.Replica)
	if err != nil {
		return nil, err
	}
	if grid.Past > 0 {
		rows := []values{from}
		for i := index - 1; i >= 0 && len(rows) < grid.Past; i-- {
			row, err := f.values(s, i, view.Replica)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
		slices.Reverse(rows)
		from, grid = stack(grid, rows, view.Flip)
		view = view.whole(grid)
	}
	return known.painter.paint(&view, grid, from, int64(step), f.limits(view.Field)), nil
}

// values reads the values of the items of one replica.
func (f *folder) values(s *stored, index, replica int) (values, error) {
	if !f.perNode(s.about) {
		return f.table(s, index, replica)
	}
	places, err := f.order(s)
	if err != nil {
		return values{}, err
	}
	a, err := s.read(index)
	if err != nil {
		return values{}, err
	}
	replicas, n := s.replicas()
	each := int(n)
	replica = min(replica, int(replicas)-1)
	if want := s.about.Shape[len(s.about.Shape)-1]; int64(each) != want {
		return values{}, fmt.Errorf("field %s has %d values of a replica, not %d", s.about.Name, each, want)
	}
	return values{array: a, base: replica * each, order: order{places: places}}, nil
}

// table reads an array that has no sites, of one replica.
func (f *folder) table(s *stored, index, replica int) (values, error) {
	a, err := s.read(index)
	if err != nil {
		return values{}, err
	}
	grid, _ := f.shownOn(s.about)
	replicas, each := s.replicas()
	if int64(grid.Nodes) != each {
		return values{}, fmt.Errorf("field %s has %d values of a replica, not %d", s.about.Name, each, grid.Nodes)
	}
	return values{array: a, base: min(replica, int(replicas)-1) * int(each)}, nil
}

func (r *Runs) serveNode(w http.ResponseWriter, q *http.Request) {
	r.answerRun(w, q, func(known *run, f *folder) (any, error) {
		query := q.URL.Query()
		id, err1 := number(query, "node")
		step, err2 := number(query, "step")
		replica, err3 := number(query, "replica")
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		if int(id) >= f.grid.Nodes || int(replica) >= max(1, len(f.metadata.Noise())) {
			return nil, fmt.Errorf("there is no node %d of replica %d", id, replica)
		}
		return f.node(&known.inspector, id, int64(step), int64(replica))
	})
}

// node reads what is stored of a node and its edges after a step.
func (f *folder) node(i *inspector, id int32, step, replica int64) (*Node, error) {
	if !i.known || i.node != id {
		*i = inspector{node: id}
		// A run that goes on has no final state yet, and so no edges.
		i.known = f.ends(i.visit) == nil
	}
	n, edges := nodeOf(id, step, i.found)
	seen := make(map[string]bool)
	for _, d := range append(f.recordings(), f.finals()...) {
		if seen[d.Name] || !f.perNode(d) && !f.perLink(d) {
			continue
		}
		s, index, err := f.at(d.Name, step)
		if err != nil || s == nil {
			continue
		}
		seen[d.Name] = true
		f.addValues(n, s, index, replica, edges)
		s.Close()
	}
	return n, nil
}

// addValues adds the values of a field to the description of a node.
func (f *folder) addValues(n *Node, s *stored, index int, replica int64, edges []incident) {
	replicas, each := s.replicas()
	replica = min(replica, replicas-1)
	if f.perLink(s.about) && s.about.Items == "" {
		for k, e := range edges {
			n.Edges[k].Values = append(n.Edges[k].Values, decimal(s.value(index, replica*each+int64(e.edge))))
		}
		return
	}
	order, err := f.order(s)
	if err != nil {
		return
	}
	at := n.ID
	if order != nil {
		at = order[at]
	}
	if at >= 0 {
		n.Values = append(n.Values, value{s.about.Name, s.about.Unit, decimal(s.value(index, replica*each+int64(at)))})
	}
}
