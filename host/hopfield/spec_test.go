package hopfield_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/state"
)

// bad builds what a change makes of the default, and gives the sentence.
func bad(change func(s *hopfield.Spec)) string {
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Count = 64, 5
	change(s)
	err := s.Validate()
	if err == nil {
		_, err = s.Build(1, nil)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// What is impossible gets one sentence, which begins with the key.
func TestSpecsThatCannotBe(t *testing.T) {
	given := func(s *hopfield.Spec, texts ...string) {
		s.Network.Units, s.Patterns.Count, s.Patterns.Texts = 0, 0, texts
	}
	lattice := func(s *hopfield.Spec) {
		s.Network.Units, s.Graph = 0, hopfield.GraphSpec{Kind: "neighbor", Sides: []int{8, 8}, Connections: 4}
	}
	for _, c := range []struct {
		change func(s *hopfield.Spec)
		says   string
	}{
		{func(s *hopfield.Spec) { s.Network.Units = 1 }, "network.units is 1: use 2"},
		{func(s *hopfield.Spec) { s.Network.Units = 1<<20 + 1 }, "network.units is 1048577: use a whole number from 0 to 1048576"},
		{func(s *hopfield.Spec) { s.Network.Units = 0 }, "network.units is missing"},
		{func(s *hopfield.Spec) { s.Network.Rule = "hebbian" }, `network.rule is "hebbian": use hebb, `},
		{func(s *hopfield.Spec) { s.Network.Rule, s.Patterns.Count = "projection", 65 }, "patterns.count is 65: the projection rule holds at most"},
		{func(s *hopfield.Spec) { s.Network.Damage = 1 }, "network.damage is 1"},
		{func(s *hopfield.Spec) { s.Network.Damage = math.NaN() }, "network.damage is NaN"},
		{func(s *hopfield.Spec) { s.Network.Damage, s.Network.Rule = 0.5, "sequence" }, "network.damage is 0.5: the rule sequence has no couplings"},
		{func(s *hopfield.Spec) { s.Network.Degree = 3 }, "network.degree is 3: only the rule polynomial"},
		{func(s *hopfield.Spec) { s.Network.Rule = "polynomial" }, "network.degree is 0: use a whole number from 2 to 30"},
		{func(s *hopfield.Spec) { s.Network.Rule, s.Network.Beta = "exponential", math.Inf(1) }, "network.beta is +Inf"},
		{func(s *hopfield.Spec) { s.Network.Beta = 1 }, "network.beta is 1: only the rule exponential"},
		{func(s *hopfield.Spec) { s.Network.Rule = "mpf" }, "network.iterations is 0"},
		{func(s *hopfield.Spec) { s.Network.Iterations = 5 }, "network.iterations is 5: only the rule mpf"},
		{func(s *hopfield.Spec) { s.Network.Diagonal = true }, "network.diagonal is true: only the rule projection"},
		{func(s *hopfield.Spec) { s.Network.Clip, s.Network.Rule = true, "storkey" }, "network.clip is true: only the rule hebb"},
		{func(s *hopfield.Spec) { s.Network.Thresholds = []float64{math.NaN()} }, "network.thresholds is [NaN]"},
		{func(s *hopfield.Spec) { s.Network.Thresholds = []float64{1, 2} }, "network.thresholds is [1, 2]: give one for all units, or 64"},
		{func(s *hopfield.Spec) { s.Patterns.Count = 0 }, "patterns.count is missing"},
		{func(s *hopfield.Spec) { s.Patterns.Count = -1 }, "patterns.count is -1"},
		{func(s *hopfield.Spec) { s.Patterns.Count, s.Patterns.Load = 0, math.NaN() }, "patterns.load is NaN"},
		{func(s *hopfield.Spec) { s.Patterns.Bias = 1.5 }, "patterns.bias is 1.5: use a number from 0 to 1"},
		{func(s *hopfield.Spec) { s.Patterns.Spread = 0.1 }, "patterns.spread is 0.1: without patterns.prototypes"},
		{func(s *hopfield.Spec) { s.Patterns.Letters = -5 }, "patterns.letters is -5"},
		{func(s *hopfield.Spec) { s.Patterns.Letters = 100000 }, "patterns.letters is 100000"},
		{func(s *hopfield.Spec) { s.Patterns.Letters = 2 }, "patterns.letters is 2: letters of fewer than"},
		{func(s *hopfield.Spec) { s.Network.Units, s.Patterns.Count, s.Patterns.Letters = 0, 27, 8 }, "patterns.count is 27: 26 patterns are given"},
		{func(s *hopfield.Spec) { s.Patterns.Letters = 8; s.Patterns.Texts = []string{"+-"} }, "patterns.letters is 8: texts or files"},
		{func(s *hopfield.Spec) { given(s, "+-+-"); s.Patterns.Load = 0.1 }, "patterns.load is 0.1: patterns are given"},
		{func(s *hopfield.Spec) { given(s, "+-+-", "++-") }, `patterns.texts[1] is "++-": its patterns have 3 units, the others 4 units`},
		{func(s *hopfield.Spec) { given(s, "", "+-+-") }, `patterns.texts[0] is "": it has no unit`},
		{func(s *hopfield.Spec) { given(s, "+-+-", "") }, `patterns.texts[1] is "": it has no unit`},
		{func(s *hopfield.Spec) { given(s, "+-x") }, `patterns.texts[0] is "+-x": unit 2 is 'x'`},
		{func(s *hopfield.Spec) { given(s, "+") }, "network.units is 1: the given patterns have so many"},
		{func(s *hopfield.Spec) { given(s, "++--", "++--"); s.Network.Rule = "projection" }, `network.rule is "projection": the patterns [0 1] depend on each other`},
		{func(s *hopfield.Spec) { s.Graph.Kind = "star" }, `graph.kind is "star"`},
		{func(s *hopfield.Spec) { s.Graph.Sides = []int{8, 9} }, "graph.sides is [8, 9]: their product must be the number of units, 64"},
		{func(s *hopfield.Spec) { s.Graph.Sides = []int{1 << 20, 1 << 20} }, "graph.sides is [1048576, 1048576]: every side must be"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Sides = nil }, "network.units is missing"},
		{func(s *hopfield.Spec) { lattice(s); s.Network.Rule = "storkey" }, `network.rule is "storkey": a graph of kind neighbor takes the rule hebb`},
		{func(s *hopfield.Spec) { lattice(s); s.Network.Thresholds = []float64{1} }, "network.thresholds is [1]: only a complete graph"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Scale = 2 }, "graph.scale is 2: a graph of kind neighbor has none"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Kind = "gaussian" }, "graph.scale is 0: use a positive number"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Kind, s.Graph.Scale = "exponential", math.NaN() }, "graph.scale is NaN: use a positive number"},
		{func(s *hopfield.Spec) { s.Graph.Connections = 4 }, "graph.connections is 4: a complete graph joins all units"},
		{func(s *hopfield.Spec) { s.Graph.Bipartite = true }, "graph.bipartite is true: a complete graph joins all units"},
		{func(s *hopfield.Spec) { s.Graph.Scale = 1 }, "graph.scale is 1: a complete graph joins all units"},
		{func(s *hopfield.Spec) { s.Graph.Seed = 1 }, "graph.seed is 1: a complete graph joins all units"},
		{func(s *hopfield.Spec) { given(s, "+-01") }, `patterns.texts[0] is "+-01": unit 0 is '+', and others are 0 or 1`},
		{func(s *hopfield.Spec) { given(s, "+-é") }, `patterns.texts[0] is "+-é": unit 2 is 'é'`},
		{func(s *hopfield.Spec) { s.Network.Rule, s.Network.Degree = "polynomial", 12 }, "network.degree is 12: fields of 5 patterns and 64 units can pass 63 bits"},
		{func(s *hopfield.Spec) {
			given(s, strings.Repeat("+-", 32), strings.Repeat("-+", 32))
			s.Network.Rule, s.Network.Degree = "polynomial", 12
		}, "network.degree is 12: fields of 2 patterns and 64 units can pass 63 bits"},
		{func(s *hopfield.Spec) { s.Network.Rule, s.Network.Beta, s.Patterns.Count = "exponential", 1, 1<<27 }, "patterns.count is 134217728: fields can pass 63 bits"},
		{func(s *hopfield.Spec) { s.Patterns.Count = 1 << 26 }, "network.matrix is true: fields of 67108864 patterns and 64 units can pass 31 bits"},
		{func(s *hopfield.Spec) { s.Patterns.Count, s.Network.Matrix, s.Network.Clip = 1<<26, false, true }, "patterns.count is 67108864: fields of 64 units can pass 31 bits"},
		{func(s *hopfield.Spec) { lattice(s); s.Patterns.Count, s.Graph.Connections = 1<<27, 24 }, "patterns.count is 134217728: fields of units with 24 connections"},
		{func(s *hopfield.Spec) { s.Recall.Update = "random" }, `recall.update is "random": use async, `},
		{func(s *hopfield.Spec) { s.Recall.Update = "colours" }, `recall.update is "colours": in a complete graph`},
		{func(s *hopfield.Spec) { s.Recall.Update = "blocks" }, "recall.blocks is 0: give the number of parts"},
		{func(s *hopfield.Spec) { s.Recall.Blocks = 4 }, "recall.blocks is 4: only update blocks"},
		{func(s *hopfield.Spec) { s.Network.Rule = "sequence" }, `recall.update is "async": the rule sequence`},
		{func(s *hopfield.Spec) { s.Recall.Temperature = -1 }, "recall.temperature is -1"},
		{func(s *hopfield.Spec) { s.Recall.Temperature = 1e-9 }, "recall.temperature is 1e-09: use 0, or 1e-6 or more"},
		{func(s *hopfield.Spec) { s.Recall.Method = "heat" }, `recall.method is "heat": use glauber or metropolis`},
		{func(s *hopfield.Spec) { s.Recall.Corruption = "blur" }, `recall.corruption is "blur"`},
		{func(s *hopfield.Spec) { s.Recall.Corruption = "occlude" }, `recall.corruption is "occlude": what is occluded is an image`},
		{func(s *hopfield.Spec) { s.Network.Rule, s.Network.Beta, s.Recall.Temperature = "exponential", 1, 0.5 }, "recall.temperature is 0.5: the unit of fields of the rule exponential changes"},
		{func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Diagonal, s.Recall.Temperature = "projection", true, 0.5
		}, "recall.temperature is 0.5: with network.diagonal fields hold"},
		{func(s *hopfield.Spec) { s.Recall.Fraction = 1.1 }, "recall.fraction is 1.1: use a number from 0 to 1"},
		{func(s *hopfield.Spec) { s.Recall.Fraction = math.NaN() }, "recall.fraction is NaN"},
		{func(s *hopfield.Spec) { s.Recall.First = 3 }, "recall.first is 3: only update cyclic"},
		{func(s *hopfield.Spec) { s.Recall.First, s.Recall.Update = 64, "cyclic" }, "recall.first is 64: give the number of a unit"},
		{func(s *hopfield.Spec) { s.Recall.Trial = -1 }, "recall.trial is -1"},
		{func(s *hopfield.Spec) { s.Recall.Trials = -1 }, "recall.trials is -1"},
		{func(s *hopfield.Spec) { s.Recall.Clamped = []int{64} }, "recall.clamped is [64]"},
		{func(s *hopfield.Spec) { s.Recall.Clamped = []int{4, 2, 4} }, "recall.clamped is [4, 2, 4]: 4 stands twice"},
		{func(s *hopfield.Spec) { s.Recall.Sweeps = 0 }, "recall.max_sweeps is 0"},
		{func(s *hopfield.Spec) { s.Recall.State = "+-+" }, `recall.state is "+-+": its patterns have 3 units, the others 64 units`},
		{func(s *hopfield.Spec) { s.Recall.State, s.Recall.Start = "+", "x.png" }, `recall.state is "+": recall.start names a start, too`},
	} {
		if says := bad(c.change); !strings.HasPrefix(says, c.says) || strings.Contains(says, "\n") {
			t.Errorf("the error is %q, want %q", says, c.says)
		}
	}
	for _, change := range []func(s *hopfield.Spec){
		func(*hopfield.Spec) {},
		func(s *hopfield.Spec) { // lists that are there and empty
			s.Network.Thresholds, s.Patterns.Texts, s.Patterns.Files, s.Graph.Sides, s.Recall.Clamped = []float64{}, []string{}, []string{}, []int{}, []int{}
		},
	} {
		if says := bad(change); says != "" {
			t.Error(says)
		}
	}
}

