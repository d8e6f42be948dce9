package codes

import "tnn-gpu/host/fmath"

// Net is a receiver with one hidden layer of rectified units. Its weights stand in one
// array: the inner ones from input j to unit u at j H + u, the thresholds of units, the
// outer ones from unit u to message m at u M + m, the thresholds of messages.
type Net[F fmath.Float] struct {
	N, Hidden, Messages                int
	Inner, InnerBias, Outer, OuterBias []F
}

// NetOf takes the weights of a receiver apart.
func NetOf[F fmath.Float](t *Table, weights []F) Net[F] {
	n := Net[F]{N: t.N, Hidden: t.Hidden, Messages: t.Messages()}
	for _, part := range []struct {
		to     *[]F
		length int
	}{{&n.Inner, n.N * n.Hidden}, {&n.InnerBias, n.Hidden}, {&n.Outer, n.Hidden * n.Messages}, {&n.OuterBias, n.Messages}} {
		*part.to, weights = weights[:part.length:part.length], weights[part.length:]
	}
	return n
}

// Forward fills in the units h and the logits of messages for an output y of the channel.
// Sums begin with the threshold and go on in the order of what they are over. Device
// twin: codes_forward.
func (n *Net[F]) Forward(h, logits, y []F) {
	copy(h, n.InnerBias)
	addRows(h, y, n.Inner)
	for u, x := range h {
		if !(x > 0) {
			h[u] = 0
		}
	}
	copy(logits, n.OuterBias)
	addRows(logits, h, n.Outer)
}

// addRows adds the rows of a matrix, each times its entry of v, to sums, row after row.
// It takes four rows at a time, so that sums are written a quarter as often.
func addRows[F fmath.Float](sums, v, rows []F) {
	width := len(sums)
	for ; len(v) >= 4; v, rows = v[4:], rows[4*width:] {
		a, b, c, d := rows[:width], rows[width:][:width], rows[2*width:][:width], rows[3*width:][:width]
		for k, sum := range sums {
			sum += F(v[0] * a[k])
			sum += F(v[1] * b[k])
			sum += F(v[2] * c[k])
			sums[k] = sum + F(v[3]*d[k])
		}
	}
	for i, x := range v {
		for k, w := range rows[i*width:][:width] {
			sums[k] += F(x * w)
		}
	}
}

// Losses turns logits into the gradient of -ln q(message) by them, and gives that loss.
// Device twin: codes_loss.
func Losses[F fmath.Float](logits []F, message int) F {
	most := logits[0]
	for _, x := range logits[1:] {
		if x > most {
			most = x
		}
	}
	own, sum := logits[message]-most, F(0)
	for m, x := range logits {
		logits[m] = fmath.Exp(x - most)
		sum += logits[m]
	}
	for m, x := range logits {
		q := F(x / sum)
		if q < Negligible {
			q = 0
		}
		logits[m] = q
	}
	logits[message]--
	return fmath.Log(sum) - own
}

// Negligible is the probability that counts as 0 in gradients.
const Negligible = 1e-20

// Best is the first of the largest values.
func Best[F fmath.Float](values []F) int {
	best := 0
	for i, x := range values {
		if x > values[best] {
			best = i
		}
	}
	return best
}

// Tanh by the exponential function. Device twin: codes_tanh.
func Tanh[F fmath.Float](e F) F { return 1 - F(2/(fmath.Exp(F(2*e))+1)) }

// Symbols fills in what is sent of a table e: over a channel for signs x = tanh(e), their
// mean; else x = e sqrt(M n/|e|^2), of mean power 1. It returns the factor of e, and |e|^2.
// Device twins: codes_squares and codes_symbols.
func Symbols[F fmath.Float](t *Table, x, e []F) (factor, squares F) {
	if t.Channel.Binary() {
		for i, v := range e {
			x[i] = Tanh(v)
		}
		return 1, 0
	}
	for _, v := range e {
		squares += F(v * v)
	}
	factor = fmath.Sqrt(F(F(len(e)) / squares))
	for i, v := range e {
		x[i] = F(v * factor)
	}
	return factor, squares
}

// Sign is 1 for 0 and above, else -1.
func Sign[F fmath.Float](x F) F {
	if x >= 0 {
		return 1
	}
	return -1
}
