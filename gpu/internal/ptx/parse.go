package ptx

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// Kernel is a kernel of a module.
type Kernel struct {
	code       []instruction
	registers  map[string]int    // by name: which row of a warp
	given      map[int]uint64    // what rows of constants hold
	special    map[int]identity  // what rows hold that identify work-items
	parameters map[string]int    // by name: which argument
	symbols    map[string]uint64 // addresses of shared memory and of constants
	shared     int               // bytes of a work-group
	constants  []byte
	operations map[string]operation
}

// instruction is an instruction of a kernel. A branch has a target; any other instruction
// has an effect on lanes.
type instruction struct {
	text    string
	slots   float64 // in which other instructions could have been issued
	do      func(w *warp, lanes uint32)
	address place
	bytes   int // that are read or written there, in global memory
	writes  bool
	branch  bool
	target  int
	guard   int // register of the condition, or -1
	negated bool
	join    int // where lanes that branch apart meet again
	barrier bool
	ends    bool
}

var (
	constant  = regexp.MustCompile(`(?m)^(?:\.visible )?\.const \.align \d+ \.b8 (\S+?)\[(\d+)\](?: = \{([^}]*)\})?;`)
	shared    = regexp.MustCompile(`\.shared \.align \d+ \.[bfsu](\d+) ([^\s\[;]+)(?:\[(\d+)\])?;`)
	parameter = regexp.MustCompile(`\.param \.[^,)]* (\S+?)[\s,]`)
	statement = regexp.MustCompile(`^(?:@(!?)(%\w+)\s+)?([\w.]+)\s*(.*?);?$`)
	indirect  = regexp.MustCompile(`^\[([^\]+]+)(?:\+(-?\d+))?\]$`)
)

// place is an operand in memory: an address in a register, and an offset.
type place struct {
	base   int
	offset uint64
}

func (p place) of(w *warp, lane int) uint64 { return w.rows[p.base][lane] + p.offset }

// Parse reads a kernel out of a module.
func Parse(module, name string) (*Kernel, error) {
	_, rest, found := strings.Cut(module, ".entry "+name+"(")
	head, rest, _ := strings.Cut(rest, "{\n")
	body, _, ended := strings.Cut(rest, "\n}\n")
	if !found || !ended {
		return nil, fmt.Errorf("the module has no kernel %s", name)
	}
	k := &Kernel{registers: map[string]int{}, given: map[int]uint64{}, special: map[int]identity{}, parameters: map[string]int{}, symbols: map[string]uint64{}, operations: operations()}
	for i, m := range parameter.FindAllStringSubmatch(head+",", -1) {
		k.parameters[m[1]] = i
	}
	for _, m := range constant.FindAllStringSubmatch(module, -1) {
		if err := k.addConstant(m[1], m[2], m[3]); err != nil {
			return nil, err
		}
	}
	for _, m := range shared.FindAllStringSubmatch(body, -1) {
		width, _ := strconv.Atoi(m[1]) // digits, both
		count, _ := strconv.Atoi(cmp.Or(m[3], "1"))
		k.symbols[m[2]] = sharedSpace + uint64(k.shared)
		k.shared += (count*width/8 + 15) / 16 * 16
	}
	if err := k.parseCode(body); err != nil {
		return nil, fmt.Errorf("kernel %s: %w", name, err)
	}
	k.findJoins()
	for name, r := range k.registers {
		if value, is := special(name); is {
			k.special[r] = value
		}
	}
	return k, nil
}

func (k *Kernel) addConstant(name, size, values string) error {
	n, err := strconv.Atoi(size)
	if err != nil {
		return err
	}
	data := make([]byte, n)
	for i, v := range strings.FieldsFunc(values, func(r rune) bool { return r == ',' || r == ' ' }) {
		b, err := strconv.ParseUint(v, 10, 8)
		if err != nil {
			return fmt.Errorf("constant %s: %w", name, err)
		}
		data[i] = byte(b)
	}
	k.symbols[name] = constantSpace + uint64(len(k.constants))
	k.constants = append(k.constants, data...)
	return nil
}

func (k *Kernel) parseCode(body string) error {
	labels, targets := map[string]int{}, map[int]string{}
	for line := range strings.Lines(body) {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(line)
		if label, is := strings.CutSuffix(line, ":"); is {
			labels[label] = len(k.code)
			continue
		}
		if line == "" || line[0] == '.' || line[0] == '{' || line[0] == '}' {
			continue
		}
		m := statement.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("what is %q?", line)
		}
		in := instruction{text: line, slots: 1, guard: -1, negated: m[1] == "!"}
		if m[2] != "" {
			in.guard = k.register(m[2])
		}
		var operands []string
		for _, o := range strings.Split(m[4], ",") {
			operands = append(operands, strings.Trim(o, " \t{}"))
		}
		if strings.HasPrefix(m[3], "bra") {
			in.branch, targets[len(k.code)] = true, operands[0]
		} else if in.guard >= 0 {
			return fmt.Errorf("%q is conditional", line)
		} else if err := k.compile(&in, m[3], operands); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		k.code = append(k.code, in)
	}
	for at, label := range targets {
		target, known := labels[label]
		if !known {
			return fmt.Errorf("there is no label %s", label)
		}
		k.code[at].target = target
	}
	return nil
}

