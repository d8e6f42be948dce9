package state

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// A checkpoint passes in pieces, which are used again when they are written: as many as
// keep all that is done to them busy.
const (
	pieceBytes = 1 << 20
	pieces     = 4
)

// Encode writes the checkpoint. A piece is encoded, the one before it summed and the one
// before that written, each on a goroutine of its own: all takes as long as the slowest.
func (c *Checkpoint) Encode(w io.Writer) error {
	header, err := c.header()
	if err != nil {
		return err
	}
	free, encoded, summed := make(chan []byte, pieces), make(chan []byte, pieces), make(chan []byte, pieces)
	for range pieces {
		free <- nil
	}
	go func() {
		defer close(encoded)
		c.encode(&encoder{free: free, encoded: encoded}, header)
	}()
	sum := sha256.New()
	go func() {
		defer close(summed)
		for piece := range encoded {
			sum.Write(piece)
			summed <- piece
		}
	}()
	for piece := range summed {
		if _, err := w.Write(piece); err != nil {
			close(free)
			for range summed { // until both have noticed
			}
			return fmt.Errorf("the checkpoint cannot be written: %w", err)
		}
		free <- piece
	}
	if _, err := w.Write(sum.Sum(nil)); err != nil {
		return fmt.Errorf("the checkpoint cannot be written: %w", err)
	}
	return nil
}

// encode encodes all that is summed.
func (c *Checkpoint) encode(e *encoder, header []byte) {
	e.size = prefixBytes + len(header) + 8*(len(c.EpochSums)+len(c.ExtraSums)) + int(c.State.bytes())
	prefix := []byte(checkpointMagic)
	prefix = binary.LittleEndian.AppendUint32(prefix, checkpointVersion)
	prefix = binary.LittleEndian.AppendUint32(prefix, uint32(len(header)))
	e.text(prefix)
	e.text(header)
	e.doubles(c.EpochSums)
	e.doubles(c.ExtraSums)
	for i := range c.State.Arrays {
		a := &c.State.Arrays[i]
		e.singles(a.Single)
		e.doubles(a.Double)
		e.ints(a.Ints)
		e.bits(a.Bits)
	}
	e.hand()
}

// bytes of the arrays in memory, which is no less than in a file.
func (s *State) bytes() (n int64) {
	for i := range s.Arrays {
		n += int64(s.Arrays[i].Len()) * int64(s.Arrays[i].Bytes(s.Precision))
	}
	return n
}

// encoder fills pieces, and hands them on.
type encoder struct {
	free    <-chan []byte // closed where nothing more is wanted
	encoded chan<- []byte
	size    int    // of all pieces together, at most
	piece   []byte // with what it has so far; nil where there is none
}

// room is that for as many things of some bytes as the piece takes, at least one and at
// most n; nil where nothing more is wanted.
func (e *encoder) room(bytes, n int) []byte {
	if e.piece != nil && cap(e.piece)-len(e.piece) < bytes {
		e.hand()
	}
	if e.piece == nil {
		piece, wanted := <-e.free
		if !wanted {
			return nil
		}
		if piece == nil {
			piece = make([]byte, 0, max(bytes, min(e.size, pieceBytes)))
		}
		e.piece = piece[:0]
	}
	from := len(e.piece)
	e.piece = e.piece[:from+bytes*min(n, (cap(e.piece)-from)/bytes)]
	return e.piece[from:]
}

// hand hands the piece on.
func (e *encoder) hand() {
	if len(e.piece) > 0 {
		e.encoded <- e.piece
	}
	e.piece = nil
}

// fill encodes values of some bytes each, as many at a time as a piece has room for.
func fill[T any](e *encoder, values []T, bytes int, put func(room []byte, values []T)) {
	for len(values) > 0 {
		room := e.room(bytes, len(values))
		if room == nil {
			return
		}
		n := len(room) / bytes
		put(room, values[:n])
		values = values[n:]
	}
}

func (e *encoder) text(b []byte) {
	fill(e, b, 1, func(room, b []byte) { copy(room, b) })
}

func (e *encoder) singles(values []float32) {
	fill(e, values, 4, func(room []byte, values []float32) {
		for i, v := range values {
			binary.LittleEndian.PutUint32(room[4*i:], math.Float32bits(v))
		}
	})
}

func (e *encoder) doubles(values []float64) {
	fill(e, values, 8, func(room []byte, values []float64) {
		for i, v := range values {
			binary.LittleEndian.PutUint64(room[8*i:], math.Float64bits(v))
		}
	})
}

func (e *encoder) ints(values []int32) {
	fill(e, values, 4, func(room []byte, values []int32) {
		for i, v := range values {
			binary.LittleEndian.PutUint32(room[4*i:], uint32(v))
		}
	})
}

func (e *encoder) bits(values []uint8) {
	for len(values) > 0 {
		room := e.room(1, (len(values)+7)/8)
		if room == nil {
			return
		}
		for i := range room {
			room[i] = 0
			for k, v := range values[8*i : min(8*i+8, len(values))] {
				room[i] |= v << k
			}
		}
		values = values[min(8*len(room), len(values)):]
	}
}
