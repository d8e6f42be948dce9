package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Run is one run of a network from its plan's beginning, or a checkpoint, to its
// end. Go makes it; the methods of commands.go may be called meanwhile.
type Run struct {
	model     model.Network
	about     model.Description
	backend   backend.Backend
	plan      Plan
	observers []Observer

	recorded model.Recorded // nil where every step has a row
	skips    *skips         // nil where every step is asked for its sums
	ended    model.Ended    // nil where no replica ends by itself
	allEnded bool

	step     int64
	epoch    *epoch
	controls []state.Control
	saved    int64     // step of the last checkpoint, or -1
	savedAt  time.Time // when it was made
	pace     pace
	check    *check // nil unless steps are made again
	trail    trail
	feeder   backend.Feeder // nil unless the plan is Fed
	inputs   []float64      // of the step that is being made
	now      func() time.Time

	resumed  bool // from a checkpoint whose step was not the run's beginning
	journal  func(Command) error
	commands chan command
	over     chan struct{} // closed when Go returns
	mode     mode
	failed   error // of a command, and the run cannot go on
}

// Summary describes the steps that a call of Go has made.
type Summary struct {
	Reason      Reason
	First, Last int64         // steps before and after
	Wall        time.Duration // of the steps and what is due between them; pauses left out
	Updates     int64         // node updates, of all replicas
	Checked     int64         // steps that were made again and gave the same bits
	Ends        []model.End   // of the replicas that ended by themselves
}

// Rate is the number of node updates per second.
func (s Summary) Rate() float64 {
	if s.Wall <= 0 {
		return 0
	}
	return float64(s.Updates) / s.Wall.Seconds()
}

// New prepares a run of a network that a backend holds at step 0.
func New(m model.Network, b backend.Backend, plan Plan, observers ...Observer) (*Run, error) {
	about := m.Describe()
	if err := plan.validate(&about); err != nil {
		return nil, err
	}
	r := &Run{
		model: m, about: about, backend: b, plan: plan, observers: observers,
		epoch: newEpoch(m, &plan), saved: -1, pace: newPace(plan.Replicas * len(about.Sums)), now: time.Now,
		commands: make(chan command), over: make(chan struct{}),
	}
	r.recorded, _ = m.(model.Recorded)
	r.ended, _ = m.(model.Ended)
	r.skips = newSkips(m, b)
	var takes bool
	if r.feeder, takes = b.(backend.Feeder); plan.Fed && !takes {
		return nil, fmt.Errorf("the backend %s cannot be given inputs", b.Describe().Backend)
	}
	return r, nil
}

// Restore sets the run and its backend to the state of a checkpoint. Call it before Go.
func (r *Run) Restore(c *state.Checkpoint) error {
	if err := r.plan.checkFits(c, &r.about); err != nil {
		return err
	}
	if p := r.backend.Describe().Precision; p != c.State.Precision {
		return fmt.Errorf("the checkpoint is of %s precision, but the run of %s precision", c.State.Precision, p)
	}
	// The state comes last: it has what controls did to it.
	for _, control := range c.Controls {
		if err := r.control(control.Name, control.Value); err != nil {
			return fmt.Errorf("the intervention %s = %v of step %d cannot be repeated: %w", control.Name, control.Value, control.Step, err)
		}
	}
	if err := r.backend.SetState(c.State); err != nil {
		return fmt.Errorf("the backend does not take the checkpoint's state: %w", err)
	}
	r.step, r.saved = c.State.Step, c.State.Step
	r.allEnded = len(r.ends(c.State)) == r.plan.Replicas
	r.resumed = c.State.Step > c.First || len(c.Files) > 0
	copy(r.epoch.sums, c.EpochSums)
	if r.step == r.plan.Steps && r.isExtra(r.step) {
		r.epoch.extra = slices.Clone(c.ExtraSums) // the end may not have written its row
	}
	r.controls = append([]state.Control(nil), c.Controls...)
	return nil
}

// Go makes the run. It returns when the planned steps are done, after a Stop
// command, or soon after the context is done; each of these ends with a
// checkpoint and an End event. On an error there is neither. Go must not be
// called twice.
func (r *Run) Go(ctx context.Context) (Summary, error) {
	defer close(r.over)
	s := Summary{First: r.step, Reason: Finished}
	err := r.begin()
	began := r.now()
	r.savedAt = began
	for err == nil && r.step < r.plan.Steps && (!r.allEnded || r.mode.paused || r.repeats()) {
		if err = r.repeat(); err == nil {
			err = r.serve(ctx)
		}
		if reason, ends := r.toldToEnd(ctx); ends {
			s.Reason = reason
			break
		}
		if err == nil && !r.allEnded {
			err = r.batch()
		}
	}
	s.Wall = r.now().Sub(began) - r.mode.idle
	if r.allEnded && s.Reason == Finished {
		s.Reason = AllEnded
	}
	if err == nil {
		s.Ends, err = r.end(s.Reason)
	}
	if err != nil {
		s.Reason = Failed
	}
	s.Last = r.step
	s.Updates = (s.Last - s.First) * int64(r.plan.Replicas) * r.about.Updates
	if r.check != nil {
		s.Checked = r.check.made
	}
	return s, err
}

