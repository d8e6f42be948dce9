// Package codesgolden reads and replays recorded vectors of learned codes
// (testdata/codes/README.md), which independent programs made.
package codesgolden

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/codes"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Formats are those of this package. The file holds vectors of signals, too.
func Formats() []golden.Format {
	return []golden.Format{{Name: "codes vectors 1", Verify: verify}}
}

// vectors are what the file has of codes.
type vectors struct {
	AWGN  *update     `json:"awgn"`
	BSC   *entropies  `json:"bsc"`
	Exact *trajectory `json:"exact_annealed"`
}

func verify(src []byte, on *golden.On) (golden.Result, error) {
	var file vectors
	if err := golden.Decode(src, &file); err != nil {
		return golden.Result{}, err
	}
	c := &check{on: on, worst: "equal", least: math.Inf(1)}
	if file.AWGN == nil || file.BSC == nil || file.Exact == nil {
		return golden.Result{}, errors.New("it lacks awgn, bsc or exact_annealed")
	}
	for _, part := range []func(c *check) error{file.AWGN.check, file.BSC.check, file.Exact.check} {
		if err := part(c); err != nil {
			return golden.Result{}, err
		}
	}
	return golden.Result{Detail: c.worst, Compared: c.compared, Failed: !(c.times <= 1), Tolerance: c.least}, nil
}

// check compares a file, and keeps what deviates most in terms of its tolerance.
type check struct {
	on       *golden.On
	compared int     // values
	times    float64 // of its tolerance
	worst    string
	least    float64 // tolerance that was used
}

// single is the tolerance in single precision, relative to the largest of an array.
const single = 1e-4

// array compares some numbers, in double precision within a tolerance.
func (c *check) array(have, want []float64, double float64, what string) {
	tolerance, scale := double, 1.0
	if c.on.Options.Precision == state.Single {
		tolerance, scale = single, 0
		for _, v := range want {
			scale = math.Max(scale, math.Abs(v))
		}
		if scale == 0 {
			scale = 1
		}
	}
	tolerance = c.on.Within(tolerance)
	c.least = min(c.least, tolerance)
	if len(have) != len(want) {
		c.note(math.Inf(1), fmt.Sprintf("%s has %d values, recorded are %d", what, len(have), len(want)))
		return
	}
	for i := range want {
		deviation := math.Abs(have[i]-want[i]) / scale
		c.note(deviation/tolerance, fmt.Sprintf("%.3g (%s[%d]: recorded %v, computed %v)", deviation, what, i, want[i], have[i]))
	}
}

func (c *check) one(have, want, double float64, what string) {
	c.array([]float64{have}, []float64{want}, double, what)
}

func (c *check) note(times float64, words string) {
	c.compared++
	if times <= c.times {
		return
	}
	c.times, c.worst = times, words
	if math.IsNaN(times) {
		c.times = math.Inf(1)
	}
}

// open has a population learn on the backend that is asked for.
func (c *check) open(s *codes.Spec, key uint64) (backend.Backend, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	net, err := s.Build(0, nil)
	if err != nil {
		return nil, err
	}
	o := c.on.Options
	o.Seeds = []uint64{key}
	return c.on.Open(net, o)
}

// values of a field.
func values(b backend.Backend, field string) ([]float64, error) {
	a, err := b.Field(field, nil)
	if err != nil {
		return nil, err
	}
	out := make([]float64, a.Len())
	for i := range out {
		out[i] = a.At(i)
	}
	return out, nil
}

// update is one update over awgn.
type update struct {
	Encoder      []float64 `json:"encoder"`
	Inner        []float64 `json:"W1"`
	Outer        []float64 `json:"W2"`
	Noise        []float64 `json:"noise"`
	Perturbation []float64 `json:"perturbation"`
	Loss         []float64 `json:"loss"`
	GradTable    []float64 `json:"grad_encoder"`
	GradInner    []float64 `json:"grad_W1"`
	GradBias     []float64 `json:"grad_b1"`
	GradOuter    []float64 `json:"grad_W2"`
	GradOuterB   []float64 `json:"grad_b2"`
	Moved        []float64 `json:"adam_encoder"`
	FreeLoss     []float64 `json:"free_loss"`
	FreeGrad     []float64 `json:"free_grad_encoder"`
}

// tolerance in double precision.
const double = 1e-9

func (u *update) spec() *codes.Spec {
	s := codes.Defaults()
	t := &s.Codes
	t.Channel, t.Transmitter, t.Receiver = codes.AWGN, codes.Backprop, codes.Network
	t.K, t.N, t.Hidden, t.Copies, t.Updates, t.Rate, t.Anneal = 2, 3, 4, 2, 1000, 0.003, 0
	t.TrainAt = 10 * math.Log10(3) // sigma is 0.5
	t.Evaluate = nil
	return s
}

