package signals_test

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/rng"
	"tnn-gpu/host/signals"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// Languages whose structure is known.
func TestLanguages(t *testing.T) {
	for _, i := range []int{3, 5, 8} {
		if x, y := signals.Similarity(signals.Compositional(i), i), signals.Posdis(signals.Compositional(i), i); math.Abs(x-1) > 1e-12 || math.Abs(y-1) > 1e-12 {
			t.Errorf("a compositional language of %d values has similarity %v and posdis %v", i, x, y)
		}
	}
	if x, y := signals.Similarity(signals.LatinSquare(5), 5), signals.Posdis(signals.LatinSquare(5), 5); math.Abs(x+0.5) > 1e-12 || math.Abs(y) > 1e-12 {
		t.Errorf("a Latin square has similarity %v and posdis %v, want -0.5 and 0", x, y)
	}
	if x, y := signals.Similarity(make([]int, 50), 5), signals.Posdis(make([]int, 50), 5); x != 0 || y != 0 {
		t.Errorf("one message for all has similarity %v and posdis %v", x, y)
	}
}

// Random bijections have no structure but by chance: the values of codes.md, section 2.2.
func TestRandomBijections(t *testing.T) {
	for _, want := range []struct {
		values                            int
		similarity, error, posdis, error2 float64
	}{{5, -0.0008, 0.0013, 0.081, 0.001}, {8, 0.0001, 0.0005, 0.040, 0.001}} {
		var similarity, posdis []float64
		for k := range 2000 {
			language := signals.Bijection(want.values, rng.Key(1), uint32(k))
			seen := make(map[[2]int]bool)
			for m := 0; m < len(language); m += 2 {
				seen[[2]int{language[m], language[m+1]}] = true
			}
			if len(seen) != want.values*want.values {
				t.Fatal("two inputs have one message")
			}
			similarity, posdis = append(similarity, signals.Similarity(language, want.values)), append(posdis, signals.Posdis(language, want.values))
		}
		s, p := stats.Mean(similarity), stats.Mean(posdis)
		if math.Abs(s.Mean-want.similarity) > 4*math.Hypot(s.Error, want.error) || math.Abs(p.Mean-want.posdis) > 4*math.Hypot(p.Error, want.error2) {
			t.Errorf("%d values: similarity %.4f(%.4f), posdis %.4f(%.4f)", want.values, s.Mean, s.Error, p.Mean, p.Error)
		}
		// The largest of 2,000, by chance alone: 0.205 elsewhere with 5 values. No language is
		// called structured for so much.
		if largest := slices.Max(similarity); want.values == 5 && !(largest > 0.15 && largest < 0.28) {
			t.Errorf("the largest similarity is %.3f", largest)
		} else {
			t.Logf("%d values: similarity %.4f(%.4f), at most %.3f, posdis %.4f(%.4f)", want.values, s.Mean, s.Error, largest, p.Mean, p.Error)
		}
		if s.Error > 0.003 || p.Error > 0.002 {
			t.Errorf("%d values: the errors %v and %v are too large to tell", want.values, s.Error, p.Error)
		}
	}
}

// deterministic are the probabilities of a speaker and a listener with one choice each.
func deterministic(l *signals.LewisTable, says, does []int) (speaker, listener []float64) {
	speaker, listener = make([]float64, l.States*l.Signals), make([]float64, l.Signals*l.States)
	for s, m := range says {
		speaker[s*l.Signals+m] = 1
	}
	for m, a := range does {
		listener[m*l.States+a] = 1
	}
	return speaker, listener
}

// The bound on success is what the best of all deterministic strategies reaches, by
// enumeration, with a bottleneck, spare signals, unequal states and noise.
func TestBound(t *testing.T) {
	for _, c := range []struct {
		n, m    int
		noise   float64
		weights []int
		want    float64 // where it is plain, else 0
	}{
		{3, 3, 0, nil, 1}, {3, 2, 0, nil, 2.0 / 3}, {4, 3, 0, nil, 0.75}, {2, 4, 0, nil, 1}, {1, 3, 0.2, nil, 1},
		{2, 2, 0.1, nil, 0.9}, {2, 2, 0.9, nil, 0.9}, {3, 3, 0.3, []int{8, 1, 1}, 0}, {2, 3, 0.2, nil, 0}, {3, 2, 0.4, []int{5, 2, 2}, 0}, {3, 1, 0, []int{5, 2, 2}, 5.0 / 9},
		{3, 3, 0.7, []int{4, 2, 1}, 4.0 / 7}, {3, 2, 0.9, []int{4, 2, 1}, 0}, {2, 3, 0.9, nil, 0}, {3, 3, 1, []int{4, 2, 1}, 0}, {1, 2, 0.9, nil, 1}, {3, 2, 1, []int{1, 5, 3}, 8.0 / 9},
	} {
		l := &signals.LewisTable{States: c.n, Signals: c.m, Noise: c.noise, Weights: c.weights, Listeners: 1}
		best := 0.0
		says, does := make([]int, c.n), make([]int, c.m)
		each(says, c.m, func() {
			each(does, c.n, func() { best = max(best, l.Success(deterministic(l, says, does))) })
		})
		if bound := l.Bound(); math.Abs(bound-best) > 1e-12 {
			t.Errorf("%d states, %d signals, noise %v, weights %v: bound %v, best %v", c.n, c.m, c.noise, c.weights, bound, best)
		}
		if c.want != 0 && math.Abs(l.Bound()-c.want) > 1e-12 {
			t.Errorf("%d states, %d signals, noise %v: bound %v, want %v", c.n, c.m, c.noise, l.Bound(), c.want)
		}
	}
}

