package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// npy writes a file by the book, with a header of any text.
func npy(version byte, header string, values ...any) []byte {
	b := []byte("\x93NUMPY" + string([]byte{version, 0}))
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	}
	buffer := bytes.NewBuffer(append(b, header...))
	for _, v := range values {
		if err := binary.Write(buffer, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return buffer.Bytes()
}

func dict(dtype, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", dtype, shape)
}

func write(t testing.TB, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func archive(t testing.TB, method uint16, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "x.npz", b.Bytes())
}

func TestArchive(t *testing.T) {
	files := map[string][]byte{
		"single.npy":  npy(1, dict("<f4", "2, 3"), []float32{1, -2, 0.5, 4, 5, float32(math.Inf(1))}),
		"double.npy":  npy(2, dict("<f8", "3,"), []float64{1e300, -0.25, 3}),
		"short.npy":   npy(1, dict("<i4", "2, 1"), []int32{-7, 1 << 30}),
		"scalar.npy":  npy(3, dict("<i8", ""), int64(-5)),
		"nothing.npy": npy(1, dict("<f4", "0, 4")),
	}
	want := map[string]*Array{
		"single":  {[]int64{2, 3}, []float64{1, -2, 0.5, 4, 5, math.Inf(1)}},
		"double":  {[]int64{3}, []float64{1e300, -0.25, 3}},
		"short":   {[]int64{2, 1}, []float64{-7, 1 << 30}},
		"scalar":  {[]int64{}, []float64{-5}},
		"nothing": {[]int64{0, 4}, nil},
	}
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		a, err := OpenArchive(archive(t, method, files))
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range want {
			got, err := a.Read(name, 6)
			if d := cmp.Diff(w, got); err != nil || d != "" {
				t.Errorf("%s: %v, (-want +is):\n%s", name, err, d)
			}
		}
		if _, err := a.Read("other", 6); err == nil || !strings.Contains(err.Error(), `no array "other"`) {
			t.Errorf("an array that is not there: %v", err)
		}
		if _, err := a.Read("single", 5); err == nil {
			t.Error("more values than allowed were read")
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestDamage has files that claim what they do not hold.
func TestDamage(t *testing.T) {
	for name, text := range map[string][]byte{
		"no array":        []byte("PK\x03\x04 this is none"),
		"empty":           {},
		"format":          npy(4, dict("<f4", "1,"), float32(1)),
		"Fortran":         npy(1, strings.Replace(dict("<f4", "1,"), "False", "True", 1), float32(1)),
		"complex numbers": npy(1, dict("<c8", "1,"), int64(1)),
		"big endian":      npy(1, dict(">f4", "1,"), float32(1)),
		"no shape":        npy(1, "{'descr': '<f4', 'fortran_order': False}\n", float32(1)),
		"a huge shape":    npy(1, dict("<f8", "1000000000000"), float64(1)),
		"an overflow":     npy(1, dict("<f8", "4294967296, 4294967296, 4294967296"), float64(1)),
		"a negative side": npy(1, dict("<f8", "-1,"), float64(1)),
		"one too few":     npy(1, dict("<f4", "3,"), []float32{1, 2}),
		"a long header":   npy(2, dict("<f4", "1,")+strings.Repeat(" ", 1<<17), float32(1)),
		"a cut header":    npy(1, dict("<f4", "1,"), float32(1))[:20],
	} {
		if r, err := OpenRecords(write(t, "x.npy", text)); err == nil {
			t.Errorf("%s: opened with %d records", name, r.Len())
		}
		a, err := OpenArchive(archive(t, zip.Store, map[string][]byte{"x.npy": text}))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Read("x", math.MaxInt64); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
	if _, err := OpenArchive(write(t, "x.npz", []byte("nothing"))); err == nil {
		t.Error("a text is opened as an archive")
	}
}

// TestRecordsOfAGrowingFile: what came after the header was read does not count.
func TestRecordsOfAGrowingFile(t *testing.T) {
	text := npy(1, dict("<f4", "2, 3"), []float32{1, 2, 3, 4, 5, 6, 7, 8})
	r, err := OpenRecords(write(t, "x.npy", text))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Read(1)
	if d := cmp.Diff([]float64{4, 5, 6}, got); d != "" || err != nil || r.Len() != 2 {
		t.Errorf("%d records, %v, (-want +is):\n%s", r.Len(), err, d)
	}
	for _, i := range []int{-1, 2} {
		if _, err := r.Read(i); err == nil {
			t.Errorf("record %d was read", i)
		}
	}
}

func FuzzArray(f *testing.F) {
	f.Add(npy(1, dict("<f4", "2, 3"), []float32{1, 2, 3, 4, 5, 6}))
	f.Add(npy(2, dict("<i8", ""), int64(5)))
	f.Add(npy(1, dict("<f8", "4294967296, 4294967296"), float64(1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := readArray(bytes.NewReader(text), int64(len(text)), 1<<20)
		if err != nil {
			return
		}
		items := int64(1)
		for _, side := range a.Shape {
			items *= side
		}
		if int64(len(a.Values)) != items {
			t.Errorf("%d values of shape %v", len(a.Values), a.Shape)
		}
	})
}
