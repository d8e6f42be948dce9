package main

import (
	"errors"
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// spills tells, by function, the memory for values that have no register.
var spills = map[string]operand.Mem{}

// compile is pass.Compile with registers allocated by allocate.
var compile = pass.Concat(
	pass.Verify,
	pass.FunctionPass(pass.PruneJumpToFollowingLabel),
	pass.FunctionPass(pass.PruneDanglingLabels),
	pass.FunctionPass(pass.LabelTarget),
	pass.FunctionPass(pass.CFG),
	pass.InstructionPass(pass.ZeroExtend32BitOutputs),
	pass.FunctionPass(pass.Liveness),
	pass.FunctionPass(allocate),
	pass.FunctionPass(pass.BindRegisters),
	pass.FunctionPass(pass.VerifyAllocation),
	pass.FunctionPass(pass.EnsureBasePointerCalleeSaved),
	pass.Func(pass.IncludeTextFlagHeader),
	pass.FunctionPass(pass.PruneSelfMoves),
	pass.FunctionPass(pass.RequiredISAExtensions),
)

// allocate allocates registers as pass.AllocateRegisters does, but gives AVX2 the 16
// vectors that it has, and keeps values in memory as long as they are too many.
func allocate(fn *ir.Function) error {
	s := spiller{fn: fn, room: spills[fn.Name], done: map[reg.ID]bool{}}
	for {
		err := color(fn)
		if err == nil {
			return nil
		}
		if form.avx512 || s.next == 64*4 {
			return fmt.Errorf("%s: %w", fn.Name, err)
		}
		if err := s.spill(); err != nil {
			return fmt.Errorf("%s: %w", fn.Name, err)
		}
		relive(fn)
	}
}

// relive computes again at which instructions each value is alive.
func relive(fn *ir.Function) {
	for _, i := range fn.Instructions() {
		i.Pred, i.Succ = nil, nil
	}
	if err := pass.CFG(fn); err != nil {
		panic(err)
	}
	if err := pass.Liveness(fn); err != nil {
		panic(err)
	}
}

// vectors is the number of vector registers.
func vectors() int {
	if form.avx512 {
		return 32
	}
	return 16
}

// color gives every value a register, or fails.
func color(fn *ir.Function) error {
	allocators := map[reg.Kind]*pass.Allocator{}
	allocator := func(k reg.Kind) *pass.Allocator {
		if a, known := allocators[k]; known {
			return a
		}
		all := reg.FamilyOfKind(k).Registers()
		var some []reg.Physical
		for _, r := range all {
			if k != reg.KindVector || int(r.PhysicalIndex()) < vectors() {
				some = append(some, r)
			}
		}
		a, err := pass.NewAllocator(some)
		if err != nil {
			panic(err)
		}
		for _, r := range some {
			if r.Info()&reg.BasePointer != 0 {
				a.SetPriority(r.ID(), -1)
			}
		}
		allocators[k] = a
		return a
	}
	for _, i := range fn.Instructions() {
		for _, r := range i.Registers() {
			allocator(r.Kind()).Add(r.ID())
		}
	}
	for _, i := range fn.Instructions() {
		for _, d := range i.OutputRegisters() {
			out := i.LiveOut.OfKind(d.Kind())
			out.DiscardRegister(d)
			allocators[d.Kind()].AddInterferenceSet(d, out)
		}
	}
	fn.Allocation = reg.NewEmptyAllocation()
	for kind, a := range allocators {
		al, err := a.Allocate()
		if err != nil {
			return fmt.Errorf("registers of kind %d: %w", kind, err)
		}
		if err := fn.Allocation.Merge(al); err != nil {
			return err
		}
	}
	return nil
}

// spiller keeps values in memory.
type spiller struct {
	fn   *ir.Function
	room operand.Mem
	next int
	done map[reg.ID]bool // values that are, and the short ones that this makes
}

// spill moves one more value to memory. It looks at the instruction where most values
// are alive, and takes the value with the fewest uses for the length of its life. A use
// in a loop counts ten times.
func (s *spiller) spill() error {
	is := s.fn.Instructions()
	depth := loops(s.fn)
	uses, lives := map[reg.ID]float64{}, map[reg.ID]float64{}
	most, crowded := 0, map[reg.ID]bool{}
	for at, i := range is {
		weight := 1.0
		for range depth[at] {
			weight *= 10
		}
		alive := i.LiveOut.OfKind(reg.KindVector)
		for id := range alive {
			lives[id]++
		}
		for _, r := range append(i.InputRegisters(), i.OutputRegisters()...) {
			if r.Kind() == reg.KindVector {
				uses[r.ID()] += weight
			}
		}
		if len(alive) > most {
			most, crowded = len(alive), map[reg.ID]bool{}
			for id := range alive {
				crowded[id] = true
			}
		}
	}
	var chosen reg.ID
	found := false
	best := 0.0
	for id := range crowded {
		if s.done[id] || lives[id] < 2 {
			continue
		}
		cost := uses[id] / lives[id]
		if !found || cost < best || (cost == best && id < chosen) {
			chosen, best, found = id, cost, true
		}
	}
	if !found {
		return errors.New("no value is left to be kept in memory")
	}
	s.keep(chosen)
	return nil
}

// loops is the number of loops around each instruction.
func loops(fn *ir.Function) []int {
	is := fn.Instructions()
	index := map[*ir.Instruction]int{}
	for at, i := range is {
		index[i] = at
	}
	depth := make([]int, len(is))
	seen := map[int]bool{} // loops may jump back from several places
	for at, i := range is {
		if label := i.TargetLabel(); label != nil {
			start := index[fn.LabelTarget[*label]]
			if start <= at && !seen[start] {
				seen[start] = true
				for k := start; k <= at; k++ {
					depth[k]++
				}
			}
		}
	}
	return depth
}

// keep moves a value to memory. Instructions that set the value are followed by a store.
// Instructions that use it read memory themselves if they can, else a load precedes them.
func (s *spiller) keep(id reg.ID) {
	at := s.room.Offset(32 * s.next)
	s.next++
	s.done[id] = true
	var nodes []ir.Node
	for _, n := range s.fn.Nodes {
		i, is := n.(*ir.Instruction)
		if !is {
			nodes = append(nodes, n)
			continue
		}
		in, out := reads(i, id), writes(i, id)
		if in && !out && foldable(i, id) {
			substitute(i, id, at)
			in = false
		}
		var r reg.Register
		if in || out {
			r = s.short(i, id)
		}
		if in {
			nodes = append(nodes, moves(at, r))
		}
		nodes = append(nodes, i)
		if out {
			nodes = append(nodes, moves(r, at))
		}
	}
	s.fn.Nodes = nodes
}

func reads(i *ir.Instruction, id reg.ID) bool {
	for _, r := range i.InputRegisters() {
		if r.ID() == id {
			return true
		}
	}
	return false
}

func writes(i *ir.Instruction, id reg.ID) bool {
	for _, r := range i.OutputRegisters() {
		if r.ID() == id {
			return true
		}
	}
	return false
}

// short replaces a value in an instruction by a new one, which lives in this
// instruction only.
func (s *spiller) short(i *ir.Instruction, id reg.ID) reg.Register {
	fresh := build.YMM()
	s.done[fresh.ID()] = true
	swap := func(ops []operand.Op) {
		for k, op := range ops {
			switch op := op.(type) {
			case reg.VecVirtual:
				if op.ID() == id {
					ops[k] = sized(fresh, op)
				}
			case operand.Mem:
				if op.Index != nil && op.Index.ID() == id {
					op.Index = sized(fresh, op.Index)
					ops[k] = op
				}
			}
		}
	}
	swap(i.Operands)
	swap(i.Inputs)
	swap(i.Outputs)
	return fresh
}

// sized gives a register the width of another one.
func sized(r reg.VecVirtual, like reg.Register) reg.Register {
	if like.Size() == 16 {
		return r.AsX()
	}
	return r
}

// foldable tells whether an instruction may read the value from memory: as its first
// operand, or its second after a mask or a number, and nowhere else.
func foldable(i *ir.Instruction, id reg.ID) bool {
	place, known := map[string]int{
		"VADDPS": 0, "VSUBPS": 0, "VMULPS": 0, "VDIVPS": 0, "VMINPS": 0, "VMAXPS": 0, "VSQRTPS": 0,
		"VADDPD": 0, "VSUBPD": 0, "VMULPD": 0, "VDIVPD": 0, "VMINPD": 0, "VMAXPD": 0, "VSQRTPD": 0,
		"VANDPS": 0, "VANDNPS": 0, "VORPS": 0, "VXORPS": 0, "VPAND": 0, "VPTEST": 0,
		"VPADDD": 0, "VPSUBD": 0, "VPADDQ": 0, "VPSUBQ": 0, "VPMULUDQ": 0, "VPCMPGTQ": 0,
		"VCMPPS": 1, "VCMPPD": 1, "VBLENDVPS": 1, "VBLENDVPD": 1, "VROUNDPS": 1, "VROUNDPD": 1, "VPBLENDD": 1,
	}[i.Opcode]
	if !known {
		return false
	}
	for k, op := range i.Operands {
		if operand.IsMem(op) {
			return false
		}
		if r, is := op.(reg.Register); is && (r.ID() == id) != (k == place) || is && k == place && r.Size() != 32 {
			return false
		}
	}
	return true
}

func substitute(i *ir.Instruction, id reg.ID, at operand.Mem) {
	for _, ops := range [][]operand.Op{i.Operands, i.Inputs} {
		for k, op := range ops {
			if r, is := op.(reg.Register); is && r.ID() == id {
				ops[k] = at
			}
		}
	}
}

// moves makes an instruction that loads or stores a vector.
func moves(from, to operand.Op) *ir.Instruction {
	return &ir.Instruction{
		Opcode: "VMOVUPS", ISA: []string{"AVX"}, Operands: []operand.Op{from, to},
		Inputs: []operand.Op{from}, Outputs: []operand.Op{to},
	}
}
