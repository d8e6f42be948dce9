package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
)

// rounds are measured of everything, to tell how far figures scatter.
const rounds = 5

// Spread is the median of several rounds, and the least and the most.
type Spread struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

func spreadOf(values []float64) Spread {
	v := slices.Sorted(slices.Values(values))
	return Spread{v[len(v)/2], v[0], v[len(v)-1]}
}

// Speed is how much of something is done in a second, and in a second of one
// processor core's time. The latter is the figure for devices that are the
// processor itself, where other programs take their share of the first; it is
// zero where the system does not tell.
type Speed struct {
	PerSecond          Spread `json:"per_second"`
	PerProcessorSecond Spread `json:"per_processor_second"`
}

// of is the speed by one of the clocks.
func (s Speed) of(processor bool) float64 {
	if processor && s.PerProcessorSecond.Median > 0 {
		return s.PerProcessorSecond.Median
	}
	return s.PerSecond.Median
}

// measurer repeats work until it has taken long enough to be measured.
type measurer struct {
	ctx    context.Context
	clock  Clock
	budget time.Duration // about what the rounds take together
}

// speed measures work(n), which does n times what counts for units. It warms up
// for a quarter of the budget, and for least repetitions.
func (m *measurer) speed(units float64, least int, work func(n int) error) (Speed, error) {
	n, done, began := 1, 0, m.clock()
	var each time.Duration // of one repetition
	for warm := time.Duration(0); warm < m.budget/4 || done < least; {
		before := m.clock().Wall
		if err := m.do(n, work); err != nil {
			return Speed{}, err
		}
		now := m.clock().Wall
		each, done = max(now.Sub(before)/time.Duration(n), 1), done+n
		if warm = now.Sub(began.Wall); now.Sub(before) < m.budget/16 {
			n *= 2
		}
	}
	n = int(max(1, m.budget/rounds/each))
	var walls, processors []float64
	for range rounds {
		before := m.clock()
		if err := m.do(n, work); err != nil {
			return Speed{}, err
		}
		after := m.clock()
		walls = append(walls, float64(n)*units/after.Wall.Sub(before.Wall).Seconds())
		if spent := after.Processor - before.Processor; spent > 0 {
			processors = append(processors, float64(n)*units/spent.Seconds())
		}
	}
	s := Speed{PerSecond: spreadOf(walls)}
	if len(processors) > 0 {
		s.PerProcessorSecond = spreadOf(processors)
	}
	return s, nil
}

func (m *measurer) do(n int, work func(n int) error) error {
	if err := m.ctx.Err(); err != nil {
		return err
	}
	return work(n)
}

// Target is a backend to be measured.
type Target struct {
	Open      backend.Open
	Options   backend.Options // but for precision and seeds
	Processor bool            // it computes on the processor
	// Tables tells whether it reads neighbours from tables where arithmetic could
	// give them.
	Tables bool
	Stream Speed // bytes, of MeasureStream on the same device
}

// MeasureStream measures the bytes that a device streams in place, for about the
// time given.
func MeasureStream(ctx context.Context, s Stream, budget time.Duration) (Speed, error) {
	m := measurer{ctx, Now, budget}
	return m.speed(float64(s.Bytes()), 1, s.Run)
}

// Result is what was measured of a case.
type Result struct {
	Case
	Backend     string               `json:"backend"`
	Device      string               `json:"device"`
	Driver      string               `json:"driver,omitempty"`
	Size        model.Count          `json:"size"`                     // of a network
	Rate        Speed                `json:"rate"`                     // of units
	Figures     []Figure             `json:"figures,omitempty"`        // in the steps after the last round
	Bytes       float64              `json:"bytes_per_unit,omitempty"` // by the model
	Bandwidth   float64              `json:"bytes_per_second,omitempty"`
	Stream      Speed                `json:"stream"`                       // bytes that the device streams in place
	Fraction    float64              `json:"fraction_of_stream,omitempty"` // of these, by the processor's time where that is the device
	Peers       []Against            `json:"peers,omitempty"`
	Memory      int64                `json:"memory_bytes"`          // on the device
	BuildTime   float64              `json:"build_seconds"`         // of the network and its layout
	OpenTime    float64              `json:"open_seconds"`          // of the backend, up to the first step
	Load        [2]float64           `json:"load_before_and_after"` // of the machine; negative where unknown
	KernelTimes []backend.KernelTime `json:"kernel_times,omitempty"`
}

