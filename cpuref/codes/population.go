package codes

import (
	"tnn-gpu/host/codes"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// population is a transmitter and a receiver, whose arrays are parts of a state.
type population[F fmath.Float] struct {
	table     *codes.Table
	constants codes.Constants[F]
	key       [2]uint32

	e, eMean, eSquare                   []F // the table of codewords
	weights, weightsMean, weightsSquare []F // of a network; nil without one
	counts                              []F // nil without them
	loss                                []F // one
}

func newPopulation[F fmath.Float](spec *codes.Spec, s *state.State, replica int, key uint64) *population[F] {
	part := func(field string) []F { return codes.Part[F](s, field, replica) }
	return &population[F]{
		table: &spec.Codes, constants: codes.ConstantsOf[F](&spec.Codes, spec.Codes.TrainAt), key: rng.Key(key),
		e: part(codes.TableField), eMean: part(codes.MeanOf(codes.TableField)), eSquare: part(codes.SquareOf(codes.TableField)),
		weights: part(codes.WeightsField), weightsMean: part(codes.MeanOf(codes.WeightsField)), weightsSquare: part(codes.SquareOf(codes.WeightsField)),
		counts: part(codes.CountsField), loss: part(codes.LossField),
	}
}

// scratch is what an update works on. A row is of a sample.
type scratch[F fmath.Float] struct {
	x, gradient    []F // what is sent, and the gradient by it, entry by entry
	received       []F // rows of n
	path           []F // rows of n: what the gradient of a codeword is made of
	noise, slopes  []F // of one sample: the latter the gradient by what was received
	units, givenBy []F // rows of hidden: values, and the gradient by what they are made from
	messages       []F // rows of M: the gradient by logits
	losses         []F // by sample
	likely         []F // by message
	terms          []F // of a sum along the tree
	weights        []F // gradients
	outer          *sumOfRows[F]
	form           form[F]
}

func newScratch[F fmath.Float](t *codes.Table, form form[F]) *scratch[F] {
	entries, batch, hidden, messages := t.Messages()*t.N, t.Batch(), 0, 0
	if t.Receiver == codes.Network {
		hidden, messages = t.Hidden, t.Messages()
	}
	s := &scratch[F]{form: form, x: make([]F, entries), gradient: make([]F, entries), terms: make([]F, batch)}
	if t.Transmitter == codes.Exact {
		s.messages, s.likely, s.terms = make([]F, t.Messages()<<t.N), make([]F, t.Messages()), make([]F, 1<<t.N)
		return s
	}
	s.received, s.path, s.noise, s.slopes = make([]F, batch*t.N), make([]F, batch*t.N), make([]F, t.N), make([]F, t.N)
	s.units, s.givenBy, s.messages = make([]F, batch*hidden), make([]F, batch*hidden), make([]F, batch*messages)
	s.losses, s.weights = make([]F, batch), make([]F, t.Weights())
	s.outer = newSumOfRows(t.Weights(), batch, form)
	return s
}

// update makes update t (docs/codes.md section 3). Device twin: codes_learn.
func (p *population[F]) update(t int64, s *scratch[F]) {
	pace := codes.PaceAt[F](p.table, t)
	factor, squares := codes.Symbols(p.table, s.x, p.e)
	if p.table.Transmitter == codes.Exact {
		p.exact(s)
		p.moveTable(&pace, s, factor, squares)
		return
	}
	if p.table.Receiver == codes.Network {
		s.form.take(codes.NetOf(p.table, p.weights))
	}
	perturbed := p.table.Transmitter == codes.Free && pace.Transmitter.Rate > 0
	for i := range p.table.Batch() {
		p.send(i, uint32(t), perturbed, s)
		p.receive(i, s)
	}
	copy(s.terms, s.losses)
	p.loss[0] = F(fmath.Total(s.terms[:len(s.losses)]) / F(len(s.losses)))
	if pace.Transmitter.Rate > 0 {
		p.gradientOfSymbols(s)
	}
	if p.table.Receiver == codes.Counts {
		p.count(s)
	} else if pace.Receiver.Rate > 0 {
		p.gradientOfWeights(s)
		for k := range p.weights {
			codes.Adam(&p.weights[k], &p.weightsMean[k], &p.weightsSquare[k], s.weights[k], &pace.Receiver)
		}
	}
	if pace.Transmitter.Rate > 0 {
		p.moveTable(&pace, s, factor, squares)
	}
}

// send fills in what of sample i is received, and the path from its codeword to it.
// Device twin: codes_send.
func (p *population[F]) send(i int, t uint32, perturbed bool, s *scratch[F]) {
	table, n := p.table, p.table.N
	x := s.x[i%table.Messages()*n:][:n]
	y, path := s.received[i*n:][:n], s.path[i*n:][:n]
	codes.Noise(s.noise, table, &p.constants, p.key, rng.CodeChannel, uint32(i), t)
	switch table.Transmitter {
	case codes.Dithered, codes.Policy:
		codes.Dither(path, p.key, uint32(i), t)
	case codes.Free:
		codes.Normals(path, p.key, rng.CodeExploration, uint32(i), t)
	}
	for j, noise := range s.noise {
		switch table.Transmitter {
		case codes.Backprop:
			y[j], path[j] = x[j]+noise, 1
		case codes.Free:
			sent := x[j]
			if perturbed {
				sent = F(p.constants.Kept*sent) + F(p.constants.Spread*path[j])
			}
			y[j] = sent + noise
		case codes.Relaxed:
			y[j], path[j] = F(x[j]*noise), noise
		case codes.Straight:
			y[j], path[j] = F(codes.Sign(x[j])*noise), noise
		case codes.Dithered:
			y[j], path[j] = F(codes.Sign(x[j]+path[j])*noise), noise
		case codes.Policy:
			b := codes.Sign(x[j] + path[j])
			y[j], path[j] = F(b*noise), b-x[j]
		}
	}
}

// receive has the receiver judge what it received of sample i: its loss, and where the
// receiver is a network the gradients by logits, by units and, along the path, by the
// codeword. Device twin: codes_receive.
func (p *population[F]) receive(i int, s *scratch[F]) {
	table := p.table
	n, messages, message := table.N, table.Messages(), i%table.Messages()
	y, path := s.received[i*n:][:n], s.path[i*n:][:n]
	if p.counts != nil {
		row, sum := p.counts[codes.Output(y)*messages:][:messages], F(0)
		for _, c := range row {
			sum += c
		}
		s.losses[i] = -fmath.Log(F(row[message] / sum))
		return
	}
	h, d, g := s.units[i*table.Hidden:][:table.Hidden], s.messages[i*messages:][:messages], s.givenBy[i*table.Hidden:][:table.Hidden]
	s.form.forward(h, d, y)
	s.losses[i] = codes.Losses(d, message)
	s.form.back(g, h, d)
	if table.Transmitter == codes.Free || table.Transmitter == codes.Policy {
		return
	}
	s.form.inputs(s.slopes, g)
	for j, slope := range s.slopes {
		path[j] = F(slope * path[j])
	}
}

// gradientOfSymbols is that of the mean loss by what is sent; by e where the transmitter
// is straight or policy. Device twin: codes_gradient.
func (p *population[F]) gradientOfSymbols(s *scratch[F]) {
	table, batch := p.table, F(p.table.Batch())
	n, messages, scored := table.N, table.Messages(), table.Transmitter == codes.Free || table.Transmitter == codes.Policy
	for m := range messages {
		mean := F(0)
		if scored {
			for c := range table.Copies {
				s.terms[c] = s.losses[m+c*messages]
			}
			mean = F(fmath.Total(s.terms[:table.Copies]) / F(table.Copies))
		}
		for j := range n {
			for c := range table.Copies {
				i := m + c*messages
				s.terms[c] = s.path[i*n+j]
				if scored {
					s.terms[c] = F((s.losses[i] - mean) * s.path[i*n+j])
				}
			}
			g := F(fmath.Total(s.terms[:table.Copies]) / batch)
			if table.Transmitter == codes.Free {
				g = F(g * p.constants.Score)
			}
			s.gradient[m*n+j] = g
		}
	}
}

// moveTable takes the gradient by symbols to e, adds that of the dither's entropy, and
// moves the table. Device twin: codes_move.
func (p *population[F]) moveTable(pace *codes.Pace[F], s *scratch[F], factor, squares F) {
	along := F(0)
	if !p.table.Channel.Binary() {
		for k, g := range s.gradient {
			along += F(g * p.e[k])
		}
		along = F(along / squares)
	}
	for k, g := range s.gradient {
		slope := 1 - F(s.x[k]*s.x[k])
		switch p.table.Transmitter {
		case codes.Backprop, codes.Free:
			g = F(factor * (g - F(p.e[k]*along)))
		case codes.Relaxed, codes.Dithered, codes.Exact:
			g = F(g * slope)
		}
		if p.table.Channel.Binary() {
			g += F(F(pace.Temperature*p.e[k]) * slope)
		}
		codes.Adam(&p.e[k], &p.eMean[k], &p.eSquare[k], g, &pace.Transmitter)
	}
}

// count has the counts forget, and adds what was received, sample after sample. Device
// twin: codes_count.
func (p *population[F]) count(s *scratch[F]) {
	for k, c := range p.counts {
		p.counts[k] = F(p.constants.Keep*c) + p.constants.Rest
	}
	n, messages := p.table.N, p.table.Messages()
	for i := range p.table.Batch() {
		p.counts[codes.Output(s.received[i*n:][:n])*messages+i%messages]++
	}
}