func (r *Run) toldToEnd(ctx context.Context) (Reason, bool) {
	switch {
	case r.mode.stopped:
		return Stopped, true
	case ctx.Err() != nil:
		return Cancelled, true
	}
	return "", false
}

func (r *Run) begin() error {
	if err := r.watch(nil); err != nil {
		return err
	}
	if err := r.hold(); err != nil {
		return err
	}
	if r.resumed || len(r.plan.Start) == 0 {
		return nil
	}
	s, err := r.snapshot(r.plan.Start, nil)
	if err != nil {
		return err
	}
	s.Start = true
	return r.emit(s)
}

// watch makes the backend compute the derived fields of the plan, and some more.
func (r *Run) watch(more []string) error {
	names := derived(append(r.plan.fields(), more...), &r.about)
	if err := r.backend.Watch(names...); err != nil {
		return fmt.Errorf("the backend cannot compute the fields to be shown: %w", err)
	}
	return nil
}

// batch makes steps up to the next one at which an event is due, and hands that event to
// the observers.
func (r *Run) batch() error {
	if err := r.makeSteps(r.trail.limit(r.step, r.plan.next(r.step))); err != nil {
		return err
	}
	r.mode.single = false
	r.leaveTrail()
	if names := r.plan.due(r.step); len(names) > 0 {
		if err := r.capture(names); err != nil {
			return err
		}
	}
	if r.checkpointDue() {
		return r.checkpoint()
	}
	return nil
}

// makeSteps makes some steps, at most up to a step at which an event is due.
func (r *Run) makeSteps(due int64) error {
	if n := r.skippable(due); n > 0 {
		return r.skip(n)
	}
	n := int(min(due-r.step, int64(r.pace.steps)))
	if r.mode.single || r.skips != nil && r.check == nil {
		n = 1 // the step has a row
	}
	sums, err := r.advance(r.check.limit(r.step, n))
	if err != nil {
		return err
	}
	return r.report(sums)
}

// advance makes n steps. If the last one is to be checked, advance repeats it on the
// checking backend.
func (r *Run) advance(n int) ([]float64, error) {
	before, err := r.before(n)
	if err != nil {
		return nil, err
	}
	began := r.now()
	sums, err := r.backend.Advance(n)
	if err != nil {
		return nil, fmt.Errorf("steps %d to %d failed: %w", r.step+1, r.step+int64(n), err)
	}
	r.pace.took(n, r.now().Sub(began))
	if want := n * r.plan.Replicas * len(r.about.Sums); len(sums) != want {
		return nil, fmt.Errorf("the backend returned %d sums for %d steps; %d were expected", len(sums), n, want)
	}
	if before != nil && r.firstNotFinite(sums) == nil {
		return sums, r.again(before, sums)
	}
	return sums, nil
}

// report turns the sums of some steps into rows and epochs, up to the first sum
// that is not finite, or to the step with which the last replica has ended.
func (r *Run) report(sums []float64) error {
	perStep := r.plan.Replicas * len(r.about.Sums)
	last := r.step + int64(len(sums)/perStep)
	bad := r.firstNotFinite(sums)
	if bad != nil {
		last = bad.Step - 1
	}
	rows := &Rows{First: r.step + 1, Replicas: r.plan.Replicas, Columns: len(r.about.Columns)}
	rows.Values = make([]float64, 0, (1+countRows(r.recorded, r.step, last))*rows.Replicas*rows.Columns)
	var epochs []*Epoch
	for step := r.step + 1; step <= last; step++ {
		var made []float64 // sums of the step, if it has a row
		if r.hasRow(step) {
			made = sums[int(step-r.step-1)*perStep:][:perStep]
		}
		if made != nil && r.isExtra(step) {
			r.epoch.extra = slices.Clone(made)
		} else if made != nil {
			r.addRow(rows, step, made)
		}
		if e := r.epoch.add(step, made); e != nil {
			epochs = append(epochs, e)
		}
		if made != nil && r.haveEnded(made) {
			r.allEnded, last = true, step
		}
	}
	rows.Last = last
	if last > r.step {
		r.step = last
		if err := r.emit(rows); err != nil {
			return err
		}
	}
	for _, e := range epochs {
		if err := r.emit(e); err != nil {
			return err
		}
	}
	if bad != nil && !r.allEnded {
		return r.explain(bad)
	}
	if r.allEnded {
		return r.hold()
	}
	return nil
}

