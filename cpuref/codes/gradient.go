package codes

import "tnn-gpu/host/fmath"

// gradientOfWeights is that of the mean loss by the weights of the network. Each is a
// sum over samples along the house's pair tree. Device twin: codes_weight.
func (p *population[F]) gradientOfWeights(s *scratch[F]) {
	table := p.table
	n, hidden, messages, batch := table.N, table.Hidden, table.Messages(), table.Batch()
	i := 0
	for ; i+4 <= batch; i += 4 {
		row := s.outer.next()
		y, h := rowsOf(s.received, i, n), rowsOf(s.units, i, hidden)
		g, d := rowsOf(s.givenBy, i, hidden), rowsOf(s.messages, i, messages)
		row = s.form.fourProducts(row, y, g)
		s.form.fourProducts(row, h, d)
		s.outer.add(2)
	}
	for ; i < batch; i++ {
		row := s.outer.next()
		row = products(row, s.received[i*n:][:n], s.givenBy[i*hidden:][:hidden])
		products(row, s.units[i*hidden:][:hidden], s.messages[i*messages:][:messages])
		s.outer.add(0)
	}
	for k, sum := range s.outer.total() {
		s.weights[k] = F(sum / F(batch))
	}
}

// products fills the begin of row in with each of left, and at last 1, times each of
// right, and gives the rest of row.
func products[F fmath.Float](row, left, right []F) []F {
	for _, v := range left {
		for k, x := range right {
			row[k] = F(v * x)
		}
		row = row[len(right):]
	}
	return row[copy(row, right):]
}

// rowsOf are four rows of a width from row i on.
func rowsOf[F fmath.Float](of []F, i, width int) [4][]F {
	of = of[i*width:][:4*width]
	return [4][]F{of[:width:width], of[width : 2*width : 2*width], of[2*width : 3*width : 3*width], of[3*width:]}
}

// sumOfRows adds rows, element by element, along the pair tree: neighbours, then the
// results, a row that is missing counting as 0.
type sumOfRows[F fmath.Float] struct {
	partial [][]F // partial[l] is of 2^l rows, where bit l of count is 1
	row     []F   // the next one
	count   int
	form    form[F]
}

func newSumOfRows[F fmath.Float](width, rows int, form form[F]) *sumOfRows[F] {
	s := &sumOfRows[F]{row: make([]F, width), form: form}
	for n := rows; n > 0; n /= 2 {
		s.partial = append(s.partial, make([]F, width))
	}
	return s
}

// next is a row to be filled in.
func (s *sumOfRows[F]) next() []F { return s.row }

// add adds it. It is the sum of 2^level rows, which follow a multiple of so many.
func (s *sumOfRows[F]) add(level int) {
	s.count += 1 << level
	for count := s.count - 1<<level; count>>level&1 == 1; level++ {
		s.form.add(s.row, s.partial[level])
	}
	s.partial[level], s.row = s.row, s.partial[level]
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
			s.form.add(sum, partial)
		}
	}
	s.count = 0
	return sum
}