// What needs neither files nor memory is found before anything is built, as by a scan of which
// nothing is computed yet.
func TestFoundWithoutBuilding(t *testing.T) {
	lattice := func(s *hopfield.Spec) {
		s.Network.Units, s.Graph = 0, hopfield.GraphSpec{Kind: "neighbor", Sides: []int{8, 8}, Connections: 4}
	}
	for _, c := range []struct {
		change func(s *hopfield.Spec)
		says   string
	}{
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Connections = 8 }, "graph.connections is 8: 8 connections are none that a reach gives in 2 dimensions: the nearest are 4 and 12"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Sides, s.Graph.Bipartite = []int{8, 7}, true }, "graph.sides is [8, 7]: a bipartite lattice needs even sides"},
		{func(s *hopfield.Spec) { lattice(s); s.Graph.Kind, s.Graph.Connections = "random", 64 }, "graph.connections is 64: a site of the lattice 8x8 has 63 others"},
		{func(s *hopfield.Spec) { s.Recall.State = "+-+" }, `recall.state is "+-+": its patterns have 3 units, the others 64 units`},
		{func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Count, s.Patterns.Texts = 0, 0, []string{"+-+-", "++-"}
		}, `patterns.texts[1] is "++-": its patterns have 3 units, the others 4 units`},
		{func(s *hopfield.Spec) {
			s.Recall.Update, s.Recall.Method, s.Recall.Temperature = hopfield.Sync, hopfield.Metropolis, 0.5
		}, `recall.method is "metropolis": where all units decide at once`},
	} {
		s := hopfield.Defaults()
		s.Network.Units, s.Patterns.Load, s.Patterns.Count = 64, 0, 5
		c.change(s)
		if err := s.Validate(); err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("the error is %v, want %q", err, c.says)
		}
	}
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Load, s.Patterns.Count = 64, 0, 5
	s.Recall.Update, s.Recall.Method = hopfield.Sync, hopfield.Metropolis
	if err := s.Validate(); err != nil { // at T = 0 units follow their fields by either method
		t.Error(err)
	}
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func imageOf(t *testing.T, width, height int) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for x := range width / 2 {
		picture.SetGray(x, 0, color.Gray{200})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// hugeImage begins as an image of 65536 x 65536 pixels does.
func hugeImage() []byte {
	head := []byte("IHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x00\x00\x00\x00")
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func arrayOf(t *testing.T, shape []int64, values ...float64) []byte {
	t.Helper()
	text := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }", strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]"))
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)+1), 0)
	out = append(append(out, text...), '\n')
	for _, v := range values {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

// Files of patterns that cannot be used are named, with what is wrong.
func TestFilesThatCannotBe(t *testing.T) {
	good := write(t, "good.png", imageOf(t, 8, 8))
	for _, c := range []struct {
		name, says string
		content    []byte
	}{
		{"wide.png", "its patterns have 9 x 8 pixels, the others 8 x 8 pixels", imageOf(t, 9, 8)},
		{"as-many.png", "its patterns have 16 x 4 pixels, the others 8 x 8 pixels", imageOf(t, 16, 4)},
		{"cut.png", "it is no whole PNG image", imageOf(t, 8, 8)[:60]},
		{"none.png", "it is no PNG image", nil},
		{"huge.png", "and a network has at most", hugeImage()},
		{"none.txt", "it has no pattern", nil},
		{"comment.txt", "it has no pattern", []byte("# nothing\n\n")},
		{"word.txt", "line 2: unit 1 is 'b'", []byte("+-+-\n+b+-\n")},
		{"ragged.txt", "line 2 has 3 units, the lines before it 4", []byte("+-+-\n+-+\n")},
		{"other.txt", "its patterns have 4 units, the others 8 x 8 pixels", []byte("+-+-\n")},
		{"long.txt", "it has 1048577 units, and a network has at most", bytes.Repeat([]byte("+"), hopfield.MaxUnits+1)},
		{"longer.txt", "a line has more than", bytes.Repeat([]byte("+ "), 3*hopfield.MaxUnits)},
		{"mixed.txt", "line 2: unit 2 is '+', and others are 0 or 1", []byte("+-+-\n01+-\n")},
		{"photo.jpg", "files that end in .jpg are not read; give a PNG image", []byte("\xff\xd8\xff\xe0")},
		{"PHOTO.TIFF", "files that end in .tiff are not read", nil},
		{"half.npy", "value 1 of pattern 0 is 0.5", arrayOf(t, []int64{1, 3}, 1, 0.5, -1)},
		{"nan.npy", "value 2 of pattern 1 is NaN", arrayOf(t, []int64{2, 3}, 1, 1, -1, 1, 1, math.NaN())},
		{"deep.npy", "it has 4 dimensions", arrayOf(t, []int64{1, 1, 1, 2}, 1, 1)},
		{"empty.npy", "it has no pattern", arrayOf(t, []int64{0, 64})},
		{"thin.npy", "its patterns have 1 unit; use 2 to", arrayOf(t, []int64{3, 1}, 1, 1, 1)},
		{"text.npy", "", []byte("+-+-")},
	} {
		path := write(t, c.name, c.content)
		says := bad(func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Count, s.Patterns.Files = 0, 0, []string{good, path}
		})
		if !strings.HasPrefix(says, "patterns.files[1] is ") || !strings.Contains(says, c.says) {
			t.Errorf("%s: %q, want %q", c.name, says, c.says)
		}
	}
	files := func(s *hopfield.Spec, path string) {
		s.Network.Units, s.Patterns.Count, s.Patterns.Files = 0, 0, []string{path}
	}
	texts := write(t, "texts.txt", []byte("+-+-\n++--\n"))
	for says, change := range map[string]func(s *hopfield.Spec){
		"patterns.files[0] is": func(s *hopfield.Spec) { files(s, "nowhere.png") },
		"network.units is 63":  func(s *hopfield.Spec) { files(s, good); s.Network.Units = 63 },
		"graph.sides is [4, 4]: their product must be the number of units of the patterns, 64": func(s *hopfield.Spec) {
			files(s, good)
			s.Graph.Sides = []int{4, 4}
		},
		"recall.clamped is [64]: the patterns have the units 0 to 63":         func(s *hopfield.Spec) { files(s, good); s.Recall.Clamped = []int{64} },
		"recall.first is 64: the patterns have the units 0 to 63":             func(s *hopfield.Spec) { files(s, good); s.Recall.First, s.Recall.Update = 64, "cyclic" },
		"recall.corruption is \"occlude\": what is occluded is an image, and": func(s *hopfield.Spec) { files(s, texts); s.Recall.Corruption = "occlude" },
		"recall.start is ": func(s *hopfield.Spec) { files(s, texts); s.Recall.Start = texts },
		"network.thresholds is [1, 1, 1]: give one for all units, or 4": func(s *hopfield.Spec) { files(s, texts); s.Network.Thresholds = []float64{1, 1, 1} },
		"network.rule is \"projection\": the projection rule holds at most as": func(s *hopfield.Spec) {
			files(s, write(t, "many.txt", []byte("+-\n++\n-+\n")))
			s.Network.Rule = "projection"
		},
	} {
		if got := bad(change); !strings.HasPrefix(got, says) {
			t.Errorf("%q, want %q", got, says)
		}
	}
}