func (k *Kernel) register(name string) int {
	i, known := k.registers[name]
	if !known {
		i = len(k.registers)
		k.registers[name] = i
	}
	return i
}

// compile translates an instruction, other than a branch, to a function.
func (k *Kernel) compile(in *instruction, opcode string, operands []string) error {
	kind, rest, _ := strings.Cut(opcode, ".")
	switch kind {
	case "bar":
		in.barrier = true
		return nil
	case "ret":
		in.ends = true
		return nil
	case "ld", "st", "atom", "red":
		return k.compileMemory(in, kind, rest, operands)
	}
	operation, known := k.operations[opcode]
	if !known {
		return fmt.Errorf("instruction %s is not known", opcode)
	}
	in.slots = operation.slots
	to, from := k.register(operands[0]), [3]int{}
	for i := range from {
		text := "0" // where the operation has fewer operands
		if i+1 < len(operands) {
			text = operands[i+1]
		}
		var err error
		if from[i], err = k.operand(text); err != nil {
			return err
		}
	}
	apply := operation.apply
	in.do = func(w *warp, lanes uint32) {
		out, a, b, c := &w.rows[to], &w.rows[from[0]], &w.rows[from[1]], &w.rows[from[2]]
		for ; lanes != 0; lanes &= lanes - 1 {
			lane := first(lanes)
			out[lane] = apply(a[lane], b[lane], c[lane])
		}
	}
	return nil
}

// first is the first one of lanes.
func first(lanes uint32) int { return bits.TrailingZeros32(lanes) % Lanes }

// operand finds the register of an operand: a register, a special register that identifies
// the work-item, or a register that is filled with a symbol's address or a number.
func (k *Kernel) operand(text string) (int, error) {
	r := k.register(text)
	if text[0] == '%' {
		return r, nil
	}
	v, known := k.symbols[text]
	if !known {
		var err error
		if v, err = number(text); err != nil {
			return 0, err
		}
	}
	k.given[r] = v
	return r, nil
}

// identity is the value of a special register that identifies the work-item of a lane.
type identity func(w *warp, lane int) uint64

// special finds that of a register.
func special(text string) (f identity, known bool) {
	name, dimension, _ := strings.Cut(text, ".")
	d := strings.Index("xyz", dimension)
	switch {
	case text == "%tid.x":
		return func(w *warp, lane int) uint64 { return uint64(w.first + lane) }, true
	case text == "%ntid.x":
		return func(w *warp, _ int) uint64 { return uint64(w.items) }, true
	case name == "%ctaid":
		return func(w *warp, _ int) uint64 { return uint64(w.group[d]) }, true
	case name == "%nctaid":
		return func(w *warp, _ int) uint64 { return uint64(w.groups[d]) }, true
	}
	return nil, false
}

// number reads a constant: an integer, or the bits of a real.
func number(text string) (uint64, error) {
	if hex, is := strings.CutPrefix(text, "0f"); is {
		return strconv.ParseUint(hex, 16, 32)
	}
	if hex, is := strings.CutPrefix(text, "0d"); is {
		return strconv.ParseUint(hex, 16, 64)
	}
	v, err := strconv.ParseInt(text, 0, 64)
	return uint64(v), err
}

// compileMemory translates a load, a store or an atomic operation. The place in memory is
// the last operand of a load, the first one of a store or of an atomic operation without a
// result, and the second one of an atomic operation with a result.
func (k *Kernel) compileMemory(in *instruction, kind, opcode string, operands []string) error {
	parts := strings.Split(opcode, ".")
	space, size := parts[0], 4
	switch kind := parts[len(parts)-1]; {
	case strings.HasSuffix(kind, "64"):
		size = 8
	case kind == "u8" || kind == "b8":
		size = 1
	case space != "param" && (strings.HasSuffix(kind, "8") || strings.HasSuffix(kind, "16")):
		return fmt.Errorf("words of type %s are not known", kind)
	}
	if space == "param" {
		in.slots = 0 // an operand in memory of constants
		argument, to := k.parameters[strings.Trim(operands[1], "[]")], k.register(operands[0])
		in.do = func(w *warp, lanes uint32) {
			for ; lanes != 0; lanes &= lanes - 1 {
				w.rows[to][first(lanes)] = w.arguments[argument]
			}
		}
		return nil
	}
	at := map[string]int{"ld": len(operands) - 1, "st": 0, "atom": 1, "red": 0}[kind]
	address, err := k.place(operands[at])
	if err != nil {
		return err
	}
	values := append(append([]string{}, operands[:at]...), operands[at+1:]...)
	if space == "global" {
		in.address, in.bytes, in.writes = address, size, kind != "ld"
		if kind == "ld" || kind == "st" {
			in.bytes *= len(values)
		}
	}
	switch kind {
	case "ld":
		in.do = k.load(address, values, size, strings.HasSuffix(opcode, ".s32"))
		return nil
	case "st":
		in.do, err = k.store(address, values, size)
		return err
	}
	in.do, err = k.atomic(address, kind, parts[1], values)
	return err
}

