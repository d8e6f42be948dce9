//go:build opencl && cgo

package device

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBufferRoundTrip(t *testing.T) {
	d := openTest(t)
	t.Run("float32", func(t *testing.T) { roundTrip(t, d, rapid.Float32()) })
	t.Run("float64", func(t *testing.T) { roundTrip(t, d, rapid.Float64()) })
	t.Run("int32", func(t *testing.T) { roundTrip(t, d, rapid.Int32()) })
	t.Run("uint32", func(t *testing.T) { roundTrip(t, d, rapid.Uint32()) })
	t.Run("int64", func(t *testing.T) { roundTrip(t, d, rapid.Int64()) })
	t.Run("uint64", func(t *testing.T) { roundTrip(t, d, rapid.Uint64()) })
	t.Run("byte", func(t *testing.T) { roundTrip(t, d, rapid.Byte()) })
}

// roundTrip compares a buffer with a slice through writes and fills anywhere.
func roundTrip[T Element](t *testing.T, d *Device, value *rapid.Generator[T]) {
	const length = 50
	b := alloc(t, d, length*8)
	rapid.Check(t, func(t *rapid.T) {
		want := make([]T, length)
		if err := Write(b, 0, want); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 4).Draw(t, "operations") {
			from := rapid.IntRange(0, length).Draw(t, "from")
			count := rapid.IntRange(0, length-from).Draw(t, "count")
			part := want[from : from+count]
			var err error
			if rapid.Bool().Draw(t, "fill") {
				v := value.Draw(t, "value")
				for i := range part {
					part[i] = v
				}
				err = Fill(b, from, count, v)
			} else {
				copy(part, rapid.SliceOfN(value, count, count).Draw(t, "values"))
				err = Write(b, from, part)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		from := rapid.IntRange(0, length).Draw(t, "read from")
		got := make([]T, length-from)
		if err := Read(b, from, got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[from:], got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTransferOutsideTheBuffer(t *testing.T) {
	d := openTest(t)
	b := alloc(t, d, 64)
	for name, err := range map[string]error{
		"write past the end":    Write(b, 15, make([]float32, 2)),
		"read past the end":     Read(b, 0, make([]float64, 9)),
		"read before the start": Read(b, -1, make([]uint32, 1)),
		"fill past the end":     Fill(b, 16, 1, float32(1)),
		"fill of less":          Fill(b, 0, -1, float32(1)),
		"fill far away":         Fill(b, math.MaxInt, math.MaxInt, uint64(1)),
	} {
		if err == nil || !strings.Contains(err.Error(), "data") {
			t.Errorf("%s gives %v, want an error that names the buffer", name, err)
		}
	}
	must(t, Write(b, 16, []float32{}), Read(b, 8, []float64{}), Fill(b, 0, 0, byte(1)))
}

func TestEmptyBuffer(t *testing.T) {
	d := openTest(t)
	b := alloc(t, d, 0)
	must(t, Write(b, 0, []int32(nil)), double(t, d).Bind(Args{"data": b, "n": int32(0)}))
	if err := Write(b, 0, []int32{1}); err == nil {
		t.Error("an empty buffer takes an element")
	}
}

// TestTooMuchMemory checks that the driver is not even asked: it may promise
// more than it has.
func TestTooMuchMemory(t *testing.T) {
	d := openTest(t)
	asked := 0
	d.fault = func(call string) error {
		if call == "clCreateBuffer" {
			asked++
		}
		return nil
	}
	for _, size := range []uint64{d.info.MaxAlloc + 1, d.info.GlobalMemory + 1, math.MaxUint64} {
		_, err := d.Alloc("weights", size)
		if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "weights") {
			t.Errorf("%d bytes give %v, want ErrMemory and the buffer's name", size, err)
		}
	}
	if asked != 0 {
		t.Errorf("the driver was asked %d times", asked)
	}

	d.info.GlobalMemory = 100
	first, err := d.Alloc("first", 60)
	must(t, err)
	if _, err := d.Alloc("second", 60); !errors.Is(err, ErrMemory) {
		t.Errorf("60 bytes beside 60 of 100 give %v", err)
	}
	must(t, first.Release(), first.Release())
	if _, err := d.Alloc("second", 60); err != nil {
		t.Errorf("after a release: %v", err)
	}
}
