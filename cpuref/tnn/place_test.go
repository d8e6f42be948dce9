package tnn

import (
	"testing"
	"unsafe"
)

// A visit reads all arrays at one index. So no two of them may begin at the same
// line of a cache's way (64 lines of 64 bytes), though their sizes are powers of two.
func TestArraysBeginApart(t *testing.T) {
	e := lattice(t, 1)
	check := func(when string) {
		lines := map[uintptr]string{}
		for _, a := range e.state.Arrays {
			line := uintptr(unsafe.Pointer(&a.Single[0])) / 64 % 64
			if other, taken := lines[line]; taken {
				t.Errorf("%s, %s begins at the same line as %s", when, a.Name, other)
			}
			lines[line] = a.Name
		}
	}
	check("at the start")
	s, err := e.State()
	if err == nil {
		err = e.SetState(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	check("after SetState")
}
