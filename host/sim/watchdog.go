package sim

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// NotFiniteError says that a number is NaN or infinite. The sums of a step show every
// such energy, state and weight. The run examines the other fields before it makes a
// checkpoint of them. Observers have the rows of all earlier steps.
type NotFiniteError struct {
	Step    int64
	Replica int
	Sum     string  // "" where a checkpoint would have held what no sum shows
	Value   float64 // of the sum
	After   int64   // the step after which the state was read: the end of the batch
	Places  []string
}

func (e *NotFiniteError) Error() string {
	text := fmt.Sprintf("the run was stopped after step %d", e.Step)
	if e.Sum != "" {
		text = fmt.Sprintf("step %d of replica %d gave %v as its sum of %s, so the run was stopped", e.Step, e.Replica, e.Value, e.Sum)
	}
	if len(e.Places) == 0 {
		return fmt.Sprintf("%s; all numbers of the state after step %d are finite", text, e.After)
	}
	return fmt.Sprintf("%s; after step %d, %s", text, e.After, strings.Join(e.Places, ", "))
}

// firstNotFinite finds the first sum that is NaN or infinite, of a step that has a
// row and a replica that has not ended.
func (r *Run) firstNotFinite(sums []float64) *NotFiniteError {
	names := r.about.Sums
	for i, v := range sums {
		if v-v == 0 {
			continue
		}
		row := i / len(names)
		step := r.step + 1 + int64(row/r.plan.Replicas)
		if !r.hasRow(step) || r.ended != nil && r.ended.HasEnded(sums[row*len(names):][:len(names)]) {
			continue
		}
		return &NotFiniteError{Step: step, Replica: row % r.plan.Replicas, Sum: names[i%len(names)], Value: v}
	}
	return nil
}

// explain adds to the error which numbers of the state are not finite, and hands out a
// Dump of the state.
func (r *Run) explain(bad *NotFiniteError) error {
	s, err := r.backend.State()
	if err != nil {
		return errors.Join(bad, fmt.Errorf("the state that led there cannot be read: %w", err))
	}
	bad.After, bad.Places = s.Step, r.notFinite(s)
	return errors.Join(bad, r.emit(r.dump(s)))
}

// notFinite names, for every field, the first item whose value is not finite, in
// replicas that have not ended.
func (r *Run) notFinite(s *state.State) []string {
	over := endedReplicas(r.ends(s))
	first, counts := make([]int, len(s.Arrays)), make([]int, len(s.Arrays))
	var wait sync.WaitGroup
	for i := range s.Arrays {
		wait.Go(func() { first[i], counts[i] = s.Arrays[i].NotFinite(s.Replicas, over) })
	}
	wait.Wait()
	var places []string
	for i := range s.Arrays {
		a, at, count := &s.Arrays[i], first[i], counts[i]
		if count == 0 {
			continue
		}
		text := fmt.Sprintf("%s is %v at %s", a.Name, a.At(at), Place(model.GrownTo(r.model, s), a, at, s.Replicas))
		if count > 1 {
			text += fmt.Sprintf(" and not finite at %d more", count-1)
		}
		places = append(places, text)
	}
	return places
}

// Place names the item whose value stands at an index of an array: "node 12",
// "edge 3-7 of replica 2".
func Place(m model.Network, a *state.Array, index, replicas int) string {
	copies := a.Copies(replicas)
	length := a.Len() / copies
	text := fmt.Sprintf("%s at position %d", a.Space, index%length)
	for item, at := range m.Order(a.Space) {
		if at == index%length {
			text = m.Place(a.Space, item)
			break
		}
	}
	if copies > 1 {
		text += fmt.Sprintf(" of replica %d", index/length)
	}
	return text
}