const updateKey = 11

func (u *update) check(c *check) (err error) {
	s := u.spec()
	b, err := c.open(s, updateKey)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	e, err := values(b, codes.TableField)
	if err != nil {
		return err
	}
	weights, err := values(b, codes.WeightsField)
	if err != nil {
		return err
	}
	start := codes.NetOf(&s.Codes, weights)
	c.array(e, u.Encoder, double, "encoder")
	c.array(start.Inner, u.Inner, double, "W1")
	c.array(start.Outer, u.Outer, double, "W2")
	u.checkFree(c, &s.Codes, e, &start)
	if _, err := b.Advance(1); err != nil {
		return err
	}
	loss, err := values(b, codes.LossField)
	if err != nil {
		return err
	}
	c.one(loss[0], mean(u.Loss), double, "mean loss")
	if e, err = values(b, codes.TableField); err != nil {
		return err
	}
	c.array(e, u.Moved, double, "adam_encoder")
	gradient, err := gradients(b, codes.TableField)
	if err != nil {
		return err
	}
	c.array(gradient, u.GradTable, double, "grad_encoder")
	if gradient, err = gradients(b, codes.WeightsField); err != nil {
		return err
	}
	g := codes.NetOf(&s.Codes, gradient)
	c.array(g.Inner, u.GradInner, double, "grad_W1")
	c.array(g.InnerBias, u.GradBias, double, "grad_b1")
	c.array(g.Outer, u.GradOuter, double, "grad_W2")
	c.array(g.OuterBias, u.GradOuterB, double, "grad_b2")
	return nil
}

