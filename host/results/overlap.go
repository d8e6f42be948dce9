package results

import (
	"fmt"
	"strconv"

	"tnn-gpu/host/config"
)

// trajectory is what two replicas have in common that make the same steps.
type trajectory struct {
	settings string // hash of all that determines the steps but for the seed
	network  string // sum of the network; empty where it is not known
	seed     uint64
	number   int // of the replica, where it is what tells replicas of one seed apart
}

// Overlap says which replicas of several runs are the same trajectory, as replica 1 of a
// run with seed 1 and replica 0 of one with seed 2 are: a mean must not count it twice.
func Overlap(runs []*Run) error {
	steps := runs[0].Config.Spec.Steps()
	for _, r := range runs {
		steps = min(steps, r.Config.Spec.Steps())
	}
	seen := make(map[trajectory]string)
	for _, r := range runs {
		settings := make(map[float64]string) // by value of the key that is swept
		for k, seed := range r.Metadata.Noise() {
			value := 0.0
			if sweep := r.Metadata.Sweep; sweep != nil {
				value = sweep.Values[k]
			}
			if settings[value] == "" {
				var err error
				if settings[value], err = r.settings(value, steps); err != nil {
					return err
				}
			}
			t := trajectory{settings: settings[value], network: r.Metadata.NetworkSum, seed: seed}
			if r.oneSeed() {
				t.number = k
			}
			name := fmt.Sprintf("replica %d of %s", k, r.Path)
			if first := seen[t]; first != "" {
				return fmt.Errorf("%s and %s are the same trajectory, of seed %d and the same settings, and a mean would count it twice: leave one of the runs out, or give them seeds that are further apart than they have replicas", first, name, seed)
			}
			seen[t] = name
		}
	}
	return nil
}

// oneSeed tells whether all replicas have the seed of the run, and draw by their numbers.
func (r *Run) oneSeed() bool {
	key := r.Config.Spec.Key
	return key(r.Config.Run.Seed, 0, 1) == key(r.Config.Run.Seed, 1, 1)
}

// settings hashes what determines the first steps of the replicas with a value of the
// key that is swept, but for the seed.
func (r *Run) settings(value float64, steps int64) (string, error) {
	c, err := config.Decode(r.Path+"/config.toml", r.Config.Encode())
	if err != nil {
		return "", err
	}
	c.Run.Seed, c.Run.Replicas, c.Run.Sweep = 0, 1, ""
	if sweep := r.Metadata.Sweep; sweep != nil {
		if err := c.Apply(sweep.Key + "=" + strconv.FormatFloat(value, 'g', -1, 64)); err != nil {
			return "", err
		}
	}
	if err := c.SetSteps(steps); err != nil {
		return "", err
	}
	return c.Hash()
}
