package sorn

import (
	"math"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/rng"
)

// stream has what comes in some steps: units and drives, and the symbols shown.
type stream struct {
	net    *Network
	units  [][]int32
	drive  [][]float64
	symbol []int // -1 for none
}

// streamOf makes steps of a network with 60 units.
func streamOf(t *testing.T, steps int, with func(s *Spec)) *stream {
	t.Helper()
	n, err := built(t, func(s *Spec) { with(s); s.Eras[0].Steps = steps })
	if err != nil {
		t.Fatal(err)
	}
	out := &stream{net: n}
	source, task := NewSource[float64](n, 0, rng.Key(4)), make([]int32, TaskItems)
	for step := range uint32(steps) {
		units, drive := source.Next(step+1, n.Spec.RegimeAt(1), task, nil)
		out.units, out.drive = append(out.units, slices.Clone(units)), append(out.drive, slices.Clone(drive))
		out.symbol = append(out.symbol, int(task[taskSymbol])-1)
	}
	return out
}

// text is the stream as letters, _ for none.
func (s *stream) text() string {
	symbols := s.net.Spec.Input.Symbols()
	var b strings.Builder
	for _, c := range s.symbol {
		if c < 0 {
			b.WriteByte('_')
		} else {
			b.WriteString(symbols[c])
		}
	}
	return b.String()
}

// about fails where a share of n independent draws is not what it should be.
func about(t *testing.T, what string, share, want float64, n int) {
	t.Helper()
	if math.Abs(share-want) > 4.5*math.Sqrt(want*(1-want)/float64(n)) {
		t.Errorf("%s: %v, want %v", what, share, want)
	}
}

// TestValues: uniform and normal inputs reach the units of their channels, times the
// gain.
func TestValues(t *testing.T) {
	const steps = 4000
	for kind, want := range map[Kind][2]float64{Uniform: {0.5, math.Sqrt(1.0 / 12)}, Gaussian: {-1, 0.3}} {
		s := streamOf(t, steps, func(s *Spec) {
			s.Sorn.NU, s.Sorn.InputGain, s.Input.Kind, s.Input.Mean, s.Input.SD = 5, 2, kind, -1, 0.3
		})
		sum, squares := 0.0, 0.0
		for k, units := range s.units {
			if !slices.Equal(units, []int32{0, 1, 2, 3, 4}) {
				t.Fatalf("%s: step %d drives units %v", kind, k+1, units)
			}
			for _, v := range s.drive[k] {
				if v /= 2; kind == Uniform && !(v > 0 && v < 1) {
					t.Fatalf("%s: %v", kind, v)
				}
				sum += v / 2
				squares += v * v / 4
			}
		}
		n := float64(5 * steps)
		mean := 2 * sum / n
		deviation := math.Sqrt(4*squares/n - mean*mean)
		if math.Abs(mean-want[0]) > 4.5*want[1]/math.Sqrt(n) || math.Abs(deviation-want[1]) > 4.5*want[1]/math.Sqrt(n) {
			t.Errorf("%s: mean %v and deviation %v, want %v", kind, mean, deviation, want)
		}
	}
}

// TestStrong: so many different units, others in each step unless they are fixed.
func TestStrong(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		s := streamOf(t, 300, func(s *Spec) {
			s.Input.Kind, s.Input.Units, s.Input.Amplitude, s.Input.Fixed = Strong, 7, 500, fixed
		})
		hit, same := map[int32]bool{}, 0
		for k, units := range s.units {
			distinct := map[int32]bool{}
			for i, u := range units {
				distinct[u], hit[u] = true, true
				if u < 0 || u >= 60 || s.drive[k][i] != 500 {
					t.Fatalf("unit %d is driven by %v", u, s.drive[k][i])
				}
			}
			if len(distinct) != 7 {
				t.Fatalf("step %d drives %v", k+1, units)
			}
			if slices.Equal(units, s.units[0]) {
				same++
			}
		}
		if want := map[bool]int{false: 60, true: 7}[fixed]; len(hit) != want || fixed != (same == 300) {
			t.Errorf("fixed is %v: %d units are driven, and in %d of 300 steps those of the first", fixed, len(hit), same)
		}
	}
}