// addRow adds the rows of all replicas at a step.
func (r *Run) addRow(rows *Rows, step int64, sums []float64) {
	if r.recorded != nil {
		rows.Numbers = append(rows.Numbers, step)
	}
	each := len(r.about.Sums)
	for k := range rows.Replicas {
		at := len(rows.Values)
		rows.Values = rows.Values[:at+rows.Columns]
		r.model.Row(rows.Values[at:], sums[k*each:(k+1)*each])
	}
}

// capture shows observers some fields as they are now.
func (r *Run) capture(names []string) error {
	s, err := r.snapshot(names, nil)
	if err != nil {
		return err
	}
	return r.emit(s)
}

// snapshot copies fields. It removes the spare arrays that it overwrites.
func (r *Run) snapshot(names []string, spare map[string]*state.Array) (*Snapshot, error) {
	s := &Snapshot{Step: r.step}
	for _, name := range names {
		a, err := r.backend.Field(name, spare[name])
		delete(spare, name)
		if err != nil {
			return nil, fmt.Errorf("field %s cannot be read at step %d: %w", name, r.step, err)
		}
		s.Arrays = append(s.Arrays, a)
	}
	return s, nil
}

// checkpointDue leaves out the last step, whose checkpoint the end makes.
func (r *Run) checkpointDue() bool {
	if r.step >= r.plan.Steps {
		return false
	}
	byStep := r.plan.Checkpoint > 0 && r.step%r.plan.Checkpoint == 0
	byClock := r.plan.CheckpointTime > 0 && r.now().Sub(r.savedAt) >= r.plan.CheckpointTime
	return byStep || byClock
}

func (r *Run) checkpoint() error {
	s, err := r.state()
	if err != nil {
		return err
	}
	return r.save(s)
}

func (r *Run) state() (*state.State, error) {
	s, err := r.backend.State()
	if err != nil {
		return nil, fmt.Errorf("the state of step %d cannot be read: %w", r.step, err)
	}
	return s, r.number(s)
}

// lastState is the one that the run ends with. Nothing changes it any more, so it is no
// copy where the backend has it at hand.
func (r *Run) lastState() (*state.State, error) {
	h, ok := r.backend.(backend.Holder)
	if !ok {
		return r.state()
	}
	s := h.Held()
	return s, r.number(s)
}

// number sees to it that a state is that of the step that the run has reached.
func (r *Run) number(s *state.State) error {
	if r.allEnded {
		s.Step = r.step // the steps after it have changed nothing else
	}
	if s.Step != r.step {
		return fmt.Errorf("the backend is at step %d, but the run at step %d", s.Step, r.step)
	}
	return nil
}

func (r *Run) save(s *state.State) error {
	if places := r.notFinite(s); places != nil {
		return errors.Join(&NotFiniteError{Step: s.Step, After: s.Step, Places: places}, r.emit(r.dump(s)))
	}
	r.saved, r.savedAt = r.step, r.now()
	return r.emit(&Checkpoint{r.contents(s)})
}

func (r *Run) dump(s *state.State) *Dump { return &Dump{r.contents(s)} }

// contents of a checkpoint with a state.
func (r *Run) contents(s *state.State) state.Checkpoint {
	return state.Checkpoint{
		Model: r.about.Name, Rule: r.about.Rule, State: s,
		EpochSums: append([]float64(nil), r.epoch.sums...),
		ExtraSums: slices.Clone(r.epoch.extra),
		Controls:  append([]state.Control(nil), r.controls...),
		Ended:     endedReplicas(r.ends(s)),
	}
}

// end hands out the last checkpoint, unless the step has one already. What no longer run
// has comes after it, as the tables of no checkpoint may contain it: a row that is there
// because the run ends, whose sums the checkpoint has, and the epoch that the end cuts short.
func (r *Run) end(reason Reason) ([]model.End, error) {
	s, err := r.lastState()
	if err != nil {
		return nil, err
	}
	if r.saved != r.step {
		if err := r.save(s); err != nil {
			return nil, err
		}
	}
	if r.epoch.extra != nil {
		rows := &Rows{First: r.step, Last: r.step, Replicas: r.plan.Replicas, Columns: len(r.about.Columns)}
		rows.Values = make([]float64, 0, rows.Replicas*rows.Columns)
		r.addRow(rows, r.step, r.epoch.extra)
		if err := r.emit(rows); err != nil {
			return nil, err
		}
	}
	if e := r.epoch.cutShort(r.step); e != nil {
		if err := r.emit(e); err != nil {
			return nil, err
		}
	}
	shot, err := r.snapshot(derived(r.plan.Start, &r.about), nil)
	if err != nil {
		return nil, err
	}
	ends := r.ends(s)
	return ends, r.emit(&End{State: s, Derived: shot, Reason: reason, Ends: ends})
}

func (r *Run) emit(e Event) error {
	var errs []error
	for _, o := range r.observers {
		errs = append(errs, o(e))
	}
	return errors.Join(errs...)
}
