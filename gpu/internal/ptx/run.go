package ptx

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// Above these bits an address has the number of its buffer, from 1, or of another space.
const (
	spaceBits     = 40
	sharedSpace   = 1 << 62
	constantSpace = 1 << 61
)

// Memory is the global memory of a device.
type Memory struct{ buffers [][]byte }

// Add adds a buffer, without copying it, and returns its address.
func (m *Memory) Add(data []byte) uint64 {
	m.buffers = append(m.buffers, data)
	return uint64(len(m.buffers)) << spaceBits
}

// Counts of a launch.
type Counts struct {
	Slots float64 // in which an instruction was issued for a warp, or could have been
	Lanes float64 // of them, of work-items that took part
	read  sectors
	wrote sectors
	Asked int // bytes that instructions of warps asked of memory and caches, in sectors
}

// sectors is a set of sectors of a device's memory, by buffer.
type sectors [][]bool

func (m *Memory) noSectors() sectors {
	s := make(sectors, len(m.buffers))
	for i, data := range m.buffers {
		s[i] = make([]bool, len(data)/Sector+1)
	}
	return s
}

func (s sectors) add(sector uint64) {
	const perBuffer = 1 << spaceBits / Sector
	s[sector/perBuffer-1][sector%perBuffer] = true
}

func (s sectors) bytes() int {
	n := 0
	for _, buffer := range s {
		for _, has := range buffer {
			if has {
				n += Sector
			}
		}
	}
	return n
}

// Read is the number of bytes that were read, in sectors, each once.
func (c *Counts) Read() int { return c.read.bytes() }

// Written is the number of bytes that were written, in sectors, each once.
func (c *Counts) Written() int { return c.wrote.bytes() }

// warp is 32 work-items that execute together.
type warp struct {
	*launch
	shared []byte
	group  [3]int
	first  int // local id of lane 0
	all    uint32
	rows   []row
	stack  []path // the lanes of the last execute
}

// row has the values of a register, by lane.
type row [Lanes]uint64

// path is a set of lanes that go on from an instruction up to the join with the others.
type path struct {
	next, join int
	lanes      uint32
}

// Launch executes a kernel over work-groups in three dimensions, one group after
// another. A group has its items in the first dimension. Arguments are addresses, or the
// bits of numbers. Between barriers the warps of a group execute one after another: in
// odd groups the last is first, so that a barrier that is missing shows in one group
// whichever warp needs what another does.
func (k *Kernel) Launch(m *Memory, arguments []uint64, groups [3]int, items int) (c *Counts, err error) {
	if len(arguments) != len(k.parameters) {
		return nil, fmt.Errorf("the kernel has %d arguments, not %d", len(k.parameters), len(arguments))
	}
	c = &Counts{read: m.noSectors(), wrote: m.noSectors()}
	l := launch{kernel: k, global: m, arguments: arguments, groups: groups, items: items, counts: c}
	for i := range groups[0] * groups[1] * groups[2] {
		group := [3]int{i % groups[0], i / groups[0] % groups[1], i / groups[0] / groups[1]}
		if err := l.runGroup(group, i%2 == 1); err != nil {
			return nil, fmt.Errorf("work-group %v: %w", group, err)
		}
	}
	return c, nil
}

// launch is a launch under way.
type launch struct {
	kernel    *Kernel
	global    *Memory
	arguments []uint64
	groups    [3]int
	items     int     // of a group
	rows      [][]row // by warp of a group; the next group has them, too
	counts    *Counts
}

func (l *launch) runGroup(group [3]int, lastFirst bool) error {
	k, local := l.kernel, make([]byte, l.kernel.shared)
	var warps []*warp
	for first := 0; first < l.items; first += Lanes {
		if first/Lanes == len(l.rows) {
			l.rows = append(l.rows, k.newRows())
		}
		all := uint32(1<<min(Lanes, l.items-first) - 1)
		w := &warp{launch: l, shared: local, group: group, first: first, all: all, rows: l.rows[first/Lanes], stack: []path{{join: len(k.code), lanes: all}}}
		w.identify()
		warps = append(warps, w)
	}
	if lastFirst {
		slices.Reverse(warps)
	}
	for len(warps) > 0 {
		var waiting []*warp // at a barrier
		for _, w := range warps {
			waits, err := w.run(l.counts)
			if err != nil {
				return err
			}
			if waits {
				waiting = append(waiting, w)
			}
		}
		if len(waiting) != 0 && len(waiting) != len(warps) {
			return fmt.Errorf("%d of %d warps wait at a barrier and the others have ended", len(waiting), len(warps))
		}
		warps = waiting
	}
	return nil
}

