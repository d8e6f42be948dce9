//go:build opencl && cgo

package hopfield

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
)

// layout is what all replicas have in arrays, and where the part of each begins.
type layout struct {
	records   []record
	overlapAt []int   // by replica
	diagonal  []int64 // by replica: the sum of the couplings of units to themselves
	orders    int     // orders that a sweep draws
	overlaps  int     // of all replicas

	orderRecords        []uint32
	patterns, columns   []uint32
	couplings           []int32
	from, to            []uint32
	thresholds          []int32
	table               []int64
	clamped             []uint32
	scheduled           []uint32 // the order of update colours
	patternAt, columnAt []uint32 // by memory
	couplingAt          []uint32
}

// perOrders is how many numbers the orders of a batch take at most, and maxBatch how many
// sweeps a batch has at most.
const (
	perOrders = 16 << 20
	maxBatch  = 64
)

// upload lays all out and sends it.
func (e *engine[F]) upload() error {
	l := &layout{}
	e.layout = l
	numbers := map[*hopfield.Memory]uint32{}
	orders := map[orderRecord]uint32{}
	for _, set := range e.net.Schedule {
		for _, i := range set {
			l.scheduled = append(l.scheduled, uint32(i))
		}
	}
	scales := make([]F, len(e.memories))
	for r, m := range e.memories {
		number, known := numbers[m]
		if !known {
			number = uint32(len(numbers))
			numbers[m] = number
			l.addMemory(m)
		}
		s, key := e.net.Of(r).Recall, rng.Key(e.options.Seeds[r])
		at := record{
			Memory: number, Patterns: uint32(len(m.Patterns)), PatternAt: l.patternAt[number], ColumnAt: l.columnAt[number], CouplingAt: l.couplingAt[number],
			OverlapAt: uint32(l.overlaps), Update: updates[s.Update], First: uint32(s.First), BlockCount: uint32(s.Blocks),
			Trial: uint32(s.Trial), Key0: key[0], Key1: key[1],
		}
		if s.Method == hopfield.Metropolis {
			at.Metropolis = 1
		}
		if s.Temperature > 0 {
			scales[r] = F(m.Odds(s.Temperature))
		}
		switch s.Update {
		case hopfield.Async, hopfield.Blocks, hopfield.IID:
			o := orderRecord{Key0: key[0], Key1: key[1]}
			if s.Update == hopfield.IID {
				o.Independent = 1
			}
			if _, known := orders[o]; !known {
				orders[o] = uint32(len(orders))
				l.orderRecords = append(l.orderRecords, device.Words[uint32](o)...)
			}
			at.OrderAt = orders[o]
		}
		l.records = append(l.records, at)
		l.overlapAt = append(l.overlapAt, l.overlaps)
		l.overlaps += len(m.Patterns)
		l.diagonal = append(l.diagonal, m.Diagonal)
		l.clamp(s.Clamped, e.net.N)
	}
	l.orders = len(orders)
	if len(l.couplings) > math.MaxUint32 && e.choices.form == sparse || len(l.patterns) > math.MaxUint32 || len(l.columns) > math.MaxUint32 {
		return fmt.Errorf("the patterns of all replicas take more than 2^32 words; use fewer replicas")
	}
	return e.send(scales)
}

// aim has replicas recall these patterns, and gives the words of the records.
func (l *layout) aim(targets []int32) []uint32 {
	var words []uint32
	for r, target := range targets {
		l.records[r].Target = uint32(target)
		words = append(words, device.Words[uint32](l.records[r])...)
	}
	return words
}

// addMemory appends what a memory holds.
func (l *layout) addMemory(m *hopfield.Memory) {
	l.patternAt = append(l.patternAt, uint32(len(l.patterns)))
	for _, p := range m.Patterns {
		l.patterns = append(l.patterns, p...)
	}
	l.columnAt = append(l.columnAt, uint32(len(l.columns)))
	if m.Couplings == nil && m.Sparse == nil {
		for _, c := range m.Columns {
			l.columns = append(l.columns, c...)
		}
	}
	l.couplingAt = append(l.couplingAt, uint32(len(l.to)))
	switch {
	case m.Couplings != nil:
		l.couplings = append(l.couplings, m.Couplings.W...)
		thresholds := m.Couplings.Threshold
		if thresholds == nil {
			thresholds = make([]int32, m.N)
		}
		l.thresholds = append(l.thresholds, thresholds...)
	case m.Sparse != nil:
		l.couplings = append(l.couplings, m.Sparse.W...)
		l.from, l.to = append(l.from, signed(m.Sparse.From)...), append(l.to, signed(m.Sparse.To)...)
	}
	l.table = m.Table
}

// clamp appends the bits of the units of a replica that keep their value.
func (l *layout) clamp(units []int, n int) {
	bits := hopfield.NewPattern(n)
	for _, i := range units {
		bits.Set(i, true)
	}
	l.clamped = append(l.clamped, bits...)
}

// send makes all buffers. The orders of update colours stand where drawn ones would.
func (e *engine[F]) send(scales []F) error {
	l, n, replicas := e.layout, uint64(e.net.N), uint64(len(e.memories))
	e.batch = min(maxBatch, max(1, perOrders/(max(1, l.orders)*e.net.N)))
	seen := uint64(0)
	if e.memories[0].Dense() {
		e.batch = min(e.batch, max(1, perOrders/max(1, l.overlaps)))
		seen = uint64(e.batch*l.overlaps) * 4
	}
	batch := uint64(e.batch)
	for name, bytes := range map[string]uint64{
		"fields": 4 * n * replicas, "wishes": 4 * n * replicas, "overlaps": 4 * uint64(l.overlaps), "packed": 4 * ((n + 31) / 32) * replicas, "drawn": 4 * n,
		"sums": 8 * batch * replicas * hopfield.Sums, "seen": seen, "out": 8 * n * replicas, "order": 4 * n * max(1, batch*uint64(l.orders)),
	} {
		if err := e.buffers.Alloc(e.device, name, bytes); err != nil {
			return err
		}
	}
	if err := e.arrays.AllocFields(e.device, e.net.Describe().Fields, e.options.Precision, len(e.memories), e.net.Length); err != nil {
		return err
	}
	if e.arrays[hopfield.BeforeField] == nil { // bound, never used
		e.arrays[hopfield.BeforeField] = e.arrays[hopfield.StateField]
	}
	if l.orders == 0 {
		if err := device.Write(e.buffers["order"], 0, l.scheduled); err != nil {
			return err
		}
	}
	for name, data := range map[string][]uint32{
		"infos": l.aim(make([]int32, len(l.records))), "order_infos": l.orderRecords, "patterns": l.patterns, "columns": l.columns, "from": l.from, "to": l.to, "clamped": l.clamped,
	} {
		if err := device.Send(e.device, e.buffers, name, data); err != nil {
			return err
		}
	}
	return errors.Join(device.Send(e.device, e.buffers, "scales", scales), device.Send(e.device, e.buffers, "couplings", l.couplings),
		device.Send(e.device, e.buffers, "thresholds", l.thresholds), device.Send(e.device, e.buffers, "table", l.table))
}
