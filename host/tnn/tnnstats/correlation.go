package tnnstats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/stats"
)

// correlation is that of states, as pictures show them, against distance.
func correlation(r *analysis.Run) (*analysis.Result, error) {
	sites, err := r.Lattice()
	if err != nil {
		return nil, err
	}
	out := &analysis.Result{}
	l := newTorus(sites.Sides)
	at, s0, s1 := make([][][]float64, l.shells), make([][]float64, len(r.Replicas)), make([][]float64, len(r.Replicas))
	for d := range at {
		at[d] = make([][]float64, len(r.Replicas))
	}
	err = each(r, out, func(k int, states []float64) {
		g, zero, least := l.correlate(states)
		for d, v := range g {
			at[d][k] = append(at[d][k], v)
		}
		s0[k], s1[k] = append(s0[k], zero), append(s1[k], least)
	})
	if err != nil {
		return nil, err
	}
	distances, values, ratio := make([]float64, l.shells), make([]stats.Estimate, l.shells), make([]float64, l.shells)
	for d := range at {
		distances[d], values[d] = l.distance[d], stats.Replicated(at[d])
		ratio[d] = values[d].Mean / values[0].Mean
	}
	longest := slices.Max(l.sides)
	wave := 2 * math.Sin(math.Pi/float64(longest))
	length := root(stats.Derived([][][]float64{s0, s1}, func(m []float64) float64 { return (m[0]/m[1] - 1) / (wave * wave) }))
	if length.Mean > float64(longest) {
		out.Note("length is beyond the longest side of the lattice, %d sites: nearly all of them are one domain, and the number tells no more than that", longest)
	}
	out.Add("length", "sites", "second-moment correlation length, of the longest side's longest wave: sqrt(S(0)/S(k) - 1)/(2 sin(k/2)); far beyond the side in one domain, undefined where S(0) is not above S(k)", length)
	out.Exact("length_e", "sites", "distance at which the correlation has fallen to 1/e of that at 0", l.at(stats.Crossing(ratio, math.Exp(-1))), len(at[0])*len(at[0][0]))
	t := analysis.Table{Name: "correlation", Title: "correlation of states, odd sites negated where the graph is bipartite", Bars: true}
	t.Add(model.Column{Name: "distance", Title: "distance", Unit: "sites", Doc: "Euclid's, mean over pairs of sites that are nearly as far apart"}, distances)
	t.AddEstimates(model.Column{Name: "correlation", Title: "correlation", Unit: "1", Doc: "mean of s_a s_b over pairs of sites at that distance"}, values)
	out.Tables = append(out.Tables, t)
	return out, nil
}

// torus is a periodic lattice of which correlations are taken by Fourier transforms.
type torus struct {
	sides    []int
	sites    int
	shell    []int     // by displacement: its distance, rounded
	count    []float64 // displacements in a shell
	distance []float64 // mean of a shell
	shells   int
	along    []*fourier.CmplxFFT // by dimension
	values   []complex128
}

func newTorus(sides []int) *torus {
	l := &torus{sides: sides, sites: 1, shells: distancesOf(sides)}
	for _, side := range sides {
		l.sites *= side
		l.along = append(l.along, fourier.NewCmplxFFT(side))
	}
	l.values, l.shell = make([]complex128, l.sites), make([]int, l.sites)
	l.count, l.distance = make([]float64, l.shells), make([]float64, l.shells)
	for id := range l.shell {
		square, rest := 0, id
		for d := len(sides) - 1; d >= 0; d-- {
			x := min(rest%sides[d], sides[d]-rest%sides[d])
			square += x * x
			rest /= sides[d]
		}
		far := math.Sqrt(float64(square))
		s := int(math.Round(far))
		if s >= l.shells {
			s = -1
		} else {
			l.count[s]++
			l.distance[s] += far
		}
		l.shell[id] = s
	}
	for s := range l.distance {
		l.distance[s] /= l.count[s]
	}
	return l
}

// distancesOf is the number of distances: 0 to half the shortest side that is longer than 1.
func distancesOf(sides []int) int {
	short := math.MaxInt
	for _, side := range sides {
		if side > 1 {
			short = min(short, side)
		}
	}
	if short == math.MaxInt {
		return 1
	}
	return short/2 + 1
}

// at is the distance at a shell number that need not be whole.
func (l *torus) at(shell float64) float64 {
	if math.IsNaN(shell) {
		return shell
	}
	i := min(int(shell), l.shells-1)
	if i+1 >= l.shells {
		return l.distance[i]
	}
	return l.distance[i] + (shell-float64(i))*(l.distance[i+1]-l.distance[i])
}

// transform is the Fourier transform along every dimension, or back.
func (l *torus) transform(back bool) {
	stride := l.sites
	for d, side := range l.sides {
		stride /= side
		line := make([]complex128, side)
		for start := range l.values {
			if start/stride%side != 0 {
				continue
			}
			for i := range line {
				line[i] = l.values[start+i*stride]
			}
			if back {
				l.along[d].Sequence(line, line)
			} else {
				l.along[d].Coefficients(line, line)
			}
			for i, v := range line {
				l.values[start+i*stride] = v
			}
		}
	}
}

// correlate gives the mean of s_a s_b by distance, and the structure factor at 0 and,
// averaged over the longest sides, at the longest wave.
func (l *torus) correlate(states []float64) (g []float64, zero, least float64) {
	for id, v := range states {
		l.values[id] = complex(v, 0)
	}
	l.transform(false)
	for id, v := range l.values {
		l.values[id] = complex(square(real(v))+square(imag(v)), 0)
	}
	zero = real(l.values[0]) / float64(l.sites)
	n, stride := 0.0, l.sites
	for _, side := range l.sides {
		if stride /= side; side == slices.Max(l.sides) && side > 1 {
			least += real(l.values[stride]) / float64(l.sites)
			n++
		}
	}
	least /= n
	l.transform(true)
	g = make([]float64, l.shells)
	for id, s := range l.shell {
		if s >= 0 {
			g[s] += real(l.values[id]) / square(float64(l.sites)) / l.count[s]
		}
	}
	return g, zero, least
}

// root is the square root of what was estimated; undefined of what is not above 0.
func root(square stats.Estimate) stats.Estimate {
	e := stats.Estimate{Mean: math.NaN(), Error: math.NaN(), N: square.N}
	if square.Mean > 0 {
		e.Mean = math.Sqrt(square.Mean)
		e.Error = square.Error / (2 * e.Mean)
	}
	return e
}
