package plot

// mostPoints of a curve are more than a page resolves.
const mostPoints = 2000

// thin averages neighbouring points of a curve that has too many.
func thin(c Curve) (x, y, spread []float64) {
	c = finite(c)
	n := len(c.X)
	if n <= mostPoints {
		return c.X, c.Y, c.Spread
	}
	mean := func(v []float64) []float64 {
		if v == nil {
			return nil
		}
		out := make([]float64, mostPoints)
		for i := range out {
			from, to := i*n/mostPoints, (i+1)*n/mostPoints
			for _, p := range v[from:to] {
				out[i] += p / float64(to-from)
			}
		}
		return out
	}
	return mean(c.X), mean(c.Y), mean(c.Spread)
}

// finite is a curve without points that have no place on paper: of a replica that has
// diverged.
func finite(c Curve) Curve {
	out := c
	out.X, out.Y, out.Spread, out.Below = nil, nil, nil, nil
	for k, x := range c.X {
		if !isFinite(x) || !isFinite(c.Y[k]) || c.Spread != nil && !c.Marks && !isFinite(c.Spread[k]) {
			continue
		}
		out.X, out.Y = append(out.X, x), append(out.Y, c.Y[k])
		if c.Spread != nil {
			out.Spread = append(out.Spread, c.Spread[k])
		}
		if c.Below != nil {
			out.Below = append(out.Below, c.Below[k])
		}
	}
	return out
}
