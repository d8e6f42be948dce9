package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Plan says which events are due at which steps. For every event that reaches a file of
// results this is a pure function of the step, so a resumed run writes the same results
// as an uninterrupted one.
type Plan struct {
	Steps    int64 // the step at which the run ends
	Replicas int   // of the network on the backend
	Epoch    int64 // steps of an epoch; 0 has them grow with the step (EpochOf)
	// Points are the replicas that an epoch averages together, each replica in one
	// of them; nil is all of them.
	Points [][]int
	// Checkpoint is the number of steps from one checkpoint to the next, and
	// CheckpointTime likewise by the clock; 0 leaves either out. The end of a run
	// always has one.
	Checkpoint     int64
	CheckpointTime time.Duration
	Start          []string // fields of a snapshot before the first step
	// Fed has each step wait for its inputs (Run.Feed). It must be set where the network
	// has inputs, and nowhere else.
	Fed      bool
	Captures []Capture
	// Attended runs are paused before the first step, and again when all replicas have
	// ended by themselves, so that who watches can change something.
	Attended bool
	// Again are commands of an earlier session that came after the checkpoint, in
	// order of their steps: they are carried out again when their step comes.
	Again []Command
}

// Capture is a set of fields of which observers get a Snapshot at every multiple of some
// steps.
type Capture struct {
	Every  int64
	Fields []string
}

func (p *Plan) validate(d *model.Description) error {
	switch {
	case p.Steps < 0:
		return fmt.Errorf("a run of %d steps is not possible; use 0 or more", p.Steps)
	case p.Replicas < 1:
		return fmt.Errorf("a run of %d replicas is not possible; use 1 or more", p.Replicas)
	case p.Epoch < 0:
		return fmt.Errorf("an epoch of %d steps is not possible; use 1 or more, or 0 for epochs that grow", p.Epoch)
	case p.Checkpoint < 0 || p.CheckpointTime < 0:
		return errors.New("the interval between checkpoints is negative; use 0 to have one at the end only")
	}
	if p.Fed != (len(d.Inputs) > 0) {
		if p.Fed {
			return fmt.Errorf("the model %s takes no inputs, as this network is configured", d.Name)
		}
		return fmt.Errorf("the network waits for %d inputs at each step, and nobody gives them: `tnn-gpu feed` does", len(d.Inputs))
	}
	if !p.pointsFit() {
		return fmt.Errorf("the points %v do not have each of the %d replicas once", p.Points, p.Replicas)
	}
	if !slices.IsSortedFunc(p.Again, func(a, b Command) int { return cmp.Compare(a.Step, b.Step) }) {
		return errors.New("the commands to be carried out again are not in order of their steps")
	}
	for _, c := range p.Captures {
		if c.Every < 1 {
			return fmt.Errorf("fields cannot be captured every %d steps; use 1 or more", c.Every)
		}
	}
	for _, name := range p.fields() {
		if _, ok := d.Field(name); !ok {
			return fmt.Errorf("the model %s has no field %q to capture", d.Name, name)
		}
	}
	return nil
}

// pointsFit tells whether every replica is in one of the points.
func (p *Plan) pointsFit() bool {
	all := slices.Concat(p.points()...)
	slices.Sort(all)
	for i, replica := range all {
		if replica != i {
			return false
		}
	}
	return len(all) == p.Replicas && !slices.ContainsFunc(p.Points, func(point []int) bool { return len(point) == 0 })
}

// points are the points of the plan. A plan without points has one, with all replicas.
func (p *Plan) points() [][]int {
	if p.Points != nil {
		return p.Points
	}
	all := make([]int, p.Replicas)
	for r := range all {
		all[r] = r
	}
	return [][]int{all}
}

// fields lists the fields that the plan reads from a backend.
func (p *Plan) fields() []string {
	names := append([]string(nil), p.Start...)
	for _, c := range p.Captures {
		names = append(names, c.Fields...)
	}
	return names
}

// derived lists the names that are derived fields, which a backend computes only while
// they are watched. Each name is listed once.
func derived(names []string, d *model.Description) []string {
	var out []string
	seen := make(map[string]bool)
	for _, name := range names {
		if f, ok := d.Field(name); ok && f.Derived && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// next is the first step after the given one at which the plan needs the state.
func (p *Plan) next(step int64) int64 {
	due := p.Steps
	for _, c := range p.Again {
		if c.Step > step {
			due = min(due, c.Step)
			break
		}
	}
	for _, c := range p.Captures {
		due = min(due, following(step, c.Every))
	}
	if p.Checkpoint > 0 {
		due = min(due, following(step, p.Checkpoint))
	}
	return due
}

// following is the first multiple of every after step.
func following(step, every int64) int64 { return step - step%every + every }

// due lists the fields to be captured at a step.
func (p *Plan) due(step int64) []string {
	var names []string
	seen := make(map[string]bool)
	for _, c := range p.Captures {
		if step%c.Every != 0 {
			continue
		}
		for _, name := range c.Fields {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// pace finds how many steps to ask of a backend at a time, so that the next
// command waits for a tenth of a second. It changes when something is
// computed, never what.
type pace struct {
	steps int // at a time
	most  int // what the sums of a batch may take in memory
}

const (
	batchTime = 100 * time.Millisecond
	batchSums = 1 << 20 // values
)

func newPace(sumsPerStep int) pace { return pace{steps: 1, most: max(1, batchSums/sumsPerStep)} }

// took adapts to the time that n steps needed.
func (p *pace) took(n int, t time.Duration) {
	switch {
	case t > batchTime:
		p.steps = max(1, int(float64(n)*float64(batchTime)/float64(t)))
	case t < batchTime/2 && n >= p.steps:
		p.steps = min(2*p.steps, p.most)
	}
}

// checkFits tells whether a checkpoint belongs to the plan and the model.
func (p *Plan) checkFits(c *state.Checkpoint, d *model.Description) error {
	switch {
	case c.Model != d.Name || c.Rule != d.Rule:
		return fmt.Errorf("the checkpoint is of model %s %s, but the run of %s %s", c.Model, c.Rule, d.Name, d.Rule)
	case c.State.Replicas != p.Replicas:
		return fmt.Errorf("the checkpoint has %d replicas, but the run %d", c.State.Replicas, p.Replicas)
	case len(c.EpochSums) != p.Replicas*len(d.Sums):
		return fmt.Errorf("the checkpoint has %d sums of its epoch, but the run needs %d", len(c.EpochSums), p.Replicas*len(d.Sums))
	case len(c.ExtraSums) != 0 && len(c.ExtraSums) != p.Replicas*len(d.Sums):
		return fmt.Errorf("the checkpoint has %d sums of the row at its end, but the run needs %d", len(c.ExtraSums), p.Replicas*len(d.Sums))
	}
	return nil
}
