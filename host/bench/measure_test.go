package bench

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

// fakeTime passes when work is done, 3 ms a repetition, of which two threads
// compute for 2 ms each.
type fakeTime struct {
	now         Moment
	repetitions int
}

func (f *fakeTime) clock() Moment { return f.now }

func (f *fakeTime) work(n int) error {
	f.repetitions += n
	f.now.Wall = f.now.Wall.Add(time.Duration(n) * 3 * time.Millisecond)
	f.now.Processor += time.Duration(n) * 4 * time.Millisecond
	return nil
}

func TestSpeed(t *testing.T) {
	var f fakeTime
	m := measurer{context.Background(), f.clock, 3 * time.Second}
	s, err := m.speed(6, 1, f.work)
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]struct{ got, want float64 }{
		"a second":                {s.PerSecond.Median, 2000},
		"at least":                {s.PerSecond.Least, 2000},
		"at most":                 {s.PerSecond.Most, 2000},
		"a second of a processor": {s.PerProcessorSecond.Median, 1500},
		"by the processor":        {s.of(true), 1500},
		"by the wall":             {s.of(false), 2000},
	} {
		if math.Abs(got.got-got.want) > 1e-6 {
			t.Errorf("%s, %v are done, not %v", what, got.got, got.want)
		}
	}
	if took := f.now.Wall.Sub(time.Time{}); took < 3*time.Second || took > 5*time.Second {
		t.Errorf("with 3 s to spend it takes %v", took)
	}
}

// Work that takes longer than all the time there is is done once a round.
func TestSpeedOfLongWork(t *testing.T) {
	var f fakeTime
	m := measurer{context.Background(), f.clock, time.Microsecond}
	if _, err := m.speed(1, 4, f.work); err != nil {
		t.Fatal(err)
	}
	if f.repetitions != 4+rounds {
		t.Errorf("it is done %d times, not 4 and once in each of %d rounds", f.repetitions, rounds)
	}
}

func TestSpeedWithoutProcessorTime(t *testing.T) {
	var f fakeTime
	m := measurer{context.Background(), func() Moment { return Moment{Wall: f.now.Wall} }, time.Second}
	s, err := m.speed(3, 1, f.work)
	if err != nil {
		t.Fatal(err)
	}
	if s.PerProcessorSecond != (Spread{}) || math.Abs(s.of(true)-1000) > 1e-6 {
		t.Errorf("the speed is %+v, by the processor %v", s, s.of(true))
	}
}

func TestSpeedEnds(t *testing.T) {
	var f fakeTime
	ctx, cancel := context.WithCancel(context.Background())
	m := measurer{ctx, f.clock, time.Second}
	broken := errors.New("broken")
	if _, err := m.speed(1, 1, func(int) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	cancel()
	if _, err := m.speed(1, 1, f.work); !errors.Is(err, context.Canceled) || f.repetitions > 0 {
		t.Errorf("after its end: %v, %d repetitions", err, f.repetitions)
	}
}

func TestSpread(t *testing.T) {
	if got := spreadOf([]float64{5, 1, 4, 2, 3}); got != (Spread{3, 1, 5}) {
		t.Errorf("the spread is %+v", got)
	}
}

func TestStream(t *testing.T) {
	s := NewStream(1001, 3).(*goStream)
	if err := s.Run(2); err != nil {
		t.Fatal(err)
	}
	for i, v := range s.a {
		if v != 1.75 { // 1, 1/2 + 1, 3/4 + 1
			t.Fatalf("element %d is %v after two passes, not 1.75", i, v)
		}
	}
	if s.Bytes() != 12*1001 {
		t.Errorf("a pass takes %d bytes", s.Bytes())
	}
	speed, err := MeasureStream(context.Background(), s, time.Millisecond)
	if err != nil || speed.PerSecond.Median <= 0 {
		t.Errorf("the speed is %+v: %v", speed, err)
	}
}
