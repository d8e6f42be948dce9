// Package sorngolden reads and replays recorded runs of self-organising recurrent
// networks (testdata/sorn/README.md), of the Python package and of independent programs.
package sorngolden

import (
	"fmt"

	"tnn-gpu/host/golden"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/text"
)

// TraceFormat is that of traces.
const TraceFormat = "sorn-trace/1"

// Formats are those of this package.
func Formats() []golden.Format {
	return []golden.Format{
		{Name: TraceFormat, Verify: verifyTrace},
		{Name: StatisticsFormat, Verify: verifyWorked(checkStatistics)},
		{Name: AnalysisFormat, Verify: verifyWorked(checkAnalysis)},
		{Name: "sorn ensembles 1", Verify: references},
	}
}

// references counts the measured values of a file.
func references(text []byte, _ *golden.On) (golden.Result, error) {
	var all any
	if err := golden.Decode(text, &all); err != nil {
		return golden.Result{}, err
	}
	n := golden.Numbers(all)
	return golden.Result{References: n, Detail: fmt.Sprintf("%d measured values; `make soak` compares them", n)}, nil
}

// Trace is a recorded run.
type Trace struct {
	Format  string
	Phase   sorn.Phase
	Params  Params
	Seed    *uint64 // of a run that is drawn; then there is no noise
	Initial Matrices
	Final   Matrices
	Inputs  [][]float64 // by channel and step
	NoiseE  [][]float64 `json:"noise_e"` // by step and unit; nil: none
	NoiseI  [][]float64 `json:"noise_i"`
	Input   struct{ Kind sorn.Kind }
	Steps   []Step
	Known   struct {
		NoiseE []float64 `json:"noise_e_t1"`
		NoiseI []float64 `json:"noise_i_t1"`
		Words  []uint32  `json:"words_noise_e_t1_block0"`
		Input  []float64 `json:"input_t1"`
	}
	Checkpoints map[string]Matrices
}

// Params are the keys of docs/sorn.md section 4 that a trace gives.
type Params struct {
	NE       int      `json:"ne"`
	NU       int      `json:"nu"`
	LambdaEE int      `json:"lambda_ee"`
	LambdaEI int      `json:"lambda_ei"`
	EtaSTDP  float64  `json:"eta_stdp"`
	EtaInhib float64  `json:"eta_inhib"`
	EtaIP    float64  `json:"eta_ip"`
	TeMin    float64  `json:"te_min"`
	TeMax    float64  `json:"te_max"`
	TiMin    float64  `json:"ti_min"`
	TiMax    float64  `json:"ti_max"`
	MuIP     float64  `json:"mu_ip"`
	Target   float64  `json:"h_ip"`
	Clamp    bool     `json:"clamp"`
	Freeze   []string `json:"freeze"`
	Gain     *float64 `json:"input_gain"`
	SPWeight *float64 `json:"sp_weight"`
	SPProb   *float64 `json:"sp_prob"`
	WMax     *float64 `json:"w_max"`
	NoiseSDE *float64 `json:"noise_sd_e"`
	NoiseSDI *float64 `json:"noise_sd_i"`
}

// Matrices are arrays as lists of rows; those that a file leaves out are nil.
type Matrices struct {
	Wee, Wei, Wie, Te, Ti, X, Y [][]float64
}

// Step is what a step gives: units that are active, births and sums.
type Step struct {
	X, Y, R    []int
	EE         int      `json:"ee_count_before"`
	Births     [][2]int `json:"sp"`          // from and to
	EEAfter    *int     `json:"wee_nonzero"` // what follows a step of training has not
	EIAfter    *int     `json:"wei_nonzero"`
	SquaresEE  *float64 `json:"wee_sumsq"`
	SquaresEI  *float64 `json:"wei_sumsq"`
	Thresholds *float64 `json:"te_sum"`
	EmptyEE    *int     `json:"empty_ee"`
	EmptyEI    *int     `json:"empty_ei"`
	State      *Matrices
}

