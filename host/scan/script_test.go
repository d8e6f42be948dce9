package scan

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
)

// sleeper is a backend whose steps take so long.
type sleeper struct {
	backend.Backend
	step time.Duration
	made int
	err  error
}

func (s *sleeper) Advance(n int) ([]float64, error) {
	time.Sleep(time.Duration(n) * s.step)
	s.made += n
	return nil, s.err
}

func (s *sleeper) Close() error { return nil }

// TestTimeOfAShard: it follows from the time that a step takes, not from what some
// machine or some model takes.
func TestTimeOfAShard(t *testing.T) {
	s := newScan(t, small+`
seeds = { count = 2 }
[[axis]]
key = "group[0].inverse_temperature"
values = [1.0, 2.0, 3.0, 4.0, 5.0]
`)
	for _, test := range []struct {
		step         time.Duration
		shards, cpus int
		want         time.Duration
	}{
		{time.Minute, 5, 1, 48 * time.Minute},     // 12 steps, 2 trials, twice
		{time.Minute, 2, 1, 3 * 48 * time.Minute}, // at most 3 points
		{time.Minute, 5, 4, 12 * time.Minute},
		{time.Second, 5, 1, 10 * time.Minute}, // the least
		{time.Millisecond, 1, 1, 10 * time.Minute},
		{time.Hour, 1, 1, 24 * time.Hour}, // the most
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &sleeper{step: test.step}
			open := func(c *config.Config, n model.Network, keys []uint64) (backend.Backend, error) {
				if len(keys) != 1 || n == nil {
					t.Errorf("%d replicas of %v are measured", len(keys), n)
				}
				return b, nil
			}
			got, err := s.Time(t.Context(), test.shards, test.cpus, open)
			if err != nil || got != test.want {
				t.Errorf("steps of %v on %d cores, %d shards: %v, want %v (%v)", test.step, test.cpus, test.shards, got, test.want, err)
			}
			if b.made < 1 || b.made > 12 {
				t.Errorf("%d of 12 steps are made", b.made)
			}
		})
	}
	fails := &sleeper{err: errors.New("no such memory")}
	_, err := s.Time(t.Context(), 1, 1, func(*config.Config, model.Network, []uint64) (backend.Backend, error) { return fails, nil })
	if !errors.Is(err, fails.err) {
		t.Errorf("a step that fails gives %v", err)
	}
}
