package codes

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/stats"
)

// Conclusions implements model.Concluded.
func (n *Codes) Conclusions() []model.Conclusion {
	return []model.Conclusion{
		{File: "blocks.csv", Doc: "block errors at the end, of each replica (-1: mean over all)", Columns: blockColumns()},
		{File: "distances.csv", Doc: "how many replicas end with a smallest distance between the codewords of two messages; of real numbers the squared one, rounded down", Columns: []model.Column{
			{Name: "distance", Unit: "1", Doc: "the smallest distance"}, {Name: "replicas", Unit: "1", Doc: "that end with it"},
		}},
		{File: "codebook.csv", Doc: "what is sent for each message at the end, its sign where signs are sent", Columns: n.codebookColumns()},
	}
}

func blockColumns() []model.Column {
	return append([]model.Column{
		{Name: "replica", Doc: "number of the replica, from 0; -1 for the mean over all"},
		{Name: "point", Doc: "noise: Eb/N0 in dB, or the probability of a flip"},
	}, BlockColumns()...)
}

// BlockColumns name what Values gives.
func BlockColumns() []model.Column {
	return []model.Column{
		{Name: "block_error", Title: "block error", Unit: "1", Doc: "share of messages that the receiver takes for another"},
		{Name: "block_error_error", Title: "error of the block error", Unit: "1", Doc: "standard error, 0 where it is exact"},
		{Name: "best", Title: "at best decoding", Unit: "1", Doc: "block error of the same code at best decoding"},
		{Name: "best_error", Title: "error of that", Unit: "1", Doc: "standard error, 0 where it is exact"},
		{Name: "uncoded", Title: "uncoded", Unit: "1", Doc: "block error of bits that are sent one by one"},
		{Name: "hamming_hard", Title: "Hamming, hard", Unit: "1", Doc: "block error of Hamming's (7,4) code where outputs are rounded to signs"},
		{Name: "hamming_soft", Title: "Hamming, soft", Unit: "1", Doc: "block error of Hamming's (7,4) code at best decoding"},
		{Name: "bound", Title: "bound", Unit: "1", Doc: "no code has a smaller block error: the sphere-packing bound"},
	}
}

// Values are in the order of BlockColumns.
func (b *Blocks) Values() []float64 {
	return []float64{b.Receiver, b.Deviation, b.Best, b.BestError, b.Uncoded, b.Hard, b.Soft, b.Bound}
}

func (n *Codes) codebookColumns() []model.Column {
	return []model.Column{
		{Name: "replica", Doc: "number of the replica, from 0"}, {Name: "message", Doc: "number of the message, from 0"},
		{Name: "use", Doc: "of the channel, from 0"}, {Name: "sent", Unit: "1", Doc: "what is sent in it"},
	}
}

// Conclude implements model.Concluded.
func (n *Codes) Conclude(s *state.State, keys []uint64) ([][][]float64, error) {
	ends := n.ends(s)
	for r, sums := range ends {
		if err := CheckBound(&n.Of(r).Codes, r, sums); err != nil {
			return nil, err
		}
	}
	var blocks [][]float64
	points := make([][][]float64, len(n.Spec.Codes.Evaluate)) // by point, the values of all replicas
	for r, key := range keys {
		all, err := Evaluate(&n.Of(r).Codes, s, r, key)
		if err != nil {
			return nil, err
		}
		for i, b := range all {
			values := b.Values()
			blocks, points[i] = append(blocks, append([]float64{float64(r), b.Point}, values...)), append(points[i], values)
		}
	}
	for i, of := range points {
		blocks = append(blocks, append([]float64{-1, n.Spec.Codes.Evaluate[i]}, means(of)...))
	}
	return [][][]float64{blocks, distances(ends), n.codebook(s)}, nil
}

// means over replicas; the standard errors are those of the means, where there are more
// replicas than one.
func means(of [][]float64) []float64 {
	out := make([]float64, len(of[0]))
	for i := range out {
		var values []float64
		for _, v := range of {
			values = append(values, v[i])
		}
		out[i] = stats.Mean(values).Mean
	}
	if len(of) > 1 {
		for _, i := range []int{0, 2} {
			var values []float64
			for _, v := range of {
				values = append(values, v[i])
			}
			out[i+1] = stats.Mean(values).Error
		}
	}
	return out
}

// ends are the sums of all replicas in the last state.
func (n *Codes) ends(s *state.State) [][]float64 {
	out := make([][]float64, s.Replicas)
	for r := range out {
		out[r] = make([]float64, Sums)
		t := &n.Of(r).Codes
		if s.Precision == state.Double {
			FillSums(t, out[r], Part[float64](s, TableField, r), 0, s.Step)
		} else {
			FillSums(t, out[r], Part[float32](s, TableField, r), 0, s.Step)
		}
	}
	return out
}

// distances counts replicas by the smallest distance, rounded down.
func distances(ends [][]float64) [][]float64 {
	count := make(map[int]int)
	most := 0
	for _, sums := range ends {
		d := int(math.Floor(sums[SumDistance]))
		count[d]++
		most = max(most, d)
	}
	var rows [][]float64
	for d := range most + 1 {
		rows = append(rows, []float64{float64(d), float64(count[d])})
	}
	return rows
}

func (n *Codes) codebook(s *state.State) [][]float64 {
	t := &n.Spec.Codes
	each := t.Messages() * t.N
	x := s.Array(SymbolsField)
	var rows [][]float64
	for i := range x.Len() {
		sent := x.At(i)
		if t.Channel.Binary() {
			sent = Sign(sent)
		}
		k := i % each
		rows = append(rows, []float64{float64(i / each), float64(k / t.N), float64(k % t.N), sent})
	}
	return rows
}