// Patterns of each kind of file are read alike.
func TestFiles(t *testing.T) {
	values := make([]float64, 64)
	lines := ""
	for i := range values {
		values[i] = -1
		if i < 4 {
			values[i] = 1
		}
		lines += map[float64]string{-1: "0 ", 1: "1 "}[values[i]]
	}
	for name, content := range map[string][]byte{
		"a.png": imageOf(t, 8, 8), "a.npy": arrayOf(t, []int64{1, 8, 8}, values...), "b.npy": arrayOf(t, []int64{64}, values...), "a.txt": []byte("# a\n" + lines),
		"mark.txt": []byte("\ufeff" + lines + "\r\n"), "wide.txt": []byte("\xff\xfe" + strings.Join(strings.Split(lines, ""), "\x00") + "\x00"),
	} {
		s := hopfield.Defaults()
		s.Patterns.Files = []string{write(t, name, content)}
		n, err := s.Build(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		net := n.(*hopfield.Network)
		if text := net.Given[0].Text(net.N); text != "++++"+strings.Repeat("-", 60) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// Too large a network says so before anything is built, and what would fit.
func TestTooLarge(t *testing.T) {
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Load = 1<<20, 0.1
	need, _ := s.Need(state.Single, 1)
	if need < 4<<40 {
		t.Errorf("a matrix of 2^20 units is said to need %d bytes", need)
	}
	if says := s.TooLarge("too much", 0.01).Error(); !strings.HasPrefix(says, "network.matrix is true: too much") || !strings.Contains(says, "network.matrix=false no matrix") {
		t.Error(says)
	}
	s.Network.Rule = hopfield.StorkeyRule
	if says := s.TooLarge("too much", 0.01).Error(); !strings.HasPrefix(says, "network.units is 1048576: too much") || !strings.Contains(says, "about 104857 units fit") {
		t.Error(says)
	}
	s.Network.Rule, s.Network.Matrix = hopfield.Hebb, false
	s.Patterns = hopfield.PatternsSpec{Count: 20, Bias: 0.5}
	if need, _ := s.Need(state.Single, 1); need > 100<<20 {
		t.Errorf("a million units without a matrix are said to need %d bytes", need)
	}
}

// Recalls of the same network share what it has stored: 2,000 of two networks need two
// matrices and not 2,000, on the machine as on a device.
func TestRecallsShareTheirMemory(t *testing.T) {
	s := hopfield.Defaults()
	s.Network.Units, s.Network.Matrix, s.Patterns.Load = 1000, true, 0.1
	built, err := s.Build(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := built.(*hopfield.Network)
	var keys []uint64
	for i := range 2000 {
		v := *s
		v.Recall.Trial = i / 2
		n.Variants, keys = append(n.Variants, &v), append(keys, uint64(i%2))
	}
	const matrices, recalls = 2 * 4 * 1000 * 1000, 2000 * 28 * 1000
	host, device := n.Need(state.Single, keys)
	if device < matrices+recalls || device > (matrices+recalls)*11/10 || host < device || host > 2*device {
		t.Errorf("%d bytes on the machine and %d on a device, with matrices of %d and recalls of %d", host, device, matrices, recalls)
	}
	if each, _ := s.Need(state.Single, len(keys)); each < 2000*4*1000*1000 {
		t.Errorf("networks of their own are said to need %d bytes", each)
	}
}
