package hopfield

import (
	"encoding/json"
	"math"
	"sync"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// enumerated is the recorded network of ten units, with its exact averages.
type enumerated struct {
	Patterns [][]int
	Low      averages `json:"boltzmann_T0.5"`
	High     averages `json:"boltzmann_T1.0"`
}

// averages over states: of the energy, its variance, and of each overlap.
type averages struct {
	Energy   float64   `json:"mean_energy"`
	Variance float64   `json:"var_energy"`
	Overlap  []float64 `json:"mean_abs_overlap"`
	Square   []float64 `json:"mean_sq_overlap"`
}

func readEnumerated(t *testing.T) *enumerated {
	t.Helper()
	_, text, err := golden.Open(vectors + "statistics.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Ten enumerated `json:"enumeration_N10"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return &file.Ten
}

// spec is that of a recall in the recorded network.
func (e *enumerated) spec(change func(s *hopfield.Spec)) *hopfield.Spec {
	return spec(func(s *hopfield.Spec) {
		s.Network.Units, s.Patterns.Load = 0, 0
		for _, p := range e.Patterns {
			text := ""
			for _, v := range p {
				text += map[int]string{-1: "-", 1: "+"}[v]
			}
			s.Patterns.Texts = append(s.Patterns.Texts, text)
		}
		s.Recall.Corruption, s.Recall.Sweeps = hopfield.AnyStart, 1000
		change(s)
	})
}

// weighs gives every state of a network that keeps the clamped units of its start a
// weight, and averages over all.
func weighs(m *hopfield.Memory, clamped []int, start hopfield.Pattern, weight func(energy float64, fields []float64) float64) averages {
	out, sum, fields := averages{Overlap: make([]float64, len(m.Patterns)), Square: make([]float64, len(m.Patterns))}, 0.0, make([]float64, m.N)
	square := 0.0
	f := newFields(m, new(sync.Pool))
	for bits := range uint32(1) << m.N {
		s := hopfield.Pattern{bits}
		kept := true
		for _, i := range clamped {
			kept = kept && s.Up(i) == start.Up(i)
		}
		if !kept {
			continue
		}
		f.set(s)
		for i := range fields {
			fields[i] = float64(f.at(i, s)) * m.Unit
		}
		energy, _ := m.Energy(s, func(i int) int64 { return f.at(i, s) })
		w := weight(energy, fields)
		sum += w
		out.Energy += w * energy
		square += w * energy * energy
		for mu, p := range m.Patterns {
			overlap := math.Abs(float64(p.Overlap(s, m.N))) / float64(m.N)
			out.Overlap[mu] += w * overlap
			out.Square[mu] += w * overlap * overlap
		}
	}
	out.Energy /= sum
	out.Variance = square/sum - out.Energy*out.Energy
	for mu := range out.Overlap {
		out.Overlap[mu] /= sum
		out.Square[mu] /= sum
	}
	return out
}

// TestAllStates: what units that decide one after another sample is exp(-E/T)/Z over all
// 1024 states of ten units, with each rule that has an energy, each order and method; and
// what they sample all at once is the product of 2 cosh(h/T) in its place (Peretto 1984).
func TestAllStates(t *testing.T) {
	recorded := readEnumerated(t)
	for name, change := range map[string]func(s *hopfield.Spec){
		"T = 0.5":          func(s *hopfield.Spec) { s.Recall.Temperature = 0.5 },
		"T = 1":            func(*hopfield.Spec) {},
		"without a matrix": func(s *hopfield.Spec) { s.Network.Matrix = false },
		"cyclic":           func(s *hopfield.Spec) { s.Recall.Update = hopfield.Cyclic },
		"iid":              func(s *hopfield.Spec) { s.Recall.Update = hopfield.IID },
		"metropolis":       func(s *hopfield.Spec) { s.Recall.Method = hopfield.Metropolis },
		"metropolis, iid":  func(s *hopfield.Spec) { s.Recall.Method, s.Recall.Update = hopfield.Metropolis, hopfield.IID },
		"storkey":          func(s *hopfield.Spec) { s.Network.Rule = hopfield.StorkeyRule },
		"projection":       func(s *hopfield.Spec) { s.Network.Rule = hopfield.ProjectionRule },
		"mpf": func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Iterations, s.Recall.Temperature = hopfield.FlowRule, 30, 4
		},
		"quadratic": func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Degree, s.Recall.Temperature = hopfield.Polynomial, 2, 0.2
		},
		"cubic, metropolis": func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Degree, s.Recall.Temperature, s.Recall.Method = hopfield.Polynomial, 3, 0.2, hopfield.Metropolis
		},
		"thresholds":       func(s *hopfield.Spec) { s.Network.Thresholds = []float64{.3, -.2, .1, 0, .5, 0, -.4, .1, .2, 0} },
		"clipped, damaged": func(s *hopfield.Spec) { s.Network.Clip, s.Network.Damage = true, 0.2 },
		"clamped":          func(s *hopfield.Spec) { s.Recall.Clamped = []int{1, 7}; s.Recall.State = "+-++-+--++" },
		"ring in colours":  func(s *hopfield.Spec) { ring(s, hopfield.Colours) },
		"ring":             func(s *hopfield.Spec) { ring(s, hopfield.Async) },
		"sync":             func(s *hopfield.Spec) { s.Recall.Update = hopfield.Sync },
		"sync, T = 0.5":    func(s *hopfield.Spec) { s.Recall.Update, s.Recall.Temperature = hopfield.Sync, 0.5 },
		"sync, at projection": func(s *hopfield.Spec) {
			s.Recall.Update, s.Network.Rule = hopfield.Sync, hopfield.ProjectionRule
		},
	} {
		s := recorded.spec(func(s *hopfield.Spec) { s.Recall.Temperature = 1; change(s) })
		exact, got := enumerate(t, s)
		for _, what := range []struct {
			of   string
			want float64
			is   stats.Estimate
		}{
			{"<E>", exact.Energy, got.energy}, {"var E", exact.Variance, got.variance},
			{"<|m|> of pattern 0", exact.Overlap[0], got.overlap[0]}, {"<|m|> of pattern 1", exact.Overlap[1], got.overlap[1]}, {"<|m|> of pattern 2", exact.Overlap[2], got.overlap[2]},
			{"<m^2> of pattern 0", exact.Square[0], got.square[0]}, {"<m^2> of pattern 1", exact.Square[1], got.square[1]}, {"<m^2> of pattern 2", exact.Square[2], got.square[2]},
		} {
			if !(math.Abs(what.is.Mean-what.want) <= 4*what.is.Error) || what.is.Error > 0.05*math.Abs(what.want) {
				t.Errorf("%s: %s is %.5f ± %.5f, over all states %.5f", name, what.of, what.is.Mean, what.is.Error, what.want)
			}
		}
		file := map[string]averages{"T = 0.5": recorded.Low, "T = 1": recorded.High}
		if want, known := file[name]; known && !near(exact, want) {
			t.Errorf("%s: over all states %v, recorded %v", name, exact, want)
		}
	}
}

