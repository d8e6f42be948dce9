package sorn

import (
	"cmp"
	"fmt"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/model"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Start is the state at step 0 of replicas with these keys (docs/sorn.md section 3).
func (n *Network) Start(p state.Precision, keys []uint64) (*state.State, error) {
	if n.Loaded != nil {
		return n.StateOf(n.Loaded, p, len(keys))
	}
	s := n.NewState(p, len(keys))
	for r, key := range keys {
		var err error
		if p == state.Double {
			err = start[float64](n, s, r, rng.Key(key))
		} else {
			err = start[float32](n, s, r, rng.Key(key))
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func start[F fmath.Float](n *Network, s *state.State, r int, key [2]uint32) error {
	t := &n.SpecOf(r).Sorn
	if err := drawMatrices[F](n, t, s, r, key); err != nil {
		return err
	}
	N, M := t.NE, t.M()
	te, ti := state.Values[F](s.Array(TeField))[r*N:][:N], state.Values[F](s.Array(TiField))[r*M:][:M]
	if t.Thresholds == Even {
		for rank, i := range byWord(key, rng.SornThresholdE, 0, N) {
			te[i] = step(F(t.TeMin), F(t.TeMax), rank, N)
		}
		for k := range ti {
			ti[k] = step(F(t.TiMin), F(t.TiMax), k, M)
		}
	} else {
		drawThresholds(te, F(t.TeMin), F(t.TeMax), key, rng.SornThresholdE)
		drawThresholds(ti, F(t.TiMin), F(t.TiMax), key, rng.SornThresholdI)
	}
	drawBits(s.Array(XField).Bits[r*N:][:N], t.InitialX, key, rng.SornFirstX)
	drawBits(s.Array(YField).Bits[r*M:][:M], t.InitialY, key, rng.SornFirstY)
	return nil
}

// step is number k of n even steps of a range, at its middle.
func step[F fmath.Float](least, most F, k, n int) F {
	return least + F(F((F(k)+0.5)/F(n))*(most-least))
}

func drawThresholds[F fmath.Float](into []F, least, most F, key [2]uint32, purpose rng.Purpose) {
	for i := range into {
		into[i] = least + F(rng.Uniform[F](wordAt(key, purpose, uint32(i), 0))*(most-least))
	}
}

func drawBits(into []uint8, p float64, key [2]uint32, purpose rng.Purpose) {
	for i := range into {
		if rng.Uniform[float64](wordAt(key, purpose, uint32(i), 0)) < p {
			into[i] = 1
		}
	}
}

// byWord lists n units by the words that they draw, those of one word by number.
func byWord(key [2]uint32, purpose rng.Purpose, t uint32, n int) []int {
	words, order := make([]uint32, n), make([]int, n)
	for i := range order {
		words[i], order[i] = wordAt(key, purpose, uint32(i), t), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(words[a], words[b]) })
	return order
}

// Shuffle lists, for step t, whose state each of n units takes; those of inhibitory
// units are drawn behind those of excitatory ones.
func Shuffle(key [2]uint32, t uint32, n, m int) (excitatory, inhibitory []int) {
	all := byWord(key, rng.SornShuffle, t, n+m)
	for _, u := range all {
		if u < n {
			excitatory = append(excitatory, u)
		} else {
			inhibitory = append(inhibitory, u-n)
		}
	}
	return excitatory, inhibitory
}

// matrix is weights while they are drawn.
type matrix struct {
	room         int
	from, weight string      // fields
	raw          rng.Purpose // of weights
	columns      [][]int32   // presynaptic units by postsynaptic unit, ascending
}

func drawMatrices[F fmath.Float](n *Network, t *Table, s *state.State, r int, key [2]uint32) error {
	N, M := t.NE, t.M()
	taken := make([]bool, N)
	ee := matrix{room: n.RoomEE, from: FromEE, weight: WeightEE, raw: rng.SornWeightEE}
	for i := range N {
		d := N - 1
		if t.TypeEE == Sparse {
			d = t.degree(key, rng.SornDegreeEE, uint32(i), t.LambdaEE, N-1)
		}
		column := distinct(key, rng.SornPartnersEE, uint32(i), d, N-1, taken)
		for a, j := range column {
			if int(j) >= i {
				column[a] = j + 1
			}
		}
		ee.columns = append(ee.columns, column)
	}
	ei := matrix{room: n.RoomEI, from: FromEI, weight: WeightEI, raw: rng.SornWeightEI, columns: make([][]int32, N)}
	for k := range M {
		d := N
		if t.TypeEI == Sparse {
			d = t.degree(key, rng.SornDegreeEI, uint32(k), t.LambdaEI, N)
		}
		for _, i := range distinct(key, rng.SornPartnersEI, uint32(k), d, N, taken) {
			ei.columns[i] = append(ei.columns[i], int32(k))
		}
	}
	for i, column := range ei.columns {
		if len(column) == 0 {
			ei.columns[i] = distinct(key, rng.SornRepair, uint32(i), min(2, M), M, taken)
		}
	}
	ie := matrix{room: n.RoomIE, from: FromIE, weight: WeightIE, raw: rng.SornWeightIE}
	for k := range M {
		d := N
		if t.TypeIE == Sparse {
			d = t.degree(key, rng.SornDegreeIE, uint32(k), t.LambdaIE, N)
		}
		ie.columns = append(ie.columns, distinct(key, rng.SornPartnersIE, uint32(k), d, N, taken))
	}
	for _, m := range []*matrix{&ee, &ei, &ie} {
		if err := write[F](m, s, r, key); err != nil {
			return err
		}
	}
	return nil
}

// write fills in the slots of a replica: weights are drawn and each column divided by
// its sum.
func write[F fmath.Float](m *matrix, s *state.State, r int, key [2]uint32) error {
	size := len(m.columns) * m.room
	from, weight := s.Array(m.from).Ints[r*size:][:size], state.Values[F](s.Array(m.weight))[r*size:][:size]
	for i, column := range m.columns {
		if len(column) > m.room {
			return model.BadKey("sorn.room", m.room, fmt.Sprintf("unit %d begins with %d synapses in field %s", i, len(column), m.from))
		}
		slots, w := from[i*m.room:(i+1)*m.room], weight[i*m.room:]
		sum := F(0)
		for a, j := range column {
			slots[a] = j
			x0, _, _, _ := rng.Draw(uint32(i), uint32(j), 0, m.raw, key)
			w[a] = F(F(0.1) * rng.Uniform[F](x0))
			sum += w[a]
		}
		for a := range slots {
			if a < len(column) {
				w[a] /= sum
			} else {
				slots[a] = Free
			}
		}
	}
	return nil
}
