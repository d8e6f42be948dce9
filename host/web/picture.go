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
	order []int32 // by id: the index after base, or -1; nil where it is the id
}

// at is the value of a node, or NaN.
func (v values) at(id int) float64 {
	if v.order != nil {
		id = int(v.order[id])
	}
	if id < 0 {
		return math.NaN()
	}
	return v.array.At(v.base + id)
}

// places are the indices after base of some nodes that follow one another by id, or
// -1. Memory has room for them.
func (v values) places(memory []int32, id, n int) []int32 {
	if v.order != nil {
		return v.order[id : id+n]
	}
	for i := range n {
		memory = append(memory, int32(id+i))
	}
	return memory
}

// painter makes pictures. It keeps its memory: one picture is to be used up before
// the next is made.
type painter struct {
	sums   []float32
	counts []int32
	pixel  []int32 // by column of the region
	ids    []int32 // room for those of a line
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
func (p *painter) mean(i int) float32 { return p.sums[i] / float32(p.counts[i]) }

func (p *painter) clear(v *View, width, height int) {
	n := width * height
	p.sums = slices.Grow(p.sums[:0], n)[:n]
	p.counts = slices.Grow(p.counts[:0], n)[:n]
	p.pixel = slices.Grow(p.pixel[:0], v.W)[:v.W]
	p.ids = slices.Grow(p.ids[:0], v.W)
	clear(p.sums)
	clear(p.counts)
	for x := range p.pixel {
		p.pixel[x] = int32(x * width / v.W)
	}
}

// addNodes adds the nodes of the region to their pixels.
func addNodes[F float32 | float64](p *painter, v *View, g *Grid, from values, all []F, width, height int) {
	for y := range v.H {
		id := g.first(v.Slice, v.Y+y) + v.X
		columns := min(v.W, g.Nodes-id)
		if columns <= 0 {
			break
		}
		sign := float32(1)
		if v.Flip && (g.parity(v.Slice, v.Y+y)+v.X)&1 == 1 {
			sign = -1
		}
		line := y * height / v.H * width
		places := from.places(p.ids, id, columns)
		addLine(p.sums[line:line+width], p.counts[line:line+width], p.pixel, places, all[from.base:], sign, v.Flip)
	}
}

// addLine adds a line of nodes. The pixel that a node falls to is kept at hand until
// a node falls to another.
func addLine[F float32 | float64](sums []float32, counts, pixel, places []int32, all []F, sign float32, flip bool) {
	pixel = pixel[:len(places)]
	to, sum, count := pixel[0], sums[pixel[0]], counts[pixel[0]]
	for x, at := range places {
		if next := pixel[x]; next != to {
			sums[to], counts[to] = sum, count
			to, sum, count = next, sums[next], counts[next]
		}
		if at >= 0 {
			sum += sign * float32(all[at])
			count++
		}
		if flip {
			sign = -sign
		}
	}
	sums[to], counts[to] = sum, count
}

// follow finds limits that leave out the outermost values, as a few of them would
// hide all others. They widen at once and narrow slowly, lest colours flicker.
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
	return byte(min(max(v, 0), levels-1)+0.5) + 1
}
