package hopfield

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"tnn-gpu/host/hopfield"
)

func golden(t *testing.T, name string, into any) {
	t.Helper()
	f, err := os.Open("../../testdata/hopfield/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func patterns(t *testing.T, texts ...string) []hopfield.Pattern {
	t.Helper()
	var out []hopfield.Pattern
	for _, text := range texts {
		p, err := hopfield.ParsePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// recallCase is a case of recall.json.gz.
type recallCase struct {
	Name, Rule, Diagonal string
	N, P                 int
	Patterns             []string
	Threshold            []float64
	Upper                [][]float64 `json:"weights_upper"`
	Energies             []float64   `json:"energy_patterns"`
	Runs                 []struct {
		Start  string
		Orders [][]int32
		Flips  [][4]float64 `json:"flips_sweep_position_site_energy"`
		States []string     `json:"states_after_sweeps"`
		Sweeps int
		Energy float64 `json:"energy_start"`
		Sync   struct {
			States []string
			Kind   string
			L      []float64 `json:"minus_sum_abs_field"`
		}
	}
}

// memory stores the patterns of a case, and compares the couplings with the file's.
func (c *recallCase) memory(t *testing.T) *hopfield.Memory {
	p := patterns(t, c.Patterns...)
	if c.Rule == "hebb" && c.Threshold == nil {
		w := hopfield.HebbCounts(p, c.N)
		for i, row := range c.Upper {
			for k, v := range row {
				if got := w[i*c.N+i+1+k]; float64(got) != v {
					t.Fatalf("%s: coupling %d, %d is %d, recorded %g", c.Name, i, i+1+k, got, v)
				}
			}
		}
		return hopfield.NewHebbMemory(p, c.N)
	}
	w := c.matrix(t, p)
	scale := 1.0
	if c.Rule == "hebb" {
		scale = float64(c.N)
	}
	for i, row := range c.Upper {
		for k, v := range row {
			if got := scale * w.Row(i)[i+1+k]; math.Abs(got-v) > 1e-9 {
				t.Fatalf("%s: coupling %d, %d is %g, recorded %g", c.Name, i, i+1+k, got, v)
			}
		}
	}
	q, err := hopfield.Quantise(w, c.Threshold)
	if err != nil {
		t.Fatal(err)
	}
	return hopfield.NewMatrixMemory(hopfield.Rule(c.Rule), p, q)
}

func (c *recallCase) matrix(t *testing.T, p []hopfield.Pattern) *hopfield.Matrix {
	t.Helper()
	switch c.Rule {
	case "storkey":
		return hopfield.Storkey(p, c.N)
	case "projection":
		w, err := hopfield.Projection(p, c.N, c.Diagonal == "kept")
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := hopfield.NewMatrix(c.N)
	for i, v := range hopfield.HebbCounts(p, c.N) {
		w.W[i] = float64(v) / float64(c.N)
	}
	return w
}

func TestRecallVectors(t *testing.T) {
	var file struct{ Cases []recallCase }
	golden(t, "recall", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			m := c.memory(t)
			for mu, want := range c.Energies {
				checkEnergy(t, energy(m, m.Patterns[mu]), want)
			}
			for _, run := range c.Runs {
				c.replay(t, m, run.Start, run.Orders, run.Flips, run.States, run.Sweeps)
				start := patterns(t, run.Start)[0]
				checkEnergy(t, energy(m, start), run.Energy)
				checkSync(t, m, run.Sync.States, run.Sync.L)
			}
		})
	}
}

func (c *recallCase) replay(t *testing.T, m *hopfield.Memory, start string, orders [][]int32, flips [][4]float64, states []string, sweeps int) {
	t.Helper()
	r := newRecall[float64](m, patterns(t, start)[0], 0, false)
	var got [][4]float64
	changing := 0
	for k, order := range orders {
		before := len(got)
		for at, i := range order {
			if r.visit(int(i), 0) {
				got = append(got, [4]float64{float64(k), float64(at), float64(i), energy(m, r.s)})
			}
		}
		if len(got) > before {
			changing++
		}
		if text := r.s.Text(m.N); text != states[k+1] {
			t.Fatalf("sweep %d: %s, recorded %s", k, text, states[k+1])
		}
	}
	if changing != sweeps {
		t.Errorf("%d sweeps with a flip, recorded %d", changing, sweeps)
	}
	if len(got) != len(flips) {
		t.Fatalf("%d flips, recorded %d", len(got), len(flips))
	}
	for i := range got {
		if !slices.Equal(got[i][:3], flips[i][:3]) {
			t.Errorf("flip %v, recorded %v", got[i], flips[i])
		}
		checkEnergy(t, got[i][3], flips[i][3])
	}
}

func checkSync(t *testing.T, m *hopfield.Memory, states []string, l []float64) {
	t.Helper()
	all := make([]int32, m.N)
	for i := range all {
		all[i] = int32(i)
	}
	r := newRecall[float64](m, patterns(t, states[0])[0], 0, false)
	for k, want := range states[1:] {
		sum := int64(0)
		for i := range m.N {
			sum -= max(r.fields.at(i, r.s), -r.fields.at(i, r.s))
		}
		if k < len(l) {
			checkEnergy(t, float64(sum)*m.Unit, l[k])
		}
		r.together(all, nil)
		if got := r.s.Text(m.N); got != want {
			t.Fatalf("synchronous step %d: %s, recorded %s", k+1, got, want)
		}
	}
}

// energy is that of a state, from fresh fields, without the diagonal.
func energy(m *hopfield.Memory, s hopfield.Pattern) float64 {
	f := newFields(m)
	f.set(s)
	twice := int64(0) // -2E
	for i := range m.N {
		x := int64(s.Sign(i))
		twice += f.at(i, s) * x
		if c := m.Couplings; c != nil {
			twice -= int64(c.W[i*m.N+i])
			if c.Threshold != nil {
				twice -= int64(c.Threshold[i]) * x
			}
		}
	}
	return -float64(twice) * m.Unit / 2
}

func checkEnergy(t *testing.T, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*max(1, math.Abs(want)) {
		t.Errorf("energy %.12g, recorded %.12g", got, want)
	}
}

func TestGlauberVectors(t *testing.T) {
	t.Run("double", glauberVectors[float64])
	t.Run("single", glauberVectors[float32])
}

func glauberVectors[F float32 | float64](t *testing.T) {
	var file struct {
		Cases []struct {
			recallCase
			T        float64
			Update   string
			Start    string
			Orders   [][]int32
			Uniforms [][]uint32 `json:"uniform_23bit_by_sweep_and_site"`
			States   []string   `json:"states_after_sweeps"`
		}
	}
	golden(t, "glauber", &file)
	for _, c := range file.Cases {
		m := c.memory(t)
		r := newRecall[F](m, patterns(t, c.Start)[0], c.T, c.Update == "metropolis")
		all := make([]int32, m.N)
		for i := range all {
			all[i] = int32(i)
		}
		for k, uniforms := range c.Uniforms {
			words := make([]uint32, m.N)
			for i, v := range uniforms {
				words[i] = v << 9
			}
			if c.Update == "sync" {
				r.together(all, words)
			} else {
				r.sweep(c.Orders[k], words)
			}
			if got := r.s.Text(m.N); got != c.States[k+1] {
				t.Fatalf("%s, sweep %d: %s, recorded %s", c.Name, k, got, c.States[k+1])
			}
		}
	}
}

func TestDenseVectors(t *testing.T) {
	var file struct {
		Memories []struct {
			Name, F  string
			Degree   float64 `json:"degree_or_beta"`
			N        int
			Patterns []string
			Table    []int64
			Runs     []struct {
				Start  string
				First  [][2]int64 `json:"first_fields"`
				Orders [][]int32
				States []string `json:"states_after_sweeps"`
			}
		} `json:"polynomial_and_exponential"`
		Continuous []struct {
			Name     string
			Beta     float64
			Patterns [][]float64
			States   [][]float64
			Energies []float64
		}
		Code struct {
			Patterns []string
			Decoded  map[string][][2]string
		}
	}
	golden(t, "dense", &file)
	for _, c := range file.Memories {
		m := denseMemory(t, c.F, c.Degree, c.Patterns)
		if c.Table != nil && !slices.Equal(m.Table[:len(c.Table)], c.Table) {
			t.Errorf("%s: the tables differ", c.Name)
		}
		for _, run := range c.Runs {
			r := newRecall[float64](m, patterns(t, run.Start)[0], 0, false)
			for k, order := range run.Orders {
				for at, i := range order {
					if k == 0 && at < len(run.First) {
						if h := r.fields.at(int(i), r.s); h != run.First[at][1] {
							t.Errorf("%s: field of unit %d is %d, recorded %d", c.Name, i, h, run.First[at][1])
						}
					}
					r.visit(int(i), 0)
				}
				if got := r.s.Text(m.N); got != run.States[k+1] {
					t.Fatalf("%s, sweep %d: %s, recorded %s", c.Name, k, got, run.States[k+1])
				}
			}
		}
	}
	for _, c := range file.Continuous {
		memory := hopfield.Modern[float64]{Patterns: c.Patterns, Beta: c.Beta}
		for k, z := range c.States {
			next, e := memory.Recall(z)
			if math.Abs(e-c.Energies[k]) > 1e-12*max(1, math.Abs(e)) {
				t.Errorf("%s: energy %.15g, recorded %.15g", c.Name, e, c.Energies[k])
			}
			if k+1 < len(c.States) {
				for i, v := range next {
					if math.Abs(v-c.States[k+1][i]) > 1e-12 {
						t.Errorf("%s: unit %d is %.15g, recorded %.15g", c.Name, i, v, c.States[k+1][i])
					}
				}
			}
		}
	}
	kinds := map[string]float64{"poly-2": 2, "poly-3": 3, "poly-4": 4, "exp-1": 1}
	for name, words := range file.Code.Decoded {
		m := denseMemory(t, name[:len(name)-2], kinds[name], file.Code.Patterns)
		for _, pair := range words {
			r := newRecall[float64](m, patterns(t, pair[0])[0], 0, false)
			for r.sweep([]int32{0, 1, 2, 3, 4, 5, 6}, nil) > 0 {
			}
			if got := r.s.Text(m.N); got != pair[1] {
				t.Errorf("%s: %s is decoded to %s, recorded %s", name, pair[0], got, pair[1])
			}
		}
	}
}

func denseMemory(t *testing.T, kind string, degree float64, texts []string) *hopfield.Memory {
	t.Helper()
	p, n := patterns(t, texts...), len(texts[0])
	var m *hopfield.Memory
	var err error
	if kind == "poly" {
		m, err = hopfield.NewPolynomialMemory(p, n, int(degree))
	} else {
		m, err = hopfield.NewExponentialMemory(p, n, degree)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestExtraVectors(t *testing.T) {
	var file struct {
		MPF struct {
			N, P, Iterations int
			Patterns         []string
			Objective        []float64   `json:"objective_before_iteration"`
			Upper            [][]float64 `json:"weights_upper"`
		}
		Sequence struct{ Patterns, States []string }
		Clipped  struct {
			Start, Final string
			Flips        [][2]int32 `json:"flips_sweep_site"`
		}
		Damaged struct {
			Start, Final string
			Flips        [][2]int32 `json:"flips_sweep_site"`
			Removed      [][2]int   `json:"removed_couplings"`
		}
	}
	golden(t, "extras", &file)
	w, objective := hopfield.Flow(patterns(t, file.MPF.Patterns...), file.MPF.N, file.MPF.Iterations)
	for i, want := range file.MPF.Objective[:5] {
		if math.Abs(objective[i]-want) > 1e-9*want {
			t.Errorf("objective before step %d: %.12g, recorded %.12g", i, objective[i], want)
		}
	}
	for i, row := range file.MPF.Upper {
		for k, v := range row {
			if got := w.Row(i)[i+1+k]; math.Abs(got-v) > 1e-9 {
				t.Errorf("coupling %d, %d is %.12g, recorded %.12g", i, i+1+k, got, v)
			}
		}
	}
	sequence := patterns(t, file.Sequence.Patterns...)
	n := len(file.Sequence.Patterns[0])
	checkSync(t, hopfield.NewOverlapMemory(hopfield.Sequence, sequence, n), file.Sequence.States, nil)

	counts := func() []int32 { return hopfield.HebbCounts(sequence, n) }
	clipped := counts()
	hopfield.Clip(clipped)
	checkCyclic(t, clipped, n, file.Clipped.Start, file.Clipped.Final, file.Clipped.Flips)
	damaged := counts()
	for _, pair := range file.Damaged.Removed {
		damaged[pair[0]*n+pair[1]], damaged[pair[1]*n+pair[0]] = 0, 0
	}
	checkCyclic(t, damaged, n, file.Damaged.Start, file.Damaged.Final, file.Damaged.Flips)
}

func checkCyclic(t *testing.T, w []int32, n int, start, final string, flips [][2]int32) {
	t.Helper()
	m := hopfield.NewMatrixMemory(hopfield.Hebb, nil, &hopfield.Integers{N: n, W: w, Hebb: true})
	r := newRecall[float64](m, patterns(t, start)[0], 0, false)
	var got [][2]int32
	for k := int32(0); ; k++ {
		before := len(got)
		for i := range int32(n) {
			if r.visit(int(i), 0) {
				got = append(got, [2]int32{k, i})
			}
		}
		if len(got) == before {
			break
		}
	}
	if !slices.Equal(got, flips) || r.s.Text(n) != final {
		t.Errorf("flips %v to %s, recorded %v to %s", got, r.s.Text(n), flips, final)
	}
}