func ring(s *hopfield.Spec, update hopfield.Update) {
	s.Graph.Kind, s.Graph.Sides, s.Graph.Connections = graph.Neighbor, []int{10}, 4
	s.Recall.Update = update
}

// near compares with averages that were written with six digits.
func near(a, b averages) bool {
	close := func(x, y float64) bool { return math.Abs(x-y) <= 1e-5*math.Abs(y) }
	same := close(a.Energy, b.Energy) && close(a.Variance, b.Variance)
	for mu := range a.Overlap {
		same = same && close(a.Overlap[mu], b.Overlap[mu]) && close(a.Square[mu], b.Square[mu])
	}
	return same
}

// sampled are averages over sweeps with their errors over replicas.
type sampled struct {
	energy, variance stats.Estimate
	overlap, square  [3]stats.Estimate
}

// enumerate averages over all states of a network, and over the sweeps of recalls.
func enumerate(t *testing.T, s *hopfield.Spec) (exact averages, got sampled) {
	t.Helper()
	const replicas, before, sweeps = 48, 20, 800
	var variants []model.Spec
	for r := range replicas {
		v := *s
		v.Recall.Trial = r // the target is pattern r modulo 3
		variants = append(variants, &v)
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	built, err := s.Build(5, variants)
	if err != nil {
		t.Fatal(err)
	}
	net, key := built.(*hopfield.Network), hopfield.NetworkKey(5, 0)
	seeds := make([]uint64, replicas)
	for r := range seeds {
		seeds[r] = key // so that all have the same damage; the noise is of the trial
	}
	m, err := net.Memory(s, key)
	if err != nil {
		t.Fatal(err)
	}
	exact = weighs(m, s.Recall.Clamped, net.Start, func(energy float64, fields []float64) float64 {
		if s.Recall.Update != hopfield.Sync {
			return math.Exp(-energy / s.Recall.Temperature)
		}
		w := 1.0
		for _, h := range fields {
			w *= 2 * math.Cosh(h/s.Recall.Temperature)
		}
		return w
	})
	b, err := New(net, backend.Options{Seeds: seeds})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	sums, err := b.Advance(before + sweeps)
	if err != nil {
		t.Fatal(err)
	}
	var energies, variances []float64
	var overlaps, squares [3][]float64
	for r := range replicas {
		var energy, heat, overlap, square float64
		for k := before; k < before+sweeps; k++ {
			of := sums[(k*replicas+r)*hopfield.Sums:]
			e, m := of[hopfield.SumEnergy], of[hopfield.SumOverlap]
			energy += e / sweeps
			heat += (e - exact.Energy) * (e - exact.Energy) / sweeps
			overlap += math.Abs(m) / sweeps
			square += m * m / sweeps
		}
		energies, variances = append(energies, energy), append(variances, heat)
		overlaps[r%3], squares[r%3] = append(overlaps[r%3], overlap), append(squares[r%3], square)
	}
	got.energy, got.variance = stats.Mean(energies), stats.Mean(variances)
	for mu := range overlaps {
		got.overlap[mu], got.square[mu] = stats.Mean(overlaps[mu]), stats.Mean(squares[mu])
	}
	return exact, got
}
