package sim_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// fuses are replicas that burn down: replica r ends with step Lengths[r], from when
// on its heat is infinite. Every third step has a row, and step End, if it is given.
type fuses struct {
	Lengths []int64
	End     int64
}

const every = 3

func (f fuses) Describe() model.Description {
	return model.Description{
		Name: "fuses", Updates: 1, Work: "fuses", Spaces: []model.Space{model.Line("fuse", 1), model.Line("wall", 2)},
		Sums: []string{"heat", "over"}, Columns: []model.Column{{Name: "heat"}},
		Fields: []state.Field{
			{Name: "heat", Space: "fuse"}, {Name: "burnt", Space: "fuse", Kind: state.Int}, {Name: "over", Space: "fuse", Kind: state.Bit},
			{Name: "wall", Space: "wall", Shared: true},
		},
	}
}

func (f fuses) length(s state.Space) int {
	if s == "wall" {
		return 2
	}
	return 1
}

func (f fuses) Row(row, sums []float64)              { row[0] = sums[0] }
func (f fuses) Order(s state.Space) []int            { return []int{0, 1}[:f.length(s)] }
func (f fuses) Place(s state.Space, item int) string { return string(s) }
func (f fuses) Announce() [][2]string                { return nil }
func (f fuses) NextRow(step int64) int64 {
	next := step - step%every + every
	if step < f.End && f.End < next {
		return f.End
	}
	return next
}
func (f fuses) IsExtra(step int64) bool      { return step == f.End && step%every != 0 }
func (f fuses) HasEnded(sums []float64) bool { return sums[1] == 1 }
func (f fuses) NewState(p state.Precision, n int) *state.State {
	return model.NewState(f, p, n, f.length)
}

func (f fuses) CheckState(s *state.State, p state.Precision, n int) error {
	return model.CheckState(f, s, p, n, f.length)
}

func (f fuses) Ends(s *state.State) (out []model.End) {
	over, burnt := s.Array("over"), s.Array("burnt")
	for r := range s.Replicas {
		if over.At(r) == 1 {
			out = append(out, model.End{Replica: r, Step: int64(burnt.At(r)), Why: "burnt"})
		}
	}
	return out
}

// fire burns fuses. Of its interface only what follows is used.
type fire struct {
	backend.Backend
	of fuses
	s  *state.State
	// spoil makes the heat of a replica infinite at a step although it goes on.
	spoil   int64
	replica int
}

func light(f fuses) *fire { return &fire{of: f, s: f.NewState(state.Double, len(f.Lengths))} }

func (f *fire) Describe() backend.Description { return backend.Description{Precision: state.Double} }
func (f *fire) Watch(...string) error         { return nil }
func (f *fire) State() (*state.State, error)  { return f.s.Clone(), nil }
func (f *fire) SetState(s *state.State) error { f.s = s.Clone(); return nil }
func (f *fire) Field(name string, _ *state.Array) (*state.Array, error) {
	return f.s.Clone().Array(name), nil
}

func (f *fire) Advance(n int) (sums []float64, err error) {
	heat, burnt, over := f.s.Array("heat"), f.s.Array("burnt"), f.s.Array("over")
	for range n {
		f.s.Step++
		for r, length := range f.of.Lengths {
			if over.At(r) == 0 {
				burnt.Set(r, float64(f.s.Step))
				heat.Set(r, float64(f.s.Step*int64(r+1)))
				if f.s.Step == length {
					over.Set(r, 1)
					heat.Set(r, math.Inf(1))
				}
				if f.s.Step == f.spoil && r == f.replica {
					heat.Set(r, math.NaN())
				}
			}
			sums = append(sums, heat.At(r), over.At(r))
		}
	}
	return sums, nil
}

// skipping makes steps without their sums, too.
type skipping struct {
	*fire
	skipped []int
	asked   []int64 // steps whose sums were asked for
}

func (s *skipping) Skip(n int) error {
	s.skipped = append(s.skipped, n)
	_, err := s.fire.Advance(n)
	return err
}

func (s *skipping) Advance(n int) ([]float64, error) {
	for i := range n {
		s.asked = append(s.asked, s.s.Step+int64(i)+1)
	}
	return s.fire.Advance(n)
}

