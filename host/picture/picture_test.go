package picture

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// checkerboard is a bipartite lattice of 4 x 6 with two external nodes.
func checkerboard() *Scene {
	n := &Scene{Nodes: 24, Sides: []int{4, 6}, External: []External{{ID: 0, Neighbours: []int32{1, 6}}, {ID: 15, Neighbours: []int32{14}}}}
	for id := range 24 {
		n.Sign = append(n.Sign, int8(1-2*((id/6+id%6)%2)))
	}
	return n
}

// TestPaint holds colours to the key that the help of the command gives.
func TestPaint(t *testing.T) {
	p := &Painter{Scene: checkerboard(), State: true}
	values := make([]float64, 24)
	for id := range values {
		values[id] = float64(p.Scene.Sign[id]) // the ordered state
	}
	values[20] = 0
	for id, n := range p.Paint(values) {
		want := Node{Colour: color.RGBA{255, 255, 255, 255}}
		switch id {
		case 0, 15: // their neighbours have the other sign
			want = Node{Colour: solvedColour(), Sign: map[float64]byte{1: '+', -1: '-'}[values[id]]}
		case 20:
			want.Colour = color.RGBA{128, 128, 128, 255}
		}
		if n != want {
			t.Errorf("node %d is %v, want %v", id, n, want)
		}
	}
	values[1], values[15] = 1, 0
	if nodes := p.Paint(values); nodes[0].Colour != unsolvedColour() || nodes[15] != (Node{Colour: offColour()}) {
		t.Errorf("unsolved is %v, off is %v", nodes[0], nodes[15])
	}
	other := &Painter{Scene: checkerboard(), High: 1}
	values[3], values[4] = 0, 1
	if got := other.Paint(values); got[3].Colour != Values().At(0) || got[4].Colour != Values().At(1) || got[0].Sign != 0 {
		t.Errorf("a field that is no state is %v, %v", got[3], got[4])
	}
}

// TestValuesRise: the scale must also be read without colours.
func TestValuesRise(t *testing.T) {
	last := -1.0
	for i := range 101 {
		c := Values().At(float64(i) / 100)
		lightness := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if lightness < last {
			t.Errorf("at %v the scale gets darker", float64(i)/100)
		}
		last = lightness
	}
}

func TestRestrict(t *testing.T) {
	n := checkerboard()
	n.Edges = [][2]int32{{0, 1}, {1, 2}, {0, 6}, {14, 15}}
	got := n.Restrict([]int{6, 0, 14}, []int{3})
	want := &Scene{Nodes: 3, Sides: []int{3}, Sign: []int8{-1, 1, 1}, External: []External{{ID: 1, Neighbours: []int32{0}}}, Edges: [][2]int32{{1, 0}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +is):\n%s", d)
	}
}

func TestExtent(t *testing.T) {
	many := []float64{math.NaN(), -1000, 5000}
	for i := range 998 {
		many = append(many, float64(i))
	}
	for name, test := range map[string]struct {
		values    []float64
		low, high float64
	}{
		"none": {nil, 0, 1}, "zeros and ones": {[]float64{0, 1, 0}, 0, 1}, "all the same": {[]float64{7, 7}, 6, 8}, "outliers": {many, 9, 988},
	} {
		if low, high := Extent(test.values); low != test.low || high != test.high {
			t.Errorf("%s: %v to %v, want %v to %v", name, low, high, test.low, test.high)
		}
	}
}

// drawn is a picture of a network without external nodes.
func drawn(t *testing.T, n *Scene, values []float64, scale float64, slice int, line bool, rows int) *image.RGBA {
	t.Helper()
	v, err := NewView(&Painter{Scene: n, State: true}, scale, slice, line, rows)
	if err != nil {
		t.Fatal(err)
	}
	return v.Draw(values, "")
}