// A population signals where every state has a signal of its own, however often states come
// and whatever the channel does: of all deterministic strategies those signal whose signals
// differ and are understood, as they arrive.
func TestSignalling(t *testing.T) {
	for _, c := range []struct {
		n, m    int
		noise   float64
		weights []int
	}{
		{3, 3, 0, nil}, {3, 2, 0, []int{18, 1, 1}}, {3, 2, 0, []int{4, 2, 1}}, {3, 3, 0.2, nil}, {3, 3, 0, []int{18, 1, 1}}, {2, 3, 0.3, []int{9, 1}},
		{2, 2, 0.9, nil}, {2, 2, 0.9, []int{9, 1}}, {1, 1, 0, nil},
	} {
		s := signals.Defaults()
		l := &s.Lewis
		l.States, l.Signals, l.Noise, l.Weights = c.n, c.m, c.noise, c.weights
		net := &signals.Network{Spec: s}
		says, does := make([]int, c.n), make([]int, c.m)
		each(says, c.m, func() {
			each(does, c.n, func() {
				want := 1.0
				for state, signal := range says {
					if c.noise > 0.5 {
						signal = 1 - signal
					}
					if does[signal] != state {
						want = 0
					}
				}
				at := net.NewState(state.Double, 1)
				urns(at.Array(signals.SpeakerUrns).Ints, says, c.m)
				urns(at.Array(signals.ListenerUrns).Ints, does, c.n)
				sums := make([]float64, 4)
				net.Measure(sums, at, 0, 1)
				if sums[2] != want {
					t.Errorf("%d states, %d signals, noise %v, weights %v: saying %v and doing %v has signalling %v", c.n, c.m, c.noise, c.weights, says, does, sums[2])
				}
			})
		})
	}
}

// urns fills urns of some width with many balls of one kind each.
func urns(balls []int32, of []int, width int) {
	for i := range balls {
		balls[i] = 1
		if of[i/width] == i%width {
			balls[i] = 1000
		}
	}
}

// each visits all digits below base.
func each(digits []int, base int, visit func()) {
	if len(digits) == 0 {
		visit()
		return
	}
	for digits[0] = range base {
		first := digits[0]
		each(digits[1:], base, visit)
		digits[0] = first
	}
}

// The replicator's limit stands still at signalling systems, at partial pooling and where
// nothing tells anything, and nowhere near a mixed start.
func TestDrift(t *testing.T) {
	l := &signals.LewisTable{States: 3, Signals: 3, Listeners: 1}
	speed := func(speaker, listener []float64) float64 {
		a, b := l.Drift(speaker, listener)
		sum := 0.0
		for _, x := range append(a, b...) {
			sum += math.Abs(x)
		}
		return sum
	}
	for _, c := range [][2][]int{{{0, 1, 2}, {0, 1, 2}}, {{2, 0, 1}, {1, 2, 0}}, {{0, 0, 1}, {0, 2, 2}}} {
		if v := speed(deterministic(l, c[0], c[1])); v != 0 {
			t.Errorf("at %v it moves by %v", c, v)
		}
	}
	even := make([]float64, 9)
	for i := range even {
		even[i] = 1.0 / 3
	}
	if v := speed(even, even); v > 1e-12 {
		t.Errorf("without any information it moves by %v", v)
	}
	// States 0 and 1 share signal 0, whose act is a mixture, and state 2 has two signals:
	// partial pooling, a component of fixed points.
	speaker := []float64{1, 0, 0, 1, 0, 0, 0, 0.3, 0.7}
	listener := []float64{0.4, 0.6, 0, 0, 0, 1, 0, 0, 1}
	if v := speed(speaker, listener); v > 1e-12 {
		t.Errorf("at partial pooling it moves by %v", v)
	}
	if got := l.Success(speaker, listener); math.Abs(got-2.0/3) > 1e-12 {
		t.Errorf("partial pooling succeeds in %v", got)
	}
	speaker[0], speaker[1] = 0.8, 0.2
	if v := speed(speaker, even); v < 0.01 {
		t.Errorf("away from fixed points it moves by %v", v)
	}
}

// Inputs that are held out are as many as asked for, every value keeps one that is
// trained, populations differ, and every input has its turn.
func TestHeldOut(t *testing.T) {
	for _, c := range []struct {
		values int
		share  float64
		held   int
	}{{5, 0.2, 5}, {8, 0.2, 13}, {5, 17.0 / 25, 17}, {2, 0.5, 2}, {3, 0, 0}} {
		s := signals.Defaults()
		s.Signals.Game, s.Attributes.Values, s.Attributes.HeldOut = signals.AttributesGame, c.values, c.share
		net := &signals.Network{Spec: s}
		times := make([]int, c.values*c.values)
		for population := range 200 {
			rows, columns, left := make([]bool, c.values), make([]bool, c.values), 0
			for input, is := range net.Trained(rng.Key(3), population) {
				if is {
					rows[input/c.values], columns[input%c.values] = true, true
				} else {
					times[input]++
					left++
				}
			}
			for k := range rows {
				if !rows[k] || !columns[k] {
					t.Fatalf("%d values, share %v: value %d has no input that is trained", c.values, c.share, k)
				}
			}
			if left != c.held {
				t.Fatalf("%d values, share %v: %d inputs are held out, want %d", c.values, c.share, left, c.held)
			}
		}
		for input, n := range times {
			p := float64(c.held) / float64(len(times))
			if sigma := math.Sqrt(200 * p * (1 - p)); math.Abs(float64(n)-200*p) > 5*sigma {
				t.Errorf("%d values, share %v: input %d is held out %d times of 200", c.values, c.share, input, n)
			}
		}
	}
}
