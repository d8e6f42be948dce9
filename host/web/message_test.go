package web

import (
	"net/url"
	"strings"
	"testing"

	"tnn-gpu/host/model"
)

func TestParseMessage(t *testing.T) {
	for _, good := range []string{
		`{"do":"pause"}`, `{"do":"view","view":{"field":"state","w":1}}`, `{"do":"inspect","node":-1}`,
		`{"do":"control","name":"adapt","value":null}`, `{"do":"control","name":"adapt","value":0.5}`, ` {"do":"ready"} `,
	} {
		if _, err := parseMessage([]byte(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		``, `{}`, `null`, `{"do":"format the disk"}`, `{"do":"view"}`, `{"do":"inspect"}`, `{"do":"inspect","node":3000000000}`,
		`{"do":"control"}`, `{"do":"control","name":"adapt","value":"1"}`, `{"do":"pause"}{"do":"stop"}`, `{"do":"pause","now":1}`,
	} {
		if m, err := parseMessage([]byte(bad)); err == nil || strings.Contains(err.Error(), "json:") {
			t.Errorf("%s is taken: %+v", bad, m)
		}
	}
}

// FuzzMessage: what is taken has what is needed to be carried out.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{`{"do":"step"}`, `{"do":"view","view":{"seq":1,"field":"state","x":0,"y":0,"w":4,"h":3,"width":2,"height":2,"flip":true}}`, `{"do":"control","name":"external:3","value":-1}`} {
		f.Add([]byte(s))
	}
	g := NewGrid(12, []int{3, 4}, true)
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseMessage(text)
		if err != nil {
			return
		}
		if m.Do == doView {
			paintChecked(t, m.View, &g)
		}
		if m.Do == doInspect && m.Node == nil || m.Do == doControl && m.Name == "" {
			t.Errorf("%s is taken", text)
		}
	})
}

// FuzzQuery: a view that a query gives is refused or can be painted.
func FuzzQuery(f *testing.F) {
	f.Add("field=state&x=1&y=1&w=2&h=2&width=9&height=9&seq=4&flip=1")
	f.Add("w=99999999999999999999&replica=-1")
	g := NewGrid(12, []int{3, 4}, true)
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if v, err := parseView(q); err == nil {
			paintChecked(t, &v, &g)
		}
		if n, err := number(q, "step"); err == nil && n < 0 {
			t.Errorf("%q gives step %d", query, n)
		}
	})
}

// paintChecked paints a view unless check refuses it.
func paintChecked(t *testing.T, v *View, g *Grid) {
	if v.check(g, 2) != nil {
		return
	}
	a := arrayOf(make([]float64, 2*g.Nodes)...)
	var p painter
	frame := p.paint(v, g, values{array: a, base: v.Replica * g.Nodes}, 1, nil)
	if want := frameHeader + min(v.W, v.Width)*min(v.H, v.Height); len(frame) != want {
		t.Errorf("%+v gives %d bytes, want %d", v, len(frame), want)
	}
}

// FuzzSteps: any table is refused or gives points in ascending order, and the same
// ones whether it is read at once or as it grows.
func FuzzSteps(f *testing.F) {
	f.Add("step,energy\n1,2\n2,3\n", 14, 1, false)
	f.Add("step,replica,energy\n1,0,2\n1,1,3\n", 30, 2, false)
	f.Add("step,replica,edge.heat,energy\n1,0,20,2\n1,1,80,3\n", 40, 2, true)
	f.Add("step\n1\n", 3, 0, false)
	f.Fuzz(func(t *testing.T, table string, cut, replicas int, swept bool) {
		if replicas < 1 || replicas > 4 {
			return
		}
		var sweep *model.Sweep
		if swept {
			sweep = &model.Sweep{Values: []float64{1, 2, 1, 1}[:replicas]}
		}
		whole, parts := pointReader{replicas: replicas, sweep: sweep}, pointReader{replicas: replicas, sweep: sweep}
		in := strings.NewReader(table)
		errWhole := whole.read(in, int64(len(table)))
		var err error
		if cut >= 0 && cut < len(table) {
			err = parts.read(in, int64(cut))
		}
		if err == nil {
			err = parts.read(in, int64(len(table)))
		}
		if (errWhole == nil) != (err == nil) {
			t.Fatalf("read at once: %v; in parts: %v", errWhole, err)
		}
		if whole.history == nil {
			return
		}
		for i, step := range whole.history.steps {
			if i > 0 && step <= whole.history.steps[i-1] || err == nil && step != parts.history.steps[i] {
				t.Fatalf("steps %v, in parts %v", whole.history.steps, parts.history.steps)
			}
		}
	})
}
