package codes

import "tnn-gpu/host/fmath"

// gradientOfWeights is that of the mean loss by the weights of the network. Each is a
// sum over samples along the house's pair tree. Device twin: codes_weight.
func (p *population[F]) gradientOfWeights(s *scratch[F]) {
	table := p.table
	n, hidden, messages, batch := table.N, table.Hidden, table.Messages(), table.Batch()
	for i := range batch {
		row := s.outer.next()
		y, h := s.received[i*n:][:n], s.units[i*hidden:][:hidden]
		g, d := s.givenBy[i*hidden:][:hidden], s.messages[i*messages:][:messages]
		for _, v := range y {
			for u, x := range g {
				row[u] = F(v * x)
			}
			row = row[hidden:]
		}
		row = row[copy(row, g):]
		for _, v := range h {
			for m, x := range d {
				row[m] = F(v * x)
			}
			row = row[messages:]
		}
		copy(row, d)
		s.outer.add()
	}
	for k, sum := range s.outer.total() {
		s.weights[k] = F(sum / F(batch))
	}
}

// sumOfRows adds rows, element by element, along the pair tree: neighbours, then the
// results, a row that is missing counting as 0.
type sumOfRows[F fmath.Float] struct {
	partial [][]F // partial[l] is of 2^l rows, where bit l of count is 1
	row     []F   // the next one
	count   int
}

func newSumOfRows[F fmath.Float](width, rows int) *sumOfRows[F] {
	s := &sumOfRows[F]{row: make([]F, width)}
	for n := rows; n > 0; n /= 2 {
		s.partial = append(s.partial, make([]F, width))
	}
	return s
}

// next is a row to be filled in.
func (s *sumOfRows[F]) next() []F { return s.row }

// add adds it.
func (s *sumOfRows[F]) add() {
	level := 0
	for ; s.count>>level&1 == 1; level++ {
		for k, x := range s.partial[level] {
			s.row[k] = x + s.row[k]
		}
	}
	s.partial[level], s.row = s.row, s.partial[level]
	s.count++
}

// total is the sum, and begins a new one. It holds until the next row.
func (s *sumOfRows[F]) total() []F {
	var sum []F // of the last rows, which are fewer than a level adds
	for level, partial := range s.partial {
		switch {
		case s.count>>level&1 == 0:
			for k := range sum {
				sum[k] += 0
			}
		case sum == nil:
			sum = partial
		default:
			for k, x := range partial {
				sum[k] = x + sum[k]
			}
		}
	}
	s.count = 0
	return sum
}
