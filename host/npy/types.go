package npy

import (
	"encoding/binary"
	"math"
)

// types are those that values can have, with their size in bytes; < or = before
// one is little-endian, > big-endian, and | goes with a single byte.
var types = []string{"b1", "i1", "u1", "i2", "u2", "f2", "i4", "u4", "f4", "i8", "u8", "f8"}

// decoder appends the values in some bytes, as float64, which holds those of all
// types but integers beyond 2^53.
func (h *Header) decoder() func(dst []float64, bytes []byte) []float64 {
	var order binary.ByteOrder = binary.LittleEndian
	if h.Dtype[0] == '>' {
		order = binary.BigEndian
	}
	width := int(h.width())
	value := valueOf(h.Dtype[1:], order)
	return func(dst []float64, bytes []byte) []float64 {
		for ; len(bytes) >= width; bytes = bytes[width:] {
			dst = append(dst, value(bytes))
		}
		return dst
	}
}

func valueOf(kind string, order binary.ByteOrder) func([]byte) float64 {
	switch kind {
	case "i1":
		return func(b []byte) float64 { return float64(int8(b[0])) }
	case "u1", "b1":
		return func(b []byte) float64 { return float64(b[0]) }
	case "i2":
		return func(b []byte) float64 { return float64(int16(order.Uint16(b))) }
	case "u2":
		return func(b []byte) float64 { return float64(order.Uint16(b)) }
	case "i4":
		return func(b []byte) float64 { return float64(int32(order.Uint32(b))) }
	case "u4":
		return func(b []byte) float64 { return float64(order.Uint32(b)) }
	case "i8":
		return func(b []byte) float64 { return float64(int64(order.Uint64(b))) }
	case "u8":
		return func(b []byte) float64 { return float64(order.Uint64(b)) }
	case "f2":
		return func(b []byte) float64 { return half(order.Uint16(b)) }
	case "f4":
		return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }
	}
	return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }
}

// half is a number of IEEE 754's binary16.
func half(bits uint16) float64 {
	sign, exponent, fraction := bits>>15, int(bits>>10&31), float64(bits&1023)
	var v float64
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		v = math.Inf(1)
		if fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	return math.Copysign(v, 1-2*float64(sign))
}