// newRows are the registers of a warp, of which no instruction sets those of constants.
func (k *Kernel) newRows() []row {
	rows := make([]row, len(k.registers))
	for r, v := range k.given {
		for lane := range Lanes {
			rows[r][lane] = v
		}
	}
	return rows
}

// identify fills the registers that identify work-items.
func (w *warp) identify() {
	for r, value := range w.kernel.special {
		for lane := range Lanes {
			w.rows[r][lane] = value(w, lane)
		}
	}
}

// run goes on to a barrier, or to the end.
func (w *warp) run(c *Counts) (waits bool, err error) {
	at := 0
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("instruction %d, %q: %v", at, w.kernel.code[at].text, problem)
		}
	}()
	for len(w.stack) > 0 {
		top := &w.stack[len(w.stack)-1]
		if top.next == top.join {
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		at = top.next
		in := &w.kernel.code[at]
		c.Slots += in.slots * Lanes
		c.Lanes += in.slots * float64(bits.OnesCount32(top.lanes))
		top.next++
		switch {
		case in.ends:
			top.next = top.join
		case in.barrier:
			if top.lanes != w.all {
				panic("some work-items do not come to this barrier")
			}
			return true, nil
		case in.branch:
			w.branch(in, at)
		default:
			w.execute(in, top.lanes, c)
		}
	}
	return false, nil
}

func (w *warp) branch(in *instruction, at int) {
	top := &w.stack[len(w.stack)-1]
	taken := top.lanes
	if in.guard >= 0 {
		taken = 0
		for lanes := top.lanes; lanes != 0; lanes &= lanes - 1 {
			if lane := first(lanes); (w.rows[in.guard][lane] == 1) != in.negated {
				taken |= 1 << lane
			}
		}
	}
	switch left := top.lanes &^ taken; {
	case left == 0:
		top.next = in.target
	case taken != 0:
		top.next = in.join
		w.stack = append(w.stack, path{at + 1, in.join, left}, path{in.target, in.join, taken})
	}
}

func (w *warp) execute(in *instruction, lanes uint32, c *Counts) {
	if in.bytes > 0 {
		w.count(in, lanes, c)
	}
	in.do(w, lanes)
}

// count counts the sectors that an instruction asks for.
func (w *warp) count(in *instruction, lanes uint32, c *Counts) {
	into := c.read
	if in.writes {
		into = c.wrote
	}
	var room [2 * Lanes]uint64
	asked := room[:0]
	for ; lanes != 0; lanes &= lanes - 1 {
		address := in.address.of(w, first(lanes))
		w.memory(address, in.bytes) // panics where there is none
		for s := address / Sector; s <= (address+uint64(in.bytes)-1)/Sector; s++ {
			if !slices.Contains(asked, s) {
				asked = append(asked, s)
				into.add(s)
			}
		}
	}
	c.Asked += len(asked) * Sector
}

// memory gives a number of bytes at an address.
func (w *warp) memory(address uint64, size int) []byte {
	var data []byte
	at := address & (1<<spaceBits - 1)
	switch number := address >> spaceBits; {
	case address&sharedSpace != 0:
		data = w.shared
	case address&constantSpace != 0:
		data = w.kernel.constants
	case number >= 1 && number <= uint64(len(w.global.buffers)):
		data = w.global.buffers[number-1]
	default:
		panic(fmt.Sprintf("%#x is no address", address))
	}
	return data[at : at+uint64(size)]
}

// get reads a word of 8, 32 or 64 bits, which has no sign.
func get(data []byte) uint64 {
	switch len(data) {
	case 1:
		return uint64(data[0])
	case 4:
		return uint64(binary.LittleEndian.Uint32(data))
	}
	return binary.LittleEndian.Uint64(data)
}

func put(data []byte, v uint64) {
	switch len(data) {
	case 1:
		data[0] = byte(v)
	case 4:
		binary.LittleEndian.PutUint32(data, uint32(v))
	default:
		binary.LittleEndian.PutUint64(data, v)
	}
}
