package web

import (
	"encoding/binary"
	"math"
	"slices"

	"tnn-gpu/host/state"
)

// values are those of a field at the nodes of one replica.
type values struct {
	array *state.Array
	base  int
	order order
}

// order says where the values of nodes are.
type order struct {
	places []int32 // by id: the index after base, or -1; nil where it is the id
	// runs has two places for each line of the grid: where the value of its first even
	// column stands, and of its first odd one. The values of the further even or odd
	// columns follow one by one, as in the layout of a sublattice. A place is -1 where
	// they do not. runs may be nil.
	runs []int32
}

// newOrder finds the runs of a bipartite grid.
func newOrder(places []int32, g *Grid) order {
	o := order{places: places}
	if !g.Bipartite {
		return o
	}
	for first := 0; first+g.Columns <= g.Nodes; first += g.Columns {
		line := places[first : first+g.Columns]
		o.runs = append(o.runs, runOf(line), runOf(line[1:]))
	}
	return o
}

// runOf is the first of every second place if the others follow it one by one, else -1.
func runOf(places []int32) int32 {
	if len(places) == 0 {
		return -1
	}
	for i := 0; i < len(places); i += 2 {
		if places[i] < 0 || places[i] != places[0]+int32(i/2) {
			return -1
		}
	}
	return places[0]
}

// place is the index after base of a node's value, or -1.
func (o order) place(id int) int {
	if o.places == nil {
		return id
	}
	return int(o.places[id])
}

// at is the value of a node, or NaN.
func (v values) at(id int) float64 {
	place := v.order.place(id)
	if place < 0 {
		return math.NaN()
	}
	return v.array.At(v.base + place)
}

// painter makes pictures. Each picture overwrites the one before, so use a picture before
// making the next.
type painter struct {
	sums   []float32 // by pixel, of its nodes
	counts []float32
	pixel  []int32 // by column of the region
	sample []float32
	frame  []byte
	scaled string // the field that the limits are of
	limits [2]float64
}

// frameHeader is the number of bytes before the pixels of a frame.
const frameHeader = 28

// levels is how many a pixel can have. Level 0 is where there is no node.
const levels = 255

// paint makes the frame of a view, little-endian, as it goes to the page: seq
// (uint32), step (float64), the values of levels 1 and 255 (float32), width and
// height (uint32), then a byte a pixel, line by line. A pixel is the mean of its
// nodes. Limits are found from the pixels where they are nil. The view must be
// inside the grid.
func (p *painter) paint(v *View, g *Grid, from values, step int64, limits *[2]float64) []byte {
	width, height := min(v.Width, v.W), min(v.Height, v.H)
	p.clear(v, width, height)
	if from.array.Double != nil {
		addNodes(p, v, g, from, from.array.Double, width, height)
	} else {
		addNodes(p, v, g, from, from.array.Single, width, height)
	}
	if limits == nil {
		limits = p.follow(v.Field)
	}
	return p.encode(v.Seq, step, width, height, limits)
}

// mean of a pixel; NaN where there is no node.
func (p *painter) mean(i int) float32 { return p.sums[i] / p.counts[i] }

// clear begins a picture, and counts the places of each pixel.
func (p *painter) clear(v *View, width, height int) {
	n := width * height
	p.sums = slices.Grow(p.sums[:0], n)[:n]
	p.counts = slices.Grow(p.counts[:0], n)[:n]
	p.pixel = slices.Grow(p.pixel[:0], v.W)[:v.W]
	clear(p.sums)
	columns := p.counts[:width]
	clear(columns)
	for x := range p.pixel {
		p.pixel[x] = int32(x * width / v.W)
		columns[p.pixel[x]]++
	}
	for y := height - 1; y >= 0; y-- {
		// The rows of pixel y are those with row*height/v.H equal to y.
		rows := ((y+1)*v.H+height-1)/height - (y*v.H+height-1)/height
		line := p.counts[y*width:][:width]
		for x := range line {
			line[x] = columns[x] * float32(rows)
		}
	}
}