func TestLatticesOfEveryDimension(t *testing.T) {
	rising := make([]float64, 24)
	for i := range rising {
		rising[i] = -1 + float64(i)/12
	}
	for name, test := range map[string]struct {
		sides []int
		slice int
		line  bool
		size  image.Point
		node  int // that is seen at the pixel
		pixel image.Point
	}{
		"two":   {[]int{4, 6}, 0, false, image.Pt(18, 12), 6*1 + 4, image.Pt(13, 4)},
		"three": {[]int{2, 3, 4}, 1, false, image.Pt(12, 9), 12 + 4*2 + 1, image.Pt(4, 7)},
		"line":  {[]int{24}, 0, true, image.Pt(72, 3), 7, image.Pt(22, 1)},
	} {
		m := drawn(t, &Scene{Nodes: 24, Sides: test.sides}, rising, 3, test.slice, test.line, 1)
		seen := float64(m.RGBAAt(test.pixel.X, test.pixel.Y).R)/127.5 - 1
		if m.Bounds().Size() != test.size || math.Abs(seen-rising[test.node]) > 0.01 {
			t.Errorf("%s: %v, and %v at %v; want %v and %v", name, m.Bounds().Size(), seen, test.pixel, test.size, rising[test.node])
		}
	}
}

func TestSpaceTimeScrolls(t *testing.T) {
	v, err := NewView(&Painter{Scene: &Scene{Nodes: 2, Sides: []int{2}}, State: true}, 1, 0, false, 3)
	if err != nil || !v.SpaceTime() {
		t.Fatal(err)
	}
	v.See([]float64{-1, -1})
	m := v.Draw([]float64{0, 0}, "")
	if m.Bounds().Size() != image.Pt(2, 3) || m.RGBAAt(0, 0).R != 0 || m.RGBAAt(1, 1).R != 128 || m.RGBAAt(0, 2) != absentColour() {
		t.Errorf("%v", m.Pix)
	}
	v.See([]float64{1, 1})
	v.See([]float64{1, 1})
	if m = v.Draw([]float64{-1, 1}, ""); m.RGBAAt(0, 0).R != 255 || m.RGBAAt(0, 2).R != 0 || m.RGBAAt(1, 2).R != 255 {
		t.Errorf("%v", m.Pix)
	}
}

// TestShrinkKeepsTheMean: the mean of a picture is that of its nodes, whatever its size.
func TestShrinkKeepsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grid{width: rapid.IntRange(1, 30).Draw(t, "width"), height: rapid.IntRange(1, 30).Draw(t, "height")}
		mean := 0.0
		for range g.width * g.height {
			v := rapid.Byte().Draw(t, "grey")
			g.nodes = append(g.nodes, Node{Colour: color.RGBA{v, v, v, 255}})
			mean += float64(v) / float64(g.width*g.height)
		}
		w, h := rapid.IntRange(1, g.width).Draw(t, "w"), rapid.IntRange(1, g.height).Draw(t, "h")
		m, got := g.shrink(w, h), 0.0
		for i := 0; i < len(m.Pix); i += 4 {
			got += float64(m.Pix[i]) / float64(w*h)
		}
		if math.Abs(got-mean) > 0.51 { // pixels are rounded
			t.Errorf("the mean is %v, want %v", got, mean)
		}
	})
}

func TestLargeLattice(t *testing.T) {
	const side = 3000 // more than a picture has, and no multiple of it
	values := make([]float64, side*side)
	for i := range values {
		values[i] = float64(2*(i%side/(side/2)) - 1)
	}
	m := drawn(t, &Scene{Nodes: side * side, Sides: []int{side, side}}, values, 0, 0, false, 1)
	if m.Bounds().Size() != image.Pt(1024, 1024) || m.RGBAAt(511, 1023).R != 0 || m.RGBAAt(512, 0).R != 255 {
		t.Errorf("%v, %v, %v", m.Bounds(), m.RGBAAt(511, 1023), m.RGBAAt(512, 0))
	}
}

