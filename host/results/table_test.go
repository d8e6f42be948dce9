package results

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
)

// TestRowsOfATableThatGrows: rows are read once, whole ones alone, and names may be
// quoted.
func TestRowsOfATableThatGrows(t *testing.T) {
	text := "step,\"a, b\"\r\n1,2\n\n" + strings.Repeat("9", 1<<17) + ",4\n5,6"
	var in Rows
	var got [][]string
	for _, size := range []int{3, 10, 15, 20, 1 << 16, len(text)} {
		err := in.Read(strings.NewReader(text), int64(size), func(cells []string) error {
			got = append(got, cells)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := [][]string{{"step", "a, b"}, {"1", "2"}, {strings.Repeat("9", 1<<17), "4"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%d rows, the first two %q", len(got), got[:min(2, len(got))])
	}
	if at := in.Offset(); at != int64(len(text)-3) {
		t.Errorf("the next row begins at byte %d of %d", at, len(text))
	}
}

// TestHistogramsAreBounded: a small file does not ask for much memory.
func TestHistogramsAreBounded(t *testing.T) {
	text := "histogram,when,lower,upper,count\n"
	for range mostBins/maxBins + 2 {
		text += "a,start,0,1,1\na,start,1048570,1048571,1\nb,start,0,1,1\n"
	}
	if _, err := histogramsOf(t, text, false); err == nil || !strings.Contains(err.Error(), "bins") {
		t.Errorf("%v", err)
	}
}

// TestHistogramsOfNoNumbers: one sentence tells the first cell that cannot be read.
func TestHistogramsOfNoNumbers(t *testing.T) {
	for row, says := range map[string]string{"weight,start,lower,upper,count": `row 1: "lower" is no number`, "weight,start,0,1,2.5": `row 1: "2.5" is no whole number`} {
		_, err := histogramsOf(t, "histogram,when,lower,upper,count\n"+row+"\n", false)
		if err == nil || !strings.HasSuffix(err.Error(), says) {
			t.Errorf("%s: %v, want %s", row, err, says)
		}
	}
}

// FuzzHistograms: any table is refused or has bins without gaps.
func FuzzHistograms(f *testing.F) {
	f.Add("histogram,when,lower,upper,count\nweight,start,-0.25,0,3\nweight,start,0.5,0.75,1\n", false)
	f.Add("histogram,when,edge.heat,lower,upper,count\nweight,start,20,-0.25,0,3\nweight,start,80,0.5,0.75,1\n", true)
	f.Add("histogram,when,lower,upper,count\nweight,end,1e300,1e301,1\n", false)
	f.Add("a,b,c,d,e\nweight,end,NaN,0,1\n", false)
	f.Fuzz(func(t *testing.T, text string, swept bool) {
		list, err := histogramsOf(t, text, swept)
		if err != nil {
			return
		}
		for _, h := range list {
			if !(h.Width > 0) || len(h.Counts) == 0 || len(h.Counts) > maxBins+1 || slices.Min(h.Counts) < 0 {
				t.Errorf("%d bins of width %v", len(h.Counts), h.Width)
			}
		}
	})
}

// histogramsOf reads the histograms of a folder that has nothing else.
func histogramsOf(t *testing.T, text string, swept bool) ([]Histogram, error) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, record.HistogramsName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := files.OS{}.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	f := &Folder{Path: path, dir: dir, Metadata: &record.Metadata{}}
	defer f.Close()
	if swept {
		f.Metadata.Sweep = &model.Sweep{}
	}
	return f.Histograms()
}
