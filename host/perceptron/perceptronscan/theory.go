package perceptronscan

import (
	"math"
	"slices"
	"sync"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/perceptron"
)

// theory knows the courses of students by the map. It keeps those that were asked for,
// as tables ask for each again and again.
type theory struct {
	mutex   sync.Mutex
	courses map[perceptron.Table]*course
}

func newTheory() *theory { return &theory{courses: make(map[perceptron.Table]*course)} }

// course is what the map says of a student at its records, up to the end or to the record
// at which it has grown without bound.
type course struct {
	table   *perceptron.Table
	flow    *perceptron.Map
	start   perceptron.Overlaps
	records []reached
	blow    float64 // time of the record that finds it; NaN for a student that stays
	chance  float64 // about what part of the time of growth is a matter of which examples come
}

// reached is what the map says at a record.
type reached struct {
	perceptron.Overlaps
	step int64
	heat float64 // total heat per weight, as a run estimates it
}

func (r *reached) epsilon() float64 { return perceptron.Epsilon(r.R, r.Q) }

// informationOf an error, of n weights; NaN where it is mostly that of chance.
func informationOf(epsilon float64, n int) float64 {
	if !perceptron.IsLearned(epsilon, n) {
		return math.NaN()
	}
	return perceptron.Information(epsilon)
}

// of is the course of a specification; nil where the map does not describe it.
func (k *theory) of(t perceptron.Table) *course {
	if !t.HasMap() {
		return nil
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	c, known := k.courses[t]
	if !known {
		c = courseOf(t)
		k.courses[t] = c
	}
	return c
}

func courseOf(t perceptron.Table) *course {
	net := &perceptron.Network{Spec: &perceptron.Spec{Perceptron: t}}
	c := &course{table: &t, flow: perceptron.MapOf(&t), start: perceptron.StartOverlaps(&t), blow: math.NaN()}
	last, next, total := net.Spec.Steps(), net.NextRow(0), 0.0
	before, grown := c.start.Q, 0.0
	c.flow.Follow(c.start, func(step int64, o perceptron.Overlaps, heat float64) bool {
		// A step that multiplies Q by 1 + x does so by chance where B is small, which makes
		// the logarithm grow by about x^2/B less in the mean.
		grown += math.Min(1, math.Log(o.Q/before))
		before = o.Q
		if !(o.Q < perceptron.BlowUp) {
			c.blow, c.chance = t.TimeOf(next), grown/float64(step)/float64(t.B)
			return false
		}
		if every := int64(t.HeatEvery); step%every == 0 {
			total += heat * float64(every)
		}
		if step == next {
			c.records = append(c.records, reached{o, step, total})
			next = net.NextRow(step)
		}
		return step < last
	})
	return c
}

// stays tells whether the student does not grow without bound.
func (c *course) stays() bool { return c != nil && math.IsNaN(c.blow) }

// last is the last record.
func (c *course) last() *reached { return &c.records[len(c.records)-1] }

// mean of a value over the records that are averaged.
func (c *course) mean(value func(r *reached) float64) float64 {
	return c.meanAt(func(step int64) bool { return counts(c.table, step) }, value)
}

// meanAt is the mean of a value over some records.
func (c *course) meanAt(chosen func(step int64) bool, value func(r *reached) float64) float64 {
	sum, count := 0.0, 0.0
	for i := range c.records {
		if r := &c.records[i]; chosen(r.step) {
			sum += value(r)
			count++
		}
	}
	return sum / count
}

// known makes the theory of an outcome from the course of a student that stays.
func (k *theory) known(outcome string, value func(c *course) float64) experiment.Theory {
	return k.about(outcome, func(c *course, _ float64) float64 {
		if !c.stays() {
			return math.NaN()
		}
		return value(c)
	})
}

// about makes the theory of an outcome at a time from the course of a student.
func (k *theory) about(outcome string, value func(c *course, time float64) float64) experiment.Theory {
	return experiment.Theory{Outcome: outcome, Of: func(spec model.Spec, time float64) float64 {
		s, ok := spec.(*perceptron.Spec)
		if !ok {
			return math.NaN()
		}
		c := k.of(s.Perceptron)
		if c == nil {
			return math.NaN()
		}
		return value(c, time)
	}}
}

// mostChance is the most that chance may have to do with a time of growth that the map tells.
const mostChance = 0.005

// ofSteady are the theories of the experiment steady.
func (k *theory) ofSteady() []experiment.Theory {
	average := func(outcome string, value func(r *reached) float64) experiment.Theory {
		return k.known(outcome, func(c *course) float64 { return c.mean(value) })
	}
	return []experiment.Theory{
		average("epsilon", (*reached).epsilon),
		k.known("information", func(c *course) float64 {
			return c.mean(func(r *reached) float64 { return informationOf(r.epsilon(), c.table.N) })
		}),
		average("Q", func(r *reached) float64 { return r.Q }),
		average("R", func(r *reached) float64 { return r.R }),
		k.known("diff_hebb", func(c *course) float64 {
			hebb := k.of(hebbOf(student{table: *c.table}).table)
			if !hebb.stays() {
				return math.NaN()
			}
			return c.mean((*reached).epsilon) - hebb.mean((*reached).epsilon)
		}),
		k.known("epsilon_test", func(c *course) float64 { return c.last().epsilon() }),
		k.about("t_blow", func(c *course, _ float64) float64 {
			if c.chance > mostChance {
				return math.NaN()
			}
			return c.blow
		}),
	}
}

// ofLearn are the theories of the experiment learn.
func (k *theory) ofLearn() []experiment.Theory {
	along := func(outcome string, value func(c *course, r *reached) float64) experiment.Theory {
		return k.about(outcome, func(c *course, time float64) float64 {
			step := int64(math.Round(time / c.table.Dt))
			at, found := slices.BinarySearchFunc(c.records, step, func(r reached, step int64) int { return int(r.step - step) })
			if !found {
				return math.NaN()
			}
			return value(c, &c.records[at])
		})
	}
	return []experiment.Theory{
		along("epsilon", func(_ *course, r *reached) float64 { return r.epsilon() }),
		along("information", func(c *course, r *reached) float64 { return informationOf(r.epsilon(), c.table.N) }),
		along("R", func(_ *course, r *reached) float64 { return r.R }),
		along("Q", func(_ *course, r *reached) float64 { return r.Q }),
	}
}