// TestStepsBetweenRowsAreSkipped: what observers are told is the same, with epochs that
// are shorter and longer than the steps from row to row, and no sums but those of rows
// are asked for. A run whose steps are made again, or one by one, skips none.
func TestStepsBetweenRowsAreSkipped(t *testing.T) {
	f := fuses{Lengths: []int64{4, 17, 8}}
	for _, epoch := range []int64{0, 1, 2, 3, 5, 7, 100} {
		plan := sim.Plan{Steps: 16, Replicas: 3, Epoch: epoch, Checkpoint: 4}
		_, want, err := burn(t, f, light(f), plan, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := &skipping{fire: light(f)}
		s, have, err := burn(t, f, b, plan, nil)
		if err != nil || s.Last != 16 {
			t.Fatalf("%+v, %v", s, err)
		}
		if d := cmp.Diff(want, have, cmp.AllowUnexported(log{}), cmpopts.EquateNaNs()); d != "" {
			t.Errorf("epochs of %d (-advanced +skipped):\n%s", epoch, d)
		}
		if d := cmp.Diff([]int64{3, 6, 9, 12, 15}, b.asked); d != "" {
			t.Errorf("sums that were asked for (-want +got):\n%s", d)
		}
		if len(b.skipped) < 5 {
			t.Errorf("steps were skipped %d times", len(b.skipped))
		}
	}
}

func burn(t *testing.T, f fuses, b backend.Backend, plan sim.Plan, from *state.Checkpoint) (sim.Summary, *log, error) {
	t.Helper()
	l := &log{}
	run, err := sim.New(f, b, plan, l.observe)
	if err == nil && from != nil {
		err = run.Restore(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := run.Go(t.Context())
	return s, l, err
}

// TestReplicasEndOneByOne: those that end do not stop the others, infinite as they
// are, and the run ends at the first row at which all have.
func TestReplicasEndOneByOne(t *testing.T) {
	f := fuses{Lengths: []int64{4, 17, 8}}
	plan := sim.Plan{Steps: 1000, Replicas: 3, Epoch: 5, Checkpoint: 10}
	s, l, err := burn(t, f, light(f), plan, nil)
	ends := []model.End{{Replica: 0, Step: 4, Why: "burnt"}, {Replica: 1, Step: 17, Why: "burnt"}, {Replica: 2, Step: 8, Why: "burnt"}}
	if err != nil || s.Reason != sim.AllEnded || s.Last != 18 || cmp.Diff(ends, s.Ends) != "" || cmp.Diff(ends, l.end.Ends) != "" {
		t.Fatalf("the run ended with %+v, %v", s, err)
	}
	inf := math.Inf(1)
	want := [][]float64{{3}, {6}, {9}, {inf}, {12}, {18}, {inf}, {18}, {inf}, {inf}, {24}, {inf}, {inf}, {30}, {inf}, {inf}, {inf}, {inf}}
	if d := cmp.Diff(want, l.rows); d != "" {
		t.Errorf("rows of steps 3, 6, ..., 18 (-want +got):\n%s", d)
	}
	if l.end.State.Step != 18 || len(l.saved) != 2 || l.saved[0].State.Step != 10 || l.saved[1].State.Step != 18 {
		t.Errorf("the last state is of step %d, and there are %d checkpoints", l.end.State.Step, len(l.saved))
	}
	if d := cmp.Diff([]int{0, 2}, l.saved[0].Ended); d != "" {
		t.Errorf("ended at step 10 (-want +got):\n%s", d)
	}

	again, rest, err := burn(t, f, light(f), plan, &l.saved[0])
	if err != nil || again.Last != 18 || cmp.Diff(ends, again.Ends) != "" || cmp.Diff(want[9:], rest.rows) != "" {
		t.Errorf("resumed from step 10 it ended with %+v, %v and rows %v", again, err, rest.rows)
	}
	if d := cmp.Diff(l.epochs[2:], rest.epochs, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("resumed from step 10 epochs differ (-want +got):\n%s", d)
	}
	over, none, err := burn(t, f, light(f), plan, &l.saved[1])
	if err != nil || over.Reason != sim.AllEnded || over.Last != 18 || len(none.rows) != 0 {
		t.Errorf("resumed after its end it ended with %+v, %v", over, err)
	}
}

// TestEpochsAverageTheirRows: an epoch without a row is left out.
func TestEpochsAverageTheirRows(t *testing.T) {
	f := fuses{Lengths: []int64{100}}
	_, l, err := burn(t, f, light(f), sim.Plan{Steps: 9, Replicas: 1, Epoch: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got [][3]float64
	for _, e := range l.epochs {
		got = append(got, [3]float64{float64(e.First), float64(e.Last), e.Replicas[0][0]})
	}
	if d := cmp.Diff([][3]float64{{3, 4, 3}, {5, 6, 6}, {9, 9, 9}}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestRowThatOnlyTheEndHas: it comes after the last checkpoint, and a run that was made
// longer has the rows and epochs of one that was as long from the beginning. A run whose
// end was not written to the last has the same end again.
func TestRowThatOnlyTheEndHas(t *testing.T) {
	for _, length := range []int64{0, 1, 2, 5, 7} {
		for _, end := range []int64{9, 10, 11} {
			short, long := fuses{Lengths: []int64{100, 100}, End: end}, fuses{Lengths: []int64{100, 100}, End: 23}
			_, whole, err := burn(t, long, light(long), sim.Plan{Steps: 23, Replicas: 2, Epoch: length}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var kept log // what was told up to the last checkpoint
			var after []sim.Event
			run, err := sim.New(short, light(short), sim.Plan{Steps: end, Replicas: 2, Epoch: length}, func(e sim.Event) error {
				if kept.saved != nil {
					after = append(after, e)
					return nil
				}
				return kept.observe(e)
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run.Go(t.Context()); err != nil {
				t.Fatal(err)
			}
			if rows, isRow := after[0].(*sim.Rows); isRow != (end%every != 0) || isRow && (rows.Step(0) != end || rows.Row(0, 1)[0] != 2*float64(end)) {
				t.Errorf("after the checkpoint of step %d comes %+v", end, after[0])
			}
			var again []sim.Event
			run, err = sim.New(short, light(short), sim.Plan{Steps: end, Replicas: 2, Epoch: length}, func(e sim.Event) error {
				again = append(again, e)
				return nil
			})
			if err == nil {
				err = run.Restore(&kept.saved[0])
			}
			if err == nil {
				_, err = run.Go(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(after, again); d != "" {
				t.Errorf("epochs of %d, resumed at the end, step %d (-first +again):\n%s", length, end, d)
			}
			_, rest, err := burn(t, long, light(long), sim.Plan{Steps: 23, Replicas: 2, Epoch: length}, &kept.saved[0])
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(whole.rows, append(kept.rows, rest.rows...)); d != "" {
				t.Errorf("epochs of %d, longer from step %d: rows (-whole +made longer):\n%s", length, end, d)
			}
			if d := cmp.Diff(whole.epochs, append(kept.epochs, rest.epochs...)); d != "" {
				t.Errorf("epochs of %d, longer from step %d: epochs (-whole +made longer):\n%s", length, end, d)
			}
		}
	}
}

// TestOnlyEndedReplicasMayDiverge: a NaN of one that goes on stops the run at the
// first row that shows it.
func TestOnlyEndedReplicasMayDiverge(t *testing.T) {
	f := fuses{Lengths: []int64{2, 100}}
	b := light(f)
	b.spoil, b.replica = 5, 1
	_, _, err := burn(t, f, b, sim.Plan{Steps: 4, Replicas: 2, Epoch: 4}, nil)
	if err != nil {
		t.Fatalf("before the step that is spoilt: %v", err)
	}
	b = light(f)
	b.spoil, b.replica = 6, 1
	_, _, err = burn(t, f, b, sim.Plan{Steps: 20, Replicas: 2, Epoch: 4}, nil)
	var bad *sim.NotFiniteError
	if !errors.As(err, &bad) || bad.Step != 6 || bad.Replica != 1 {
		t.Errorf("the run ended with %v", err)
	}
}

// holder has its state at hand.
type holder struct {
	*simtest.Backend
	states int // copies that were asked for
	held   *state.State
}

func (h *holder) State() (*state.State, error) {
	h.states++
	return h.Backend.State()
}

func (h *holder) Held() *state.State {
	h.held, _ = h.Backend.State()
	held := *h.held
	return &held
}

// TestTheLastStateIsNoCopy where the backend has it at hand: the checkpoint and the end
// of a run have the backend's own arrays. States in between are copies.
func TestTheLastStateIsNoCopy(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	b, l := &holder{Backend: simtest.NewBackend(m, state.Double, 2)}, &log{}
	run, err := sim.New(m, b, sim.Plan{Steps: 7, Replicas: 2, Epoch: 3, Checkpoint: 5}, l.observe)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Go(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.states != 1 {
		t.Errorf("%d copies were made of the state; the checkpoint of step 5 needs one", b.states)
	}
	own := &b.held.Arrays[0].Double[0]
	if last := l.saved[len(l.saved)-1]; last.State.Step != 7 || &last.State.Arrays[0].Double[0] != own {
		t.Errorf("the checkpoint of step %d is a copy", last.State.Step)
	}
	if l.end.State.Step != 7 || &l.end.State.Arrays[0].Double[0] != own {
		t.Error("the state of the end is a copy")
	}
}