// ReadTrace reads the text of a trace.
func ReadTrace(text []byte) (*Trace, error) {
	t := &Trace{}
	if err := golden.Decode(text, t); err != nil {
		return nil, fmt.Errorf("it is not as %q should be: %w", TraceFormat, err)
	}
	return t, t.validate()
}

func (t *Trace) validate() error {
	n, m := t.Params.NE, t.Params.NE/5
	if n < 5 || n > 1<<12 || len(t.Steps) == 0 {
		return fmt.Errorf("it has %d units and %d steps", n, len(t.Steps))
	}
	shape := func(rows, columns int, what string, lists ...[][]float64) error {
		for _, list := range lists {
			if list == nil {
				continue
			}
			if len(list) != rows {
				return fmt.Errorf("%s has %s where %d belong", what, text.Count(len(list), "row"), rows)
			}
			for _, row := range list {
				if len(row) != columns {
					return fmt.Errorf("a row of %s has %s where %d belong", what, text.Count(len(row), "number"), columns)
				}
			}
		}
		return nil
	}
	all := []*Matrices{&t.Initial, &t.Final}
	for _, c := range t.Checkpoints {
		all = append(all, &c)
	}
	for i := range t.Steps {
		if t.Steps[i].State != nil {
			all = append(all, t.Steps[i].State)
		}
	}
	for _, a := range all {
		for _, err := range []error{
			shape(n, n, "Wee", a.Wee), shape(m, n, "Wei", a.Wei), shape(n, m, "Wie", a.Wie), shape(n, 1, "Te", a.Te), shape(m, 1, "Ti", a.Ti),
			shape(n, 2, "X", a.X), shape(m, 2, "Y", a.Y),
		} {
			if err != nil {
				return err
			}
		}
	}
	if t.Initial.Wee == nil || t.Initial.Wei == nil || t.Initial.Wie == nil || t.Initial.Te == nil || t.Initial.Ti == nil || t.Initial.X == nil || t.Initial.Y == nil {
		return fmt.Errorf("its initial state has not all seven arrays")
	}
	for _, err := range []error{shape(len(t.Steps), n, "noise_e", t.NoiseE), shape(len(t.Steps), m, "noise_i", t.NoiseI), shape(t.Params.NU, len(t.Steps), "inputs", t.Inputs)} {
		if err != nil {
			return err
		}
	}
	if (t.NoiseE == nil) != (t.NoiseI == nil) {
		return fmt.Errorf("it has one of noise_e and noise_i, and a step takes both or none")
	}
	if t.Seed == nil && t.Inputs == nil {
		return fmt.Errorf("it has neither inputs nor a seed")
	}
	return nil
}

// Spec is the specification of the run.
func (t *Trace) Spec() *sorn.Spec {
	s := sorn.Defaults()
	p, table := &t.Params, &s.Sorn
	table.NE, table.NU, table.LambdaEE, table.LambdaEI = p.NE, p.NU, max(1, p.LambdaEE), max(1, p.LambdaEI)
	table.EtaSTDP, table.EtaInhib, table.EtaIP, table.MuIP = p.EtaSTDP, p.EtaInhib, p.EtaIP, p.MuIP
	table.TeMin, table.TeMax, table.TiMin, table.TiMax, table.TargetRate, table.Clamp = p.TeMin, p.TeMax, p.TiMin, p.TiMax, p.Target, p.Clamp
	for _, rule := range p.Freeze {
		table.Freeze = append(table.Freeze, sorn.Rule(rule))
	}
	for _, set := range []struct {
		key  *float64
		from *float64
	}{{&table.InputGain, p.Gain}, {&table.SPWeight, p.SPWeight}, {&table.SPProb, p.SPProb}, {&table.WMax, p.WMax}, {&table.NoiseSDE, p.NoiseSDE}, {&table.NoiseSDI, p.NoiseSDI}} {
		if set.from != nil {
			*set.key = *set.from
		}
	}
	if t.Input.Kind != "" {
		s.Input.Kind = t.Input.Kind
	}
	s.Eras = []sorn.EraSpec{{Steps: len(t.Steps), Phase: t.Phase, Input: true}}
	return s
}