func (k *Kernel) place(text string) (p place, err error) {
	m := indirect.FindStringSubmatch(text)
	if m == nil {
		return p, fmt.Errorf("%s is no place in memory", text)
	}
	if p.base, err = k.operand(m[1]); err != nil {
		return p, err
	}
	offset, err := strconv.ParseInt(cmp.Or(m[2], "0"), 10, 64)
	p.offset = uint64(offset)
	return p, err
}

// load reads values into registers; a word with a sign fills a register of 64 bits.
func (k *Kernel) load(from place, values []string, size int, hasSign bool) func(*warp, uint32) {
	var to []int
	extend := false
	for _, v := range values {
		to = append(to, k.register(v))
		extend = hasSign && strings.HasPrefix(v, "%rd")
	}
	return func(w *warp, lanes uint32) {
		for ; lanes != 0; lanes &= lanes - 1 {
			lane := first(lanes)
			words := w.memory(from.of(w, lane), size*len(to))
			for i, r := range to {
				v := get(words[i*size : (i+1)*size])
				if extend {
					v = signed(v)
				}
				w.rows[r][lane] = v
			}
		}
	}
}

func (k *Kernel) store(to place, values []string, size int) (func(*warp, uint32), error) {
	var from []int
	for _, v := range values {
		r, err := k.operand(v)
		if err != nil {
			return nil, err
		}
		from = append(from, r)
	}
	return func(w *warp, lanes uint32) {
		for ; lanes != 0; lanes &= lanes - 1 {
			lane := first(lanes)
			words := w.memory(to.of(w, lane), size*len(from))
			for i, r := range from {
				put(words[i*size:(i+1)*size], w.rows[r][lane])
			}
		}
	}, nil
}

// atomic translates "add", "or" and "min" of a word in memory, which has no sign. "atom" returns the
// previous value.
func (k *Kernel) atomic(at place, kind, what string, values []string) (func(*warp, uint32), error) {
	to := k.register("nowhere")
	if kind == "atom" {
		to = k.register(values[0])
	}
	by, err := k.operand(values[len(values)-1])
	if err != nil {
		return nil, err
	}
	apply := map[string]func(a, b uint64) uint64{
		"or":  func(a, b uint64) uint64 { return a | b },
		"add": func(a, b uint64) uint64 { return a + b },
		"min": func(a, b uint64) uint64 { return min(a&math.MaxUint32, b&math.MaxUint32) },
	}[what]
	if apply == nil {
		return nil, fmt.Errorf("atomic operation %s is not known", what)
	}
	return func(w *warp, lanes uint32) {
		for ; lanes != 0; lanes &= lanes - 1 {
			lane := first(lanes)
			word := w.memory(at.of(w, lane), 4)
			old := get(word)
			put(word, apply(old, w.rows[by][lane]))
			w.rows[to][lane] = old
		}
	}, nil
}

// findJoins finds the join of each branch, which is its immediate postdominator: the first
// instruction that both ways reach.
func (k *Kernel) findJoins() {
	after := k.postdominators()
	for i := range k.code {
		in := &k.code[i]
		if !in.branch || in.guard < 0 {
			continue
		}
		// The postdominators form a chain. The nearest one is postdominated by all others.
		for j := range after {
			if j != i && after[i].has(j) && after[j].size() == after[i].size()-1 {
				in.join = j
			}
		}
	}
}

// set is a set of instructions.
type set []uint64

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) size() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// postdominators gives, for each instruction and for the end, the set of instructions that
// every way from it passes. An instruction is in its own set.
func (k *Kernel) postdominators() []set {
	end := len(k.code)
	after := make([]set, end+1)
	for i := range after {
		after[i] = make(set, end/64+1)
		for w := range after[i] {
			after[i][w] = ^uint64(0)
		}
	}
	clear(after[end])
	after[end][end/64] = 1 << (end % 64)
	for changed := true; changed; {
		changed = false
		for i := end - 1; i >= 0; i-- {
			for w := range after[i] {
				word := ^uint64(0)
				for _, next := range k.next(i) {
					word &= after[next][w]
				}
				if w == i/64 {
					word |= 1 << (i % 64)
				}
				changed = changed || word != after[i][w]
				after[i][w] = word
			}
		}
	}
	return after
}

// next lists the instructions that can follow an instruction.
func (k *Kernel) next(i int) []int {
	switch in := &k.code[i]; {
	case in.ends:
		return []int{len(k.code)}
	case in.branch && in.guard < 0:
		return []int{in.target}
	case in.branch:
		return []int{in.target, i + 1}
	}
	return []int{i + 1}
}
