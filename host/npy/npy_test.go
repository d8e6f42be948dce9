package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
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
		"complex numbers": npy(1, dict("<c8", "1,"), int64(1)),
		"quadruple":       npy(1, dict("<f16", "1,"), int64(1), int64(1)),
		"objects":         npy(1, dict("|O", "1,"), int64(1)),
		"texts":           npy(1, dict("<U1", "1,"), int32(1)),
		"two signs":       npy(1, dict("<>i4", "1,"), int32(1)),
		"no sign":         npy(1, dict("i4", "1,"), int32(1)),
		"three bytes":     npy(1, dict("<i3", "1,"), int32(1)),
		"a field":         npy(1, "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }\n", int32(1)),
		"no shape":        npy(1, "{'descr': '<f4', 'fortran_order': False}\n", float32(1)),
		"a huge shape":    npy(1, dict("<f8", "1000000000000"), float64(1)),
		"an overflow":     npy(1, dict("<f8", "4294967296, 4294967296, 4294967296"), float64(1)),
		"a negative side": npy(1, dict("<f8", "-1,"), float64(1)),
		"one too few":     npy(1, dict("<f4", "3,"), []float32{1, 2}),
		"a long header":   npy(2, dict("<f4", "1,")+strings.Repeat(" ", 1<<17), float32(1)),
		"a cut header":    npy(1, dict("<f4", "1,"), float32(1))[:20],
	} {
		if r, err := openRecords(write(t, "x.npy", text)); err == nil {
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
	r, err := openRecords(write(t, "x.npy", text))
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

// TestTypes: every type and byte order that NumPy has for integers and reals.
func TestTypes(t *testing.T) {
	for dtype, c := range map[string]struct {
		bytes string
		want  []float64
	}{
		"|b1": {"\x00\x01", []float64{0, 1}},
		"|i1": {"\x7f\x80", []float64{127, -128}},
		"<i1": {"\x7f\x80", []float64{127, -128}},
		"|u1": {"\x7f\x80", []float64{127, 128}},
		"<i2": {"\x01\x80", []float64{-32767}},
		">i2": {"\x80\x01", []float64{-32767}},
		"<u2": {"\x01\x80", []float64{32769}},
		">u2": {"\x80\x01", []float64{32769}},
		"=u2": {"\x01\x80", []float64{32769}},
		"<i4": {"\xfe\xff\xff\xff", []float64{-2}},
		">i4": {"\xff\xff\xff\xfe", []float64{-2}},
		"<u4": {"\xfe\xff\xff\xff", []float64{1<<32 - 2}},
		">u4": {"\xff\xff\xff\xfe", []float64{1<<32 - 2}},
		"<i8": {"\xfd" + strings.Repeat("\xff", 7), []float64{-3}},
		">i8": {strings.Repeat("\xff", 7) + "\xfd", []float64{-3}},
		"<u8": {"\x03\x00\x00\x00\x00\x00\x00\x80", []float64{1 << 63}},
		">u8": {"\x00\x00\x00\x00\x00\x00\x01\x00", []float64{256}},
		"<f2": {"\x00\x3c\x00\xc0\x01\x00\x00\x7c\xff\x7b\x55\x35", []float64{1, -2, 1. / (1 << 24), math.Inf(1), 65504, 0.333251953125}},
		">f2": {"\x3c\x00", []float64{1}},
		"<f4": {"\x00\x00\x80\xbf", []float64{-1}},
		">f4": {"\xbf\x80\x00\x00", []float64{-1}},
		"<f8": {"\x00\x00\x00\x00\x00\x00\xf0\x3f", []float64{1}},
		">f8": {"\x3f\xf0\x00\x00\x00\x00\x00\x00", []float64{1}},
	} {
		text := append(npy(1, dict(dtype, fmt.Sprintf("%d,", len(c.want)))), c.bytes...)
		a, err := readArray(bytes.NewReader(text), int64(len(text)), 100)
		if err != nil {
			t.Errorf("%s: %v", dtype, err)
			continue
		}
		if d := cmp.Diff(c.want, a.Values); d != "" {
			t.Errorf("%s (-want +is):\n%s", dtype, d)
		}
	}
}

// TestOrder: Fortran order means nothing in one dimension, and is turned in more.
func TestOrder(t *testing.T) {
	for shape, want := range map[string][]float64{
		"6,":         {1, 2, 3, 4, 5, 6},
		"1, 6":       {1, 2, 3, 4, 5, 6},
		"6, 1, 1":    {1, 2, 3, 4, 5, 6},
		"2, 3":       {1, 3, 5, 2, 4, 6},
		"3, 2":       {1, 4, 2, 5, 3, 6},
		"1, 3, 2":    {1, 4, 2, 5, 3, 6},
		"3, 1, 2, 1": {1, 4, 2, 5, 3, 6},
	} {
		text := npy(1, strings.Replace(dict("<i2", shape), "False", "True", 1), []int16{1, 2, 3, 4, 5, 6})
		a, err := readArray(bytes.NewReader(text), int64(len(text)), 100)
		if err != nil {
			t.Errorf("(%s): %v", shape, err)
			continue
		}
		if d := cmp.Diff(want, a.Values); d != "" {
			t.Errorf("(%s) (-want +is):\n%s", shape, d)
		}
	}
	path := write(t, "x.npy", npy(1, strings.Replace(dict("<f4", "2, 3"), "False", "True", 1), make([]float32, 6)))
	if r, err := openRecords(path); err == nil {
		t.Errorf("%d records in Fortran order are opened", r.Len())
	}
}

// TestHeadersOfOthers: the same array as Python 2, NPZ.jl, cnpy and others write it.
func TestHeadersOfOthers(t *testing.T) {
	for name, header := range map[string]string{
		"NumPy":          "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }           \n",
		"NPZ.jl":         "{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }     \n",
		"Python 2":       "{'descr': '<i4', 'fortran_order': False, 'shape': (2L,), }\n",
		"another order":  "{'shape': (2,), 'fortran_order': False, 'descr': '<i4'}",
		"quotation mark": "{\"descr\": \"<i4\", \"fortran_order\": False, \"shape\": (2,)}\n",
		"no room":        "{'descr':'<i4','fortran_order':False,'shape':(2,)}",
		"no comma":       "{'descr': '<i4', 'fortran_order': False, 'shape': (2), }\n",
	} {
		text := npy(1, header, []int32{3, -4})
		a, err := readArray(bytes.NewReader(text), int64(len(text)), 100)
		if err != nil || !cmp.Equal(a, &Array{[]int64{2}, []float64{3, -4}}) {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
}

func FuzzArray(f *testing.F) {
	f.Add(npy(1, dict("<f4", "2, 3"), []float32{1, 2, 3, 4, 5, 6}))
	f.Add(npy(2, dict("<i8", ""), int64(5)))
	f.Add(npy(1, dict("<f8", "4294967296, 4294967296"), float64(1)))
	f.Add(npy(1, strings.Replace(dict(">u2", "3, 1, 2"), "False", "True", 1), []uint16{1, 2, 3, 4, 5, 6}))
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

func openRecords(path string) (*Records, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return NewRecords(f, path)
}

// TestStored: an array of an archive is read in place, piece by piece.
func TestStored(t *testing.T) {
	text := npy(1, dict("<i4", "2, 3"), int32(1), int32(2), int32(3), int32(4), int32(5), int32(6))
	a, err := OpenArchive(archive(t, zip.Store, map[string][]byte{"other": npy(1, dict("<f8", ""), 1.5), "x": text}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Stored("x")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := s.Range(0, 2, 3); err != nil || !slices.Equal(got, []float64{3, 4, 5}) || s.Items() != 6 || s.Bytes() != 24 || !slices.Equal(s.Shape(), []int64{2, 3}) {
		t.Errorf("values 2 to 5 of %d, %d bytes, shape %v, are %v, %v", s.Items(), s.Bytes(), s.Shape(), got, err)
	}
	for _, bad := range [][3]int64{{0, -1, 1}, {0, 0, 7}, {0, 6, 1}, {1, 0, 1}, {0, 1, -1}, {0, 1, math.MaxInt64}} {
		if v, err := s.Range(int(bad[0]), bad[1], bad[2]); err == nil {
			t.Errorf("values %v are %v", bad, v)
		}
	}
	if _, err := a.Stored("y"); err == nil {
		t.Error("an array that is not there is read")
	}
	packed, err := OpenArchive(archive(t, zip.Deflate, map[string][]byte{"x": text}))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	if _, err := packed.Stored("x"); err == nil {
		t.Error("an array that is compressed is read in place")
	}
}
