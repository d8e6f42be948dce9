package state_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/state"
)

// large is a checkpoint of several pieces of every kind, behind a header of some length
// more.
func large(p state.Precision, more int) *state.Checkpoint {
	const n = 1<<18 + 11
	s := &state.State{Step: 9, Precision: p, Replicas: 1}
	for _, f := range []state.Field{
		{Name: "x", Space: state.Node},
		{Name: "n", Space: state.Node, Kind: state.Int},
		{Name: "fired", Space: state.Node, Kind: state.Bit},
		{Name: "y", Space: state.Edge},
	} {
		s.Add(f, n)
		a := &s.Arrays[len(s.Arrays)-1]
		for i := range a.Len() {
			a.Set(i, float64(i%7)-float64(i)/3)
		}
	}
	return &state.Checkpoint{Program: strings.Repeat("p", more), State: s, EpochSums: []float64{1, 2, 3}, ExtraSums: []float64{4}}
}

// plainly is what follows the header of a checkpoint, value after value.
func plainly(t *testing.T, c *state.Checkpoint) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, values := range []any{c.EpochSums, c.ExtraSums} {
		if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range c.State.Arrays {
		for _, values := range []any{a.Single, a.Double, a.Ints} {
			if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range a.Bits {
			if i%8 == 0 {
				b.WriteByte(0)
			}
			b.Bytes()[b.Len()-1] |= v << (i % 8)
		}
	}
	return b.Bytes()
}

// TestPiecesAreTheWhole: wherever pieces are cut, a checkpoint has the bytes that its
// format tells.
func TestPiecesAreTheWhole(t *testing.T) {
	for _, p := range []state.Precision{state.Single, state.Double} {
		for _, more := range []int{0, 1, 6} {
			c := large(p, more)
			got, want := encode(t, c), plainly(t, c)
			body, sum := got[:len(got)-sha256.Size], got[len(got)-sha256.Size:]
			if !bytes.HasSuffix(body, want) {
				t.Fatalf("%s precision, header with %d bytes more: other bytes than value after value", p, more)
			}
			if own := sha256.Sum256(body); !bytes.Equal(own[:], sum) {
				t.Fatalf("%s precision, header with %d bytes more: another sum than that of its bytes", p, more)
			}
			if header := len(body) - len(want) - 16; int(binary.LittleEndian.Uint32(body[12:])) != header {
				t.Fatalf("%s precision: the header is said to have other than its %d bytes", p, header)
			}
		}
	}
}

// TestEncodingTakesFewPieces: the memory for writing a checkpoint does not grow with it.
func TestEncodingTakesFewPieces(t *testing.T) {
	c := &state.Checkpoint{State: &state.State{Replicas: 1}}
	c.State.Add(state.Field{Name: "x", Space: state.Node}, 16<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := c.Encode(&full{1 << 30}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("a checkpoint of 64 MiB takes %d bytes to be written", took)
	}
}

// TestEncodingEndsWhereWritingFails: nothing works on behind the error, and little was
// written after it.
func TestEncodingEndsWhereWritingFails(t *testing.T) {
	c := large(state.Double, 0)
	size := len(encode(t, c))
	before := runtime.NumGoroutine()
	for n := 0; n < size; n += size/7 + 1 {
		w := &failing{full: full{n}}
		if err := c.Encode(w); !errors.Is(err, errFull) {
			t.Fatalf("with room for %d of %d bytes: %v", n, size, err)
		}
		if w.after > 0 {
			t.Errorf("with room for %d of %d bytes %d more writes came after the error", n, size, w.after)
		}
	}
	for deadline := time.Now().Add(10 * time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) { // the last may still be returning
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, and %d before", runtime.NumGoroutine(), before)
		}
	}
}

// failing has room for some bytes, and counts what is written after that.
type failing struct {
	full
	after  int
	failed bool
}

func (f *failing) Write(p []byte) (int, error) {
	if f.failed {
		f.after++
	}
	n, err := f.full.Write(p)
	f.failed = f.failed || err != nil
	return n, err
}
