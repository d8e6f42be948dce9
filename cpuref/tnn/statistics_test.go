package tnn_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// ensemble is what independent runs of a network gave: by observable, window of
// steps and run, the mean over the window.
type ensemble map[string][][]float64

// window is the number of steps of a window.
const window = 10

// plan says which runs make an ensemble.
type plan struct {
	preset    string
	change    func(*tnn.Spec) // nil: none
	precision state.Precision
	runs      int
	steps     int
	seed      uint64 // of the first run; the next has the next
	oneByOne  bool   // visits nodes by rising id instead of by colour
}

// made is a run of a plan: the sums of its steps, one after another.
type made struct {
	rule   tnn.Rule
	counts tnn.Counts
	sums   []float64
}

// presetNamed gives the preset of that name.
func presetNamed(t *testing.T, name string) *tnn.Spec {
	t.Helper()
	for _, p := range tnn.Presets() {
		if p.Name == name {
			return p.Spec
		}
	}
	t.Fatalf("there is no preset %q", name)
	return nil
}

// run makes the runs. Each has its own seed, from which its external nodes take
// their sites too.
func (p plan) run(t *testing.T) (all []made) {
	t.Helper()
	for r := range p.runs {
		spec := presetNamed(t, p.preset)
		if p.change != nil {
			p.change(spec)
		}
		seed := p.seed + uint64(r)
		net, err := tnn.Build(spec, seed)
		if err != nil {
			t.Fatal(err)
		}
		if p.oneByOne {
			if net, err = tnn.Assemble(spec, net.Graph, net.Group, net.Externals, byID(net)); err != nil {
				t.Fatal(err)
			}
		}
		b, err := cpuref.New(net, backend.Options{Precision: p.precision, Seeds: []uint64{seed}})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := b.Advance(p.steps)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made{net.Spec.Network.Rule, net.Counts(), rows})
	}
	return all
}

// ensembleOf are the first steps of runs. Values are rounded to the decimals of their
// observable before they are averaged, if any are given.
func ensembleOf(runs []made, steps int, decimals func(rule tnn.Rule, observable string) int) ensemble {
	all := ensemble{}
	for _, r := range runs {
		all.add(r, steps, decimals)
	}
	return all
}

// byID is a schedule of sets of one node.
func byID(net *tnn.Network) (s graph.Schedule) {
	for id := range int32(net.Graph.Nodes) {
		if net.IsNetwork(id) {
			s = append(s, []int32{id})
		}
	}
	return s
}

// add takes in the first steps of a run.
func (e ensemble) add(r made, steps int, decimals func(tnn.Rule, string) int) {
	for _, q := range tnn.Quantities(r.rule, r.counts) {
		unit := 0.0
		if decimals != nil {
			unit = math.Pow10(-decimals(r.rule, q.Name))
		}
		for w := range steps / window {
			mean := 0.0
			for s := w * window; s < (w+1)*window; s++ {
				v := q.Value(r.sums[s*int(tnn.Sums):(s+1)*int(tnn.Sums)], r.counts)
				if q.Name == "colour" {
					v = math.Abs(v)
				}
				if unit > 0 {
					v = math.Round(v/unit) * unit
				}
				mean += v / window
			}
			if len(e[q.Name]) == w {
				e[q.Name] = append(e[q.Name], nil)
			}
			e[q.Name][w] = append(e[q.Name][w], mean)
		}
	}
}

// whole gives the means of an observable over each whole run.
func (e ensemble) whole(observable string) []float64 {
	windows := e[observable]
	means := make([]float64, len(windows[0]))
	for _, runs := range windows {
		for r, v := range runs {
			means[r] += v / float64(len(windows))
		}
	}
	return means
}

// sample is what is known of a number of runs.
type sample struct {
	mean, sd float64
	runs     int
}

func sampleOf(values []float64) sample {
	mean, sd := stat.MeanStdDev(values, nil)
	return sample{mean, sd, len(values)}
}

// comparison is two means that should be equal but for chance.
type comparison struct {
	what       string
	a, b       sample
	freedom    float64 // degrees of freedom of t
	sd         float64 // of one run, common to both
	resolution float64 // with which the means are known
}

// pooled compares two samples by Student's test: if all runs come from one
// distribution, the difference of the means over its estimated standard error has
// Student's distribution of as many degrees of freedom as there are runs, less 2.
func pooled(what string, a, b sample) comparison {
	n, m := float64(a.runs-1), float64(b.runs-1)
	return comparison{what: what, a: a, b: b, freedom: n + m, sd: math.Sqrt((n*a.sd*a.sd + m*b.sd*b.sd) / (n + m))}
}

// t is how many standard errors the means are apart, beyond the resolution.
func (c comparison) t() float64 {
	apart := max(0, math.Abs(c.a.mean-c.b.mean)-c.resolution)
	if apart == 0 {
		return 0
	}
	return apart / (c.sd * math.Sqrt(1/float64(c.a.runs)+1/float64(c.b.runs)))
}

// rejected counts the comparisons that cannot be chance. Where all means are
// equal, fewer than one in a thousand choices of seeds make it other than none: the
// comparisons have equal shares in that risk (Bonferroni), however they hang
// together.
func rejected(comparisons []comparison, report func(string)) int {
	const risk = 0.001
	count, worst := 0, comparison{}
	for _, c := range comparisons {
		limit := distuv.StudentsT{Sigma: 1, Nu: c.freedom}.Quantile(1 - risk/2/float64(len(comparisons)))
		if t := c.t(); !(t <= limit) {
			count++
			report(fmt.Sprintf("%s: %.6g against %.6g, %.1f standard errors apart where %.1f are likely", c.what, c.a.mean, c.b.mean, t, limit))
		}
		if c.t() > worst.t() {
			worst = c
		}
	}
	if count == 0 {
		report(fmt.Sprintf("%d comparisons, at worst %s: %.6g against %.6g, %.1f standard errors apart",
			len(comparisons), worst.what, worst.a.mean, worst.b.mean, worst.t()))
	}
	return count
}

// compare compares two ensembles of ours in every window and over whole runs.
func compare(a, b ensemble) (all []comparison) {
	for name := range a {
		for w := range a[name] {
			what := fmt.Sprintf("%s, steps %d to %d", name, w*window+1, (w+1)*window)
			all = append(all, pooled(what, sampleOf(a[name][w]), sampleOf(b[name][w])))
		}
		all = append(all, pooled(name+", whole run", sampleOf(a.whole(name)), sampleOf(b.whole(name))))
	}
	return all
}