// gradients are those of the first update, of which Adam's mean has a tenth.
func gradients(b backend.Backend, field string) ([]float64, error) {
	v, err := values(b, codes.MeanOf(field))
	for i := range v {
		v[i] /= 1 - codes.KeepMean
	}
	return v, err
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// checkFree compares the noise, and computes the losses and the gradient of perturbed
// codewords from it in double precision: a transmitter's turn comes later in a run.
func (u *update) checkFree(c *check, t *codes.Table, e []float64, net *codes.Net[float64]) {
	t.Exploration = 0.3
	constants, key := codes.ConstantsOf[float64](t, t.TrainAt), rng.Key(updateKey)
	x := make([]float64, len(e))
	factor, squares := codes.Symbols(t, x, e)
	batch, n, messages := t.Batch(), t.N, t.Messages()
	noise, w, losses := make([]float64, batch*n), make([]float64, batch*n), make([]float64, batch)
	h, d, y := make([]float64, t.Hidden), make([]float64, messages), make([]float64, n)
	for i := range batch {
		codes.Noise(noise[i*n:][:n], t, &constants, key, rng.CodeChannel, uint32(i), 1)
		codes.Normals(w[i*n:][:n], key, rng.CodeExploration, uint32(i), 1)
		for j := range y {
			y[j] = constants.Kept*x[i%messages*n+j] + constants.Spread*w[i*n+j] + noise[i*n+j]
		}
		net.Forward(h, d, y)
		losses[i] = codes.Losses(d, i%messages)
	}
	gradient, along := make([]float64, len(e)), 0.0
	for i := range batch {
		baseline, message := 0.0, i%messages
		for k := message; k < batch; k += messages {
			baseline += losses[k] / float64(t.Copies)
		}
		for j := range n {
			gradient[message*n+j] += (losses[i] - baseline) * w[i*n+j] * constants.Score / float64(batch)
		}
	}
	for k := range gradient {
		along += gradient[k] * e[k] / squares
	}
	for k := range gradient {
		gradient[k] = factor * (gradient[k] - e[k]*along)
	}
	for i := range noise {
		noise[i] /= constants.Strength
	}
	c.array(noise, u.Noise, double, "noise")
	c.array(w, u.Perturbation, double, "perturbation")
	c.array(losses, u.FreeLoss, double, "free_loss")
	c.array(gradient, u.FreeGrad, double, "free_grad_encoder")
}

// entropies are those of messages given outputs of a bsc.
type entropies struct {
	Table   []float64 `json:"e"`
	H       float64   `json:"H"`
	Grad    []float64 `json:"grad"`
	Hamming map[string]struct {
		BlockError float64 `json:"block_error"`
		Uncoded    float64 `json:"uncoded"`
		Bits       float64 `json:"H_M_given_Y_bits"`
		Bound      float64 `json:"bound_bits"`
	} `json:"hamming"`
}

func exactSpec(k, n int, p float64) *codes.Spec {
	s := codes.Defaults()
	t := &s.Codes
	t.Transmitter, t.Receiver, t.K, t.N, t.TrainAt, t.Anneal, t.Evaluate = codes.Exact, codes.Posterior, k, n, p, 0, nil
	return s
}

func (e *entropies) check(c *check) error {
	h, gradient, err := c.entropy(exactSpec(2, 3, 0.1), e.Table)
	if err != nil {
		return err
	}
	c.one(h, e.H, double, "H")
	c.array(gradient, e.Grad, 1e-8, "grad")
	table := make([]float64, 16*7)
	for i := range table {
		table[i] = 20 * float64(2*int(codes.Hamming()[i/7]>>(i%7)&1)-1)
	}
	for at, want := range e.Hamming {
		p, err := strconv.ParseFloat(at, 64)
		if err != nil {
			return fmt.Errorf("hamming has %q where a probability is due", at)
		}
		h, _, err := c.entropy(exactSpec(4, 7, p), table)
		if err != nil {
			return err
		}
		c.one(h/math.Ln2, want.Bits, double, "H of hamming at "+at)
		shells := codes.Shells(codes.Hamming(), 7)
		c.one(codes.BlockError(shells, 16, p), want.BlockError, double, "block error of hamming at "+at)
		c.one(codes.SpherePacking(4, 7, p), want.BlockError, double, "bound of block errors at "+at)
		c.one(codes.Uncoded(4, p), want.Uncoded, double, "block error of uncoded at "+at)
		c.one(codes.Converse(4, 7, p), want.Bound, double, "converse at "+at)
	}
	return nil
}

// entropy is that of a table, with its gradient, as the backend has them.
func (c *check) entropy(s *codes.Spec, table []float64) (h float64, gradient []float64, err error) {
	b, err := c.open(s, 1)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	at, err := b.State()
	if err != nil {
		return 0, nil, err
	}
	of := at.Array(codes.TableField)
	if len(table) != of.Len() {
		return 0, nil, fmt.Errorf("a table has %s, and a code of this size %d", text.Count(len(table), "number"), of.Len())
	}
	for i, v := range table {
		of.Set(i, v)
	}
	if err := b.SetState(at); err != nil {
		return 0, nil, err
	}
	if _, err := b.Advance(1); err != nil {
		return 0, nil, err
	}
	loss, err := values(b, codes.LossField)
	if err != nil {
		return 0, nil, err
	}
	gradient, err = gradients(b, codes.TableField)
	return loss[0], gradient, err
}

// trajectory is one of exact, annealed.
type trajectory struct {
	Updates map[string]struct {
		H   float64   `json:"H"`
		Row []float64 `json:"e0"`
	} `json:"updates"`
	Bits     float64 `json:"final_bits"`
	Distance int     `json:"smallest_distance"`
}

// trajectoryUpdates is how long the trajectory is.
const trajectoryUpdates = 4000

func (t *trajectory) check(c *check) (err error) {
	s := exactSpec(4, 7, 0.1)
	s.Codes.Updates, s.Codes.Rate, s.Codes.Anneal = trajectoryUpdates, 0.01, 0.04
	b, err := c.open(s, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	const first = 20 // the file has some of these
	for step := 1; step <= first; step++ {
		if _, err := b.Advance(1); err != nil {
			return err
		}
		want, found := t.Updates[fmt.Sprint(step)]
		if !found || c.on.Options.Precision == state.Single {
			continue // chaos: the end alone is compared in single precision
		}
		loss, err := values(b, codes.LossField)
		if err != nil {
			return err
		}
		row, err := values(b, codes.TableField)
		if err != nil {
			return err
		}
		c.one(loss[0], want.H, double, fmt.Sprintf("H before update %d", step))
		c.array(row[:min(len(row), len(want.Row))], want.Row, double, fmt.Sprintf("row of message 0 after update %d", step))
	}
	// One more tells the entropy at the end.
	if _, err := b.Advance(trajectoryUpdates + 1 - first); err != nil {
		return err
	}
	loss, err := values(b, codes.LossField)
	if err != nil {
		return err
	}
	e, err := values(b, codes.TableField)
	if err != nil {
		return err
	}
	c.one(loss[0]/math.Ln2, t.Bits, 1e-6, "bits at the end")
	if d := codes.LeastDistance(codes.WordsOf(&s.Codes, e)); d != t.Distance {
		c.note(math.Inf(1), fmt.Sprintf("the smallest distance at the end is %d, recorded is %d", d, t.Distance))
	}
	return nil
}
