package vector

import (
	"math"
	"unsafe"
)

// Stage is a stage of a visit.
type Stage[F Real] func(n *Network[F], s *Sweep[F], f *Frame[F])

// Form is the stages for one set of instructions.
type Form[F Real] struct {
	Name                                    string // of the instructions
	Charge2020, Sample2020, Equilibrate2020 Stage[F]
	Charge2019, Sample2019, Relax2019       Stage[F]
	Change, Finish                          Stage[F]
}

// AllReals is x in all lanes.
func AllReals[F Real](x F) All {
	if unsafe.Sizeof(x) == 4 {
		return AllWords[F](math.Float32bits(float32(x)))
	}
	word := math.Float64bits(float64(x))
	return All{word, word, word, word}
}

// AllWords is x in all lanes, whose upper half is zero where it has one.
func AllWords[F Real](x uint32) All {
	word := uint64(x)
	if unsafe.Sizeof(F(0)) == 4 {
		word |= word << 32
	}
	return All{word, word, word, word}
}

// SetBits gives each lane its bit.
func (w *Work[F]) SetBits() {
	words := unsafe.Slice((*uint32)(unsafe.Pointer(&w.Bits)), unsafe.Sizeof(w.Bits)/4)
	for lane := range Lanes {
		words[lane*len(words)/Lanes] = 1 << lane
	}
}
