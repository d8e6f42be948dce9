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
	for text, says := range map[string]string{"1,2\n3\n": "line 2: it has 1 number", "1,2\n3,NaN\n": "line 2: NaN is no finite number", "a,b\n": "no numbers", "1\nx\n": "line 2"} {
		if _, err := readCSV(bufio.NewReader(strings.NewReader(text))); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestTablesOfOthers: what pandas, NumPy, R and spreadsheets write by default.
func TestTablesOfOthers(t *testing.T) {
	for name, text := range map[string]string{
		"pandas":                ",u,v\n0,0.5,-1.0\n1,0.25,1.0\n",
		"pandas, numbers":       ",0,1\n0,0.5,-1.0\n1,0.25,1.0\n",
		"pandas, no index":      "u,v\n0.5,-1.0\n0.25,1.0\n",
		"pandas, tabs":          "\tu\tv\n0\t0.5\t-1.0\n1\t0.25\t1.0\n",
		"pandas, of steps.csv":  ",step,u,v\n0,1,0.5,-1\n1,2,0.25,1\n",
		"pandas, dates":         ",u,v\n2024-01-01,0.5,-1.0\n2024-01-02,0.25,1.0\n",
		"MATLAB, tabs":          "0.5\t-1\t\n0.25\t1\t\n",
		"NumPy, savetxt":        "5.000000000000000000e-01 -1.000000000000000000e+00\n2.500000000000000000e-01 1.000000000000000000e+00\n",
		"NumPy, a head":         "# u,v\n0.5,-1\n0.25,1\n",
		"R, write.csv":          "\"\",\"u\",\"v\"\n\"1\",0.5,-1\n\"2\",0.25,1\n",
		"R, write.csv2":         "\"\";\"u\";\"v\"\n\"1\";0,5;-1\n\"2\";0,25;1\n",
		"R, write.table":        "\"u\" \"v\"\n\"1\" 0.5 -1\n\"2\" 0.25 1\n",
		"R, of steps.csv":       "\"step\" \"u\" \"v\"\n\"1\" 10 0.5 -1\n\"2\" 20 0.25 1\n",
		"R, steps at the end":   "\"u\" \"v\" \"step\"\n\"1\" 0.5 -1 10\n\"2\" 0.25 1 20\n",
		"R, csv of steps.csv":   "\"\",\"step\",\"u\",\"v\"\n\"1\",10,0.5,-1\n\"2\",20,0.25,1\n",
		"R, write.table, tabs":  "\"u\"\t\"v\"\n\"1\"\t0.5\t-1\n\"2\"\t0.25\t1\n",
		"a spreadsheet, German": "u;v\r\n0,5;-1\r\n0,25;1\r\n",
		"no head, German":       "0,5;-1\n0,25;1\n",
	} {
		got, err := readCSV(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Columns) != 2 || !slices.Equal(got.Columns[0], []float64{0.5, 0.25}) || !slices.Equal(got.Columns[1], []float64{-1, 1}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for text, says := range map[string]string{
		",u\n0,1,2\n": "it has 3 numbers, and others have 2", "u v step\n1 1 2 3\n2 3 4\n": "it has 3 numbers, and others have 4", "u,v\n1,2,x\n": `"x" is no number`, "u v\n1 2 3\n1 2\n": "it has 2 numbers, and others have 3",
	} {
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
