//go:build opencl && cgo

package device

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// probeRows is how many arguments each function is tried with.
const probeRows = 4096

// Probe opens the device that info describes, probes it in every precision that
// it has, and returns info with the verdicts.
func Probe(info Info) (Info, error) {
	d, err := Open(strconv.Itoa(info.Index))
	if err != nil {
		return Info{}, err
	}
	err = d.Probe(state.Single)
	if err == nil && d.info.Double {
		err = d.Probe(state.Double)
	}
	return d.info, errors.Join(err, d.Close())
}

// Probe has the device compute with the functions of kernels.cl in a precision
// and compares its answers with the host's. Info then holds the verdict. The
// error wraps [backend.ErrNoDouble] where the device lacks the precision, and [ErrWrong]
// where its answers are not merely rounded in another way. A device that was opened
// again is not probed again.
func (d *Device) Probe(precision state.Precision) error {
	if d.closed {
		return errClosed
	}
	if precision == state.Double && !d.info.Double {
		return fmt.Errorf("%w: %s computes in single precision alone; take that, or another device", backend.ErrNoDouble, d.info.Name)
	}
	source := d.probeHeader(precision).Source()
	v, err := d.common.verdicts.get(d.options+source, func() (verdict, error) { return d.probe(source, precision, probeRows) })
	if err != nil {
		return fmt.Errorf("probing the %s precision arithmetic of %s: %w", precision, d.info.Name, err)
	}
	d.info.take(precision, v)
	return nil
}

// take has info hold a verdict. Of two limits of turns the lower one holds.
func (i *Info) take(precision state.Precision, v verdict) {
	if v.turns > 0 && (i.Turns == 0 || v.turns < i.Turns) {
		i.Turns = v.turns
	}
	if precision == state.Double {
		i.DoubleVerdict = v.arithmetic
	} else {
		i.SingleVerdict = v.arithmetic
	}
}

// verdict is what a probe finds: of Info, the verdict of its precision, and Turns.
type verdict struct {
	arithmetic string
	turns      int
}

func (d *Device) probe(source string, precision state.Precision, rows int) (verdict, error) {
	if precision == state.Double {
		return probe[float64](d, source, precision, rows)
	}
	return probe[float32](d, source, precision, rows)
}

// elementary is how many of fmath.ProbeFunctions come before plain arithmetic.
const elementary = 6

// probe compares what the device makes of section 5 of kernels.cl with what the
// host does.
func probe[F fmath.Float](d *Device, source string, precision state.Precision, rows int) (v verdict, err error) {
	p, err := d.Build(source, "")
	if err != nil {
		return v, err
	}
	input, numbers := fmath.Probe[F](rows)
	key := rng.Key(probeSeed)
	words, reals := rng.Probe[F](key, rows)
	if v.turns, err = p.probeTurns(); err != nil {
		return v, err
	}
	got, err := runProbes(p, d.Width(precision), input, key, words, numbers, reals)
	if err != nil {
		return v, err
	}
	if i := firstDifference(words, got.words, func(a, b uint32) bool { return a == b }); i >= 0 {
		return v, fmt.Errorf("%w: word %d of the noise generator is %08x, not %08x", ErrWrong, i, got.words[i], words[i])
	}
	// Plain arithmetic is not judged: with the smallest numbers, or where all but
	// the rounding cancels, another rounding gives another number altogether.
	if i := firstDifference(numbers[:elementary*rows], got.numbers, near); i >= 0 {
		return v, fmt.Errorf("%w: %s is %v, not %v, for x = %v", ErrWrong, fmath.ProbeFunctions[i/rows], got.numbers[i], numbers[i], input[i%rows])
	}
	if i := firstDifference(reals, got.reals, near); i >= 0 {
		return v, fmt.Errorf("%w: random number %d is %v, not %v", ErrWrong, i, got.reals[i], reals[i])
	}
	if i := firstDifference(numbers, got.numbers, fmath.SameBits); i >= 0 {
		v.arithmetic = "tolerant: " + fmath.ProbeFunctions[i/rows]
		return v, nil
	}
	if i := firstDifference(reals, got.reals, fmath.SameBits); i >= 0 {
		v.arithmetic = "tolerant: " + [...]string{"uniform", "normal", "normal"}[i/rows]
		return v, nil
	}
	v.arithmetic = Strict
	return v, nil
}

// manyTurns is beyond the turns after which drivers were seen to end loops: 65,535, which
// llvmpipe counts over all loops of a work-item.
const manyTurns = 1 << 17