// TestLabels: a label drives units of its own, and labels come at equal odds.
func TestLabels(t *testing.T) {
	const steps = 6000
	for _, pools := range []int{0, 4} {
		s := streamOf(t, steps, func(s *Spec) {
			s.Input.Kind, s.Input.Alphabet, s.Input.Units, s.Input.PoolSize = OneHot, 6, 3, pools
		})
		counts, drives := make([]int, 6), map[int][]int32{}
		for k, c := range s.symbol {
			counts[c]++
			if drives[c] == nil {
				drives[c] = s.units[k]
			}
			if !slices.Equal(drives[c], s.units[k]) || slices.ContainsFunc(s.drive[k], func(v float64) bool { return v != 1 }) {
				t.Fatalf("label %d drives %v by %v, and %v before", c, s.units[k], s.drive[k], drives[c])
			}
		}
		all := map[int32]bool{}
		for c, units := range drives {
			about(t, "label", float64(counts[c])/steps, 1.0/6, steps)
			if pools == 0 && !slices.Equal(units, []int32{int32(3 * c), int32(3*c + 1), int32(3*c + 2)}) {
				t.Errorf("label %d drives %v", c, units)
			}
			for _, u := range units {
				all[u] = true
			}
		}
		if want := 6 * max(3, pools); len(all) != want {
			t.Errorf("labels drive %d units, want %d", len(all), want)
		}
	}
}

// TestPools: pools have their size, and share units only where they may.
func TestPools(t *testing.T) {
	for _, overlap := range []bool{false, true} {
		n, err := built(t, func(s *Spec) {
			s.Input.Kind, s.Input.Alphabet, s.Input.PoolSize, s.Input.Overlap = RandomSequence, 6, 9, overlap
		})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[int32]int{}
		for _, pool := range NewSource[float32](n, 0, rng.Key(4)).Pools() {
			if len(pool) != 9 || len(slices.Compact(slices.Clone(pool))) != 9 || !slices.IsSorted(pool) {
				t.Errorf("a pool is %v", pool)
			}
			for _, u := range pool {
				counts[u]++
			}
		}
		if shared := len(counts) < 6*9; shared != overlap {
			t.Errorf("overlap is %v, and pools have %d units", overlap, len(counts))
		}
	}
}

// TestStreams: words are read whole, with their odds and the steps between them; the
// first word and those after it are drawn by the inverse of the distribution.
func TestStreams(t *testing.T) {
	const steps = 9000
	counting := streamOf(t, steps, func(s *Spec) { s.Input.Kind, s.Input.Count = Counting, 3 }).text()
	left := strings.NewReplacer("ABBBC", "", "DEEEF", "").Replace(counting)
	if len(left) >= 5 {
		t.Errorf("%q is in no word of %.40s...", left, counting)
	}
	about(t, "ABBBC", float64(strings.Count(counting, "ABBBC"))/(steps/5), 0.5, steps/5)

	words := streamOf(t, steps, func(s *Spec) {
		s.Input.Kind, s.Input.Words, s.Input.Blank = Words, []string{"A_B", "CA"}, 2
		s.Input.Transitions = []float64{0.25, 0.75, 1, 0}
	})
	text := words.text()
	if left := strings.NewReplacer("A_B__", "", "CA__", "").Replace(text); len(left) >= 5 {
		t.Errorf("%q is in no word of %.40s...", left, text)
	}
	for k, c := range words.symbol {
		if (c < 0) != (len(words.units[k]) == 0) {
			t.Fatalf("step %d shows %d and drives %v", k+1, c, words.units[k])
		}
	}
	long := strings.Count(text, "A_B__")
	about(t, "CA after A_B", float64(strings.Count(text, "A_B__CA"))/float64(long), 0.75, long)
	if strings.Contains(text, "CA__CA") {
		t.Error("a word comes that has no odds")
	}
	for _, kind := range []Kind{Words, Markov} {
		s := streamOf(t, 200, func(s *Spec) {
			s.Input.Kind, s.Input.Words, s.Input.Transitions = kind, []string{"A", "B", "C"}, []float64{0.1, 0.6, 0.3, 0.5, 0, 0.5, 0, 1, 0}
		})
		last := -1
		for k, c := range s.symbol {
			x0, _, _, _ := rng.Draw(0, 0, uint32(k+1), rng.SornChoice, rng.Key(4))
			u, want := rng.Uniform[float64](x0), int(uint64(x0)*3>>32)
			if last >= 0 {
				odds := s.net.Spec.Input.Transitions[3*last:][:3]
				for want = 0; u >= odds[want]; want++ {
					u -= odds[want]
				}
			}
			if c != want {
				t.Fatalf("%s: step %d shows %d after %d, want %d", kind, k+1, c, last, want)
			}
			last = c
		}
	}
}
