package web

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/state"
)

// decoded is a frame, taken apart.
type decoded struct {
	seq           uint32
	step          float64
	low, high     float32
	width, height int
	levels        []byte
}

func parseFrame(b []byte) decoded {
	f := func(at int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b[at:])) }
	return decoded{
		seq: binary.LittleEndian.Uint32(b), step: math.Float64frombits(binary.LittleEndian.Uint64(b[4:])), low: f(12), high: f(16),
		width: int(binary.LittleEndian.Uint32(b[20:])), height: int(binary.LittleEndian.Uint32(b[24:])), levels: b[frameHeader:],
	}
}

// drawGrid draws a grid of any kind.
func drawGrid(t *rapid.T) Grid {
	side := rapid.IntRange(1, 9)
	switch rapid.IntRange(0, 3).Draw(t, "dimensions") {
	case 2:
		sides := []int{side.Draw(t, "rows"), side.Draw(t, "columns")}
		return NewGrid(sides[0]*sides[1], sides, true)
	case 3:
		sides := []int{side.Draw(t, "slices"), side.Draw(t, "rows"), side.Draw(t, "columns")}
		return NewGrid(sides[0]*sides[1]*sides[2], sides, true)
	case 1:
		n := rapid.IntRange(1, 50).Draw(t, "nodes")
		return NewGrid(n, []int{n}, true)
	}
	return NewGrid(rapid.IntRange(1, 50).Draw(t, "nodes"), nil, false)
}

func drawView(t *rapid.T, g *Grid) View {
	v := View{Seq: rapid.Uint32().Draw(t, "seq"), Field: "state", Slice: rapid.IntRange(0, g.Slices-1).Draw(t, "slice")}
	v.X, v.Y = rapid.IntRange(0, g.Columns-1).Draw(t, "x"), rapid.IntRange(0, g.Rows-1).Draw(t, "y")
	v.W, v.H = rapid.IntRange(1, g.Columns-v.X).Draw(t, "w"), rapid.IntRange(1, g.Rows-v.Y).Draw(t, "h")
	v.Width, v.Height = rapid.IntRange(1, 12).Draw(t, "width"), rapid.IntRange(1, 12).Draw(t, "height")
	v.Flip = g.Bipartite && rapid.Bool().Draw(t, "flip")
	return v
}

// parity of a node by its coordinates on the lattice.
func parity(id int, sides []int) int {
	sum := 0
	for d := len(sides) - 1; d >= 0; d-- {
		sum += id % sides[d]
		id /= sides[d]
	}
	return sum & 1
}

// TestPaint compares each pixel with the mean over its nodes.
func TestPaint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGrid(t)
		v := drawView(t, &g)
		if err := v.check(&g, 1); err != nil {
			t.Fatal(err)
		}
		precision := rapid.SampledFrom([]state.Precision{state.Single, state.Double}).Draw(t, "precision")
		const base = 3
		a := state.NewArray(state.Field{Name: "state"}, precision, base+g.Nodes)
		for i := range base + g.Nodes {
			a.Set(i, rapid.Float64Range(-1, 1).Draw(t, "value"))
		}
		from := values{array: &a, base: base, order: drawOrder(t, &g)}
		var p painter
		f := parseFrame(p.paint(&v, &g, from, 77, &[2]float64{-1, 1}))
		if f.seq != v.Seq || f.step != 77 || f.low != -1 || f.high != 1 || f.width != min(v.W, v.Width) || f.height != min(v.H, v.Height) || len(f.levels) != f.width*f.height {
			t.Fatalf("the header is %+v", f)
		}
		for i, level := range f.levels {
			want := meanOf(&v, &g, from, i%f.width, i/f.width, f.width, f.height)
			got := -1 + 2*float64(int(level)-1)/(levels-1)
			if (level == 0) != math.IsNaN(want) || level > 0 && math.Abs(got-want) > 1.001/(levels-1) {
				t.Fatalf("pixel %d has level %d, so %v, want %v", i, level, got, want)
			}
		}
	})
}

