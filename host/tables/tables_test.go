package tables

import (
	"bufio"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/npy"
)

// Arrays of NumPy and lines of text give the same table.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	b := npy.EncodeHeader("<f8", []int64{2, 3})
	for _, v := range []float64{1, 2, 3, 4, 5, 6} {
		b = binaryAppend(b, v)
	}
	files := map[string][]byte{"a.npy": b, "a.csv": []byte("step,u,v,w\n1,1,2,3\n2,4,5,6\n"), "b.csv": []byte("# by hand\n1 2 3\n4 5 6\n")}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := Read(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if table.Rows() != 2 || len(table.Columns) != 3 || !slices.Equal(table.Columns[1], []float64{2, 5}) {
			t.Errorf("%s: %+v", name, table)
		}
		if other := table.Transposed(); other.Rows() != 3 || !slices.Equal(other.Columns[1], []float64{4, 5, 6}) {
			t.Errorf("%s, transposed: %+v", name, other)
		}
	}
	for text, says := range map[string]string{"1,2\n3\n": "line 2: it has 1 numbers", "1,2\n3,NaN\n": "line 2: NaN is no finite number", "a,b\n": "no numbers", "1\nx\n": "line 2"} {
		if _, err := readCSV(bufio.NewReader(strings.NewReader(text))); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func binaryAppend(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

func FuzzTable(f *testing.F) {
	for _, text := range []string{"1,2\n3,4\n", "step,a\n1,0.5\n", "# x\n1 2 3", "a;b\n1;2\n;", "\"1\",2\n", "1e400\n", "\xff\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readCSV(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return
		}
		for i, column := range got.Columns {
			if len(column) != got.Rows() || got.Rows() == 0 {
				t.Fatalf("column %d has %d rows of %d", i, len(column), got.Rows())
			}
			for _, v := range column {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%v is taken", v)
				}
			}
		}
	})
}