// turned is the next member of a sequence that no compiler finds a formula for; it has
// none twice within manyTurns, nor the largest number.
func turned(x uint32) uint32 { return x*1664525 + 1013904223 }

// probeTurns gives [Info.Turns].
func (p *Program) probeTurns() (int, error) {
	got := []uint32{0}
	output, err := p.device.Alloc("of the probe", SizeOf(got))
	if err != nil {
		return 0, err
	}
	defer output.Release()
	// Memory may still hold an earlier answer; what fills it is none.
	if err := Fill(output, 0, 1, ^uint32(0)); err != nil {
		return 0, err
	}
	err = p.launchRows("probe_turns", 1, Args{"n": uint32(manyTurns), "output": output})
	if err := errors.Join(err, Read(output, 0, got)); err != nil {
		return 0, err
	}
	x := uint32(0)
	for turns := range manyTurns {
		if x == got[0] {
			return max(1, turns), nil
		}
		x = turned(x)
	}
	if x != got[0] {
		return 0, fmt.Errorf("%w: a loop of %d turns gives %d, not %d", ErrWrong, manyTurns, got[0], x)
	}
	return 0, nil
}

// probeSeed is any seed with ones and zeros in both halves.
const probeSeed = 0x0123456789abcdef

// answers is what a device made of the two probe kernels.
type answers[F fmath.Float] struct {
	words          []uint32
	numbers, reals []F
}

// runProbes runs both kernels; words, numbers and reals give the sizes alone.
func runProbes[F fmath.Float](p *Program, width int, input []F, key [2]uint32, words []uint32, numbers, reals []F) (a answers[F], err error) {
	d, rows := p.device, uint32(len(input)/3)
	var buffers [4]*Buffer
	sizes := [...]uint64{SizeOf(input), SizeOf(numbers), SizeOf(words), SizeOf(reals)}
	for i, size := range sizes {
		if buffers[i], err = d.Alloc("of the probe", size); err != nil {
			return a, err
		}
		defer buffers[i].Release()
		// Memory may still hold the answers of an earlier probe.
		if err := Fill(buffers[i], 0, int(size/4), ^uint32(0)); err != nil {
			return a, err
		}
	}
	if err := Write(buffers[0], 0, input); err != nil {
		return a, err
	}
	if err := p.launchRows("probe_math", int(rows)/width, Args{"input": buffers[0], "n": rows, "output": buffers[1]}); err != nil {
		return a, err
	}
	if err := p.launchRows("probe_noise", int(rows)/width, Args{"key": key, "n": rows, "output": buffers[2], "reals": buffers[3]}); err != nil {
		return a, err
	}
	a = answers[F]{make([]uint32, len(words)), make([]F, len(numbers)), make([]F, len(reals))}
	return a, errors.Join(Read(buffers[1], 0, a.numbers), Read(buffers[2], 0, a.words), Read(buffers[3], 0, a.reals))
}

func (p *Program) launchRows(kernel string, items int, args Args) error {
	k, err := p.Kernel(kernel)
	if err != nil {
		return err
	}
	if err := k.Bind(args); err != nil {
		return err
	}
	return k.Launch([]int{items}, nil)
}

// firstDifference is the first index at which two slices are not the same, or
// -1. Only as much of b is looked at as a has.
func firstDifference[T any](a, b []T, same func(a, b T) bool) int {
	for i := range a {
		if !same(a[i], b[i]) {
			return i
		}
	}
	return -1
}

// near tells whether got can be want in another rounding. What overflows or is no
// number is passed over: it occurs in no healthy network.
func near[F fmath.Float](want, got F) bool {
	w, g := float64(want), float64(got)
	if math.IsNaN(w) || math.IsInf(w, 0) {
		return true
	}
	return math.Abs(g-w) <= 1e-3*math.Abs(w)+1e-6
}

// Width is how many values a work-item computes at once, WIDTH in kernels.cl: as
// many as the processor's vectors hold where that is the device, else 1.
func (d *Device) Width(precision state.Precision) int {
	if d.info.Kind != "cpu" {
		return 1
	}
	native := d.info.VectorSingle
	if precision == state.Double {
		native = d.info.VectorDouble
	}
	width := 1
	for width < min(native, 16) {
		width *= 2
	}
	return width
}

// Header begins the header of a program in a precision.
func (d *Device) Header(precision state.Precision) *Header {
	return NewHeader(precision, d.Width(precision))
}

// probeHeader is that of section 5 of kernels.cl.
func (d *Device) probeHeader(precision state.Precision) *Header {
	h := d.Header(precision)
	h.Define("PROBE", true)
	return h
}
