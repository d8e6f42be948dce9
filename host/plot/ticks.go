package plot

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// roundTicks are at five round numbers or so.
type roundTicks struct {
	whole bool // numbers, as those of steps are
}

// Ticks implements plot.Ticker.
func (r roundTicks) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 5)
	if r.whole {
		step = max(1, step)
	}
	var ticks []plot.Tick
	const rounding = 1e-9
	for i := math.Ceil(low/step - rounding); i <= high/step+rounding; i++ {
		v := min(max(i*step, low), high)
		ticks = append(ticks, plot.Tick{Value: v, Label: tickLabel(v, step)})
	}
	return ticks
}

// roundStep is 1, 2 or 5 times a power of ten, and not much below v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	switch m := v / power; {
	case m < 1.2:
		return power
	case m < 2.4:
		return 2 * power
	case m < 6:
		return 5 * power
	}
	return 10 * power
}

// tickLabel has the digits that a step needs, or an exponent.
func tickLabel(v, step float64) string {
	if math.Abs(v) >= 1e6 || v != 0 && step < 1e-4 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	digits := max(0, int(-math.Floor(math.Log10(step))))
	return strconv.FormatFloat(v+0, 'f', digits, 64) // -0 + 0 is 0
}

// decades are ticks of an axis of decimal logarithms: at most six of them with a
// label, which is the power.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(low, high float64) []plot.Tick {
	first, last := math.Ceil(low-1e-9), math.Floor(high+1e-9)
	every := max(1, math.Ceil((last-first+1)/6))
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		t := plot.Tick{Value: e}
		if math.Mod(e-first, every) == 0 {
			t.Label = strconv.FormatFloat(math.Pow(10, e), 'g', 6, 64)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// fineDecades are ticks of an axis of decimal logarithms that may span less than one
// or two decades: labels at 1, 2 and 5 times powers of ten, or only at those if the
// axis is long; at round numbers if it is so short that there is one of them at most.
type fineDecades struct{}

// Ticks implements plot.Ticker.
func (fineDecades) Ticks(low, high float64) []plot.Tick {
	const long = 2.5 // decades
	if high-low > long {
		return decades{}.Ticks(low, high)
	}
	var ticks []plot.Tick
	labels := 0
	const rounding = 1e-9
	for e := math.Floor(low); e <= high; e++ {
		for m := 1.0; m < 10; m++ {
			at := e + math.Log10(m)
			if at < low-rounding || at > high+rounding {
				continue
			}
			t := plot.Tick{Value: min(max(at, low), high)}
			if m == 1 || m == 2 || m == 5 {
				t.Label = strconv.FormatFloat(m*math.Pow(10, e), 'g', 6, 64)
				labels++
			}
			ticks = append(ticks, t)
		}
	}
	if labels > 1 {
		return ticks
	}
	ticks = roundTicks{}.Ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range ticks {
		ticks[i].Value = min(max(math.Log10(ticks[i].Value), low), high)
	}
	return ticks
}

// names are ticks at 0, 1, 2, ...
type names []string

// Ticks implements plot.Ticker.
func (n names) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for i, name := range n {
		if v := float64(i); low <= v && v <= high {
			ticks = append(ticks, plot.Tick{Value: v, Label: name})
		}
	}
	return ticks
}

// isNames tells whether ticks are at names, each of which is needed.
func isNames(t plot.Ticker) bool {
	if b, is := t.(below); is {
		t = b.Ticker
	}
	_, is := t.(names)
	return is
}

// few are ticks of an axis without room for all their labels: every so many have one.
type few struct {
	plot.Ticker
	every int
}

// Ticks implements plot.Ticker.
func (f few) Ticks(low, high float64) []plot.Tick {
	all := f.Ticker.Ticks(low, high)
	n := 0
	for i := range all {
		if all[i].IsMinor() {
			continue
		}
		if n%f.every != 0 {
			all[i].Label = ""
		}
		n++
	}
	return all
}
