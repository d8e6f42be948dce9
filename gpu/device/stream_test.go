//go:build opencl && cgo

package device

import (
	"os"
	"testing"
)

func TestStream(t *testing.T) {
	openTest(t)
	opened, err := NewStream(os.Getenv("TNN_TEST_DEVICE"), 5000, 0.5)
	must(t, err)
	s := opened.(*stream)
	must(t, s.Run(2))
	got := make([]float32, s.a.Size()/4)
	must(t, Read(s.a, 0, got))
	if len(got) < 5000 || s.Bytes() != int64(12*len(got)) {
		t.Errorf("%d elements are streamed, %d bytes a pass", len(got), s.Bytes())
	}
	for i, v := range got {
		if v != 1.75 { // 1, 1/2 + 1, 3/4 + 1
			t.Fatalf("element %d is %v after two passes, not 1.75", i, v)
		}
	}
	must(t, s.Close())
}