// Against is how many times the rate of a peer was reached: by one core of the processor
// where that is the device, else by the whole device.
type Against struct {
	Peer
	Times float64 `json:"times"`
}

// settling is how many repetitions are made before anything is measured: in them a
// network that has just been started calms down.
const settling = 4

// Run measures a case on a target, for about the time given beside what it takes
// to build the network and to open it.
func Run(ctx context.Context, c Case, t Target, budget time.Duration) (*Result, error) {
	return run(ctx, c, t, budget, Now)
}

func run(ctx context.Context, c Case, t Target, budget time.Duration, clock Clock) (r *Result, err error) {
	r = &Result{Case: c, Load: [2]float64{load()}}
	began := clock().Wall
	net, keys, err := c.build()
	if err != nil {
		return nil, err
	}
	r.BuildTime = clock().Wall.Sub(began).Seconds()
	o := t.Options
	o.Precision, o.Seeds = c.Precision, keys
	began = clock().Wall
	b, err := t.Open(net, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	r.OpenTime = clock().Wall.Sub(began).Seconds()
	d := b.Describe()
	r.Backend, r.Device, r.Driver, r.Memory = d.Backend, d.Device, d.Driver, d.Bytes
	if err := r.measure(&measurer{ctx, clock, budget}, b, net, o.Profile); err != nil {
		return nil, fmt.Errorf("%v failed: %w", c, err)
	}
	var traffic Traffic
	if c.Work.Traffic != nil {
		if traffic, err = c.Work.Traffic(b, net, c.Precision, t.Tables); err != nil {
			return nil, fmt.Errorf("%v failed: %w", c, err)
		}
	}
	r.derive(traffic, t)
	r.Load[1] = load()
	return r, nil
}

// measure finds the speed of repetitions and, where asked, what their kernels take.
func (r *Result) measure(m *measurer, b backend.Backend, net model.Network, profile bool) error {
	d := net.Describe()
	if len(d.Counts) > 0 {
		r.Size = d.Counts[0]
	}
	repeat, err := steps(b), error(nil)
	if r.Work.Begin != nil {
		if repeat, err = r.Work.Begin(b, net); err != nil {
			return err
		}
	}
	units := r.Work.Units
	if units == 0 {
		units = float64(d.Updates)
	}
	r.Rate, err = m.speed(units*float64(r.Replicas), cmp.Or(r.Work.Settling, settling), repeat)
	if p, ok := b.(backend.Profiler); ok && profile && err == nil {
		r.KernelTimes, err = p.Profile()
	}
	return err
}

// steps makes steps of a backend, whose sums nobody looks at.
func steps(b backend.Backend) func(n int) error {
	if s, ok := b.(backend.Skipper); ok {
		return s.Skip
	}
	return func(n int) error {
		_, err := b.Advance(n)
		return err
	}
}

// derive finds what follows from the speed and the traffic.
func (r *Result) derive(traffic Traffic, t Target) {
	r.Figures, r.Bytes, r.Stream = traffic.Figures, traffic.Bytes, t.Stream
	r.Bandwidth = r.Rate.PerSecond.Median * r.Bytes
	if streamed := t.Stream.of(t.Processor); streamed > 0 {
		r.Fraction = r.Rate.of(t.Processor) * r.Bytes / streamed
	}
	for _, p := range r.Work.Peers {
		r.Peers = append(r.Peers, Against{p, r.Rate.of(t.Processor) * p.Each})
	}
}