func TestViewMistakes(t *testing.T) {
	plane, space := &Scene{Nodes: 24, Sides: []int{4, 6}}, &Scene{Nodes: 24, Sides: []int{2, 3, 4}}
	for name, test := range map[string]struct {
		scene *Scene
		scale float64
		slice int
		line  bool
	}{
		"negative":   {plane, -1, 0, false},
		"no number":  {plane, math.NaN(), 0, false},
		"a fraction": {plane, 2.5, 0, false},
		"too large":  {plane, 5000, 0, false},
		"no slices":  {plane, 1, 1, false},
		"beyond":     {space, 1, 2, false},
		"no line":    {plane, 1, 0, true},
	} {
		if _, err := NewView(&Painter{Scene: test.scene}, test.scale, test.slice, test.line, 1); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func ring(nodes int) *Scene {
	n := &Scene{Nodes: nodes}
	for i := range nodes {
		n.Edges = append(n.Edges, [2]int32{int32(i), int32((i + 1) % nodes)})
	}
	return n
}

// TestPlacesOfAGraph: nodes have places of their own, always the same, inside.
func TestPlacesOfAGraph(t *testing.T) {
	for _, nodes := range []int{1, 2, 3, 40, MostSprings + 1} {
		first, again := place(ring(nodes)), place(ring(nodes))
		if d := cmp.Diff(first, again, cmp.AllowUnexported(point{})); d != "" {
			t.Errorf("%d nodes have other places when drawn again:\n%s", nodes, d)
		}
		seen := make(map[point]bool)
		for _, p := range first {
			if seen[p] || p.x < -1e-9 || p.x > 1+1e-9 || p.y < -1e-9 || p.y > 1+1e-9 {
				t.Errorf("%d nodes: place %v", nodes, p)
			}
			seen[p] = true
		}
	}
}

func TestGraphDrawing(t *testing.T) {
	n := ring(30)
	n.External = []External{{ID: 3, Neighbours: []int32{2, 4}}}
	values := make([]float64, 30)
	values[3], values[7] = 1, 1
	m := drawn(t, n, values, 0, 0, false, 1)
	seen := make(map[color.RGBA]int)
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			seen[m.RGBAAt(x, y)]++
		}
	}
	if seen[unsolvedColour()] < 100 || seen[Shades().At(1)] < 100 || seen[Shades().At(0.5)] < 28*100 {
		t.Errorf("%d pixels of the external node, %d and %d of network nodes", seen[unsolvedColour()], seen[Shades().At(1)], seen[Shades().At(0.5)])
	}
}

func TestSignsHaveRoom(t *testing.T) {
	for scale, room := range map[int]bool{signRoom - 1: false, signRoom: true, 21: true} {
		g := &grid{width: 1, height: 1, nodes: []Node{{Colour: solvedColour(), Sign: '+'}}}
		plus := g.enlarge(scale)
		g.nodes[0].Sign = '-'
		minus := g.enlarge(scale)
		if differ := !bytes.Equal(plus.Pix, minus.Pix); differ != room {
			t.Errorf("at a scale of %d, + and - differ: %v", scale, differ)
		}
		if plus.RGBAAt(0, 0) != solvedColour() {
			t.Errorf("at a scale of %d the colour is hidden", scale)
		}
	}
}

// TestScaleFor: a view has about as many pixels as are asked for, and whole ones for a node
// where they can be.
func TestScaleFor(t *testing.T) {
	for _, of := range []struct {
		sides []int
		want  float64
	}{{nil, 0}, {[]int{30, 30}, 13}, {[]int{400, 7}, 1}, {[]int{10, 1600}, 0.25}, {[]int{5000, 50, 40}, 8}, {[]int{800}, 0.5}} {
		s := &Scene{Sides: of.sides}
		if got := s.ScaleFor(400); got != of.want {
			t.Errorf("sides %v: %v, want %v", of.sides, got, of.want)
		}
	}
}