// drawOrder draws the original order, the reverse, or the two sublattices one after
// the other as in a layout; without some nodes.
func drawOrder(t *rapid.T, g *Grid) order {
	kind := rapid.IntRange(0, 2).Draw(t, "order")
	if kind == 0 {
		return order{}
	}
	var of [2][]int32
	for id := range int32(g.Nodes) {
		p := 0
		if kind == 2 {
			p = parity(int(id), g.Sides)
		}
		of[p] = append(of[p], id)
	}
	places := make([]int32, g.Nodes)
	for place, id := range append(of[0], of[1]...) {
		places[id] = int32(place)
		if kind == 1 {
			places[id] = int32(g.Nodes - 1 - place)
		}
		if rapid.IntRange(0, 9).Draw(t, "absent") == 0 {
			places[id] = -1
		}
	}
	return newOrder(places, g)
}

// meanOf the nodes of a pixel; NaN without any.
func meanOf(v *View, g *Grid, from values, px, py, width, height int) float64 {
	sum, n := 0.0, 0.0
	for y := range v.H {
		for x := range v.W {
			id := ((v.Slice*g.Rows)+v.Y+y)*g.Columns + v.X + x
			if x*width/v.W != px || y*height/v.H != py || id >= g.Nodes || math.IsNaN(from.at(id)) {
				continue
			}
			value := from.at(id)
			if v.Flip && parity(id, g.Sides) == 1 {
				value = -value
			}
			sum, n = sum+value, n+1
		}
	}
	return sum / n
}

// TestLimitsFollow leaves out a few values far away, and narrows slowly.
func TestLimitsFollow(t *testing.T) {
	g := NewGrid(10000, []int{100, 100}, false)
	a := state.NewArray(state.Field{Name: "energy"}, state.Double, g.Nodes)
	for i := range a.Double {
		a.Double[i] = float64(i % 100)
	}
	a.Double[17] = -1e9
	v := View{Field: "energy", W: 100, H: 100, Width: 100, Height: 100}
	var p painter
	paint := func() decoded { return parseFrame(p.paint(&v, &g, values{array: &a}, 1, nil)) }
	f := paint()
	if f.low < 0 || f.low > 3 || f.high < 96 || f.high > 99 {
		t.Errorf("the limits are %v and %v, want about 1 and 98", f.low, f.high)
	}
	if f.levels[17] != 1 || f.levels[99] != levels {
		t.Errorf("values out of the limits have levels %d and %d", f.levels[17], f.levels[99])
	}
	for i := range a.Double {
		a.Double[i] = 50
	}
	if f := paint(); f.high < 90 {
		t.Errorf("the limits narrow at once, to %v", f.high)
	}
	a.Double[0] = math.NaN()
	for range 200 {
		f = paint()
	}
	if f.high > 51 || f.levels[0] != 0 {
		t.Errorf("the limits stay at %v; NaN has level %d", f.high, f.levels[0])
	}
}

func TestCheckView(t *testing.T) {
	g := NewGrid(12, []int{3, 4}, false)
	good := View{W: 4, H: 3, Width: 1, Height: 1}
	if err := good.check(&g, 1); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*View){
		"empty":             func(v *View) { v.W = 0 },
		"left":              func(v *View) { v.X = -1 },
		"right":             func(v *View) { v.X = 1 },
		"overflow":          func(v *View) { v.X, v.W = math.MaxInt, math.MaxInt },
		"below":             func(v *View) { v.Y, v.H = 1, 3 },
		"slice":             func(v *View) { v.Slice = 1 },
		"replica":           func(v *View) { v.Replica = 1 },
		"too large":         func(v *View) { v.Width = mostPixels + 1 },
		"no pixels":         func(v *View) { v.Height = 0 },
		"without sublattic": func(v *View) { v.Flip = true },
	} {
		v := good
		spoil(&v)
		if v.check(&g, 1) == nil {
			t.Errorf("%s: %+v is taken", name, v)
		}
	}
}