// addNodes adds the nodes of the region to their pixels, line by line, and the two
// sublattices of a line one after the other.
func addNodes[F float32 | float64](p *painter, v *View, g *Grid, from values, all []F, width, height int) {
	all = all[from.base:]
	stride := 1
	if g.Bipartite {
		stride = 2
	}
	room := make([]F, v.W)
	for y := range v.H {
		row, line := v.Y+y, y*height/v.H*width
		for s := range min(stride, v.W) {
			sign := float32(1)
			if v.Flip && (g.parity(v.Slice, row)+v.X+s)&1 == 1 {
				sign = -1
			}
			nodes := room[:(v.W-s+stride-1)/stride]
			nodes = lineOf(from.order, g, all, g.first(v.Slice, row), v.X+s, stride, nodes)
			addLine(p.sums[line:line+width], p.counts[line:line+width], p.pixel[s:], stride, nodes, sign)
		}
	}
}

// lineOf gives the values of nodes of the line that begins with a node, from a column
// on and every stride columns, as many as there is room for; NaN where there is none.
// They are where they were, or in room.
func lineOf[F float32 | float64](o order, g *Grid, all []F, first, column, stride int, room []F) []F {
	if line := 2*(first/g.Columns) + column%2; line < len(o.runs) && o.runs[line] >= 0 {
		return all[int(o.runs[line])+column/2:][:len(room)]
	}
	for i := range room {
		room[i] = F(math.NaN())
		if id := first + column + i*stride; id < g.Nodes && o.place(id) >= 0 {
			room[i] = all[o.place(id)]
		}
	}
	return room
}

// addLine adds nodes, stride columns from one to the next.
func addLine[F float32 | float64](sums, counts []float32, pixel []int32, stride int, nodes []F, sign float32) {
	x := 0
	for _, v := range nodes {
		if to := pixel[x]; v == v {
			sums[to] += sign * float32(v)
		} else {
			counts[to]--
		}
		x += stride
	}
}

// follow finds limits that leave out the outermost values, as a few of them would
// hide all others. Limits widen at once and narrow slowly, so that colours do not
// flicker.
func (p *painter) follow(field string) *[2]float64 {
	const most, left = 4096, 0.02
	p.sample = p.sample[:0]
	for i := 0; i < len(p.sums); i += 1 + len(p.sums)/most {
		if v := p.mean(i); v == v {
			p.sample = append(p.sample, v)
		}
	}
	if len(p.sample) == 0 {
		return &[2]float64{0, 1}
	}
	slices.Sort(p.sample)
	cut := int(left * float64(len(p.sample)))
	low, high := float64(p.sample[cut]), float64(p.sample[len(p.sample)-1-cut])
	if p.scaled == field {
		const narrow = 0.1
		low = min(low, p.limits[0]+narrow*(low-p.limits[0]))
		high = max(high, p.limits[1]+narrow*(high-p.limits[1]))
	}
	p.scaled, p.limits = field, [2]float64{low, high}
	return &p.limits
}

func (p *painter) encode(seq uint32, step int64, width, height int, limits *[2]float64) []byte {
	f := binary.LittleEndian.AppendUint32(p.frame[:0], seq)
	f = binary.LittleEndian.AppendUint64(f, math.Float64bits(float64(step)))
	for _, limit := range limits {
		f = binary.LittleEndian.AppendUint32(f, math.Float32bits(float32(limit)))
	}
	f = binary.LittleEndian.AppendUint32(f, uint32(width))
	f = binary.LittleEndian.AppendUint32(f, uint32(height))
	low, scale := float32(limits[0]), float32(0)
	if limits[1] > limits[0] {
		scale = float32((levels - 1) / (limits[1] - limits[0]))
	}
	p.frame = slices.Grow(f, len(p.sums))[:frameHeader+len(p.sums)]
	pixels := p.frame[frameHeader:]
	for i := range pixels {
		pixels[i] = level((p.mean(i) - low) * scale)
	}
	return p.frame
}

// level of a value that is scaled to 0 to 254; NaN has level 0.
func level(v float32) byte {
	if v != v {
		return 0
	}
	// The bits of reals that are not negative are in the same order as the reals, those
	// of the others are negative: a limit costs one instruction.
	bits := min(max(int32(math.Float32bits(v)), 0), mostBits)
	return byte(int32(math.Float32frombits(uint32(bits))+0.5)) + 1
}

// mostBits are the bits of levels-1.
const mostBits = 0x437e0000
